// SPDX-License-Identifier: Apache-2.0
/* Packet time where the source gives none: the cycle counter on a straight line through the wall
 * clock, drawn anew once a second.
 *
 * A wall clock ahead of us is followed at once. One behind us is waited for: the line runs slower,
 * by SLOW_MAX at the most, until they meet; so time never goes back, and never stands still either.
 *
 * Units:  nanoseconds; rates in ns a cycle with 32 bits of fraction.
 * Thread: one stamp a reader; all follow the same wall clock, so they agree to a microsecond.
 */
#include "capture/stamp.h"

#include "base/clock.h"

#define SLOW_MAX 128 /* the line is slowed by 1/128 at the most */
#define RATE_TRUST                                                                                 \
	1024 /* a rate further than 1/1024 from the nominal one is a step, not a rate              \
	      */
#define JUMP_NS (3600 * (int64_t)NS_PER_S)

__extension__ typedef unsigned __int128 wide;

static uint64_t rate_of(uint64_t ns, uint64_t cycles)
{
	return (uint64_t)(((wide)ns << 32) / cycles);
}

void capture_stamp_init(struct capture_stamp *s, uint64_t hz, uint64_t cycles, uint64_t real_ns)
{
	*s = (struct capture_stamp){
		.nominal = rate_of(NS_PER_S, hz),
		.at_cycles = cycles,
		.at_ns = real_ns,
		.cal_cycles = cycles,
		.cal_real = real_ns,
		.last_ns = real_ns,
	};
	s->rate = s->nominal;
}

/* The rate measured since the last calibration, or the nominal one when the clock was stepped. */
static uint64_t measured(const struct capture_stamp *s, uint64_t cycles, uint64_t real_ns)
{
	if (real_ns <= s->cal_real || cycles <= s->cal_cycles)
		return s->nominal;
	uint64_t rate = rate_of(real_ns - s->cal_real, cycles - s->cal_cycles);
	uint64_t off = rate > s->nominal ? rate - s->nominal : s->nominal - rate;
	return off > s->nominal / RATE_TRUST ? s->nominal : rate;
}

static enum stamp_step step_of(const struct capture_stamp *s, uint64_t cycles, uint64_t real_ns)
{
	uint64_t want = s->cal_real;

	if (cycles > s->cal_cycles)
		want += (uint64_t)(((wide)(cycles - s->cal_cycles) * s->nominal) >> 32);
	int64_t off = (int64_t)(real_ns - want);

	/* Nominal rates are off by a few ppm: a step is more than the error of this interval. */
	if (off < -(int64_t)NS_PER_MS - (int64_t)((want - s->cal_real) / RATE_TRUST))
		return STAMP_back;
	return off > JUMP_NS ? STAMP_forward : STAMP_steady;
}

enum stamp_step capture_stamp_calibrate(struct capture_stamp *s, uint64_t cycles, uint64_t real_ns)
{
	uint64_t now = capture_stamp_at(s, cycles);
	uint64_t rate = measured(s, cycles, real_ns);
	enum stamp_step step = step_of(s, cycles, real_ns);

	s->at_cycles = cycles;
	s->at_ns = real_ns;
	s->rate = rate;
	if (real_ns < now) {
		uint64_t ahead = now - real_ns;
		uint64_t slow = (uint64_t)((wide)rate * ahead / NS_PER_S);

		s->at_ns = now;
		s->rate = rate - (slow < rate / SLOW_MAX ? slow : rate / SLOW_MAX);
	}
	s->cal_cycles = cycles;
	s->cal_real = real_ns;
	return step;
}
