// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* Shannon's entropy of the values of n bytes: bits a byte, 0 to 8; 0 of none. Cost: n and 256 steps. */
double entropy_bits(const uint8_t *p, uint32_t n);
