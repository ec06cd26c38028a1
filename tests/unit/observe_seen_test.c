// SPDX-License-Identifier: Apache-2.0
/* What is told again and what is only counted; volumes; health; the end. */
#include "check.h"

#include "base/clock.h"
#include "observe/volume.h"

static struct ring ring;
static struct observer obs;
static bool held; /* the observation at the ring's head is read */

static void start(void)
{
	struct err err;

	held = false;
	CHECK_EQ(ring_init(&ring, 1 << 16, false, NULL, &err), 0);
	observe_init(&obs, &ring, true);
	CHECK_EQ(observe_remember(&obs, 4096, &err), 0);
}

static void end(void)
{
	observe_fini(&obs);
	ring_fini(&ring);
}

static const struct observation *next(void)
{
	uint32_t n;

	ring_commit(&ring);
	if (held)
		ring_pop(&ring);
	const struct observation *o = ring_peek(&ring, &n);
	held = o != NULL;
	return o;
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

static struct flow a_flow(void)
{
	return (struct flow){.client = ip("10.0.0.1"),
			     .server = ip("10.0.0.2"),
			     .server_port = 53,
			     .proto = 17,
			     .id = 5,
			     .outcome = FLOW_answered};
}

/* 0: not told; else how many it stands for. */
static uint32_t touch(const struct flow *f, uint64_t time_ns)
{
	const struct order at = {.seq = 3, .time_ns = time_ns, .stage = ORDER_flow};

	observe_flow_event(&obs, f, FLOW_EVENT_contact, FLOW_END_none, &at);
	const struct observation *o = next();
	uint32_t n = o ? ((const struct obs_contact *)obs_body(o))->count : 0;
	CHECK(!o || !next());
	return n;
}

static void test_contacts(void)
{
	struct flow f = a_flow();
	const uint64_t t = 1000 * NS_PER_S;

	CASE("the second contact that goes the same way is not told");
	start();
	CHECK_EQ(touch(&f, t), 1);
	CHECK_EQ(touch(&f, t + 1), 0);
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS - 1), 0);
	CASE("after a minute it is, with those in between");
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 3);
	CASE("so is one that goes another way, and one to another port, host or protocol");
	f.outcome = FLOW_unanswered;
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 1);
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 0);
	f.server_port = 54;
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 1);
	f.proto = 6;
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 1);
	f.server = ip("10.0.0.3");
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 1);
	f.client = ip("10.0.0.9");
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 1);
	f.seen = FLOW_GUESSED;
	CHECK_EQ(touch(&f, t + SEEN_AGAIN_NS), 1);
	CASE("and who answers whom is not who asks whom");
	f = (struct flow){.client = f.server, .server = f.client, .server_port = 54, .proto = 6};
	CHECK_EQ(touch(&f, t), 1);
	end();

	CASE("a thousand and more in a minute are told at each 1024th");
	start();
	f = a_flow();
	CHECK_EQ(touch(&f, t), 1);
	for (unsigned i = 1; i < SEEN_AGAIN_MANY; i++)
		CHECK_EQ(touch(&f, t), 0);
	CHECK_EQ(touch(&f, t), SEEN_AGAIN_MANY);
	end();

	CASE("the oldest is forgotten when its set is full, counted");
	start();
	for (unsigned i = 0; i < 20000; i++) {
		f.server.b[14] = (uint8_t)(i >> 8);
		f.server.b[15] = (uint8_t)i;
		touch(&f, t + i);
	}
	CHECK(count_get(&obs.seen.evicted) > 10000);
	CHECK(count_get(&obs.seen.taken) <= 4096);
	CHECK_EQ(touch(&f, t + 20000), 0);
	end();
}

static bool asks(uint16_t op, uint8_t target, uint8_t mac, uint64_t ns)
{
	struct pkt p = {.net = PKT_arp, .time_ns = ns, .src = ip("10.0.0.1")};

	p.dst = ip("10.0.0.0");
	p.dst.b[15] = target;
	p.arp = (struct pkt_arp){.op = op, .sender_mac = {{2, 0, 0, 0, 0, mac}}};
	observe_pkt(&obs, &p);
	return next() != NULL;
}

static void test_arp(void)
{
	const uint64_t t = 1000 * NS_PER_S;

	CASE("the same question within a minute is one");
	start();
	CHECK(asks(1, 7, 1, t));
	CHECK(!asks(1, 7, 1, t + NS_PER_S));
	CHECK(!asks(1, 7, 1, t + SEEN_AGAIN_NS - 1));
	CHECK_EQ(count_get(&obs.repeated), 2);
	CHECK(asks(1, 7, 1, t + SEEN_AGAIN_NS));
	CASE("another target, another MAC, an answer are others");
	CHECK(asks(1, 8, 1, t));
	CHECK(asks(1, 7, 2, t));
	CHECK(asks(2, 7, 1, t));
	CASE("a clock that steps back starts it anew");
	CHECK(asks(1, 8, 1, t - 1));
	end();

	CASE("the same answer within a second is one");
	start();
	CHECK(asks(2, 7, 1, t));
	CHECK(!asks(2, 7, 1, t + NS_PER_S - 1));
	CHECK(asks(2, 7, 1, t + NS_PER_S));
	end();

	CASE("another MAC has claimed the address: what the first says is news again");
	start();
	CHECK(asks(1, 7, 1, t));
	CHECK(asks(2, 9, 2, t + NS_PER_S));
	CHECK(asks(1, 7, 1, t + 2 * NS_PER_S));
	CHECK(!asks(1, 7, 1, t + 3 * NS_PER_S));
	CASE("but not within a second");
	CHECK(asks(1, 9, 2, t + 4 * NS_PER_S));
	CHECK(asks(1, 7, 1, t + 4 * NS_PER_S));
	CHECK(!asks(1, 9, 2, t + 4 * NS_PER_S + 1));
	end();
}

/* What the answer of .7 to .1 says of when it was asked for; 1: not told. */
static uint64_t answers(uint8_t vlan, uint64_t ns)
{
	struct pkt p = {.net = PKT_arp, .time_ns = ns, .src = ip("10.0.0.7"), .n_vlan = vlan != 0};

	p.dst = ip("10.0.0.1");
	p.vlan[0] = vlan;
	p.arp = (struct pkt_arp){.op = 2, .sender_mac = {{2, 0, 0, 0, 0, 7}}};
	observe_pkt(&obs, &p);
	const struct observation *o = next();
	return o ? ((const struct obs_neighbour *)obs_body(o))->asked_ns : 1;
}

static void test_asked(void)
{
	const uint64_t t = 1000 * NS_PER_S;

	CASE("an answer says when it was asked for, also by a question that was not told");
	start();
	CHECK_EQ(answers(0, t), 0);
	CHECK(asks(1, 7, 1, t + NS_PER_S));
	CHECK_EQ(answers(0, t + NS_PER_S), t + NS_PER_S);
	CHECK(!asks(1, 7, 1, t + 9 * NS_PER_S));
	CHECK_EQ(answers(0, t + 9 * NS_PER_S), t + 9 * NS_PER_S);
	CASE("not on another VLAN");
	CHECK_EQ(answers(5, t + 9 * NS_PER_S), 0);
	CASE("nor by an announcement of its own");
	struct pkt p = {.net = PKT_arp, .time_ns = t + 20 * NS_PER_S, .src = ip("10.0.0.7")};
	p.dst = p.src;
	p.arp = (struct pkt_arp){.op = 1, .sender_mac = {{2, 0, 0, 0, 0, 7}}};
	observe_pkt(&obs, &p);
	CHECK(next() != NULL);
	CHECK_EQ(answers(0, t + 20 * NS_PER_S), t + 9 * NS_PER_S);
	end();
}

static bool solicits(uint8_t to, uint8_t type, uint64_t ns)
{
	struct pkt p = {
		.net = PKT_ip6, .proto = 58, .icmp_type = type, .time_ns = ns, .src = ip("fe80::1")};

	p.dst = ip("fe80::");
	p.dst.b[15] = to;
	p.ndp = (struct pkt_ndp){.target = ip("fe80::2"), .mac = {{2, 0, 0, 0, 0, 1}}, .has_mac = true};
	observe_pkt(&obs, &p);
	return next() != NULL;
}

static void test_ndp(void)
{
	const uint64_t t = 1000 * NS_PER_S;

	CASE("the same word between the same two within a second is one");
	start();
	CHECK(solicits(2, 135, t));
	CHECK(!solicits(2, 135, t + NS_PER_S - 1));
	CHECK(solicits(2, 135, t + NS_PER_S));
	CASE("to another host it is another: another worker may see it");
	CHECK(solicits(3, 135, t + NS_PER_S));
	CASE("router advertisements are told each time");
	CHECK(solicits(2, 134, t));
	CHECK(solicits(2, 134, t));
	end();
}

static void test_volume(void)
{
	struct flow f = a_flow();
	const struct order at = {.seq = 3, .time_ns = 9, .stage = ORDER_flow};

	CASE("a step tells what is new since the last one");
	start();
	f.half[0] = (struct flow_half){.bytes = 5 << 20, .pkts = 4000};
	f.half[1] = (struct flow_half){.bytes = 100, .pkts = 2000};
	observe_flow_event(&obs, &f, FLOW_EVENT_volume, FLOW_END_none, &at);
	const struct observation *o = next();
	CHECK(o && o->kind == OBS_volume);
	const struct obs_volume *v = obs_body(o);
	CHECK_EQ(v->bytes[0], 5 << 20);
	CHECK_EQ(v->bytes[1], 100);
	CHECK_EQ(v->pkts[0], 4000);
	CHECK_EQ(v->ended, 0);
	f.half[0].bytes += 3;
	observe_flow_event(&obs, &f, FLOW_EVENT_volume, FLOW_END_none, &at);
	v = obs_body(next());
	CHECK_EQ(v->bytes[0], 3);
	CHECK_EQ(v->bytes[1], 0);
	CHECK_EQ(v->total[0], (5 << 20) + 3);

	CASE("what is left at the end waits for more of the same two hosts");
	obs.flow_records = false;
	f.half[0].bytes += (1 << 20) - 1;
	observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_timeout, &at);
	CHECK(!next());
	f = a_flow();
	f.half[0] = (struct flow_half){.bytes = 1, .pkts = 1};
	observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_timeout, &at);
	v = obs_body(next());
	CHECK_EQ(v->bytes[0], 1 << 20);
	CHECK_EQ(v->ended, 1);
	CHECK_EQ(v->pkts[0], 1);
	observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_timeout, &at);
	CHECK(!next());

	CASE("many small packets count as well");
	f.half[1].pkts = 4096;
	observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_timeout, &at);
	v = obs_body(next());
	CHECK_EQ(v->pkts[1], 4096);
	CHECK_EQ(v->pkts[0], 2);
	end();
}

static void test_interim(void)
{
	struct flow f = a_flow();
	struct order at = {.seq = 3, .stage = ORDER_timer};
	const uint64_t hour = 3600 * NS_PER_S;
	static const struct {
		unsigned minutes;
		bool told;
	} rows[] = {{1, false}, {59, false}, {60, true}, {61, false}, {119, false}, {121, true},
		    {400, true}, {401, false}};

	CASE("without records a long flow is told once an hour, however seldom it is visited");
	start();
	obs.flow_records = false;
	f.start_ns = 100 * hour;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		at.time_ns = f.start_ns + rows[i].minutes * hour / 60;
		observe_flow_event(&obs, &f, FLOW_EVENT_interim, FLOW_END_none, &at);
		CHECK_EQ(next() != NULL, rows[i].told);
	}
	end();
}

static const struct obs_health *health(uint64_t s, uint64_t frames, uint64_t dropped)
{
	const struct obs_health h = {.frames = frames, .dropped = dropped};

	observe_health(&obs, 5, s * NS_PER_S, &h);
	const struct observation *o = next();
	return o ? obs_body(o) : NULL;
}

static void test_health(void)
{
	CASE("told at first, when frames are lost, when none comes, and once a minute");
	start();
	CHECK(health(100, 10, 0));
	CHECK(!health(101, 20, 0));
	const struct obs_health *h = health(102, 30, 4);
	CHECK(h && h->dropped == 4 && !h->silent);
	CHECK(!health(103, 40, 4));
	h = health(104, 40, 4);
	CHECK(h && h->silent);
	CHECK(!health(163, 50, 4));
	CHECK(health(164, 60, 4));

	CASE("the end is told behind everything, by worker 0 alone");
	observe_end(&obs, 9, 5);
	const struct observation *o = next();
	CHECK(o && o->kind == OBS_end && o->seq == 9 && o->stage_n >> 5 == ORDER_end);
	CHECK(ORDER_end > ORDER_rule && ORDER_end < 8);
	obs.ticks = false;
	observe_end(&obs, 9, 5);
	CHECK(!health(500, 60, 5));
	CHECK(!next());
	end();
}

int main(void)
{
	test_contacts();
	test_arp();
	test_asked();
	test_ndp();
	test_volume();
	test_interim();
	test_health();
	return check_done();
}
