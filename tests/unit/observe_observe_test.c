// SPDX-License-Identifier: Apache-2.0
/* What becomes an observation, and what stands in it. */
#include "check.h"

#include "observe/fact.h"
#include "observe/observe.h"
#include "observe/wake.h"

#include <stdlib.h>

static struct ring ring;
static struct observer obs;

static void start(void)
{
	struct err err;

	CHECK_EQ(ring_init(&ring, 1 << 16, false, NULL, &err), 0);
	observe_init(&obs, &ring, true);
}

static void end(void)
{
	ring_fini(&ring);
}

/* The next observation; valid until the one after. */
static const struct observation *next(void)
{
	static bool held;
	uint32_t n;

	ring_commit(&ring);
	if (held)
		ring_pop(&ring);
	const struct observation *o = ring_peek(&ring, &n);
	held = o != NULL;
	if (o)
		CHECK_EQ(n, sizeof(*o) + o->len);
	return o;
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

static struct mac mac(uint8_t last)
{
	return (struct mac){{2, 0, 0, 0, 0, last}};
}

static void test_arp(void)
{
	static const struct {
		const char *name, *sender, *target;
		uint16_t op;
		int kind; /* -1: none */
		bool gratuitous;
	} rows[] = {
		{"a request", "10.0.0.1", "10.0.0.2", 1, OBS_arp_request, false},
		{"a reply", "10.0.0.2", "10.0.0.1", 2, OBS_arp_reply, false},
		{"an announcement", "10.0.0.1", "10.0.0.1", 1, OBS_arp_request, true},
		{"a probe", "0.0.0.0", "10.0.0.1", 1, OBS_arp_request, true},
		{"RARP is none", "10.0.0.1", "10.0.0.2", 3, -1, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pkt p = {.net = PKT_arp, .seq = 7, .time_ns = 99, .n_vlan = 1};

		CASE(rows[i].name);
		start();
		p.src = ip(rows[i].sender);
		p.dst = ip(rows[i].target);
		p.vlan[0] = 12;
		p.arp = (struct pkt_arp){.op = rows[i].op, .sender_mac = mac(1)};
		observe_pkt(&obs, &p);
		const struct observation *o = next();
		CHECK_EQ(o ? o->kind : -1, rows[i].kind);
		if (o) {
			const struct obs_neighbour *b = obs_body(o);
			CHECK_EQ(o->seq, 7);
			CHECK_EQ(o->time_ns, 99);
			CHECK_EQ(o->stage_n >> 5, ORDER_decode);
			CHECK(addr_eq(&o->src, &p.src) && addr_eq(&o->dst, &p.dst));
			CHECK(mac_eq(&b->sender_mac, &p.arp.sender_mac));
			CHECK_EQ(b->link.vlan[0], 12);
			CHECK_EQ(b->gratuitous, rows[i].gratuitous);
		}
		CHECK(!next());
		end();
	}
}

static void test_ndp(void)
{
	struct pkt p = {.net = PKT_ip6, .proto = 58, .icmp_type = 135};

	p.src = ip("fe80::1");
	p.ndp = (struct pkt_ndp){.target = ip("fe80::2"), .mac = mac(9), .has_mac = true};

	CASE("a solicitation tells its sender's MAC");
	start();
	observe_pkt(&obs, &p);
	const struct observation *o = next();
	CHECK(o && o->kind == OBS_ndp && o->sport == 135);
	const struct obs_neighbour *b = obs_body(o);
	struct mac m = mac(9), zero = {{0}};
	CHECK(mac_eq(&b->sender_mac, &m) && mac_eq(&b->target_mac, &zero));
	CHECK(addr_eq(&o->dst, &p.ndp.target));

	CASE("an advertisement tells its target's");
	p.icmp_type = 136;
	observe_pkt(&obs, &p);
	o = next();
	b = obs_body(o);
	CHECK(mac_eq(&b->target_mac, &m) && mac_eq(&b->sender_mac, &zero));

	CASE("a router advertisement tells its prefix");
	p.icmp_type = 134;
	p.ndp.prefix = (struct cidr){.addr = ip("2001:db8::"), .bits = 64};
	observe_pkt(&obs, &p);
	o = next();
	b = obs_body(o);
	CHECK_EQ(b->router, 1);
	CHECK_EQ(b->prefix_bits, 64);
	CHECK(addr_eq(&o->dst, &p.ndp.prefix.addr));

	CASE("other ICMPv6, a fragment, and anything else is none");
	p.icmp_type = 132;
	observe_pkt(&obs, &p);
	p.icmp_type = 137;
	observe_pkt(&obs, &p);
	p.icmp_type = 135;
	p.fragment = true;
	observe_pkt(&obs, &p);
	p.fragment = false;
	p.proto = 6;
	observe_pkt(&obs, &p);
	CHECK(!next());
	end();
}

static struct flow some_flow(void)
{
	struct flow f = {
		.client = ip("10.0.0.1"),
		.server = ip("10.0.0.2"),
		.client_port = 1234,
		.server_port = 445,
		.proto = 6,
		.id = 77,
		.outcome = FLOW_refused,
		.seen = FLOW_SYN | FLOW_RST_SERVER | FLOW_ALERTED,
		.start_ns = 5,
		.first_seq = 2,
		.last_ns = 8,
		.client_mac = mac(1),
		.server_mac = mac(2),
		.state = FLOW_closed,
		.interim_n = 300,
	};
	f.half[0] = (struct flow_half){.bytes = 60, .pkts = 1, .tcp_flags = 2};
	f.half[1] = (struct flow_half){.bytes = 40, .payload = 3, .pkts = 1, .tcp_flags = 0x14};
	return f;
}

static void test_flow(void)
{
	struct flow f = some_flow();
	const struct order at = {.seq = 3, .time_ns = 8, .stage = ORDER_flow};

	CASE("a contact");
	start();
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	const struct observation *o = next();
	CHECK(o && o->kind == OBS_contact);
	const struct obs_contact *c = obs_body(o);
	CHECK_EQ(c->outcome, FLOW_refused);
	CHECK_EQ(c->icmp_refused, 0);
	CHECK_EQ(c->guessed, 0);
	CHECK_EQ(c->tcp_flags, 2);
	CHECK_EQ(c->start_ns, 5);
	CHECK_EQ(c->first_seq, 2);
	CHECK_EQ(c->link.proto, 6);
	CHECK_EQ(c->link.has_mac, 1);
	CHECK(addr_eq(&o->src, &f.client) && o->sport == 1234 && o->dport == 445);
	CHECK_EQ(o->flow_id, 77);
	CHECK_EQ(o->stage_n >> 5, ORDER_flow);

	CASE("refused without a RST is ICMP's word; guessed is said");
	f.seen = FLOW_SYN | FLOW_GUESSED;
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	c = obs_body(next());
	CHECK_EQ(c->icmp_refused, 1);
	CHECK_EQ(c->guessed, 1);

	CASE("a record");
	f.seen = FLOW_SYN | FLOW_ALERTED;
	observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_timeout, &at);
	o = next();
	CHECK(o && o->kind == OBS_flow_end);
	const struct obs_flow *r = obs_body(o);
	CHECK_EQ(r->reason, FLOW_END_timeout);
	CHECK_EQ(r->bytes[0], 60);
	CHECK_EQ(r->payload[1], 3);
	CHECK_EQ(r->alerted, 1);
	CHECK_EQ(r->interim_n, 255);
	CHECK_EQ(r->tcp_flags[1], 0x14);
	observe_flow_event(&obs, &f, FLOW_EVENT_interim, FLOW_END_none, &at);
	CHECK_EQ(next()->kind, OBS_flow_interim);

	CASE("somebody types: told of what people type into alone");
	f.server_port = 22;
	observe_flow_event(&obs, &f, FLOW_EVENT_wake, FLOW_END_none, &at);
	o = next();
	CHECK(o && o->kind == OBS_wake && o->flow_id == 77);
	CHECK_EQ(((const struct obs_wake *)obs_body(o))->guessed, 0);
	f.server_port = 80;
	observe_flow_event(&obs, &f, FLOW_EVENT_wake, FLOW_END_none, &at);
	CHECK(!next());
	f.app = APP_telnet;
	observe_flow_event(&obs, &f, FLOW_EVENT_wake, FLOW_END_none, &at);
	CHECK(next() != NULL);
	obs.wants &= ~(1ull << OBS_wake);
	observe_flow_event(&obs, &f, FLOW_EVENT_wake, FLOW_END_none, &at);
	CHECK(!next());

	CASE("what is not wanted is not made");
	obs.flow_records = false;
	obs.flow_contacts = false;
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	observe_flow_event(&obs, &f, FLOW_EVENT_interim, FLOW_END_none, &at);
	observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_none, &at);
	CHECK(!next());
	end();
}

static void test_rule(void)
{
	static char eve[OBS_EVE_MAX + 1];
	struct flow f = some_flow();
	struct rule rule = {.conditional = true};
	struct pkt p = {.src = f.server, .dst = f.client, .sport = 445, .dport = 1234, .proto = 6};
	struct rule_hit hit = {
		.rule = &rule,
		.pkt = &p,
		.flow = &f,
		.dir = FLOW_to_client,
		.at = {.seq = 4, .time_ns = 9, .stage = ORDER_rule},
		.eve = "\"x\":1",
		.eve_len = 5,
	};

	CASE("a hit has the packet's addresses and the flow's counters");
	start();
	observe_rule_hit(&obs, &hit);
	const struct observation *o = next();
	const struct obs_rule *b = obs_body(o);
	CHECK(o->kind == OBS_rule_hit && addr_eq(&o->src, &f.server) && o->sport == 445);
	CHECK(b->rule == &rule && b->conditional && b->has_flow);
	CHECK_EQ(b->bytes[0], 60);
	CHECK_EQ(b->eve_len, 5);
	CHECK(memcmp(b + 1, "\"x\":1", 5) == 0);
	CHECK_EQ(b->link.dir, FLOW_to_client);

	CASE("at a flow's end those of the side that sent it");
	hit.pkt = NULL;
	observe_rule_hit(&obs, &hit);
	o = next();
	b = obs_body(o);
	CHECK(addr_eq(&o->src, &f.server) && o->sport == 445 && o->dport == 1234);
	CHECK(mac_eq(&b->link.smac, &f.server_mac));
	hit.dir = FLOW_to_server;
	observe_rule_hit(&obs, &hit);
	o = next();
	b = obs_body(o);
	CHECK(addr_eq(&o->src, &f.client) && o->sport == 1234);
	CHECK(mac_eq(&b->link.smac, &f.client_mac));

	CASE("a fragment of the largest size is kept, a larger one left out whole and flagged");
	memset(eve, 'x', sizeof(eve));
	hit.eve = eve;
	hit.eve_len = OBS_EVE_MAX;
	observe_rule_hit(&obs, &hit);
	b = obs_body(next());
	CHECK_EQ(b->eve_len, OBS_EVE_MAX);
	CHECK_EQ(b->link.cut, 0);
	hit.eve_len = OBS_EVE_MAX + 1;
	observe_rule_hit(&obs, &hit);
	b = obs_body(next());
	CHECK_EQ(b->eve_len, 0);
	CHECK_EQ(b->link.cut, 1);

	CASE("no flow, no packet");
	hit = (struct rule_hit){.rule = &rule, .at = {.seq = 9, .stage = ORDER_rule}};
	observe_rule_hit(&obs, &hit);
	o = next();
	b = obs_body(o);
	CHECK_EQ(o->flow_id, 0);
	CHECK_EQ(b->has_flow, 0);
	CHECK(!next());
	end();
}

static void test_n(void)
{
	struct flow f = some_flow();
	struct order at = {.seq = 3, .stage = ORDER_flow};

	CASE("n counts within seq, stage and flow, and stays at 31");
	start();
	for (unsigned i = 0; i < 40; i++) {
		observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
		CHECK_EQ(next()->stage_n & 31, i < 31 ? i : 31);
	}
	f.id++;
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	CHECK_EQ(next()->stage_n & 31, 0);
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	CHECK_EQ(next()->stage_n & 31, 1);
	at.stage = ORDER_rule;
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	CHECK_EQ(next()->stage_n & 31, 0);
	at.seq++;
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	CHECK_EQ(next()->stage_n & 31, 0);
	CHECK_EQ(count_get(&obs.made[OBS_contact]), 44);

	CASE("only worker 0 tells the seconds");
	observe_tick(&obs, 5, 1000);
	const struct observation *o = next();
	CHECK(o && o->kind == OBS_tick && o->seq == 5 && o->time_ns == 1000);
	CHECK_EQ(o->stage_n, ORDER_tick << 5);
	obs.ticks = false;
	observe_tick(&obs, 6, 2000);
	CHECK(!next());
	end();

	CASE("no room: counted by the ring, not made");
	struct err err;
	CHECK_EQ(ring_init(&ring, 256, false, NULL, &err), 0);
	observe_init(&obs, &ring, true);
	for (unsigned i = 0; i < 5; i++)
		observe_tick(&obs, i, i);
	CHECK_EQ(count_get(&obs.made[OBS_tick]), 3);
	CHECK_EQ(count_get(&ring.lost), 2);
	ring_fini(&ring);
}

/* Flows of a flood, as the table forgets them: source i of 10.1.x.y asks one service. */
static void forget(unsigned i, uint32_t seen, uint64_t start_ns, const char *server)
{
	const struct order at = {.seq = 1000 + i, .time_ns = start_ns, .stage = ORDER_flow};
	struct flow f = {.client = ip("198.51.0.0"), .server = ip(server), .client_port = 4000,
			 .server_port = 443, .proto = 6, .seen = seen, .start_ns = start_ns,
			 .first_seq = i, .id = 7 + i};

	f.client.b[14] = (uint8_t)(i >> 8);
	f.client.b[15] = (uint8_t)i;
	f.half[0].pkts = 1;
	observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_evicted, &at);
}

static void test_crowd(void)
{
	struct err err;
	unsigned told = 0, contacts = 0;
	const struct observation *o;

	CASE("what a full table forgets is told as sums, at the next second");
	start();
	obs.flow_records = false;
	obs.ticks = false;
	CHECK_EQ(observe_remember(&obs, 64, &err), 0);
	for (unsigned i = 0; i < 1000; i++)
		forget(i, FLOW_SYN, 5000000000, "10.0.0.1");
	CHECK(!next());
	observe_tick(&obs, 3000, 6000000000);
	while ((o = next())) {
		const struct obs_contact *c = obs_body(o);

		CHECK_EQ(o->kind, OBS_contact);
		CHECK_EQ(o->dport, 443);
		CHECK_EQ(c->outcome, FLOW_unanswered);
		CHECK_EQ(c->start_ns, 5000000000);
		CHECK_EQ(c->first_seq % 256, 0); /* the first of its /24 */
		contacts += c->count;
		told++;
	}
	CHECK_EQ(contacts, 1000);
	CHECK_EQ(told, 4); /* of 198.51.0.0/24 … 198.51.3.0/24 */
	CHECK_EQ(count_get(&obs.crowded), 1000);

	CASE("another second and another server are other sums");
	forget(1, FLOW_SYN, 5000000000, "10.0.0.1");
	forget(1, FLOW_SYN, 6000000000, "10.0.0.1");
	forget(1, FLOW_SYN, 5000000000, "10.0.0.2");
	observe_tick(&obs, 3001, 7000000000);
	CHECK(next() && next() && next() && !next());

	CASE("what is decided, guessed or backscatter says nothing");
	forget(1, FLOW_SYN | FLOW_DECIDED, 5000000000, "10.0.0.1");
	forget(1, FLOW_SYN | FLOW_GUESSED, 5000000000, "10.0.0.1");
	forget(1, FLOW_SYNACK_FIRST, 5000000000, "10.0.0.1");
	forget(1, 0, 5000000000, "10.0.0.1");
	observe_tick(&obs, 3002, 8000000000);
	CHECK(!next());
	observe_fini(&obs);
	end();
}

/* A client's or a server's part of TLS, at that second. */
static void hello(const char *server, uint8_t side, const char *name, uint64_t s)
{
	struct flow f = {.client = ip("10.0.0.1"), .server = ip(server), .server_port = 443, .proto = 6};
	struct fact_tls body = {.server = side};
	struct proto_fact fact = {.flow = &f, .kind = FACT_tls, .at = {.time_ns = s * 1000000000ull}, .body = &body,
				  .len = sizeof(body), .text = name, .text_len = (uint32_t)strlen(name) + 1};

	observe_fact(&obs, &fact);
}

static void test_hello(void)
{
	static const struct {
		const char *name, *server, *word;
		uint8_t side;
		uint64_t s;
		bool told;
	} rows[] = {
		{"a hello", "198.51.100.1", "a.example", 0, 1, true},
		{"the same, in the same hour", "198.51.100.1", "a.example", 0, 3600, false},
		{"another name", "198.51.100.1", "b.example", 0, 3600, true},
		{"another server", "198.51.100.2", "a.example", 0, 3600, true},
		{"an hour later", "198.51.100.1", "a.example", 0, 3601, true},
		{"servers' answers are all told", "198.51.100.1", "", 1, 3601, true},
		{"servers' answers are all told, again", "198.51.100.1", "", 1, 3601, true},
	};
	struct err err;

	start();
	obs.wants = 1ull << OBS_tls;
	CHECK_EQ(seen_init(&obs.seen, 64, &err), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		hello(rows[i].server, rows[i].side, rows[i].word, rows[i].s);
		CHECK_EQ(next() != NULL, rows[i].told);
	}
	CHECK_EQ(count_get(&obs.repeated), 1);
	seen_fini(&obs.seen);
	end();
}

int main(void)
{
	test_hello();
	test_crowd();
	test_arp();
	test_ndp();
	test_flow();
	test_rule();
	test_n();
	return check_done();
}
