// SPDX-License-Identifier: Apache-2.0
/* Rings between workers: order, wrapping, what does not fit, several threads. */
#include "capture/handover.h"

#include "base/clock.h"
#include "check.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

static uint8_t bytes[1u << 20];

static struct frame frame_of(uint32_t len, uint64_t n)
{
	memcpy(bytes, &n, sizeof(n));
	return (struct frame){.data = bytes, .cap_len = len, .wire_len = len + 1, .time_ns = n};
}

static struct capture_handover *make(unsigned workers)
{
	struct capture_handover *h = NULL;
	struct err err;

	assert(capture_handover_new(&h, workers, &err) == 0);
	return h;
}

static void test_order(void)
{
	struct capture_handover *h = make(2);
	struct frame out[8];
	uint64_t sent = 0, got = 0;
	bool right = true;

	CASE("nothing is there before it is shown");
	struct frame f = frame_of(60, 0);
	CHECK(capture_handover_put(h, 0, 1, &f));
	CHECK_EQ(capture_handover_take(h, 1, out, 8), 0);
	capture_handover_flush(h, 0);
	CHECK_EQ(capture_handover_take(h, 1, out, 8), 1);
	CHECK_EQ(out[0].cap_len, 60);
	CHECK_EQ(out[0].wire_len, 61);
	CHECK(out[0].data != bytes);
	CHECK_EQ(capture_handover_take(h, 0, out, 8), 0);

	CASE("many times around, sizes of all kinds, in order");
	for (unsigned turn = 0; turn < 20000; turn++) {
		for (unsigned i = 0; i < 5; i++, sent++) {
			f = frame_of((uint32_t)(8 + sent * 37 % 9000), sent);
			right &= capture_handover_put(h, 0, 1, &f);
		}
		capture_handover_flush(h, 0);
		unsigned n = capture_handover_take(h, 1, out, 8);
		for (unsigned i = 0; i < n; i++, got++) {
			right &= out[i].time_ns == got && memcmp(out[i].data, &got, 8) == 0;
			right &= out[i].cap_len == 8 + got * 37 % 9000;
		}
	}
	CHECK(right);
	CHECK(sent - got <= 1);
	capture_handover_free(h);
}

static void test_full(void)
{
	struct capture_handover *h = make(2);
	struct frame out[64];
	unsigned n = 0, taken = 0, k;

	CASE("a full ring refuses, and takes again when there is room");
	struct frame f = frame_of(1500, 1);
	while (capture_handover_put(h, 0, 1, &f))
		n++;
	CHECK(n > 1000);
	capture_handover_flush(h, 0);
	while ((k = capture_handover_take(h, 1, out, 64)) > 0)
		taken += k;
	CHECK_EQ(taken, n);
	CHECK(capture_handover_put(h, 0, 1, &f));

	CASE("what was taken is there until the next call");
	capture_handover_flush(h, 0);
	CHECK_EQ(capture_handover_take(h, 1, out, 64), 1);
	const uint8_t first = out[0].data[0];
	for (n = 0; capture_handover_put(h, 0, 1, &f); n++)
		;
	CHECK_EQ(out[0].data[0], first);

	CASE("a frame larger than half a ring is refused");
	capture_handover_free(h);
	h = make(64);
	f = frame_of(131072, 1);
	CHECK(!capture_handover_put(h, 3, 60, &f));
	f = frame_of(65535, 1);
	CHECK(capture_handover_put(h, 3, 60, &f));
	capture_handover_free(h);
}

static void test_shares(void)
{
	struct capture_handover *h = make(3);
	struct frame out[10], f = frame_of(60, 0);
	unsigned n;

	CASE("a busy sender does not shut out another");
	for (unsigned i = 0; i < 100; i++)
		capture_handover_put(h, 0, 2, &f);
	f.time_ns = 7;
	capture_handover_put(h, 1, 2, &f);
	capture_handover_flush(h, 0);
	capture_handover_flush(h, 1);
	n = capture_handover_take(h, 2, out, 10);
	CHECK_EQ(n, 6);
	CHECK_EQ(out[n - 1].time_ns, 7);
	CASE("nobody gives to himself");
	CHECK_EQ(capture_handover_take(h, 0, out, 10), 0);
	capture_handover_free(h);
}

#define THREADS 3
#define EACH    100000

static struct capture_handover *shared;

struct taker {
	unsigned index, got;
	bool right;
};

/* Sends to all others and takes from all, as a worker does; waits where a worker would drop. */
static void *work(void *ctx)
{
	struct taker *t = ctx;
	uint64_t next[THREADS] = {0}, sent = 0;
	struct frame out[64];

	t->right = true;
	while (t->got < (THREADS - 1) * EACH || sent < (uint64_t)EACH * THREADS) {
		uint8_t data[64];
		struct frame f = {.data = data, .cap_len = 64, .source = (uint16_t)t->index};

		for (unsigned i = 0; i < 32 && sent < (uint64_t)EACH * THREADS; i++) {
			unsigned to = (unsigned)(sent % THREADS);

			f.time_ns = sent / THREADS;
			memset(data, (int)f.time_ns, sizeof(data));
			if (to != t->index && !capture_handover_put(shared, t->index, to, &f))
				break;
			sent++;
		}
		capture_handover_flush(shared, t->index);
		unsigned n = capture_handover_take(shared, t->index, out, 64);
		for (unsigned i = 0; i < n; i++, t->got++) {
			t->right &= out[i].time_ns == next[out[i].source]++;
			t->right &= out[i].data[63] == (uint8_t)out[i].time_ns;
		}
	}
	return NULL;
}

static void test_threads(void)
{
	struct taker t[THREADS] = {0};
	pthread_t thread[THREADS];

	CASE("three threads, each to all others, in order and whole");
	shared = make(THREADS);
	for (unsigned i = 0; i < THREADS; i++) {
		t[i].index = i;
		assert(pthread_create(&thread[i], NULL, work, &t[i]) == 0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		CHECK_EQ(t[i].got, (THREADS - 1) * EACH);
		CHECK(t[i].right);
	}
	capture_handover_free(shared);
}

int main(void)
{
	test_order();
	test_full();
	test_shares();
	test_threads();
	return check_done();
}
