// SPDX-License-Identifier: Apache-2.0
/* Spreading frames over workers: the hash everybody agrees on, and, where only one thread can read,
 * a ring of copied frames to each worker.
 *
 * Shape:  a ring is RING_BYTES of records (a header, the frame's bytes), each contiguous; a record
 *         of size 0 sends the reader back to the start. A tick is a record in every ring.
 * Owns:   the rings. A worker's burst points into its ring and is given back by its next call.
 * Thread: one producer for all rings; one consumer a ring.
 * Errors: none: a full ring makes the producer wait, so nothing is lost. Before it waits it shows
 *         all workers how far it came: the merge may be waiting for exactly that word, and would
 *         never let the worker with the full ring go on.
 * Cost:   one copy a frame; indices are shown once in FLUSH_RECORDS records.
 */
#include "capture/dispatch.h"

#include "base/clock.h"
#include "capture/spread.h"
#include "decode/pkt.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES    (2u << 20)
#define RING_MASK     (RING_BYTES - 1)
#define FLUSH_RECORDS 32 /* a worker waits for at most so many before it sees the first */
#define SPINS         64
#define NAP_NS        (100 * NS_PER_US)
#define NAPS          6

enum record_kind { RECORD_frame, RECORD_tick, RECORD_end };

struct record {
	uint32_t size; /* bytes with this header, a multiple of 16; 0: go on at the start */
	uint32_t kind;
	struct frame f; /* a tick: time_ns and seq */
};

struct ring {
	uint8_t *at;
	_Alignas(64) uint64_t tail; /* producer's */
	uint64_t head_seen;
	_Alignas(64) _Atomic uint64_t tail_pub;
	_Alignas(64) _Atomic uint64_t head_pub;
	uint64_t head; /* consumer's: read, not yet given back */
	uint64_t next_seq, now_ns, tick_ns;
	bool end;
};

struct capture_dispatch {
	unsigned n, unshown;
	const _Atomic bool *stop;
	_Alignas(64) _Atomic uint64_t seen; /* every frame below it is in its ring */
	struct ring ring[];
};

unsigned capture_dispatch_worker(const struct frame *f, unsigned workers, uint64_t seed)
{
	struct addr a, b;

	if (workers == 1 || f->link == LINK_other || !decode_pair(f, &a, &b))
		return 0;
	return capture_spread(&a, &b, workers, capture_spread_key(seed));
}

int capture_dispatch_new(struct capture_dispatch **out, unsigned workers, const _Atomic bool *stop,
			 struct err *err)
{
	size_t size = sizeof(struct capture_dispatch) + workers * sizeof(struct ring);
	struct capture_dispatch *d = aligned_alloc(64, (size + 63) & ~(size_t)63);

	if (!d)
		return err_set(err, ENOMEM, "no memory for %u rings", workers);
	memset(d, 0, size);
	d->n = workers;
	d->stop = stop;
	for (unsigned i = 0; i < workers; i++) {
		d->ring[i].at = aligned_alloc(64, RING_BYTES);
		if (d->ring[i].at)
			continue;
		capture_dispatch_free(d);
		return err_set(err, ENOMEM, "no memory for %u rings of %u bytes", workers,
			       RING_BYTES);
	}
	*out = d;
	return 0;
}

void capture_dispatch_free(struct capture_dispatch *d)
{
	if (!d)
		return;
	for (unsigned i = 0; i < d->n; i++)
		free(d->ring[i].at);
	free(d);
}

void capture_dispatch_flush(struct capture_dispatch *d, uint64_t seq)
{
	for (unsigned i = 0; i < d->n; i++)
		atomic_store_explicit(&d->ring[i].tail_pub, d->ring[i].tail, memory_order_release);
	atomic_store_explicit(&d->seen, seq, memory_order_release);
	d->unshown = 0;
}

static bool has_room(struct ring *r, uint32_t need)
{
	if (r->tail + need - r->head_seen <= RING_BYTES)
		return true;
	r->head_seen = atomic_load_explicit(&r->head_pub, memory_order_acquire);
	return r->tail + need - r->head_seen <= RING_BYTES;
}

static void nap(unsigned turn)
{
	if (turn < SPINS)
		sched_yield();
	else
		clock_sleep_ns(NAP_NS);
}

/* Room for `size` bytes in one piece. NULL: told to stop. */
static struct record *put(struct capture_dispatch *d, struct ring *r, uint32_t size, uint64_t seq)
{
	uint32_t at = r->tail & RING_MASK;
	uint32_t to_end = RING_BYTES - at;
	uint32_t need = size <= to_end ? size : to_end + size;

	for (unsigned turn = 0; !has_room(r, need); turn++) {
		if (turn == 0)
			capture_dispatch_flush(d, seq);
		if (atomic_load_explicit(d->stop, memory_order_relaxed))
			return NULL;
		nap(turn);
	}
	if (size > to_end) {
		((struct record *)(r->at + at))->size = 0;
		r->tail += to_end;
		at = 0;
	}
	r->tail += size;
	struct record *rec = (struct record *)(r->at + at);
	rec->size = size;
	return rec;
}

bool capture_dispatch_frame(struct capture_dispatch *d, unsigned worker, const struct frame *f)
{
	uint32_t n = f->cap_len < DISPATCH_FRAME_MAX ? f->cap_len : DISPATCH_FRAME_MAX;
	uint32_t size = ((uint32_t)sizeof(struct record) + n + 15) & ~15u;
	struct record *rec = put(d, &d->ring[worker], size, f->seq);

	if (!rec)
		return false;
	rec->kind = RECORD_frame;
	rec->f = *f;
	rec->f.cap_len = n;
	rec->f.data = (const uint8_t *)(rec + 1);
	memcpy(rec + 1, f->data, n);
	if (++d->unshown >= FLUSH_RECORDS)
		capture_dispatch_flush(d, f->seq + 1);
	return true;
}

bool capture_dispatch_tick(struct capture_dispatch *d, uint64_t tick_ns, uint64_t next_seq,
			   bool end)
{
	for (unsigned i = 0; i < d->n; i++) {
		uint32_t size = ((uint32_t)sizeof(struct record) + 15) & ~15u;
		struct record *rec = put(d, &d->ring[i], size, next_seq);

		if (!rec)
			return false;
		rec->kind = end ? RECORD_end : RECORD_tick;
		rec->f = (struct frame){.time_ns = tick_ns, .seq = next_seq};
	}
	capture_dispatch_flush(d, next_seq);
	return true;
}

static void take(struct ring *r, const struct record *rec, struct burst *b)
{
	if (rec->kind == RECORD_frame) {
		b->frame[b->n++] = rec->f;
		r->next_seq = rec->f.seq + 1;
		if (rec->f.time_ns > r->now_ns)
			r->now_ns = rec->f.time_ns;
		return;
	}
	b->tick = true;
	r->tick_ns = rec->f.time_ns;
	r->next_seq = rec->f.seq;
	r->end = rec->kind == RECORD_end;
}

static void finish(const struct ring *r, struct burst *b)
{
	b->tick |= r->end;
	b->end = r->end;
	b->tick_ns = r->tick_ns;
	b->next_seq = r->next_seq;
	b->now_ns = r->now_ns;
}

/* Waits a little for the first record; the tail as it is then. */
static uint64_t wait_tail(struct capture_dispatch *d, struct ring *r, uint64_t *seen)
{
	uint64_t tail;

	for (unsigned turn = 0;; turn++) {
		/* `seen` first: what lies below it is then in the tail we read after it. */
		*seen = atomic_load_explicit(&d->seen, memory_order_acquire);
		tail = atomic_load_explicit(&r->tail_pub, memory_order_acquire);
		if (tail != r->head || turn == SPINS + NAPS || *seen > r->next_seq)
			return tail;
		nap(turn);
	}
}

void capture_dispatch_next(struct capture_dispatch *d, unsigned worker, struct burst *b)
{
	struct ring *r = &d->ring[worker];
	uint64_t seen, tail;

	b->n = 0;
	b->tick = false;
	atomic_store_explicit(&r->head_pub, r->head, memory_order_release);
	if (r->end) {
		finish(r, b);
		return;
	}
	tail = wait_tail(d, r, &seen);
	while (r->head != tail && b->n < BURST_MAX && !b->tick) {
		const struct record *rec = (const struct record *)(r->at + (r->head & RING_MASK));

		if (rec->size == 0) {
			r->head += RING_BYTES - (r->head & RING_MASK);
			continue;
		}
		r->head += rec->size;
		take(r, rec, b);
	}
	if (r->head == tail && !b->tick && seen > r->next_seq)
		r->next_seq = seen;
	finish(r, b);
}
