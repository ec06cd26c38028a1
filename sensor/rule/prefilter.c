// SPDX-License-Identifier: Apache-2.0
/* One Hyperscan database of literals, and the same as grams for short texts: rules that share a literal
 * share its id. */
#include "rule/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry { /* sorted by literal, then by rule */
	uint32_t rank, index;
};

static int literal_order(const struct signature *a, const struct signature *b)
{
	if (a->literal_len != b->literal_len)
		return a->literal_len < b->literal_len ? -1 : 1;
	if (a->literal_nocase != b->literal_nocase)
		return a->literal_nocase ? 1 : -1;
	return memcmp(a->literal, b->literal, a->literal_len);
}

static int by_literal(const void *a, const void *b)
{
	return literal_order(*(const struct signature *const *)a, *(const struct signature *const *)b);
}

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

uint32_t *rule_literal_ranks(const struct signature *const *sig, uint32_t n, struct arena *scratch)
{
	uint32_t *rank = rule_arena_take(scratch, (n + 1ul) * sizeof(*rank)), some = 0, now = 0;
	const struct signature **at = rule_arena_take(scratch, (n + 1ul) * sizeof(*at));

	for (uint32_t i = 0; i < n; i++) {
		if (sig[i]->literal)
			at[some++] = sig[i];
	}
	if (some)
		qsort(at, some, sizeof(*at), by_literal);
	for (uint32_t i = 0; i < some; i++) {
		now += i > 0 && literal_order(at[i - 1], at[i]) != 0;
		rank[at[i]->rule.index] = now;
	}
	return rank;
}

struct patterns { /* what hs_compile_lit_multi() takes, column by column */
	struct entry *all; /* owned: the columns are behind it */
	const char **at;
	size_t *len;
	struct gram_literal *gram; /* the same for rule_grams_build() */
	unsigned *flags, *ids;
	unsigned n;
};

/* Room for n of them. */
static struct patterns patterns_of(size_t n)
{
	struct patterns p = {.n = 0};
	size_t size = sizeof(*p.all) + sizeof(*p.at) + sizeof(*p.len) + sizeof(*p.gram) +
		      sizeof(*p.flags) + sizeof(*p.ids);

	p.all = malloc((n + 1) * size);
	if (!p.all) {
		fprintf(stderr, "no memory for the rules\n");
		abort(); /* as the arena does */
	}
	p.at = (const char **)(p.all + n);
	p.len = (size_t *)(p.at + n);
	p.gram = (struct gram_literal *)(p.len + n);
	p.flags = (unsigned *)(p.gram + n);
	p.ids = p.flags + n;
	return p;
}

static int compile(struct database *d, const struct patterns *p, struct err *err)
{
	hs_compile_error_t *why = NULL;
	hs_error_t rc = hs_compile_lit_multi(p->at, p->flags, p->ids, p->len, p->n, HS_MODE_BLOCK,
					     NULL, &d->hs, &why);

	if (rc == HS_SUCCESS)
		return 0;
	err_set(err, ENOMEM, "the literals of the rules do not compile: %s",
		why ? why->message : "no reason given");
	hs_free_compile_error(why);
	return -ENOMEM;
}

static void fill(struct database *d, struct arena *a, const struct signature *const *sig,
		 const uint32_t *rank, struct patterns *p)
{
	struct list which = d->of;
	*p = patterns_of(which.n);
	struct entry *e = p->all;
	for (uint32_t i = 0; i < which.n; i++)
		e[i] = (struct entry){rank[which.at[i]], which.at[i]};
	qsort(e, which.n, sizeof(*e), entry_order);

	struct list *rules = rule_arena_take(a, which.n * sizeof(*rules));
	uint32_t *index = rule_arena_take(a, which.n * sizeof(*index));
	for (uint32_t i = 0; i < which.n; i++) {
		const struct signature *s = sig[e[i].index];
		uint32_t id = p->n;

		index[i] = e[i].index;
		if (i == 0 || e[i - 1].rank != e[i].rank) {
			p->at[id] = (const char *)s->literal;
			p->flags[id] = s->literal_nocase ? HS_FLAG_CASELESS : 0;
			p->ids[id] = id;
			p->len[id] = s->literal_len;
			p->gram[id] = (struct gram_literal){.at = s->literal, .id = id, .nocase = s->literal_nocase,
						      .len = (uint8_t)s->literal_len};
			rules[p->n++] = (struct list){&index[i], 0};
			if (s->literal_len > d->longest)
				d->longest = s->literal_len;
		}
		rules[p->n - 1].n++;
	}
	d->rules = rules;
	d->n = p->n;
	d->grams = rule_grams_build(a, p->gram, p->n);
}

/* Of 339 databases of ET Open ten hold four fifths of the bytes in long texts. The others are compiled
 * only where that is cheap: docs/why/0024. */
#define CHEAP 24u /* literals */

static int build(struct rule_engine *e, struct database *d, bool bulk, struct cache *cache,
		 struct err *err)
{
	struct cache_key key = {{0}};
	struct patterns p;
	int rc = 0;

	fill(d, &e->arena, e->sig, e->literal_rank, &p);
	if (!bulk && p.n > CHEAP) {
		free(p.all);
		return 0;
	}
	if (cache->dir && cache->dir[0]) {
		rule_cache_key(cache, &key, p.at, p.flags, p.ids, p.len, p.n, HS_MODE_BLOCK);
		d->hs = rule_cache_load(cache, &key);
	}
	if (!d->hs && (rc = compile(d, &p, err)) == 0)
		rule_cache_store(cache, &key, d->hs);
	free(p.all);
	return rc;
}

static bool same(struct list a, struct list b)
{
	return a.n == b.n && memcmp(a.at, b.at, a.n * sizeof(*a.at)) == 0;
}

int rule_database_of(struct rule_engine *e, struct list of, bool bulk, struct cache *cache,
		     const struct database **out, struct err *err)
{
	struct database *d = e->database;

	*out = NULL;
	if (of.n == 0)
		return 0;
	while (d && !same(d->of, of))
		d = d->next;
	bool made = d != NULL;
	if (!made) {
		d = rule_arena_take(&e->arena, sizeof(*d));
		d->of = of;
	}
	if (!made || (bulk && !d->hs)) {
		int rc = build(e, d, bulk, cache, err);

		if (rc)
			return rc;
	}
	if (!made) {
		d->next = e->database;
		e->database = d;
		if (d->n > e->most_literals)
			e->most_literals = d->n;
	}
	*out = d;
	return 0;
}

int rule_database_join(struct rule_engine *e, const struct database *a, const struct database *b,
		       bool bulk, struct cache *cache, const struct database **out, struct err *err)
{
	struct list x = a->of, y = b->of;
	uint32_t *at = rule_arena_take(&e->arena, (x.n + y.n + 1ul) * sizeof(*at)), n = 0;

	for (uint32_t i = 0, k = 0; i < x.n || k < y.n;) {
		uint32_t rule = k == y.n || (i < x.n && x.at[i] <= y.at[k]) ? x.at[i] : y.at[k];

		i += i < x.n && x.at[i] == rule;
		k += k < y.n && y.at[k] == rule;
		at[n++] = rule;
	}
	return rule_database_of(e, (struct list){at, n}, bulk, cache, out, err);
}
