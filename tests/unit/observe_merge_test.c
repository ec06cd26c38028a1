// SPDX-License-Identifier: Apache-2.0
/* The merge: any partition of one sequence over any number of rings gives the sequence back. */
#include "check.h"

#include "base/clock.h"
#include "observe/observe.h"

#include <pthread.h>
#include <stdlib.h>

#define RINGS 4

static struct rig {
	struct ring ring[RINGS];
	struct ring *at[RINGS];
	struct merge m;
} r;

static void rig_start(unsigned n, uint64_t wait_ns)
{
	struct err err;

	memset(&r, 0, sizeof(r));
	for (unsigned i = 0; i < n; i++) {
		CHECK_EQ(ring_init(&r.ring[i], 1 << 17, true, NULL, &err), 0);
		r.at[i] = &r.ring[i];
	}
	r.m = (struct merge){.ring = r.at, .n = n, .wait_ns = wait_ns};
}

static void rig_end(void)
{
	for (unsigned i = 0; i < r.m.n; i++)
		ring_fini(&r.ring[i]);
}

static void put(unsigned ring, uint64_t seq, unsigned stage, uint64_t flow)
{
	struct observation *o = ring_put(&r.ring[ring], sizeof(*o));

	memset(o, 0, sizeof(*o));
	o->seq = seq;
	o->flow_id = flow;
	o->stage_n = (uint8_t)(stage << 5);
}

static uint64_t next_seq(uint64_t mono_ns)
{
	const struct observation *o = merge_next(&r.m, mono_ns);
	return o ? o->seq : UINT64_MAX;
}

static void test_partitions(void)
{
	enum { N = 400 };
	static struct {
		uint64_t seq, flow;
		unsigned stage;
	} all[N];
	unsigned rng = 12345;

	CASE("random partitions over 1 to 4 rings give the same order");
	for (unsigned i = 0; i < N; i++) { /* several of a seq, of a stage */
		all[i].seq = i / 6;
		all[i].stage = i % 6 / 2;
		all[i].flow = 10 + i % 2;
	}
	for (unsigned round = 0; round < 200; round++) {
		unsigned rings = 1 + round % RINGS, got = 0;

		rig_start(rings, 0);
		for (unsigned i = 0; i < N; i++) {
			rng = rng * 1103515245 + 12345;
			unsigned ring = (rng >> 16) % rings;
			put(ring, all[i].seq, all[i].stage, all[i].flow);
			if ((rng >> 20) % 5 == 0) { /* all have now seen what is below */
				for (unsigned k = 0; k < rings; k++)
					ring_watermark(&r.ring[k], all[i].seq);
			}
			const struct observation *o;
			while ((rng >> 25) % 3 == 0 && (o = merge_next(&r.m, 0))) {
				CHECK(o->seq == all[got].seq && o->flow_id == all[got].flow &&
				      o->stage_n >> 5 == (int)all[got].stage);
				got++;
			}
		}
		for (unsigned k = 0; k < rings; k++)
			ring_done(&r.ring[k]);
		const struct observation *o;
		while ((o = merge_next(&r.m, 0))) {
			CHECK(o->seq == all[got].seq && o->flow_id == all[got].flow &&
			      o->stage_n >> 5 == (int)all[got].stage);
			got++;
		}
		CHECK_EQ(got, N);
		CHECK(merge_ended(&r.m));
		CHECK_EQ(count_get(&r.m.late), 0);
		CHECK_EQ(count_get(&r.m.merged), N);
		rig_end();
	}
}

static void test_watermarks(void)
{
	CASE("an observation waits for the slowest ring's promise");
	rig_start(2, 0);
	put(0, 5, 0, 1);
	ring_watermark(&r.ring[0], 6);
	CHECK_EQ(next_seq(0), UINT64_MAX);
	ring_watermark(&r.ring[1], 5); /* seq 5 itself may still come */
	CHECK_EQ(next_seq(0), UINT64_MAX);
	ring_watermark(&r.ring[1], 6);
	CHECK_EQ(next_seq(0), 5);
	CHECK_EQ(next_seq(0), UINT64_MAX);
	CHECK(!merge_ended(&r.m));

	CASE("a ring that has ended is not waited for");
	put(0, 9, 0, 1);
	ring_commit(&r.ring[0]);
	CHECK_EQ(next_seq(0), UINT64_MAX);
	ring_done(&r.ring[1]);
	CHECK_EQ(next_seq(0), 9);
	ring_done(&r.ring[0]);
	CHECK(!merge_ended(&r.m)); /* the last one is still borrowed */
	CHECK_EQ(next_seq(0), UINT64_MAX);
	CHECK(merge_ended(&r.m));
	rig_end();

	CASE("a ring's own order is kept as it is");
	rig_start(1, 0);
	put(0, 7, 2, 9);
	put(0, 7, 2, 3);
	ring_done(&r.ring[0]);
	CHECK_EQ(merge_next(&r.m, 0)->flow_id, 9);
	CHECK_EQ(merge_next(&r.m, 0)->flow_id, 3);
	rig_end();

	CASE("of equal seq the stage decides, then the flow");
	rig_start(3, 0);
	put(0, 7, 3, 1);
	put(1, 7, 1, 9);
	put(2, 7, 1, 5);
	for (unsigned i = 0; i < 3; i++)
		ring_done(&r.ring[i]);
	CHECK_EQ(merge_next(&r.m, 0)->flow_id, 5);
	CHECK_EQ(merge_next(&r.m, 0)->flow_id, 9);
	CHECK_EQ(merge_next(&r.m, 0)->flow_id, 1);
	rig_end();
}

static void test_live(void)
{
	const uint64_t wait = 10 * NS_PER_MS;

	CASE("live: after the wait it goes on without the slow ring");
	rig_start(2, wait);
	put(0, 5, 0, 1);
	put(0, 6, 0, 1);
	ring_watermark(&r.ring[0], 10);
	CHECK_EQ(next_seq(1000), UINT64_MAX);
	CHECK_EQ(next_seq(1000 + wait - 1), UINT64_MAX);
	CHECK_EQ(next_seq(1000 + wait), 5);
	CHECK_EQ(next_seq(1000 + wait), 6); /* what was there then does not wait again */

	CASE("what comes after waits anew");
	put(0, 12, 0, 1);
	ring_watermark(&r.ring[0], 13);
	CHECK_EQ(next_seq(2000 + wait), UINT64_MAX);
	CHECK_EQ(next_seq(2000 + 2 * wait), 12);

	CASE("what the slow ring then brings is delivered, and counted late");
	CHECK_EQ(count_get(&r.m.late), 0);
	put(1, 3, 0, 1);
	put(1, 12, 0, 1);
	ring_watermark(&r.ring[1], 20);
	CHECK_EQ(next_seq(2000 + 2 * wait), 3);
	CHECK_EQ(count_get(&r.m.late), 1);
	CHECK_EQ(next_seq(2000 + 2 * wait), 12);
	CHECK_EQ(count_get(&r.m.late), 1);

	CASE("a promise that comes in time ends the wait");
	put(0, 30, 0, 1);
	ring_watermark(&r.ring[0], 31);
	CHECK_EQ(next_seq(10000 + 2 * wait), UINT64_MAX);
	ring_watermark(&r.ring[1], 31);
	CHECK_EQ(next_seq(10001 + 2 * wait), 30);
	put(0, 40, 0, 1);
	ring_watermark(&r.ring[0], 41);
	CHECK_EQ(next_seq(10002 + 3 * wait), UINT64_MAX); /* a new wait, from here */
	rig_end();
}

static void *produce(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;

	for (uint64_t seq = 0; seq < 60000; seq++) {
		if (seq * 2654435761u % 3 == me)
			put(me, seq, 3, seq);
		if (seq % 64 == 63)
			ring_watermark(&r.ring[me], seq + 1);
	}
	ring_done(&r.ring[me]);
	return NULL;
}

static void test_threads(void)
{
	pthread_t t[3];
	uint64_t next = 0;

	CASE("three threads, small rings, nothing lost or out of order");
	rig_start(3, 0);
	for (uintptr_t i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, produce, (void *)i), 0);
	while (!merge_ended(&r.m)) {
		const struct observation *o = merge_next(&r.m, 0);

		if (o && o->seq != next++)
			break;
	}
	CHECK_EQ(next, 60000);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	rig_end();
}

int main(void)
{
	test_partitions();
	test_watermarks();
	test_live();
	test_threads();
	return check_done();
}
