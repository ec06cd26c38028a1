// SPDX-License-Identifier: Apache-2.0
/* Frames that cross from the worker that received them to the worker of their hosts.
 *
 * Shape:  n * (n-1) rings of copied frames, each with one producer and one consumer; a record is its
 *         header and the bytes, contiguous; one of size 0 sends the reader back to the start. A
 *         ring has RING_TOTAL / n bytes, between RING_MIN and RING_MAX; a frame takes half of it at
 *         the most.
 * Owns:   the rings; what was taken is given back by the taker's next call.
 * Thread: any number, each its own end. Nobody waits: live, a full ring loses the frame.
 * Cost:   one copy a frame, two indices a burst.
 */
#include "capture/handover.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define RING_TOTAL (8u << 20)
#define RING_MIN   (256u << 10)
#define RING_MAX   (2u << 20)

struct record {
	uint32_t size; /* with this header, a multiple of 16; 0: go on at the start */
	struct frame f;
};

struct ring {
	uint8_t *at;
	_Alignas(64) uint64_t tail; /* producer's */
	uint64_t head_seen;
	_Alignas(64) _Atomic uint64_t tail_pub;
	_Alignas(64) _Atomic uint64_t head_pub;
	uint64_t head; /* consumer's: taken, not yet given back */
};

struct capture_handover {
	unsigned n;
	uint32_t bytes;   /* of a ring: a power of two */
	struct ring *ring; /* [from * n + to] */
};

static uint32_t ring_bytes(unsigned workers)
{
	uint32_t n = RING_MIN;

	while (n < RING_MAX && n * 2 * workers <= RING_TOTAL)
		n *= 2;
	return n;
}

static bool make_rings(struct capture_handover *h)
{
	size_t rings = (size_t)h->n * h->n;

	h->ring = aligned_alloc(64, rings * sizeof(*h->ring));
	if (!h->ring)
		return false;
	memset(h->ring, 0, rings * sizeof(*h->ring));
	for (size_t i = 0; i < rings; i++) {
		if (i / h->n == i % h->n)
			continue;
		h->ring[i].at = aligned_alloc(64, h->bytes);
		if (!h->ring[i].at)
			return false;
	}
	return true;
}

int capture_handover_new(struct capture_handover **out, unsigned workers, struct err *err)
{
	struct capture_handover *h = calloc(1, sizeof(*h));

	if (h) {
		h->n = workers;
		h->bytes = ring_bytes(workers);
	}
	if (h && make_rings(h)) {
		*out = h;
		return 0;
	}
	capture_handover_free(h);
	return err_set(err, ENOMEM, "no memory for the rings between %u workers", workers);
}

void capture_handover_free(struct capture_handover *h)
{
	if (!h)
		return;
	for (size_t i = 0; h->ring && i < (size_t)h->n * h->n; i++)
		free(h->ring[i].at);
	free(h->ring);
	free(h);
}

static bool has_room(const struct capture_handover *h, struct ring *r, uint32_t need)
{
	if (r->tail + need - r->head_seen <= h->bytes)
		return true;
	r->head_seen = atomic_load_explicit(&r->head_pub, memory_order_acquire);
	return r->tail + need - r->head_seen <= h->bytes;
}

bool capture_handover_put(struct capture_handover *h, unsigned from, unsigned to,
			  const struct frame *f)
{
	struct ring *r = &h->ring[from * h->n + to];
	uint32_t at = r->tail & (h->bytes - 1), to_end = h->bytes - at;
	uint64_t size = ((uint64_t)sizeof(struct record) + f->cap_len + 15) & ~15ULL;

	if (size > h->bytes / 2)
		return false;
	if (!has_room(h, r, (uint32_t)size <= to_end ? (uint32_t)size : to_end + (uint32_t)size))
		return false;
	if (size > to_end) {
		((struct record *)(r->at + at))->size = 0;
		r->tail += to_end;
		at = 0;
	}
	struct record *rec = (struct record *)(r->at + at);
	rec->size = (uint32_t)size;
	rec->f = *f;
	rec->f.data = (const uint8_t *)(rec + 1);
	memcpy(rec + 1, f->data, f->cap_len);
	r->tail += size;
	return true;
}

void capture_handover_flush(struct capture_handover *h, unsigned from)
{
	for (unsigned to = 0; to < h->n; to++) {
		struct ring *r = &h->ring[from * h->n + to];

		atomic_store_explicit(&r->tail_pub, r->tail, memory_order_release);
	}
}

static unsigned take_ring(const struct capture_handover *h, struct ring *r, struct frame *out,
			  unsigned max)
{
	uint64_t tail = atomic_load_explicit(&r->tail_pub, memory_order_acquire);
	unsigned n = 0;

	while (n < max && r->head != tail) {
		uint32_t at = r->head & (h->bytes - 1);
		const struct record *rec = (const struct record *)(r->at + at);

		if (rec->size == 0) {
			r->head += h->bytes - at;
			continue;
		}
		out[n++] = rec->f;
		r->head += rec->size;
	}
	return n;
}

unsigned capture_handover_take(struct capture_handover *h, unsigned to, struct frame *out,
			       unsigned max)
{
	unsigned n = 0;

	for (unsigned from = 0; from < h->n; from++) {
		struct ring *r = &h->ring[from * h->n + to];

		if (from == to)
			continue;
		atomic_store_explicit(&r->head_pub, r->head, memory_order_release);
		/* Each sender its share, so that a busy one does not shut out the others. */
		n += take_ring(h, r, out + n, (max - n + h->n - 2) / (h->n - 1));
	}
	return n;
}
