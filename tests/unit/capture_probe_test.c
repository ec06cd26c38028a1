// SPDX-License-Identifier: Apache-2.0
/* What a reader measures: rates by second, lengths, steps of the clock, pairs and their tags. */
#include "capture/probe.h"

#include "capture_files.h"
#include "check.h"

static struct capture_health h;
static struct capture_counters c;
static struct capture_probe p;
static struct capture_dedup d;

#define MS (NS_PER_MS)
#define S  (NS_PER_S)

static void begin(uint32_t every)
{
	struct err err;

	memset(&h, 0, sizeof(h));
	memset(&c, 0, sizeof(c));
	assert(capture_probe_init(&p, &h, every, &err) == 0);
	assert(capture_dedup_init(&d, "off", false, 0, &err) == 0);
}

static void end(void)
{
	capture_probe_fini(&p);
	capture_dedup_fini(&d);
}

static void see(uint64_t ns, uint32_t cap, uint32_t wire)
{
	struct frame f = {.time_ns = ns, .cap_len = cap, .wire_len = wire};

	capture_probe_frame(&p, &f);
}

static void check_second(uint64_t s, uint64_t frames, uint64_t bytes, uint64_t dropped)
{
	const struct capture_second *e = &h.second[s % HEALTH_SECONDS];

	CHECK_EQ(count_get(&e->s), s);
	CHECK_EQ(count_get(&e->frames), frames);
	CHECK_EQ(count_get(&e->bytes), bytes);
	CHECK_EQ(count_get(&e->dropped), dropped);
}

static void test_seconds(void)
{
	CASE("each frame in its second, over flushes");
	begin(1);
	see(5 * S, 60, 60);
	see(5 * S + 1, 60, 100);
	capture_probe_flush(&p, &c);
	capture_probe_dropped(&p, 3);
	see(6 * S - 1, 60, 60);
	see(6 * S, 60, 70);
	capture_probe_flush(&p, &c);
	check_second(5, 3, 220, 3);
	check_second(6, 1, 70, 0);
	CHECK_EQ(count_get(&c.frames), 4);
	CHECK_EQ(count_get(&c.bytes), 290);
	CHECK_EQ(count_get(&c.truncated), 2);
	CHECK_EQ(count_get(&h.first_ns), 5 * S);
	CHECK_EQ(count_get(&h.last_ns), 6 * S);
	CASE("the ring goes around and begins a slot anew");
	see((5 + HEALTH_SECONDS) * S, 60, 60);
	capture_probe_flush(&p, &c);
	check_second(5 + HEALTH_SECONDS, 1, 60, 0);
	check_second(6, 1, 70, 0);
	CASE("a step back stays in the present second");
	see(7 * S, 60, 50);
	capture_probe_flush(&p, &c);
	check_second(5 + HEALTH_SECONDS, 2, 110, 0);
	end();
}

static void test_steps(void)
{
	CASE("steps at and above their limits");
	begin(1);
	see(100 * S, 60, 60);
	see(100 * S - MS, 60, 60); /* 1 ms back: not counted */
	capture_probe_flush(&p, &c);
	CHECK_EQ(count_get(&c.clock_back), 0);
	CHECK_EQ(count_get(&h.back_max_ns), MS);
	CHECK_EQ(count_get(&h.last_ns), 100 * S);
	CHECK_EQ(count_get(&h.first_ns), 100 * S - MS);
	see(100 * S - 2 * MS - 1, 60, 60);
	capture_probe_flush(&p, &c);
	CHECK_EQ(count_get(&c.clock_back), 1);
	CHECK_EQ(count_get(&h.back_max_ns), MS + 1);
	see(100 * S - 2 * MS - 1 + HEALTH_JUMP_NS, 60, 60); /* an hour: not counted */
	capture_probe_flush(&p, &c);
	CHECK_EQ(count_get(&c.clock_jump), 0);
	see(100 * S - 2 * MS + 2 * HEALTH_JUMP_NS, 60, 60); /* and one */
	see(100 * S - 2 * MS + 3 * HEALTH_JUMP_NS + 1, 60, 60); /* twice the same is twice */
	capture_probe_flush(&p, &c);
	CHECK_EQ(count_get(&c.clock_jump), 2);
	CHECK_EQ(count_get(&h.jump_max_ns), HEALTH_JUMP_NS + 1);
	end();

	CASE("a clock that begins at 0, and one at its end");
	begin(1);
	see(0, 60, 60);
	see(1, 60, 60);
	see(UINT64_MAX - 1, 60, 60);
	capture_probe_flush(&p, &c);
	CHECK_EQ(count_get(&c.frames), 3);
	CHECK_EQ(count_get(&c.clock_jump), 1);
	end();
}

static void test_lengths(void)
{
	CASE("longer than the wire");
	begin(1);
	see(S, 60, 1514);
	see(S, 60, HEALTH_FULL);
	see(S, 60, 60);
	capture_probe_flush(&p, &c);
	CHECK_EQ(count_get(&h.over_mtu), 0);
	CHECK_EQ(count_get(&h.longest), HEALTH_FULL);
	see(S, 60, HEALTH_FULL + 1);
	see(S, 60, 9014);
	see(S, 60, 9014);
	see(S, 60, 1514);
	capture_probe_flush(&p, &c);
	CHECK_EQ(count_get(&h.over_mtu), 3);
	CHECK_EQ(count_get(&h.longest), 9014);
	end();
}

/* A TCP segment between 10.0.0.a and 10.0.0.b, tagged or not. */
static void talk(uint8_t a, uint8_t b, uint8_t tag, uint16_t id)
{
	static const uint8_t ip[] = {0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 0,
				     10,   0, 0, 0,  4, 0, 0, 80, 0, 0, 0, 1, 0,  0, 0, 1,
				     0x50, 0x10, 1, 1, 0, 0, 0, 0};
	uint8_t data[64] = {2, 0, 0, 0, 0, 1, 2};
	struct frame f = {.data = data, .time_ns = S + id * 10 * MS};
	uint32_t at = 12;

	if (tag) {
		memcpy(data + at, (uint8_t[]){0x81, 0, 0, tag}, 4);
		at += 4;
	}
	memcpy(data + at, (uint8_t[]){8, 0}, 2);
	memcpy(data + at + 2, ip, sizeof(ip));
	data[at + 7] = (uint8_t)id;
	data[at + 17] = a;
	data[at + 21] = b;
	f.cap_len = f.wire_len = at + 2 + (uint32_t)sizeof(ip);
	capture_probe_look(&p, &f, &d);
}

static void test_pairs(void)
{
	CASE("pairs: one way, both ways, tags");
	begin(1);
	for (unsigned i = 0; i < 3; i++) {
		talk(1, 2, 0, (uint16_t)(i + 1)); /* both, untagged */
		talk(2, 1, 0, (uint16_t)(i + 1));
		talk(3, 4, 0, (uint16_t)(i + 1)); /* one way */
		talk(5, 6, 7, (uint16_t)(i + 1)); /* tagged one way */
		talk(6, 5, 0, (uint16_t)(i + 1));
		talk(7, 8, 7, (uint16_t)(i + 1)); /* two tags */
		talk(8, 7, 9, (uint16_t)(i + 1));
	}
	talk(9, 10, 0, 1); /* too few to judge */
	talk(9, 10, 0, 2);
	capture_probe_sum_pairs(&p);
	CHECK_EQ(count_get(&h.pairs), 5);
	CHECK_EQ(count_get(&h.pairs_one_way), 1);
	CHECK_EQ(count_get(&h.pairs_both), 3);
	CHECK_EQ(count_get(&h.pairs_vlan_one), 1);
	CHECK_EQ(count_get(&h.pairs_vlan_differ), 1);
	CHECK_EQ(count_get(&h.looked), 23);
	CHECK_EQ(count_get(&h.ip_sum_empty), 23);
	CHECK_EQ(count_get(&h.l4_sum_empty), 23);
	CASE("a copy is seen, none is removed");
	talk(1, 2, 3, 3);
	capture_probe_sum_dedup(&p, &d);
	CHECK_EQ(count_get(&h.dup_changed), 1);
	CHECK_EQ(count_get(&h.dup_looked), 24);
	CHECK_EQ(count_get(&h.dup_dropped), 0);
	CHECK_EQ(count_get(&h.dedup_on), 0);
	CASE("the table of pairs is bounded");
	for (unsigned i = 0; i < 5000; i++)
		talk((uint8_t)(i / 250 + 100), (uint8_t)(i % 250), 0, 1);
	CHECK(count_get(&h.pairs) <= HEALTH_PAIRS / 4 * 3);
	CHECK(count_get(&h.pairs) > HEALTH_PAIRS / 2);
	end();
}

static void test_slices(void)
{
	CASE("one slice of time in so many; all on a calm link");
	begin(48); /* rounded up to 64 */
	unsigned due = 0;
	for (uint64_t t = 0; t < 64; t++)
		due += capture_probe_due(&p, t << PROBE_SLICE_SHIFT);
	CHECK_EQ(due, 1);
	capture_probe_pace(&p, PROBE_CALM - 1);
	CHECK(capture_probe_due(&p, 1ULL << PROBE_SLICE_SHIFT));
	capture_probe_pace(&p, PROBE_CALM);
	CHECK(!capture_probe_due(&p, 1ULL << PROBE_SLICE_SHIFT));
	end();
}

int main(void)
{
	test_seconds();
	test_steps();
	test_lengths();
	test_pairs();
	test_slices();
	return check_done();
}
