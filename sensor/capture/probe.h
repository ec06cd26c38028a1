// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"
#include "capture/dedup.h"
#include "capture/health.h"
#include "decode/verdict.h"

#include <stdbool.h>
#include <stdint.h>

#define PROBE_CALM        20000
#define PROBE_SLICE_SHIFT 24 /* 16.8 ms: a copy that comes 2 ms later is seldom cut off */

struct probe_pair { /* what two hosts sent each other; [0] from the smaller address */
	uint64_t key;
	uint32_t n[2], tagged[2]; /* packets of TCP */
	uint16_t vlan[2]; /* the last one */
};

/* The measuring of one reader: plain numbers since its last flush, because a burst adds many times,
 * and what it must remember. */
struct capture_probe {
	struct capture_health *out;
	uint64_t first_ns, last_ns, max_ns; /* smallest, of the frame before, largest */
	uint64_t second_end;   /* the slot written is for times below it */
	uint64_t step_usual;   /* a longer step forward is a record, or counted */
	uint32_t length_usual; /* so is a longer frame */
	bool any;                           /* there was a frame */
	uint64_t frames, bytes, truncated, clock_back, clock_jump, unknown_link;
	uint64_t over_mtu, longest, back_max_ns, jump_max_ns;
	struct capture_second *slot;
	uint64_t slot_frames, slot_bytes; /* of frames and bytes, what is in the slot already */
	uint64_t slot_dropped;
	uint64_t slice_mask;     /* of time, PROBE_SLICE_SHIFT to the right; 0: all of it */
	uint64_t every_mask;     /* as configured */
	struct verdicts unused; /* of a second decoding */
	struct probe_pair *pair;
};

/* `every` as in the configuration; it is rounded up to a power of two. */
int capture_probe_init(struct capture_probe *p, struct capture_health *out, uint32_t every,
		       struct err *err);
void capture_probe_fini(struct capture_probe *p);

/* The rare parts of capture_probe_frame(): a new second or the first frame of all, a step back or a
 * long one forward, a long frame. */
void capture_probe_second(struct capture_probe *p, uint64_t time_ns);
void capture_probe_step(struct capture_probe *p, uint64_t time_ns);
void capture_probe_long(struct capture_probe *p, uint32_t wire_len);
/* On a calm link, of less than PROBE_CALM frames a second, everything is looked into: for sources
 * that run in real time, where a pace that follows the load changes nothing else. */
void capture_probe_pace(struct capture_probe *p, uint64_t frames);
/* Frames the source says it lost since the last call. */
void capture_probe_dropped(struct capture_probe *p, uint64_t n);
/* Adds what was seen to `c` and to the health, and starts again from nothing. */
void capture_probe_flush(struct capture_probe *p, struct capture_counters *c);
/* Looks into one frame. `d`: looks for its duplicates too; NULL when removal does that itself. */
void capture_probe_look(struct capture_probe *p, const struct frame *f, struct capture_dedup *d);
/* Make the counters of pairs, and of duplicates, right. Once a second, and at the end. */
void capture_probe_sum_pairs(struct capture_probe *p);
void capture_probe_sum_dedup(struct capture_probe *p, const struct capture_dedup *d);

static inline bool capture_probe_due(const struct capture_probe *p, uint64_t time_ns)
{
	return (time_ns >> PROBE_SLICE_SHIFT & p->slice_mask) == 0;
}

/* Every frame seen. What is rare is tested for with one comparison each. */
static inline void capture_probe_frame(struct capture_probe *p, const struct frame *f)
{
	uint64_t step = f->time_ns - p->last_ns; /* back: very large */

	if (f->time_ns >= p->second_end)
		capture_probe_second(p, f->time_ns);
	else if (step > p->step_usual)
		capture_probe_step(p, f->time_ns);
	p->last_ns = f->time_ns;
	if (f->wire_len > p->length_usual)
		capture_probe_long(p, f->wire_len);
	p->frames++;
	p->bytes += f->wire_len;
	p->truncated += f->cap_len < f->wire_len;
	p->unknown_link += f->link == LINK_other;
}
