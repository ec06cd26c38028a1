// SPDX-License-Identifier: Apache-2.0
/* Rates and the mirror's health, both sides of each floor. */
#include "check.h"

#include "base/clock.h"
#include "detect/detect.h"
#include "flow/flow.h"

#include <stdlib.h>

static char *home_rows[] = {"10.0.0.0/8"};
static struct ring out;
static struct detect *d;
static uint64_t now_ns;

static void start(void)
{
	const struct detect_config c = {
		.hosts = 64, .thresholds = 64, .nets = 256, .home_net = {.at = home_rows, .n = 1}};
	struct err err;

	now_ns = 1700000000 * NS_PER_S;
	CHECK_EQ(ring_init(&out, 1 << 18, false, NULL, &err), 0);
	CHECK_EQ(detect_new(&d, &c, &out, &err), 0);
}

static void end(void)
{
	detect_free(d);
	ring_fini(&out);
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

/* The sid of the last alert since the last call, 0: none; findings count in *findings. */
static unsigned alert(unsigned *findings)
{
	const struct finding *f;
	unsigned sid = 0, n_findings = 0;
	uint32_t n;

	ring_commit(&out);
	while ((f = ring_peek(&out, &n))) {
		if (f->tier == TIER_alert)
			sid = f->about->sid;
		else
			n_findings++;
		ring_pop(&out);
	}
	if (findings)
		*findings = n_findings;
	return sid;
}

struct record {
	struct observation o;
	union {
		struct obs_contact contact;
		struct obs_volume volume;
		struct obs_health health;
	};
};

static void volume(const char *src, const char *dst, uint8_t proto, uint16_t dport, uint64_t flow,
		   const uint64_t pkts[2], const uint64_t bytes[2])
{
	struct record r = {.o = {.kind = OBS_volume,
				 .dport = dport,
				 .sport = 40000,
				 .flow_id = flow,
				 .time_ns = now_ns,
				 .seq = 9},
			   .volume = {.link.proto = proto,
				      .start_ns = 1700000000 * NS_PER_S,
				      .pkts = {pkts[0], pkts[1]},
				      .bytes = {bytes[0], bytes[1]}}};

	r.o.src = ip(src);
	r.o.dst = ip(dst);
	detect_observation(d, &r.o);
}

static void test_rates(void)
{
	static const struct {
		const char *name, *src, *dst;
		uint8_t proto;
		unsigned pps, back, sid, findings;
	} rows[] = {
		{"udp out, at the floor", "10.0.0.1", "198.51.100.1", 17, 5000, 0, 501, 0},
		{"udp out, below it", "10.0.0.1", "198.51.100.1", 17, 4900, 0, 0, 0},
		{"udp in", "198.51.100.1", "10.0.0.1", 17, 5000, 0, 502, 0},
		{"udp with two answers for a hundred", "10.0.0.1", "198.51.100.1", 17, 9000, 2, 0,
		 0},
		{"udp inside is a finding", "10.0.0.1", "10.0.0.2", 17, 5000, 0, 0, 1},
		{"icmp, at the floor, answered", "10.0.0.1", "10.0.0.2", 1, 500, 100, 501, 0},
		{"icmp, below it", "10.0.0.1", "10.0.0.2", 1, 490, 100, 0, 0},
		{"outside to outside is not ours", "192.0.2.1", "198.51.100.1", 17, 9000, 0, 0, 0},
		{"tcp is no flood of packets", "10.0.0.1", "198.51.100.1", 6, 9000, 0, 0, 0},
		{"multicast", "10.0.0.1", "239.1.1.1", 17, 9000, 0, 0, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned findings;

		CASE(rows[i].name);
		start();
		for (uint64_t n = 1; n <= 3; n++) {
			uint64_t pkts[2] = {n * 8192, n * 8192 * rows[i].back / 100};

			now_ns += 8192 * NS_PER_S / rows[i].pps;
			volume(rows[i].src, rows[i].dst, rows[i].proto, 9000, 7, pkts,
			       (uint64_t[2]){100, 0});
		}
		CHECK_EQ(alert(&findings), rows[i].sid);
		CHECK_EQ(findings, rows[i].findings);
		end();
	}
}

/* Handshakes that were completed, of which `seen` show the answer. */
static void shake(unsigned known, unsigned seen)
{
	struct record r = {.o = {.kind = OBS_contact, .dport = 443, .sport = 40000, .seq = 9},
			   .contact = {.link.proto = 6, .outcome = FLOW_answered, .count = 1}};

	r.o.src = ip("10.0.0.9");
	r.o.dst = ip("198.51.100.9");
	r.o.time_ns = now_ns;
	for (unsigned i = 0; i < known; i++) {
		r.contact.seen = FLOW_SYN | FLOW_CLIENT_ACK | (i < seen ? FLOW_SYNACK : 0);
		detect_observation(d, &r.o);
	}
}

/* What nobody is seen to answer says nothing where answers are not shown. */
static void test_one_way(void)
{
	static const struct {
		const char *name;
		unsigned known, seen, sid, findings;
	} rows[] = {
		{"too few handshakes to say", 9, 0, 501, 0},
		{"answers are not shown", 10, 4, 0, 1},
		{"half of them are", 10, 5, 501, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned findings;

		CASE(rows[i].name);
		start();
		shake(rows[i].known, rows[i].seen);
		for (uint64_t n = 1; n <= 3; n++) {
			now_ns += NS_PER_S;
			volume("10.0.0.1", "198.51.100.1", 17, 9000, 7, (uint64_t[2]){n * 8192, 0},
			       (uint64_t[2]){100, 0});
		}
		CHECK_EQ(alert(&findings), rows[i].sid);
		CHECK_EQ(findings, rows[i].findings);
		end();
	}
}

static void test_amplifiers(void)
{
	const uint64_t pkts[2] = {10, 10};

	CASE("an amplifier: factor and volume at their floors, and just below");
	start();
	now_ns += NS_PER_S;
	volume("198.51.100.1", "10.0.0.1", 17, 123, 1, pkts, (uint64_t[2]){1000001, 5000000});
	volume("198.51.100.2", "10.0.0.1", 17, 123, 2, pkts, (uint64_t[2]){999999, 4999999});
	volume("198.51.100.3", "10.0.0.1", 17, 443, 3, pkts, (uint64_t[2]){1, 50000000});
	CHECK_EQ(alert(NULL), 0);
	volume("198.51.100.2", "10.0.0.1", 17, 123, 2, pkts, (uint64_t[2]){0, 1});
	CHECK_EQ(alert(NULL), 503);
	end();

	CASE("the target of eight amplifiers within a minute; what was asked for does not count");
	start();
	for (unsigned i = 1; i < 40; i++) {
		char from[32];

		snprintf(from, sizeof(from), "198.51.%u.1", i);
		now_ns += NS_PER_S;
		volume("10.0.0.1", from, 17, 123, i, pkts, (uint64_t[2]){i % 4 ? 100 : 0, 2000000});
		if (i < 32)
			CHECK_EQ(alert(NULL), 0);
	}
	CHECK_EQ(alert(NULL), 504);
	end();
}

static void syn(unsigned n, unsigned second)
{
	for (unsigned i = 0; i < n; i++) {
		struct record r = {.o = {.kind = OBS_contact,
					 .dport = 80,
					 .sport = 40000,
					 .time_ns = now_ns,
					 .seq = 9},
				   .contact = {.link.proto = 6,
					       .outcome = FLOW_refused,
					       .count = 1,
					       .seen = FLOW_SYN,
					       .start_ns = (1700000000ull + second) * NS_PER_S}};
		r.o.src = ip("198.51.100.0");
		r.o.src.b[15] = (uint8_t)i;
		r.o.src.b[14] = (uint8_t)(i >> 8);
		r.o.dst = ip("10.0.0.1");
		detect_observation(d, &r.o);
	}
}

static void test_syn(void)
{
	CASE("500 a second in three of ten seconds; 499 are none, nor is a third after ten");
	start();
	syn(500, 0);
	syn(499, 1);
	syn(500, 2);
	syn(500, 12);
	CHECK_EQ(alert(NULL), 0);
	syn(500, 13);
	syn(500, 14);
	CHECK_EQ(alert(NULL), 502);
	end();
}

static void health(const struct obs_health *h)
{
	struct record r = {.o = {.kind = OBS_health, .time_ns = now_ns, .seq = 9}, .health = *h};

	now_ns += NS_PER_S;
	detect_observation(d, &r.o);
}

static void test_mirror(void)
{
	struct obs_health h = {.frames = 1000, .live = 1};

	CASE("one frame in a hundred lost, and a little less");
	start();
	health(&h);
	h.frames += 9901;
	h.dropped += 99;
	health(&h);
	CHECK_EQ(alert(NULL), 0);
	h.frames += 9900;
	h.dropped += 100;
	health(&h);
	CHECK_EQ(alert(NULL), 601);
	CASE("once an hour");
	h.dropped += 1000;
	health(&h);
	CHECK_EQ(alert(NULL), 0);

	CASE("a step of the clock, live");
	h.clock_back++;
	health(&h);
	CHECK_EQ(alert(NULL), 604);

	CASE("silence for thirty seconds, not for 29");
	h.silent = 1;
	for (unsigned i = 0; i < 29; i++)
		health(&h);
	CHECK_EQ(alert(NULL), 0);
	health(&h);
	CHECK_EQ(alert(NULL), 603);
	end();

	CASE("a file is neither silent nor stepped");
	start();
	h.live = 0;
	health(&h);
	h.clock_jump++;
	for (unsigned i = 0; i < 40; i++)
		health(&h);
	CHECK_EQ(alert(NULL), 0);
	end();
}

int main(void)
{
	test_rates();
	test_one_way();
	test_amplifiers();
	test_syn();
	test_mirror();
	return check_done();
}
