// SPDX-License-Identifier: Apache-2.0
/* Keywords on header fields, held against whole frames that decode/ has read. */
#include "check.h"
#include "decode/pkt.h"
#include "hex.h"
#include "rule_run.h"

/* Ethernet, IPv4 with TOS 0x1c and a record route option, ICMP echo id 0x1234 seq 7. */
#define PING                                                                                       \
	"020000000002 020000000001 0800 471c002c 00010000 4001 0000 0a000001 0a000002 "            \
	"07070400000000"                                                                           \
	"00 0800 0000 1234 0007 6162636465666768"
#define MAC "020000000002 020000000001 "
/* SYN with MSS 536 and window scale 7, checksums right. */
#define SYN                                                                                        \
	MAC "0800 45000030 00010000 4006 66c5 0a000001 0a000002 0400 0050 00000001 00000000 7002 " \
	    "1000"                                                                                 \
	    "%s 0000 02040218 01030307"
#define UDP4 MAC "0800 4500001e 00010000 4011 66cc 0a000001 0a000002 0400 0035 000a %s 6162"
#define BIG6                                                                                       \
	MAC "86dd 60000000 0008 3a40 20010db8000000000000000000000001 "                            \
	    "20010db8000000000000000000000002"                                                     \
	    "0200 %s 00000500"
#define QINQ                                                                                       \
	"020000000002 020000000001 88a8 0064 8100 00c8 0800 4500001e 00010000 4011 0000 0a000001"  \
	"0a000002 0400 0035 000a 0000 6162"

#define TAGS3                                                                                      \
	MAC "88a8 0064 8100 00c8 8100 0000 0800 4500001e 00010000 4011 0000 0a000001 0a000002 0400"  \
	    "0035 000a 0000 6162"
#define IGMP MAC "0800 4500001c 00010000 0102 0000 0a000001 e0000001 1100 %s 00000000"

static const struct {
	const char *options, *frame, *sum; /* sum: in place of %s */
	bool hit;
} rows[] = {
	{"tos:28;", PING, "", true},
	{"tos:x1c;", PING, "", true},
	{"tos:!28;", PING, "", false},
	{"tos:27;", PING, "", false},
	{"ipopts:rr;", PING, "", true},
	{"ipopts:any;", PING, "", true},
	{"ipopts:lsrr;", PING, "", false},
	{"ipopts:any;", SYN, "0000", false},
	{"icmp_id:4660;", PING, "", true},
	{"icmp_id:4661;", PING, "", false},
	{"icmp_seq:7;", PING, "", true},
	{"icmp_seq:8;", PING, "", false},
	{"icmp_id:0;", SYN, "0000", false},
	{"l3_proto:ipv4; ttl:64;", PING, "", true},
	{"l3_proto:ipv6; ttl:64;", PING, "", false},
	{"l3_proto:ipv6; ttl:64;", BIG6, "0000", true},
	{"icmpv6.mtu:<1281;", BIG6, "0000", true},
	{"icmpv6.mtu:>1281;", BIG6, "0000", false},
	{"tcp.mss:536;", SYN, "0000", true},
	{"tcp.mss:<536;", SYN, "0000", false},
	{"tcp.wscale:7;", SYN, "0000", true},
	{"tcp.wscale:0;", SYN, "0000", false},
	{"vlan.layers:2;", QINQ, "", true},
	{"vlan.layers:0;", QINQ, "", false},
	{"vlan.layers:3;", TAGS3, "", true},
	{"vlan.layers:>3;", TAGS3, "", false},
	{"igmp.type:17;", IGMP, "eeff", true},
	{"igmp.type:18;", IGMP, "eeff", false},
	{"igmp.type:17;", PING, "", false},
	{"igmp.csum:valid;", IGMP, "eeff", true},
	{"igmp.csum:invalid;", IGMP, "eefe", true},
	{"igmp.csum:invalid;", PING, "", false},
	{"vlan.layers:0;", PING, "", true},
	{"vlan.id:200;", QINQ, "", true},
	{"vlan.id:200,0;", QINQ, "", false},
	{"vlan.id:100,0;", QINQ, "", true},
	{"vlan.id:200,-1;", QINQ, "", true},
	{"vlan.id:>99,all;", QINQ, "", true},
	{"vlan.id:>100,all;", QINQ, "", false},
	{"vlan.id:!100;", QINQ, "", true},
	{"vlan.id:!100;", PING, "", false},
	{"ipv4-csum:valid;", SYN, "0000", true},
	{"ipv4-csum:invalid;", PING, "", true},
	{"ipv4-csum:valid;", PING, "", false},
	{"tcpv4-csum:valid;", SYN, "5f61", true},
	{"tcpv4-csum:invalid;", SYN, "5f61", false},
	{"tcpv4-csum:invalid;", SYN, "0000", true},
	{"tcpv6-csum:invalid;", SYN, "0000", false},
	{"udpv4-csum:valid;", UDP4, "0000", true}, /* none was made */
	{"udpv4-csum:invalid;", UDP4, "0001", true},
	{"icmpv6-csum:invalid;", BIG6, "0000", true},
	{"icmpv6-csum:valid;", BIG6, "0000", false},
	{"flow.age:<1; ttl:64;", PING, "", true},
	{"flow.age:>0; ttl:64;", PING, "", false},
	{"flow.pkts:toserver,3;", PING, "", true},
	{"flow.pkts:toserver,>3;", PING, "", false},
	{"flow.pkts:either,9;", PING, "", true},
	{"flow.pkts:both,3;", PING, "", false},
	{"flow.pkts_toclient:9;", PING, "", true},
	{"flow.bytes_toserver:>99999999999;", PING, "", true},
	{"flow.bytes_toclient:>99999999999;", PING, "", false},
	{"flow.bytes:toserver,2-4;", PING, "", false},
	{"rpc:100000,*,3;", PING, "", false},
	{"tag:session,5,packets; ttl:64;", PING, "", true},
	{"config:logging disable, type tx, scope tx; ttl:64;", PING, "", true},
};

static void held(struct run *r, const char *options, const char *frame, const char *sum, bool hit)
{
	static const struct frame none = {.link = LINK_ether};
	struct verdicts count = {{{0}}};
	char rule[512], text[1024];
	uint8_t bytes[256];

	snprintf(rule, sizeof(rule), "alert ip any any -> any any (%s sid:1;)\n", options);
	snprintf(text, sizeof(text), frame, sum);
	run_init(r, rule);
	CHECK_EQ(r->set->n_matched, 1);
	struct frame f = none;
	f.data = bytes;
	f.cap_len = f.wire_len = (uint32_t)hex(text, bytes, sizeof(bytes));
	struct pkt p;
	CHECK_EQ(decode_frame(&f, &p, &count), VERDICT_ok);
	p.flow = &r->flow;
	r->flow.half[0] = (struct flow_half){.pkts = 3, .bytes = 100000000000};
	r->flow.half[1].pkts = 9;
	rule_pkt(r->m, &p);
	CHECK_EQ(r->n, hit);
	run_fini(r);
}

static const char *const wrong[] = {
	"tos:256;",
	"tos:x100;",
	"tos:;",
	"ipopts:none;",
	"l3_proto:ipx;",
	"vlan.id:4096;",
	"vlan.id:1,7;",
	"tcpv4-csum:maybe;",
	"flow.pkts:3;",
	"flow.pkts:upward,3;",
	"flow.bytes:both,5-6;",
	"tag:nobody;",
	"tag:host,x;",
	"rpc:a;",
	"rpc:1,2,3,4;",
	"xbits:set,a;",
	"xbits:set,,track ip_src;",
	"xbits:set,a,track ip_all;",
	"xbits:set,a,track ip_src,expire 0;",
	"xbits:put,a,track ip_src;",
	"hostbits:set,a,both;",
	"flowint:a,isset,3;",
	"flowint:a,?,3;",
	"flowint:a,+;",
	"flowint:a;",
	"byte_math:bytes 1, offset 0, oper +, rvalue 1;",
	"byte_math:bytes 9, offset 0, oper +, rvalue 1, result a;",
	"byte_math:bytes 1, offset 0, oper /, rvalue 0, result a;",
	"byte_math:bytes 1, offset 0, oper %, rvalue 1, result a;",
	"byte_math:bytes n, offset 0, oper +, rvalue 1, result a;",
	"threshold:type backoff, track by_src, count 1, multiplier 2;",
	"threshold:type limit, track by_src, count 1, multiplier 2;",
	"threshold:type limit, track by_src, count 1, seconds 2, unique_on src_port;",
	"detection_filter:track by_src, count 1, seconds 2, unique_on port;",
};

static void refused(void)
{
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct rule_config c = run_config();
		char rule[512];

		CASE(wrong[i]);
		snprintf(rule, sizeof(rule), "alert tcp any any -> any any (%s sid:1;)\n",
			 wrong[i]);
		struct rule_set *set = run_load(rule, &c, NULL);
		CHECK_EQ(set->n_failed, 1);
		rule_set_free(set);
	}
}

static const struct {
	const char *needs;
	unsigned matched;
} requirements[] = {
	{"version >= 7.0.3", 1},
	{"version >= 7.0.3 < 8", 0},
	{"version >= 9", 0},
	{"version < 7 | >= 8", 1},
	{"!version >= 9", 1},
	{"keyword content", 1},
	{"keyword warp", 0},
	{"!keyword warp", 1},
	{"feature lua", 0},
	{"moon", 0},
	{"version >= 7, keyword content", 1},
	{"version >= 7, keyword warp", 0},
};

/* What is not met is left out without a complaint about words of a later language. */
static void needs(void)
{
	for (unsigned i = 0; i < sizeof(requirements) / sizeof(requirements[0]); i++) {
		const struct rule_config c = run_config();
		char rule[512];

		CASE(requirements[i].needs);
		snprintf(rule, sizeof(rule),
			 "alert tcp any any -> any any (requires:%s; %s sid:1;)\n",
			 requirements[i].needs, requirements[i].matched ? "" : "warp:9;");
		struct rule_set *set = run_load(rule, &c, stdout);
		CHECK_EQ(set->n_failed, 0);
		CHECK_EQ(set->n_matched, requirements[i].matched);
		rule_set_free(set);
	}
}

int main(void)
{
	static struct run r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].options);
		held(&r, rows[i].options, rows[i].frame, rows[i].sum, rows[i].hit);
	}
	refused();
	needs();
	return check_done();
}
