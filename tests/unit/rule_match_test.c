// SPDX-License-Identifier: Apache-2.0
/* Rules on packets: header keywords, lists, order, limits, pass. */
#include "check.h"
#include "decode/event.h"
#include "rule_run.h"

struct shape { /* of the packet a row is held against */
	uint8_t proto, flags, type, code, ttl;
	uint16_t sport, dport, id, ip_flags;
	uint32_t dsize;
};

static const struct {
	const char *rule; /* header and options */
	struct shape p;
	bool hit;
} rows[] = {
	{"tcp any any -> any 80 (flags:S;", {.proto = 6, .flags = TCP_SYN, .dport = 80}, true},
	{"tcp any any -> any 80 (flags:S;", {.proto = 6, .flags = TCP_SYN, .dport = 81}, false},
	{"udp any any -> any 80 (dsize:0;", {.proto = 6, .dport = 80}, false},
	{"tcp any any -> any any (flags:S;", {.proto = 6, .flags = TCP_SYN | TCP_ACK}, false},
	{"tcp any any -> any any (flags:S+;", {.proto = 6, .flags = TCP_SYN | TCP_ACK}, true},
	{"tcp any any -> any any (flags:+S;", {.proto = 6, .flags = TCP_SYN | TCP_ACK}, true},
	{"tcp any any -> any any (flags:+SA;", {.proto = 6, .flags = TCP_SYN}, false},
	{"tcp any any -> any any (flags:*SF;", {.proto = 6, .flags = TCP_FIN | TCP_ACK}, true},
	{"tcp any any -> any any (flags:*SF;", {.proto = 6, .flags = TCP_ACK}, false},
	{"tcp any any -> any any (flags:!SF;", {.proto = 6, .flags = TCP_ACK}, true},
	{"tcp any any -> any any (flags:!SF;", {.proto = 6, .flags = TCP_SYN}, false},
	{"tcp any any -> any any (flags:S,12;", {.proto = 6, .flags = TCP_SYN | TCP_ECE | TCP_CWR}, true},
	{"tcp any any -> any any (flags:S;", {.proto = 6, .flags = TCP_SYN | TCP_ECE}, false},
	{"tcp any any -> any any (flags:S,CE;", {.proto = 6, .flags = TCP_SYN | TCP_ECE}, true},
	{"tcp any any -> any any (flags:0;", {.proto = 6, .flags = 0}, true},
	{"tcp any any -> any any (flags:0;", {.proto = 6, .flags = TCP_FIN}, false},
	{"tcp any any -> any any (tcp.flags:S;", {.proto = 6, .flags = TCP_SYN}, true},
	{"ip any any -> any any (flags:0;", {.proto = 17}, false},
	{"icmp any any -> any any (itype:8;", {.proto = 1, .type = 8}, true},
	{"icmp any any -> any any (itype:8;", {.proto = 1, .type = 0}, false},
	{"icmp any 5 -> any 6 (itype:8;", {.proto = 1, .type = 8}, true}, /* ICMP has no ports */
	{"icmp any any -> any any (itype:8; icode:>0;", {.proto = 1, .type = 8, .code = 1}, true},
	{"icmp any any -> any any (itype:8; icode:>0;", {.proto = 1, .type = 8}, false},
	{"icmp any any -> any any (itype:128;", {.proto = 58, .type = 128}, true},
	{"icmpv6 any any -> any any (itype:128;", {.proto = 58, .type = 128}, true},
	{"icmpv6 any any -> any any (itype:128;", {.proto = 1, .type = 128}, false},
	{"icmpv4 any any -> any any (itype:128;", {.proto = 58, .type = 128}, false},
	{"udp any any -> any any (dsize:5;", {.proto = 17, .dsize = 5}, true},
	{"udp any any -> any any (dsize:5;", {.proto = 17, .dsize = 4}, false},
	{"udp any any -> any any (dsize:3<>6;", {.proto = 17, .dsize = 6}, false},
	{"udp any any -> any any (dsize:0;", {.proto = 17, .dsize = 0}, true},
	{"ip any any -> any any (ttl:<5;", {.proto = 17, .ttl = 4}, true},
	{"ip any any -> any any (ttl:<5;", {.proto = 17, .ttl = 5}, false},
	{"ip any any -> any any (ip_proto:47;", {.proto = 47}, true},
	{"ip any any -> any any (ip_proto:GRE; ttl:1;", {.proto = 47}, false},
	{"ip any any -> any any (ip_proto:!udp;", {.proto = 17}, false},
	{"ip any any -> any any (ip_proto:!udp;", {.proto = 47}, true},
	{"sctp any any -> any 9 (ttl:0;", {.proto = 132, .dport = 9}, true},
	{"sctp any any -> any 9 (ttl:0;", {.proto = 47, .dport = 9}, false},
	{"ip any any -> any any (id:7;", {.proto = 17, .id = 7}, true},
	{"ip any any -> any any (id:7;", {.proto = 17, .id = 8}, false},
	{"ip any any -> any any (fragbits:D;", {.proto = 17, .ip_flags = 2}, true},
	{"ip any any -> any any (fragbits:D;", {.proto = 17, .ip_flags = 3}, false},
	{"ip any any -> any any (fragbits:+D;", {.proto = 17, .ip_flags = 3}, true},
	{"ip any any -> any any (fragbits:!M;", {.proto = 17, .ip_flags = 1}, false},
	{"ip any any -> any any (fragbits:*MD;", {.proto = 17, .ip_flags = 1}, true},
	{"ip6 any any -> any any (ttl:0;", {.proto = 17}, false},
	{"ip4 any any -> any any (ttl:0;", {.proto = 17}, true},
	{"udp any any -> any [80,!80:90,443] (dsize:0;", {.proto = 17, .dport = 443}, true},
	{"udp any 5:6 -> any any (dsize:0;", {.proto = 17, .sport = 7}, false},
	{"udp 10.0.0.0/8 any -> 192.0.2.2 any (dsize:0;", {.proto = 17}, true},
	{"udp !10.0.0.0/8 any -> any any (dsize:0;", {.proto = 17}, false},
	{"udp 192.0.2.2 any -> any any (dsize:0;", {.proto = 17}, false},
	{"udp 192.0.2.2 any <> any any (dsize:0;", {.proto = 17}, true},
	{"tcp any any -> any any (window:0; seq:5; ack:0;", {.proto = 6}, false},
	{"tcp any any -> any any (window:0; seq:0; ack:0;", {.proto = 6}, true},
	{"ip any any -> any any (sameip;", {.proto = 17}, false},
	{"ip any any -> any any (fragoffset:0;", {.proto = 17}, true},
	{"ip any any -> any any (fragoffset:>0;", {.proto = 17}, false},
	{"UDP any any -> any any (dsize:0;", {.proto = 17}, true},
};

static struct pkt shaped(struct run *r, const struct shape *s)
{
	static const uint8_t payload[2000];

	r->flow.proto = s->proto;
	struct pkt p = run_pkt(r, 0, payload, s->dsize);
	p.tcp_flags = s->flags;
	p.icmp_type = s->type;
	p.icmp_code = s->code;
	p.ttl = s->ttl;
	p.sport = s->sport;
	p.dport = s->dport;
	p.ip_id = s->id;
	p.ip_flags = (uint8_t)s->ip_flags;
	return p;
}

static void headers(struct run *r)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char rule[512];

		CASE(rows[i].rule);
		snprintf(rule, sizeof(rule), "alert %s sid:1;)\n", rows[i].rule);
		run_init(r, rule);
		CHECK_EQ(r->set->n_matched, 1);
		struct pkt p = shaped(r, &rows[i].p);
		rule_pkt(r->m, &p);
		CHECK_EQ(r->n, rows[i].hit);
		run_fini(r);
	}
}

static void udp(struct run *r, uint8_t dir, const char *text)
{
	struct pkt p = run_pkt(r, dir, text, strlen(text));

	rule_pkt(r->m, &p);
}

static void flowbits(struct run *r)
{
	CASE("flowbits: set before asked, also in one packet, whatever the numbers");
	run_init(r, "alert udp any any -> any any (content:\"a\"; flowbits:isset,x; sid:1;)\n"
		    "alert udp any any -> any any (content:\"b\"; flowbits:set,x; flowbits:noalert; "
		    "sid:2;)\n"
		    "alert udp any any -> any any (content:\"a\"; flowbits:isnotset,x; sid:3;)\n"
		    "alert udp any any -> any any (content:\"c\"; flowbits:unset,x; sid:4;)\n"
		    "alert udp any any -> any any (content:\"d\"; flowbits:toggle,x; sid:5;)\n"
		    "alert udp any any -> any any (content:\"e\"; flowbits:isset,y|x; sid:6;)\n"
		    "alert udp any any -> any any (content:\"f\"; flowbits:isset,x; "
		    "flowbits:set,z; sid:7;)\n"
		    "alert udp any any -> any any (content:\"f\"; flowbits:isset,z; sid:8;)");
	r->flow.proto = 17;
	udp(r, 0, "a");
	CHECK_STR(run_sids(r), "3");
	udp(r, 0, "ab");
	udp(r, 1, "a");
	udp(r, 0, "e");
	CHECK_STR(run_sids(r), "3 1 1 6");
	r->n = 0;
	udp(r, 0, "f");
	CHECK_STR(run_sids(r), "7 8");
	r->n = 0;
	udp(r, 0, "ca");
	udp(r, 0, "da");
	udp(r, 0, "da");
	CHECK_STR(run_sids(r), "4 3 5 1 5 3"); /* what sets is told first */
	CASE("they go with the flow, and come back to the pool");
	for (unsigned i = 0; i < 20; i++) {
		udp(r, 0, "b");
		run_end(r);
		CHECK_EQ(r->flow.rule_flowbits, 0);
	}
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->flowbits_over), 0);
	r->n = 0;
	udp(r, 0, "e");
	CHECK_EQ(r->n, 0);
	CASE("no room: counted, not set");
	struct flow old = r->flow;
	for (unsigned i = 0; i < 8; i++) {
		r->flow.rule_flowbits = r->flow.rule_bits = 0;
		udp(r, 0, "b");
	}
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->flowbits_over), 0);
	r->flow.rule_flowbits = r->flow.rule_bits = 0;
	udp(r, 0, "be");
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->flowbits_over), 1);
	CHECK_EQ(r->n, 0);
	r->flow = old;
	CASE("without a flow nothing is asked or set");
	struct pkt p = run_pkt(r, 0, "abce", 4);
	p.flow = NULL;
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "4");
	run_fini(r);
}

static void flowints(struct run *r)
{
	CASE("flowint: set and compared, also in one packet; unset compares with nothing");
	run_init(r, "alert udp any any -> any any (content:\"a\"; flowint:n,+,1; noalert; sid:1;)\n"
		    "alert udp any any -> any any (content:\"a\"; flowint:n,==,2; sid:2;)\n"
		    "alert udp any any -> any any (content:\"b\"; flowint:n,<,9; sid:3;)\n"
		    "alert udp any any -> any any (content:\"b\"; flowint:n,isset; sid:4;)\n"
		    "alert udp any any -> any any (content:\"b\"; flowint:n,notset; sid:5;)\n"
		    "alert udp any any -> any any (content:\"c\"; flowint:m,=,2; noalert; sid:6;)\n"
		    "alert udp any any -> any any (content:\"d\"; flowint:n,>=,m; sid:7;)\n"
		    "alert udp any any -> any any (content:\"e\"; flowint:n,-,m; noalert; sid:8;)\n"
		    "alert udp any any -> any any (content:\"f\"; flowint:n,==,0; flowbits:set,x; sid:9;)\n"
		    "alert udp any any -> any any (content:\"f\"; flowbits:isset,x; sid:10;)\n"
		    "alert udp any any -> any any (content:\"g\"; flowint:q,-,1; sid:11;)\n"
		    "alert udp any any -> any any (content:\"g\"; flowint:q,>,4294967294; sid:12;)");
	CHECK_EQ(r->set->n_matched, 12);
	r->flow.proto = 17;
	udp(r, 0, "b");
	CHECK_STR(run_sids(r), "5");
	r->n = 0;
	udp(r, 0, "a");
	udp(r, 1, "ab");
	CHECK_STR(run_sids(r), "2 3 4");
	r->n = 0;
	udp(r, 0, "d");
	udp(r, 0, "c");
	udp(r, 0, "d");
	CHECK_STR(run_sids(r), "7 7"); /* a name that was never set is 0 */
	r->n = 0;
	udp(r, 0, "f");
	udp(r, 0, "e");
	udp(r, 0, "f");
	udp(r, 0, "g");
	CHECK_STR(run_sids(r), "9 10 11"); /* 0 less something is not a name that was never set */
	CASE("they go with the flow");
	run_end(r);
	r->n = 0;
	udp(r, 0, "b");
	CHECK_STR(run_sids(r), "5");
	run_fini(r);
}

static void handshake(struct run *r)
{
	CASE("the packet that completes the handshake is not established yet, the next one is");
	run_init(r, "alert tcp any any -> any any (flow:established; flags:A; sid:1;)\n"
		    "alert tcp any any -> any any (flow:not_established; flags:A; sid:2;)");
	struct pkt p = run_pkt(r, 0, "", 0);
	p.completes = true;
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "2");
	p = run_pkt(r, 0, "", 0);
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "2 1");
	run_fini(r);
}

static void told(struct run *r)
{
	CASE("xbits: told though it is noalert, set before asked, for the detect thread to decide");
	run_init(r, "alert udp any any -> any any (content:\"a\"; xbits:isset,x,track ip_src; sid:1;)\n"
		    "alert udp any any -> any any (content:\"a\"; xbits:set,x,track ip_src, expire 5; "
		    "noalert; sid:2;)\n"
		    "alert udp any any -> any any (content:\"a\"; hostbits:isset,x,dst; sid:3;)\n"
		    "alert udp any any -> any any (content:\"a\"; sid:4;)");
	CHECK_EQ(r->set->n_matched, 4);
	r->flow.proto = 17;
	udp(r, 0, "a");
	CHECK_STR(run_sids(r), "2 1 3 4");
	const struct rule *set = r->set->rule[0], *ask = r->set->rule[1], *host = r->set->rule[2];
	CHECK(set->conditional && set->xbit->kind == XBIT_set && set->xbit->expire_s == 5);
	CHECK(ask->conditional && ask->xbit->track == XBIT_src && ask->xbit->name == set->xbit->name);
	CHECK(host->xbit->name == ask->xbit->name && host->xbit->track == XBIT_dst);
	CHECK(!r->set->rule[3]->conditional);
	run_fini(r);

	CASE("bypass: the conversation is not looked at any more");
	run_init(r, "alert udp any any -> any any (content:\"a\"; bypass; sid:1;)\n"
		    "alert udp any any -> any any (content:\"b\"; sid:2;)");
	r->flow.proto = 17;
	udp(r, 0, "b");
	udp(r, 0, "ab");
	udp(r, 0, "b");
	CHECK_STR(run_sids(r), "2 1 2");
	run_fini(r);
}

static void events(struct run *r)
{
	CASE("events: by name, one of Suricata's prefixes before it, at the packet that shows it");
	run_init(r, "alert ip any any -> any any (decode-event:ipv4.trunc_pkt; sid:1;)\n"
		    "alert tcp any any -> any any (stream-event:reassembly_seq_gap; sid:2;)\n"
		    "alert pkthdr any any -> any any (decode-event:decoder.ipv4.trunc_pkt; sid:3;)\n"
		    "alert ip any any -> any any (sid:4;)\n"
		    "alert ip any any -> any any (decode-event:no.such; sid:5;)");
	CHECK_EQ(r->set->n_matched, 4);
	struct pkt p = run_pkt(r, 0, "x", 1);
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "4");
	r->n = 0;
	p.events = EVENT_BIT(DECODE_ip4_truncated);
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "1 3");
	r->n = 0;
	p.events = 0;
	p.stream_events = EVENT_BIT(stream_event_find("reassembly_seq_gap"));
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "2");
	CASE("a frame that could not be decoded is asked for its events only");
	r->n = 0;
	p = (struct pkt){.net = PKT_none, .payload = (const uint8_t *)"",
			 .events = EVENT_BIT(DECODE_ip4_truncated)};
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "1 3");
	run_fini(r);
}

static void stream_sizes(struct run *r)
{
	static const struct {
		const char *rule;
		uint64_t client, server;
		bool hit;
	} row[] = {
		{"client,<,5", 3, 9, true},  {"client,<,5", 4, 9, false}, /* the SYN is one */
		{"server,>,5", 9, 5, true},  {"server,>,5", 9, 4, false},
		{"both,=,5", 4, 4, true},    {"both,=,5", 4, 5, false},
		{"either,=,5", 4, 9, true},  {"either,=,5", 5, 9, false},
		{"client,!=,5", 5, 0, true}, {"client,!=,5", 4, 0, false},
		{"client,<=,5", 4, 0, true}, {"client,<=,5", 5, 0, false},
		{"client,>=,5", 4, 0, true}, {"client,>=,5", 3, 0, false},
	};

	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char rule[256];

		CASE(row[i].rule);
		snprintf(rule, sizeof(rule), "alert tcp any any -> any any (stream_size:%s; sid:1;)",
			 row[i].rule);
		run_init(r, rule);
		for (unsigned d = 0; d < 2; d++) {
			r->flow.half[d].payload = d ? row[i].server : row[i].client;
			r->flow.half[d].tcp_flags = TCP_SYN;
		}
		udp(r, 0, "x");
		CHECK_EQ(r->n, row[i].hit);
		run_fini(r);
	}
}

static void once(struct run *r)
{
	CASE("a header alone matches once a flow and direction");
	run_init(r, "alert udp any any -> any any (sid:1;)\n"
		    "alert udp any any -> any any (flow:established; sid:2;)\n"
		    "alert udp any any -> any any (flow:to_client; sid:3;)\n"
		    "alert udp any any -> any any (flow:not_established; sid:4;)\n"
		    "alert udp any any -> any any (dsize:1; sid:5;)");
	r->flow.proto = 17;
	r->flow.half[1].pkts = 0; /* nobody has answered */
	udp(r, 0, "");
	udp(r, 0, "");
	CHECK_STR(run_sids(r), "1 4 4");
	r->n = 0;
	r->flow.half[1].pkts = 1;
	udp(r, 1, "");
	CHECK_STR(run_sids(r), "1 2 3");
	r->n = 0;
	udp(r, 0, "");
	udp(r, 1, "");
	CHECK_STR(run_sids(r), "2 2 3");
	CASE("one that looks at the packet, or asks for a flow, matches each");
	r->n = 0;
	udp(r, 0, "x");
	udp(r, 0, "x");
	CHECK_STR(run_sids(r), "2 5 2 5");
	CASE("without a flow, what needs one does not match");
	r->n = 0;
	struct pkt p = run_pkt(r, 0, "x", 1);
	p.flow = NULL;
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "1 5");
	CASE("a TCP flow that was reset at once was never established");
	run_fini(r);
	run_init(r, "alert tcp any any -> any any (flow:established; ttl:64; sid:1;)");
	r->flow.state = FLOW_closed;
	r->flow.seen = FLOW_SYN | FLOW_RST_SERVER;
	udp(r, 0, "");
	CHECK_EQ(r->n, 0);
	r->flow.seen |= FLOW_MIDSTREAM;
	udp(r, 0, "");
	CHECK_EQ(r->n, 1);
	run_fini(r);
}

static void order(struct run *r)
{
	CASE("hits leave by sid, whatever the order in the file and the kind of rule");
	run_init(r, "alert udp any any -> any any (content:\"a\"; sid:9;)\n"
		    "alert udp any any -> any any (content:\"b\"; sid:3;)\n"
		    "alert udp any any -> any 80 (dsize:2; sid:5;)\n"
		    "alert udp any any -> any any (dsize:2; sid:4;)\n"
		    "alert udp any any -> any any (content:\"b\"; sid:7;)\n"
		    "alert udp any any -> any any (content:!\"c\"; sid:6;)\n"
		    "alert udp any any -> any any (sid:8;)");
	r->flow.proto = 17;
	udp(r, 0, "ab");
	CHECK_STR(run_sids(r), "3 4 5 6 7 8 9");
	CASE("a negated content alone needs a payload to look into");
	r->n = 0;
	udp(r, 0, "");
	CHECK_STR(run_sids(r), "");
	udp(r, 0, "c");
	CHECK_STR(run_sids(r), "");
	run_fini(r);
}

static void limits(struct run *r)
{
	static char rules[65536];
	size_t n = 0;

	for (unsigned i = 0; i < 70; i++)
		n += (size_t)snprintf(rules + n, sizeof(rules) - n,
				      "alert udp any any -> any any (content:\"abc\"; sid:%u;)\n"
				      "alert udp any any -> any 9 (content:\"abc\"; sid:%u;)\n",
				      100 - i, 1000 + i);
	CASE("candidates beyond the limit are counted, the lowest numbers stay");
	run_init(r, rules);
	r->flow.proto = 17;
	udp(r, 0, "abc");
	CHECK_EQ(r->n, 64);
	CHECK_EQ(r->sid[0], 31);
	CHECK_EQ(r->sid[63], 94);
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->candidates), 70);
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->candidates_over), 6);
	run_fini(r);
	CASE("the limit itself is allowed");
	struct rule_config c = run_config();
	c.candidates = 70;
	run_init_with(r, rules, &c);
	r->flow.proto = 17;
	udp(r, 0, "abc");
	CHECK_EQ(r->n, 70);
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->candidates_over), 0);
	run_fini(r);
	CASE("no rules cost nothing");
	run_init(r, "# none\n");
	udp(r, 0, "abc");
	CHECK(!r->set->wants_streams);
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->scans), 0);
	run_fini(r);
}

static void passing(struct run *r)
{
	CASE("a pass rule silences the packet, whatever its number");
	run_init(r, "alert udp any any -> any any (content:\"a\"; sid:1;)\n"
		    "pass udp any any -> any any (content:\"ok\"; sid:2;)");
	r->flow.proto = 17;
	udp(r, 0, "a ok");
	CHECK_EQ(r->n, 0);
	CASE("but not the next");
	udp(r, 0, "a");
	CHECK_STR(run_sids(r), "1");
	run_fini(r);
	CASE("one on the header passes the flow");
	run_init(r, "alert udp any any -> any any (content:\"a\"; sid:1;)\n"
		    "pass udp any any -> any 80 (sid:2;)");
	r->flow.proto = 17;
	udp(r, 0, "a");
	udp(r, 0, "a");
	udp(r, 1, "a");
	CHECK_EQ(r->n, 0);
	run_fini(r);
	CASE("one on the stream passes what stream and packet rules found");
	run_init(r, "alert tcp any any -> any any (content:\"a\"; sid:1;)\n"
		    "pass tcp any any -> any any (content:\"ok\"; sid:2;)\n"
		    "alert tcp any any -> any any (ttl:64; sid:3;)");
	run_piece(r, 0, "a ok", 4, false, false);
	run_piece(r, 0, "a", 1, false, false);
	CHECK_EQ(r->n, 0);
	run_fini(r);
	CASE("noalert matches and says nothing");
	run_init(r, "alert udp any any -> any any (content:\"a\"; noalert; sid:1;)");
	r->flow.proto = 17;
	udp(r, 0, "a");
	CHECK_EQ(r->n, 0);
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->hits), 1);
	run_fini(r);
}

int main(void)
{
	struct run *r = malloc(sizeof(*r));

	headers(r);
	once(r);
	flowbits(r);
	flowints(r);
	told(r);
	handshake(r);
	stream_sizes(r);
	events(r);
	order(r);
	limits(r);
	passing(r);
	free(r);
	return check_done();
}
