// SPDX-License-Identifier: Apache-2.0
/* By the first byte: NFS over TCP or UDP, TFTP, BitTorrent's DHT. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0] & 3) {
	case 0:
		return talk(6, 2049, data + 1, size - 1);
	case 1:
		return talk(17, 2049, data + 1, size - 1);
	case 2:
		return talk(17, 69, data + 1, size - 1);
	default:
		return talk(17, 6881, data + 1, size - 1);
	}
}
