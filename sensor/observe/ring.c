// SPDX-License-Identifier: Apache-2.0
/* A byte ring with one producer and one consumer; see ring.h.
 *
 * `tail` and `head` count bytes since the start and never wrap; their low bits are the place in the
 * block. A release store of an index publishes everything written before it (C11 5.1.2.4), so a
 * record is visible as a whole or not at all.
 *
 * Source: the cached-index form is from Lee, Bu, Chandranmenon, "A Lock-Free, Cache-Efficient
 *         Shared Ring Buffer for Multi-Core Architectures" (MCRingBuffer), ANCS 2009.
 */
#include "observe/ring.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define WRAP     UINT64_MAX
#define WORD     8u
#define SIZE_MIN 64u
#define LARGE_PAGE (2u << 20)
#define YIELDS   64     /* turns before a waiting producer sleeps */
#define SLEEP_NS 50000L /* far below the time a ring takes to drain */

int ring_init(struct ring *r, uint64_t size, bool block, _Atomic bool *stop, struct err *err)
{
	if (size < SIZE_MIN || (size & (size - 1)))
		return err_set(err, EINVAL, "ring of %llu bytes: not a power of two from %u",
			       (unsigned long long)size, SIZE_MIN);

	uint8_t *at = aligned_alloc(size < LARGE_PAGE ? 64 : LARGE_PAGE, size);
	if (!at)
		return err_set(err, ENOMEM, "no memory for a ring of %llu bytes",
			       (unsigned long long)size);
	memset(r, 0, sizeof(*r));
	if (size >= LARGE_PAGE)
		madvise(at, size, MADV_HUGEPAGE); /* all of it is used, again and again */
	memset(at, 0, size); /* faults the pages in now, not under the first packets */
	r->at = at;
	r->size = size;
	r->block = block;
	r->stop = stop;
	return 0;
}

void ring_fini(struct ring *r)
{
	free(r->at);
	r->at = NULL;
}

static bool fits(struct ring *r, uint64_t need)
{
	if (r->tail + need - r->head_seen <= r->size)
		return true;
	r->head_seen = atomic_load_explicit(&r->head_pub, memory_order_acquire);
	return r->tail + need - r->head_seen <= r->size;
}

/* True once `need` bytes are free; false when told to stop. What was put before is published
 * first: the consumer could otherwise wait for it for ever. */
static bool wait_for(struct ring *r, uint64_t need)
{
	count_add(&r->waits, 1);
	ring_commit(r);
	for (unsigned turn = 0;; turn++) {
		if (fits(r, need))
			return true;
		if (r->stop && atomic_load_explicit(r->stop, memory_order_relaxed))
			return false;
		if (turn < YIELDS)
			sched_yield();
		else
			nanosleep(&(struct timespec){.tv_nsec = SLEEP_NS}, NULL);
	}
}

static void put_word(struct ring *r, uint64_t at, uint64_t word)
{
	memcpy(r->at + (at & (r->size - 1)), &word, sizeof(word));
}

void *ring_put(struct ring *r, uint32_t n)
{
	uint64_t record = WORD + ((n + 7ull) & ~7ull);
	uint64_t place = r->tail & (r->size - 1);
	uint64_t pad = place + record > r->size ? r->size - place : 0;

	/* Half the block: then the record fits into an empty ring wherever its tail stands. */
	if (record > r->size / 2 ||
	    (!fits(r, pad + record) && (!r->block || !wait_for(r, pad + record)))) {
		count_add(&r->lost, 1);
		return NULL;
	}
	if (pad) {
		put_word(r, r->tail, WRAP);
		r->tail += pad;
	}
	put_word(r, r->tail, n);
	void *out = r->at + (r->tail & (r->size - 1)) + WORD;
	r->tail += record;
	return out;
}

void ring_commit(struct ring *r)
{
	atomic_store_explicit(&r->tail_pub, r->tail, memory_order_release);
}

void ring_watermark(struct ring *r, uint64_t seq)
{
	ring_commit(r);
	atomic_store_explicit(&r->watermark, seq, memory_order_release);
}

void ring_done(struct ring *r)
{
	ring_commit(r);
	atomic_store_explicit(&r->done, true, memory_order_release);
}

static void tell_head(struct ring *r)
{
	atomic_store_explicit(&r->head_pub, r->head, memory_order_release);
}

const void *ring_peek(struct ring *r, uint32_t *n)
{
	if (r->head == r->tail_seen) {
		tell_head(r);
		r->tail_seen = atomic_load_explicit(&r->tail_pub, memory_order_acquire);
		if (r->head == r->tail_seen)
			return NULL;
	}
	uint64_t word;
	memcpy(&word, r->at + (r->head & (r->size - 1)), sizeof(word));
	if (word == WRAP) { /* a record always follows: both were published together */
		r->head = (r->head + r->size - 1) & ~(r->size - 1);
		memcpy(&word, r->at, sizeof(word));
	}
	*n = (uint32_t)word;
	return r->at + (r->head & (r->size - 1)) + WORD;
}

void ring_pop(struct ring *r)
{
	uint32_t n;

	if (!ring_peek(r, &n))
		return;
	r->head += WORD + ((n + 7ull) & ~7ull);
	/* An eighth of the block at a time: the producer's cache line is left in peace. */
	if (r->head - atomic_load_explicit(&r->head_pub, memory_order_relaxed) >= r->size / 8)
		tell_head(r);
}

bool ring_ended(const struct ring *r)
{
	return atomic_load_explicit(&r->done, memory_order_acquire) &&
	       atomic_load_explicit(&r->tail_pub, memory_order_acquire) == r->head;
}
