// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture/classic.h"
#include "capture/inputs.h"
#include "decode/frame.h"

#include <stdbool.h>
#include <stdint.h>

#define BROKEN_ROOM 2000u

/* One pass over all captures of a run, by one reader. */
struct capture_savefile {
	struct capture_inputs *in;
	/* Called per frame. False: this read ends after it. */
	bool (*on_frame)(void *ctx, const struct frame *f);
	void *ctx;
	char *buffer;
	struct capture_handle open; /* the capture being read, or none */
	struct capture_classic classic; /* reads `open`, while it is on */
	unsigned next;              /* input to open after it */
	uint64_t seq;               /* of the next frame: how many there were */
	uint64_t file_seq;          /* of the first frame of this capture */
	uint16_t link;
	bool ended;
	bool held; /* some frame of this read */
	char broken[BROKEN_ROOM + 32]; /* "" or which captures broke off, and how */
	uint32_t told, untold; /* bytes of `broken` that stand; captures it has no room for */
};

int capture_savefile_init(struct capture_savefile *s, struct capture_inputs *in,
			  bool (*on_frame)(void *ctx, const struct frame *f), void *ctx,
			  struct err *err);
/* Reads on, `max` frames at the most, into on_frame. Fewer is no sign of the end: `ended` is. */
void capture_savefile_read(struct capture_savefile *s, unsigned max);
/* From on_frame: the frame shall live until the next read. False: it lives until on_frame is called again,
 * and wants to be copied. */
static inline bool capture_savefile_hold(struct capture_savefile *s)
{
	s->held |= s->classic.on;
	return s->classic.on;
}
void capture_savefile_fini(struct capture_savefile *s);
