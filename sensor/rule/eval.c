// SPDX-License-Identifier: Apache-2.0
/* Walks the conditions in the rule's order. Where a later one counts from the end of this one,
 * every occurrence is tried; else the first is as good as any.
 *
 * Cost:   bounded by EVAL_BUDGET searches of 1 KiB; depth of recursion is the number of conditions (<= 128).
 * Source: Suricata 7, detect-engine-content-inspection.c (what the modifiers mean).
 */
#include "rule/walk.h"

#include "base/ascii.h"
#include "rule/asn1.h"
#include "rule/base64.h"
#include "rule/dataset.h"
#include "rule/entropy.h"
#include "rule/numbers.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool same_nocase(const uint8_t *p, const uint8_t *what, size_t len)
{
	size_t i = 0;

	while (i < len && ascii_lower(p[i]) == what[i])
		i++;
	return i == len;
}

static bool same(const uint8_t *p, const uint8_t *what, size_t len, bool nocase)
{
	return nocase ? same_nocase(p, what, len) : memcmp(p, what, len) == 0;
}

static int fold_of(uint8_t c, bool nocase)
{
	return nocase && c >= 'a' && c <= 'z' ? 32 : 0;
}

#ifdef __SSE2__
/* 16 places at a time: those whose first and last byte fit are looked at. *at: how far it came.
 * Source: W. Mula, "SIMD-friendly algorithms for substring searching" (generic SIMD). */
static const uint8_t *find_wide(const uint8_t *p, size_t n, const struct step *s, bool nocase,
				size_t *at)
{
	size_t len = s->len;
	uint8_t a = s->bytes[0], b = s->bytes[len - 1];
	const __m128i first = _mm_set1_epi8((char)a), last = _mm_set1_epi8((char)b);
	const __m128i fold_a = _mm_set1_epi8((char)fold_of(a, nocase));
	const __m128i fold_b = _mm_set1_epi8((char)fold_of(b, nocase));

	for (; *at + len + 15 <= n; *at += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + *at));
		__m128i y = _mm_loadu_si128((const __m128i *)(const void *)(p + *at + len - 1));
		x = _mm_cmpeq_epi8(_mm_or_si128(x, fold_a), first);
		y = _mm_cmpeq_epi8(_mm_or_si128(y, fold_b), last);
		unsigned fits = (unsigned)_mm_movemask_epi8(_mm_and_si128(x, y));

		for (; fits; fits &= fits - 1) {
			const uint8_t *here = p + *at + __builtin_ctz(fits);

			if (same(here, s->bytes, len, nocase))
				return here;
		}
	}
	return NULL;
}
#endif

/* Several times as fast as memmem() on what is mostly not there. */
static const uint8_t *find_bytes(const uint8_t *p, size_t n, const struct step *s, bool nocase)
{
	size_t at = 0;

#ifdef __SSE2__
	const uint8_t *found = find_wide(p, n, s, nocase, &at);
	if (found)
		return found;
#endif
	for (; at + s->len <= n; at++) {
		if (same(p + at, s->bytes, s->len, nocase))
			return p + at;
	}
	return NULL;
}

/* First occurrence that lies within [lo, hi) of the positions at hand, or -1. */
static int64_t find(struct walk *w, const struct step *s, int64_t lo, int64_t hi)
{
	int64_t base = (int64_t)w->v->base;
	const uint8_t *p;

	if (lo < base)
		lo = base;
	if (hi > w->end)
		hi = w->end;
	if (hi - lo < s->len)
		return -1;
	p = w->v->at + (lo - base);
	p = find_bytes(p, (size_t)(hi - lo), s, s->flags & STEP_NOCASE);
	int64_t at = p ? base + (p - w->v->at) : -1;
	walk_pay(w, (uint64_t)((at < 0 ? hi : at) - lo));
	return at;
}

#define FAR INT64_MAX

/* Where a content may lie: from lo, ending at hi at the latest. `from`: end of the match before. */
static void bounds(const struct walk *w, const struct step *s, int64_t from, int64_t *lo, int64_t *hi)
{
	*hi = FAR;
	if (s->flags & STEP_RELATIVE) {
		int64_t start = from + (s->flags & STEP_DISTANCE ? walk_signed(w, s->distance, s->var_distance) : 0);

		*lo = start > 0 ? start : 0;
		if (s->flags & STEP_WITHIN)
			*hi = start + walk_number(w, s->within, s->var_within);
		return;
	}
	*lo = s->flags & STEP_OFFSET ? walk_number(w, s->offset, s->var_offset) : 0;
	if (s->flags & STEP_DEPTH)
		*hi = *lo + walk_number(w, s->depth, s->var_depth);
}

/* Whether bytes that have not come yet could lie below hi. */
static bool is_open(const struct walk *w, int64_t hi)
{
	return !w->v->complete && hi > w->end;
}

static enum outcome walk_content(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->step[i];
	enum outcome best = OUTCOME_no;
	int64_t lo, hi, at;

	bounds(w, s, from, &lo, &hi);
	if (s->flags & STEP_ENDS && lo < w->end - s->len)
		lo = w->end - s->len; /* only the very end will do */
	for (; w->budget && (at = find(w, s, lo, hi)) >= 0; lo = at + 1) {
		int64_t end = at + s->len;

		if (s->flags & STEP_FAST && end <= (int64_t)w->v->min_end)
			continue;
		enum outcome r = rule_walk(w, i + 1, end);
		if (s->flags & STEP_ENDS && !w->v->complete)
			r = outcome_min(r, OUTCOME_so_far); /* the end may move */
		best = outcome_max(best, r);
		if (best == OUTCOME_yes || !(s->flags & STEP_BACKTRACK))
			break;
	}
	if (is_open(w, hi))
		best = outcome_max(best, OUTCOME_maybe);
	return best;
}

static enum outcome walk_negated(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->step[i];
	int64_t lo, hi;

	bounds(w, s, from, &lo, &hi);
	if (s->flags & STEP_ENDS && lo < w->end - s->len)
		lo = w->end - s->len;
	if (find(w, s, lo, hi) >= 0)
		return s->flags & STEP_ENDS && is_open(w, hi) ? OUTCOME_maybe : OUTCOME_no;
	enum outcome r = rule_walk(w, i + 1, from);
	return is_open(w, hi) ? outcome_min(r, OUTCOME_so_far) : r;
}

static enum outcome walk_isdataat(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->step[i];
	bool relative = s->flags & STEP_RELATIVE;
	/* The position behind the byte that is asked for. */
	int64_t n = walk_number(w, s->offset, s->var_offset);
	int64_t need = relative ? from + n : n + 1;
	bool has = need <= w->end;

	if (!(s->flags & STEP_NEGATED))
		return has ? rule_walk(w, i + 1, from)
			   : w->v->complete ? OUTCOME_no : OUTCOME_maybe;
	if (has)
		return OUTCOME_no;
	enum outcome r = rule_walk(w, i + 1, from);
	return w->v->complete ? r : outcome_min(r, OUTCOME_so_far);
}

static enum outcome walk_bsize(struct walk *w, unsigned i, int64_t from)
{
	return rule_numbers_have(w->step[i].arg, w->v->len) ? rule_walk(w, i + 1, from) : OUTCOME_no;
}

static bool tell(struct evaluator *e, const struct dataset_op *op, const struct view *v)
{
	bool is_long = v->len > DATASET_VALUE;
	uint32_t n = is_long ? 0 : v->len;
	struct dataset_told t = {.op = op->number_in_rule, .first = e->told_first,
				 .len = is_long ? DATASET_TOO_LONG : (uint16_t)n};

	if (!e->told || EVAL_TOLD - e->told_len < sizeof(t) + n)
		return false;
	memcpy(e->told + e->told_len, &t, sizeof(t));
	memcpy(e->told + e->told_len + sizeof(t), v->at, n);
	e->told_len += (uint32_t)sizeof(t) + n;
	e->told_first = false;
	return true;
}

/* The detect thread will ask: the value is told, if all else holds. */
static enum outcome walk_asked_later(struct walk *w, unsigned i, int64_t from)
{
	struct evaluator *e = w->e;
	uint32_t before = e->told_len;
	bool first = e->told_first;

	if (!tell(e, w->step[i].arg, w->v)) {
		e->told_over = true;
		return OUTCOME_no;
	}
	enum outcome r = rule_walk(w, i + 1, from);
	if (r != OUTCOME_yes) {
		e->told_len = before;
		e->told_first = first;
	}
	return r;
}

static enum outcome walk_dataset(struct walk *w, unsigned i, int64_t from)
{
	const struct dataset_op *op = w->step[i].arg;

	if (!w->v->complete)
		return OUTCOME_maybe;
	if (op->set->changes)
		return walk_asked_later(w, i, from);
	return rule_dataset_holds(op, w->v->at, w->v->len) ? rule_walk(w, i + 1, from)
							   : OUTCOME_no;
}

static enum outcome walk_entropy(struct walk *w, unsigned i, int64_t from)
{
	if (!w->v->complete)
		return OUTCOME_maybe;
	walk_pay(w, w->v->len);
	return rule_entropy_holds(w->step[i].arg, w->v->at, w->v->len) ? rule_walk(w, i + 1, from)
								       : OUTCOME_no;
}

static enum outcome walk_asn1(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->step[i];
	int64_t at = s->offset + (s->flags & STEP_RELATIVE ? from : 0) - (int64_t)w->v->base;

	if (at >= 0 && at < (int64_t)w->v->len &&
	    rule_asn1_holds(s->arg, w->v->at + at, w->v->len - (uint32_t)at))
		return rule_walk(w, i + 1, from);
	return w->v->complete ? OUTCOME_no : OUTCOME_maybe;
}

/* What follows it looks into what it gave; without such conditions it is none. */
static enum outcome walk_base64(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->step[i];
	const struct base64_op *op = s->arg;
	int64_t at = s->offset + (s->flags & STEP_RELATIVE ? from : 0) - (int64_t)w->v->base;

	if (at < 0 || at >= (int64_t)w->v->len || !w->e->base64)
		return w->v->complete ? OUTCOME_no : OUTCOME_maybe;
	uint32_t n = w->v->len - (uint32_t)at;
	if (n > op->bytes)
		n = op->bytes;
	struct view v = {.at = w->e->base64, .complete = true};
	v.len = rule_base64_decode(w->v->at + at, n, w->e->base64, EVAL_BASE64);
	walk_pay(w, n);
	if (v.len == 0 || op->n == 0)
		return OUTCOME_no;
	struct walk inner = {.step = op->step, .n_step = op->n, .v = &v, .e = w->e, .end = v.len,
			     .budget = w->budget};
	enum outcome r = rule_walk(&inner, 0, 0);
	w->budget = inner.budget;
	return r == OUTCOME_no && !w->v->complete ? OUTCOME_maybe : r;
}

enum outcome rule_walk(struct walk *w, unsigned i, int64_t from)
{
	if (i == w->n_step)
		return OUTCOME_yes;
	if (w->budget == 0)
		return OUTCOME_no;
	const struct step *s = &w->step[i];
	switch (s->kind) {
	case STEP_isdataat:
		return walk_isdataat(w, i, from);
	case STEP_pcre:
		return rule_walk_pcre(w, i, from);
	case STEP_bsize:
		return walk_bsize(w, i, from);
	case STEP_base64:
		return walk_base64(w, i, from);
	case STEP_entropy:
		return walk_entropy(w, i, from);
	case STEP_asn1:
		return walk_asn1(w, i, from);
	case STEP_dataset:
		return walk_dataset(w, i, from);
	case STEP_content:
		return s->flags & STEP_NEGATED ? walk_negated(w, i, from) : walk_content(w, i, from);
	default:
		return rule_walk_byte(w, i, from);
	}
}

enum outcome rule_eval_steps(struct evaluator *e, const struct step *step, unsigned n,
			     const struct view *v)
{
	struct walk w = {.step = step, .n_step = n, .v = v, .e = e,
			 .end = (int64_t)(v->base + v->len), .budget = EVAL_BUDGET};
	e->told_first = true;
	enum outcome r = rule_walk(&w, 0, 0);

	e->over = w.budget == 0 && r != OUTCOME_yes;
	return e->over ? OUTCOME_no : r;
}

enum outcome rule_eval(struct evaluator *e, const struct signature *s, const struct view *v)
{
	return rule_eval_steps(e, s->step, s->n_step, v);
}
