// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* Wall time out of a cycle counter. Values, no clock of its own: the caller reads both. */
struct capture_stamp {
	uint64_t nominal, rate; /* ns a cycle, 32 bits of fraction: by the book, and as used now */
	uint64_t at_cycles, at_ns;     /* where the present line starts */
	uint64_t cal_cycles, cal_real; /* the last calibration */
	uint64_t last_ns;              /* latest given out */
};

enum stamp_step { STAMP_steady, STAMP_back, STAMP_forward };

void capture_stamp_init(struct capture_stamp *s, uint64_t hz, uint64_t cycles, uint64_t real_ns);
/* Once a second, with both clocks read together. Says if the wall clock stepped: back by more than
 * 1 ms, forward by more than an hour. */
enum stamp_step capture_stamp_calibrate(struct capture_stamp *s, uint64_t cycles, uint64_t real_ns);

/* Nanoseconds since the Unix epoch; never below what was given before. */
static inline uint64_t capture_stamp_at(struct capture_stamp *s, uint64_t cycles)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t ns = s->at_ns;

	if (cycles > s->at_cycles)
		ns += (uint64_t)(((wide)(cycles - s->at_cycles) * s->rate) >> 32);
	if (ns > s->last_ns)
		s->last_ns = ns;
	return s->last_ns;
}
