// SPDX-License-Identifier: Apache-2.0
/* The three readers of base64: nothing is written beyond its room, and where the bytes are cut does
 * not change what comes out. */
#include "proto/base64.h"
#include "rule/base64.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct base64 a = {0}, b = {0};
	uint32_t n = size ? (uint32_t)size - 1 : 0, cap = size ? data[0] : 0;
	uint8_t *in = malloc(n + 1), *out = malloc(n * 3 / 4 + 1), *room = malloc(cap + 1u);
	uint8_t *again = malloc(n * 3 / 4 + 1);

	memcpy(in, data + (size ? 1 : 0), n);
	uint32_t len = base64_put(&a, in, n, out), len2 = 0;
	assert(len <= n * 3 / 4);
	for (uint32_t i = 0; i < n; i++)
		len2 += base64_put(&b, in + i, 1, again + len2);
	assert(len == len2 && memcmp(out, again, len) == 0);

	assert(rule_base64_decode(in, n, room, cap) <= cap);
	assert(rule_base64_decode_mime(in, n, room, cap) <= cap);
	uint32_t all = rule_base64_decode(in, n, again, n * 3 / 4 + 1);
	assert(all <= n * 3 / 4 + 1);
	if (rule_base64_strict(in, n) && n) /* then both agree, but for the two alphabets */
		assert(all == len && memcmp(out, again, len) == 0);
	free(in);
	free(out);
	free(room);
	free(again);
	return 0;
}
