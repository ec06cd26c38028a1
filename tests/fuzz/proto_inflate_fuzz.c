// SPDX-License-Identifier: Apache-2.0
/* Any bytes as gzip, deflate or brotli, one inside the other: bounded, and where they are cut does
 * not change what comes out. The first byte names the encodings, the second how they are cut. */
#include "proto/inflate.h"

#include <assert.h>
#include <stdlib.h>

#define BODY 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct proto_mem mem;

static struct inflate run(uint8_t how, const uint8_t *p, size_t n, size_t step,
			  struct proto_bytes *body)
{
	struct inflate z = {.n = 0};

	if (inflate_add(&z, &mem, (enum inflate_kind)(1 + how % 3)) && how & 0x80)
		inflate_add(&z, &mem, (enum inflate_kind)(1 + (how >> 2) % 3));
	for (size_t at = 0; at < n; at += step) {
		uint32_t part = (uint32_t)(n - at < step ? n - at : step);
		uint8_t *exact = malloc(part);
		memcpy(exact, p + at, part);
		inflate_data(&z, &mem, exact, part, body, BODY);
		free(exact);
	}
	assert(body->len <= BODY);
	struct inflate told = z;
	inflate_drop(&z, &mem);
	return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct count misses;
	struct proto_bytes whole = {.len = 0}, cut = {.len = 0};

	if (!mem.budget && proto_mem_init(&mem, 8 << 20, &misses) != 0)
		abort();
	if (size < 3 || size > 4096)
		return 0;
	struct inflate a = run(data[0], data + 2, size - 2, size, &whole);
	struct inflate b = run(data[0], data + 2, size - 2, data[1] % 64 + 1u, &cut);
	if (!a.over && !b.over) {
		assert(whole.len == cut.len);
		assert(whole.len == 0 || memcmp(whole.at, cut.at, whole.len) == 0);
		assert(a.failed == b.failed && a.plain == b.plain);
	}
	proto_drop(&mem, &whole);
	proto_drop(&mem, &cut);
	assert(mem.used == 0);
	return 0;
}
