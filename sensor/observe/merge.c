// SPDX-License-Identifier: Apache-2.0
/* k rings, each in order, become one ordered sequence.
 *
 * The oldest of the rings' heads may go out once no ring can still bring an older one: every other
 * ring has a head of its own, has ended, or has promised by its watermark that nothing with so low
 * a seq will follow. Live the promise may fail to come (a worker that has been descheduled): after
 * wait_ns everything that lies below the best watermark goes out, and what the slow ring then still
 * brings is delivered late and counted.
 *
 * Shape:  a linear scan over the heads: k is the number of workers, below 16.
 * Thread: the consumer of all the rings.
 * Cost:   k comparisons an observation; no allocation.
 */
#include "observe/observe.h"

static bool before(const struct observation *a, const struct observation *b)
{
	if (a->seq != b->seq)
		return a->seq < b->seq;
	if (a->stage_n >> 5 != b->stage_n >> 5)
		return a->stage_n >> 5 < b->stage_n >> 5;
	return a->flow_id < b->flow_id;
}

struct look {              /* one turn's view of the rings */
	struct ring *ring; /* of the oldest head */
	const struct observation *oldest;
	uint64_t promised;     /* the least watermark of the rings that are empty and live */
	uint64_t best_promise; /* the greatest of all rings */
};

static struct look look_at(const struct merge *m)
{
	struct look l = {.promised = UINT64_MAX};

	for (unsigned i = 0; i < m->n; i++) {
		struct ring *r = m->ring[i];
		uint32_t n;
		/* Before the peek: whatever either of them promises is then visible to it. */
		bool done = atomic_load_explicit(&r->done, memory_order_acquire);
		uint64_t mark = atomic_load_explicit(&r->watermark, memory_order_acquire);
		const struct observation *o = ring_peek(r, &n);

		if (mark > l.best_promise)
			l.best_promise = mark;
		if (!o) {
			if (!done && mark < l.promised)
				l.promised = mark;
		} else if (!l.oldest || before(o, l.oldest)) {
			l.oldest = o;
			l.ring = r;
		}
	}
	return l;
}

/* Live: whether the wait for a slow ring is over. */
static bool waited(struct merge *m, const struct look *l, uint64_t mono_ns)
{
	if (m->wait_ns == 0)
		return false;
	if (l->oldest->seq < m->released_seq)
		return true;
	if (m->waiting_since_ns == 0) {
		m->waiting_since_ns = mono_ns ? mono_ns : 1;
		return false;
	}
	if (mono_ns - m->waiting_since_ns < m->wait_ns)
		return false;
	m->waiting_since_ns = 0;
	m->released_seq = l->best_promise > l->oldest->seq ? l->best_promise : l->oldest->seq + 1;
	return true;
}

const struct observation *merge_next(struct merge *m, uint64_t mono_ns)
{
	if (m->held) {
		ring_pop(m->held);
		m->held = NULL;
	}

	struct look l = look_at(m);
	if (!l.oldest)
		return NULL;
	if (l.oldest->seq < l.promised)
		m->waiting_since_ns = 0;
	else if (!waited(m, &l, mono_ns))
		return NULL;

	if (l.oldest->seq < m->last_seq)
		count_add(&m->late, 1);
	else
		m->last_seq = l.oldest->seq;
	count_add(&m->merged, 1);
	m->held = l.ring;
	return l.oldest;
}

bool merge_ended(const struct merge *m)
{
	if (m->held)
		return false;
	for (unsigned i = 0; i < m->n; i++) {
		if (!ring_ended(m->ring[i]))
			return false;
	}
	return true;
}
