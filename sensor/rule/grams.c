// SPDX-License-Identifier: Apache-2.0
/* Of each literal four bytes that are rare in traffic stand in a bitmap, by a hash in which case does
 * not count; a text's bytes, four by four, are asked whether they are there, and what is there is
 * compared.
 *
 * Literals too short for that are found by their first three bytes, sixteen places at a time: the two
 * halves of a byte give sets of buckets, and a place where those of all have one in common is compared.
 *
 * Source: the bitmap: Kandhan et al., "SigMatch", VLDB 2010; the short ones: Hyperscan's Teddy (Wang et
 *         al., NSDI 2019). Measured: docs/why/0022.
 */
#include "rule/grams.h"

#include "base/ascii.h"
#include "rule/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

#define GRAM       4u /* bytes */
#define BUCKETS    8u
#define PLACES     3u /* bytes of a short literal that are looked at */
#define BITMAP_MIN 9u /* bits of a hash */
#define BITMAP_MAX 18u
#define SPARSE     7u
#define CENSUS     14u

struct literal {
	uint64_t want, fold, mask; /* of its first eight bytes */
	const uint8_t *rest;       /* those behind them */
	uint32_t id;
	uint8_t len, at; /* at: where its gram stands */
	bool nocase;
	bool more; /* the next one has the same place in the table */
};

struct grams {
	uint32_t *bitmap;
	uint32_t *first; /* by hash: literal + 1; 0: none */
	struct literal *literal, *brief;
	uint32_t shift, first_shift, n;
	uint32_t bucket[BUCKETS + 1]; /* of the brief ones, which are too short for a gram */
	uint8_t low[PLACES][16], high[PLACES][16];
};

static uint64_t load_most(const uint8_t *p, uint32_t n)
{
	uint64_t v = 0;

	if (n >= sizeof(v))
		memcpy(&v, p, sizeof(v));
	else
		memcpy(&v, p, n);
	return v;
}

/* Letters in lower case; of what is no letter few bytes fall together. */
static inline uint32_t hash_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return (v | (v & 0x40404040u) >> 1) * 0x9e3779b1u;
}

/* Building */

static struct literal literal_of(const struct gram_literal *l)
{
	uint32_t n = l->len < 8 ? l->len : 8;
	uint8_t fold[8] = {0}, mask[8] = {0};

	for (uint32_t i = 0; i < n; i++) {
		fold[i] = l->nocase && l->at[i] >= 'a' && l->at[i] <= 'z' ? 32 : 0;
		mask[i] = 0xff;
	}
	return (struct literal){.want = load_most(l->at, l->len), .fold = load_most(fold, 8),
				.mask = load_most(mask, 8), .rest = l->at + n, .id = l->id,
				.len = l->len, .nocase = l->nocase};
}

/* How rare a gram is: by its bytes, and because what many literals have is common in traffic, too. */
struct census {
	uint16_t count[1u << CENSUS];
	uint8_t byte[256];
};

static uint16_t *counted(struct census *c, const uint8_t *p)
{
	return &c->count[hash_at(p) >> (32 - CENSUS)];
}

static struct census *census_of(const struct gram_literal *l, uint32_t n)
{
	struct census *c = calloc(1, sizeof(*c));

	for (unsigned i = 0; c && i < 256; i++)
		c->byte[i] = (uint8_t)rule_literal_rarity(&(uint8_t){(uint8_t)i}, 1, true);
	for (uint32_t i = 0; c && i < n; i++) {
		for (uint32_t k = 0; k + GRAM <= l[i].len; k++)
			++*counted(c, l[i].at + k);
	}
	return c;
}

static unsigned rarity(struct census *c, const uint8_t *p)
{
	unsigned r = c->byte[p[0]], n = *counted(c, p);

	for (unsigned i = 1; i < GRAM; i++)
		r += p[i] == p[i - 1] ? 1 : c->byte[p[i]];
	unsigned known = 3 * (31 - (unsigned)__builtin_clz(n | 1));
	return r > known ? r - known : 0;
}

static uint8_t rarest(struct census *c, const struct gram_literal *l)
{
	unsigned most = 0;
	uint8_t best = 0;

	for (uint32_t i = 0; i + GRAM <= l->len; i++) {
		unsigned r = rarity(c, l->at + i);

		if (r > most) {
			most = r;
			best = (uint8_t)i;
		}
	}
	return best;
}

struct made { /* a literal before it is sorted */
	uint32_t key; /* hash of its gram; 0 of a brief one */
	struct literal l;
};

static int by_key(const void *a, const void *b)
{
	const struct made *x = a, *y = b;
	uint64_t v = __builtin_bswap64(x->l.want), w = __builtin_bswap64(y->l.want);

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (v != w)
		return v < w ? -1 : 1;
	return x->l.id < y->l.id ? -1 : x->l.id > y->l.id;
}

static uint32_t bits_for(uint32_t n, uint32_t least, uint32_t most)
{
	uint32_t bits = least;

	while (bits < most && 1u << bits < n)
		bits++;
	return bits;
}

static void build_table(struct grams *g, struct arena *a, struct made *m, uint32_t n)
{
	uint32_t bits = bits_for(n << SPARSE, BITMAP_MIN, BITMAP_MAX);
	uint32_t first_bits = bits_for(n * 2, 4, BITMAP_MAX);

	qsort(m, n, sizeof(*m), by_key);
	g->n = n;
	g->shift = 32 - bits;
	g->first_shift = 32 - first_bits;
	g->bitmap = rule_arena_take(a, (1ul << bits) / 8);
	g->first = rule_arena_take(a, (1ul << first_bits) * sizeof(*g->first));
	g->literal = rule_arena_take(a, n * sizeof(*g->literal));
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = m[i].key >> g->first_shift, bit = m[i].key >> g->shift;

		g->literal[i] = m[i].l;
		g->literal[i].more = i + 1 < n && m[i + 1].key >> g->first_shift == at;
		g->bitmap[bit >> 5] |= 1u << (bit & 31);
		if (!g->first[at])
			g->first[at] = i + 1;
	}
}

static void mark(struct grams *g, unsigned place, uint8_t c, uint8_t bucket)
{
	g->low[place][c & 15] |= bucket;
	g->high[place][c >> 4] |= bucket;
}

static void mark_literal(struct grams *g, const struct literal *l, uint8_t bucket)
{
	for (unsigned k = 0; k < PLACES; k++) {
		uint8_t c = (uint8_t)(l->want >> (8 * k));

		if (k < l->len)
			mark(g, k, c, bucket);
		if (k < l->len && l->fold >> (8 * k) & 0xff)
			mark(g, k, c & 0xdf, bucket);
		for (unsigned any = 0; k >= l->len && any < 16; any++)
			mark(g, k, (uint8_t)(any * 17), bucket);
	}
}

/* Neighbours share a bucket: they are sorted, and have most in common. */
static void build_brief(struct grams *g, struct arena *a, struct made *m, uint32_t n)
{
	qsort(m, n, sizeof(*m), by_key);
	g->brief = rule_arena_take(a, n * sizeof(*g->brief));
	for (uint32_t i = 0; i < n; i++)
		g->brief[i] = m[i].l;
	for (uint32_t k = 0; k < BUCKETS; k++) {
		g->bucket[k + 1] = n * (k + 1) / BUCKETS;
		for (uint32_t i = g->bucket[k]; i < g->bucket[k + 1]; i++)
			mark_literal(g, &g->brief[i], (uint8_t)(1u << k));
	}
}

struct grams *rule_grams_build(struct arena *a, const struct gram_literal *l, uint32_t n)
{
	struct grams *g = rule_arena_take(a, sizeof(*g));
	struct made *m = malloc((n + 1ul) * sizeof(*m));
	struct census *c = census_of(l, n);
	uint32_t longer = 0, rest = n;

	if (!m || !c) {
		fprintf(stderr, "no memory for the rules\n");
		abort(); /* as the arena does */
	}
	for (uint32_t i = 0; i < n; i++) {
		struct literal x = literal_of(&l[i]);

		if (l[i].len < GRAM) {
			m[--rest] = (struct made){0, x};
			continue;
		}
		x.at = rarest(c, &l[i]);
		m[longer++] = (struct made){hash_at(l[i].at + x.at), x};
	}
	build_table(g, a, m, longer);
	build_brief(g, a, m + rest, n - rest);
	free(m);
	free(c);
	return g;
}

/* Scanning */

struct text {
	const uint8_t *p;
	uint32_t n;
	void (*found)(void *ctx, uint32_t id, uint32_t end);
	void *ctx;
};

/* Tells the literal if it stands at `from`. */
static void compare(const struct literal *l, const struct text *t, uint32_t from)
{
	if (t->n < l->len || from > t->n - l->len)
		return;
	uint64_t v = load_most(t->p + from, t->n - from);
	if (((v | l->fold) & l->mask) != l->want)
		return;
	for (uint32_t i = 8; i < l->len; i++) {
		uint8_t c = t->p[from + i];

		if ((l->nocase ? ascii_lower(c) : c) != l->rest[i - 8])
			return;
	}
	t->found(t->ctx, l->id, from + l->len);
}

static __attribute__((noinline)) void look(const struct grams *g, const struct text *t, uint32_t i)
{
	uint32_t first = g->first[hash_at(t->p + i) >> g->first_shift];

	if (!first)
		return;
	for (const struct literal *l = &g->literal[first - 1];; l++) {
		if (l->at <= i)
			compare(l, t, i - l->at);
		if (!l->more)
			return;
	}
}

static inline uint32_t may(const uint32_t *bitmap, uint32_t shift, const uint8_t *p)
{
	uint32_t h = hash_at(p) >> shift;

	return bitmap[h >> 5] >> (h & 31) & 1;
}

static void scan_long(const struct grams *g, const struct text *t)
{
	const uint32_t *bitmap = g->bitmap, shift = g->shift;
	uint32_t i = 0, n = t->n - GRAM + 1; /* places where a gram may stand */

	for (; i + 4 <= n; i += 4) {
		const uint8_t *p = t->p + i;
		uint32_t k = may(bitmap, shift, p) | may(bitmap, shift, p + 1) << 1 |
			     may(bitmap, shift, p + 2) << 2 | may(bitmap, shift, p + 3) << 3;

		for (; __builtin_expect(k != 0, 0); k &= k - 1)
			look(g, t, i + (uint32_t)__builtin_ctz(k));
	}
	for (; i < n; i++) {
		if (may(bitmap, shift, t->p + i))
			look(g, t, i);
	}
}

static void look_brief(const struct grams *g, const struct text *t, uint32_t i,
		       uint32_t buckets)
{
	for (; buckets; buckets &= buckets - 1) {
		uint32_t k = (uint32_t)__builtin_ctz(buckets);

		for (uint32_t j = g->bucket[k]; j < g->bucket[k + 1]; j++)
			compare(&g->brief[j], t, i);
	}
}

#ifdef __SSSE3__
static __m128i sets_at(const struct grams *g, const uint8_t *p, unsigned k)
{
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + k));
	__m128i low = _mm_loadu_si128((const __m128i *)(const void *)g->low[k]);
	__m128i high = _mm_loadu_si128((const __m128i *)(const void *)g->high[k]);

	low = _mm_shuffle_epi8(low, _mm_and_si128(x, nibble));
	high = _mm_shuffle_epi8(high, _mm_and_si128(_mm_srli_epi16(x, 4), nibble));
	return _mm_and_si128(low, high);
}

/* Sixteen places from `from` on, whose bytes stand at p, with two more behind them. */
static inline void sixteen(const struct grams *g, const struct text *t,
			   const uint8_t *p, uint32_t from)
{
	__m128i r = _mm_and_si128(_mm_and_si128(sets_at(g, p, 0), sets_at(g, p, 1)), sets_at(g, p, 2));
	unsigned none = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(r, _mm_setzero_si128()));
	uint8_t sets[16];

	if (__builtin_expect(none == 0xffff, 1))
		return;
	_mm_storeu_si128((__m128i *)(void *)sets, r);
	for (unsigned k = ~none & 0xffff; k; k &= k - 1) {
		unsigned at = (unsigned)__builtin_ctz(k);

		look_brief(g, t, from + at, sets[at]);
	}
}

static void scan_brief(const struct grams *g, const struct text *t)
{
	uint8_t last[16 + 16 + PLACES] = {0};
	uint32_t i = 0;

	for (; i + 16 + PLACES - 1 <= t->n; i += 16)
		sixteen(g, t, t->p + i, i);
	memcpy(last, t->p + i, t->n - i);
	sixteen(g, t, last, i);
	if (t->n - i > 16)
		sixteen(g, t, last + 16, i + 16);
}
#else
static void scan_brief(const struct grams *g, const struct text *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		uint8_t sets = 0xff;

		for (uint32_t k = 0; k < PLACES; k++) {
			uint8_t c = i + k < t->n ? t->p[i + k] : 0;

			sets &= g->low[k][c & 15] & g->high[k][c >> 4];
		}
		look_brief(g, t, i, sets);
	}
}
#endif

void rule_grams_scan(const struct grams *g, const uint8_t *p, uint32_t n,
		     void (*found)(void *ctx, uint32_t id, uint32_t end), void *ctx)
{
	const struct text t = {p, n, found, ctx};

	if (n >= GRAM && g->n)
		scan_long(g, &t);
	if (n && g->bucket[BUCKETS])
		scan_brief(g, &t);
}
