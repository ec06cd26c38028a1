// SPDX-License-Identifier: Apache-2.0
/* Which transaction payload belongs to, so that an alert on payload has its number and its protocol's
 * object, too, as Suricata 7.0.10 says it: of TCP what was matched on a stream (its "tx_guessed"), of UDP
 * what a rule matched that has the protocol in its header.
 *
 * It is the first transaction that comes further, on the side that speaks, while the piece or datagram at hand is
 * parsed; else the one that this side is in the middle of. Parsers come before rules, and one that has its end in
 * a piece is gone when that piece is looked at: so the end of the transaction at hand is when rules are held
 * against the piece, instead of after the parser. What they find does not depend on it, hits wait for their packet's end.
 *
 * Cost:   a few stores a piece and a step of a transaction; text is made for a hit alone.
 */
#include "rule/tx.h"

void rule_piece_comes(struct rule_matcher *m, struct flow *f, const struct flow_piece *piece,
		      const struct pkt *p, const struct order *at)
{
	m->whose = (struct whose){.flow = f, .piece = piece->turned ? NULL : piece, .p = p, .at = at,
				  .dir = piece->dir};
	rule_tx_forget_guess(m);
}

static bool is_at_hand(const struct rule_matcher *m, const struct proto_tx_event *e)
{
	const struct whose *w = &m->whose;

	if (w->piece)
		return e->flow == w->flow && e->dir == w->dir;
	return e->flow->proto == 17 && e->pkt && e->pkt->flow == e->flow && e->dir == e->pkt->dir;
}

void rule_whose(struct rule_matcher *m, const struct proto_tx_event *e)
{
	struct whose *w = &m->whose;

	if (!e->tx || w->held || !is_at_hand(m, e))
		return;
	if (e->to > e->from && !w->tx) {
		w->tx = e->tx;
		w->protocol = e->protocol;
		w->flow = e->flow;
		w->dir = e->dir;
	}
	if (!e->ended || w->tx != e->tx)
		return;
	w->held = true;
	if (w->piece)
		rule_piece_hold(m, w->flow, w->piece, w->p, w->at);
	else
		rule_pkt_hold(m, e->pkt);
	w->tx = NULL;
}

const char *rule_whose_eve(struct rule_matcher *m, const struct flow *f, uint8_t dir, uint32_t *len)
{
	const struct whose *w = &m->whose;
	const struct protocol *protocol = w->protocol;
	const struct tx *tx = w->flow == f && w->dir == dir ? w->tx : NULL;

	*len = 0;
	if (!tx && m->proto)
		tx = proto_tx_open(m->proto, f, dir, &protocol);
	return tx ? rule_tx_guess(m, protocol, tx, f->proto == 6, len) : NULL;
}

void rule_matcher_ask(struct rule_matcher *m, const struct proto *proto)
{
	m->proto = proto;
}
