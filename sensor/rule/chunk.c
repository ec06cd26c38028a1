// SPDX-License-Identifier: Apache-2.0
/* Rules on TCP payload without a literal: negated contents, numbers, sizes, expressions alone.
 *
 * No scan finds a candidate of these; each is held against a stream in chunks, once a chunk, as its
 * bytes stand there. A chunk is what the other side has acknowledged since the chunk before: when that
 * is CHUNK_BYTES, when the side says FIN or RST, and at the end of the flow whatever is left. A packet
 * that brings no bytes itself and with which a chunk is looked at counts as one of no bytes, against
 * which a negated content holds: so most rules of negated contents alone match at a FIN.
 *
 * Units:  stream offsets in bytes; piece->mark is where the chunk began.
 * Cost:   nothing where no such rule is loaded, else every one whose header fits, a chunk.
 * Source: Suricata 7 user guide, "stream.reassembly" (toserver-chunk-size) and experiments with 7.0.10
 *         (docs/why/0010-suricata-differences.md).
 */
#include "rule/match.h"

#define CHUNK_BYTES 2560u

struct chunk { /* what the functions below share */
	struct rule_matcher *m;
	struct flow *f;
	const struct pkt *p; /* NULL: at the flow's end, or of the other direction */
	const struct order *at;
	struct talk talk;
	uint8_t dir;
};

static bool tests_pass(const struct chunk *c, const struct signature *s)
{
	return s->n_test == 0 || (c->p && rule_tests_pass(s, c->p));
}

static bool shunned_in(const struct chunk *c, const struct signature *s, const struct view *v)
{
	for (unsigned i = 0; i < s->n_step; i++) {
		if (!(s->step[i].flags & STEP_SHUNNED))
			continue;
		struct step look_for = s->step[i];

		look_for.flags &= STEP_NOCASE;
		return rule_try_steps(c->m, &look_for, 1, v) == OUTCOME_yes;
	}
	return false;
}

static bool holds(const struct chunk *c, const struct signature *s, const uint8_t *at, uint32_t n)
{
	static const uint8_t nothing[1];
	struct view v = {.at = at, .len = n, .complete = true};

	rule_try_begin(c->m, s);
	if (n && rule_try(c->m, s, &v) == OUTCOME_yes)
		return true;
	if (!c->p || c->p->payload_len || s->flow & NEED_ONLY_STREAM || (n && shunned_in(c, s, &v)))
		return false;
	v = (struct view){.at = nothing, .complete = true};
	rule_try_begin(c->m, s);
	return rule_try(c->m, s, &v) == OUTCOME_yes;
}

static void look(const struct chunk *c, const uint8_t *at, uint32_t n)
{
	struct rule_matcher *m = c->m;
	const struct list *l = &m->engine->chunk;

	for (uint32_t i = 0; i < l->n; i++) {
		const struct signature *s = m->engine->sig[l->at[i]];

		if (!rule_talk_fits(&c->talk, s) || !tests_pass(c, s))
			continue;
		uint64_t began = profile_begin(m->profile);
		bool yes = holds(c, s, at, n);

		profile_end(m->profile, l->at[i], began);
		if (yes)
			rule_hit_add(m, l->at[i], c->p, c->f, c->dir, HIT_stream, c->at);
	}
}

/* Stream bytes from the mark up to `to`, of which the window still has the last ones. */
static void look_up_to(const struct chunk *c, const struct flow_piece *piece, uint64_t to)
{
	uint64_t end = piece->offset + piece->piece_len, base = end - piece->window_len;
	uint64_t from = *piece->mark > base ? *piece->mark : base;

	if (to <= from)
		return;
	look(c, piece->window + (from - base), (uint32_t)(to - from));
	*piece->mark = to;
}

void rule_chunk_piece(struct rule_matcher *m, struct flow *f, const struct flow_piece *piece,
		      const struct pkt *p, const struct order *at)
{
	struct chunk c = {.m = m, .f = f, .p = p, .at = at, .dir = piece->dir};
	uint64_t end = piece->offset + piece->piece_len;

	if (piece->gap)
		*piece->mark = piece->offset;
	bool ready = piece->fin ? *piece->mark < end : piece->acked >= *piece->mark + CHUNK_BYTES;
	if (!ready)
		return;
	rule_talk_of_flow(&c.talk, f, piece->dir);
	if (m->engine->stream_ports[piece->dir][f->server_port / 8] >> f->server_port % 8 & 1)
		m->ready = p;
	if (p)
		look_up_to(&c, piece, piece->acked);
	if (piece->fin)
		look_up_to(&c, piece, end);
}
