// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "check.h"
#include "flow/timer.h"

#define N 64u

static struct flow flow[N];

static unsigned due(struct flow_wheel *w, uint32_t now_s, uint32_t *out)
{
	unsigned n = 0;

	for (uint32_t i; (i = flow_timer_next(w, now_s)) != 0;) {
		for (; i; i = flow[i - 1].wheel_next)
			out[n++] = i - 1;
	}
	return n;
}

static void check_seconds(void)
{
	CASE("seconds");
	CHECK_EQ(flow_timer_floor_s(NS_PER_S - 1), 0);
	CHECK_EQ(flow_timer_floor_s(NS_PER_S), 1);
	CHECK_EQ(flow_timer_ceil_s(0), 0);
	CHECK_EQ(flow_timer_ceil_s(1), 1);
	CHECK_EQ(flow_timer_ceil_s(NS_PER_S), 1);
	CHECK_EQ(flow_timer_ceil_s(NS_PER_S + 1), 2);
	CHECK_EQ(flow_timer_ceil_s(UINT64_MAX), FLOW_SECOND_MAX);
	CHECK_EQ(flow_timer_floor_s(UINT64_MAX), FLOW_SECOND_MAX);
	CHECK_EQ(flow_timer_add_s(5, 3), 8);
	CHECK_EQ(flow_timer_add_s(FLOW_SECOND_MAX - 3, 3), FLOW_SECOND_MAX);
	CHECK_EQ(flow_timer_add_s(FLOW_SECOND_MAX, 3600), FLOW_SECOND_MAX);
}

static void check_due(void)
{
	static struct flow_wheel w;
	uint32_t got[N];

	CASE("due at its second, not before");
	w = (struct flow_wheel){.now_s = 1000};
	flow_timer_arm(&w, flow, 3, 1002);
	CHECK_EQ(due(&w, 1001, got), 0);
	CHECK_EQ(due(&w, 1002, got), 1);
	CHECK_EQ(got[0], 3);
	CHECK_EQ(due(&w, 1003, got), 0);
	CHECK_EQ(w.now_s, 1003);

	CASE("what is past is due next");
	flow_timer_arm(&w, flow, 3, 10);
	CHECK_EQ(due(&w, 1003, got), 0);
	CHECK_EQ(due(&w, 1004, got), 1);

	CASE("beyond the ring: visited in its last slot");
	flow_timer_arm(&w, flow, 5, 1004 + FLOW_WHEEL_SLOTS - 1);
	flow_timer_arm(&w, flow, 6, 1004 + FLOW_WHEEL_SLOTS);
	flow_timer_arm(&w, flow, 7, FLOW_SECOND_MAX);
	CHECK_EQ(flow[5].due_s, 1004 + FLOW_WHEEL_SLOTS - 1);
	CHECK_EQ(flow[6].due_s, 1004 + FLOW_WHEEL_SLOTS - 1);
	CHECK_EQ(due(&w, 1004 + FLOW_WHEEL_SLOTS - 2, got), 0);
	CHECK_EQ(due(&w, 1004 + FLOW_WHEEL_SLOTS - 1, got), 3);

	CASE("a jump of years visits everything once");
	for (uint32_t i = 0; i < N; i++)
		flow_timer_arm(&w, flow, i, w.now_s + 1 + i * 16);
	CHECK_EQ(due(&w, 1700000000, got), N);
	CHECK_EQ(w.now_s, 1700000000);
	for (uint32_t s = 0; s < FLOW_WHEEL_SLOTS; s++)
		CHECK_EQ(w.slot[s], 0);

	CASE("the last second there is");
	CHECK_EQ(due(&w, FLOW_SECOND_MAX, got), 0);
	flow_timer_arm(&w, flow, 1, FLOW_SECOND_MAX);
	CHECK_EQ(due(&w, FLOW_SECOND_MAX, got), 0);
	flow_timer_disarm(&w, flow, 1);
	for (uint32_t s = 0; s < FLOW_WHEEL_SLOTS; s++)
		CHECK_EQ(w.slot[s], 0);
}

static void check_lists(void)
{
	static const unsigned out[3] = {0, 1, 2}; /* first, middle, last of three in a slot */
	uint32_t got[N];

	for (unsigned k = 0; k < 3; k++) {
		static struct flow_wheel w;
		CASE("disarmed from anywhere in a slot");
		w = (struct flow_wheel){.now_s = 7};
		for (uint32_t i = 0; i < 3; i++)
			flow_timer_arm(&w, flow, i, 9);
		flow_timer_disarm(&w, flow, out[k]);
		CHECK_EQ(due(&w, 9, got), 2);
		CHECK(got[0] != out[k] && got[1] != out[k] && got[0] != got[1]);
	}
}

int main(void)
{
	check_seconds();
	check_due();
	check_lists();
	return check_done();
}
