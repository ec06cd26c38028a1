// SPDX-License-Identifier: Apache-2.0
/* RDP, RFB, Telnet, databases: the first byte chooses. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[] = {3389, 5900, 23, 6379, 3306, 5432, 1433};

	return size ? talk(6, ports[data[0] % 7], data + 1, size - 1) : 0;
}
