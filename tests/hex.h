// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* Hex text to bytes; white space is ignored. Returns how many; asserts on anything else. */
static inline size_t hex(const char *text, uint8_t *out, size_t cap)
{
	size_t n = 0;
	int high = -1;

	for (; *text; text++) {
		char c = *text;
		int v = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;
		if (v < 0) {
			assert(c == ' ' || c == '\n' || c == '\t');
			continue;
		}
		if (high < 0) {
			high = v;
			continue;
		}
		assert(n < cap);
		out[n++] = (uint8_t)(high << 4 | v);
		high = -1;
	}
	assert(high < 0);
	return n;
}
