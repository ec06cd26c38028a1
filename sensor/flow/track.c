// SPDX-License-Identifier: Apache-2.0
/* Of a packet: what is told apart before its connection's state is asked, and the state's turn.
 *
 * Source: how Suricata 7 judges connections, read in its sources and tried with connections made at
 *         random (the code is our own); RFC 9293 3.3.2 (states),
 *         RFC 1122 4.2.3.6 (keep-alive), 4.2.2.17 (probes of a window of 0).
 */
#include "flow/track_part.h"

#include "decode/tcp.h"

uint64_t track_events(void)
{
	const uint64_t others = EVENT_BIT(STREAM_overlap) | EVENT_BIT(STREAM_old) |
				EVENT_BIT(STREAM_depth);

	return (EVENT_BIT(STREAM_count) - 1) & ~others;
}

void track_move(struct track *t, enum track_state to)
{
	if (t->state == to)
		return;
	t->before = t->state;
	t->state = to;
	if (to == TRACK_established || t->before < TRACK_established)
		t->half[0].n_sack = t->half[1].n_sack = 0;
}

bool track_reuses(const struct track *t, const struct pkt *p, uint8_t dir)
{
	bool up = dir == t->flip;

	if ((p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN)
		return false;
	if (up && t->bits & TRACK_FAST_LOST)
		return true;
	if (up && t->state != TRACK_none && p->tcp_seq == t->half[0].isn)
		return false;
	return t->state == TRACK_none || t->state >= TRACK_last_ack;
}

static bool plain(const struct track_call *c)
{
	return !(c->flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

static bool keep_alive(struct track_call *c)
{
	if (c->len > 1 || !plain(c) || c->ack != c->rcv->last_ack || c->seq != c->snd->next_seq - 1)
		return false;
	c->snd->bits |= TRACK_HALF_ALIVE;
	return true;
}

static bool keep_alive_ack(struct track_call *c)
{
	uint32_t window = (uint32_t)c->p->tcp_win << c->rcv->wscale;

	if (c->len || !plain(c) || window == 0 || window != c->rcv->window ||
	    !(c->rcv->bits & TRACK_HALF_ALIVE) || c->ack != c->rcv->last_ack || c->seq != c->snd->next_seq)
		return false;
	c->rcv->bits &= (uint8_t)~TRACK_HALF_ALIVE;
	return true;
}

static bool bare_ack(const struct track_call *c)
{
	return c->t->state >= TRACK_established && c->len == 0 && plain(c) && c->flags & TCP_ACK;
}

/* The answer to a probe of a window that is still 0. */
static bool probe_ack(const struct track_call *c)
{
	return bare_ack(c) && c->rcv->bits & TRACK_HALF_PROBE && c->p->tcp_win == 0 && c->rcv->window == 0 &&
	       c->seq == c->snd->next_seq && c->ack == c->rcv->last_ack;
}

static bool last_ack_of_all(const struct track_call *c)
{
	uint8_t s = c->t->state;

	return (s == TRACK_time_wait || s == TRACK_close_wait || s == TRACK_last_ack) && c->flags == TCP_ACK &&
	       c->len == 0 && c->seq == c->snd->next_seq + 1 && c->ack == c->rcv->next_seq + 1;
}

static bool window_update(const struct track_call *c)
{
	uint32_t window = (uint32_t)c->p->tcp_win << c->rcv->wscale;

	return c->t->state >= TRACK_established && c->len == 0 && plain(c) && window != 0 &&
	       window != c->rcv->window && c->ack == c->rcv->last_ack && c->seq == c->snd->next_seq;
}

/* It says to have what was not seen, and shrinks the window by more than that: bytes that are to be
 * expected would be beyond it. 32 bytes more are forgiven where the window is above 1024. */
static bool window_bad(struct track_call *c)
{
	uint32_t window = (uint32_t)c->p->tcp_win << c->rcv->wscale;
	uint32_t said = c->ack - c->rcv->last_ack;

	if (c->t->state < TRACK_established || c->t->state == TRACK_closed || !plain(c) ||
	    window >= c->rcv->window)
		return false;
	uint32_t less = c->rcv->window - window;
	if (less <= c->len || !seq_gt(c->ack, c->rcv->next_seq) || !seq_gt(c->seq, c->snd->next_seq) ||
	    less <= said + (window > 1024 ? 32 : 0))
		return false;
	c->events |= EVENT_BIT(STREAM_bad_window);
	return true;
}

static bool ack_old(const struct track_call *c)
{
	return bare_ack(c) && c->seq == c->snd->next_seq && seq_lt(c->ack, c->rcv->last_ack) &&
	       track_sack_old(c);
}

/* True: its bytes were looked at long ago, and nothing else of it counts. */
static bool spurious(struct track_call *c)
{
	if (c->len == 0 || (!seq_le(c->end, c->snd->last_ack) && !seq_le(c->end, c->snd->base)))
		return false;
	c->events |= EVENT_BIT(STREAM_spurious);
	return seq_le(c->end, c->snd->base);
}

static enum track_fate by_state(struct track_call *c, enum track_state s)
{
	switch (s) {
	case TRACK_none:
		break;
	case TRACK_syn_sent:
		return track_syn_sent(c);
	case TRACK_syn_recv:
		return track_syn_recv(c);
	case TRACK_established:
		return track_established(c);
	case TRACK_fin_wait1:
		return track_fin_wait1(c);
	case TRACK_fin_wait2:
		return track_fin_wait2(c);
	case TRACK_time_wait:
		return track_time_wait(c);
	case TRACK_last_ack:
		return track_last_ack(c);
	case TRACK_close_wait:
		return track_close_wait(c);
	case TRACK_closing:
		return track_closing(c);
	case TRACK_closed:
		break;
	}
	return TRACK_ok;
}

/* A side that a reset was sent to, and that did not send one itself, may not have believed it. */
static enum track_fate closed(struct track_call *c)
{
	struct track *t = c->t;

	if (c->flags & TCP_RST || c->snd->bits & TRACK_HALF_RESET || !(c->rcv->bits & TRACK_HALF_RESET))
		return TRACK_ok;
	if (by_state(c, t->before) == TRACK_rejected)
		return TRACK_rejected;
	if (t->state == TRACK_closed)
		t->state = t->before;
	return TRACK_ok;
}

/* False: the packet is done with before the state is asked. */
static bool counts(struct track_call *c)
{
	if (keep_alive(c))
		return false;
	bool answer = keep_alive_ack(c);
	c->snd->bits &= (uint8_t)~TRACK_HALF_ALIVE;
	if (answer)
		return false;
	bool probed = probe_ack(c);
	c->rcv->bits &= (uint8_t)~TRACK_HALF_PROBE;
	if (probed)
		return false;
	if (!last_ack_of_all(c) && !window_update(c) && (window_bad(c) || ack_old(c)))
		return false;
	return !spurious(c);
}

static void after_reset(struct track_call *c)
{
	if (c->flags & TCP_RST || !(c->rcv->bits & TRACK_HALF_RESET))
		return;
	c->rcv->bits &= (uint8_t)~TRACK_HALF_RESET;
	c->events |= EVENT_BIT(STREAM_rst_inject);
}

static void timestamps(struct track_call *c)
{
	struct bytes o;

	c->has_ts = decode_tcp_option(c->p, TCP_OPT_TIMESTAMP, &o) && bytes_left(&o) == 8;
	if (!c->has_ts)
		return;
	c->ts = bytes_be32(&o);
	c->ts_echo = bytes_be32(&o);
}

uint64_t track_pkt(struct track *t, const struct track_pkt *in)
{
	const struct pkt *p = in->p;

	if (t->state == TRACK_none || track_reuses(t, p, p->dir)) { /* who speaks first is the client */
		bool synack = (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);

		*t = (struct track){.epoch = t->epoch, .flip = (p->dir != 0) != synack};
	}
	uint8_t dir = (uint8_t)(p->dir ^ t->flip);
	struct track_call c = {
		.t = t, .p = p, .snd = &t->half[dir], .rcv = &t->half[!dir], .flags = p->tcp_flags,
		.up = dir == 0, .midstream = in->midstream, .seq = p->tcp_seq,
		.ack = p->tcp_ack, .len = p->payload_wire, .end = p->tcp_seq + p->payload_wire,
	};

	timestamps(&c);
	if (!(c.flags & TCP_ACK) && c.ack != 0)
		c.events |= EVENT_BIT(STREAM_broken_ack);
	if (t->state == TRACK_none) {
		track_none(&c);
		if (t->state == TRACK_none)
			c.events |= EVENT_BIT(STREAM_refused);
		return c.events;
	}
	enum track_fate fate = TRACK_ok;
	if (!counts(&c))
		c.dropped = true;
	else
		fate = t->state == TRACK_closed ? closed(&c) : by_state(&c, t->state);
	if (fate == TRACK_ok && !c.dropped && t->state >= TRACK_established) {
		track_bytes(&c);
		if (c.flags & TCP_ACK)
			track_gap(&c);
	}
	if (fate == TRACK_ok)
		after_reset(&c);
	if (c.dropped || fate == TRACK_rejected)
		c.events |= EVENT_BIT(STREAM_refused);
	return c.events;
}
