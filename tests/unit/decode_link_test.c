// SPDX-License-Identifier: Apache-2.0
/* Links that are not Ethernet. */
#include "decode_run.h"

#define IP4 "45 00 0015 0001 0000 40 fd 0000 0a000001 0a000002 aa"
#define IP6                                                                                        \
	"60000000 0001 fd 40 20010db8000000000000000000000001 20010db8000000000000000000000002 aa"

/* clang-format off */
static const struct {
	const char *name;
	enum link link;
	const char *bytes;
	enum verdict want;
	enum pkt_net net;
	bool smac;
} rows[] = {
	{"raw IPv4",           LINK_raw,   IP4,            VERDICT_ok, PKT_ip4, false},
	{"raw IPv6",           LINK_raw,   IP6,            VERDICT_ok, PKT_ip6, false},
	{"raw, version 5",     LINK_raw,   "55" IP4,       VERDICT_raw_version, PKT_none, false},
	{"raw, empty",         LINK_raw,   "",             VERDICT_link_short, PKT_none, false},
	{"loopback, big end",  LINK_null,  "00000002" IP4, VERDICT_ok, PKT_ip4, false},
	{"loopback, little",   LINK_null,  "02000000" IP4, VERDICT_ok, PKT_ip4, false},
	{"loopback, Linux v6", LINK_null,  "0a000000" IP6, VERDICT_ok, PKT_ip6, false},
	{"OpenBSD v6",         LINK_null,  "00000018" IP6, VERDICT_ok, PKT_ip6, false},
	{"FreeBSD v6",         LINK_null,  "1c000000" IP6, VERDICT_ok, PKT_ip6, false},
	{"macOS v6",           LINK_null,  "1e000000" IP6, VERDICT_ok, PKT_ip6, false},
	{"another family",     LINK_null,  "07000000" IP4, VERDICT_null_family, PKT_none, false},
	{"no family is above 255", LINK_null, "00000200" IP4,   VERDICT_null_family, PKT_none, false},
	{"loopback, 3 bytes",  LINK_null,  "020000",       VERDICT_cooked_short, PKT_none, false},
	{"cooked",             LINK_sll,   "0000 0001 0006 020000000009 0000 0800" IP4, VERDICT_ok, PKT_ip4, true},
	{"cooked, no address", LINK_sll,   "0000 0304 0000 000000000000 0000 86dd" IP6, VERDICT_ok, PKT_ip6, false},
	{"cooked, tagged",     LINK_sll,   "0000 0001 0006 020000000009 0000 8100 0005 0800" IP4, VERDICT_ok, PKT_ip4, true},
	{"cooked, 802.2",      LINK_sll,   "0000 0001 0006 020000000009 0000 0004 4242 03", VERDICT_ether_type, PKT_none, false},
	{"cooked, 15 bytes",   LINK_sll,   "0000 0001 0006 020000000009 0000 08", VERDICT_cooked_short, PKT_none, false},
	{"cooked 2",           LINK_sll2,  "0800 0000 00000002 0001 00 06 020000000009 0000" IP4, VERDICT_ok, PKT_ip4, true},
	{"cooked 2, no address", LINK_sll2, "86dd 0000 00000002 0001 00 00 020000000009 0000" IP6, VERDICT_ok, PKT_ip6, false},
	{"cooked 2, 19 bytes", LINK_sll2,  "0800 0000 00000002 0001 00 06 020000000009 00", VERDICT_link_short, PKT_none, false},
	{"a link nobody reads", LINK_other, IP4,           VERDICT_link_unknown, PKT_none, false},
	{"no such link",       (enum link)99, IP4,         VERDICT_link_unknown, PKT_none, false},
};
/* clang-format on */

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r;

		CASE(rows[i].name);
		run(&r, rows[i].link, rows[i].bytes, 0);
		CHECK_STR(verdict_name(r.verdict), verdict_name(rows[i].want));
		CHECK_EQ(r.pkt.net, rows[i].net);
		CHECK(!r.pkt.has_mac); /* never both addresses */
		if (rows[i].want == VERDICT_ok) {
			CHECK_MAC(r.pkt.smac,
				  rows[i].smac ? "02:00:00:00:00:09" : "00:00:00:00:00:00");
			CHECK_EQ(r.pkt.payload_len, 1);
		}
		run_end(&r);
	}
	return check_done();
}
