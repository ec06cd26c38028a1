// SPDX-License-Identifier: Apache-2.0
/* One scan: literals found become rules whose header fits, ascending, and no more than allowed.
 *
 * The order in which Hyperscan calls back is no contract, and the same literal comes many times: the
 * callback only marks it. The rules are counted and cut after sorting, so that which ones are kept
 * does not depend on it either.
 */
#include "rule/match.h"

#include <stdlib.h>

#define SHORT_TEXT 128u /* bytes: above, Hyperscan is faster */

static void found(void *ctx, uint32_t id, uint32_t to)
{
	struct rule_matcher *m = ctx;

	if (to <= m->skip)
		return;
	if (m->seen[id] != m->epoch) {
		m->seen[id] = m->epoch;
		m->literal[m->n_literal++] = id;
		m->literal_end[id] = 0;
	}
	if (to > m->literal_end[id])
		m->literal_end[id] = to;
}

static int on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		      void *ctx)
{
	(void)from, (void)flags;
	found(ctx, id, (uint32_t)to);
	return 0;
}

static void next_epoch(struct rule_matcher *m)
{
	if (++m->epoch == 0) {
		memset(m->seen, 0, m->engine->most_literals * sizeof(*m->seen));
		m->epoch = 1;
	}
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* candidate_end is kept by rule, so that sorting does not have to move it. */
static void collect(struct rule_matcher *m, const struct database *d, const struct talk *t)
{
	for (uint32_t i = 0; i < m->n_literal; i++) {
		uint32_t id = m->literal[i];
		const struct list *l = &d->rules[id];

		for (uint32_t j = 0; j < l->n && j < 8; j++)
			__builtin_prefetch(&m->engine->sig[l->at[j]]->src);
		for (uint32_t j = 0; j < l->n; j++) {
			uint32_t rule = l->at[j];

			if (!rule_talk_fits(t, m->engine->sig[rule]))
				continue;
			m->candidate[m->n_candidate++] = rule;
			m->candidate_end[rule] = m->literal_end[id];
			if (__builtin_expect(m->profile != NULL, 0))
				m->profile->of[rule].candidates++;
		}
	}
}

void rule_scan_begin(struct rule_matcher *m)
{
	next_epoch(m);
	m->n_literal = 0;
	m->skip = 0;
}

void rule_scan_add(struct rule_matcher *m, const struct database *d, const uint8_t *p, uint32_t n)
{
	count_add(&m->counters.scans, 1);
	count_add(&m->counters.scanned_bytes, n);
	if (n <= SHORT_TEXT || !d->hs)
		rule_grams_scan(d->grams, p, n, found, m);
	else
		hs_scan(d->hs, (const char *)p, n, 0, m->scratch, on_literal, m);
}

/* Few, mostly: qsort() costs more than they do. */
static void sort(uint32_t *at, uint32_t n)
{
	if (n > 12) {
		qsort(at, n, sizeof(*at), by_number);
		return;
	}
	for (uint32_t i = 1; i < n; i++) {
		uint32_t x = at[i], j = i;

		for (; j > 0 && at[j - 1] > x; j--)
			at[j] = at[j - 1];
		at[j] = x;
	}
}

uint32_t rule_sort_once(uint32_t *at, uint32_t n)
{
	uint32_t kept = 0;

	sort(at, n);
	for (uint32_t i = 0; i < n; i++) {
		if (kept == 0 || at[kept - 1] != at[i])
			at[kept++] = at[i];
	}
	return kept;
}

/* The candidates behind the first `before`. */
static void arrange(struct rule_matcher *m, uint32_t before)
{
	uint32_t n = m->n_candidate - before;

	if (n == 0)
		return;
	sort(m->candidate + before, n);
	count_add(&m->counters.candidates, n);
	if (n > m->max_candidates) {
		count_add(&m->counters.candidates_over, n - m->max_candidates);
		m->n_candidate = before + m->max_candidates;
	}
}

void rule_scan_end(struct rule_matcher *m, const struct database *d, const struct talk *t)
{
	uint32_t before = m->n_candidate;

	if (m->n_literal == 0)
		return;
	collect(m, d, t);
	arrange(m, before);
}

void rule_scan_dbs(const struct payload_dbs *d, const struct talk *t, const struct database *of[3])
{
	enum app app = t->flow ? (enum app)t->flow->app : APP_none;
	unsigned service = t->dir == FLOW_to_server ? 1 : 2;
	uint16_t port = service == 1 ? t->dport : t->sport;

	of[0] = d->of_app[app];
	if (!t->has_ports)
		return;
	of[1] = port_db_find(&d->to, t->dport);
	of[2] = port_db_find(&d->from, t->sport);
	for (uint32_t i = 0; of[service] && i < d->n_joint[app]; i++) {
		if (d->joint[app][i].port == port) {
			of[0] = d->joint[app][i].db;
			of[service] = NULL;
		}
	}
}

void rule_scan(struct rule_matcher *m, const struct payload_dbs *d, const struct talk *t,
	       const uint8_t *p, uint32_t n, uint32_t skip)
{
	const struct database *of[3] = {NULL};

	m->n_candidate = 0;
	if (n == 0)
		return;
	rule_scan_dbs(d, t, of);
	for (unsigned i = 0; i < 3; i++) {
		if (!of[i])
			continue;
		rule_scan_begin(m);
		m->skip = skip;
		rule_scan_add(m, of[i], p, n);
		if (m->n_literal)
			collect(m, of[i], t);
	}
	arrange(m, 0);
}

enum outcome rule_try_steps(struct rule_matcher *m, const struct step *step, unsigned n,
			    const struct view *v)
{
	m->eval.regex_over = 0;
	enum outcome r = rule_eval_steps(&m->eval, step, n, v);

	count_add(&m->counters.evaluated, 1);
	if (m->eval.over)
		count_add(&m->counters.eval_over, 1);
	if (m->eval.regex_over)
		count_add(&m->counters.regex_over, m->eval.regex_over);
	return r;
}

enum outcome rule_try(struct rule_matcher *m, const struct signature *s, const struct view *v)
{
	return rule_try_steps(m, s->step, s->n_step, v);
}
