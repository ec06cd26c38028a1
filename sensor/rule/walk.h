// SPDX-License-Identifier: Apache-2.0
/* A walk through the conditions of one rule, shared by eval.c and eval_bytes.c. */
#pragma once

#include "rule/eval.h"

#define FARTHEST (1ll << 40)
#define SEARCH_BYTES 1024 /* a longer search costs more of the budget */

struct walk {
	const struct step *step;
	unsigned n_step;
	const struct view *v;
	struct evaluator *e;
	int64_t end; /* position behind the last byte at hand */
	unsigned budget;
};

/* The conditions from number i on; `from`: where the match before ended. */
enum outcome rule_walk(struct walk *w, unsigned i, int64_t from);
enum outcome rule_walk_byte(struct walk *w, unsigned i, int64_t from);
enum outcome rule_walk_pcre(struct walk *w, unsigned i, int64_t from);

static inline enum outcome outcome_max(enum outcome a, enum outcome b)
{
	return a > b ? a : b;
}

static inline enum outcome outcome_min(enum outcome a, enum outcome b)
{
	return a < b ? a : b;
}

static inline int64_t walk_number(const struct walk *w, int64_t number, uint8_t var)
{
	/* byte_math gives any number, without a sign: no place is that far away, and sums of such do not
	 * overflow. */
	if (!var)
		return number;
	return w->e->var[var - 1] < 0 || w->e->var[var - 1] > FARTHEST ? FARTHEST : w->e->var[var - 1];
}

/* The same of a number that may point back: its lower half has a sign. */
static inline int64_t walk_signed(const struct walk *w, int64_t number, uint8_t var)
{
	return var ? (int32_t)w->e->var[var - 1] : number;
}

static inline void walk_pay(struct walk *w, uint64_t bytes)
{
	uint64_t cost = 1 + bytes / SEARCH_BYTES;

	w->budget -= cost < w->budget ? (unsigned)cost : w->budget;
}
