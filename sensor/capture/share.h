// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture/filter.h"
#include "capture/handover.h"
#include "capture/probe.h"
#include "capture/source.h"

/* What all live sources do with a received frame, for one reader. */
struct capture_share {
	struct capture_counters counters;
	struct capture_health health;
	struct capture_probe probe;
	struct capture_dedup dedup;
	struct capture_handover *handover; /* NULL with one worker; not owned */
	unsigned index, workers;
	uint64_t kept_before; /* a second ago */
	uint64_t seed;
};

int capture_share_init(struct capture_share *s, const struct capture_config *c, unsigned index,
		       struct capture_handover *handover, struct err *err);
void capture_share_fini(struct capture_share *s);

/* A frame was received; `wanted`: the filter matched. True: it is this worker's, to be given out. */
bool capture_share_frame(struct capture_share *s, const struct frame *f, bool wanted);
/* What others received and is this worker's, `max` at the most. *taken counts what crossed. */
unsigned capture_share_handed(struct capture_share *s, struct frame *out, unsigned max,
			      unsigned *taken);
/* The burst is over: shows the others what crossed, and everybody what was counted. */
void capture_share_burst(struct capture_share *s, const struct burst *b);
/* Once a second; `lost` is what the source has lost since the last time. */
void capture_share_second(struct capture_share *s, uint64_t lost);
