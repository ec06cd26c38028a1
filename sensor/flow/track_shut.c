// SPDX-License-Identifier: Apache-2.0
/* From an open connection to its end. The client's FIN first is CLOSE_WAIT, the server's FIN_WAIT1:
 * the states are the server's.
 *
 * Where the two directions differ, it is because Suricata counts a server's FIN as a byte and a
 * client's not.
 *
 * Source: RFC 9293 3.6, 3.10.7.4; Suricata 7.0.10 by trying it.
 */
#include "flow/track_part.h"

/* The other side has more than was seen of its peer. */
static void ack_ahead(struct track_call *c, uint32_t slack)
{
	if (seq_lt(c->rcv->next_seq - slack, c->ack))
		c->rcv->next_seq = c->ack;
}

static bool in_window(const struct track_call *c)
{
	return seq_le(c->end, c->snd->next_win) || c->t->bits & TRACK_MIDSTREAM;
}

static bool beyond(const struct track_call *c, uint32_t from)
{
	return seq_lt(c->seq, from) || seq_gt(c->seq, c->snd->last_ack + c->snd->window);
}

static enum track_fate reset(struct track_call *c)
{
	if (!track_reset_fits(c))
		return TRACK_rejected;
	bool open = c->t->state == TRACK_established;
	track_move(c->t, TRACK_closed);
	if (open) {
		c->rcv->next_seq = c->ack;
		c->snd->next_seq = c->end + !c->up;
		c->snd->window = (uint32_t)c->p->tcp_win << c->snd->wscale;
	}
	if (c->flags & TCP_ACK && track_ack_fits(c))
		track_ack_take(c, c->rcv, c->ack);
	track_ack_take(c, c->snd, c->seq);
	track_ts_take(c);
	return TRACK_ok;
}

/* Of an established connection. */
static enum track_fate data(struct track_call *c)
{
	struct track_half *snd = c->snd;

	if (!track_ack_fits(c))
		return track_reject(c, STREAM_est_invalid_ack);
	if (!c->up && c->t->bits & TRACK_MID_OPEN) {
		snd->window = (uint32_t)c->p->tcp_win << snd->wscale;
		snd->next_win = snd->last_ack + snd->window;
		c->t->bits &= (uint16_t)~TRACK_MID_OPEN;
	}
	bool alive = c->len <= 1 && c->seq == snd->next_seq - 1;
	bool unseen = seq_gt(snd->last_ack, snd->next_seq) && seq_gt(c->end, snd->next_seq);
	if (!alive && !unseen && seq_lt(c->end, snd->last_ack))
		return track_reject(c, STREAM_est_before_ack);
	if (c->len == 1 && c->seq == snd->next_seq && snd->window == 0) {
		snd->bits |= TRACK_HALF_PROBE;
		return TRACK_ok;
	}
	if (!seq_lt(c->end, snd->next_seq))
		snd->next_seq = c->end;
	if (!in_window(c))
		return track_reject(c, STREAM_est_out_of_window);
	track_grant(c);
	track_ack_take(c, c->rcv, c->ack);
	track_ts_take(c);
	track_sack_take(c);
	track_window_take(c);
	return TRACK_ok;
}

static enum track_fate synack_open(struct track_call *c)
{
	if (c->up)
		return track_reject(c, STREAM_est_synack_up);
	if (c->ack != c->rcv->last_ack)
		return track_reject(c, STREAM_est_synack_other_ack);
	if (c->seq != c->snd->isn)
		return track_reject(c, STREAM_est_synack_diff_seq);
	/* Not confirmed: the last packet of the handshake may have been lost. */
	return c->t->bits & TRACK_CONFIRMED ? track_reject(c, STREAM_est_synack) : TRACK_ok;
}

enum track_fate track_established(struct track_call *c)
{
	if (c->flags & TCP_RST)
		return reset(c);
	if (c->flags & TCP_FIN)
		return track_ts_fits(c) ? track_fin(c) : TRACK_rejected;
	if ((c->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return synack_open(c);
	if (c->flags & TCP_SYN)
		return !c->up			  ? track_reject(c, STREAM_est_syn_down)
		       : c->seq != c->snd->isn ? track_reject(c, STREAM_est_syn_diff_seq)
					       : track_reject(c, STREAM_est_syn);
	if (!(c->flags & TCP_ACK))
		return TRACK_ok;
	if (!track_ts_fits(c))
		return TRACK_rejected;
	if (!c->up)
		c->t->bits |= TRACK_CONFIRMED;
	data(c);
	return TRACK_ok;
}

enum track_fate track_fin(struct track_call *c)
{
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_fin_invalid_ack);
	if (seq_lt(c->seq, c->snd->last_ack) || seq_gt(c->end, c->snd->next_win))
		return track_reject(c, STREAM_fin_out_of_window);
	if (c->up && c->flags & TCP_SYN)
		return track_reject(c, STREAM_fin_syn);
	track_move(c->t, c->up ? TRACK_close_wait : TRACK_fin_wait1);
	c->snd->next_seq = c->end + !c->up;
	track_grant(c);
	track_ts_take(c);
	ack_ahead(c, 0);
	if (c->flags & TCP_ACK)
		track_ack_take(c, c->rcv, c->ack);
	return TRACK_ok;
}

/* The other side's FIN in FIN_WAIT1, with or without an acknowledgement of ours. */
static enum track_fate fin_wait1_fin(struct track_call *c)
{
	bool acks = c->flags & TCP_ACK;
	bool again = track_repeats(c);

	if (!again && acks && !c->up && c->snd->next_seq - 1 == c->seq && c->rcv->last_ack == c->ack)
		again = true;
	else if (!again && beyond(c, c->snd->next_seq - 1))
		return track_reject(c, STREAM_fin1_fin_seq);
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_fin1_invalid_ack);
	if (!again) {
		track_move(c->t, acks ? TRACK_time_wait : TRACK_closing);
		track_grant(c);
	}
	track_ts_take(c);
	if (again && acks && !c->up)
		return TRACK_ok;
	ack_ahead(c, 1);
	if (c->seq == c->snd->next_seq - !(acks && c->up))
		c->snd->next_seq = c->end;
	if (acks)
		track_ack_take(c, c->rcv, c->ack);
	return TRACK_ok;
}

static enum track_fate fin_wait1_ack(struct track_call *c)
{
	bool again = track_repeats(c);

	if (!track_ack_fits(c))
		return track_reject(c, STREAM_fin1_invalid_ack);
	if (!again && (!c->up || c->ack == c->rcv->next_seq)) {
		if (!in_window(c))
			return track_reject(c, STREAM_fin1_ack_seq);
		if (c->seq == c->snd->next_seq - !c->up)
			track_move(c->t, TRACK_fin_wait2);
		track_grant(c);
	}
	track_ts_take(c);
	ack_ahead(c, 1);
	if (c->seq == c->snd->next_seq - !c->up)
		c->snd->next_seq = c->end;
	track_ack_take(c, c->rcv, c->ack);
	track_sack_take(c);
	track_window_take(c);
	return TRACK_ok;
}

/* RST, SYN, what has no ACK (nor a FIN that counts) and what is out of time are alike while a connection shuts
 * down. True: it was one of them. */
static bool shutting(struct track_call *c, bool fin_counts, enum track_fate *fate)
{
	bool counts = fin_counts && c->flags & TCP_FIN;

	*fate = TRACK_ok;
	if (c->flags & TCP_RST) {
		*fate = reset(c);
		return true;
	}
	if (c->flags & TCP_SYN && !counts) {
		*fate = track_reject(c, STREAM_shutdown_syn);
		return true;
	}
	if (!(c->flags & TCP_ACK) && !counts)
		return true;
	*fate = TRACK_rejected;
	return !track_ts_fits(c);
}

enum track_fate track_fin_wait1(struct track_call *c)
{
	enum track_fate fate;

	if (shutting(c, true, &fate))
		return fate;
	return c->flags & TCP_FIN ? fin_wait1_fin(c) : fin_wait1_ack(c);
}

static enum track_fate fin_wait2_fin(struct track_call *c)
{
	bool again = c->seq == c->snd->next_seq - 1 && c->ack == c->rcv->last_ack;

	if (!again)
		again = track_repeats(c);
	if (!again && beyond(c, c->snd->next_seq))
		return track_reject(c, STREAM_fin2_fin_seq);
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_fin2_invalid_ack);
	if (!again) {
		track_move(c->t, TRACK_time_wait);
		if (c->up && c->snd->next_seq == c->seq)
			c->snd->next_seq += c->len;
		track_grant(c);
	}
	track_ts_take(c);
	ack_ahead(c, 0);
	if (c->flags & TCP_ACK)
		track_ack_take(c, c->rcv, c->ack);
	return TRACK_ok;
}

enum track_fate track_fin_wait2(struct track_call *c)
{
	enum track_fate fate;

	if (shutting(c, true, &fate))
		return fate;
	if (c->flags & TCP_FIN)
		return fin_wait2_fin(c);
	bool again = track_repeats(c);
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_fin2_invalid_ack);
	if (!again) {
		if (!in_window(c))
			return track_reject(c, STREAM_fin2_ack_seq);
		track_grant(c);
	}
	track_ts_take(c);
	if (c->snd->next_seq == c->seq)
		c->snd->next_seq += c->len;
	track_ack_take(c, c->rcv, c->ack);
	track_sack_take(c);
	track_window_take(c);
	return TRACK_ok;
}

static enum track_fate take_last_ack(struct track_call *c)
{
	track_ts_take(c);
	ack_ahead(c, 0);
	track_ack_take(c, c->rcv, c->ack);
	return TRACK_ok;
}

enum track_fate track_closing(struct track_call *c)
{
	enum track_fate fate;

	if (shutting(c, false, &fate))
		return fate;
	bool again = track_repeats(c);
	if (c->seq != c->snd->next_seq)
		return track_reject(c, STREAM_closing_ack_seq);
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_closing_invalid_ack);
	if (!again) {
		struct track_half *client = &c->t->half[0];
		track_move(c->t, TRACK_time_wait);
		client->window = (uint32_t)c->p->tcp_win << client->wscale;
	}
	return take_last_ack(c);
}

enum track_fate track_close_wait(struct track_call *c)
{
	enum track_fate fate;
	bool fin = c->flags & TCP_FIN;

	if (shutting(c, true, &fate))
		return fate;
	bool again = track_repeats(c);
	if (fin && !again && beyond(c, c->snd->next_seq))
		return track_reject(c, STREAM_closewait_fin);
	if (!fin && c->len && seq_le(c->end, c->snd->last_ack))
		return track_reject(c, STREAM_closewait_before_ack);
	if (!fin && seq_gt(c->seq, c->snd->last_ack + c->snd->window))
		return track_reject(c, STREAM_closewait_ack);
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_closewait_invalid_ack);
	if (!again) {
		if (fin && !c->up)
			track_move(c->t, TRACK_last_ack);
		track_grant(c);
	}
	track_ts_take(c);
	ack_ahead(c, 0);
	if (!fin && c->seq == c->snd->next_seq)
		c->snd->next_seq += c->len;
	if (c->flags & TCP_ACK)
		track_ack_take(c, c->rcv, c->ack);
	return TRACK_ok;
}

/* Both sides have said that they end: what may follow is an acknowledgement. True: this is none, or out of time. */
static bool is_no_last_ack(struct track_call *c, enum track_fate *fate)
{
	*fate = TRACK_ok;
	return (c->flags & TCP_FIN && !(c->flags & TCP_RST)) || shutting(c, false, fate);
}

enum track_fate track_last_ack(struct track_call *c)
{
	enum track_fate fate;

	if (is_no_last_ack(c, &fate))
		return fate;
	if (!c->up)
		return TRACK_ok;
	bool again = track_repeats(c);
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_lastack_invalid_ack);
	if (!again) {
		if (!seq_lt(c->seq, c->snd->next_seq)) {
			if (c->seq != c->snd->next_seq && c->seq != c->snd->next_seq + 1)
				return track_reject(c, STREAM_lastack_seq);
			track_move(c->t, TRACK_closed);
		}
		track_grant(c);
	}
	return take_last_ack(c);
}

enum track_fate track_time_wait(struct track_call *c)
{
	enum track_fate fate;

	if (is_no_last_ack(c, &fate))
		return fate;
	bool again = track_repeats(c);
	uint32_t low = c->snd->next_seq - !c->up;
	if (!again && c->seq != low && c->seq != low + 1) {
		if (!c->up && c->len && c->seq == c->snd->last_ack)
			return TRACK_ok;
		return track_reject(c, STREAM_timewait_seq);
	}
	if (!track_ack_fits(c))
		return track_reject(c, STREAM_timewait_invalid_ack);
	if (!again) {
		track_move(c->t, TRACK_closed);
		track_grant(c);
	}
	return take_last_ack(c);
}
