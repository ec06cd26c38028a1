// SPDX-License-Identifier: Apache-2.0
/* What each of our hosts has received from another one lately: what leaves it afterwards may be
 * that.
 *
 * Shape:  bounded; the host not used for longest goes first, counted. Two halves of a window, so
 * that what is forgotten goes by halves. Thread: the detect thread's. Cost:   one look-up a volume
 * between two of ours.
 */
#pragma once

#include "base/addr.h"
#include "base/sets.h"

struct stage_half {
	double bytes;
	struct addr from;  /* who has sent most of it */
	double from_bytes; /* by so much more than the others */
	uint16_t port;     /* of the service it came by */
};

struct stage {
	struct sets_head head;
	struct stage_half half[2]; /* this half of the window, the one before */
	uint64_t since_ns;         /* begin of this half */
	uint64_t first_ns;         /* of what is remembered */
};

/* `to` has received so much from `from`. */
void stage_receive(struct sets *stages, uint64_t to, const struct addr *from, uint16_t port,
		   double bytes, uint64_t now_ns, uint64_t window_ns);
/* The host's, as of now; NULL: it has received nothing within the window. */
const struct stage *stage_of(struct sets *stages, uint64_t host, uint64_t now_ns,
			     uint64_t window_ns);
static inline double stage_bytes(const struct stage *s)
{
	return s->half[0].bytes + s->half[1].bytes;
}
/* The half of which one sender has sent most. */
static inline const struct stage_half *stage_most(const struct stage *s)
{
	return &s->half[s->half[1].from_bytes > s->half[0].from_bytes];
}
