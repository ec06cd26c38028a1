// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "capture/source.h"

/* What a reader saw since its last flush: plain numbers, because a burst adds many times. */
struct capture_health {
	uint64_t last_ns; /* time of the frame before */
	bool any;         /* there was one */
	uint64_t frames, bytes, truncated, clock_back, clock_jump, unknown_link;
};

#define HEALTH_BACK_NS NS_PER_MS
#define HEALTH_JUMP_NS (3600 * NS_PER_S)

static inline void capture_health_frame(struct capture_health *h, const struct frame *f)
{
	h->frames++;
	h->bytes += f->wire_len;
	h->truncated += f->cap_len < f->wire_len;
	h->unknown_link += f->link == LINK_other;
	if (h->any) {
		h->clock_back += f->time_ns + HEALTH_BACK_NS < h->last_ns;
		h->clock_jump += f->time_ns > h->last_ns + HEALTH_JUMP_NS;
	}
	h->any = true;
	h->last_ns = f->time_ns;
}

/* Adds what was seen to `c` and starts again from nothing; the time of the last frame stays. */
void capture_health_flush(struct capture_health *h, struct capture_counters *c);
