// SPDX-License-Identifier: Apache-2.0
/* The inside of track*.c. */
#pragma once

#include "flow/track.h"

struct track_call {
	struct track *t;
	const struct pkt *p;
	struct track_half *snd, *rcv; /* of the packet */
	uint8_t flags;
	bool up;  /* to the server */
	bool has_ts;
	bool midstream, dropped;
	uint32_t seq, ack, len, end; /* end: seq + len */
	uint32_t ts, ts_echo;
	uint64_t events;
};

enum track_fate { TRACK_ok, TRACK_rejected };

static inline bool seq_lt(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool seq_le(uint32_t a, uint32_t b) { return (int32_t)(a - b) <= 0; }
static inline bool seq_gt(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }

static inline enum track_fate track_reject(struct track_call *c, enum stream_event e)
{
	c->events |= EVENT_BIT(e);
	c->dropped = true;
	return TRACK_rejected;
}

void track_move(struct track *t, enum track_state to);
/* The window that the packet grants its receiver. */
static inline void track_grant(struct track_call *c)
{
	c->rcv->window = (uint32_t)c->p->tcp_win << c->rcv->wscale;
}

/* track_check.c: false, and the event is said: not acceptable. */
bool track_ack_fits(struct track_call *c);
bool track_ts_fits(struct track_call *c);
bool track_reset_fits(struct track_call *c);
void track_bytes(struct track_call *c); /* the packet's are taken */
void track_gap(struct track_call *c);   /* what it acknowledges was not all seen */
bool track_repeats(struct track_call *c); /* true: bytes that were sent before */
void track_ts_take(struct track_call *c);
void track_ack_take(struct track_call *c, struct track_half *h, uint32_t ack);
void track_sack_take(struct track_call *c);
bool track_sack_old(const struct track_call *c); /* acknowledges nothing new */
void track_window_take(struct track_call *c);

/* track_open.c */
enum track_fate track_none(struct track_call *c);
enum track_fate track_syn_sent(struct track_call *c);
enum track_fate track_syn_recv(struct track_call *c);
/* track_shut.c */
enum track_fate track_established(struct track_call *c);
enum track_fate track_fin(struct track_call *c); /* the first one */
enum track_fate track_fin_wait1(struct track_call *c);
enum track_fate track_fin_wait2(struct track_call *c);
enum track_fate track_closing(struct track_call *c);
enum track_fate track_close_wait(struct track_call *c);
enum track_fate track_last_ack(struct track_call *c);
enum track_fate track_time_wait(struct track_call *c);
