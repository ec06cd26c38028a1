// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detect/detect.h"

/* The configuration of detectors[i]: defaults at the first call, then what was set. */
void *registry_config(unsigned i);
