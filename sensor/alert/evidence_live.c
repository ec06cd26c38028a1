// SPDX-License-Identifier: Apache-2.0
/* The evidence thread: asks the workers for their share of a file, copies what matches out of the
 * pages they hand over, puts the pages back, and writes the file when all of them have ended.
 *
 * Owns:   the pins of the pages handed over; a job's memory, from its first page to its file.
 * Thread: its own. A worker's pages are read only between its message and put_back().
 * Errors: a worker that has not ended a request GIVE_UP_NS after it should have (its source stands
 *         still) is not waited for: what it has given is written, as partial.
 */
#include "alert/evidence_part.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

#define IDLE_NS    (2 * NS_PER_MS)
#define GIVE_UP_NS (5 * NS_PER_S)

static struct evidence_job *job_of(struct evidence_keeper *e, uint32_t request)
{
	for (unsigned i = 0; i < EVIDENCE_OPEN; i++)
		if (e->job[i].used && e->job[i].request == request)
			return &e->job[i];
	return NULL;
}

static void ask_workers(struct evidence_keeper *e, const struct evidence_job *j)
{
	for (unsigned w = 0; w < e->workers; w++) {
		/* Cannot be full: it has room for more requests than there are jobs. */
		struct evidence_ask *ask = ring_put(&e->tap[w].ask, sizeof(*ask));
		if (!ask)
			continue;
		*ask = (struct evidence_ask){j->request, j->want.from_ns, j->want.to_ns};
		ring_commit(&e->tap[w].ask);
	}
}

static void tell_done(struct evidence_keeper *e, const struct evidence_done *d)
{
	struct evidence_done *to;

	/* The writer takes them: with EVIDENCE_OPEN at most under way, the ring has room. */
	while (!(to = ring_put(&e->done, sizeof(*to))))
		clock_sleep_ns(IDLE_NS);
	*to = *d;
	ring_commit(&e->done);
}

static void start(struct evidence_keeper *e, const struct evidence_alert *a)
{
	struct evidence_job *j = NULL;

	for (unsigned i = 0; i < EVIDENCE_OPEN && !j; i++)
		if (!e->job[i].used)
			j = &e->job[i];
	struct evidence_done d = {.alert_ns = a->want.at_ns, .state = EVIDENCE_failed};
	memcpy(d.id, a->id, sizeof(d.id));
	if (j && !j->bytes)
		j->bytes = malloc(e->c.max_bytes);
	if (!j || !j->bytes) {
		count_add(&e->count.failed, 1);
		tell_done(e, &d);
		return;
	}
	j->used = true;
	j->file = a->file;
	j->request = ++e->requests;
	j->want = a->want;
	j->done = d;
	j->marks.n = 0;
	j->n = 0;
	j->half = e->c.max_bytes / 2;
	j->n_begun = j->n_ended = 0;
	memset(j->begun, 0, e->workers * sizeof(*j->begun));
	memset(j->cut, 0, e->workers * sizeof(*j->cut));
	uint64_t wait = (uint64_t)e->c.after_s * NS_PER_S + GIVE_UP_NS;
	j->given_up_ns = clock_mono_ns() + wait;
	evidence_mark(&j->marks, a);
	ask_workers(e, j);
}

static void take_alerts(struct evidence_keeper *e)
{
	const struct evidence_alert *a;
	uint32_t n;

	while ((a = ring_peek(&e->alerts, &n))) {
		for (unsigned i = 0; i < EVIDENCE_OPEN && !a->first; i++)
			if (e->job[i].used && e->job[i].file == a->file)
				evidence_mark(&e->job[i].marks, a);
		if (a->first)
			start(e, a);
		ring_pop(&e->alerts);
	}
}

static bool wanted(const struct evidence_job *j, const struct evidence_record *r)
{
	return evidence_within(&j->want, r->time_ns) &&
	       evidence_between(&j->want, &r->src, &r->dst);
}

static size_t matching(const struct evidence_job *j, const uint8_t *page, uint32_t from,
		       uint32_t to)
{
	struct evidence_record r;
	size_t n = 0;

	for (; from < to; from += (uint32_t)r.room) {
		memcpy(&r, page + from, sizeof(r));
		if (wanted(j, &r))
			n += r.room;
	}
	return n;
}

/* What matches of a page's bytes goes to the job. False: not all of it had room. From before the
 * alert (`newest`) the oldest is then left out, from after it the newest. */
static bool copy(struct evidence_job *j, const uint8_t *page, uint32_t from, uint32_t to,
		 size_t limit, bool newest)
{
	size_t room = limit > j->n ? limit - j->n : 0;
	size_t all = newest ? matching(j, page, from, to) : 0;
	size_t skip = all > room ? all - room : 0;
	bool fits = skip == 0;
	struct evidence_record r;

	for (; from < to; from += (uint32_t)r.room) {
		memcpy(&r, page + from, sizeof(r));
		if (!wanted(j, &r))
			continue;
		if (skip > 0) {
			skip -= r.room < skip ? r.room : skip;
			continue;
		}
		if (r.room > limit - j->n)
			return false;
		memcpy(j->bytes + j->n, page + from, r.room);
		j->n += r.room;
		j->done.frames++;
	}
	return fits;
}

static void take_page(struct evidence_keeper *e, unsigned w, const struct evidence_told *t)
{
	const uint8_t *page = evidence_tap_page(&e->tap[w], t->page);
	struct evidence_job *one = t->request == EVIDENCE_ALL ? NULL : job_of(e, t->request);

	/* The newest come first: after one that did not fit the older ones are left out. */
	if (one && one->cut[w])
		one->done.before_partial = true;
	else if (one && !copy(one, page, t->from, t->to, one->half, true)) {
		one->cut[w] = true;
		one->done.before_partial = true;
	}
	for (unsigned i = 0; i < EVIDENCE_OPEN && t->request == EVIDENCE_ALL; i++) {
		struct evidence_job *j = &e->job[i];
		if (j->used && j->begun[w] && !copy(j, page, t->from, t->to, e->c.max_bytes, false))
			j->done.after_partial = true;
	}
	evidence_put_back(&e->tap[w], t->page);
}

static void take_told(struct evidence_keeper *e, unsigned w, const struct evidence_told *t)
{
	struct evidence_job *j;

	if (t->kind == EVIDENCE_page) {
		take_page(e, w, t);
		return;
	}
	j = job_of(e, t->request);
	if (!j)
		return; /* given up */
	if (t->kind == EVIDENCE_begun) {
		j->begun[w] = true;
		j->n_begun++;
		j->done.before_partial |= t->partial;
		return;
	}
	j->begun[w] = false;
	j->n_ended++;
	j->done.after_partial |= t->partial;
}

static int by_time(const void *a, const void *b)
{
	const struct evidence_record *x = *(const struct evidence_record *const *)a;
	const struct evidence_record *y = *(const struct evidence_record *const *)b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The records in the order of their times; NULL: no memory, or none. The caller frees. */
static const struct evidence_record **sorted(const struct evidence_job *j)
{
	const struct evidence_record **at =
		calloc(j->done.frames + 1, sizeof(struct evidence_record *));
	size_t n = 0;

	for (size_t i = 0; at && i < j->n;) {
		const void *p = j->bytes + i; /* records are multiples of 8 bytes */
		at[n] = p;
		i += at[n++]->room;
	}
	if (at && n > 1)
		qsort(at, n, sizeof(*at), by_time);
	return at;
}

static bool write_job(struct evidence_keeper *e, struct evidence_job *j)
{
	const struct evidence_record **at = sorted(j);
	struct evidence_pcapng p;
	bool ok = at != NULL;

	evidence_pcapng_begin(&p, j->marks.at[0].text);
	for (uint64_t i = 0; ok && i < j->done.frames; i++) {
		const struct evidence_record *r = at[i];
		const struct frame f = {.data = (const uint8_t *)(r + 1),
					.cap_len = r->cap_len,
					.wire_len = r->wire_len,
					.time_ns = r->time_ns,
					.link = r->link,
					.vlan_tci = r->vlan_tci,
					.flags = r->flags};
		ok = evidence_pcapng_frame(&p, &f, evidence_marked(&j->marks, r->seq));
	}
	if (ok) {
		j->done.first_ns = at[0]->time_ns;
		j->done.last_ns = at[j->done.frames - 1]->time_ns;
	}
	ok = ok && evidence_store_append(&e->store, j->done.id, p.at, p.n) &&
	     evidence_store_finish(&e->store, j->done.id, &j->done);
	evidence_pcapng_fini(&p);
	free(at);
	return ok;
}

static void finish(struct evidence_keeper *e, struct evidence_job *j)
{
	bool ok = j->done.frames > 0 && write_job(e, j);

	evidence_settle(e, &j->done, ok);
	tell_done(e, &j->done);
	j->used = false;
}

static bool take_all_told(struct evidence_keeper *e)
{
	const struct evidence_told *t;
	uint32_t n;
	bool any = false;

	for (unsigned w = 0; w < e->workers; w++) {
		while ((t = ring_peek(&e->tap[w].told, &n))) {
			take_told(e, w, t);
			ring_pop(&e->tap[w].told);
			any = true;
		}
		/* A worker that is gone answers no more: its part is done for it. */
		if (ring_ended(&e->tap[w].told))
			evidence_turn(&e->tap[w], UINT64_MAX);
	}
	return any;
}

void *evidence_run(void *arg)
{
	struct evidence_keeper *e = arg;
	unsigned busy;

	do {
		/* Before the alerts are looked at: what was put before the end is then seen. */
		bool last = ring_ended(&e->alerts);
		take_alerts(e);
		bool any = take_all_told(e);
		busy = !last;
		for (unsigned i = 0; i < EVIDENCE_OPEN; i++) {
			struct evidence_job *j = &e->job[i];
			if (!j->used)
				continue;
			bool late = j->n_ended < e->workers && clock_mono_ns() > j->given_up_ns;
			j->done.after_partial |= late;
			if (late || j->n_ended == e->workers)
				finish(e, j);
			else
				busy++;
		}
		if (!any && busy)
			clock_sleep_ns(IDLE_NS);
	} while (busy);
	ring_done(&e->done);
	return NULL;
}
