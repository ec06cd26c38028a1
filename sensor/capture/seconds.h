// SPDX-License-Identifier: Apache-2.0
/* The clock of a run: the largest packet time seen, told in whole seconds.
 *
 * A frame whose time reaches a second the clock has not told yet is not given out before the clock
 * has been: so every reader that sees the same frames tells the same seconds at the same places.
 * The first second told is the first frame's own.
 *
 * Units:  nanoseconds since the Unix epoch. Never back: a time below the clock changes nothing.
 * Source: DESIGN 3, 6.
 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* The largest whole second we let in: what follows still fits a signed 64-bit number of ns. */
#define SECONDS_MAX 9223372035ULL

struct capture_seconds {
	uint64_t told_ns; /* whole seconds */
	uint64_t max_ns;  /* largest time seen */
};

static inline bool capture_seconds_due(const struct capture_seconds *s, uint64_t time_ns)
{
	return time_ns >= s->told_ns + NS_PER_S;
}

static inline void capture_seconds_tell(struct capture_seconds *s, uint64_t time_ns)
{
	s->told_ns = time_ns - time_ns % NS_PER_S;
}

static inline void capture_seconds_see(struct capture_seconds *s, uint64_t time_ns)
{
	if (time_ns > s->max_ns)
		s->max_ns = time_ns;
}

static inline uint64_t capture_seconds_end(const struct capture_seconds *s) /* rounded up */
{
	uint64_t up = s->max_ns + NS_PER_S - 1;

	return up - up % NS_PER_S;
}
