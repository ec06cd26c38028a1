// SPDX-License-Identifier: Apache-2.0
/* DNP3 over TCP; and application fragments, which its checksums keep most inputs from. */
#include "proto/dnp3.h"
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dnp3_msg m = {.tx = {0}};

	if (!size)
		return 0;
	if (data[0] & 1)
		return talk(6, 20000, data + 1, size - 1);
	uint8_t *copy = malloc(size); /* exact, so that one byte too many is seen */
	if (!copy)
		abort();
	memcpy(copy, data + 1, size - 1);
	dnp3_read(&m, copy, (uint32_t)(size - 1 < 65535 ? size - 1 : 65535));
	assert(m.n_obj <= DNP3_OBJECTS);
	free(copy);
	return 0;
}
