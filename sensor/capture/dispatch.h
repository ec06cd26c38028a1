// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture/source.h"

#include <stdatomic.h>
#include <stdbool.h>

#define DISPATCH_FRAME_MAX 262144u /* bytes of a frame; libpcap's own limit for links we know */

/* Which worker a frame belongs to: by the symmetric hash of its innermost pair of addresses;
 * without one, worker 0. */
unsigned capture_dispatch_worker(const struct frame *f, unsigned workers, uint64_t seed);

/* One thread that reads, `workers` that take: copies of frames over rings, in order. */
struct capture_dispatch;

int capture_dispatch_new(struct capture_dispatch **d, unsigned workers, const _Atomic bool *stop,
			 struct err *err);
void capture_dispatch_free(struct capture_dispatch *d);

/* The reading thread. A full ring waits; false: told to stop meanwhile. */
bool capture_dispatch_frame(struct capture_dispatch *d, unsigned worker, const struct frame *f);
bool capture_dispatch_tick(struct capture_dispatch *d, uint64_t tick_ns, uint64_t next_seq,
			   bool end);
/* Shows the workers what was put, and that every frame below `seq` was. */
void capture_dispatch_flush(struct capture_dispatch *d, uint64_t seq);

/* A worker's next(): fills *b, gives the burst before back. Waits 1 ms at the most. */
void capture_dispatch_next(struct capture_dispatch *d, unsigned worker, struct burst *b);
