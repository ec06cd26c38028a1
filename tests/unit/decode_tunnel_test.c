// SPDX-License-Identifier: Apache-2.0
/* Tunnels: the packet is the inner one, the outer pair is kept, and what is broken inside leaves the
 * outer packet. run_check() holds decode_pair() to the same pair in every row. */
#include "decode_run.h"

#include "decode/config.h"

#include <errno.h>

/* An outer IPv4 header: the total length and protocol are the row's. */
#define IP4(total, proto) "4500" total "0001 0000 40" proto "0000 c0000201 c0000202"
#define UDP(length, port) "c000" port length "0000"
/* 10.0.0.1:1 to 10.0.0.2:2, two bytes of payload: 30 bytes */
#define IN4 "4500 001e 0002 0000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 abcd"
/* 50 bytes of the same over IPv6 */
#define IN6                                                                                        \
	"60000000 000a 11 3f 20010db8000000000000000000000001 20010db8000000000000000000000002"    \
	"0001 0002 000a 0000 abcd"
#define MACS  "020000000002 020000000001"
#define ETHER MACS "0800" IN4 /* 44 bytes */

#define P4 "10.0.0.1", "10.0.0.2"
#define P6 "2001:db8::1", "2001:db8::2"
#define OUT "192.0.2.1", "192.0.2.2"

/* clang-format off */
static const struct {
	const char *name, *bytes;
	unsigned missing;
	enum verdict odd; /* counted once; ok: nothing odd */
	const char *src, *dst;
	unsigned proto, depth, tunnel_proto;
	unsigned payload, ip_len, n_vlan, vlan;
} rows[] = {
	{"IPv4 in IPv4",         IP4("0032", "04") IN4, 0, VERDICT_ok, P4, 17, 1, 4, 2, 30, 0, 0},
	{"IPv6 in IPv4 (6in4)",  IP4("0046", "29") IN6, 0, VERDICT_ok, P6, 17, 1, 41, 2, 50, 0, 0},
	{"IPv4 in IPv6",         "60000000 001e 04 40 20010db8000000000000000000000011 20010db8000000000000000000000012" IN4, 0, VERDICT_ok, P4, 17, 1, 4, 2, 30, 0, 0},
	{"IPv6 in IPv6",         "60000000 0032 29 40 20010db8000000000000000000000011 20010db8000000000000000000000012" IN6, 0, VERDICT_ok, P6, 17, 1, 41, 2, 50, 0, 0},
	{"another version inside", IP4("0032", "04") "65" "00 001e 0002 0000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 abcd", 0, VERDICT_ip4_version, OUT, 4, 0, 0, 30, 50, 0, 0},
	{"inner length a byte too long", IP4("0032", "04") "4500 001f 0002 0000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 abcd", 0, VERDICT_ip4_length, OUT, 4, 0, 0, 30, 50, 0, 0},
	{"inner header cut",     IP4("0027", "04") "4500 001e 0002 0000 3f 11 0000 0a000001 0a0000", 0, VERDICT_ip4_short, OUT, 4, 0, 0, 19, 39, 0, 0},
	{"nothing inside",       IP4("0014", "04"), 0, VERDICT_ip4_short, OUT, 4, 0, 0, 0, 20, 0, 0},
	{"inner datagram cut by the capture", IP4("0032", "04") "4500 001e 0002 0000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 ab", 1, VERDICT_ok, P4, 17, 1, 4, 1, 30, 0, 0},
	{"the first fragment of a tunnel", "4500 0032 0001 2000 40 04 0000 c0000201 c0000202" IN4, 0, VERDICT_ok, OUT, 4, 0, 0, 30, 50, 0, 0},
	{"a fragment inside",    IP4("0032", "04") "4500 001e 0002 2000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 abcd", 0, VERDICT_ok, P4, 17, 1, 4, 2, 30, 0, 0},

	{"GRE, IPv4",            IP4("0036", "2f") "0000 0800" IN4, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"GRE, IPv6",            IP4("004a", "2f") "0000 86dd" IN6, 0, VERDICT_ok, P6, 17, 1, 47, 2, 50, 0, 0},
	{"GRE, Ethernet",        IP4("0044", "2f") "0000 6558" ETHER, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"GRE, tagged",          IP4("003a", "2f") "0000 8100 0007 0800" IN4, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 1, 7},
	{"GRE, MPLS",            IP4("003a", "2f") "0000 8847 00010140" IN4, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"GRE: checksum, key, sequence", IP4("0042", "2f") "b000 0800 12340000 00000001 00000002" IN4, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"GRE: key alone",       IP4("003a", "2f") "2000 0800 00000001" IN4, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"GRE of 3 bytes",       IP4("0017", "2f") "0000 08", 0, VERDICT_gre_short, OUT, 47, 0, 0, 3, 23, 0, 0},
	{"GRE: key beyond it",   IP4("001b", "2f") "2000 0800 000000", 0, VERDICT_gre_cut, OUT, 47, 0, 0, 7, 27, 0, 0},
	{"GRE: routing",         IP4("003a", "2f") "4000 0800 00000000" IN4, 0, VERDICT_gre_routing, OUT, 47, 0, 0, 38, 58, 0, 0},
	{"GRE: version 1 without a key", IP4("0036", "2f") "0001 880b" IN4, 0, VERDICT_gre_version, OUT, 47, 0, 0, 34, 54, 0, 0},
	{"GRE: version 2",       IP4("003a", "2f") "2002 880b 00200000" IN4, 0, VERDICT_gre_version, OUT, 47, 0, 0, 38, 58, 0, 0},
	{"PPTP, IPv4",           IP4("0044", "2f") "3081 880b 0020 0001 00000001 00000002 0021" IN4, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"PPTP: an acknowledgement", IP4("0020", "2f") "2081 880b 0000 0001 00000002", 0, VERDICT_ppp_kind, OUT, 47, 0, 0, 12, 32, 0, 0},
	{"PPTP: LCP",            IP4("002c", "2f") "3001 880b 000c 0001 00000001 ff03c02101010008 05060001", 0, VERDICT_ppp_kind, OUT, 47, 0, 0, 24, 44, 0, 0},
	{"PPTP of 7 bytes",      IP4("001b", "2f") "2001 880b 002000", 0, VERDICT_gre_cut, OUT, 47, 0, 0, 7, 27, 0, 0},
	{"GRE: a type we do not read", IP4("0036", "2f") "0000 2000" IN4, 0, VERDICT_ether_type, OUT, 47, 0, 0, 34, 54, 0, 0},

	{"ERSPAN I",             IP4("0044", "2f") "0000 88be" ETHER, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"ERSPAN II",            IP4("0050", "2f") "1000 88be 00000001 1064 0001 00000000" ETHER, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 1, 100},
	{"ERSPAN II: no VLAN",   IP4("0050", "2f") "1000 88be 00000001 1000 0001 00000000" ETHER, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 0, 0},
	{"ERSPAN II: the tag is inside", IP4("0054", "2f") "1000 88be 00000001 1064 1801 00000000" MACS "8100 0064 0800" IN4, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 1, 100},
	{"ERSPAN II: cut by the mirror", IP4("004f", "2f") "1000 88be 00000001 1000 0401 00000000" MACS "0800" "4500 001e 0002 0000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 ab", 0, VERDICT_ok, P4, 17, 1, 47, 1, 30, 0, 0},
	{"ERSPAN II: cut, not said", IP4("004f", "2f") "1000 88be 00000001 1000 0001 00000000" MACS "0800" "4500 001e 0002 0000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 ab", 0, VERDICT_ip4_length, OUT, 47, 0, 0, 59, 79, 0, 0},
	{"ERSPAN II: header of 7 bytes", IP4("0023", "2f") "1000 88be 00000001 1000 0001 000000", 0, VERDICT_erspan_short, OUT, 47, 0, 0, 15, 35, 0, 0},
	{"ERSPAN II: version 2", IP4("0050", "2f") "1000 88be 00000001 2064 0001 00000000" ETHER, 0, VERDICT_erspan_version, OUT, 47, 0, 0, 60, 80, 0, 0},
	{"ERSPAN III",           IP4("0054", "2f") "1000 22eb 00000001 2065 0001 00000000 0000 0000" ETHER, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 1, 101},
	{"ERSPAN III: subheader", IP4("005c", "2f") "1000 22eb 00000001 2065 0001 00000000 0000 0001 0000000000000000" ETHER, 0, VERDICT_ok, P4, 17, 1, 47, 2, 30, 1, 101},
	{"ERSPAN III: subheader of 7 bytes", IP4("002f", "2f") "1000 22eb 00000001 2065 0001 00000000 0000 0001 00000000000000", 0, VERDICT_erspan_short, OUT, 47, 0, 0, 27, 47, 0, 0},
	{"ERSPAN III: header of 11 bytes", IP4("0027", "2f") "1000 22eb 00000001 2065 0001 00000000 0000 00", 0, VERDICT_erspan_short, OUT, 47, 0, 0, 19, 39, 0, 0},
	{"ERSPAN III: version 1", IP4("0054", "2f") "1000 22eb 00000001 1065 0001 00000000 0000 0000" ETHER, 0, VERDICT_erspan_version, OUT, 47, 0, 0, 64, 84, 0, 0},
	{"ERSPAN III: not a frame", IP4("0054", "2f") "1000 22eb 00000001 2065 0001 00000000 0000 0800" ETHER, 0, VERDICT_erspan_frame, OUT, 47, 0, 0, 64, 84, 0, 0},

	{"VXLAN",                IP4("0050", "11") UDP("003c", "12b5") "0800 0000 00000100" ETHER, 0, VERDICT_ok, P4, 17, 1, 17, 2, 30, 0, 0},
	{"VXLAN: tagged inside", IP4("0054", "11") UDP("0040", "12b5") "0800 0000 00000100" MACS "8100 0009 0800" IN4, 0, VERDICT_ok, P4, 17, 1, 17, 2, 30, 1, 9},
	{"VXLAN: flag not set",  IP4("0050", "11") UDP("003c", "12b5") "0000 0000 00000100" ETHER, 0, VERDICT_vxlan_flags, OUT, 17, 0, 0, 52, 80, 0, 0},
	{"VXLAN of 7 bytes",     IP4("0023", "11") UDP("000f", "12b5") "0800 0000 000001", 0, VERDICT_vxlan_short, OUT, 17, 0, 0, 7, 35, 0, 0},
	{"VXLAN: no whole frame", IP4("0031", "11") UDP("001d", "12b5") "0800 0000 00000100" "020000000002 020000000001 08", 0, VERDICT_link_short, OUT, 17, 0, 0, 21, 49, 0, 0},
	{"another port is no VXLAN", IP4("0050", "11") UDP("003c", "12b6") "0800 0000 00000100" ETHER, 0, VERDICT_ok, OUT, 17, 0, 0, 52, 80, 0, 0},
	{"GENEVE",               IP4("0050", "11") UDP("003c", "17c1") "0000 6558 00000100" ETHER, 0, VERDICT_ok, P4, 17, 1, 17, 2, 30, 0, 0},
	{"GENEVE, IPv4",         IP4("0042", "11") UDP("002e", "17c1") "0000 0800 00000100" IN4, 0, VERDICT_ok, P4, 17, 1, 17, 2, 30, 0, 0},
	{"GENEVE: options",      IP4("0058", "11") UDP("0044", "17c1") "0200 6558 00000100 0000000000000000" ETHER, 0, VERDICT_ok, P4, 17, 1, 17, 2, 30, 0, 0},
	{"GENEVE: options beyond it", IP4("0028", "11") UDP("0014", "17c1") "0200 6558 00000100 00000000", 0, VERDICT_geneve_short, OUT, 17, 0, 0, 12, 40, 0, 0},
	{"GENEVE of 7 bytes",    IP4("0023", "11") UDP("000f", "17c1") "0000 6558 000001", 0, VERDICT_geneve_short, OUT, 17, 0, 0, 7, 35, 0, 0},
	{"GENEVE: version 1",    IP4("0050", "11") UDP("003c", "17c1") "4000 6558 00000100" ETHER, 0, VERDICT_geneve_version, OUT, 17, 0, 0, 52, 80, 0, 0},

	{"four tunnels",         IP4("006e", "04") IP4("005a", "04") IP4("0046", "04") IP4("0032", "04") IN4, 0, VERDICT_ok, P4, 17, 4, 4, 2, 30, 0, 0},
	{"a fifth is payload",   IP4("0082", "04") IP4("006e", "04") IP4("005a", "04") IP4("0046", "04") IP4("0032", "04") IN4, 0, VERDICT_tunnel_deep, OUT, 4, 4, 4, 30, 50, 0, 0},
	{"broken in the second", IP4("0046", "04") IP4("0032", "04") "0500 001e 0002 0000 3f 11 0000 0a000001 0a000002 0001 0002 000a 0000 abcd", 0, VERDICT_ip4_version, OUT, 4, 1, 4, 30, 50, 0, 0},
};
/* clang-format on */

static void check_row(size_t i, const struct run *r)
{
	const struct pkt *p = &r->pkt;
	bool broken = rows[i].odd != VERDICT_ok && rows[i].odd != VERDICT_tunnel_deep;

	CHECK_VERDICT(*r, ok);
	CHECK_ADDR(p->src, rows[i].src);
	CHECK_ADDR(p->dst, rows[i].dst);
	CHECK_EQ(p->proto, rows[i].proto);
	CHECK_EQ(p->payload_len, rows[i].payload);
	CHECK_EQ(p->ip_len, rows[i].ip_len);
	CHECK_EQ(p->n_vlan, rows[i].n_vlan);
	CHECK_EQ(p->vlan[0], rows[i].vlan);
	CHECK_EQ(p->tunnel.depth, rows[i].depth);
	CHECK_EQ(p->n_anomalies, rows[i].odd != VERDICT_ok);
	CHECK_EQ(count_get(&r->count.n[VERDICT_tunnel_broken]), broken);
	if (rows[i].odd != VERDICT_ok)
		CHECK_EQ(count_get(&r->count.n[rows[i].odd]), 1);
	if (p->tunnel.depth) {
		CHECK_EQ(p->tunnel.proto, rows[i].tunnel_proto);
		CHECK_EQ(p->tunnel.dport != 0, rows[i].tunnel_proto == 17);
	}
	if (p->tunnel.depth && p->tunnel.proto != 41 && p->net == PKT_ip4 && rows[i].bytes[0] == '4')
		CHECK_ADDR(p->tunnel.src, "192.0.2.1");
	if (strcmp(rows[i].src, "10.0.0.1") == 0 && !p->fragment) {
		CHECK_EQ(p->sport, 1);
		CHECK_EQ(p->dport, 2);
		CHECK_EQ(p->ttl, 63);
		CHECK_EQ(p->ip_id, 2);
	}
}

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r;

		CASE(rows[i].name);
		run(&r, LINK_raw, rows[i].bytes, rows[i].missing);
		check_row(i, &r);
		run_end(&r);
	}
}

#define LABEL  "00010040"
#define BOTTOM "00010140"

/* clang-format off */
static const struct {
	const char *name, *bytes;
	enum verdict want;
	bool inner_macs;
} mpls[] = {
	{"a label, IPv4",       "8847" BOTTOM IN4,                       VERDICT_ok, false},
	{"multicast, two labels, IPv4", "8848" LABEL BOTTOM IN4,         VERDICT_ok, false},
	{"IPv6",                "8847" BOTTOM IN6,                       VERDICT_ok, false},
	{"pseudo-wire with a control word", "8847" BOTTOM "00000000" "0a0000000002 0a0000000001 0800" IN4, VERDICT_ok, true},
	{"pseudo-wire without", "8847" BOTTOM "aa0000000002 0a0000000001 0800" IN4, VERDICT_ok, true},
	{"associated channel",  "8847" BOTTOM "10000021",                VERDICT_mpls_payload, false},
	{"nothing after",       "8847" BOTTOM,                           VERDICT_mpls_none, false},
	{"no bottom",           "8847" LABEL LABEL,                      VERDICT_mpls_short, false},
	{"label of 3 bytes",    "8847" "000101",                         VERDICT_mpls_short, false},
	{"16 labels", "8847" LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL BOTTOM IN4, VERDICT_ok, false},
	{"17 are too many", "8847" LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL LABEL BOTTOM IN4, VERDICT_mpls_short, false},
};
/* clang-format on */

static void test_mpls(void)
{
	char text[1024];

	for (size_t i = 0; i < sizeof(mpls) / sizeof(mpls[0]); i++) {
		struct run r;

		CASE(mpls[i].name);
		snprintf(text, sizeof(text), MACS "%s", mpls[i].bytes);
		run(&r, LINK_ether, text, 0);
		CHECK_STR(verdict_name(r.verdict), verdict_name(mpls[i].want));
		if (mpls[i].want == VERDICT_ok) {
			CHECK_EQ(r.pkt.tunnel.depth, 0); /* labels have no addresses */
			CHECK_EQ(r.pkt.sport, 1);
			CHECK_EQ(r.pkt.payload_len, 2);
			CHECK_EQ(r.pkt.smac.b[0], mpls[i].inner_macs ? 0x0a : 2);
		} else {
			CHECK_EQ(r.pkt.net, PKT_none);
		}
		run_end(&r);
	}
}

/* clang-format off */
static const struct {
	const char *name, *bytes;
	enum verdict want;
} ppp[] = {
	{"IPv4",                      "8864 1100 0001 0020 0021" IN4,    VERDICT_ok},
	{"IPv6",                      "8864 1100 0001 0034 0057" IN6,    VERDICT_ok},
	{"a protocol of one byte",    "8864 1100 0001 001f 21" IN4,      VERDICT_ok},
	{"address and control",       "8864 1100 0001 0022 ff03 0021" IN4, VERDICT_ok},
	{"padding",                   "8864 1100 0001 0020 0021" IN4 "00000000", VERDICT_ok},
	{"a length beyond the frame", "8864 1100 0001 ffff 0021" IN4,    VERDICT_ok},
	{"LCP",                       "8864 1100 0001 000a c021 01010008 05060001", VERDICT_ppp_kind},
	{"a code of discovery",       "8864 11a7 0001 0000",             VERDICT_ppp_kind},
	{"discovery",                 "8863 1109 0000 0000",             VERDICT_ether_type},
	{"another version",           "8864 2100 0001 0020 0021" IN4,    VERDICT_ppp_kind},
	{"a header of 5 bytes",       "8864 1100 0001 00",               VERDICT_ppp_short},
	{"nothing inside",            "8864 1100 0001 0000",             VERDICT_ppp_short},
	{"half a protocol",           "8864 1100 0001 0001 00",          VERDICT_ppp_short},
	{"half behind address and control", "8864 1100 0001 0003 ff03 00", VERDICT_ppp_short},
};
/* clang-format on */

static void test_ppp(void)
{
	char text[1024];

	for (size_t i = 0; i < sizeof(ppp) / sizeof(ppp[0]); i++) {
		struct run r;

		CASE(ppp[i].name);
		snprintf(text, sizeof(text), MACS "%s", ppp[i].bytes);
		run(&r, LINK_ether, text, 0);
		CHECK_STR(verdict_name(r.verdict), verdict_name(ppp[i].want));
		if (ppp[i].want == VERDICT_ok) {
			CHECK_EQ(r.pkt.tunnel.depth, 0); /* a session has no addresses */
			CHECK_EQ(r.pkt.sport, 1);
			CHECK_EQ(r.pkt.payload_len, 2);
			CHECK_EQ(r.pkt.payload_wire, 2);
		} else {
			CHECK_EQ(r.pkt.net, PKT_none);
		}
		run_end(&r);
	}
}

static void test_arp_inside(void)
{
	struct run r;

	CASE("ARP in VXLAN is ARP");
	run(&r, LINK_raw,
	    IP4("004e", "11") UDP("003a", "12b5") "0800 0000 00000100" MACS
	    "0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002", 0);
	CHECK_VERDICT(r, ok);
	CHECK_EQ(r.pkt.net, PKT_arp);
	CHECK_EQ(r.pkt.arp.op, 1);
	CHECK_EQ(r.pkt.has_ports, false);
	CHECK_EQ(r.pkt.proto, 0);
	CHECK_EQ(r.pkt.tunnel.depth, 1);
	run_end(&r);
}

static void test_vlans_outside(void)
{
	struct run r;

	CASE("tags around an IP tunnel stay, those around a frame's go");
	run(&r, LINK_ether, MACS "8100 0005 0800" IP4("0032", "04") IN4, 0);
	CHECK_EQ(r.pkt.n_vlan, 1);
	CHECK_EQ(r.pkt.vlan[0], 5);
	CHECK_MAC(r.pkt.smac, "02:00:00:00:00:01");
	run_end(&r);
	run(&r, LINK_ether, "0e0000000002 0e0000000001" "8100 0005 0800" IP4("0044", "2f")
	    "0000 6558" ETHER, 0);
	CHECK_EQ(r.pkt.n_vlan, 0);
	CHECK_EQ(r.pkt.vlan[0], 0);
	CHECK_MAC(r.pkt.smac, "02:00:00:00:00:01");
	run_end(&r);
	CASE("a broken inside gives tags and MACs back");
	run(&r, LINK_ether, "0e0000000002 0e0000000001" "8100 0005 0800" IP4("0026", "2f")
	    "0000 6558" MACS "0800", 0);
	CHECK_VERDICT(r, ok);
	CHECK_EQ(r.pkt.n_vlan, 1);
	CHECK_EQ(r.pkt.vlan[0], 5);
	CHECK_MAC(r.pkt.smac, "0e:00:00:00:00:01");
	CHECK((r.pkt.events & EVENT_BIT(DECODE_ip4_short)) != 0);
	run_end(&r);
}

#define OTHER IP4("0050", "11") UDP("003c", "12b6") "0800 0000 00000100" ETHER
#define USUAL IP4("0050", "11") UDP("003c", "12b5") "0800 0000 00000100" ETHER

static void ports(const char *const *list, unsigned n, int want)
{
	static char *at[32];
	struct decode_config c = {.vxlan = {at, n}};
	struct err err = {0};

	for (unsigned i = 0; i < n; i++)
		at[i] = (char *)(uintptr_t)list[i % 2];
	CHECK_EQ(decode_config_use(&c, &err), want);
}

static void test_ports(void)
{
	static const char *const two[] = {"4790", "8472"}, *const usual[] = {"4789", "4789"};
	const struct section s = {"decode", decode_params, &(struct decode_config){{0}, {0}}};
	struct err err = {0};
	struct run r;

	CASE("the ports are the configuration's");
	ports(two, 2, 0);
	run(&r, LINK_raw, OTHER, 0);
	CHECK_EQ(r.pkt.tunnel.depth, 1);
	run_end(&r);
	run(&r, LINK_raw, USUAL, 0);
	CHECK_EQ(r.pkt.tunnel.depth, 0);
	run_end(&r);
	CASE("at most DECODE_PORTS");
	ports(usual, DECODE_PORTS, 0);
	ports(usual, DECODE_PORTS + 1, -E2BIG);
	run(&r, LINK_raw, USUAL, 0);
	CHECK_EQ(r.pkt.tunnel.depth, 1);
	run_end(&r);
	CASE("a port is a number from 1 to 65535");
	CHECK_EQ(param_set(&s, &decode_params[0], "1", &err), 0);
	CHECK_EQ(param_set(&s, &decode_params[0], "65535", &err), 0);
	CHECK(param_set(&s, &decode_params[0], "0", &err) < 0);
	CHECK(param_set(&s, &decode_params[0], "65536", &err) < 0);
	CHECK(param_set(&s, &decode_params[0], "12x", &err) < 0);
	CHECK(param_set(&s, &decode_params[0], "-1", &err) < 0);
	param_fini(&s);
}

static void test_names(void)
{
	CASE("events by name, with and without the prefix");
	CHECK_EQ(decode_event_find("ipv4.trunc_pkt"), DECODE_ip4_truncated);
	CHECK_EQ(decode_event_find("decoder.ipv4.trunc_pkt"), DECODE_ip4_truncated);
	CHECK_EQ(stream_event_find("reassembly_seq_gap"), STREAM_gap);
	CHECK_EQ(stream_event_find("stream.reassembly_seq_gap"), STREAM_gap);
	CHECK_EQ(decode_event_find("ipv4.trunc"), -1);
	CHECK_EQ(stream_event_find("ipv4.trunc_pkt"), -1);
	for (unsigned i = 0; i < DECODE_count; i++) {
		CHECK_EQ(decode_event_find(decode_event_name((enum decode_event)i)), i);
		CHECK(decode_event_what((enum decode_event)i)[0] != 0);
	}
	for (unsigned i = 0; i < STREAM_count; i++) {
		CHECK_EQ(stream_event_find(stream_event_name((enum stream_event)i)), i);
		CHECK(stream_event_what((enum stream_event)i)[0] != 0);
	}
}

int main(void)
{
	test_rows();
	test_mpls();
	test_ppp();
	test_arp_inside();
	test_vlans_outside();
	test_names();
	test_ports();
	return check_done();
}
