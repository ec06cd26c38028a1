// SPDX-License-Identifier: Apache-2.0
/* RDP, RFB, Telnet: the first byte chooses. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[4] = {3389, 5900, 23, 5901};

	return size ? talk(6, ports[data[0] & 3], data + 1, size - 1) : 0;
}
