// SPDX-License-Identifier: Apache-2.0
/* The transaction that payload at hand belongs to; whose.c.
 *
 * Owns: nothing; what it points to lives while the piece or datagram is worked on. */
#pragma once

#include "proto/protocol.h"

struct rule_matcher;

struct whose {
	const struct flow_piece *piece; /* that is being parsed; NULL: none, or a datagram */
	struct flow *flow;
	const struct pkt *p;
	const struct order *at;
	const struct tx *tx; /* NULL: none came further */
	const struct protocol *protocol;
	uint8_t dir;
	bool held; /* rules were held against it already */
};

static inline void rule_whose_done(struct whose *w)
{
	w->piece = NULL;
	w->tx = NULL;
	w->held = false;
}

/* stream.c, match.c: what rule_piece() and rule_pkt() do, but for what they leave to the end of their packet. */
void rule_piece_hold(struct rule_matcher *m, struct flow *f, const struct flow_piece *piece,
		     const struct pkt *p, const struct order *at);
void rule_pkt_hold(struct rule_matcher *m, const struct pkt *p);
/* whose.c: hears of transactions while a piece or datagram is parsed. */
void rule_whose(struct rule_matcher *m, const struct proto_tx_event *e);
/* The members of an alert on what that side of the flow says now. NULL: none. */
const char *rule_whose_eve(struct rule_matcher *m, const struct flow *f, uint8_t dir, uint32_t *len);
