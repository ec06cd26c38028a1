// SPDX-License-Identifier: Apache-2.0
#include "proto/frame.h"

#include "proto/state.h"

#include <string.h>

struct open_frame {
	uint64_t offset, length; /* length UNKNOWN: until it is closed */
	uint32_t id;
	uint8_t type;
};
#define UNKNOWN UINT64_MAX

struct side {
	uint64_t next; /* where the next record begins */
	uint64_t from; /* of the first byte in `bytes` */
	uint32_t id;   /* of the frame before: only those that are asked for count */
	uint8_t n_open;
	bool begun, lost;
	struct proto_bytes bytes; /* since the beginning of the oldest open frame */
	struct open_frame open[FRAMES_OPEN];
};
struct proto_frames {
	struct side side[2];
};

const char *proto_frame_name(const char *frame)
{
	const char *dot = strchr(frame, '.');

	return dot ? dot + 1 : frame;
}

void proto_want_frames(struct proto *p, const uint32_t of_app[APP_count])
{
	memcpy(p->frames, of_app, sizeof(p->frames));
}

/* Behind the newest byte: stream offset; of a datagram its length. */
static uint64_t newest(const struct proto_call *c)
{
	return c->flow->proto == 6 ? c->pf->half[c->dir].next : c->window_len;
}

static struct side *side_of(const struct proto_call *c)
{
	return &c->pf->frames->side[c->dir];
}

static void tell(struct proto_call *c, const struct open_frame *o, const uint8_t *at, uint64_t have,
		 const struct tx *tx)
{
	struct proto_frame f = {.protocol = c->protocol, .flow = c->flow, .tx = tx, .pkt = c->pkt, .at = c->at,
				.bytes = at, .len = (uint32_t)(have < o->length ? have : o->length), .id = o->id,
				.offset = o->offset, .length = o->length == UNKNOWN ? have : o->length,
				.type = o->type, .dir = c->dir, .complete = have >= o->length};

	if (c->pkt)
		f.at.stage = ORDER_rule;
	if (c->proto->hooks.on_frame && c->frames >> o->type & 1)
		c->proto->hooks.on_frame(c->proto->hooks.rules, &f);
}

/* Tells what has come of it. */
static void tell_open(struct proto_call *c, struct side *s, const struct open_frame *o, const struct tx *tx)
{
	uint64_t before = o->offset - s->from;

	tell(c, o, s->bytes.at + before, s->bytes.len - before, tx);
}

static void forget(struct side *s, unsigned i)
{
	s->n_open--;
	memmove(&s->open[i], &s->open[i + 1], (s->n_open - i) * sizeof(s->open[0]));
}

static void tell_all(struct proto_call *c, struct side *s)
{
	for (unsigned i = 0; i < s->n_open; i++)
		tell_open(c, s, &s->open[i], NULL);
	s->n_open = 0;
	proto_drop(&c->proto->mem, &s->bytes);
}

/* More of what is open. */
static void more(struct proto_call *c, struct side *s, const uint8_t *p, uint32_t n)
{
	if (s->n_open == 0)
		return;
	if (!proto_append(&c->proto->mem, &s->bytes, p, n, FRAME_BYTES)) {
		uint64_t end = s->from + s->bytes.len;

		for (unsigned i = 0; i < s->n_open; i++) {
			if (s->open[i].length == UNKNOWN || s->open[i].offset + s->open[i].length > end)
				count_add(&c->proto->count.frames_over, 1);
		}
		tell_all(c, s);
		return;
	}
	for (unsigned i = 0; i < s->n_open;) {
		const struct open_frame o = s->open[i];

		if (o.length == UNKNOWN || o.offset + o.length > s->from + s->bytes.len) {
			i++;
			continue;
		}
		tell_open(c, s, &o, NULL);
		forget(s, i);
	}
	if (s->n_open == 0)
		proto_drop(&c->proto->mem, &s->bytes);
}

static void begin(struct proto_call *c, const struct open_frame *o, const uint8_t *at, uint32_t have)
{
	struct side *s = side_of(c);
	bool room = s->n_open < FRAMES_OPEN;

	if (room && s->n_open == 0) {
		s->from = o->offset;
		s->bytes.len = 0;
		room = proto_append(&c->proto->mem, &s->bytes, at, have, FRAME_BYTES);
	}
	if (!room) {
		count_add(&c->proto->count.frames_over, 1);
		if (s->n_open == 0)
			proto_drop(&c->proto->mem, &s->bytes);
		tell(c, o, at, have, NULL);
		return;
	}
	s->open[s->n_open++] = *o;
}

static bool at_hand(const struct proto_call *c, const uint8_t *at, uint32_t *have)
{
	uintptr_t from = (uintptr_t)c->window, a = (uintptr_t)at;

	if (!c->pf->frames || a < from || a > from + c->window_len)
		return false;
	*have = (uint32_t)(from + c->window_len - a);
	return true;
}

void proto_frame(struct proto_call *c, uint8_t type, const uint8_t *at, uint64_t length, const struct tx *tx)
{
	uint32_t have;

	if (!(c->frames >> type & 1) || !at_hand(c, at, &have))
		return;
	const struct open_frame o = {.offset = newest(c) - have, .length = length, .id = ++side_of(c)->id,
				     .type = type};

	if (length <= have || c->flow->proto != 6)
		tell(c, &o, at, have, tx);
	else
		begin(c, &o, at, have);
}

void proto_frame_open(struct proto_call *c, uint8_t type, const uint8_t *at)
{
	uint32_t have;

	if (!(c->frames >> type & 1) || !at_hand(c, at, &have))
		return;
	struct side *s = side_of(c);
	for (unsigned i = 0; i < s->n_open; i++) {
		if (s->open[i].type == type && s->open[i].length == UNKNOWN)
			return; /* it goes on */
	}
	const struct open_frame o = {.offset = newest(c) - have, .length = UNKNOWN, .id = ++s->id, .type = type};

	begin(c, &o, at, have);
}

void proto_frame_close(struct proto_call *c, uint8_t type, uint32_t rest, const struct tx *tx)
{
	struct side *s = c->pf->frames ? side_of(c) : NULL;

	for (unsigned i = 0; s && i < s->n_open; i++) {
		struct open_frame o = s->open[i];

		if (o.type != type || o.length != UNKNOWN || newest(c) < o.offset + rest)
			continue;
		o.length = newest(c) - rest - o.offset;
		tell_open(c, s, &o, tx);
		forget(s, i);
		if (s->n_open == 0)
			proto_drop(&c->proto->mem, &s->bytes);
		return;
	}
}

static void walk(struct proto_call *c, struct side *s)
{
	uint64_t end = newest(c), first = end - c->window_len;

	while (s->next < end && !s->lost) {
		if (s->next < first) {
			s->lost = true; /* a head that is longer than what is kept */
			return;
		}
		uint32_t n = (uint32_t)(end - s->next);
		uint64_t used = c->protocol->record(c, c->window + c->window_len - n, n);

		if (used == 0)
			return;
		s->lost = used == FRAME_LOST;
		s->next += s->lost ? 0 : used;
	}
}

void proto_frames_data(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	if (!c->protocol->frames)
		return;
	if (!c->pf->frames)
		c->pf->frames = proto_take(&c->proto->mem, sizeof(*c->pf->frames));
	if (!c->pf->frames)
		return;
	struct side *s = side_of(c);
	bool stream = c->flow->proto == 6;

	if (!s->begun) {
		s->begun = true;
		s->id = stream && c->frames & FRAME_STREAM;
		s->next = newest(c) - n;
	}
	if (stream) {
		more(c, s, p, n);
	} else {
		s->next = 0;
		s->lost = false;
	}
	if (c->protocol->record)
		walk(c, s);
}

void proto_frames_gap(struct proto_call *c, uint64_t offset)
{
	struct side *s = side_of(c);

	tell_all(c, s);
	s->lost |= s->begun && s->next < offset;
}

void proto_frames_end(struct proto_call *c)
{
	uint8_t dir = c->dir;

	for (c->dir = 0; c->dir < 2; c->dir++)
		tell_all(c, side_of(c));
	c->dir = dir;
	proto_give(&c->proto->mem, c->pf->frames, sizeof(*c->pf->frames));
	c->pf->frames = NULL;
}
