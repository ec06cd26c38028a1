// SPDX-License-Identifier: Apache-2.0
/* Rules on transactions. When a direction comes past a field's progress, the field is scanned for the
 * literals of rules that look there; a rule found (or listed, for want of a literal) is held against
 * the transaction when the last of the fields it asks for is complete, once.
 *
 * Until then it waits in a chain of the transaction, which is bounded; at the end of a direction what
 * still waits is decided, and the chain given back.
 *
 * Shape:  tx.rule_state[dir] is the first of a chain of struct waiting in the matcher's pool; a rule of
 *         both sides waits in that of FLOW_to_client.
 * Source: Suricata 7 and 8, detect.c (DetectRunTx), detect-engine.c (inspection of buffers).
 */
#include "rule/tx.h"

#define WAITING_PER_TX 256u /* a direction */
#define INSTANCES_MAX  1024u /* of one field, looked at by one rule */

struct turn { /* what the functions below share */
	struct rule_matcher *m;
	const struct proto_tx_event *e;
	const struct app_rules *rules;
	enum app app;
	struct talk talk;
	const struct pkt *pkt; /* of this direction, or NULL */
};

static bool tests_hold(const struct turn *t, const struct signature *s)
{
	return rule_talk_tests_pass(s, t->pkt, t->e->flow, t->e->dir, &t->talk);
}

static bool tx_tests_hold(const struct turn *t, const struct signature *s)
{
	const struct proto_tx_event *e = t->e;

	for (unsigned i = 0; i < s->n_tx_test; i++) {
		const struct tx_test *x = &s->tx_test[i];
		struct tx_ask ask = {.tx = e->tx, .protocol = e->protocol, .flow = e->flow,
				     .dir = x->dir == GROUP_DIR_EVENT ? e->dir : x->dir};

		if (s->same_file && x->of_file)
			continue; /* files_hold() */
		if (x->field)
			ask.field = (unsigned)x->field->field[t->app];
		if (!x->match(x->arg, &ask))
			return false;
	}
	return true;
}

static bool group_holds(const struct turn *t, const struct group *g)
{
	uint8_t dir = g->dir == GROUP_DIR_EVENT ? t->e->dir : g->dir;
	unsigned field = (unsigned)g->buffer->field[t->app];
	bool failed = false, any = false, holds = false;
	struct view v;

	for (unsigned i = 0; i < INSTANCES_MAX; i++) {
		if (!rule_tx_bytes(t->m, t->e, field, i, dir, g->chain, &v, &failed)) {
			if (!failed)
				break;
			any = true;
			continue;
		}
		any = true;
		if (g->absent && !g->or_else)
			return false;
		if (rule_try_steps(t->m, g->step, g->n, &v) != OUTCOME_yes)
			continue;
		holds = true;
		if (!g->asks_sets) /* else each value that would do is told */
			break;
	}
	return holds || (g->absent && !any);
}

static bool is_of_file(const struct signature *s, const struct group *g)
{
	return s->same_file && g->kind == GROUP_tx && g->buffer->file && !g->absent;
}

static bool groups_hold(const struct turn *t, const struct signature *s)
{
	for (unsigned i = 0; i < s->n_group; i++) {
		const struct group *g = &s->group[i];

		if (g->kind == GROUP_tx && !is_of_file(s, g) && !group_holds(t, g))
			return false;
	}
	return true;
}

/* Whether everything the rule asks of a file holds for the i-th; *any: there is one. */
static bool file_holds(const struct turn *t, const struct signature *s, unsigned i, bool *any)
{
	const struct proto_tx_event *e = t->e;
	bool holds = true, failed;
	struct view v;

	*any = false;
	for (unsigned k = 0; k < s->n_group; k++) {
		const struct group *g = &s->group[k];
		uint8_t dir = g->dir == GROUP_DIR_EVENT ? e->dir : g->dir;

		if (!is_of_file(s, g))
			continue;
		bool has = rule_tx_bytes(t->m, e, (unsigned)g->buffer->field[t->app], i, dir,
					 g->chain, &v, &failed);
		*any |= has || failed;
		holds = holds && has && rule_try_steps(t->m, g->step, g->n, &v) == OUTCOME_yes;
	}
	for (unsigned k = 0; k < s->n_tx_test; k++) {
		const struct tx_test *x = &s->tx_test[k];
		struct tx_ask ask = {.tx = e->tx, .protocol = e->protocol, .flow = e->flow,
				     .only = i + 1,
				     .dir = x->dir == GROUP_DIR_EVENT ? e->dir : x->dir};

		if (!x->of_file)
			continue;
		ask.field = (unsigned)x->field->field[t->app];
		holds = holds && x->match(x->arg, &ask);
	}
	return holds;
}

static bool files_hold(const struct turn *t, const struct signature *s)
{
	bool any = true;

	if (!s->same_file)
		return true;
	for (unsigned i = 0; any && i < INSTANCES_MAX; i++) {
		uint32_t told = t->m->eval.told_len;

		if (file_holds(t, s, i, &any))
			return true;
		t->m->eval.told_len = told;
	}
	return false;
}

static bool payload_holds(const struct turn *t, const struct signature *s)
{
	struct view v = {.at = t->e->window, .len = t->e->window_len, .complete = true};

	return s->n_step == 0 || (v.len && rule_try(t->m, s, &v) == OUTCOME_yes);
}

static void hit(const struct turn *t, uint32_t rule)
{
	const struct proto_tx_event *e = t->e;
	struct hit h = {.rule = rule, .pkt = t->pkt, .flow = e->flow, .dir = e->dir,
			.whole_flow = true, .later = true, .at = e->at,
			.tx = e->tx ? e->tx->number + 1 : 0};

	h.eve = rule_tx_eve(t->m, e, &h.eve_len);
	rule_hit_put(t->m, &h);
}

static void decide(const struct turn *t, uint32_t rule)
{
	const struct signature *s = t->m->engine->sig[rule];
	uint64_t began = profile_begin(t->m->profile);

	rule_try_begin(t->m, s);
	bool yes = tests_hold(t, s) && tx_tests_hold(t, s) && groups_hold(t, s) && files_hold(t, s) &&
		   payload_holds(t, s);

	profile_end(t->m->profile, rule, began);
	if (yes)
		hit(t, rule);
}

/* Whether everything that the rule asks for is complete. */
static bool ready(const struct turn *t, const struct signature *s)
{
	const struct tx *tx = t->e->tx;
	uint8_t dir = t->e->dir;

	if (!s->whole_tx)
		return t->e->ended || tx->told[dir] >= rule_tx_needs(s, t->app, dir, dir);
	if (t->e->ended && dir == FLOW_to_client)
		return true;
	for (uint8_t side = 0; side < 2; side++) {
		uint8_t need = rule_tx_needs(s, t->app, dir, side);

		if (tx->told[side] < (need ? need : 1))
			return false;
	}
	return true;
}

static uint8_t chain_of(const struct turn *t, const struct signature *s)
{
	return s->whole_tx ? (uint8_t)FLOW_to_client : t->e->dir;
}

static void wait_for_more(const struct turn *t, uint32_t rule)
{
	struct rule_matcher *m = t->m;
	uint32_t *first = &t->e->tx->rule_state[chain_of(t, m->engine->sig[rule])];
	unsigned n = 0;

	for (uint32_t i = *first; i; n++) {
		const struct waiting *w = pool_at(&m->waiting, i - 1);

		if (w->rule == rule)
			return;
		i = w->next;
	}
	struct waiting *w = n < WAITING_PER_TX ? pool_get(&m->waiting) : NULL;
	if (!w) {
		count_add(&m->counters.waiting_over, 1);
		decide(t, rule); /* by what is there */
		return;
	}
	*w = (struct waiting){.rule = rule, .next = *first, .tx = t->e->tx,
			      .chain = chain_of(t, m->engine->sig[rule])};
	*first = pool_index(&m->waiting, w) + 1;
}

/* Decides what has become ready in a chain; with `forget`, all of it goes. */
static void update(const struct turn *t, uint8_t chain, bool forget, bool passed)
{
	struct rule_matcher *m = t->m;
	uint32_t *link = &t->e->tx->rule_state[chain];

	while (*link) {
		struct waiting *w = pool_at(&m->waiting, *link - 1);
		bool now = !passed && ready(t, m->engine->sig[w->rule]);

		if (!now && !forget) {
			link = &w->next;
			continue;
		}
		uint32_t rule = w->rule;
		*link = w->next;
		w->tx = NULL;
		pool_put(&m->waiting, w);
		if (now)
			decide(t, rule);
	}
}

static bool passed_by(const struct proto_tx_event *e, uint8_t progress)
{
	return progress > e->from && progress <= e->to;
}

static void scan_field(const struct turn *t, const struct field_scan *s)
{
	struct rule_matcher *m = t->m;
	struct view v;
	bool failed;

	rule_scan_begin(m);
	for (unsigned i = 0; i < INSTANCES_MAX; i++) {
		if (rule_tx_bytes(m, t->e, s->field, i, t->e->dir, s->chain, &v, &failed))
			rule_scan_add(m, s->db, v.at, v.len);
		else if (!failed)
			break;
	}
	rule_scan_end(m, s->db, &t->talk);
}

static bool only_one(const struct turn *t, const struct field_scan *s, struct view *v)
{
	struct view more;
	bool failed;

	return rule_tx_bytes(t->m, t->e, s->field, 0, t->e->dir, NULL, v, &failed) &&
	       !rule_tx_bytes(t->m, t->e, s->field, 1, t->e->dir, NULL, &more, &failed);
}

/* Both fields hold one value, and it is the same bytes: one scan is enough. */
static bool scan_both(const struct turn *t, const struct field_scan *s)
{
	struct rule_matcher *m = t->m;
	struct view a, b;

	if (!s->with_next || !only_one(t, s, &a) || !only_one(t, s + 1, &b) || a.at != b.at ||
	    a.len != b.len)
		return false;
	rule_scan_begin(m);
	rule_scan_add(m, s->with_next, a.at, a.len);
	rule_scan_end(m, s->with_next, &t->talk);
	return true;
}

static void collect(const struct turn *t)
{
	const struct app_rules *r = t->rules;
	struct rule_matcher *m = t->m;

	m->n_candidate = 0;
	for (unsigned i = 0; i < r->n_scan; i++) {
		if (!passed_by(t->e, r->scan[i].progress))
			continue;
		if (scan_both(t, &r->scan[i]))
			i++;
		else
			scan_field(t, &r->scan[i]);
	}
	for (unsigned i = 0; i < r->n_list; i++) {
		const struct progress_list *l = &r->list[i];

		if (!passed_by(t->e, l->progress))
			continue;
		for (uint32_t j = 0; j < l->rules.n; j++) {
			if (rule_talk_fits(&t->talk, m->engine->sig[l->rules.at[j]]))
				m->candidate[m->n_candidate++] = l->rules.at[j];
		}
	}
}

/* Whether the rule may be matched in this direction of this protocol at all. */
static bool belongs(const struct turn *t, const struct signature *s)
{
	return s->apps[t->e->dir] >> t->app & 1;
}

/* Rules that ask for events alone: for those that have not been looked at. In a rule of no direction
 * an event counts once. */
static void match_events(const struct turn *t, uint64_t new_here, uint64_t new_anywhere, uint64_t all)
{
	const struct list *l = &t->rules->events;

	for (uint32_t i = 0; i < l->n; i++) {
		const struct signature *s = t->m->engine->sig[l->at[i]];
		bool one_way = s->flow & (NEED_TO_SERVER | NEED_TO_CLIENT);
		uint64_t fresh = one_way ? new_here : new_anywhere;

		if (s->app_events & fresh && (s->app_events & all) == s->app_events &&
		    rule_talk_fits(&t->talk, s) && tests_hold(t, s))
			hit(t, l->at[i]);
	}
}

static void look_at_events(const struct turn *t)
{
	const struct proto_tx_event *e = t->e;
	struct tx *tx = e->tx;

	if (!tx) {
		match_events(t, e->flow_events, e->flow_events, e->flow_events);
		return;
	}
	uint64_t here = tx->events & ~tx->seen[e->dir], anywhere = here & ~tx->seen[!e->dir];
	tx->seen[e->dir] |= here;
	if (here && t->rules->events.n)
		match_events(t, here, anywhere, tx->events);
}

static void match_tx(struct turn *t)
{
	const struct proto_tx_event *e = t->e;
	struct rule_matcher *m = t->m;

	rule_tx_begin(m);
	if (e->to > e->from)
		collect(t);
	else
		m->n_candidate = 0;
	update(t, e->dir, e->ended, false);
	if (e->dir == FLOW_to_server && e->tx->rule_state[FLOW_to_client])
		update(t, FLOW_to_client, false, false);
	for (uint32_t i = 0; i < m->n_candidate; i++) {
		uint32_t rule = m->candidate[i];
		const struct signature *s = m->engine->sig[rule];

		if (!belongs(t, s))
			continue;
		if (ready(t, s))
			decide(t, rule);
		else
			wait_for_more(t, rule);
	}
}

void rule_tx(void *ctx, const struct proto_tx_event *e)
{
	struct rule_matcher *m = ctx;
	struct turn t = {.m = m, .e = e, .app = (enum app)e->flow->app};

	rule_whose(m, e);
	if (!m->engine->has_tx || protocols[t.app] != e->protocol || rule_unbegun(m->midstream, e->flow))
		return;
	t.rules = &m->engine->app[t.app][e->dir];
	if (!t.rules->any && !(e->tx && e->tx->rule_state[e->dir]))
		return;
	t.pkt = e->pkt && e->pkt->dir == e->dir && e->pkt->flow == e->flow ? e->pkt : NULL;
	rule_talk_of_flow(&t.talk, e->flow, e->dir);
	if (e->flow->rule_bits & BIT_PASSED) {
		if (e->tx && e->ended)
			update(&t, e->dir, true, true);
		return;
	}
	if (e->tx)
		match_tx(&t);
	else
		rule_tx_begin(m);
	look_at_events(&t);
}

void rule_waiting_adopt(struct rule_matcher *m, struct rule_matcher *old,
			const struct rule_handover *h)
{
	for (uint32_t i = 0; i < old->waiting.cap; i++) {
		struct waiting *w = pool_at(&old->waiting, i);

		if (w->tx)
			w->tx->rule_state[w->chain] = 0;
	}
	for (uint32_t i = 0; i < old->waiting.cap; i++) {
		struct waiting *w = pool_at(&old->waiting, i);
		struct waiting *new = w->tx && h->rule[w->rule] != UINT32_MAX ? pool_get(&m->waiting)
									       : NULL;

		if (!new)
			continue;
		uint32_t *first = &w->tx->rule_state[w->chain];
		*new = (struct waiting){.rule = h->rule[w->rule], .next = *first, .tx = w->tx,
					.chain = w->chain};
		*first = pool_index(&m->waiting, new) + 1;
	}
}
