// SPDX-License-Identifier: Apache-2.0
/* Variables that expressions fill: of a conversation, kept behind its flowints (flowbits.c), and of the
 * packet at hand, forgotten when its matches have been told. */
#include "rule/match.h"

#include "rule/vars.h"

#include <string.h>

static struct var_value *value_of(struct rule_matcher *m, struct var_value *of_flow, bool of_pkt,
				  uint16_t name)
{
	struct var_value *all = of_pkt ? m->pktvar : of_flow;

	return all ? &all[name] : NULL;
}

bool rule_vars_hold(struct rule_matcher *m, const struct signature *s, struct var_value *of_flow)
{
	for (unsigned i = 0; i < s->n_var_ask; i++) {
		const struct var_ask *a = &s->var_ask[i];
		const struct var_value *v = value_of(m, of_flow, a->of_pkt, a->name);

		if (!v || !v->set || (memmem(v->bytes, v->len, a->bytes, a->len) == NULL) != a->negated)
			return false;
	}
	return true;
}

void rule_vars_set(struct rule_matcher *m, const struct hit *h, struct var_value *of_flow)
{
	for (unsigned i = 0; i < h->n_captured; i++) {
		const struct captured *c = &h->captured[i];
		struct var_value *v = value_of(m, of_flow, c->of_pkt, c->name);

		if (!v)
			continue;
		v->set = true;
		v->len = c->len;
		memcpy(v->bytes, c->bytes, c->len);
	}
}

void rule_vars_forget_pkt(struct rule_matcher *m)
{
	if (m->captured_used)
		memset(m->pktvar, 0, m->engine->n_pktvars * sizeof(*m->pktvar));
	m->captured_used = 0;
}

/* Keeps what the rule's expressions found until the packet is through. Without room it is lost,
 * counted; the match is not. */
void rule_vars_keep(struct rule_matcher *m, struct hit *h)
{
	unsigned n = m->held == m->engine->sig[h->rule] ? m->eval.n_captured : 0;

	if (CAPTURED_ROOM - m->captured_used < n) {
		count_add(&m->counters.captures_over, 1);
		return;
	}
	if (n == 0)
		return;
	h->captured = memcpy(m->captured + m->captured_used, m->eval.captured, n * sizeof(*m->captured));
	h->n_captured = (uint8_t)n;
	m->captured_used += n;
}
