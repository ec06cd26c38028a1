// SPDX-License-Identifier: Apache-2.0
/* Set-associative bounded memory; see sets.h. */
#include "base/sets.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define ENTRIES_MAX (1u << (32 - SETS_RANK_BITS))

int sets_init(struct sets *s, uint32_t size, uint32_t entries, struct err *err)
{
	uint32_t n = 1;

	if (entries > ENTRIES_MAX)
		return err_set(err, E2BIG, "%u entries: at most %u", entries, ENTRIES_MAX);
	while ((uint64_t)n * SETS_WAYS < entries)
		n *= 2;
	memset(s, 0, sizeof(*s));
	s->size = (size + 7) & ~7u;
	s->zeroed = s->size;
	s->n_sets = n;
	s->bytes = (size_t)n * (sizeof(struct sets_set) + SETS_WAYS * (size_t)s->size);
	void *at = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return err_set(err, ENOMEM, "no memory for %u entries of %u bytes", entries, size);
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

void *sets_find(struct sets *s, uint64_t key)
{
	key = whole(key);
	uint32_t set = set_of(s, key);
	struct sets_set *at = &s->set[set];

	for (unsigned i = 0; i < SETS_WAYS; i++) {
		if (at->key[i] == key) {
			at->used[i] = ++s->clock;
			return sets_entry(s, set, i);
		}
	}
	return NULL;
}

/* Free before taken, low rank before high, long unused before just used. */
static bool goes_first(const struct sets *s, const struct sets_set *at, unsigned a, unsigned b)
{
	if (!at->key[a] || !at->key[b])
		return !at->key[a] && at->key[b];
	uint32_t rank_a = at->at[a] & SETS_RANK_MAX, rank_b = at->at[b] & SETS_RANK_MAX;

	if (rank_a != rank_b)
		return rank_a < rank_b;
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

	return s->set[set].key[way] ? sets_entry(s, set, way) : NULL;
}

static void raise(struct sets_set *set, unsigned way, uint32_t rank)
{
	if (rank > SETS_RANK_MAX)
		rank = SETS_RANK_MAX;
	if (rank > (set->at[way] & SETS_RANK_MAX))
		set->at[way] = (set->at[way] & ~SETS_RANK_MAX) | rank;
}

void sets_raise(struct sets *s, const void *at, uint32_t rank)
{
	uint64_t key = ((const struct sets_head *)at)->key;
	struct sets_set *set = &s->set[set_of(s, key)];

	for (unsigned i = 0; i < SETS_WAYS; i++) {
		if (set->key[i] == key)
			raise(set, i, rank);
	}
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
	bool taken = at->key[way] != 0;
	uint32_t number = taken ? at->at[way] >> SETS_RANK_BITS : s->fresh++;

	count_add(taken ? &s->evicted : &s->taken, 1);
	at->at[way] = number << SETS_RANK_BITS;
	raise(at, way, rank);
	h = sets_entry(s, set, way);
	memset(h, 0, s->zeroed);
	h->key = at->key[way] = key;
	at->used[way] = ++s->clock;
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
