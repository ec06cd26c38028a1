// SPDX-License-Identifier: Apache-2.0
/* Rules on TCP streams: each piece is scanned once, together with as many bytes before it as a
 * literal may reach back; candidates are held against the whole window.
 *
 * A candidate whose answer depends on bytes that have not come waits: until they come, until its
 * literal leaves the window, or until there is nothing to wait for (a gap, the end). What matched
 * except for a negated content is decided also when the other side answers: the message is whole.
 *
 * Shape:  flow.rule_state is the first of a chain of struct pending in the matcher's pool.
 */
#include "rule/match.h"

struct piece { /* what the functions below share */
	struct rule_matcher *m;
	struct flow *f;
	const struct pkt *p;
	struct order at; /* of its matches: told by rule_pkt(), or at once when no packet is at hand */
	struct view v;
	uint64_t turn; /* stream position at which this side began to speak */
	uint8_t dir;
};

static void hit(const struct piece *pc, uint32_t rule)
{
	const struct signature *s = pc->m->engine->sig[rule];

	if (!rule_app_fits(s, pc->f, false) || !rule_tests_hold(s, pc->p, pc->f, pc->dir))
		return;
	rule_hit_add(pc->m, rule, pc->p, pc->f, pc->dir, HIT_stream, &pc->at);
}

static void give_back(struct rule_matcher *m, struct pending *e)
{
	e->flow = NULL;
	pool_put(&m->pending, e);
}

/* Decides without further bytes what waits in direction `dir`; with `forget`, all of it goes. */
static void decide(const struct piece *pc, uint8_t dir, bool forget)
{
	struct piece mine = *pc;
	uint32_t *link = &pc->f->rule_state;

	mine.dir = dir;
	if (dir != pc->dir)
		mine.p = NULL; /* the packet at hand goes the other way */
	while (*link) {
		struct pending *e = pool_at(&pc->m->pending, *link - 1);

		if (e->dir != dir || !(forget || e->so_far)) {
			link = &e->next;
			continue;
		}
		if (e->so_far)
			hit(&mine, e->rule);
		*link = e->next;
		give_back(pc->m, e);
	}
}

/* Depth and offset count from the stream's beginning; of a rule that is held against packets, too, also from
 * that of what a side says now, so that it does not matter how TCP cut it. */
static struct view since_turn(const struct view *v, uint64_t turn)
{
	struct view out = *v;
	uint64_t before = turn > v->base ? turn - v->base : 0;

	if (before > v->len)
		before = v->len;
	out.at += before;
	out.len -= (uint32_t)before;
	out.base = v->base + before > turn ? v->base + before - turn : 0;
	out.min_end = v->min_end > turn ? v->min_end - turn : 0;
	return out;
}

/* Where requests and answers take turns each is looked at by itself, so that a rule does not put together
 * what stands in two of them: Suricata hands a stream on at the end of each message of HTTP. */
static bool one_message(const struct piece *pc)
{
	return pc->turn && pc->f->app == APP_http;
}

/* What a flow speaks may not be known with its first bytes: then the rest is right so far. */
static enum outcome try(const struct piece *pc, const struct signature *s, const struct view *v)
{
	uint64_t began = profile_begin(pc->m->profile);

	rule_try_begin(pc->m, s);
	enum outcome r = one_message(pc) ? OUTCOME_no : rule_try(pc->m, s, v);

	bool turns = s->from_start && (s->where & WHERE_TCP_PACKET || pc->f->app > APP_failed);
	if ((turns || one_message(pc)) && pc->turn && r != OUTCOME_yes) {
		struct view mine = since_turn(v, pc->turn);
		enum outcome other = rule_try(pc->m, s, &mine);

		r = other > r ? other : r;
	}

	profile_end(pc->m->profile, s->rule.index, began);

	if (r != OUTCOME_yes || rule_app_fits(s, pc->f, false))
		return r;
	return pc->f->app == APP_none ? OUTCOME_so_far : OUTCOME_no;
}

/* What waits in this direction is held against the new window. */
static void update(const struct piece *pc)
{
	uint32_t *link = &pc->f->rule_state;

	while (*link) {
		struct pending *e = pool_at(&pc->m->pending, *link - 1);
		const struct signature *s = pc->m->engine->sig[e->rule];
		struct view v = pc->v;

		if (e->dir != pc->dir) {
			link = &e->next;
			continue;
		}
		v.min_end = e->min_end;
		bool gone = v.base + s->literal_len > e->literal_end ||
			    (one_message(pc) && e->literal_end <= pc->turn);
		enum outcome r = gone	      ? e->so_far ? OUTCOME_yes : OUTCOME_no
						: try(pc, s, &v);
		if (r == OUTCOME_maybe || r == OUTCOME_so_far) {
			e->so_far = r == OUTCOME_so_far;
			link = &e->next;
			continue;
		}
		if (r == OUTCOME_yes)
			hit(pc, e->rule);
		*link = e->next;
		give_back(pc->m, e);
	}
}

/* The entry of this rule and direction; *n says how many the flow has. */
static struct pending *find(const struct piece *pc, uint32_t rule, unsigned *n)
{
	*n = 0;
	for (uint32_t i = pc->f->rule_state; i;) {
		struct pending *e = pool_at(&pc->m->pending, i - 1);

		if (e->rule == rule && e->dir == pc->dir)
			return e;
		++*n;
		i = e->next;
	}
	return NULL;
}

static void candidate(const struct piece *pc, uint32_t rule, uint64_t literal_end)
{
	struct rule_matcher *m = pc->m;
	unsigned n;
	struct pending *e = find(pc, rule, &n);

	if (e) { /* update() has just looked at it; it now waits as long as this occurrence may */
		e->literal_end = literal_end;
		return;
	}
	enum outcome r = try(pc, m->engine->sig[rule], &pc->v);
	if (r == OUTCOME_yes)
		hit(pc, rule);
	if (r == OUTCOME_yes || r == OUTCOME_no)
		return;
	e = n < PENDING_PER_FLOW ? pool_get(&m->pending) : NULL;
	if (!e) {
		count_add(&m->counters.pending_over, 1);
		if (r == OUTCOME_so_far)
			hit(pc, rule); /* no room to wait: better said too early than not at all */
		return;
	}
	*e = (struct pending){.rule = rule, .next = pc->f->rule_state, .flow = pc->f, .dir = pc->dir,
			      .min_end = pc->v.min_end, .literal_end = literal_end,
			      .so_far = r == OUTCOME_so_far};
	pc->f->rule_state = pool_index(&m->pending, e) + 1;
}

static void scan(const struct piece *pc, uint32_t piece_len)
{
	struct rule_matcher *m = pc->m;
	const struct payload_dbs *d = &m->engine->payload[DB_stream][pc->dir];
	uint32_t old = pc->v.len - piece_len;
	uint32_t tail = d->longest > 1 ? d->longest - 1 : 0;
	struct talk t;

	if (tail > old)
		tail = old;
	rule_talk_of_flow(&t, pc->f, pc->dir);
	t.app_open = true;
	rule_scan(m, d, &t, pc->v.at + old - tail, tail + piece_len, tail);
	for (uint32_t i = 0; i < m->n_candidate; i++) {
		uint32_t rule = m->candidate[i];
		if (m->engine->sig[rule]->where & WHERE_STREAM)
			candidate(pc, rule,
				  pc->v.base + old - tail + m->candidate_end[rule]);
	}
}

/* Whether the pieces so far are just what their packet carries: then it need not be scanned. */
static void cover(const struct piece *pc, uint32_t piece_len)
{
	struct rule_matcher *m = pc->m;
	const struct pkt *p = pc->p;

	if (m->covered != p) {
		m->covered = p;
		m->covered_n = 0;
		m->n_packet = 0;
	}
	if (!p || m->covered_n == COVER_FAILED)
		return;
	if (p->payload_len - m->covered_n < piece_len ||
	    memcmp(pc->v.at + pc->v.len - piece_len, p->payload + m->covered_n, piece_len) != 0) {
		m->covered_n = COVER_FAILED;
		return;
	}
	m->covered_n += piece_len;
	for (uint32_t i = 0; i < m->n_candidate; i++) {
		if (!(m->engine->sig[m->candidate[i]]->where & WHERE_TCP_PACKET))
			continue;
		if (m->n_packet == m->max_candidates) {
			m->covered_n = COVER_FAILED;
			return;
		}
		m->packet[m->n_packet++] = m->candidate[i];
	}
}

static void turn(const struct piece *pc)
{
	uint8_t other = !pc->dir;

	if (pc->f->rule_state && pc->f->rule_bits & BIT_SPOKE(other))
		decide(pc, other, false);
	pc->f->rule_bits &= (uint16_t)~BIT_SPOKE(other);
	pc->f->rule_bits |= BIT_SPOKE(pc->dir);
}

/* The flow's ends were swapped: what waits and what is noted of one direction is the other's. */
static void turned(struct rule_matcher *m, struct flow *f)
{
	const uint16_t to_server = BIT_HEADER(0) | BIT_SPOKE(0) | BIT_OUTER(0) | BIT_APP(0);
	const uint16_t both = to_server | (uint16_t)(to_server << 1);
	uint16_t bits = f->rule_bits;

	f->rule_bits = (uint16_t)((bits & ~both) | (bits & to_server) << 1 |
				  (bits >> 1 & to_server));
	for (uint32_t i = f->rule_state; i;) {
		struct pending *e = pool_at(&m->pending, i - 1);

		e->dir = !e->dir;
		i = e->next;
	}
}

void rule_piece_hold(struct rule_matcher *m, struct flow *f, const struct flow_piece *piece,
		     const struct pkt *p, const struct order *at)
{
	uint32_t old = piece->window_len - piece->piece_len;
	struct piece pc = {
		.m = m, .f = f, .at = *at, .dir = piece->dir,
		.p = p && p->dir == piece->dir ? p : NULL, .turn = piece->turn,
		.v = {.at = piece->window, .len = piece->window_len, .complete = piece->fin,
		      .base = piece->offset > old ? piece->offset - old : 0,
		      .min_end = piece->offset},
	};

	if (piece->turned)
		turned(m, f);
	if (piece->turned || !m->set->wants_streams || f->rule_bits & BIT_PASSED || rule_unbegun(m->midstream, f))
		return;
	if (p)
		pc.at.stage = ORDER_rule;
	if (piece->gap)
		decide(&pc, pc.dir, true);
	if (piece->piece_len)
		turn(&pc);
	if (f->rule_state && (piece->piece_len || piece->fin))
		update(&pc);
	if (piece->piece_len && !(f->seen & FLOW_SEALED)) { /* else it is encrypted, or its head */
		scan(&pc, piece->piece_len);
		cover(&pc, piece->piece_len);
	}
	if (m->engine->has_chunks)
		rule_chunk_piece(m, f, piece, pc.p, &pc.at);
	if (piece->fin)
		decide(&pc, pc.dir, true);
}

void rule_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		const struct order *at)
{
	struct rule_matcher *m = ctx;

	if (!m->whose.held)
		rule_piece_hold(m, f, piece, p, at);
	rule_whose_done(&m->whose);
	if (!p)
		rule_hits_flush(m); /* no rule_pkt() will follow */
}

void rule_flow_end(struct rule_matcher *m, struct flow *f, const struct order *at)
{
	struct piece pc = {.m = m, .f = f, .at = *at};

	if (m->engine->empty)
		return;
	rule_hits_flush(m); /* those of a packet leave by themselves */
	if (f->rule_state) {
		decide(&pc, FLOW_to_server, true);
		pc.dir = FLOW_to_client;
		decide(&pc, FLOW_to_client, true);
	}
	rule_hits_flush(m);
	rule_flowbits_forget(m, f);
}

/* One flow's chain, in its order. */
static void adopt_chain(struct rule_matcher *m, struct rule_matcher *old, struct flow *f,
			const struct rule_handover *h)
{
	uint32_t *link = &f->rule_state, next;

	for (uint32_t i = f->rule_state; i; i = next) {
		struct pending *from = pool_at(&old->pending, i - 1), *e;
		uint32_t rule = h->rule[from->rule];

		next = from->next;
		from->flow = NULL;
		e = rule != UINT32_MAX ? pool_get(&m->pending) : NULL;
		if (!e)
			continue;
		*e = *from;
		e->rule = rule;
		e->flow = f;
		*link = pool_index(&m->pending, e) + 1;
		link = &e->next;
	}
	*link = 0;
}

void rule_pending_adopt(struct rule_matcher *m, struct rule_matcher *old,
			const struct rule_handover *h)
{
	for (uint32_t i = 0; i < old->pending.cap; i++) {
		const struct pending *e = pool_at(&old->pending, i);

		if (e->flow)
			adopt_chain(m, old, e->flow, h);
	}
}
