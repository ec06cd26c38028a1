// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Whether `n` bytes are a whole MaxMind DB: every record of its tree and every value that one of
 * them leads to. -EINVAL and what is wrong first. */
int geo_check(const uint8_t *p, size_t n, struct err *err);
