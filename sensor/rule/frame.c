// SPDX-License-Identifier: Apache-2.0
/* Rules on frames (proto/frame.h): each is held against one when it is whole, or as far as it is there, once.
 *
 * Shape:  by protocol, frame and direction a database of literals, and the rules without one.
 * Source: Suricata 7 user guide, "frame", and experiments with 7.0.10: a rule has one kind of frame and nothing else
 *         to look into; each frame that fits is an alert. */
#include "proto/frame.h"
#include "rule/tx.h"

#define FRAMES_MAX 32u /* types of a protocol, FRAME_STREAM among them */

struct frame_rules { /* of one frame and direction, at type * 2 + direction; all are of one buffer */
	const struct database *db; /* of those with a literal; NULL: none */
	struct list rules;         /* without one */
};

/* Building */

static const struct group *group_of(const struct signature *s)
{
	return s->frame && !s->rule.unmatched ? &s->group[0] : NULL;
}

static bool goes(const struct signature *s, unsigned app, unsigned type, unsigned dir)
{
	const struct group *g = group_of(s);

	return g && s->apps[dir] >> app & 1 && g->buffer->field[app] == (int)type;
}

static struct list list_of(struct rule_engine *e, unsigned app, unsigned type, unsigned dir, bool literal)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < e->n_sig; i++)
		n += goes(e->sig[i], app, type, dir) && (e->sig[i]->literal != NULL) == literal;
	uint32_t *at = rule_arena_take(&e->arena, (n + 1) * sizeof(*at));
	n = 0;
	for (uint32_t i = 0; i < e->n_sig; i++) {
		if (goes(e->sig[i], app, type, dir) && (e->sig[i]->literal != NULL) == literal)
			at[n++] = i;
	}
	return (struct list){at, n};
}

static int build_frame(struct rule_engine *e, unsigned app, unsigned type, struct cache *cache, struct err *err)
{
	for (unsigned dir = 0; dir < 2; dir++) {
		struct frame_rules *r = &e->frame[app][type * 2 + dir];
		struct list with = list_of(e, app, type, dir, true);

		r->rules = list_of(e, app, type, dir, false);
		int rc = with.n ? rule_database_of(e, with, false, cache, &r->db, err) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

int rule_frames_build(struct rule_engine *e, struct cache *cache, struct err *err)
{
	for (uint32_t i = 0; i < e->n_sig; i++) {
		const struct group *g = group_of(e->sig[i]);

		for (unsigned a = APP_failed + 1; g && a < APP_count; a++) {
			if (g->buffer->field[a] != BUFFER_NONE && (e->sig[i]->apps[0] | e->sig[i]->apps[1]) >> a & 1)
				e->frames[a] |= 1u << g->buffer->field[a];
		}
	}
	for (uint32_t i = 0; i < e->n_sig; i++) {
		const struct signature *s = e->sig[i];

		for (unsigned a = APP_failed + 1; s->frame_stream && !s->rule.unmatched && a < APP_count; a++)
			e->frames[a] |= e->frames[a] && s->app_mask >> a & 1 ? FRAME_STREAM : 0;
	}
	for (unsigned a = 0; a < APP_count; a++) {
		if (!e->frames[a])
			continue;
		e->has_frames = true;
		e->frame[a] = rule_arena_take(&e->arena, 2 * FRAMES_MAX * sizeof(*e->frame[a]));
		for (unsigned type = 0; type < FRAMES_MAX - 1; type++) {
			int rc = e->frames[a] >> type & 1 ? build_frame(e, a, type, cache, err) : 0;

			if (rc)
				return rc;
		}
	}
	return 0;
}

const uint32_t *rule_set_frames(const struct rule_set *set)
{
	return set->engine->frames;
}

/* Matching */

static bool holds(struct rule_matcher *m, const struct signature *s, const struct proto_frame *f)
{
	const struct group *g = &s->group[0];
	struct view v = {.at = f->bytes, .len = f->len, .complete = true};

	rule_try_begin(m, s);
	if (!rule_tests_hold(s, f->pkt && f->pkt->dir == f->dir ? f->pkt : NULL, f->flow, f->dir))
		return false;
	if (g->chain && !rule_tx_header(m, g->chain, &v))
		return false;
	return v.len && rule_try_steps(m, g->step, g->n, &v) == OUTCOME_yes;
}

static void try(struct rule_matcher *m, uint32_t rule, const struct proto_frame *f)
{
	const struct signature *s = m->engine->sig[rule];
	uint64_t began = profile_begin(m->profile);
	bool yes = holds(m, s, f);

	profile_end(m->profile, rule, began);
	if (!yes)
		return;
	struct hit h = {.rule = rule, .pkt = f->pkt && f->pkt->dir == f->dir ? f->pkt : NULL, .flow = f->flow,
			.dir = f->dir, .whole_flow = true, .later = true, .at = f->at, .tx = HIT_FRAME | f->id};
	h.eve = rule_tx_frame(m, f, &h.eve_len);
	rule_hit_put(m, &h);
}

void rule_frame(void *ctx, const struct proto_frame *f)
{
	struct rule_matcher *m = ctx;
	const struct rule_engine *e = m->engine;
	enum app app = (enum app)f->flow->app;
	struct talk t;

	if (!e->frame[app] || protocols[app] != f->protocol || f->type >= FRAMES_MAX - 1 ||
	    f->flow->rule_bits & BIT_PASSED || rule_unbegun(m->midstream, f->flow))
		return;
	const struct frame_rules *r = &e->frame[app][f->type * 2u + f->dir];
	rule_talk_of_flow(&t, f->flow, f->dir);
	rule_tx_forget_guess(m);
	m->n_candidate = 0;
	if (r->db) {
		rule_scan_begin(m);
		rule_scan_add(m, r->db, f->bytes, f->len);
		rule_scan_end(m, r->db, &t);
	}
	for (uint32_t i = 0; i < r->rules.n && m->n_candidate < e->n_sig; i++) {
		if (rule_talk_fits(&t, e->sig[r->rules.at[i]]))
			m->candidate[m->n_candidate++] = r->rules.at[i];
	}
	for (uint32_t i = 0; i < m->n_candidate; i++)
		try(m, m->candidate[i], f);
	rule_tx_forget_guess(m);
}
