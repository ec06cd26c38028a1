// SPDX-License-Identifier: Apache-2.0
/* Tables that are built once in a process and put back between two inputs: building them is most of
 * what a short input costs.
 *
 * What is put back is everything: the structs to the bytes they had when they were new, the zeroed
 * arrays that an input can have written to zero. What a pool gives out has the contents its last
 * user left (flow/memory.h), so it is filled with poison: who reads before it writes is found.
 * reset_is_due() names the inputs that are run again on new tables; the two must agree.
 */
#pragma once

#include "flow/table.h"
#include "proto/state.h"

#include <assert.h>
#include <stdlib.h>

#define RESET_POISON 0xa5
#define RESET_EVERY  512u /* inputs: one of them is compared with new tables */

struct reset_table {
	struct flow_table *t, was;
};

struct reset_proto {
	struct proto *p, was;
};

/* From time to time, and the same each time a given input is run alone. */
static inline bool reset_is_due(void)
{
	static uint64_t n;

	return n++ % RESET_EVERY == 0;
}

static inline void reset_pool(struct flow_pool *p)
{
	memset(p->base, RESET_POISON, (size_t)p->size * p->fresh);
}

static inline void reset_table_keep(struct reset_table *r, struct flow_table *t)
{
	r->t = t;
	r->was = *t;
}

static inline struct flow_table *reset_table(struct reset_table *r)
{
	struct flow_table *t = r->t;

	memset(t->flow, RESET_POISON, t->fresh * sizeof(*t->flow));
	memset(t->bucket, 0, (t->mask + 1) * sizeof(*t->bucket));
	memset(t->due, RESET_POISON, 2 * t->cap * sizeof(*t->due));
	memset(t->track, RESET_POISON, t->fresh * sizeof(*t->track));
	reset_pool(&t->streams.streams);
	reset_pool(&t->streams.segs);
	for (unsigned k = 0; k < STREAM_WINDOW_SIZES; k++) {
		struct stream_windows *w = &t->streams.windows;

		reset_pool(&w->pool[k]);
		memset(w->owner[k], RESET_POISON, w->pool[k].cap * sizeof(*w->owner[k]));
	}
	reset_pool(&t->frags.datagrams);
	reset_pool(&t->frags.pages);
	memset(t->frags.bucket, 0, (t->frags.mask + 1) * sizeof(*t->frags.bucket));
	*t = r->was;
	return t;
}

static inline void reset_proto_keep(struct reset_proto *r, struct proto *p)
{
	r->p = p;
	r->was = *p;
}

/* Entries are zeroed when they are given out; the keys say that none is. */
static inline void reset_sets(struct sets *s)
{
	memset(s->set, 0, s->n_sets * sizeof(*s->set));
	memset(s->at, RESET_POISON, (size_t)s->n_sets * SETS_WAYS * s->size);
}

static inline struct proto *reset_proto(struct reset_proto *r)
{
	struct proto *p = r->p;

	for (unsigned c = 0; c < PROTO_MEM_CLASSES; c++)
		reset_pool(&p->mem.class[c]);
	reset_pool(&p->flows);
	memset(p->expected, 0, p->config.expected * sizeof(*p->expected));
	reset_sets(&p->zones);
	reset_sets(&p->echoes);
	*p = r->was;
	return p;
}
