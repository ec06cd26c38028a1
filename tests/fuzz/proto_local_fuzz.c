// SPDX-License-Identifier: Apache-2.0
/* LLMNR, NBNS, mDNS, DHCP, DHCPv6, SNMP, IKE, NTP: the first byte chooses. */
#include "proto_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[8] = {5355, 137, 5353, 67, 547, 161, 500, 123};

	return size ? talk(17, ports[data[0] & 7], data + 1, size - 1) : 0;
}
