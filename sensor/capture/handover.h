// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/err.h"
#include "decode/frame.h"

#include <stdbool.h>

/* Rings between the readers of a live source: who receives a frame of another's hosts puts it into
 * that one's ring. */
struct capture_handover;

int capture_handover_new(struct capture_handover **h, unsigned workers, struct err *err);
void capture_handover_free(struct capture_handover *h);

/* Copies the frame. False: no room, it is lost; the caller counts. */
bool capture_handover_put(struct capture_handover *h, unsigned from, unsigned to,
			  const struct frame *f);
/* Shows the others what was put. Once a burst. */
void capture_handover_flush(struct capture_handover *h, unsigned from);
/* Up to `max` frames for `to`, in the order of each sender. They live until its next call. */
unsigned capture_handover_take(struct capture_handover *h, unsigned to, struct frame *out,
			       unsigned max);
