// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.h"

/* Tries everything a run needs, one line each with what to do. Returns the exit code: 0, or 3. */
int selftest_main(struct options *o);
