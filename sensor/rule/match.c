// SPDX-License-Identifier: Apache-2.0
/* Rules on packets: headers once a flow and direction, lists, payload literals.
 *
 * Thread: the owning worker's. Nothing here allocates after rule_matcher_new().
 */
#include "rule/match.h"

#include "rule/headers.h"
#include "rule/tx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int take_scratch(struct rule_matcher *m, struct err *err)
{
	for (const struct database *d = m->engine->database; d; d = d->next) {
		if (d->hs && hs_alloc_scratch(d->hs, &m->scratch) != HS_SUCCESS)
			return err_set(err, ENOMEM, "no memory for scanning");
	}
	return 0;
}

int rule_matcher_new(struct rule_matcher **out, const struct rule_set *set,
		     const struct rule_config *c, rule_on_hit on_hit, void *ctx, struct err *err)
{
	struct rule_matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return err_set(err, ENOMEM, "no memory for the rules");
	m->set = set;
	m->engine = set->engine;
	m->on_hit = on_hit;
	m->ctx = ctx;
	m->max_candidates = c->candidates;
	const char *midstream = c->midstream ? c->midstream : "yes";
	m->midstream = strcmp(midstream, "auto") == 0 ? !c->from_file : strcmp(midstream, "no") != 0;
	uint32_t n = m->engine->most_literals + 1, rules = m->engine->n_sig + 1;
	m->seen = calloc(n, sizeof(*m->seen));
	m->literal = calloc(n, sizeof(*m->literal));
	m->literal_end = calloc(n, sizeof(*m->literal_end));
	m->candidate = calloc(rules, sizeof(*m->candidate));
	m->candidate_end = calloc(rules, sizeof(*m->candidate_end));
	m->packet = calloc(c->candidates, sizeof(*m->packet));
	int rc = m->seen && m->literal && m->literal_end && m->candidate && m->candidate_end &&
				 m->packet
			 ? pool_init(&m->pending, sizeof(struct pending),
				     set->wants_streams ? c->pending : 1, err)
			 : err_set(err, ENOMEM, "no memory for the rules");
	if (rc == 0)
		rc = pool_init(&m->flowbits, rule_flow_state_size(m->engine),
			       rule_has_flow_state(m->engine) ? c->flowbits : 1, err);
	if (rc == 0)
		rc = rule_regex_work_new(&m->eval.regex, err);
	if (rc == 0)
		rc = pool_init(&m->waiting, sizeof(struct waiting), m->engine->has_tx ? c->pending : 1,
			       err);
	if (rc == 0)
		rc = rule_tx_work_new(&m->tx, m->eval.regex,
				      m->engine->has_tx || m->engine->has_header_chains || m->engine->has_frames, err);
	if (rc == 0 && !(m->eval.base64 = malloc(EVAL_BASE64)))
		rc = err_set(err, ENOMEM, "no memory for the rules");
	if (rc == 0 && m->engine->has_sets &&
	    (!(m->eval.told = malloc(EVAL_TOLD)) || !(m->told = malloc(TOLD_ROOM))))
		rc = err_set(err, ENOMEM, "no memory for the rules");
	if (rc == 0 && m->engine->n_flowvars + m->engine->n_pktvars &&
	    (!(m->captured = calloc(CAPTURED_ROOM, sizeof(*m->captured))) ||
	     !(m->pktvar = calloc(m->engine->n_pktvars + 1, sizeof(*m->pktvar)))))
		rc = err_set(err, ENOMEM, "no memory for the rules");
	if (rc == 0 && c->profile)
		rc = rule_profile_new(&m->profile, m->engine->n_sig, err);
	if (rc == 0)
		rc = take_scratch(m, err);
	if (rc) {
		rule_matcher_free(m);
		return rc;
	}
	*out = m;
	return 0;
}

void rule_matcher_free(struct rule_matcher *m)
{
	if (!m)
		return;
	hs_free_scratch(m->scratch);
	pool_fini(&m->pending);
	pool_fini(&m->flowbits);
	pool_fini(&m->waiting);
	rule_tx_work_free(m->tx);
	rule_profile_free(m->profile);
	free(m->eval.base64);
	free(m->eval.told);
	free(m->told);
	free(m->captured);
	free(m->pktvar);
	rule_regex_work_free(m->eval.regex);
	free(m->seen);
	free(m->literal);
	free(m->literal_end);
	free(m->candidate);
	free(m->candidate_end);
	free(m->packet);
	free(m);
}

bool rule_matcher_midstream(const struct rule_matcher *m)
{
	return m->midstream;
}

const struct rule_set *rule_matcher_set(const struct rule_matcher *m)
{
	return m->set;
}

const struct rule_counters *rule_matcher_counters(const struct rule_matcher *m)
{
	return &m->counters;
}

bool rule_tests_pass(const struct signature *s, const struct pkt *p)
{
	for (unsigned i = 0; i < s->n_test; i++) {
		if (!s->test[i].match(s->test[i].arg, p))
			return false;
	}
	return true;
}

bool rule_tests_hold(const struct signature *s, const struct pkt *p, struct flow *f, uint8_t dir)
{
	struct talk t;

	if (s->n_test == 0)
		return true;
	if (p)
		return rule_tests_pass(s, p);
	if (s->packet_tests)
		return false;
	rule_talk_of_flow(&t, f, dir);
	const struct pkt made = {
		.net = t.net == 4 ? PKT_ip4 : PKT_ip6, .proto = t.proto, .src = *t.src, .dst = *t.dst,
		.sport = t.sport, .dport = t.dport, .has_ports = true, .flow = f, .dir = dir,
	};
	return rule_tests_pass(s, &made);
}

static void hit(struct rule_matcher *m, uint32_t rule, const struct pkt *p, enum hit_of of)
{
	struct order at = {.seq = p->seq, .time_ns = p->time_ns, .stage = ORDER_rule};

	rule_hit_add(m, rule, p, p->flow, p->dir, of, &at);
}

/* Rules on addresses, ports and ip_proto alone: the first packet of a flow and direction. */
static void match_headers(struct rule_matcher *m, const struct pkt *p, const struct talk *t)
{
	const struct list *l = &m->engine->lists[t->class].header;

	if (l->n == 0 || (p->flow && p->flow->rule_bits & BIT_HEADER(t->dir)))
		return;
	for (uint32_t i = 0; i < l->n; i++) {
		const struct signature *s = m->engine->sig[l->at[i]];

		if (rule_talk_fits(t, s) && rule_tests_pass(s, p))
			hit(m, l->at[i], p, HIT_header);
	}
	if (p->flow)
		p->flow->rule_bits |= BIT_HEADER(t->dir);
}

/* The same of the tunnel around it, as far as it is kept: addresses, ports, protocol. */
static void match_outer(struct rule_matcher *m, const struct pkt *p)
{
	struct flow *f = p->flow;
	struct talk t;

	if (!f || f->rule_bits & BIT_OUTER(p->dir))
		return;
	f->rule_bits |= BIT_OUTER(p->dir);
	m->outer = (struct pkt){
		.time_ns = p->time_ns, .seq = p->seq, .src = p->tunnel.src, .dst = p->tunnel.dst,
		.sport = p->tunnel.sport, .dport = p->tunnel.dport, .proto = p->tunnel.proto,
		.has_ports = p->tunnel.proto == 17, .payload = (const uint8_t *)"",
		.net = addr_is_v4(&p->tunnel.src) ? PKT_ip4 : PKT_ip6, .source = p->source,
	};
	rule_talk_of_pkt(&t, &m->outer);
	match_headers(m, &m->outer, &t);
}

/* Rules on what a flow speaks: the first packet of a direction once that is known. */
static void match_app(struct rule_matcher *m, const struct pkt *p, const struct talk *t)
{
	const struct list *l = &m->engine->lists[t->class].app;

	if (l->n == 0 || !p->flow || p->flow->app == APP_none || p->flow->rule_bits & BIT_APP(t->dir))
		return;
	bool again = p->flow->rule_bits & BIT_APP(!t->dir);
	for (uint32_t i = 0; i < l->n; i++) {
		const struct signature *s = m->engine->sig[l->at[i]];

		if (again && s->prefilter)
			continue; /* Suricata then asks only where the protocol has become known */
		if (rule_talk_fits(t, s) && rule_tests_pass(s, p))
			hit(m, l->at[i], p, HIT_header);
	}
	p->flow->rule_bits |= BIT_APP(t->dir);
}

void rule_app(void *ctx, struct flow *f, const struct pkt *p, const struct order *at)
{
	(void)ctx, (void)p, (void)at;
	f->rule_bits &= (uint16_t) ~(BIT_APP(0) | BIT_APP(1));
}

static bool headers_pass(struct rule_matcher *m, const struct signature *s, const struct pkt *p)
{
	for (unsigned i = 0; i < s->n_group; i++) {
		const struct group *g = &s->group[i];
		uint8_t room[14];
		struct bytes h = rule_header(p, g->header, room);
		struct view v = {.at = h.at, .len = (uint32_t)bytes_left(&h), .complete = true};

		if (g->chain && v.len && !rule_tx_header(m, g->chain, &v))
			return false;
		if (v.len == 0 || rule_try_steps(m, g->step, g->n, &v) != OUTCOME_yes)
			return false;
	}
	return true;
}

static bool holds(struct rule_matcher *m, const struct signature *s, const struct pkt *p)
{
	struct view v = {.at = p->payload, .len = p->payload_len, .complete = true};

	if (!rule_app_fits(s, p->flow, false)) /* the stream's scan left that open */
		return false;
	if (!rule_tests_pass(s, p) || (s->n_group && !headers_pass(m, s, p)))
		return false;
	return !s->n_step || ((p->payload_len || m->ready == p) && rule_try(m, s, &v) == OUTCOME_yes);
}

/* One rule whose header is already known to fit. */
static void match_one(struct rule_matcher *m, uint32_t rule, const struct pkt *p)
{
	uint64_t began = profile_begin(m->profile);
	rule_try_begin(m, m->engine->sig[rule]);
	bool yes = holds(m, m->engine->sig[rule], p);

	profile_end(m->profile, rule, began);
	if (yes)
		hit(m, rule, p, HIT_packet);
}

static void match_list(struct rule_matcher *m, const struct list *l, const struct pkt *p,
		       const struct talk *t)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (rule_talk_fits(t, m->engine->sig[l->at[i]]))
			match_one(m, l->at[i], p);
	}
}

static const struct list *port_list(const struct class_lists *l, uint16_t port)
{
	uint32_t lo = 0, hi = l->n_port;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (l->port[mid].port == port)
			return &l->port[mid].rules;
		if (l->port[mid].port < port)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static void match_database(struct rule_matcher *m, enum database_kind kind, const struct pkt *p,
			   const struct talk *t)
{
	rule_scan(m, &m->engine->payload[kind][t->dir], t, p->payload, p->payload_len, 0);
	for (uint32_t i = 0; i < m->n_candidate; i++)
		match_one(m, m->candidate[i], p);
}

/* What the stream's scan has found in these bytes is not searched for again. A packet of several pieces
 * may have brought a rule in each. */
static void match_covered(struct rule_matcher *m, const struct pkt *p)
{
	m->n_packet = rule_sort_once(m->packet, m->n_packet);
	for (uint32_t i = 0; i < m->n_packet; i++)
		match_one(m, m->packet[i], p);
}

static void match_packet(struct rule_matcher *m, const struct pkt *p)
{
	const struct rule_engine *e = m->engine;
	struct talk t;

	rule_talk_of_pkt(&t, p);
	bool unbegun = rule_unbegun(m->midstream, p->flow);
	t.established &= !unbegun;
	const struct class_lists *l = &e->lists[t.class];
	if (p->events | p->stream_events)
		match_list(m, &l->events, p, &t);
	if (p->net == PKT_none)
		return;
	match_headers(m, p, &t);
	if (p->tunnel.depth)
		match_outer(m, p);
	if (!unbegun)
		match_app(m, p, &t);
	match_list(m, &l->any, p, &t);
	const struct list *by_port = l->n_port && p->has_ports ? port_list(l, p->dport) : NULL;
	if (by_port)
		match_list(m, by_port, p, &t);
	/* A later fragment's bytes are no beginning of anything: rules count from the payload's. */
	if (p->fragment && !p->first_fragment)
		return;
	if (p->payload_len == 0 || (p->flow && p->flow->seen & FLOW_SEALED))
		return; /* as Suricata: chance alone would match what is encrypted */
	if (unbegun)
		match_list(m, &e->chunk, p, &t);
	if (m->covered == p && m->covered_n == p->payload_len)
		match_covered(m, p);
	else
		match_database(m,
			       unbegun		      ? DB_stream /* which nobody puts together */
			       : t.class == CLASS_tcp ? DB_tcp
			       : t.class == CLASS_udp ? DB_udp
						      : DB_other,
			       p, &t);
}

void rule_pkt_hold(struct rule_matcher *m, const struct pkt *p)
{
	/* What could not be decoded may still be asked for its event. */
	if ((p->net == PKT_ip4 || p->net == PKT_ip6 || p->net == PKT_arp || (p->net == PKT_none && p->events)) &&
	    !(p->flow && p->flow->rule_bits & BIT_PASSED))
		match_packet(m, p);
}

void rule_pkt(struct rule_matcher *m, struct pkt *p)
{
	if (m->engine->empty)
		return;
	if (!m->whose.held)
		rule_pkt_hold(m, p);
	rule_whose_done(&m->whose);
	m->covered = m->ready = NULL;
	rule_hits_flush(m);
}
