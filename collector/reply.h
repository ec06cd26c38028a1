// SPDX-License-Identifier: Apache-2.0
/* A sensor's replies, taken apart. Pure functions over foreign bytes. */
#pragma once

#include "event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLY_EPOCHS 4096u /* epochs a sensor may list; the oldest beyond are left out */

struct reply_since {
	uint64_t epoch, first, last, next_epoch;
	bool has_next;
	bool broken;  /* what follows the records read was not understood */
	unsigned n;   /* records in `event` */
	unsigned malformed; /* of them, no JSON */
};
/* Reads a reply to `since epoch mark`. Records must be of that epoch and rise above `mark`; the
 * first that does not ends the reading and sets `broken`. False: no such reply at all. The events
 * borrow their JSON from `text`. */
bool reply_since(const char *text, size_t len, uint64_t epoch, uint64_t mark, uint64_t received_ns,
		 struct event *event, unsigned cap, struct reply_since *out);

struct reply_epochs {
	uint64_t (*range)[3]; /* epoch, first, last; oldest first; heap, free() it */
	unsigned n;
};
bool reply_epochs(const char *text, size_t len, struct reply_epochs *out);
