// SPDX-License-Identifier: Apache-2.0
/* Names, numbers and texts that conversations carry: flowbits, flowints, flowvars. They are asked and set when the
 * matches of a packet are complete: rules that only set come first, then those that ask and set,
 * then those that only ask, each by number, as Suricata orders them; flowbits decide before flowints, those before variables.
 *
 * Shape:  flow.rule_flowbits is the number of a struct carried in the matcher's pool; behind it a
 *         bit a flowbit, a bit a flowint (it has been set), then the flowints' 32-bit values, then the
 *         flowvars' struct var_value.
 */
#include "rule/match.h"

#define RANK_NONE 63u /* signature.state_rank of a rule that has neither */

static uint32_t words(uint32_t bits)
{
	return (bits + 63) / 64;
}

uint32_t rule_flow_state_size(const struct rule_engine *e)
{
	return (uint32_t)sizeof(struct carried) +
	       (words(e->n_flowbits) + words(e->n_flowints)) * (uint32_t)sizeof(uint64_t) +
	       e->n_flowints * (uint32_t)sizeof(uint32_t) +
	       e->n_flowvars * (uint32_t)sizeof(struct var_value);
}

bool rule_has_flow_state(const struct rule_engine *e)
{
	return e->n_flowbits + e->n_flowints + e->n_flowvars;
}

static uint64_t *bits_of(struct rule_matcher *m, const struct flow *f)
{
	uint32_t i = f ? f->rule_flowbits : 0;
	struct carried *s = i ? pool_at(&m->flowbits, i - 1) : NULL;
	return s ? s->bits : NULL;
}

static uint64_t *bits_make(struct rule_matcher *m, struct flow *f)
{
	uint64_t *b = bits_of(m, f);

	if (b || !f)
		return b;
	struct carried *s = pool_get(&m->flowbits);
	if (!s) {
		count_add(&m->counters.flowbits_over, 1);
		return NULL;
	}
	memset(s, 0, rule_flow_state_size(m->engine));
	s->flow = f;
	f->rule_flowbits = pool_index(&m->flowbits, s) + 1;
	return s->bits;
}

static bool any_set(const uint64_t *b, const struct flowbit_op *op)
{
	for (unsigned i = 0; b && i < op->n; i++) {
		if (b[op->bit[i] / 64] >> op->bit[i] % 64 & 1)
			return true;
	}
	return false;
}

/* The flowint's value, or NULL: it was never set. */
static uint32_t *int_of(const struct rule_matcher *m, uint64_t *b, uint32_t name)
{
	uint64_t *is_set = b ? b + words(m->engine->n_flowbits) : NULL;

	if (!b || !(is_set[name / 64] >> name % 64 & 1))
		return NULL;
	return (uint32_t *)(is_set + words(m->engine->n_flowints)) + name;
}

static uint32_t int_operand(const struct rule_matcher *m, uint64_t *b, const struct flowint_op *op)
{
	const uint32_t *other = op->by_name ? int_of(m, b, op->value) : NULL;

	return op->by_name ? (other ? *other : 0) : op->value;
}

static bool int_holds(const struct rule_matcher *m, uint64_t *b, const struct flowint_op *op)
{
	const uint32_t *v = int_of(m, b, op->name);
	uint32_t with = int_operand(m, b, op);

	switch (op->kind) {
	case FLOWINT_isset:
		return v;
	case FLOWINT_isnotset:
		return !v;
	case FLOWINT_less:
		return v && *v < with;
	case FLOWINT_most:
		return v && *v <= with;
	case FLOWINT_equal:
		return v && *v == with;
	case FLOWINT_differs:
		return v && *v != with;
	case FLOWINT_least:
		return v && *v >= with;
	case FLOWINT_greater:
		return v && *v > with;
	default:
		return true;
	}
}

static void int_set(const struct rule_matcher *m, uint64_t *b, const struct flowint_op *op)
{
	uint64_t *is_set = b + words(m->engine->n_flowbits);
	uint32_t *v = (uint32_t *)(is_set + words(m->engine->n_flowints)) + op->name;
	uint32_t with = int_operand(m, b, op);

	if (op->kind == FLOWINT_sub && !(is_set[op->name / 64] >> op->name % 64 & 1))
		return; /* as Suricata: what was never set is not made by taking from it */
	is_set[op->name / 64] |= 1ull << op->name % 64;
	*v = op->kind == FLOWINT_set ? with : op->kind == FLOWINT_add ? *v + with : *v - with;
}

static struct var_value *vars_of(const struct rule_matcher *m, uint64_t *b)
{
	uint64_t *is_set = b ? b + words(m->engine->n_flowbits) : NULL;
	uint32_t *ints = b ? (uint32_t *)(is_set + words(m->engine->n_flowints)) : NULL;

	return b ? (struct var_value *)(void *)(ints + m->engine->n_flowints) : NULL;
}

static bool asks_hold(struct rule_matcher *m, const struct signature *s, const struct flow *f)
{
	uint64_t *b = bits_of(m, f);

	for (unsigned i = 0; i < s->n_flowbit; i++) {
		const struct flowbit_op *op = &s->flowbit[i];

		if (op->kind < FLOWBIT_isset)
			continue;
		if (!f || any_set(b, op) != (op->kind == FLOWBIT_isset))
			return false;
	}
	for (unsigned i = 0; i < s->n_flowint; i++) {
		if (!f || !int_holds(m, b, &s->flowint[i]))
			return false;
	}
	return rule_vars_hold(m, s, vars_of(m, b));
}

static bool sets_flowvar(const struct hit *h)
{
	for (unsigned i = 0; i < h->n_captured; i++) {
		if (!h->captured[i].of_pkt)
			return true;
	}
	return false;
}

static void set(struct rule_matcher *m, const struct signature *s, const struct hit *h)
{
	struct flow *f = h->flow;

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
	for (unsigned i = 0; i < s->n_flowint; i++) {
		uint64_t *b = s->flowint[i].kind < FLOWINT_isset ? bits_make(m, f) : NULL;

		if (b)
			int_set(m, b, &s->flowint[i]);
	}
	if (h->n_captured)
		rule_vars_set(m, h, vars_of(m, sets_flowvar(h) ? bits_make(m, f) : bits_of(m, f)));
}

void rule_flowbits_apply(struct rule_matcher *m)
{
	bool out[HITS_MAX] = {false};
	uint64_t ranks = 0; /* those that occur */
	unsigned n = 0;

	if (!rule_has_flow_state(m->engine) && m->engine->n_pktvars == 0)
		return;
	for (unsigned i = 0; i < m->n_hit; i++)
		ranks |= 1ull << m->engine->sig[m->hit[i].rule]->state_rank;
	for (ranks &= ~(1ull << RANK_NONE); ranks; ranks &= ranks - 1) {
		unsigned rank = (unsigned)__builtin_ctzll(ranks);

		for (unsigned i = 0; i < m->n_hit; i++) {
			const struct signature *s = m->engine->sig[m->hit[i].rule];

			if (s->state_rank != rank)
				continue;
			out[i] = !asks_hold(m, s, m->hit[i].flow);
			if (!out[i])
				set(m, s, &m->hit[i]);
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
	if (!f->rule_flowbits)
		return;
	struct carried *s = pool_at(&m->flowbits, f->rule_flowbits - 1);
	s->flow = NULL;
	pool_put(&m->flowbits, s);
	f->rule_flowbits = 0;
}

/* What a conversation carries, in the words of another rule set. */
static void translate(struct rule_matcher *m, const struct rule_matcher *old, struct carried *from,
		      const struct rule_handover *h)
{
	struct flow *f = from->flow;
	uint64_t *bits = NULL;

	f->rule_flowbits = 0;
	for (uint32_t i = 0; i < old->engine->n_flowbits; i++) {
		uint16_t to = h->flowbit[i];

		if (to == HANDOVER_GONE || !(from->bits[i / 64] >> i % 64 & 1))
			continue;
		bits = bits_make(m, f);
		if (bits)
			bits[to / 64] |= 1ull << to % 64;
	}
	for (uint32_t i = 0; i < old->engine->n_flowints; i++) {
		const uint32_t *v = int_of(old, from->bits, i);

		if (!v || h->flowint[i] == HANDOVER_GONE)
			continue;
		bits = bits_make(m, f);
		if (bits)
			int_set(m, bits, &(struct flowint_op){.kind = FLOWINT_set,
							      .name = h->flowint[i], .value = *v});
	}
	const struct var_value *vars = vars_of(old, from->bits);
	for (uint32_t i = 0; i < old->engine->n_flowvars; i++) {
		if (!vars[i].set || h->flowvar[i] == HANDOVER_GONE)
			continue;
		bits = bits_make(m, f);
		if (bits)
			vars_of(m, bits)[h->flowvar[i]] = vars[i];
	}
}

void rule_flowbits_adopt(struct rule_matcher *m, struct rule_matcher *old,
			 const struct rule_handover *h)
{
	for (uint32_t i = 0; i < old->flowbits.cap; i++) {
		struct carried *s = pool_at(&old->flowbits, i);

		if (s->flow)
			translate(m, old, s, h);
	}
}
