// SPDX-License-Identifier: Apache-2.0
/* Matches of one packet, from its stream pieces, its payload and its headers: told in the order of
 * the rules (set.c), each rule once. */
#include "rule/match.h"

#include "rule/tx.h"

#include <stdlib.h>

/* Keeps what sets are to be asked for until the packet is through. False: no room. */
static bool keep_told(struct rule_matcher *m, struct hit *h)
{
	uint32_t n = m->held == m->engine->sig[h->rule] ? m->eval.told_len : 0;

	if (m->eval.told_over || TOLD_ROOM - m->told_used < n) {
		count_add(&m->counters.sets_over, 1);
		rule_tx_forget_guess(m); /* this hit may have been all there is to forget it */
		return false;
	}
	h->told = memcpy(m->told + m->told_used, m->eval.told, n);
	h->told_len = n;
	m->told_used += n;
	return true;
}

void rule_hit_put(struct rule_matcher *m, const struct hit *h)
{
	for (unsigned i = 0; i < m->n_hit; i++) {
		if (m->hit[i].rule == h->rule && m->hit[i].flow == h->flow && m->hit[i].tx == h->tx)
			return;
	}
	if (m->n_hit == HITS_MAX) {
		count_add(&m->counters.hits_over, 1);
		return;
	}
	struct hit *mine = &m->hit[m->n_hit];
	*mine = *h;
	if (m->engine->sig[h->rule]->captures)
		rule_vars_keep(m, mine);
	if (!m->engine->sig[h->rule]->rule.asks_sets || keep_told(m, mine))
		m->n_hit++;
}

void rule_hit_add(struct rule_matcher *m, uint32_t rule, const struct pkt *p, struct flow *f,
		  uint8_t dir, enum hit_of of, const struct order *at)
{
	struct hit h = {.rule = rule, .pkt = p, .flow = f, .dir = dir,
			.whole_flow = of != HIT_packet, .later = of == HIT_stream, .at = *at};

	if (of == HIT_stream || (m->engine->sig[rule]->header_app && f && f->proto == 17))
		h.eve = rule_whose_eve(m, f, dir, &h.eve_len);
	rule_hit_put(m, &h);
}

static int by_rule(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->tx < y->tx ? -1 : x->tx > y->tx;
}

static void tell(struct rule_matcher *m, const struct hit *h)
{
	const struct signature *s = m->engine->sig[h->rule];
	struct rule_hit hit = {.rule = &s->rule, .pkt = h->pkt, .flow = h->flow, .dir = h->dir,
			       .later = h->later, .at = h->at, .eve = h->eve, .eve_len = h->eve_len,
			       .told = h->told, .told_len = h->told_len};

	count_add(&m->counters.hits, 1);
	if (__builtin_expect(m->profile != NULL, 0))
		m->profile->of[h->rule].matches++;
	if (s->bypass && h->flow)
		h->flow->rule_bits |= BIT_PASSED;
	if (s->rule.about.noalert && s->rule.n_xbit == 0 && !s->rule.asks_sets)
		return;
	if (h->flow && !s->rule.conditional)
		h->flow->seen |= FLOW_ALERTED;
	m->on_hit(m->ctx, &hit);
}

void rule_hits_flush(struct rule_matcher *m)
{
	if (m->n_hit == 0)
		return;
	if (m->n_hit > 1)
		qsort(m->hit, m->n_hit, sizeof(m->hit[0]), by_rule);
	rule_flowbits_apply(m);
	rule_vars_forget_pkt(m);
	unsigned n = m->n_hit;
	m->n_hit = 0;
	m->told_used = 0;
	rule_tx_forget_eve(m); /* nobody writes there until the next packet */
	if (n == 0)
		return;
	const struct hit *first = &m->hit[0];
	if (m->engine->sig[first->rule]->rule.pass) { /* pass rules have the lowest numbers */
		if (first->whole_flow && first->flow)
			first->flow->rule_bits |= BIT_PASSED;
		return;
	}
	for (unsigned i = 0; i < n; i++)
		tell(m, &m->hit[i]);
}
