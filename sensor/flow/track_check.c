// SPDX-License-Identifier: Apache-2.0
/* What a packet's numbers must be: acknowledgement, timestamp, reset.
 *
 * Hosts differ about timestamps and resets; who is asked here is what Debian's suricata.yaml takes for
 * granted: Windows behind IPv4, BSD behind IPv6.
 *
 * Source: RFC 9293 3.10.7.4, RFC 7323 5 (PAWS), RFC 2018 (SACK); Suricata 7.0.10 by trying it.
 */
#include "base/clock.h"
#include "decode/tcp.h"
#include "flow/track_part.h"

#define PAWS_S 2073600u /* 24 days: a timestamp older than that says nothing */

bool track_ack_fits(struct track_call *c)
{
	const struct track_half *h = c->rcv;
	uint32_t ack = c->ack;

	if (!(c->flags & TCP_ACK) || ack == h->last_ack)
		return true;
	if (seq_gt(ack, h->last_ack) && seq_le(ack, h->next_win))
		return true;
	if (seq_lt(ack, h->last_ack) && (h->window == 0 || !seq_lt(ack, h->last_ack - h->window)))
		return true;
	/* The reset that answers a SYN: no window is known. */
	if (!seq_lt(ack, h->last_ack) && c->t->state == TRACK_syn_sent && !c->up && c->flags & TCP_RST &&
	    ack == h->isn + 1)
		return true;
	c->events |= EVENT_BIT(STREAM_invalid_ack);
	return false;
}

static bool is_windows(const struct track_call *c)
{
	return c->p->net == PKT_ip4;
}

static uint32_t now_s(const struct track_call *c)
{
	return (uint32_t)(c->p->time_ns / NS_PER_S);
}

static bool ts_ages(const struct track_call *c, uint32_t last_s)
{
	return now_s(c) > last_s + PAWS_S;
}

/* `last_ts` is the timestamp to beat. */
static bool ts_newer(const struct track_call *c, uint32_t last_ts, uint32_t last_s)
{
	bool old = (int32_t)(c->ts - last_ts) < -1 || (c->snd->last_ts != 0 && ts_ages(c, last_s));

	return !old || (c->snd->next_seq == c->seq && ts_ages(c, last_s));
}

static uint32_t ts_last_s(const struct track_call *c)
{
	bool unknown = c->snd->last_ts_s == 0 && c->t->bits & TRACK_MIDSTREAM;

	return unknown ? now_s(c) : c->snd->last_ts_s;
}

static bool ts_zero_bad(const struct track_call *c)
{
	return c->ts == 0 && !is_windows(c);
}

/* A handshake with the timestamp 0: the next one counts from itself. */
static bool ts_from_zero(const struct track_call *c)
{
	return c->snd->bits & TRACK_HALF_TS0 && is_windows(c) && c->snd->next_seq == c->seq;
}

bool track_ts_fits(struct track_call *c)
{
	if (!(c->t->bits & TRACK_TIMESTAMPS) || !c->has_ts)
		return true;
	if (!ts_zero_bad(c) && (ts_from_zero(c) || ts_newer(c, c->snd->last_ts, ts_last_s(c))))
		return true;
	c->events |= EVENT_BIT(STREAM_invalid_ts);
	return false;
}

void track_ts_take(struct track_call *c)
{
	struct track_half *h = c->snd;

	if (!(c->t->bits & TRACK_TIMESTAMPS) || !c->has_ts)
		return;
	bool zero = ts_from_zero(c);
	if (is_windows(c))
		h->bits &= (uint8_t)~TRACK_HALF_TS0;
	if (zero) {
		h->last_ts = c->ts;
		return;
	}
	h->last_ts_s = ts_last_s(c);
	if (ts_zero_bad(c) || !ts_newer(c, h->last_ts, h->last_ts_s)) {
		c->events |= EVENT_BIT(STREAM_invalid_ts);
		return;
	}
	if (h->next_seq == c->seq)
		h->last_ts = c->ts;
	h->last_ts_s = now_s(c);
}

bool track_reset_fits(struct track_call *c)
{
	if (c->t->bits & TRACK_GAP)
		return true;
	if (!track_ts_fits(c))
		return false;
	if (c->ack && !track_ack_fits(c)) {
		c->events |= EVENT_BIT(STREAM_rst_invalid_ack);
		return false;
	}
	struct bytes option; /* whether a signed one is believed cannot be known */
	if (decode_tcp_option(c->p, 19, &option) || decode_tcp_option(c->p, 29, &option))
		c->rcv->bits |= TRACK_HALF_RESET;
	return c->seq == c->snd->next_seq;
}

/* Bytes beyond a hole are remembered as one range. */
void track_bytes(struct track_call *c)
{
	struct track_half *h = c->snd;

	if (c->len == 0)
		return;
	if (seq_le(c->seq, h->have)) {
		h->have = seq_gt(c->end, h->have) ? c->end : h->have;
	} else if (h->beyond_from == h->beyond_to) {
		h->beyond_from = c->seq;
		h->beyond_to = c->end;
	} else {
		h->beyond_from = seq_lt(c->seq, h->beyond_from) ? c->seq : h->beyond_from;
		h->beyond_to = seq_gt(c->end, h->beyond_to) ? c->end : h->beyond_to;
	}
	if (h->beyond_from != h->beyond_to && seq_le(h->beyond_from, h->have)) {
		h->have = seq_gt(h->beyond_to, h->have) ? h->beyond_to : h->have;
		h->beyond_from = h->beyond_to = 0;
	}
}

void track_gap(struct track_call *c)
{
	struct track_half *h = c->rcv;
	uint32_t ack = h->last_ack - (c->t->state >= TRACK_fin_wait1);

	if (!seq_gt(ack, h->have))
		return;
	c->events |= EVENT_BIT(STREAM_gap);
	h->have = ack;
	if (h->beyond_from == h->beyond_to || seq_gt(h->beyond_from, ack))
		return;
	c->t->bits |= TRACK_GAP;
	h->have = seq_gt(h->beyond_to, ack) ? h->beyond_to : ack;
	h->beyond_from = h->beyond_to = 0;
}

bool track_repeats(struct track_call *c)
{
	if (c->len == 0 || (!seq_le(c->end, c->snd->next_seq) && !seq_le(c->end, c->snd->last_ack) &&
			    !(seq_lt(c->seq, c->snd->last_ack) && seq_gt(c->end, c->snd->last_ack))))
		return false;
	c->events |= EVENT_BIT(STREAM_retransmission);
	return true;
}

/* Ranges below the acknowledgement are of no more use. */
static void sack_prune(struct track *t, struct track_half *h)
{
	struct track_range *r = t->sack[h - t->half];
	unsigned n = 0;

	for (unsigned i = 0; i < h->n_sack; i++) {
		if (seq_le(r[i].to, h->last_ack))
			continue;
		r[n] = r[i];
		if (seq_lt(r[n].from, h->last_ack))
			r[n].from = h->last_ack;
		n++;
	}
	h->n_sack = (uint8_t)n;
}

void track_ack_take(struct track_call *c, struct track_half *h, uint32_t ack)
{
	if (!seq_gt(ack, h->last_ack) || !seq_gt(ack, h->base))
		return;
	h->last_ack = ack;
	if (c->t->state >= TRACK_established)
		sack_prune(c->t, h);
}

static void sack_put(struct track *t, struct track_half *h, struct track_range add)
{
	struct track_range *r = t->sack[h - t->half];
	unsigned n = 0, at = 0;

	for (unsigned i = 0; i < h->n_sack; i++) { /* what it touches becomes part of it */
		if (seq_lt(r[i].to, add.from) || seq_lt(add.to, r[i].from)) {
			r[n++] = r[i];
			continue;
		}
		add.from = seq_lt(r[i].from, add.from) ? r[i].from : add.from;
		add.to = seq_gt(r[i].to, add.to) ? r[i].to : add.to;
	}
	h->n_sack = (uint8_t)n;
	if (n == TRACK_SACKS)
		return;
	while (at < n && seq_lt(r[at].from, add.from))
		at++;
	memmove(r + at + 1, r + at, (n - at) * sizeof(*r));
	r[at] = add;
	h->n_sack++;
}

void track_sack_take(struct track_call *c)
{
	struct track_half *h = c->rcv;
	struct bytes o;

	if (!decode_tcp_option(c->p, TCP_OPT_SACK, &o))
		return;
	while (bytes_left(&o) >= 8) {
		struct track_range r;
		r.from = bytes_be32(&o);
		r.to = bytes_be32(&o);
		if (seq_le(r.to, h->last_ack))
			continue;
		if (seq_gt(r.to, h->next_win) || !seq_lt(r.from, r.to))
			return;
		if (seq_lt(r.from, h->last_ack))
			r.from = h->last_ack;
		sack_put(c->t, h, r);
	}
}

bool track_sack_old(const struct track_call *c)
{
	const struct track_range *have = c->t->sack[c->rcv - c->t->half];
	struct bytes o;

	if (!decode_tcp_option(c->p, TCP_OPT_SACK, &o))
		return true;
	while (bytes_left(&o) >= 8) {
		uint32_t from = bytes_be32(&o), to = bytes_be32(&o);
		bool known = seq_gt(from, to) || seq_le(to, c->rcv->last_ack);

		for (unsigned i = 0; i < c->rcv->n_sack && !known; i++)
			known = seq_le(have[i].from, from) && seq_le(to, have[i].to);
		if (!known)
			return false;
	}
	return true;
}

void track_window_take(struct track_call *c)
{
	struct track_half *h = c->rcv;
	uint32_t edge = h->last_ack + h->window;

	for (unsigned i = 0; i < h->n_sack; i++) {
		const struct track_range *r = &c->t->sack[h - c->t->half][i];
		edge += r->to - r->from;
	}
	if (seq_gt(edge, h->next_win))
		h->next_win = edge;
}
