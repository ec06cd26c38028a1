// SPDX-License-Identifier: Apache-2.0
/* Names that conversations carry. They are asked and set when the matches of a packet are complete:
 * rules that only set come first, then those that ask and set, then those that only ask, each by
 * number, as Suricata orders them.
 *
 * Shape:  flow.rule_flowbits is the number of a bit array in the matcher's pool.
 */
#include "rule/match.h"

static uint64_t *bits_of(struct rule_matcher *m, const struct flow *f)
{
	uint32_t i = f ? f->rule_flowbits : 0;
	return i ? pool_at(&m->flowbits, i - 1) : NULL;
}

static uint64_t *bits_make(struct rule_matcher *m, struct flow *f)
{
	uint64_t *b = bits_of(m, f);

	if (b || !f)
		return b;
	b = pool_get(&m->flowbits);
	if (!b) {
		count_add(&m->counters.flowbits_over, 1);
		return NULL;
	}
	memset(b, 0, (m->engine->n_flowbits + 63) / 64 * sizeof(*b));
	f->rule_flowbits = pool_index(&m->flowbits, b) + 1;
	return b;
}

static bool any_set(const uint64_t *b, const struct flowbit_op *op)
{
	for (unsigned i = 0; b && i < op->n; i++) {
		if (b[op->bit[i] / 64] >> op->bit[i] % 64 & 1)
			return true;
	}
	return false;
}

static bool asks_hold(struct rule_matcher *m, const struct signature *s, const struct flow *f)
{
	const uint64_t *b = bits_of(m, f);

	for (unsigned i = 0; i < s->n_flowbit; i++) {
		const struct flowbit_op *op = &s->flowbit[i];

		if (op->kind < FLOWBIT_isset)
			continue;
		if (!f || any_set(b, op) != (op->kind == FLOWBIT_isset))
			return false;
	}
	return true;
}

static void set(struct rule_matcher *m, const struct signature *s, struct flow *f)
{
	for (unsigned i = 0; i < s->n_flowbit; i++) {
		const struct flowbit_op *op = &s->flowbit[i];
		uint64_t *b = op->kind < FLOWBIT_isset ? bits_make(m, f) : NULL;

		for (unsigned j = 0; b && j < op->n; j++) {
			uint64_t bit = 1ull << op->bit[j] % 64, *word = &b[op->bit[j] / 64];

			*word = op->kind == FLOWBIT_set	    ? *word | bit
				: op->kind == FLOWBIT_unset ? *word & ~bit
							    : *word ^ bit;
		}
	}
}

void rule_flowbits_apply(struct rule_matcher *m)
{
	bool out[HITS_MAX] = {false};
	unsigned n = 0;

	if (m->engine->n_flowbits == 0)
		return;
	for (unsigned rank = 0; rank < 3; rank++) {
		for (unsigned i = 0; i < m->n_hit; i++) {
			const struct signature *s = m->engine->sig[m->hit[i].rule];

			if (s->n_flowbit == 0 || s->flowbit_rank != rank)
				continue;
			out[i] = !asks_hold(m, s, m->hit[i].flow);
			if (!out[i])
				set(m, s, m->hit[i].flow);
		}
	}
	for (unsigned i = 0; i < m->n_hit; i++) {
		if (!out[i])
			m->hit[n++] = m->hit[i];
	}
	m->n_hit = n;
}

void rule_flowbits_forget(struct rule_matcher *m, struct flow *f)
{
	uint64_t *b = bits_of(m, f);

	if (!b)
		return;
	pool_put(&m->flowbits, b);
	f->rule_flowbits = 0;
}
