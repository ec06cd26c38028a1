// SPDX-License-Identifier: Apache-2.0
/* Ethernet, VLAN tags, 802.3. */
#include "decode_run.h"

#define MACS "020000000001 020000000002"
#define IP   "45 00 0015 0001 0000 40 fd 0000 0a000001 0a000002 aa"

/* clang-format off */
static const struct {
	const char *name, *bytes;
	int tci; /* of a stripped tag; -1 for none */
	enum verdict want;
	unsigned n_vlan, outer, inner, odd;
} rows[] = {
	{"empty frame",          "",                                         -1, VERDICT_link_short, 0, 0, 0, 0},
	{"13 bytes",             "020000000001 020000000002 08",             -1, VERDICT_link_short, 0, 0, 0, 0},
	{"untagged",             MACS "0800" IP,                             -1, VERDICT_ok, 0, 0, 0, 0},
	{"802.1Q",               MACS "8100 2005 0800" IP,                   -1, VERDICT_ok, 1, 5, 0, 0},
	{"the highest id",       MACS "8100 0fff 0800" IP,                   -1, VERDICT_ok, 1, 4095, 0, 0},
	{"a priority tag names no VLAN", MACS "8100 e000 0800" IP,           -1, VERDICT_ok, 0, 0, 0, 0},
	{"802.1ad with 802.1Q",  MACS "88a8 0064 8100 0005 0800" IP,         -1, VERDICT_ok, 2, 100, 5, 0},
	{"0x9100",               MACS "9100 0064 8100 0005 0800" IP,         -1, VERDICT_ok, 2, 100, 5, 0},
	{"a third tag is counted", MACS "8100 0001 8100 0002 8100 0003 0800" IP, -1, VERDICT_ok, 2, 1, 2, 1},
	{"a fourth too",         MACS "8100 0001 8100 0002 8100 0003 8100 0004 0800" IP, -1, VERDICT_ok, 2, 1, 2, 2},
	{"a stripped tag",       MACS "0800" IP,                              7, VERDICT_ok, 1, 7, 0, 0},
	{"is the outermost",     MACS "8100 0005 0800" IP,               0x2007, VERDICT_ok, 2, 7, 5, 0},
	{"unless it is a priority tag", MACS "8100 0005 0800" IP,        0x2000, VERDICT_ok, 1, 5, 0, 0},
	{"cut in the tag",       MACS "8100 0005 08",                        -1, VERDICT_vlan_short, 0, 0, 0, 0},
	{"LLDP",                 MACS "88cc 0207",                           -1, VERDICT_ether_type, 0, 0, 0, 0},
	{"the lowest type",      MACS "0600 0207",                           -1, VERDICT_ether_type, 0, 0, 0, 0},
	{"a length: spanning tree", MACS "0026 4242 03 0000",                -1, VERDICT_llc, 0, 0, 0, 0},
	{"the highest below a type", MACS "05ff 4242 03 0000",               -1, VERDICT_llc, 0, 0, 0, 0},
	{"SNAP with IPv4",       MACS "001d aaaa03 000000 0800" IP,          -1, VERDICT_ok, 0, 0, 0, 0},
	{"SNAP of somebody else", MACS "001d aaaa03 00000c 2000" IP,         -1, VERDICT_llc, 0, 0, 0, 0},
	{"SNAP and nothing else", MACS "0008 aaaa03 000000 88cc",            -1, VERDICT_ether_type, 0, 0, 0, 0},
	{"SNAP cut",             MACS "001d aaaa03 000000 08",               -1, VERDICT_llc, 0, 0, 0, 0},
	{"802.3 length is a bound", MACS "001c aaaa03 000000 0800" IP,       -1, VERDICT_ip4_length, 0, 0, 0, 0},
};
/* clang-format on */

int main(void)
{
	char deep[2048] = MACS;
	struct run r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		run_tagged(&r, LINK_ether, rows[i].bytes, 0, rows[i].tci);
		CHECK_STR(verdict_name(r.verdict), verdict_name(rows[i].want));
		if (rows[i].want == VERDICT_ok) {
			CHECK(r.pkt.has_mac);
			CHECK_MAC(r.pkt.dmac, "02:00:00:00:00:01");
			CHECK_MAC(r.pkt.smac, "02:00:00:00:00:02");
			CHECK_EQ(r.pkt.ether_type, 0x0800);
			CHECK_EQ(r.pkt.n_vlan, rows[i].n_vlan);
			CHECK_EQ(r.pkt.vlan[0], rows[i].outer);
			CHECK_EQ(r.pkt.vlan[1], rows[i].inner);
			CHECK_EQ(r.pkt.payload_len, 1);
			CHECK_ODD(r, vlan_deep, rows[i].odd);
		}
		run_end(&r);
	}

	CASE("forty layers are followed");
	for (unsigned i = 0; i < 38; i++)
		strcat(deep, "8100 0001");
	run(&r, LINK_ether, strcat(deep, "0800" IP), 0);
	CHECK_VERDICT(r, ok);
	run_end(&r);
	CASE("one more is not");
	strcpy(deep, MACS "8100 0001");
	for (unsigned i = 0; i < 38; i++)
		strcat(deep, "8100 0001");
	run(&r, LINK_ether, strcat(deep, "0800" IP), 0);
	CHECK_VERDICT(r, depth);
	run_end(&r);
	strcpy(deep, MACS);

	CASE("layers are bounded");
	for (unsigned i = 0; i < 100; i++)
		strcat(deep, "8100 0001");
	run(&r, LINK_ether, strcat(deep, "0800" IP), 0);
	CHECK_VERDICT(r, depth);
	run_end(&r);
	return check_done();
}
