// SPDX-License-Identifier: Apache-2.0
/* once: one telling a subject and window, the rest counted in the next; and small memories of when
 * something last happened between two hosts. Both are sets of one shape.
 *
 * Thread: the detect thread's.
 */
#pragma once

#include "base/addr.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/sets.h"

struct once_entry {
	struct sets_head head;
	uint64_t told_ns, first_ns; /* packet time; 0 never */
	uint64_t n, more;           /* in all; since it was told */
};

/* The entry of (kind, a, b, what): made if there is none, this time counted. */
static inline struct once_entry *once_get(struct sets *s, unsigned kind, uint64_t a, uint64_t b,
					  uint64_t what, uint64_t now_ns)
{
	bool fresh;
	uint64_t key = hash_u64(hash_u64(hash_u64(a, kind), b), what);
	struct once_entry *e = sets_get(s, key ? key : 1, 0, &fresh);

	if (fresh)
		e->first_ns = now_ns;
	e->n++;
	e->more++;
	return e;
}

/* How many it stands for when it is to be told now; 0: it was told within window_ns. */
static inline uint32_t once_due(struct once_entry *e, uint64_t now_ns, uint64_t window_ns)
{
	if (e->told_ns && now_ns < e->told_ns + window_ns)
		return 0;
	uint32_t n = e->more < UINT32_MAX ? (uint32_t)e->more : UINT32_MAX;
	e->told_ns = now_ns ? now_ns : 1;
	e->more = 0;
	return n;
}

static inline uint64_t once_text(const char *p) /* a text as a key, letters in either case */
{
	uint64_t h = 1469598103934665603u; /* FNV-1a */

	for (; *p; p++)
		h = (h ^ ascii_lower((uint8_t)*p)) * 1099511628211u;
	return h;
}
