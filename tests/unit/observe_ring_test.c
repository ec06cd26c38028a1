// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include "base/clock.h"
#include "observe/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static struct err err;

static bool put(struct ring *r, uint32_t n, uint8_t value)
{
	uint8_t *p = ring_put(r, n);

	if (p)
		memset(p, value, n);
	return p != NULL;
}

static bool take(struct ring *r, uint32_t n, uint8_t value)
{
	uint32_t got = 0;
	const uint8_t *p = ring_peek(r, &got);

	if (!p || got != n)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (p[i] != value)
			return false;
	}
	ring_pop(r);
	return true;
}

static void test_sizes(void)
{
	struct ring r;

	CASE("size must be a power of two, at least 64");
	CHECK_EQ(ring_init(&r, 63, false, NULL, &err), -22);
	CHECK_EQ(ring_init(&r, 32, false, NULL, &err), -22);
	CHECK_EQ(ring_init(&r, 96, false, NULL, &err), -22);
	CHECK_EQ(ring_init(&r, 64, false, NULL, &err), 0);
	ring_fini(&r);

	CASE("a record fits up to half the block, its word included");
	CHECK_EQ(ring_init(&r, 128, false, NULL, &err), 0);
	CHECK(put(&r, 56, 1));
	CHECK(!put(&r, 57, 1));
	CHECK_EQ(count_get(&r.lost), 1);
	ring_fini(&r);

	CASE("one too large is lost where the producer waits, too");
	CHECK_EQ(ring_init(&r, 128, true, NULL, &err), 0);
	CHECK(!put(&r, 57, 1));
	CHECK_EQ(count_get(&r.lost), 1);
	ring_fini(&r);
}

static void test_order(void)
{
	struct ring r;
	uint32_t n;

	CASE("nothing is seen before the commit, all of it after");
	CHECK_EQ(ring_init(&r, 256, false, NULL, &err), 0);
	CHECK(put(&r, 3, 1));
	CHECK(put(&r, 8, 2));
	CHECK(!ring_peek(&r, &n));
	ring_commit(&r);
	CHECK(take(&r, 3, 1));
	CHECK(take(&r, 8, 2));
	CHECK(!ring_peek(&r, &n));
	ring_pop(&r); /* of an empty ring: nothing */
	CHECK(!ring_peek(&r, &n));

	CASE("records stay whole and aligned over many turns, whatever their length");
	ring_fini(&r);
	CHECK_EQ(ring_init(&r, 512, false, NULL, &err), 0);
	uint8_t in = 0, out = 0;
	for (unsigned i = 0; i < 5000; i++) {
		uint32_t len = i * 7 % 100;
		uint8_t *p = ring_put(&r, len);
		CHECK(p != NULL && ((uintptr_t)p & 7) == 0);
		if (p)
			memset(p, ++in, len);
		ring_commit(&r);
		if (i % 2 == 0)
			continue;
		CHECK(take(&r, (i - 1) * 7 % 100, ++out));
		CHECK(take(&r, len, ++out));
	}
	CHECK_EQ(count_get(&r.lost), 0);

	CASE("full: dropped and counted, what was put is kept");
	ring_fini(&r);
	CHECK_EQ(ring_init(&r, 256, false, NULL, &err), 0);
	unsigned fitted = 0;
	while (put(&r, 24, (uint8_t)fitted))
		fitted++;
	CHECK_EQ(fitted, 8); /* 256 / (24 + 8) */
	CHECK_EQ(count_get(&r.lost), 1);
	ring_commit(&r);
	for (unsigned i = 0; i < fitted; i++)
		CHECK(take(&r, 24, (uint8_t)i));
	CHECK(!ring_peek(&r, &n));
	CHECK(put(&r, 24, 9));
	ring_fini(&r);
}

static void test_end(void)
{
	struct ring r;
	uint32_t n;

	CASE("ended: done and nothing left");
	CHECK_EQ(ring_init(&r, 128, false, NULL, &err), 0);
	CHECK(!ring_ended(&r));
	put(&r, 8, 1);
	ring_done(&r); /* publishes */
	CHECK(!ring_ended(&r));
	CHECK(ring_peek(&r, &n) && n == 8);
	CHECK(!ring_ended(&r));
	ring_pop(&r);
	CHECK(ring_ended(&r));
	ring_fini(&r);

	CASE("a watermark publishes what is below it");
	CHECK_EQ(ring_init(&r, 128, false, NULL, &err), 0);
	put(&r, 8, 1);
	ring_watermark(&r, 42);
	CHECK(take(&r, 8, 1));
	CHECK_EQ(atomic_load(&r.watermark), 42);
	ring_fini(&r);

	CASE("a waiting producer gives up when told to stop");
	_Atomic bool stop = true;
	CHECK_EQ(ring_init(&r, 64, true, &stop, &err), 0);
	CHECK(put(&r, 24, 1));
	CHECK(put(&r, 24, 2));
	CHECK(!put(&r, 24, 3));
	CHECK_EQ(count_get(&r.lost), 1);
	CHECK_EQ(count_get(&r.waits), 1);
	CHECK(take(&r, 24, 1)); /* the wait published them */
	ring_fini(&r);
}

#define RECORDS 50000u

/* Until the producer has found the ring full. It must: what it has to put is far more than the ring
 * holds. Without this it is the scheduler's word whether it ever waits. */
static bool producer_waited(const struct ring *r)
{
	uint64_t end = clock_mono_ns() + 60 * NS_PER_S;

	while (count_get(&r->waits) == 0 && clock_mono_ns() < end)
		clock_sleep_ns(NS_PER_MS / 10);
	return count_get(&r->waits) > 0;
}

static void *produce(void *arg)
{
	struct ring *r = arg;

	for (uint32_t i = 0; i < RECORDS; i++) {
		uint32_t n = 4 + i % 61;
		uint8_t *p = ring_put(r, n);

		if (!p)
			break;
		memset(p, (uint8_t)i, n);
		memcpy(p, &i, sizeof(i));
		if (i % 16 == 0)
			ring_commit(r);
	}
	ring_done(r);
	return NULL;
}

static void test_threads(void)
{
	struct ring r;
	pthread_t t;
	uint32_t next = 0, n;

	CASE("a blocking producer loses nothing");
	CHECK_EQ(ring_init(&r, 4096, true, NULL, &err), 0);
	CHECK_EQ(pthread_create(&t, NULL, produce, &r), 0);
	CHECK(producer_waited(&r));
	while (!ring_ended(&r)) {
		const uint8_t *p = ring_peek(&r, &n);
		uint32_t i;

		if (!p) {
			sched_yield(); /* on one core the producer needs it */
			continue;
		}
		memcpy(&i, p, sizeof(i));
		if (i != next || n != 4 + i % 61 || (n > 4 && p[n - 1] != (uint8_t)i))
			break;
		next++;
		ring_pop(&r);
	}
	CHECK_EQ(next, RECORDS);
	pthread_join(t, NULL);
	CHECK_EQ(count_get(&r.lost), 0);
	ring_fini(&r);
}

int main(void)
{
	test_sizes();
	test_order();
	test_end();
	test_threads();
	return check_done();
}
