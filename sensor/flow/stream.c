// SPDX-License-Identifier: Apache-2.0
/* Reassembly: each direction's payload, once, in order, in pieces of at most FLOW_PIECE_MAX.
 *
 * In order, a segment is copied behind the window's bytes and told at once. Beyond a hole it is
 * held until the hole fills, or is known to stay: the other side acknowledges past it (so it
 * arrived, and our mirror lost it), too much is held, or the flow ends. Then the piece after it
 * says `gap`. An ACK alone moves nothing: mirrors swap packets of opposite directions, and the
 * bytes that it acknowledges may be right behind it.
 *
 * Shape:  a window holds up to FLOW_WINDOW + FLOW_PIECE_MAX bytes and slides when full. Windows,
 *         held segments and streams are 11, 4 and 1 sixteenths of flow.stream_memory. Without room
 *         for a window idle ones are taken away (stream_window.c); a piece without one is told
 *         without bytes before it. Without a free page, or with STREAM_HELD_MAX held, the nearest
 *         hole is given up. All of it is counted.
 * Owns:   its pools. A piece borrows the window, or the packet, for the call.
 * Source: RFC 9293 3.4 and 3.10.7.4; RFC 5961 3.2 (a reset counts only with the exact number);
 *         Ptacek & Newsham 1998 for what an evader does with overlaps.
 */
#include "flow/stream.h"

#include "flow/table.h"
#include "flow/tcp.h"

#define STREAMS_16THS 1u
#define SEGS_16THS    4u
#define WINDOWS_16THS 11u
#define TURN_MISSED   65535u /* bytes that may be missing between a SYN-ACK and what we saw first */

int flow_streams_init(struct flow_streams *m, const struct flow_config *c, unsigned workers,
		      struct flow_counters *count)
{
	uint64_t share = c->streams ? c->stream_memory / workers / 16 : 0;

	int overlap = c->overlap ? frag_policy_find(c->overlap) : FRAG_first;

	*m = (struct flow_streams){.depth = c->stream_depth, .count = count};
	m->overlap = overlap < 0 ? FRAG_first : (enum frag_policy)overlap;
	if (flow_pool_init(&m->streams, sizeof(struct tcp_stream),
			   share * STREAMS_16THS / sizeof(struct tcp_stream) + 1) != 0 ||
	    flow_pool_init(&m->segs, STREAM_PAGE, share * SEGS_16THS / STREAM_PAGE + 1) != 0 ||
	    flow_windows_init(&m->windows, share * WINDOWS_16THS) != 0) {
		flow_streams_fini(m);
		return -1;
	}
	return 0;
}

void flow_streams_fini(struct flow_streams *m)
{
	flow_pool_fini(&m->streams);
	flow_pool_fini(&m->segs);
	flow_windows_fini(&m->windows);
}

static uint32_t seg_seq(const struct stream_call *c, const struct stream_half *h)
{
	return flow_stream_seg(c->m, h->held)->seq;
}

/* Gives a direction's memory back: nothing more is told of it. */
static void done(const struct stream_call *c, struct stream_half *h)
{
	flow_stream_drop_held(c->m, h);
	flow_window_put(c->m, h);
	h->bits |= STREAM_DONE;
}

static uint32_t stream_ref(const struct flow_streams *m, const struct tcp_stream *s)
{
	return (uint32_t)((size_t)((const uint8_t *)s - m->streams.base) / m->streams.size) + 1;
}

/* How much of what was told the other side has. */
static uint64_t acked_of(const struct stream_half *h)
{
	int32_t ahead = (int32_t)(h->ack - h->next_seq);

	if (!(h->bits & STREAM_ACKED))
		return 0;
	if (ahead >= 0)
		return h->offset;
	return (uint64_t)-(int64_t)ahead < h->offset ? h->offset - (uint64_t)-(int64_t)ahead : 0;
}

/* Tells one piece: `len` new bytes at `at`, or none with `fin` alone. */
static void tell(const struct stream_call *c, struct stream_half *h, const uint8_t *at,
		 uint32_t len, bool fin)
{
	static const uint8_t nothing[1];

	if (len && c->f->stream->last != c->dir + 1) {
		c->f->stream->last = (uint8_t)(c->dir + 1);
		h->turn = h->offset;
	}
	struct flow_piece piece = {
		.window = len ? at : nothing,
		.window_len = len,
		.piece_len = len,
		.offset = h->offset,
		.turn = h->turn,
		.acked = acked_of(h),
		.mark = &h->mark,
		.dir = c->dir,
		.gap = h->bits & STREAM_GAP,
		.fin = fin,
	};

	uint8_t *page = flow_window_room(c, h, len);
	if (page) {
		uint32_t back = h->window_len < FLOW_WINDOW ? h->window_len : FLOW_WINDOW;
		if (len)
			memcpy(page + h->window_len, at, len);
		piece.window = page + h->window_len - back;
		piece.window_len = back + len;
		h->window_len = (uint16_t)(h->window_len + len);
	}
	h->bits &= (uint8_t)~STREAM_GAP;
	h->offset += len;
	h->told += len;
	h->next_seq += len;
	count_add(&c->m->count->stream_bytes, len);
	c->m->on_piece(c->m->ctx, c->f, &piece, c->p, c->at);
}

/* Ends a direction; a side that never said anything has nothing to end. */
static void finish(const struct stream_call *c, struct stream_half *h)
{
	if (h->bits & STREAM_DONE)
		return;
	if (h->offset > 0)
		tell(c, h, NULL, 0, true);
	done(c, h);
}

static void deliver(const struct stream_call *c, struct stream_half *h, const uint8_t *at,
		    uint32_t len)
{
	uint64_t left = c->m->depth > h->told ? c->m->depth - h->told : 0;
	bool deep = len > left && !(h->bits & STREAM_DEEP);

	if (deep) {
		count_add(&c->m->count->stream_beyond_depth, len - left);
		len = (uint32_t)left;
	}
	while (len) {
		uint32_t n = len < FLOW_PIECE_MAX ? len : FLOW_PIECE_MAX;
		tell(c, h, at, n, false);
		at += n;
		len -= n;
		if (h->bits & STREAM_QUIT) {
			finish(c, h);
			return;
		}
	}
	if (deep) {
		flow_stream_event(c->m, STREAM_depth);
		h->bits |= STREAM_DEPTH;
		finish(c, h);
	}
}

/* The bytes below `to` will never come. */
static void gap(const struct stream_call *c, struct stream_half *h, uint32_t to)
{
	uint32_t missing = to - h->next_seq;

	count_add(&c->m->count->stream_gaps, 1);
	count_add(&c->m->count->stream_gap_bytes, missing);
	flow_stream_event(c->m, STREAM_gap);
	c->f->seen |= FLOW_GAP;
	h->bits |= STREAM_GAP;
	h->offset += missing;
	h->next_seq = to;
	h->window_len = 0;
}

/* Delivers what is held up to the next hole. */
static void drain(const struct stream_call *c, struct stream_half *h)
{
	while (h->held && !(h->bits & STREAM_DONE)) {
		struct stream_seg *s = flow_stream_seg(c->m, h->held);
		if ((int32_t)(s->seq - h->next_seq) > 0)
			break;
		uint32_t skip = h->next_seq - s->seq;
		if (skip < s->len)
			deliver(c, h, s->at + skip, s->len - skip);
		if (!(h->bits & STREAM_DONE)) /* else it went with the rest */
			flow_stream_pop(c->m, h);
	}
	if (!(h->bits & STREAM_DONE) && (h->bits & STREAM_FIN) &&
	    (int32_t)(h->next_seq - h->fin_seq) >= 0)
		finish(c, h);
}

static void give_up_hole(const struct stream_call *c, struct stream_half *h)
{
	gap(c, h, seg_seq(c, h));
	drain(c, h);
}

/* Holes that the other side says it has filled. */
static void acked(const struct stream_call *c, struct stream_half *h)
{
	while (h->held && !(h->bits & STREAM_DONE) && (h->bits & STREAM_ACKED) &&
	       (int32_t)(h->ack - seg_seq(c, h)) >= 0) {
		count_add(&c->m->count->acked_unseen_bytes, seg_seq(c, h) - h->next_seq);
		give_up_hole(c, h);
	}
	if (!h->held && !(h->bits & STREAM_DONE) && (h->bits & STREAM_FIN) &&
	    (int32_t)(h->ack - h->fin_seq) > 0 && (h->bits & STREAM_ACKED)) {
		count_add(&c->m->count->acked_unseen_bytes, h->fin_seq - h->next_seq);
		gap(c, h, h->fin_seq);
		finish(c, h);
	}
}

static void hold(const struct stream_call *c, struct stream_half *h, uint32_t seq,
		 const uint8_t *at, uint32_t len)
{
	count_add(&c->m->count->stream_ooo, 1);
	if (flow_stream_hold(c->m, h, seq, at, len))
		return;
	count_add(&c->m->count->stream_memcap, 1);
	/* What was held first is told first; then there is room again, here if nowhere else. */
	if (h->held)
		give_up_hole(c, h);
	if (!(h->bits & STREAM_DONE) && (int32_t)(seq + len - h->next_seq) > 0) {
		uint32_t skip = (int32_t)(h->next_seq - seq) > 0 ? h->next_seq - seq : 0;
		if (!flow_stream_hold(c->m, h, seq + skip, at + skip, len - skip))
			count_add(&c->m->count->stream_memcap, 1);
		drain(c, h);
	}
}

/* Bytes below next_seq: told already, or given up. Compares what the window still holds. */
static void old(const struct stream_call *c, const struct stream_half *h, uint32_t seq,
		const uint8_t *at, uint32_t len)
{
	uint32_t back = h->next_seq - seq; /* >= len */

	count_add(&c->m->count->stream_old, 1);
	if (len == 1 && back == 1) /* a keep-alive's byte means nothing */
		return;
	bool acked = (h->bits & STREAM_ACKED) && (int32_t)(h->ack - (seq + len)) >= 0;
	if (!acked && (!h->window || back > h->window_len))
		flow_stream_event(c->m, STREAM_old);
	if (!h->window)
		return;
	if (back > h->window_len) {
		uint32_t beyond = back - h->window_len;
		if (beyond >= len)
			return;
		at += beyond;
		len -= beyond;
		back = h->window_len;
	}
	const uint8_t *page = flow_window_at(c->m, h->window);
	flow_stream_conflict(c->m, page + h->window_len - back, at, len);
}

/* One segment: `len` bytes of the `wire` it had. */
static void segment(const struct stream_call *c, struct stream_half *h, uint32_t seq,
		    const uint8_t *at, uint32_t len, uint32_t wire)
{
	while (wire && !(h->bits & STREAM_DONE)) {
		int32_t ahead = (int32_t)(seq - h->next_seq);
		if (ahead > 0) {
			if (len)
				hold(c, h, seq, at, len);
			return;
		}
		uint32_t behind = (uint32_t)-ahead, n;
		if (behind) {
			n = behind < wire ? behind : wire;
			old(c, h, seq, at, n < len ? n : len);
		} else if (len) {
			if (h->held && c->m->overlap != FRAG_first)
				flow_stream_replace(c->m, h, seq, at, len);
			uint32_t room = h->held ? seg_seq(c, h) - seq : len;
			n = len < room ? len : room;
			deliver(c, h, at, n);
			drain(c, h);
		} else { /* cut by the capture: never to be had */
			uint32_t room = h->held ? seg_seq(c, h) - seq : wire;
			n = wire < room ? wire : room;
			gap(c, h, seq + n);
			drain(c, h);
		}
		seq += n;
		wire -= n;
		at += n < len ? n : len;
		len -= n < len ? n : len;
	}
}

static void start(struct stream_half *h, uint32_t seq)
{
	if (h->bits & STREAM_STARTED)
		return;
	h->bits |= STREAM_STARTED;
	h->next_seq = seq;
}

/* The flow's stream, made when there is a reason: payload, or a SYN-ACK, which is the last moment
 * when both directions' first numbers are known. A SYN alone takes none: scans are many. */
static struct tcp_stream *stream_of(struct flow_streams *m, struct flow *f, const struct pkt *p)
{
	bool synack = (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);

	if (f->stream || (f->seen & FLOW_NO_STREAM) || (p->tcp_flags & TCP_RST))
		return f->stream;
	if (p->payload_wire == 0 && !(synack && (f->seen & FLOW_SYN)))
		return NULL;
	uint32_t ref = flow_pool_get(&m->streams);
	if (!ref) {
		count_add(&m->count->stream_memcap, 1);
		f->seen |= FLOW_NO_STREAM;
		return NULL;
	}
	f->stream = flow_pool_at(&m->streams, ref);
	*f->stream = (struct tcp_stream){.half = {{.offset = 0}}};
	if (f->seen & FLOW_SYN)
		start(&f->stream->half[FLOW_to_server], f->isn + 1);
	return f->stream;
}

bool flow_stream_answers(const struct flow *f, const struct pkt *synack)
{
	const struct tcp_stream *s = f->stream;

	if (!s)
		return true;
	const struct stream_half *asked = &s->half[!synack->dir];
	/* The number after its SYN, or some way before the first byte we saw. */
	return !(s->half[synack->dir].bits & STREAM_STARTED) && (asked->bits & STREAM_STARTED) &&
	       asked->next_seq - synack->tcp_ack <= asked->offset + TURN_MISSED;
}

void flow_stream_turn(struct flow_streams *m, struct flow *f, const struct order *at)
{
	struct tcp_stream *s = f->stream;
	const struct flow_piece piece = {.window = (const uint8_t *)"", .turned = true};

	if (!s)
		return;
	struct stream_half old = s->half[0];
	s->half[0] = s->half[1];
	s->half[1] = old;
	s->last = s->last ? (uint8_t)(3 - s->last) : 0;
	flow_windows_turn(m, s);
	m->on_piece(m->ctx, f, &piece, NULL, at);
}

/* A FIN below what was told is a lie; of two, the nearer is believed. */
static bool fin_at(struct stream_half *h, uint32_t seq)
{
	if ((int32_t)(seq - h->next_seq) < 0)
		return false;
	if ((h->bits & STREAM_FIN) && (int32_t)(seq - h->fin_seq) >= 0)
		return false;
	h->fin_seq = seq;
	h->bits |= STREAM_FIN;
	return true;
}

static void reset(struct stream_call *c, struct tcp_stream *s)
{
	struct stream_half *h = &s->half[c->p->dir];

	if ((h->bits & STREAM_STARTED) && h->next_seq != c->p->tcp_seq)
		return; /* the receiver would not believe it either */
	for (c->dir = 0; c->dir < 2; c->dir++) {
		h = &s->half[c->dir];
		while (h->held && !(h->bits & STREAM_DONE))
			give_up_hole(c, h);
		finish(c, h);
	}
}

void flow_stream_pkt(struct flow_streams *m, struct flow *f, const struct pkt *p)
{
	struct order at = {p->seq, p->time_ns, ORDER_rule};
	struct stream_call c = {.m = m, .f = f, .p = p, .at = &at, .dir = p->dir};
	struct tcp_stream *s = stream_of(m, f, p);

	if (!s)
		return;
	if (p->tcp_flags & TCP_RST) {
		reset(&c, s);
		return;
	}
	uint32_t seq = p->tcp_seq + ((p->tcp_flags & TCP_SYN) != 0);
	struct stream_half *h = &s->half[p->dir], *other = &s->half[!p->dir];
	if (p->tcp_flags & TCP_ACK) {
		if (!(other->bits & STREAM_ACKED) || (int32_t)(p->tcp_ack - other->ack) > 0)
			other->ack = p->tcp_ack;
		other->bits |= STREAM_ACKED;
		c.dir = !p->dir;
		acked(&c, other);
		c.dir = p->dir;
	}
	if ((p->tcp_flags & TCP_SYN) || p->payload_wire)
		start(h, seq);
	if ((h->bits & (STREAM_QUIT | STREAM_DONE)) == STREAM_QUIT)
		finish(&c, h);
	if (h->bits & STREAM_DONE) {
		if (h->bits & (STREAM_DEPTH | STREAM_QUIT))
			count_add(&m->count->stream_beyond_depth, p->payload_wire);
		else
			count_add(&m->count->stream_old, p->payload_wire != 0);
		return;
	}
	bool fin = (p->tcp_flags & TCP_FIN) && (h->bits & STREAM_STARTED) &&
		   fin_at(h, seq + p->payload_wire);
	if (p->payload_wire)
		segment(&c, h, seq, p->payload, p->payload_len, p->payload_wire);
	if (fin)
		drain(&c, h);
	acked(&c, h);
}

/* Bytes the other side acknowledged that never came; one alone is a FIN's number. */
static void count_unseen(const struct stream_call *c, const struct stream_half *h)
{
	uint32_t unseen = h->ack - h->next_seq;

	if ((h->bits & (STREAM_ACKED | STREAM_STARTED | STREAM_DONE)) ==
		    (STREAM_ACKED | STREAM_STARTED) &&
	    (int32_t)unseen > 1)
		count_add(&c->m->count->acked_unseen_bytes, unseen);
}

void flow_stream_end(struct flow_streams *m, struct flow *f, const struct order *at)
{
	struct stream_call c = {.m = m, .f = f, .p = NULL, .at = at};
	struct tcp_stream *s = f->stream;

	if (!s)
		return;
	m->events = 0;
	for (c.dir = 0; c.dir < 2; c.dir++) {
		struct stream_half *h = &s->half[c.dir];
		while (h->held && !(h->bits & STREAM_DONE))
			give_up_hole(&c, h);
		count_unseen(&c, h);
		finish(&c, h);
	}
	f->events |= m->events;
	m->events = 0;
	flow_pool_put(&m->streams, stream_ref(m, s));
	f->stream = NULL;
}

void flow_stream_quit(struct flow *f, uint8_t dir)
{
	if (f->stream)
		f->stream->half[dir].bits |= STREAM_QUIT;
}

void flow_stream_deep(struct flow *f)
{
	if (!f->stream)
		return;
	f->stream->half[0].bits |= STREAM_DEEP;
	f->stream->half[1].bits |= STREAM_DEEP;
}

bool flow_stream_said(const struct flow_table *t, const struct flow *f, uint8_t dir,
		      const uint8_t **at, uint32_t *n)
{
	const struct stream_half *h = f->stream ? &f->stream->half[dir] : NULL;

	if (!h || !h->window || !h->window_len)
		return false;
	*n = h->window_len < FLOW_WINDOW ? h->window_len : FLOW_WINDOW;
	*at = flow_window_at(&t->streams, h->window) + h->window_len - *n;
	return true;
}
