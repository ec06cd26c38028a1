// SPDX-License-Identifier: Apache-2.0
/* A worker's pages: what wraps, what a pin keeps, what is said when something is not there. */
#include "alert/evidence_tap.h"

#include "check.h"
#include "flow/record.h"

#include <stdlib.h>

#define PAGES 8u

static uint8_t bytes[EVIDENCE_KEEP + 64];
static struct flow flow;

static void keep(struct evidence_tap *t, uint64_t seq, uint32_t n)
{
	struct frame f = {.data = bytes, .cap_len = n, .wire_len = n, .time_ns = seq, .seq = seq};
	struct pkt p = {.net = PKT_ip4, .payload = bytes + 54, .src = {.q = {1, seq}}};

	memcpy(bytes, &seq, sizeof(seq));
	evidence_frame(t, &f, &p);
}

static void ask(struct evidence_tap *t, uint32_t request, uint64_t from, uint64_t to)
{
	struct evidence_ask *a = ring_put(&t->ask, sizeof(*a));

	CHECK(a != NULL);
	*a = (struct evidence_ask){request, from, to};
	ring_commit(&t->ask);
}

struct seen {
	unsigned pages, begun, ended, partial, frames;
	uint64_t first, last, order; /* of seq; 1 while each page's are ascending and whole */
	uint32_t held[64];
	unsigned n_held;
};

/* Takes every message; pins are kept when `hold`. */
static struct seen take(struct evidence_tap *t, bool hold)
{
	struct seen s = {.first = UINT64_MAX, .order = 1};
	const struct evidence_told *m;
	uint32_t n;

	while ((m = ring_peek(&t->told, &n))) {
		if (m->kind == EVIDENCE_begun)
			s.begun++;
		if (m->kind == EVIDENCE_ended)
			s.ended++;
		s.partial += m->kind != EVIDENCE_page && m->partial;
		if (m->kind == EVIDENCE_page) {
			const uint8_t *at = evidence_tap_page(t, m->page);
			uint32_t i = m->from;
			s.pages++;
			while (i < m->to) {
				struct evidence_record r;
				memcpy(&r, at + i, sizeof(r));
				uint64_t inside;
				memcpy(&inside, at + i + sizeof(r), sizeof(inside));
				s.order &= inside == r.seq && r.room >= sizeof(r) + r.cap_len;
				s.frames++;
				s.first = r.seq < s.first ? r.seq : s.first;
				s.last = r.seq > s.last ? r.seq : s.last;
				i += (uint32_t)r.room;
			}
			s.order &= i == m->to;
			if (hold && s.n_held < 64)
				s.held[s.n_held++] = m->page;
			else
				evidence_put_back(t, m->page);
		}
		ring_pop(&t->told);
	}
	return s;
}

static struct evidence_tap *tap(void)
{
	struct evidence_tap *t = aligned_alloc(64, sizeof(*t));
	struct err err = {0};

	if (!t)
		abort();
	CHECK_EQ(evidence_tap_init(t, PAGES * EVIDENCE_PAGE, &err), 0);
	CHECK_EQ(t->n_pages, PAGES);
	return t;
}

static void drop(struct evidence_tap *t)
{
	evidence_tap_fini(t);
	free(t);
}

static void before_and_after(void)
{
	struct evidence_tap *t = tap();

	CASE("what was there, then what comes, each frame once");
	for (uint64_t i = 1; i <= 1000; i++)
		keep(t, i, 100);
	ask(t, 7, 1, 2000);
	evidence_turn(t, 1000);
	struct seen s = take(t, false);
	CHECK_EQ(s.begun, 1);
	CHECK_EQ(s.ended, 0);
	CHECK_EQ(s.partial, 0);
	CHECK_EQ(s.frames, 1000);
	CHECK(s.order);
	for (uint64_t i = 1001; i <= 6000; i++) /* more than a page */
		keep(t, i, 100);
	evidence_turn(t, 2000); /* not yet */
	struct seen more = take(t, false);
	CHECK_EQ(more.ended, 0);
	evidence_turn(t, 2001);
	struct seen end = take(t, false);
	CHECK_EQ(end.ended, 1);
	CHECK_EQ(end.partial, 0);
	CHECK_EQ(more.frames + end.frames, 5000);
	CHECK_EQ(more.first, 1001);
	CHECK_EQ(end.last, 6000);
	CHECK_EQ(t->n_open, 0);
	CASE("nothing is told when nobody asks");
	keep(t, 6001, 100);
	evidence_turn(t, 7000);
	CHECK_EQ(take(t, false).pages, 0);
	drop(t);
}

static void wraps(void)
{
	struct evidence_tap *t = tap();
	uint64_t i = 0;

	CASE("the oldest go, and a request that wants them hears it");
	while (i < 40000)
		keep(t, ++i, 100);
	CHECK(t->gone_ns > 0);
	CHECK_EQ(count_get(&t->dropped), 0);
	CHECK_EQ(count_get(&t->frames), 40000);
	ask(t, 1, t->gone_ns, UINT64_MAX - 1); /* one that is gone */
	ask(t, 2, t->gone_ns + 1, UINT64_MAX - 1);
	evidence_turn(t, i);
	/* Half the pages can be pinned: of 8 that match 4 are handed over, the newest. */
	struct seen s = take(t, false);
	CHECK_EQ(s.begun, 2);
	CHECK_EQ(s.partial, 2);
	CHECK_EQ(s.last, 40000);
	CHECK(s.order);
	CASE("within half the pages nothing is missing");
	ask(t, 3, i - 3000, i);
	evidence_turn(t, i);
	s = take(t, false);
	CHECK_EQ(s.begun, 1);
	CHECK_EQ(s.partial, 0);
	CHECK(s.first <= i - 3000);
	drop(t);
}

static void pins(void)
{
	struct evidence_tap *t = tap();
	uint64_t i = 0;
	uint8_t *copy = malloc(EVIDENCE_PAGE);

	if (!copy)
		abort();
	CASE("a pinned page is not overwritten, however much comes");
	while (i < 5000)
		keep(t, ++i, 100);
	ask(t, 1, 1, i);
	evidence_turn(t, i);
	struct seen held = take(t, true);
	CHECK(held.n_held >= 2);
	evidence_turn(t, i + 1);
	CHECK_EQ(take(t, false).ended, 1);
	uint32_t page = held.held[held.n_held - 1];
	memcpy(copy, evidence_tap_page(t, page), EVIDENCE_PAGE);
	while (i < 200000)
		keep(t, ++i, 100);
	CHECK(memcmp(copy, evidence_tap_page(t, page), EVIDENCE_PAGE) == 0);
	CHECK_EQ(count_get(&t->dropped), 0);
	CASE("put back, it is used again");
	for (unsigned k = 0; k < held.n_held; k++)
		evidence_put_back(t, held.held[k]);
	while (i < 400000)
		keep(t, ++i, 100);
	CHECK(memcmp(copy, evidence_tap_page(t, page), EVIDENCE_PAGE) != 0);
	for (uint32_t k = 0; k < t->n_pages; k++)
		CHECK_EQ(atomic_load(&t->page[k].pins), 0);
	CASE("when all pages are pinned, frames are counted as dropped, not waited for");
	for (uint32_t k = 0; k < t->n_pages; k++)
		atomic_fetch_add(&t->page[k].pins, 1);
	for (unsigned k = 0; k < 5000; k++)
		keep(t, ++i, 100);
	CHECK(count_get(&t->dropped) > 0);
	CASE("a request after that says partial");
	ask(t, 2, 1, i + 10);
	for (uint32_t k = 0; k < t->n_pages; k++)
		evidence_put_back(t, k);
	for (uint32_t k = 0; k < t->n_pages / 2; k++)
		atomic_fetch_add(&t->page[(t->at + 1 + k) % t->n_pages].pins, 1);
	evidence_turn(t, i);
	struct seen s = take(t, false);
	CHECK_EQ(s.begun, 1);
	CHECK_EQ(s.partial, 1);
	free(copy);
	drop(t);
}

static uint32_t kept_len(struct evidence_tap *t, const struct frame *f, const struct pkt *p)
{
	uint32_t used = t->page[t->at].used;
	struct evidence_record r;

	evidence_frame(t, f, p);
	if (t->page[t->at].used == used)
		return UINT32_MAX;
	memcpy(&r, t->memory + (uint64_t)t->at * EVIDENCE_PAGE + used, sizeof(r));
	return r.cap_len;
}

static void lengths(void)
{
	struct evidence_tap *t = tap();
	struct frame f = {.data = bytes, .cap_len = 1514, .wire_len = 1514};
	struct pkt p = {.net = PKT_ip4,
			.payload = bytes + 54,
			.payload_len = 1460,
			.payload_wire = 1460,
			.flow = &flow};

	CASE("the first 16 KiB of a direction, then headers");
	flow.half[0].payload = 1460;
	CHECK_EQ(kept_len(t, &f, &p), 1514);
	flow.half[0].payload = EVIDENCE_FLOW_BYTES + 1459; /* a byte of it is within */
	CHECK_EQ(kept_len(t, &f, &p), 1514);
	flow.half[0].payload = EVIDENCE_FLOW_BYTES + 1460;
	CHECK_EQ(kept_len(t, &f, &p), 54);
	CASE("the other direction has its own");
	p.dir = 1;
	flow.half[1].payload = 1460;
	CHECK_EQ(kept_len(t, &f, &p), 1514);
	CASE("a payload that is not in the frame");
	static uint8_t elsewhere[10];
	p.dir = 0;
	p.payload = elsewhere;
	CHECK_EQ(kept_len(t, &f, &p), 256);
	CASE("no flow: all of it, to 64 KiB");
	p.flow = NULL;
	CHECK_EQ(kept_len(t, &f, &p), 1514);
	f.cap_len = EVIDENCE_KEEP + 1;
	CHECK_EQ(kept_len(t, &f, &p), EVIDENCE_KEEP);
	CASE("what has no address is not kept");
	p.net = PKT_none;
	CHECK_EQ(kept_len(t, &f, &p), UINT32_MAX);
	drop(t);
}

static void ends(void)
{
	struct evidence_tap *t = tap();

	CASE("the worker's end ends its requests");
	keep(t, 1, 60);
	ask(t, 1, 0, 1000000);
	evidence_tap_end(t);
	struct seen s = take(t, false);
	CHECK_EQ(s.begun, 1);
	CHECK_EQ(s.ended, 1);
	CHECK_EQ(s.frames, 1);
	CHECK(ring_ended(&t->told));
	CASE("one asked after it is answered by whoever turns");
	ask(t, 2, 0, 1000000);
	evidence_turn(t, UINT64_MAX);
	s = take(t, false);
	CHECK_EQ(s.begun + s.ended, 2);
	CHECK_EQ(s.frames, 1);
	drop(t);
}

static void many(void)
{
	struct evidence_tap *t = tap();
	struct seen s = {0};
	uint64_t i = 0;
	unsigned asked = 0, begun = 0, ended = 0;

	CASE("requests at any moment: all begin, all end, no pin is left");
	srand(1);
	while (i < 300000) {
		keep(t, ++i, 60 + (uint32_t)rand() % 1400);
		if (rand() % 4000 == 0 && asked - ended < EVIDENCE_REQUESTS)
			ask(t, ++asked, i > 5000 ? i - 5000 : 0, i + (uint64_t)rand() % 3000);
		if (i % 32 == 0) {
			evidence_turn(t, i);
			s = take(t, false);
			begun += s.begun;
			ended += s.ended;
			CHECK(s.order);
		}
	}
	evidence_tap_end(t);
	s = take(t, false);
	CHECK_EQ(begun + s.begun, asked);
	CHECK_EQ(ended + s.ended, asked);
	CHECK(asked > 30);
	for (uint32_t k = 0; k < t->n_pages; k++)
		CHECK_EQ(atomic_load(&t->page[k].pins), 0);
	drop(t);
}

int main(void)
{
	before_and_after();
	wraps();
	pins();
	lengths();
	ends();
	many();
	return check_done();
}
