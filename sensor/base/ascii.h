// SPDX-License-Identifier: Apache-2.0
/* Letters and digits of ASCII, whatever the locale is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline uint8_t ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 32) : c;
}

/* Letters and digits. */
static inline bool ascii_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* What names of sensors, collectors and files are made of. */
static inline bool ascii_name(uint8_t c)
{
	return ascii_alnum(c) || c == '_' || c == '.' || c == '-';
}
