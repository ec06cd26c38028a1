// SPDX-License-Identifier: Apache-2.0
/* Whether the mirror shows answers at all: of the handshakes known to have happened (the client's ACK
 * says so), how many show their SYN-ACK. What "nobody answers" accuses somebody of is no more than a
 * finding while it does not. Fewer than VISIBLE_MANY handshakes: the mirror is taken to be complete.
 *
 * Units: handshakes; of the last 128 … 256. */
#pragma once

#include "flow/flow.h"
#include "observe/observation.h"

#define VISIBLE_MANY 10u
#define VISIBLE_MAX  256u

struct visible {
	uint32_t known, seen;
};

static inline void visible_see(struct visible *v, const struct obs_contact *b)
{
	uint32_t n = b->count ? b->count : 1;

	if (b->link.proto != 6 || b->outcome != FLOW_answered || !(b->seen & FLOW_SYN) ||
	    (b->seen & FLOW_SYNACK_FIRST))
		return;
	v->known += n;
	v->seen += b->seen & FLOW_SYNACK ? n : 0;
	while (v->known >= VISIBLE_MAX) {
		v->known /= 2;
		v->seen /= 2;
	}
}

static inline bool visible_answers(const struct visible *v)
{
	return v->known < VISIBLE_MANY || v->seen * 2 >= v->known;
}
