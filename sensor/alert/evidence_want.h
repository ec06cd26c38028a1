// SPDX-License-Identifier: Apache-2.0
/* Which frames belong to an alert. */
#pragma once

#include "alert/evidence.h"

struct evidence_want {
	struct addr a, b;
	bool pair; /* between a and b; else to or from a */
	uint64_t at_ns, from_ns, to_ns;
	uint64_t seq; /* of the deciding frame */
};

#define EVIDENCE_TEXT 240u /* bytes of a comment, terminator included */

/* False: the alert has no address to go by. */
bool evidence_want_of(const struct finding *f, const struct evidence_config *c,
		      struct evidence_want *w);
bool evidence_same(const struct evidence_want *x, const struct evidence_want *y);
bool evidence_between(const struct evidence_want *w, const struct addr *src,
		      const struct addr *dst);
/* What the comment of the deciding frame says. */
void evidence_text(const struct finding *f, const char *id, char out[EVIDENCE_TEXT]);

static inline bool evidence_within(const struct evidence_want *w, uint64_t time_ns)
{
	return time_ns >= w->from_ns && time_ns <= w->to_ns;
}
