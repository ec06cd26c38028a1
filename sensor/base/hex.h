// SPDX-License-Identifier: Apache-2.0
/* The value of a hexadecimal digit, in either case; -1: it is none. */
#pragma once

#include <stdint.h>

static inline int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
