// SPDX-License-Identifier: Apache-2.0
/* The memory that keeps a direction's last bytes side by side, in three sizes: two thirds of all
 * directions say less than a kilobyte, and one in eight more than four (the 541 MB mix).
 *
 * Shape:  a pool a size, within one budget. A direction that outgrows its window moves to a larger
 *         one, so a byte is copied four times at most. Where the budget is spent, windows that are
 *         idle for IDLE_S are taken away: first of that size, then of the others, SAMPLE of each
 *         looked at.
 * Owns:   its pools. Thread: the worker's.
 */
#include "flow/stream.h"

#include "base/clock.h"
#include "flow/table.h"

#define SAMPLE 16u /* windows of a size looked at for an idle one */
#define IDLE_S 2   /* of packet time, nothing told */

static const uint32_t sizes[STREAM_WINDOW_SIZES] = {1024, 4096, STREAM_WINDOW_PAGE};

int flow_windows_init(struct stream_windows *w, uint64_t budget)
{
	*w = (struct stream_windows){.budget = budget};
	for (unsigned k = 0; k < STREAM_WINDOW_SIZES; k++) {
		if (flow_pool_init(&w->pool[k], sizes[k], budget / sizes[k] + 1) != 0)
			return -1;
		w->owner[k] = flow_memory_map(w->pool[k].cap * sizeof(*w->owner[k]));
		if (!w->owner[k])
			return -1;
	}
	if (w->budget < sizes[0])
		w->budget = sizes[0];
	return 0;
}

void flow_windows_fini(struct stream_windows *w)
{
	for (unsigned k = 0; k < STREAM_WINDOW_SIZES; k++) {
		flow_memory_unmap(w->owner[k], w->pool[k].cap * sizeof(*w->owner[k]));
		w->owner[k] = NULL;
		flow_pool_fini(&w->pool[k]);
	}
}

static struct stream_owner *owner_of(const struct stream_windows *w, uint32_t window)
{
	return &w->owner[window & STREAM_WINDOW_SIZE][(window >> STREAM_WINDOW_BITS) - 1];
}

void flow_window_put(struct flow_streams *m, struct stream_half *h)
{
	struct stream_windows *w = &m->windows;
	unsigned k = h->window & STREAM_WINDOW_SIZE;

	if (!h->window)
		return;
	owner_of(w, h->window)->ref = 0;
	flow_pool_put(&w->pool[k], h->window >> STREAM_WINDOW_BITS);
	w->used -= sizes[k];
	h->window = 0;
	h->window_len = 0;
}

static bool fits(const struct stream_windows *w, unsigned k)
{
	return w->used + sizes[k] <= w->budget;
}

/* Takes windows of size `of` that nothing was told through for a while, until one of size k fits.
 * Where all are busy none is taken: they would change hands before they are of use to anybody. */
static void steal(struct flow_streams *m, unsigned of, unsigned k, uint32_t now_s)
{
	struct stream_windows *w = &m->windows;
	uint32_t n = w->pool[of].fresh;

	for (unsigned i = 0; i < SAMPLE && i < n && !fits(w, k); i++) {
		uint32_t at = w->hand[of] < n ? w->hand[of] : 0;
		const struct stream_owner *o = &w->owner[of][at];

		w->hand[of] = at + 1;
		if (!o->ref || (int32_t)(now_s - o->told_s) < IDLE_S)
			continue;
		struct tcp_stream *s = flow_pool_at(&m->streams, o->ref >> 1);
		flow_window_put(m, &s->half[o->ref & 1]);
	}
}

static uint32_t stream_ref(const struct flow_streams *m, const struct tcp_stream *s)
{
	return (uint32_t)((size_t)((const uint8_t *)s - m->streams.base) / m->streams.size) + 1;
}

static uint32_t take(const struct stream_call *c, unsigned k, uint32_t now_s)
{
	struct stream_windows *w = &c->m->windows;

	if (!fits(w, k)) {
		count_add(&c->m->count->stream_memcap, 1);
		steal(c->m, k, k, now_s);
		for (unsigned of = STREAM_WINDOW_SIZES; of-- > 0;)
			steal(c->m, of, k, now_s);
	}
	uint32_t at = fits(w, k) ? flow_pool_get(&w->pool[k]) : 0;
	if (!at)
		return 0;
	w->used += sizes[k];
	w->owner[k][at - 1].ref = stream_ref(c->m, c->f->stream) << 1 | c->dir;
	w->owner[k][at - 1].told_s = now_s;
	return at << STREAM_WINDOW_BITS | k;
}

static unsigned size_for(uint32_t n)
{
	unsigned k = 0;

	while (k + 1 < STREAM_WINDOW_SIZES && n > sizes[k])
		k++;
	return k;
}

/* A larger window, what the one before held moved there; none where there is no room. */
static void move(const struct stream_call *c, struct stream_half *h, unsigned k, uint32_t now_s)
{
	struct stream_half old = *h;
	uint32_t window = take(c, k, now_s);

	if (window && old.window_len)
		memcpy(flow_window_at(c->m, window), flow_window_at(c->m, old.window), old.window_len);
	flow_window_put(c->m, h);
	h->window = window;
	h->window_len = window ? old.window_len : 0;
}

uint8_t *flow_window_room(const struct stream_call *c, struct stream_half *h, uint32_t len)
{
	uint32_t now_s = (uint32_t)(c->at->time_ns / NS_PER_S);
	uint32_t have = 0;

	if (h->window) {
		have = sizes[h->window & STREAM_WINDOW_SIZE];
		owner_of(&c->m->windows, h->window)->told_s = now_s; /* not idle: it is not its own victim */
	}
	if (h->window_len + len > have && have < STREAM_WINDOW_PAGE && len)
		move(c, h, size_for(h->window_len + len), now_s);
	if (!h->window)
		return NULL;
	uint8_t *page = flow_window_at(c->m, h->window);
	if (h->window_len + len > STREAM_WINDOW_PAGE) {
		memmove(page, page + h->window_len - FLOW_WINDOW, FLOW_WINDOW);
		h->window_len = FLOW_WINDOW;
	}
	return page;
}

void flow_windows_turn(struct flow_streams *m, struct tcp_stream *s)
{
	for (unsigned dir = 0; dir < 2; dir++) {
		if (s->half[dir].window)
			owner_of(&m->windows, s->half[dir].window)->ref ^= 1;
	}
}
