// SPDX-License-Identifier: Apache-2.0
/* The ring between one worker and the detect thread, and the one from detect to the writer: single
 * producer, single consumer, records of varying length in one block of bytes.
 *
 * Policy: from a file a full ring makes the producer wait; live it drops and counts.
 * Thread: ring_put/ring_commit/ring_watermark: the producer. ring_peek/ring_pop: the consumer.
 * Shape:  a record is a length word (8 bytes), then the record, padded to 8; it is contiguous: where
 *         it does not fit before the block's end, a wrap word fills the rest.
 * Errors: a record larger than half the block never fits: lost, also where the producer waits.
 * Cost:   the indices are published once a commit, not once a record; the other side's index is
 *         read again only when the cached one says full or empty.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ring {
	uint8_t *at;
	uint64_t size; /* bytes, a power of two */
	bool block;
	struct count lost, waits;
	_Atomic bool *stop; /* a waiting producer gives up when set */
	_Alignas(64) uint64_t tail; /* producer's: written, not yet published */
	uint64_t head_seen;
	_Alignas(64) _Atomic uint64_t tail_pub;
	_Atomic uint64_t watermark; /* every record with seq below it has been published */
	_Atomic bool done;
	_Alignas(64) _Atomic uint64_t head_pub;
	uint64_t head; /* consumer's */
	uint64_t tail_seen;
};

int ring_init(struct ring *r, uint64_t size, bool block, _Atomic bool *stop, struct err *err);
void ring_fini(struct ring *r);

/* Room for `n` bytes (a multiple of 8 is taken), or NULL: dropped and counted. */
void *ring_put(struct ring *r, uint32_t n);
void ring_commit(struct ring *r); /* publishes all that was put */
/* "Nothing with seq below this will follow." Publishes too. */
void ring_watermark(struct ring *r, uint64_t seq);
void ring_done(struct ring *r);

/* The oldest record, or NULL. *n its length in bytes. Valid until ring_pop(). */
const void *ring_peek(struct ring *r, uint32_t *n);
void ring_pop(struct ring *r);
bool ring_ended(const struct ring *r); /* done, and nothing left */
