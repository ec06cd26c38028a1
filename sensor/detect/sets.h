// SPDX-License-Identifier: Apache-2.0
/* It stands in base/, for parsers remember too; new code includes it from there. */
#pragma once

#include "base/sets.h"
