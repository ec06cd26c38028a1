// SPDX-License-Identifier: Apache-2.0
#include "rule/base64.h"

static int digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static uint32_t decode(const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap, bool skip)
{
	uint32_t bits = 0, have = 0, len = 0;

	for (uint32_t i = 0; i < n && len < cap; i++) {
		int d = digit(in[i]);

		if (d < 0 && (!skip || in[i] == '='))
			break;
		if (d < 0)
			continue;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[len++] = (uint8_t)(bits >> have);
		}
	}
	return len;
}

uint32_t rule_base64_decode(const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)
{
	return decode(in, n, out, cap, false);
}

uint32_t rule_base64_decode_mime(const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)
{
	return decode(in, n, out, cap, true);
}

bool rule_base64_strict(const uint8_t *in, uint32_t n)
{
	uint32_t pad = n && in[n - 1] == '=' ? 1 + (n > 1 && in[n - 2] == '=') : 0;

	for (uint32_t i = 0; i < n - pad; i++) {
		if (digit(in[i]) < 0)
			return false;
	}
	return n % 4 == 0;
}
