// SPDX-License-Identifier: Apache-2.0
/* pieces: messages that a stream cuts where it likes. What is not whole waits in proto_mem, by
 * direction, bounded by the parser.
 *
 * A parser has struct pieces first in its state; then pieces_gap() or pieces_gap_ends(), and
 * pieces_end(), are its own gap and end.
 *
 * Owns:   the waiting bytes, until pieces_end().
 * Cost:   what is whole when it comes is not copied.
 */
#pragma once

#include "proto/protocol.h"

struct pieces {
	struct proto_bytes wait[2];
	bool lost[2]; /* where a message begins is not known (any more) */
	bool over;    /* nothing of this flow is wanted any more */
};

#define PIECES_NOT UINT32_MAX /* that is no message */

/* Deals with the messages that are whole at p; returns the bytes used, or PIECES_NOT. */
typedef uint32_t pieces_whole(struct proto_call *c, const uint8_t *p, uint32_t n);
/* Whether what stands at p begins as a message does. */
typedef bool pieces_begins(const uint8_t *p, uint32_t n);

/* A direction that is lost is so until something begins as a message does (`begins` NULL: for good). */
void pieces_data(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t max,
		 pieces_whole *whole, pieces_begins *begins);
/* For the parser that looks at wait[c->dir] itself. False: it is over, or has become so because
 * more than `max` bytes would wait. */
bool pieces_hold(struct proto_call *c, const uint8_t *p, uint32_t n, uint32_t max);
void pieces_lose(struct proto_call *c);
void pieces_gap(struct proto_call *c, uint64_t missing);      /* the direction is lost */
void pieces_gap_ends(struct proto_call *c, uint64_t missing); /* the flow is over */
void pieces_end(struct proto_call *c);
