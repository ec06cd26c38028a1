// SPDX-License-Identifier: Apache-2.0
/* Set-associative bounded memory; see sets.h. */
#include "detect/sets.h"

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
	s->n_sets = n;
	/* Keys hash all over the table: large pages, or its first use is one fault an entry. */
	s->bytes = (size_t)n * SETS_WAYS * s->size;
	s->at = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->at == MAP_FAILED)
		s->at = NULL;
	else if (s->bytes >= LARGE_PAGE)
		madvise(s->at, s->bytes, MADV_HUGEPAGE);
	if (!s->at)
		return err_set(err, ENOMEM, "no memory for %u entries of %u bytes", entries, size);
	return 0;
}

void sets_fini(struct sets *s)
{
	if (s->at)
		munmap(s->at, s->bytes);
	s->at = NULL;
}

static uint64_t whole(uint64_t key)
{
	return key ? key : 1; /* 0 means free */
}

static struct sets_head *way(const struct sets *s, uint64_t key, unsigned i)
{
	uint64_t set = hash_u64(key, 0) >> 32 & (s->n_sets - 1);
	return (struct sets_head *)(s->at + (set * SETS_WAYS + i) * s->size);
}

void *sets_find(struct sets *s, uint64_t key)
{
	key = whole(key);
	for (unsigned i = 0; i < SETS_WAYS; i++) {
		struct sets_head *h = way(s, key, i);

		if (h->key == key) {
			h->used = ++s->clock;
			return h;
		}
	}
	return NULL;
}

/* Free before taken, low rank before high, long unused before just used. */
static bool goes_first(const struct sets *s, const struct sets_head *a, const struct sets_head *b)
{
	if (!a->key || !b->key)
		return !a->key && b->key;
	if (a->rank != b->rank)
		return a->rank < b->rank;
	return s->clock - a->used > s->clock - b->used;
}

static struct sets_head *place(const struct sets *s, uint64_t key)
{
	struct sets_head *h = way(s, key, 0);

	for (unsigned i = 1; i < SETS_WAYS; i++) {
		struct sets_head *other = way(s, key, i);

		if (goes_first(s, other, h))
			h = other;
	}
	return h;
}

const void *sets_victim(const struct sets *s, uint64_t key)
{
	const struct sets_head *h = place(s, whole(key));

	return h->key ? h : NULL;
}

void *sets_get(struct sets *s, uint64_t key, uint32_t rank, bool *fresh)
{
	struct sets_head *h = sets_find(s, key);

	*fresh = !h;
	if (h) {
		if (rank > h->rank)
			h->rank = rank;
		return h;
	}
	key = whole(key);
	h = place(s, key);
	count_add(h->key ? &s->evicted : &s->taken, 1);
	memset(h, 0, s->size);
	h->key = key;
	h->used = ++s->clock;
	h->rank = rank;
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
