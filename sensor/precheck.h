// SPDX-License-Identifier: Apache-2.0
/* What a configuration must be before anything is opened: the same for -T and for a run. */
#pragma once

#include "options.h"

/* After options_derive(): names, addresses and what parameters are to each other. Opens no socket,
 * needs no right, changes nothing; databases and rules are read by who needs them. -errno and why. */
int precheck(const struct options *o, struct err *err);
