// SPDX-License-Identifier: Apache-2.0
/* What a matcher keeps to hold rules against transactions: transformed buffers, shared by the rules
 * of one event, and the protocol's part of alerts until they are told.
 *
 * Shape:  TX_ROOM bytes for buffers, forgotten at the next event; TX_EVE_ROOM for alerts, forgotten
 *         when the hits of a packet have been told.
 */
#pragma once

#include "proto/protocol.h"
#include "rule/match.h"

#define TX_ROOM     (1u << 20)
#define TX_EVE_ROOM (256u << 10)
#define TX_EVE_MAX  8192u /* bytes of one */

struct tx_work;
int rule_tx_work_new(struct tx_work **w, struct regex_work *regex, bool wanted, struct err *err);
void rule_tx_work_free(struct tx_work *w);

/* A new event: buffers may have changed. */
void rule_tx_begin(struct rule_matcher *m);
/* The i-th instance of a field in direction `dir` after the chain (NULL: as it is). False: there is
 * none; with `failed` set there is one, but it could not be transformed. Borrowed until
 * rule_tx_begin() or another call that needs the room. */
bool rule_tx_bytes(struct rule_matcher *m, const struct proto_tx_event *e, unsigned field, unsigned i,
		   uint8_t dir, const struct chain *chain, struct view *out, bool *failed);
/* A header after its chain, in the same room. False: it could not be transformed. */
bool rule_tx_header(struct rule_matcher *m, const struct chain *chain, struct view *v);
/* The alert's members for the event's transaction, rendered once an event. NULL: none. */
const char *rule_tx_eve(struct rule_matcher *m, const struct proto_tx_event *e, uint32_t *len);
/* The same of the transaction that payload belongs to, rendered once a piece or datagram. */
const char *rule_tx_guess(struct rule_matcher *m, const struct protocol *protocol, const struct tx *tx,
			  bool guessed, uint32_t *len);
/* The same of a frame. */
const char *rule_tx_frame(struct rule_matcher *m, const struct proto_frame *f, uint32_t *len);
void rule_tx_forget_guess(struct rule_matcher *m);
void rule_tx_forget_eve(struct rule_matcher *m);
