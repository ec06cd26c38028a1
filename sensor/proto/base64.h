// SPDX-License-Identifier: Apache-2.0
/* Base64 decoded while it comes (RFC 4648 4; RFC 2045 6.8: what is no digit is passed over). */
#pragma once

#include <stdint.h>

struct base64 { /* zeroed: at the beginning */
	uint32_t bits;
	uint8_t n_bits;
};

static inline int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Room for n * 3 / 4 + 1 bytes; returns how many came out. */
static inline uint32_t base64_put(struct base64 *b, const uint8_t *p, uint32_t n, uint8_t *out)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < n; i++) {
		int d = base64_digit(p[i]);

		if (d < 0)
			continue;
		b->bits = b->bits << 6 | (uint32_t)d;
		b->n_bits = (uint8_t)(b->n_bits + 6);
		if (b->n_bits >= 8) {
			b->n_bits = (uint8_t)(b->n_bits - 8);
			out[to++] = (uint8_t)(b->bits >> b->n_bits);
		}
	}
	return to;
}
