// SPDX-License-Identifier: Apache-2.0
/* A MaxMind DB from bytes nobody vouches for: what the check lets through, the library must be able
 * to read for any address, without an error. */
#include "alert/geo.h"

#include <assert.h>
#include <endian.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct geo *g;

	if (geo_open_bytes(&g, "fuzz", data, size, 8, &err) < 0) {
		assert(err.msg[0]);
		return 0;
	}
	for (uint32_t i = 0; i < 64; i++) {
		struct addr a = addr_v4_wire(htobe32(i << 26 | i));
		geo_find(g, &a);
		a = (struct addr){.w = {htobe32(i << 26), htobe32(i << 25), i, ~i}};
		geo_find(g, &a);
	}
	assert(count_get(&geo_counters_of(g)->errors) == 0);
	geo_close(g);
	return 0;
}
