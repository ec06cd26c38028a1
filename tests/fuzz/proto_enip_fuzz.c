// SPDX-License-Identifier: Apache-2.0
/* EtherNet/IP, over TCP and, by the first byte, UDP. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	return talk(data[0] & 1 ? 17 : 6, 44818, data + 1, size - 1);
}
