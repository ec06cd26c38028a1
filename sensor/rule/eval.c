// SPDX-License-Identifier: Apache-2.0
/* Walks the conditions in the rule's order. Where a later one counts from the end of this one,
 * every occurrence is tried; else the first is as good as any.
 *
 * Cost:   bounded by EVAL_BUDGET searches of 1 KiB; depth of recursion is the number of conditions (<= 128).
 * Source: Suricata 7, detect-engine-content-inspection.c (what the modifiers mean).
 */
#include "rule/eval.h"

#define SEARCH_BYTES 1024 /* a longer search costs more of the budget */

struct walk {
	const struct signature *sig;
	const struct view *v;
	int64_t end; /* position behind the last byte at hand */
	unsigned budget;
};

static enum outcome walk(struct walk *w, unsigned i, int64_t from);

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 32) : c;
}

static const uint8_t *find_nocase(const uint8_t *p, size_t n, const uint8_t *what, size_t len)
{
	for (; n >= len; p++, n--) {
		size_t i = 0;

		while (i < len && lower(p[i]) == what[i])
			i++;
		if (i == len)
			return p;
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
	p = s->flags & STEP_NOCASE ? find_nocase(p, (size_t)(hi - lo), s->bytes, s->len)
				   : memmem(p, (size_t)(hi - lo), s->bytes, s->len);
	int64_t at = p ? base + (p - w->v->at) : -1;
	unsigned cost = 1 + (unsigned)((at < 0 ? hi : at) - lo) / SEARCH_BYTES;
	w->budget -= cost < w->budget ? cost : w->budget;
	return at;
}

#define FAR INT64_MAX

/* Where a content may lie: from lo, ending at hi at the latest. `from`: end of the match before. */
static void bounds(const struct step *s, int64_t from, int64_t *lo, int64_t *hi)
{
	*hi = FAR;
	if (s->flags & STEP_RELATIVE) {
		int64_t start = from + (s->flags & STEP_DISTANCE ? s->distance : 0);

		*lo = start > 0 ? start : 0;
		if (s->flags & STEP_WITHIN)
			*hi = start + s->within;
		return;
	}
	*lo = s->flags & STEP_OFFSET ? s->offset : 0;
	if (s->flags & STEP_DEPTH)
		*hi = *lo + s->depth;
}

static enum outcome max(enum outcome a, enum outcome b)
{
	return a > b ? a : b;
}

static enum outcome min(enum outcome a, enum outcome b)
{
	return a < b ? a : b;
}

/* Whether bytes that have not come yet could lie below hi. */
static bool is_open(const struct walk *w, int64_t hi)
{
	return !w->v->complete && hi > w->end;
}

static enum outcome walk_content(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->sig->step[i];
	enum outcome best = OUTCOME_no;
	int64_t lo, hi, at;

	bounds(s, from, &lo, &hi);
	if (s->flags & STEP_ENDS && lo < w->end - s->len)
		lo = w->end - s->len; /* only the very end will do */
	for (; w->budget && (at = find(w, s, lo, hi)) >= 0; lo = at + 1) {
		int64_t end = at + s->len;

		if (s->flags & STEP_FAST && end <= (int64_t)w->v->min_end)
			continue;
		enum outcome r = walk(w, i + 1, end);
		if (s->flags & STEP_ENDS && !w->v->complete)
			r = min(r, OUTCOME_so_far); /* the end may move */
		best = max(best, r);
		if (best == OUTCOME_yes || !(s->flags & STEP_BACKTRACK))
			break;
	}
	if (is_open(w, hi))
		best = max(best, OUTCOME_maybe);
	return best;
}

static enum outcome walk_negated(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->sig->step[i];
	int64_t lo, hi;

	bounds(s, from, &lo, &hi);
	if (s->flags & STEP_ENDS && lo < w->end - s->len)
		lo = w->end - s->len;
	if (find(w, s, lo, hi) >= 0)
		return s->flags & STEP_ENDS && is_open(w, hi) ? OUTCOME_maybe : OUTCOME_no;
	enum outcome r = walk(w, i + 1, from);
	return is_open(w, hi) ? min(r, OUTCOME_so_far) : r;
}

static enum outcome walk_isdataat(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->sig->step[i];
	bool relative = s->flags & STEP_RELATIVE;
	/* The position behind the byte that is asked for. */
	int64_t need = relative ? from + s->offset : (int64_t)s->offset + 1;
	bool has = need <= w->end;

	if (!(s->flags & STEP_NEGATED))
		return has ? walk(w, i + 1, from)
			   : w->v->complete ? OUTCOME_no : OUTCOME_maybe;
	if (has)
		return OUTCOME_no;
	enum outcome r = walk(w, i + 1, from);
	return w->v->complete ? r : min(r, OUTCOME_so_far);
}

static enum outcome walk(struct walk *w, unsigned i, int64_t from)
{
	if (i == w->sig->n_step)
		return OUTCOME_yes;
	if (w->budget == 0)
		return OUTCOME_no;
	const struct step *s = &w->sig->step[i];
	if (s->kind == STEP_isdataat)
		return walk_isdataat(w, i, from);
	return s->flags & STEP_NEGATED ? walk_negated(w, i, from) : walk_content(w, i, from);
}

enum outcome rule_eval(const struct signature *s, const struct view *v, bool *over)
{
	struct walk w = {.sig = s, .v = v, .end = (int64_t)(v->base + v->len),
			 .budget = EVAL_BUDGET};
	enum outcome r = walk(&w, 0, 0);

	*over = w.budget == 0 && r != OUTCOME_yes;
	return *over ? OUTCOME_no : r;
}
