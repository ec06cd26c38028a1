// SPDX-License-Identifier: Apache-2.0
/* Which pairs are regular: after how many beats beacons of known jitter are told, how seldom what
 * people do is, what counts as a beat, what is kept of a pair, what a worker tells. */
#include "check.h"

#include "base/clock.h"
#include "observe/fact.h"
#include "observe/volume.h"

#include <math.h>
#include <stdlib.h>

static uint32_t seed;

static double uniform(void) /* (0, 1): xorshift */
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (seed + 0.5) / 4294967296.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

enum law {
	LAW_beacon,
	LAW_even,
	LAW_missed,
	LAW_exponential,
	LAW_lognormal,
	LAW_pareto,
	LAW_browsing
};

/* The next gap in s. `a` is its scale, `b` the jitter, sigma or shape. */
static double gap(enum law law, double a, double b)
{
	double t = a;

	switch (law) {
	case LAW_beacon: /* sleep * (1 - jitter * u), and the network's few ms */
		return a * (1 - b * uniform()) + 0.02 * uniform();
	case LAW_even: /* sleep +- jitter */
		return a * (1 + b * (2 * uniform() - 1));
	case LAW_missed: /* one beat in ten does not come */
		while (uniform() < 0.1)
			t += a;
		return t + 0.02 * uniform();
	case LAW_exponential:
		return -a * log(uniform());
	case LAW_lognormal:
		return a * exp(b * normal());
	case LAW_pareto:
		return a * pow(uniform(), -1 / b);
	case LAW_browsing: /* a page's parts, and then it is read */
		return uniform() < 0.7 ? -a * log(uniform()) : -30 * a * log(uniform());
	}
	return a;
}

/* Beats until the pair is due; 0: not within `most`. Its connections are short. */
static unsigned until(enum law law, double a, double b, unsigned most)
{
	struct beat e = {.key = 1, .ended = 9};
	double now = 1000;

	for (unsigned i = 1; i <= most; i++) {
		beat_event(&e, (uint64_t)(now * 1e9));
		if (beat_due(&e))
			return e.beats;
		now += gap(law, a, b);
	}
	return 0;
}

static int by_size(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return (x > y) - (x < y);
}

/* clang-format off */
static const struct {
	const char *name;
	enum law law;
	double a, b;
	unsigned median, most; /* beats: half of the beacons, 95 of 100 are told by then */
} beacons[] = {
	{"a minute, no jitter",           LAW_beacon, 60, 0,      10, 10},
	{"an hour, no jitter",            LAW_beacon, 3600, 0,    10, 10},
	{"two seconds, no jitter",        LAW_beacon, 2, 0,       10, 10},
	{"a minute, jitter 10 %",         LAW_beacon, 60, 0.1,    13, 15},
	{"a minute, jitter 20 %",         LAW_beacon, 60, 0.2,    15, 24},
	{"a minute, jitter 37 %",         LAW_beacon, 60, 0.37,   24, 28},
	{"a minute, jitter 50 %",         LAW_beacon, 60, 0.5,    24, 36},
	{"a minute, 20 % either way",     LAW_even, 60, 0.2,      24, 24},
	{"a minute, 30 % either way",     LAW_even, 60, 0.3,      24, 30},
	{"a minute, a tenth missed",      LAW_missed, 60, 0,      12, 20},
};

static const struct {
	const char *name;
	enum law law;
	double a, b;
} people[] = {
	{"exponential",                   LAW_exponential, 20, 0},
	{"exponential, slow",             LAW_exponential, 600, 0},
	{"log-normal, sigma 0.6",         LAW_lognormal, 30, 0.6},
	{"log-normal, sigma 1",           LAW_lognormal, 30, 1},
	{"log-normal, sigma 1.5",         LAW_lognormal, 30, 1.5},
	{"Pareto, shape 1",               LAW_pareto, 2, 1},
	{"Pareto, shape 0.6",             LAW_pareto, 2, 0.6},
	{"pages and reading",             LAW_browsing, 2, 0},
};
/* clang-format on */

#define TRIES 200u

static void test_beacons(void)
{
	for (size_t i = 0; i < sizeof(beacons) / sizeof(beacons[0]); i++) {
		unsigned at[TRIES];

		seed = 7 + (uint32_t)i;
		for (unsigned k = 0; k < TRIES; k++) {
			at[k] = until(beacons[i].law, beacons[i].a, beacons[i].b, 400);
			at[k] = at[k] ? at[k] : 1000;
		}
		qsort(at, TRIES, sizeof(at[0]), by_size);
		printf("# %s: half after %u beats, 95 of 100 after %u\n", beacons[i].name,
		       at[TRIES / 2], at[TRIES * 95 / 100]);
		CASE(beacons[i].name);
		CHECK(at[0] >= BEAT_LEAST);
		CHECK(at[TRIES / 2] <= beacons[i].median);
		CHECK(at[TRIES * 95 / 100] <= beacons[i].most);
	}
}

/* 1 / alpha is 10,000 gaps: of 200 sequences of 400 gaps eight may pass, by the bound. */
static void test_people(void)
{
	unsigned all = 0;

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		unsigned n = 0;

		seed = 70 + (uint32_t)i;
		for (unsigned k = 0; k < TRIES; k++)
			n += until(people[i].law, people[i].a, people[i].b, 400) != 0;
		printf("# %s: %u of %u sequences of 400 gaps\n", people[i].name, n, TRIES);
		CASE(people[i].name);
		CHECK(n <= 8);
		all += n;
	}
	CHECK(all <= 16);
}

/* What is a beat: ms since the last event, and whether it was one. */
static void test_event(void)
{
	static const struct {
		const char *name;
		unsigned ms;
		bool beat;
	} rows[] = {
		{"the first", 1000, true},
		{"within half a second", 499, false},
		{"half a second after that", 499, false},
		{"after half a second's silence", 500, true},
		{"again", 60000, true},
	};
	struct beat e = {.key = 1};
	uint64_t now = 5 * NS_PER_S;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		now += rows[i].ms * NS_PER_MS;
		CHECK_EQ(beat_event(&e, now), rows[i].beat);
	}
	CASE("gaps are from beat to beat");
	CHECK_EQ(e.beats, 3);
	CHECK_EQ(e.gap_ms[0], 1498);
	CHECK_EQ(e.gap_ms[1], 60000);
	CASE("time that steps back is none");
	CHECK(!beat_event(&e, now - 10 * NS_PER_S));
}

static void test_size(void)
{
	static const struct {
		const char *name;
		unsigned size[4], same;
	} rows[] = {
		{"one size", {300, 300, 300, 300}, 3},
		{"within 16 bytes", {300, 316, 300, 284}, 3},
		{"within a 20th", {4000, 4200, 4100, 4000}, 3},
		{"others", {300, 400, 300, 900}, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct beat e = {.key = 1};

		CASE(rows[i].name);
		for (unsigned k = 0; k < 4; k++)
			beat_size(&e, rows[i].size[k]);
		CHECK_EQ(e.sized, 4);
		CHECK_EQ(e.same, rows[i].same);
	}
}

/* The pair that was silent for longest goes when its set is full, counted. */
static void test_table(void)
{
	struct beats b;
	struct err err;
	unsigned there = 0;

	CASE("a pair is found again");
	CHECK_EQ(beats_init(&b, 64, &err), 0);
	CHECK(!beats_find(&b, 0));
	struct beat *e = beats_get(&b, 0, 5);
	CHECK(e && e->first_ns == 5 && beats_find(&b, 0) == e && beats_get(&b, 0, 9) == e);
	CHECK_EQ(e->first_ns, 5);
	CASE("it stays while it is used, others go");
	for (uint64_t k = 2; k <= 5001; k++) {
		beats_get(&b, k, k);
		CHECK(beats_get(&b, 0, k) == e && e->first_ns == 5);
		CHECK(beats_find(&b, k) && beats_find(&b, k)->first_ns == k);
	}
	for (uint64_t k = 2; k <= 5001; k++)
		there += beats_find(&b, k) != NULL;
	CHECK_EQ(there, 63);
	CHECK_EQ(count_get(&b.taken), 64);
	CHECK_EQ(count_get(&b.evicted), 5001 - 64);
	beats_fini(&b);
}

static struct ring ring;
static struct observer obs;

static void start(void)
{
	struct err err;

	CHECK_EQ(ring_init(&ring, 1 << 18, false, NULL, &err), 0);
	observe_init(&obs, &ring, true);
	obs.flow_contacts = false;
	obs.flow_records = false;
	obs.wants = 1ull << OBS_beat;
	CHECK_EQ(observe_remember(&obs, 4096, &err), 0);
}

static void end(void)
{
	observe_fini(&obs);
	ring_fini(&ring);
}

/* The last beat told, NULL none; all that is there is read. */
static const struct obs_beat *last(unsigned *n)
{
	static uint8_t copy[1024];
	const struct observation *o;
	uint32_t len;

	*n = 0;
	ring_commit(&ring);
	while ((o = ring_peek(&ring, &len))) {
		CHECK_EQ(o->kind, OBS_beat);
		memcpy(copy, o, len < sizeof(copy) ? len : sizeof(copy));
		ring_pop(&ring);
		++*n;
	}
	return *n ? obs_body((const struct observation *)copy) : NULL;
}

static struct flow a_flow(unsigned i, uint64_t now_ns)
{
	struct flow f = {.client_port = (uint16_t)(40000 + i),
			 .server_port = 443,
			 .proto = 6,
			 .id = 100 + i,
			 .start_ns = now_ns,
			 .last_ns = now_ns + NS_PER_S / 10,
			 .outcome = FLOW_answered};

	CHECK(addr_parse("10.0.0.1", &f.client) && addr_parse("198.51.100.7", &f.server));
	f.half[0].payload = 300;
	f.half[1].payload = 900;
	return f;
}

static void says(const struct flow *f, enum fact_kind kind, const void *body, uint32_t len,
		 const char *text, uint32_t n)
{
	const struct proto_fact fact = {.flow = (struct flow *)(uintptr_t)f,
					.kind = (uint8_t)kind,
					.body = body,
					.len = len,
					.text = text,
					.text_len = n};

	observe_fact(&obs, &fact);
}

/* A connection a minute, and what is in it. */
static void calls(unsigned n, uint64_t busy_ns, uint32_t seen, uint8_t outcome)
{
	static const char hello[] = "c2.example\0h2\0ja3\0t13d_ja4";
	const struct fact_tls client = {0}, server = {.server = 1, .self_signed = 1};

	for (unsigned i = 0; i < n; i++) {
		struct flow f = a_flow(i, (1000 + 2ull * i) * NS_PER_S);
		struct order at = {.seq = i + 1, .time_ns = f.start_ns, .stage = ORDER_flow};

		f.seen = seen;
		f.outcome = outcome;
		f.last_ns = f.start_ns + busy_ns;
		observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
		says(&f, FACT_tls, &client, sizeof(client), hello, sizeof(hello));
		says(&f, FACT_tls, &server, sizeof(server), "", 1);
		observe_flow_event(&obs, &f, FLOW_EVENT_end, FLOW_END_shutdown, &at);
	}
}

static void test_observer(void)
{
	unsigned n;

	CASE("connections at regular times are told, each time there are twice as many");
	start();
	calls(50, NS_PER_S / 10, FLOW_SYN, FLOW_answered);
	const struct obs_beat *b = last(&n);
	CHECK_EQ(n, 3); /* 10, 20, 40 */
	CHECK_EQ(b->beats, 40);
	CHECK_EQ(b->flows, 40);
	CHECK_EQ(b->median_ms, 2000);
	CHECK_EQ(b->least_ms, 2000);
	CHECK_EQ(b->most_ms, 2000);
	CHECK_EQ(b->sized, 39);
	CHECK_EQ(b->same, 38);
	CHECK_EQ(b->size, 300);
	CHECK_EQ(b->payload[0], 39 * 300);
	CHECK_EQ(b->payload[1], 39 * 900);
	CHECK(b->tls && b->self_signed && !b->http && !b->many_names);
	CHECK_STR((const char *)(b + 1), "c2.example");
	CHECK_STR((const char *)(b + 1) + 11, "t13d_ja4");
	end();

	static const struct {
		const char *name;
		uint64_t busy_ns;
		uint32_t seen;
		uint8_t outcome;
	} rows[] = {
		{"who asks again as soon as it is answered only works", 2 * NS_PER_S, FLOW_SYN,
		 FLOW_answered},
		{"nobody answers", 0, FLOW_SYN, FLOW_unanswered},
		{"it is not known who called", 0, FLOW_GUESSED, FLOW_answered},
		{"an answer to what was not seen", 0, FLOW_SYNACK_FIRST, FLOW_answered},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		start();
		calls(50, rows[i].busy_ns, rows[i].seen, rows[i].outcome);
		CHECK(!last(&n));
		end();
	}

	CASE("so is what is said inside one connection after silences");
	start();
	struct flow f = a_flow(0, 1000 * NS_PER_S);
	struct order at = {.seq = 1, .time_ns = f.start_ns, .stage = ORDER_flow};
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	for (unsigned i = 1; i < 30; i++) {
		at.seq++;
		at.time_ns += 5 * NS_PER_S;
		f.half[0].payload += 120;
		observe_flow_event(&obs, &f, FLOW_EVENT_wake, FLOW_END_none, &at);
	}
	b = last(&n);
	CHECK(b && b->flows == 1 && b->beats == 20 && b->size == 120 && b->sized == b->same + 1);
	end();

	CASE("TCP's keepalives are nothing said");
	start();
	f = a_flow(0, 1000 * NS_PER_S);
	at = (struct order){.seq = 1, .time_ns = f.start_ns, .stage = ORDER_flow};
	observe_flow_event(&obs, &f, FLOW_EVENT_contact, FLOW_END_none, &at);
	for (unsigned i = 1; i < 60; i++) {
		at.seq++;
		at.time_ns += 45 * NS_PER_S;
		f.half[0].payload++;
		observe_flow_event(&obs, &f, FLOW_EVENT_wake, FLOW_END_none, &at);
	}
	CHECK(!last(&n));
	end();
}

int main(void)
{
	test_beacons();
	test_people();
	test_event();
	test_size();
	test_table();
	test_observer();
	return check_done();
}
