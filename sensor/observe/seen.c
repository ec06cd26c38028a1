// SPDX-License-Identifier: Apache-2.0
/* Set-associative memory of what was told; see seen.h. */
#include "observe/seen.h"

#include "base/hash.h"
#include "flow/memory.h"

#include <errno.h>

int seen_init(struct seen *s, uint32_t entries, struct err *err)
{
	uint32_t n = 1;

	while ((uint64_t)n * SEEN_WAYS < entries)
		n *= 2;
	memset(s, 0, sizeof(*s));
	s->n_sets = n;
	s->bytes = n * (sizeof(*s->set) + SEEN_WAYS * sizeof(*s->at));
	s->set = flow_memory_map(s->bytes);
	if (!s->set)
		return err_set(err, ENOMEM, "no memory for %u pairs of hosts", entries);
	s->at = (struct seen_entry *)(s->set + n);
	return 0;
}

void seen_fini(struct seen *s)
{
	flow_memory_unmap(s->set, s->bytes);
	s->set = NULL;
	s->at = NULL;
}

struct seen_entry *seen_get(struct seen *s, uint64_t key)
{
	key = key ? key : 1;
	uint64_t h = hash_u64(key, 0);
	struct seen_set *set = &s->set[h >> 32 & (s->n_sets - 1)];
	struct seen_entry *e;
	uint32_t tag = (uint32_t)h | 1;
	unsigned way = 0;

	for (; way < SEEN_WAYS && set->tag[way]; way++) { /* none follows a free one */
		e = &s->at[set->at[way]];
		if (set->tag[way] == tag && e->key == key)
			return e;
	}
	if (way < SEEN_WAYS) {
		set->at[way] = s->fresh++;
		count_add(&s->taken, 1);
	} else {
		for (unsigned i = way = 0; i < SEEN_WAYS; i++) {
			if (s->at[set->at[i]].told_ns < s->at[set->at[way]].told_ns)
				way = i;
		}
		count_add(&s->evicted, 1);
	}
	set->tag[way] = tag;
	e = &s->at[set->at[way]];
	memset(e, 0, sizeof(*e));
	e->key = key;
	return e;
}
