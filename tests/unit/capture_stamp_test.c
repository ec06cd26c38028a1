// SPDX-License-Identifier: Apache-2.0
/* Wall time out of a cycle counter: exact, never back, never standing still. */
#include "capture/stamp.h"

#include "base/clock.h"
#include "check.h"

#define HZ        3000000000ULL /* cycles a second */
#define BEGIN     (1700000000 * NS_PER_S)
#define SECOND(n) ((n)*HZ)

int main(void)
{
	struct capture_stamp s;
	uint64_t t, before;

	CASE("the nominal rate, from a big counter");
	capture_stamp_init(&s, HZ, 1ULL << 62, BEGIN);
	CHECK_EQ(capture_stamp_at(&s, 1ULL << 62), BEGIN);
	t = capture_stamp_at(&s, (1ULL << 62) + SECOND(1));
	CHECK(t > BEGIN + NS_PER_S - 10 && t <= BEGIN + NS_PER_S);

	CASE("a counter read out of turn does not take time back");
	CHECK_EQ(capture_stamp_at(&s, (1ULL << 62) + 5), t);
	CHECK_EQ(capture_stamp_at(&s, 5), t);

	CASE("a counter 20 ppm fast is learnt");
	capture_stamp_init(&s, HZ, 0, BEGIN);
	for (uint64_t i = 1; i <= 10; i++)
		CHECK_EQ(capture_stamp_calibrate(&s, SECOND(i) + i * 60000, BEGIN + i * NS_PER_S),
			 STAMP_steady);
	t = capture_stamp_at(&s, SECOND(11) + 11 * 60000);
	CHECK(t > BEGIN + 11 * NS_PER_S - 20 && t < BEGIN + 11 * NS_PER_S + 20);

	CASE("a counter 20 ppm slow: time waits for the clock by running slower, never back");
	capture_stamp_init(&s, HZ, 0, BEGIN);
	before = 0;
	for (uint64_t i = 1; i <= 10; i++) {
		t = capture_stamp_at(&s, SECOND(i) - i * 60000);
		CHECK(t > before);
		before = t;
		CHECK_EQ(capture_stamp_calibrate(&s, SECOND(i) - i * 60000, BEGIN + i * NS_PER_S),
			 STAMP_steady);
		CHECK(capture_stamp_at(&s, SECOND(i) - i * 60000) >= before);
	}
	t = capture_stamp_at(&s, SECOND(11) - 11 * 60000);
	CHECK(t > BEGIN + 11 * NS_PER_S - 20 && t < BEGIN + 11 * NS_PER_S + 20);

	CASE("the clock is set back 10 s: said; time goes on, slowed until they meet");
	capture_stamp_init(&s, HZ, 0, BEGIN);
	CHECK_EQ(capture_stamp_calibrate(&s, SECOND(1), BEGIN + NS_PER_S - 10 * NS_PER_S),
		 STAMP_back);
	before = capture_stamp_at(&s, SECOND(1));
	CHECK(before >= BEGIN + NS_PER_S - 10);
	t = capture_stamp_at(&s, SECOND(2));
	CHECK(t > before + NS_PER_S * 99 / 100 && t < before + NS_PER_S * 999 / 1000);
	for (uint64_t i = 2; i <= 2000; i++) {
		uint64_t real = BEGIN + i * NS_PER_S - 10 * NS_PER_S;
		uint64_t now = capture_stamp_at(&s, SECOND(i));
		CHECK(now > before);
		before = now;
		CHECK_EQ(capture_stamp_calibrate(&s, SECOND(i), real), STAMP_steady);
	}
	t = capture_stamp_at(&s, SECOND(2001));
	CHECK(t > BEGIN + 1991 * NS_PER_S - 20 && t < BEGIN + 1991 * NS_PER_S + 20);

	CASE("the clock is set forward: followed at once; more than an hour is said");
	capture_stamp_init(&s, HZ, 0, BEGIN);
	CHECK_EQ(capture_stamp_calibrate(&s, SECOND(1), BEGIN + 60 * NS_PER_S), STAMP_steady);
	CHECK_EQ(capture_stamp_at(&s, SECOND(1)), BEGIN + 60 * NS_PER_S);
	CHECK_EQ(capture_stamp_calibrate(&s, SECOND(2), BEGIN + 3700 * NS_PER_S), STAMP_forward);
	CHECK_EQ(capture_stamp_at(&s, SECOND(2)), BEGIN + 3700 * NS_PER_S);

	CASE("set back by less than a millisecond is no step; by more it is");
	capture_stamp_init(&s, HZ, 0, BEGIN);
	CHECK_EQ(capture_stamp_calibrate(&s, SECOND(1), BEGIN + NS_PER_S - NS_PER_MS),
		 STAMP_steady);
	capture_stamp_init(&s, HZ, 0, BEGIN);
	CHECK_EQ(capture_stamp_calibrate(&s, SECOND(1), BEGIN + NS_PER_S - 3 * NS_PER_MS),
		 STAMP_back);
	return check_done();
}
