// SPDX-License-Identifier: Apache-2.0
/* Set-associative memory of what was told; see seen.h. */
#include "observe/seen.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE (2u << 20)

static size_t size_of(const struct seen *s)
{
	size_t n = (size_t)s->n_sets * SEEN_WAYS * sizeof(*s->at);

	return (n + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
}

int seen_init(struct seen *s, uint32_t entries, struct err *err)
{
	uint32_t n = 1;

	while ((uint64_t)n * SEEN_WAYS < entries)
		n *= 2;
	memset(s, 0, sizeof(*s));
	s->n_sets = n;
	/* Keys hash all over the table: large pages, or its first use is one fault an entry. */
	s->at = aligned_alloc(LARGE_PAGE, size_of(s));
	if (s->at) {
		madvise(s->at, size_of(s), MADV_HUGEPAGE);
		memset(s->at, 0, size_of(s));
	}
	if (!s->at)
		return err_set(err, ENOMEM, "no memory for %u pairs of hosts", entries);
	return 0;
}

void seen_fini(struct seen *s)
{
	free(s->at);
	s->at = NULL;
}

struct seen_entry *seen_get(struct seen *s, uint64_t key)
{
	key = key ? key : 1;
	struct seen_entry *set = &s->at[(hash_u64(key, 0) >> 32 & (s->n_sets - 1)) * SEEN_WAYS];
	struct seen_entry *oldest = set;

	for (unsigned i = 0; i < SEEN_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (!set[i].key) { /* entries are never given back: none follows a free one */
			oldest = &set[i];
			break;
		}
		if (set[i].told_ns < oldest->told_ns)
			oldest = &set[i];
	}
	count_add(oldest->key ? &s->evicted : &s->taken, 1);
	memset(oldest, 0, sizeof(*oldest));
	oldest->key = key;
	return oldest;
}
