// SPDX-License-Identifier: Apache-2.0
#include "proto/pieces.h"

/* False: there is nothing more to do. */
static bool use(struct proto_call *c, pieces_whole *whole, const uint8_t **p, uint32_t *n)
{
	uint32_t used = whole(c, *p, *n);

	if (used == PIECES_NOT) {
		pieces_lose(c);
		return false;
	}
	*p += used;
	*n -= used;
	return *n > 0;
}

void pieces_data(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t max,
		 pieces_whole *whole, pieces_begins *begins)
{
	struct pieces *s = c->state;
	struct proto_bytes *w = &s->wait[c->dir];

	if (s->lost[c->dir]) {
		if (!begins || !begins(p, n))
			return;
		s->lost[c->dir] = false;
	}
	while (n > 0) {
		if (w->len == 0 && !use(c, whole, &p, &n))
			return;
		/* What waits is completed first: what comes behind it is not to wait with it. */
		uint32_t room = w->len < max ? max - w->len : 0, take = n < room ? n : room;
		if (take == 0 || !proto_append(proto_mem_of(c), w, p, take, max)) {
			pieces_lose(c);
			return;
		}
		p += take;
		n -= take;
		const uint8_t *waiting = w->at;
		uint32_t left = w->len;
		if (use(c, whole, &waiting, &left))
			proto_consume(w, w->len - left);
		else
			proto_drop(proto_mem_of(c), w);
		if (s->lost[c->dir])
			return;
	}
}

bool pieces_hold(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t max)
{
	struct pieces *s = c->state;
	struct proto_bytes *w = &s->wait[c->dir];

	if (!s->over && !proto_append(proto_mem_of(c), w, p, n, max)) {
		proto_drop(proto_mem_of(c), w);
		s->over = true;
	}
	return !s->over;
}

void pieces_lose(struct proto_call *c)
{
	struct pieces *s = c->state;

	proto_drop(proto_mem_of(c), &s->wait[c->dir]);
	s->lost[c->dir] = true;
}

void pieces_gap(struct proto_call *c, uint64_t missing)
{
	(void)missing;
	pieces_lose(c);
}

void pieces_gap_ends(struct proto_call *c, uint64_t missing)
{
	(void)missing;
	((struct pieces *)c->state)->over = true;
}

void pieces_end(struct proto_call *c)
{
	struct pieces *s = c->state;

	proto_drop(proto_mem_of(c), &s->wait[0]);
	proto_drop(proto_mem_of(c), &s->wait[1]);
}
