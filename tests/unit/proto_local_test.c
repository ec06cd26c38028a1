// SPDX-License-Identifier: Apache-2.0
/* LLMNR, NBNS, mDNS, DHCP, ICMP echo: what is heard on a segment. */
#include "hex.h"
#include "proto_rig.h"

/* clang-format off */
#define WPAD_NB "20 4648464145424545434143414341434143414341434143414341434143414141 00"
static const struct row {
	const char *name;
	uint16_t port;
	bool to_client;
	const char *message, *want;
} rows[] = {
	{"LLMNR asks", 5355, false, "0001 0000 0001 0000 0000 0000 0477706164 00 0001 0001", "fact name> [wpad]\n"},
	{"LLMNR claims", 5355, true,
	 "0001 8000 0001 0001 0000 0000 0477706164 00 0001 0001 c00c 0001 0001 0000001e 0004 0a000063", "fact name< answered [wpad]\n"},
	{"NBNS asks", 137, false, "0001 0110 0001 0000 0000 0000" WPAD_NB "0020 0001", "fact name> [WPAD]\n"},
	{"NBNS claims", 137, true, "0001 8500 0000 0001 0000 0000" WPAD_NB "0020 0001 0000001e 0006 0000 0a000063",
	 "fact name< answered [WPAD]\n"},
	{"NBNS claims a group's name, as many may", 137, true, "0001 8500 0000 0001 0000 0000" WPAD_NB "0020 0001 0000001e 0006 8000 0a000063", "fact name< [WPAD]\n"},
	{"NBNS says no", 137, true, "0001 8583 0000 0000 0000 0001" WPAD_NB "000a 0001 00000000 0000", ""},
	{"NBNS registers", 137, false, "0001 2910 0001 0000 0000 0001" WPAD_NB "0020 0001 c00c 0020 0001 00000000 0006 0000 0a000001", ""},
	{"NBNS, letters that are none", 137, false,
	 "0001 0110 0001 0000 0000 0000 20 4648464145424545434143414341434143414341434143414341434143417a41 00 0020 0001", ""},
	{"mDNS asks for an address and a service", 5353, false,
	 "0000 0000 0002 0000 0000 0000 0170056c6f63616c 00 0001 0001 045f697070c00e 000c 0001",
	 "fact name> [p.local]\nmdns.queries.rrname=p.local\nmdns.queries.rrname=_ipp.local\nend 0\n"},
	{"mDNS answers", 5353, true, "0000 8400 0000 0001 0000 0000 0170056c6f63616c 00 0001 8001 00000078 0004 0a000005",
	 "fact name< answered [p.local]\nmdns.answers.rrname=p.local\nmdns.response.rrname=p.local\nend 0\n"},
	{"DHCPv6 solicits", 547, false, "01 abcdef 0001 000e 0001 0001 2a2b2c2d 020000000001 0027 0005 00 03706331",
	 "fact dhcp> [pc1] [] []\nend 0\n"},
};
/* clang-format on */

static uint8_t message[600];

static void check_rows(void)
{
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = hex(rows[i].message, message, sizeof(message));

		CASE(rows[i].name);
		rig_init(&r, 40000, rows[i].port);
		r.facts = true;
		rig_datagram(&r, rows[i].to_client, message, n);
		CHECK_STR(rig_fini(&r), rows[i].want);
		rig_init(&r, 40000, rows[i].port);
		for (size_t cut = 0; cut < n; cut++)
			rig_datagram(&r, rows[i].to_client, message, cut);
		rig_fini(&r);
	}
}

static void check_dhcp(void)
{
	static struct rig r;
	size_t n =
		hex("01010600 11223344 00000000 00000000 0a000064 00000000 00000000 020000000001",
		    message, sizeof(message));

	memset(message + n, 0, 236 - n);
	message[0] = 2;
	n = 236 + hex("63825363 35 01 05 36 04 0a000001 33 04 00000e10 03 04 0a000001 06 08 "
		      "0a000002 0a000003"
		      "0c 03 706331 0f 05 6c6f63616c ff",
		      message + 236, sizeof(message) - 236);
	CASE("an acknowledgement");
	rig_init(&r, 68, 67);
	r.facts = r.eve = true;
	rig_datagram(&r, FLOW_to_client, message, n);
	CHECK_STR(rig_fini(&r), "fact dhcp> [pc1] [] [local]\ndhcp.leasetime=3600\n"
				"\"dhcp\":{\"type\":\"reply\",\"id\":287454020,\"client_mac\":\"02:"
				"00:00:00:00:01\","
				"\"assigned_ip\":\"10.0.0.100\",\"dhcp_type\":\"ack\",\"lease_"
				"time\":3600,\"hostname\":"
				"\"pc1\"}\nend 0\n");
	CASE("options cut anywhere");
	for (size_t cut = 0; cut < n; cut++) {
		rig_init(&r, 68, 67);
		rig_datagram(&r, FLOW_to_client, message, cut);
		rig_fini(&r);
	}
}

int main(void)
{
	check_rows();
	check_dhcp();
	return check_done();
}
