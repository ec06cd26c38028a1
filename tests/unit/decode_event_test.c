// SPDX-License-Identifier: Apache-2.0
/* The oddities that few packets have: their numbers in pkt.rare, also where the packet is none, or the one around a tunnel. */
#include "decode_run.h"

#include <stddef.h>

#define ETHER  "000000000001000000000002"
#define SIX(next, len) ETHER "86dd" "60000000" len next "09" "fd000000000000000000000000000001" "fd000000000000000000000000000002"
#define UDP    "03e80009000c000061626364"
#define FOUR(proto, len) ETHER "0800" "4500" len "0001000009" proto "0000" "0a010014" "0a010009"

/* clang-format off */
static const struct {
	const char *name;
	enum link link;
	const char *bytes;
	uint8_t rare[RARE_MAX];
} rows[] = {
	{"nothing rare", LINK_ether, SIX("11", "000c") UDP, {0}},
	{"a loopback header of 3 bytes", LINK_null, "020000", {RARE_null_short}},
	{"a cooked header of 15", LINK_sll, "0000 0001 0006 020000000009 0000 08", {RARE_sll_short}},
	{"a VLAN tag before nothing known", LINK_ether, ETHER "8100" "0007" "1234" "00", {RARE_vlan_type}},
	{"a label that is reserved", LINK_ether, ETHER "8847" "00009109" "45000000", {RARE_mpls_reserved}},
	{"GRE: of two that are odd the first, and the tunnel's outside stays", LINK_ether,
	 FOUR("2f", "001e") "0108" "0800" "000000000000", {RARE_gre_recur}},
	{"GRE 1 without a key", LINK_ether, FOUR("2f", "001c") "0001" "880b" "00000000", {RARE_gre1_key}},
	{"PPP in PPPoE: nothing known", LINK_ether, ETHER "8864" "1100" "0005" "0002" "1234", {RARE_ppp_type}},
	{"a VN-tag of 5 bytes", LINK_ether, ETHER "8926" "0001000208", {RARE_vntag_short}},
	{"FabricPath of 15", LINK_ether, ETHER "8903" "000100000000000000000000000000", {RARE_dce_short}},
	{"802.1ah of 17", LINK_ether, ETHER "88e7" "0000000000000000000000000000000000", {RARE_pbb_short}},
	{"a hop-by-hop header of padding", LINK_ether, SIX("00", "0014") "1100010400000000" UDP, {RARE_ip6_hop_padding}},
	{"… whose last is of length 0, behind another that is padding", LINK_ether,
	 SIX("00", "001c") "3c00010400000000" "1100000000000100" UDP,
	 {RARE_ip6_hop_padding, RARE_ip6_padn_0, RARE_ip6_dest_padding}},
	{"two authentication headers, one reserved field set", LINK_ether,
	 SIX("33", "0024") "330100010000000000000000" "110100000000000000000000" UDP, {RARE_ip6_ah_reserved, RARE_ip6_two_ahs}},
	{"a next header that is not known", LINK_ether, SIX("c8", "000c") UDP, {RARE_ip6_next}},
	{"five at once: four are kept", LINK_ether,
	 SIX("00", "0030") "3c00010400000000" "3c00000000000100" "3300050200000000" "c80100010000000000000000" UDP,
	 {RARE_ip6_hop_padding, RARE_ip6_padn_0, RARE_ip6_dest_padding, RARE_ip6_ah_reserved}},
};
/* clang-format on */

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r;

		CASE(rows[i].name);
		run(&r, rows[i].link, rows[i].bytes, 0);
		for (unsigned k = 0; k < RARE_MAX; k++)
			CHECK_EQ(r.pkt.rare[k], rows[i].rare[k]);
		CHECK_EQ(r.pkt.events >> DECODE_rare & 1, rows[i].rare[0] != 0);
		run_end(&r);
	}
	CASE("by name");
	CHECK_EQ(rare_event_find("ppp.wrong_type"), RARE_ppp_type);
	CHECK_EQ(rare_event_find("decoder.vntag.unknown_type"), RARE_vntag_type);
	CHECK_EQ(rare_event_find("ipv4.trunc_pkt"), -1);
	return check_done();
}
