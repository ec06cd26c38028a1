// SPDX-License-Identifier: Apache-2.0
/* Set-associative bounded memory; see sets.h. */
#include "base/sets.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE (2u << 20)

int sets_init(struct sets *s, uint32_t size, uint32_t entries, struct err *err)
{
	uint32_t n = 1;

	while ((uint64_t)n * SETS_WAYS < entries)
		n *= 2;
	memset(s, 0, sizeof(*s));
	s->size = (size + 7) & ~7u;
	s->zeroed = s->size;
	s->n_sets = n;
	s->bytes = (size_t)n * (sizeof(struct sets_set) + SETS_WAYS * (size_t)s->size);
	/* Keys hash all over the table: large pages, or its first use is one fault an entry. */
	void *at = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return err_set(err, ENOMEM, "no memory for %u entries of %u bytes", entries, size);
	if (s->bytes >= LARGE_PAGE)
		madvise(at, s->bytes, MADV_HUGEPAGE);
	s->set = at;
	s->at = (uint8_t *)(s->set + n);
	return 0;
}

void sets_fini(struct sets *s)
{
	if (s->set)
		munmap(s->set, s->bytes);
	s->set = NULL;
	s->at = NULL;
}

static uint64_t whole(uint64_t key)
{
	return key ? key : 1; /* 0 means free */
}

static uint32_t set_of(const struct sets *s, uint64_t key)
{
	return (uint32_t)(hash_u64(key, 0) >> 32) & (s->n_sets - 1);
}

static void *entry(const struct sets *s, uint32_t set, unsigned way)
{
	return s->at + ((size_t)set * SETS_WAYS + way) * s->size;
}

void *sets_find(struct sets *s, uint64_t key)
{
	key = whole(key);
	uint32_t set = set_of(s, key);
	struct sets_set *at = &s->set[set];

	for (unsigned i = 0; i < SETS_WAYS; i++) {
		if (at->key[i] == key) {
			at->used[i] = ++s->clock;
			return entry(s, set, i);
		}
	}
	return NULL;
}

/* Free before taken, low rank before high, long unused before just used. */
static bool goes_first(const struct sets *s, const struct sets_set *at, unsigned a, unsigned b)
{
	if (!at->key[a] || !at->key[b])
		return !at->key[a] && at->key[b];
	if (at->rank[a] != at->rank[b])
		return at->rank[a] < at->rank[b];
	return s->clock - at->used[a] > s->clock - at->used[b];
}

static unsigned place(const struct sets *s, const struct sets_set *at)
{
	unsigned first = 0;

	for (unsigned i = 1; i < SETS_WAYS; i++)
		first = goes_first(s, at, i, first) ? i : first;
	return first;
}

const void *sets_victim(const struct sets *s, uint64_t key)
{
	uint32_t set = set_of(s, whole(key));
	unsigned way = place(s, &s->set[set]);

	return s->set[set].key[way] ? entry(s, set, way) : NULL;
}

static unsigned way_of(const struct sets *s, const void *at, uint32_t *set)
{
	size_t i = (size_t)((const uint8_t *)at - s->at) / s->size;

	*set = (uint32_t)(i / SETS_WAYS);
	return i % SETS_WAYS;
}

void sets_raise(struct sets *s, const void *at, uint32_t rank)
{
	uint32_t set;
	unsigned way = way_of(s, at, &set);

	if (rank > s->set[set].rank[way])
		s->set[set].rank[way] = rank;
}

void *sets_get(struct sets *s, uint64_t key, uint32_t rank, bool *fresh)
{
	struct sets_head *h = sets_find(s, key);

	*fresh = !h;
	if (h) {
		if (rank)
			sets_raise(s, h, rank);
		return h;
	}
	key = whole(key);
	uint32_t set = set_of(s, key);
	struct sets_set *at = &s->set[set];
	unsigned way = place(s, at);
	h = entry(s, set, way);
	count_add(at->key[way] ? &s->evicted : &s->taken, 1);
	memset(h, 0, s->zeroed);
	h->key = at->key[way] = key;
	at->used[way] = ++s->clock;
	at->rank[way] = rank;
	return h;
}

void sets_say_evicted(const struct sets *s, const char *name, char *out, size_t size)
{
	size_t len = strnlen(out, size);
	int n = snprintf(out + len, size - len, "%s\"%s_evicted\":%llu", len ? "," : "", name,
			 (unsigned long long)count_get(&s->evicted));

	if (len < size && (n < 0 || (size_t)n >= size - len))
		out[len] = '\0';
}
