// SPDX-License-Identifier: Apache-2.0
/* From nothing to an open connection.
 *
 * Several SYNs or SYN-ACKs that differ are all remembered, up to a bound: only what answers one of them
 * tells which was real.
 *
 * Source: RFC 9293 3.5, RFC 7413 (fast open), RFC 7323 2 and 3; Suricata 7.0.10 by trying it.
 */
#include "flow/track_part.h"

#include "decode/tcp.h"

#include <string.h>

#define WSCALE_MAX 14 /* RFC 7323 2.3; taken where the handshake was not seen */
#define OPT_FAST_OPEN 34

static bool fast_open_option(const struct pkt *p)
{
	struct bytes o;

	if (decode_tcp_option(p, OPT_FAST_OPEN, &o))
		return true;
	return (decode_tcp_option(p, 253, &o) || decode_tcp_option(p, 254, &o)) && bytes_be16(&o) == 0xf989;
}

static uint32_t second(const struct track_call *c)
{
	return (uint32_t)(c->p->time_ns / 1000000000u);
}

static bool wscale(const struct pkt *p, uint8_t *shift)
{
	struct bytes o;

	*shift = 0;
	if (!decode_tcp_option(p, TCP_OPT_WSCALE, &o) || bytes_left(&o) != 1)
		return false;
	*shift = bytes_u8(&o);
	*shift = *shift > WSCALE_MAX ? 0 : *shift;
	return true;
}

static struct track_queued as_queued(const struct track_call *c)
{
	struct track_queued q = {.seq = c->seq, .ack = c->ack, .win = c->p->tcp_win};
	struct bytes o;

	if (wscale(c->p, &q.wscale))
		q.has |= TRACK_HAS_WSCALE;
	if (decode_tcp_option(c->p, TCP_OPT_SACK_OK, &o))
		q.has |= TRACK_HAS_SACK;
	if (c->has_ts) {
		q.has |= TRACK_HAS_TS;
		q.ts = c->ts;
	}
	return q;
}

static void half_begins(struct track_half *h, uint32_t isn)
{
	h->isn = isn;
	h->base = h->next_seq = h->have = isn + 1;
}

static void half_ts(struct track_half *h, uint32_t ts, uint32_t now_s)
{
	h->last_ts = ts;
	h->last_ts_s = now_s;
	if (ts == 0)
		h->bits |= TRACK_HALF_TS0;
}

static void syn(struct track_call *c)
{
	struct track *t = c->t;

	track_move(t, TRACK_syn_sent);
	half_begins(c->snd, c->seq);
	if (c->has_ts) {
		half_ts(c->snd, c->ts, second(c));
		c->snd->bits |= TRACK_HALF_TS;
	}
	c->rcv->window = c->p->tcp_win;
	if (wscale(c->p, &c->rcv->wscale))
		t->bits |= TRACK_WSCALE;
	if (fast_open_option(c->p)) {
		t->bits |= TRACK_FAST_OPEN;
		c->snd->next_seq += c->len;
	}
}

static void both_ts(struct track_call *c)
{
	if (!c->has_ts)
		return;
	half_ts(c->snd, c->ts, second(c));
	half_ts(c->rcv, c->ts_echo, 0);
	c->t->bits |= TRACK_TIMESTAMPS;
}

/* Picked up inside: what is not known is taken as large as it can be. */
static void midstream(struct track_call *c)
{
	bool fin = c->flags & TCP_FIN;

	track_move(c->t, fin ? TRACK_fin_wait1 : TRACK_established);
	c->t->bits = TRACK_MIDSTREAM | TRACK_MID_OPEN;
	c->snd->wscale = c->rcv->wscale = WSCALE_MAX;
	half_begins(c->snd, c->seq - 1);
	c->snd->next_seq = c->end + fin;
	c->snd->window = (uint32_t)c->p->tcp_win << WSCALE_MAX;
	c->snd->last_ack = c->seq;
	c->snd->next_win = c->snd->last_ack + c->snd->window;
	half_begins(c->rcv, c->ack - 1);
	c->rcv->last_ack = c->rcv->next_win = c->ack;
	both_ts(c);
}

static void midstream_synack(struct track_call *c)
{
	track_move(c->t, TRACK_syn_recv);
	c->t->bits = TRACK_MIDSTREAM | TRACK_MID_SYNACK;
	half_begins(c->snd, c->seq);
	c->snd->window = c->p->tcp_win;
	half_begins(c->rcv, c->ack - 1);
	c->rcv->last_ack = c->ack;
	c->snd->last_ack = c->seq;
	c->snd->next_win = c->snd->last_ack + c->snd->window;
	if (wscale(c->p, &c->rcv->wscale))
		c->snd->wscale = WSCALE_MAX;
	both_ts(c);
}

enum track_fate track_none(struct track_call *c)
{
	if (c->flags & TCP_RST)
		return track_reject(c, STREAM_rst_no_session);
	if (c->flags & TCP_FIN) {
		if (!c->midstream || c->len == 0)
			return track_reject(c, STREAM_fin_no_session);
		midstream(c);
	} else if ((c->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK)) {
		if (c->midstream)
			midstream_synack(c);
	} else if (c->flags & TCP_SYN) {
		syn(c);
	} else if (c->flags & TCP_ACK && c->midstream) {
		midstream(c);
	}
	return TRACK_ok;
}

/* The SYN of `q` is the one that was answered. */
static void apply_syn(struct track *t, const struct track_queued *q, uint32_t now_s)
{
	struct track_half *client = &t->half[0], *server = &t->half[1];

	if (q->has & TRACK_HAS_TS) {
		client->last_ts = q->ts;
		client->last_ts_s = now_s;
		client->bits |= TRACK_HALF_TS;
	}
	server->wscale = q->has & TRACK_HAS_WSCALE ? q->wscale : 0;
	if (q->has & TRACK_HAS_WSCALE)
		t->bits |= TRACK_WSCALE;
	server->window = q->win;
}

/* The SYN as it was kept. */
static struct track_queued syn_kept(const struct track *t)
{
	const struct track_half *client = &t->half[0], *server = &t->half[1];
	struct track_queued q = {.seq = client->isn, .win = (uint16_t)server->window};

	if (t->bits & TRACK_WSCALE) {
		q.has |= TRACK_HAS_WSCALE;
		q.wscale = server->wscale;
	}
	if (client->bits & TRACK_HALF_TS) {
		q.has |= TRACK_HAS_TS;
		q.ts = client->last_ts;
	}
	return q;
}

static bool syn_is_queued(const struct track *t, const struct track_queued *q)
{
	for (unsigned i = 0; i < t->n_queued; i++) {
		const struct track_queued *o = &t->queued[i];
		bool ts = q->has & TRACK_HAS_TS;
		if (o->seq == q->seq && (ts ? o->has & TRACK_HAS_TS && o->ts == q->ts : !(o->has & TRACK_HAS_TS)))
			return true;
	}
	return false;
}

/* Another SYN of the client: the newest is believed, those before are kept. */
static void syn_again(struct track_call *c)
{
	struct track *t = c->t;
	struct track_queued now = as_queued(c), old = syn_kept(t);
	bool same = now.seq == old.seq && now.ts == old.ts && now.win == old.win && now.wscale == old.wscale &&
		    now.has == (old.has | (now.has & TRACK_HAS_SACK));

	if (!same && !syn_is_queued(t, &old)) {
		if (t->n_queued == TRACK_SYNS) {
			c->events |= EVENT_BIT(STREAM_syn_flood);
			memmove(t->queued, t->queued + 1, (TRACK_SYNS - 1) * sizeof(t->queued[0]));
			t->n_queued--;
		}
		t->queued[t->n_queued++] = old;
	}
	apply_syn(t, &now, second(c));
}

/* The server's first number and what it offers, by a SYN-ACK. */
static void synack_take(struct track_call *c, const struct track_queued *q)
{
	struct track *t = c->t;
	struct track_half *client = &t->half[0], *server = &t->half[1];

	track_move(t, TRACK_syn_recv);
	half_begins(server, q->seq);
	client->window = q->win;
	if (q->has & TRACK_HAS_TS && client->bits & TRACK_HALF_TS) {
		half_ts(server, q->ts, second(c));
		t->bits |= TRACK_TIMESTAMPS;
	} else {
		client->last_ts = server->last_ts = 0;
		client->bits &= (uint8_t)~TRACK_HALF_TS0;
	}
	client->last_ack = q->ack;
	server->last_ack = server->isn + 1;
	client->wscale = t->bits & TRACK_WSCALE && q->has & TRACK_HAS_WSCALE ? q->wscale : 0;
	server->next_win = server->last_ack + server->window;
	client->next_win = client->last_ack + client->window;
	t->bits &= (uint16_t)~TRACK_FOUR_WAY;
}

/* An answer to a SYN must echo its timestamp, and have none where that had none. */
static bool echo_fits(const struct track_call *c)
{
	const struct track_half *client = &c->t->half[0];

	if (c->up || !c->has_ts || c->ts_echo == 0)
		return true;
	if (client->bits & TRACK_HALF_TS)
		return client->last_ts == 0 || c->ts_echo == client->last_ts;
	return client->last_ts != 0;
}

static enum track_fate synack(struct track_call *c)
{
	struct track *t = c->t;
	struct track_half *client = c->rcv;
	bool fast = t->bits & TRACK_FAST_OPEN || fast_open_option(c->p), echo = echo_fits(c);
	bool plain = c->ack == client->isn + 1, data = fast && c->ack == client->next_seq;
	const struct track_queued *found = NULL;

	if (!plain && !data)
		return track_reject(c, STREAM_synack_wrong_ack);
	if (!echo) {
		for (unsigned i = 0; i < t->n_queued && !found; i++) {
			const struct track_queued *q = &t->queued[i];
			bool ts = c->has_ts && q->has & TRACK_HAS_TS && q->ts == c->ts_echo;
			if (ts)
				found = q;
		}
		if (!found)
			return track_reject(c, STREAM_invalid_ts);
		apply_syn(t, found, second(c));
	} else if (fast && !data) {
		client->next_seq = client->isn;
		c->events |= EVENT_BIT(STREAM_fast_open_lost);
		t->bits |= TRACK_FAST_LOST;
	}
	if (fast)
		t->bits |= TRACK_FAST_OPEN;
	t->n_queued = 0;
	const struct track_queued q = as_queued(c);
	synack_take(c, &q);
	return TRACK_ok;
}

/* Both sides sent a SYN: the client answers the server's. */
static enum track_fate synack_up(struct track_call *c)
{
	struct track *t = c->t;
	uint8_t shift;

	if (!(t->bits & TRACK_FOUR_WAY))
		return track_reject(c, STREAM_synack_up);
	if (c->ack != c->rcv->isn + 1)
		return track_reject(c, STREAM_four_wrong_ack);
	if (c->seq != c->snd->isn)
		return track_reject(c, STREAM_four_wrong_syn);
	track_move(t, TRACK_syn_recv);
	half_begins(c->snd, c->seq);
	c->rcv->window = c->p->tcp_win;
	if (c->has_ts && c->rcv->bits & TRACK_HALF_TS) {
		half_ts(c->snd, c->ts, second(c));
		t->bits |= TRACK_TIMESTAMPS;
	} else {
		c->snd->last_ts = c->rcv->last_ts = 0;
		c->rcv->bits &= (uint8_t)~TRACK_HALF_TS0;
	}
	c->rcv->last_ack = c->ack;
	c->snd->last_ack = c->snd->isn + 1;
	bool has = wscale(c->p, &shift);
	c->rcv->wscale = t->bits & TRACK_WSCALE && has ? shift : 0;
	c->snd->next_win = c->snd->last_ack + c->snd->window;
	c->rcv->next_win = c->rcv->last_ack + c->rcv->window;
	return TRACK_ok;
}

static void syn_down(struct track_call *c)
{
	c->t->bits |= TRACK_FOUR_WAY;
	half_begins(c->snd, c->seq);
	if (c->has_ts) {
		half_ts(c->snd, c->ts, second(c));
		c->snd->bits |= TRACK_HALF_TS;
	}
	c->snd->window = c->p->tcp_win;
	c->t->bits &= (uint16_t)~TRACK_WSCALE;
	if (wscale(c->p, &c->snd->wscale))
		c->t->bits |= TRACK_WSCALE;
}

static enum track_fate reset_early(struct track_call *c)
{
	if (!track_reset_fits(c))
		return TRACK_rejected;
	if (c->up && (c->seq != c->snd->isn || c->p->tcp_win != 0 || c->ack != c->snd->isn + 1))
		return TRACK_ok;
	c->rcv->bits |= TRACK_HALF_RESET;
	track_move(c->t, TRACK_closed);
	return TRACK_ok;
}

enum track_fate track_syn_sent(struct track_call *c)
{
	if ((c->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return c->up ? synack_up(c) : synack(c);
	if (!echo_fits(c))
		return track_reject(c, STREAM_invalid_ts);
	if (c->flags & TCP_RST)
		return reset_early(c);
	if (c->flags & TCP_FIN)
		return TRACK_ok;
	if (c->flags & TCP_SYN) {
		if (c->up)
			syn_again(c);
		else
			syn_down(c);
	}
	return TRACK_ok;
}

static enum track_fate synack_again(struct track_call *c)
{
	struct track *t = c->t;
	const struct track_queued now = as_queued(c);

	if (c->up)
		return track_reject(c, STREAM_synack_up_answered);
	if (c->ack != c->rcv->last_ack)
		return track_reject(c, STREAM_synack_other_ack);
	if (c->seq == c->snd->isn)
		return TRACK_ok;
	for (unsigned i = 0; i < t->n_queued; i++) {
		const struct track_queued *q = &t->queued[i];
		if (q->seq == now.seq && q->ack == now.ack && q->ts == now.ts && q->win == now.win &&
		    q->wscale == now.wscale && q->has == now.has)
			return TRACK_ok;
	}
	if (t->n_queued == TRACK_SYNACKS)
		return track_reject(c, STREAM_synack_flood);
	t->queued[t->n_queued++] = now;
	return TRACK_ok;
}

/* The packet is beyond what was seen, by itself or by what it acknowledges: some were not on the mirror.
 * `other`: what the sender of this one is waited for to say. */
static void opens(struct track_call *c, bool missed)
{
	track_ts_take(c);
	if (missed)
		c->snd->next_seq = c->end;
	track_ack_take(c, c->rcv, c->ack);
	if (!missed)
		c->snd->next_seq += c->len;
	track_grant(c);
	c->rcv->next_win = c->rcv->last_ack + c->rcv->window;
	if (c->t->bits & TRACK_MIDSTREAM) {
		c->snd->window = (uint32_t)c->p->tcp_win << c->snd->wscale;
		if (!missed)
			c->snd->next_win = c->snd->last_ack + c->snd->window;
		if (missed || !(c->t->bits & TRACK_MID_SYNACK))
			c->snd->wscale = c->rcv->wscale = WSCALE_MAX;
	}
	track_move(c->t, TRACK_established);
}

static enum track_fate four_way_ack(struct track_call *c)
{
	if (c->seq != c->snd->next_seq)
		return track_reject(c, STREAM_four_wrong_seq);
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_four_invalid_ack);
	track_ts_take(c);
	track_ack_take(c, c->rcv, c->ack);
	c->snd->next_seq += c->len;
	track_grant(c);
	c->rcv->next_win = c->rcv->last_ack + c->rcv->window;
	track_move(c->t, TRACK_established);
	return TRACK_ok;
}

/* Packets of the server before the client's last: that one was not on the mirror. */
static bool opens_down(struct track_call *c)
{
	const struct track_half *client = c->rcv;

	if (seq_gt(c->seq, client->next_seq) && seq_gt(c->ack, client->last_ack)) {
		track_ts_take(c);
		track_ack_take(c, c->rcv, c->ack);
		c->snd->next_seq = c->end;
		track_grant(c);
		c->rcv->next_win = c->rcv->last_ack + c->rcv->window;
		c->rcv->window = c->p->tcp_win;
		c->snd->next_win = c->snd->last_ack + c->snd->window;
		track_move(c->t, TRACK_established);
		return true;
	}
	return false;
}

static bool fits_after_lost_ack(struct track_call *c, bool missed)
{
	struct track_half *client = &c->t->half[0], *server = &c->t->half[1];

	if ((!missed && !(c->t->bits & TRACK_FAST_OPEN)) || c->ack != client->last_ack ||
	    c->seq != server->next_seq)
		return false;
	server->next_seq = c->end;
	server->window = (uint32_t)c->p->tcp_win << server->wscale;
	server->next_win = server->last_ack + server->window;
	track_move(c->t, TRACK_established);
	return true;
}

static enum track_fate ack(struct track_call *c)
{
	struct track *t = c->t;
	struct track_half *client = &t->half[0], *server = &t->half[1];

	for (unsigned i = 0; i < t->n_queued; i++) {
		const struct track_queued q = t->queued[i];
		if (q.seq != c->ack - 1 || q.ack != c->seq)
			continue;
		synack_take(c, &q);
		break;
	}
	if (!track_ts_fits(c))
		return TRACK_rejected;
	if (t->bits & TRACK_FOUR_WAY && !c->up)
		return four_way_ack(c);
	bool missed = !c->up && !(t->bits & (TRACK_MID_SYNACK | TRACK_FAST_OPEN));
	if (c->seq == client->next_seq && c->ack == server->next_seq)
		opens(c, false);
	else if (c->seq == client->next_seq)
		return track_reject(c, STREAM_ack_evasion);
	else if (!c->up && opens_down(c))
		return TRACK_ok;
	else if (seq_gt(c->seq, client->next_seq) && seq_le(c->seq, client->next_win) &&
		 c->ack == server->next_seq)
		opens(c, true);
	else if (!fits_after_lost_ack(c, missed))
		return track_reject(c, STREAM_ack_wrong);
	return TRACK_ok;
}

enum track_fate track_syn_recv(struct track_call *c)
{
	if (c->flags & TCP_RST) {
		if (!track_reset_fits(c))
			return TRACK_rejected;
		track_move(c->t, TRACK_closed);
		track_ts_take(c);
		return TRACK_ok;
	}
	if (c->flags & TCP_FIN)
		return track_ts_fits(c) ? track_fin(c) : TRACK_rejected;
	if ((c->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return synack_again(c);
	if (c->flags & TCP_SYN)
		return !c->up			  ? track_reject(c, STREAM_syn_down)
		       : c->seq != c->snd->isn ? track_reject(c, STREAM_syn_resend_diff_seq)
					       : TRACK_ok;
	return c->flags & TCP_ACK ? ack(c) : TRACK_ok;
}
