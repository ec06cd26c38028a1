// SPDX-License-Identifier: Apache-2.0
/* Pages of frames, and what becomes of them; see evidence_tap.h. */
#include "alert/evidence_tap.h"

#include "flow/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD      640u /* bytes */
#define PAGES_MIN  4u
#define ASK_RING   (8u << 10)
#define TOLD_RING  (1u << 20)
#define NO_PAYLOAD 256u /* bytes of a frame whose payload stands elsewhere */

int evidence_tap_init(struct evidence_tap *t, uint64_t memory, struct err *err)
{
	int r;

	*t = (struct evidence_tap){.n_pages = (uint32_t)(memory / EVIDENCE_PAGE), .number = 1};
	if (t->n_pages < PAGES_MIN)
		t->n_pages = PAGES_MIN;
	t->page = calloc(t->n_pages, sizeof(*t->page));
	t->memory = aligned_alloc(4096, (uint64_t)t->n_pages * EVIDENCE_PAGE);
	if (!t->page || !t->memory)
		return err_set(err, ENOMEM, "no memory for %u MiB of frames",
			       t->n_pages / ((1u << 20) / EVIDENCE_PAGE));
	memset(t->memory, 0,
	       (uint64_t)t->n_pages * EVIDENCE_PAGE); /* not under the first packets */
	t->page[0].number = t->number;
	r = ring_init(&t->ask, ASK_RING, false, NULL, err);
	return r < 0 ? r : ring_init(&t->told, TOLD_RING, false, NULL, err);
}

void evidence_tap_fini(struct evidence_tap *t)
{
	ring_fini(&t->ask);
	ring_fini(&t->told);
	free(t->memory);
	free(t->page);
}

static bool tell(struct evidence_tap *t, struct evidence_told told)
{
	struct evidence_told *to = ring_put(&t->told, sizeof(*to));

	if (to)
		*to = told;
	return to != NULL;
}

static uint32_t pinned(const struct evidence_tap *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n_pages; i++)
		n += atomic_load_explicit(&t->page[i].pins, memory_order_relaxed) > 0;
	return n;
}

static bool hand_over(struct evidence_tap *t, uint32_t request, uint32_t page, uint32_t from)
{
	struct evidence_page *p = &t->page[page];

	if (atomic_load_explicit(&p->pins, memory_order_relaxed) == 0 &&
	    pinned(t) >= t->n_pages / 2)
		return false;
	atomic_fetch_add_explicit(&p->pins, 1, memory_order_relaxed);
	if (tell(t, (struct evidence_told){.kind = EVIDENCE_page,
					   .request = request,
					   .page = page,
					   .from = from,
					   .to = p->used}))
		return true;
	atomic_fetch_sub_explicit(&p->pins, 1, memory_order_relaxed);
	return false;
}

/* What the page being filled has that the open requests have not seen. */
static void flush(struct evidence_tap *t)
{
	uint32_t used = t->page[t->at].used;

	if (t->n_open == 0 || t->handed == used)
		return;
	if (!hand_over(t, EVIDENCE_ALL, t->at, t->handed))
		t->missed = true;
	t->handed = used;
}

static bool next_page(struct evidence_tap *t)
{
	flush(t);
	for (uint32_t i = 1; i <= t->n_pages; i++) {
		uint32_t at = (t->at + i) % t->n_pages;
		struct evidence_page *p = &t->page[at];

		if (atomic_load_explicit(&p->pins, memory_order_acquire) > 0)
			continue;
		if (p->used > 0 && p->last_ns > t->gone_ns)
			t->gone_ns = p->last_ns;
		p->used = 0;
		p->number = ++t->number;
		t->at = at;
		t->handed = 0;
		return true;
	}
	return false;
}

/* Of a flow's direction that has said enough, only the headers. */
static uint32_t keep(const struct frame *f, const struct pkt *p)
{
	uint32_t n = f->cap_len < EVIDENCE_KEEP ? f->cap_len : EVIDENCE_KEEP;
	size_t head = NO_PAYLOAD;

	if (!p->flow ||
	    p->flow->half[p->dir].payload < EVIDENCE_FLOW_BYTES + (uint64_t)p->payload_wire)
		return n;
	if (p->payload >= f->data && p->payload <= f->data + f->cap_len)
		head = (size_t)(p->payload - f->data);
	return head < n ? (uint32_t)head : n;
}

void evidence_frame(struct evidence_tap *t, const struct frame *f, const struct pkt *p)
{
	if (p->net == PKT_none)
		return; /* no address: no alert can ask for it */
	uint32_t n = keep(f, p);
	uint32_t room = ((uint32_t)sizeof(struct evidence_record) + n + 7u) & ~7u;
	struct evidence_page *page = &t->page[t->at];

	if (page->used + room > EVIDENCE_PAGE) {
		if (!next_page(t)) {
			count_add(&t->dropped, 1);
			return;
		}
		page = &t->page[t->at];
	}
	if (page->used == 0)
		page->first_ns = page->last_ns = f->time_ns;
	if (f->time_ns > page->last_ns)
		page->last_ns = f->time_ns;
	if (f->time_ns < page->first_ns)
		page->first_ns = f->time_ns;
	uint8_t *to = t->memory + (uint64_t)t->at * EVIDENCE_PAGE + page->used;
	const struct evidence_record r = {.time_ns = f->time_ns,
					  .seq = f->seq,
					  .src = p->src,
					  .dst = p->dst,
					  .cap_len = n,
					  .wire_len = f->wire_len,
					  .link = f->link,
					  .source = f->source,
					  .vlan_tci = f->vlan_tci,
					  .flags = f->flags,
					  .room = room};
	memcpy(to, &r, sizeof(r));
	memcpy(to + sizeof(r), f->data, n);
	page->used += room;
	/* The memory is larger than any cache: the next frame's place is fetched before it comes.
	 */
	for (unsigned i = 0; i < AHEAD; i += 64)
		__builtin_prefetch(to + room + i, 1);
	count_add(&t->frames, 1);
}

/* The newest first: what is nearest to the alert is what must not be missing. */
static bool hand_over_since(struct evidence_tap *t, const struct evidence_ask *a)
{
	bool all = t->gone_ns < a->from_ns;

	for (uint32_t i = 0; i < t->n_pages; i++) {
		uint32_t at = (t->at + t->n_pages - i) % t->n_pages;
		const struct evidence_page *p = &t->page[at];

		if (p->used == 0 || p->last_ns < a->from_ns)
			continue;
		if (!hand_over(t, a->request, at, 0))
			all = false;
	}
	return all;
}

static void begin(struct evidence_tap *t, const struct evidence_ask *a)
{
	flush(t); /* the others' part ends here */
	struct evidence_open *o = &t->open[t->n_open++];
	*o = (struct evidence_open){.ask = *a};
	o->partial = !hand_over_since(t, a);
	t->handed = t->page[t->at].used;
	if (t->n_open == 1)
		t->missed = false;
}

static bool tell_begun(struct evidence_tap *t, struct evidence_open *o)
{
	if (!o->begun_told)
		o->begun_told = tell(t, (struct evidence_told){.kind = EVIDENCE_begun,
							       .request = o->ask.request,
							       .partial = o->partial});
	return o->begun_told;
}

/* Ends what is over; what finds no room in the ring is told at the next turn. */
static void finish(struct evidence_tap *t, uint64_t now_ns)
{
	bool flushed = false;

	for (unsigned i = 0; i < t->n_open;) {
		struct evidence_open *o = &t->open[i];
		bool over = tell_begun(t, o) && now_ns > o->ask.to_ns;

		if (over && !flushed) {
			flush(t);
			flushed = true;
		}
		if (over && tell(t, (struct evidence_told){.kind = EVIDENCE_ended,
							   .request = o->ask.request,
							   .partial = t->missed}))
			*o = t->open[--t->n_open];
		else
			i++;
	}
}

void evidence_turn(struct evidence_tap *t, uint64_t now_ns)
{
	const struct evidence_ask *a;
	uint32_t n;

	while (t->n_open < EVIDENCE_REQUESTS && (a = ring_peek(&t->ask, &n))) {
		begin(t, a);
		ring_pop(&t->ask);
	}
	if (t->n_open == 0)
		return;
	finish(t, now_ns);
	ring_commit(&t->told);
}

void evidence_tap_end(struct evidence_tap *t)
{
	evidence_turn(t, UINT64_MAX);
	ring_done(&t->told);
}
