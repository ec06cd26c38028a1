// SPDX-License-Identifier: Apache-2.0
/* dcerpc over UDP or, when the first byte is odd, over TCP. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return size ? talk(data[0] & 1 ? 6 : 17, 135, data + 1, size - 1) : 0;
}
