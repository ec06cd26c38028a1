// SPDX-License-Identifier: Apache-2.0
/* What the writer sees of the evidence: alerts get their ids, results come back; see evidence.h. */
#include "alert/evidence.h"

#include "alert/evidence_part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALERTS_RING (64u << 10)
#define DONE_RING   (64u << 10)

static int enabled_check(const char *text, struct err *err)
{
	if (strcmp(text, "auto") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "no") == 0)
		return 0;
	return err_set(err, EINVAL, "'%s' is not auto, yes or no", text);
}

const struct param evidence_params[] = {
	PARAM_CHECKED(
		PARAM_STR, struct evidence_config, enabled, "auto", enabled_check,
		"keep the frames around alerts: yes, no, or auto (when watching an interface)"),
	PARAM_TEXT(PARAM_STR, struct evidence_config, dir, "",
		   "directory of the pcapng files; empty: evidence/ beside eve.json, else in the "
		   "journal's"),
	PARAM(PARAM_U64, struct evidence_config, memory, 1 << 20, 64.0 * (1 << 30), 64 << 20,
	      "bytes", "frames that each worker remembers, live"),
	PARAM(PARAM_U32, struct evidence_config, before_s, 0, 3600, 30, "s",
	      "how far the frames reach back before the alert"),
	PARAM(PARAM_U32, struct evidence_config, after_s, 0, 3600, 10, "s",
	      "how far they go on after it"),
	PARAM(PARAM_U64, struct evidence_config, max_bytes, 65536, 1 << 30, 4 << 20, "bytes",
	      "one file of evidence; half of it at most from before the alert"),
	PARAM(PARAM_U64, struct evidence_config, total, 1 << 20, 1e12, 1 << 30, "bytes",
	      "all files of evidence; beyond, the oldest go"),
	{0},
};

static int open_live(struct evidence_keeper *e, unsigned workers, struct err *err)
{
	int r;

	e->workers = workers;
	e->tap = aligned_alloc(64, workers * sizeof(*e->tap));
	if (!e->tap)
		return err_set(err, ENOMEM, "no memory for evidence");
	memset(e->tap, 0, workers * sizeof(*e->tap));
	if ((r = ring_init(&e->alerts, ALERTS_RING, false, NULL, err)) < 0 ||
	    (r = ring_init(&e->done, DONE_RING, false, NULL, err)) < 0)
		return r;
	for (unsigned i = 0; i < workers && r == 0; i++)
		r = evidence_tap_init(&e->tap[i], e->c.memory, err);
	for (unsigned i = 0; i < EVIDENCE_OPEN && r == 0; i++) {
		e->job[i].begun = calloc(workers, sizeof(bool));
		e->job[i].cut = calloc(workers, sizeof(bool));
		if (!e->job[i].begun || !e->job[i].cut)
			r = err_set(err, ENOMEM, "no memory for evidence");
	}
	return r;
}

int evidence_open(struct evidence_keeper **out, const struct evidence_config *c, bool live,
		  unsigned workers, struct err *err)
{
	bool wanted = strcmp(c->enabled, "yes") == 0 || (strcmp(c->enabled, "auto") == 0 && live);

	*out = NULL;
	if (!wanted)
		return 0;
	if (!c->dir || !c->dir[0]) {
		if (strcmp(c->enabled, "auto") == 0)
			return 0;
		err_set(err, EINVAL, "evidence has no directory");
		err_hint(err, "give evidence.dir, or -l DIR");
		return -EINVAL;
	}
	struct evidence_keeper *e = aligned_alloc(64, (sizeof(*e) + 63) & ~(size_t)63);
	if (!e)
		return err_set(err, ENOMEM, "no memory for evidence");
	memset(e, 0, sizeof(*e));
	e->c = *c;
	e->live = live;
	int r = evidence_store_open(&e->store, c->dir, c->total, !live, &e->count, err);
	if (r == 0 && live)
		r = open_live(e, workers, err);
	if (r < 0) {
		evidence_close(e);
		return r;
	}
	*out = e;
	return 0;
}

void evidence_close(struct evidence_keeper *e)
{
	if (!e)
		return;
	for (unsigned i = 0; i < e->workers; i++)
		evidence_tap_fini(&e->tap[i]);
	for (unsigned i = 0; i < EVIDENCE_OPEN; i++) {
		free(e->job[i].begun);
		free(e->job[i].cut);
		free(e->job[i].bytes);
	}
	ring_fini(&e->alerts);
	ring_fini(&e->done);
	evidence_store_close(&e->store);
	free(e->tap);
	free(e->asked);
	free(e);
}

struct evidence_tap *evidence_tap_of(struct evidence_keeper *e, unsigned worker)
{
	return e && e->live ? &e->tap[worker] : NULL;
}

int evidence_start(struct evidence_keeper *e, struct err *err)
{
	if (!e || !e->live)
		return 0;
	int r = pthread_create(&e->thread, NULL, evidence_run, e);
	if (r)
		return err_set(err, r, "cannot start the evidence thread: %s", strerror(r));
	e->started = true;
	return 0;
}

void evidence_join(struct evidence_keeper *e)
{
	if (!e || !e->started)
		return;
	pthread_join(e->thread, NULL);
	e->started = false;
}

/* From a file the alerts are kept for the replay. */
static struct evidence_alert *room(struct evidence_keeper *e)
{
	if (e->live)
		return ring_put(&e->alerts, sizeof(struct evidence_alert));
	if (e->n_asked == e->cap_asked) {
		size_t cap = e->cap_asked ? e->cap_asked * 2 : 64;
		struct evidence_alert *more = realloc(e->asked, cap * sizeof(*more));
		if (!more)
			return NULL;
		e->asked = more;
		e->cap_asked = cap;
	}
	return &e->asked[e->n_asked++];
}

static bool tell(struct evidence_keeper *e, const struct evidence_want *w, const struct finding *f,
		 uint32_t file, const char *id, bool first)
{
	struct evidence_alert *a = room(e);

	if (!a)
		return false;
	*a = (struct evidence_alert){.file = file, .first = first, .want = *w};
	snprintf(a->id, sizeof(a->id), "%s", id);
	evidence_text(f, id, a->text);
	if (e->live)
		ring_commit(&e->alerts);
	return true;
}

/* Alerts of the same addresses that fall into the time of a file belong to it. */
static const char *join(struct evidence_keeper *e, const struct evidence_want *w,
			const struct finding *f)
{
	uint32_t n = e->files < EVIDENCE_RECENT ? e->files : EVIDENCE_RECENT;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (e->files - 1 - i) % EVIDENCE_RECENT;
		const struct evidence_want *r = &e->recent[at].want;
		if (!evidence_same(r, w) || w->at_ns < r->at_ns || w->at_ns > r->to_ns)
			continue;
		count_add(&e->count.shared, 1);
		if (e->live || e->n_asked < 4 * EVIDENCE_ASKED)
			tell(e, w, f, e->recent[at].file, e->recent[at].id, false);
		return e->recent[at].id;
	}
	return NULL;
}

const char *evidence_name(struct evidence_keeper *e, const struct finding *f,
			  const struct event_id *id)
{
	struct evidence_want w;

	if (!e || f->kind != FINDING_alert || f->tier != TIER_alert ||
	    !evidence_want_of(f, &e->c, &w))
		return NULL;
	const char *name = join(e, &w, f);
	if (name)
		return name;
	if (e->live ? atomic_load(&e->open) >= EVIDENCE_OPEN : e->files >= EVIDENCE_ASKED) {
		count_add(&e->count.skipped, 1);
		return NULL;
	}
	uint32_t at = e->files % EVIDENCE_RECENT;
	char *out = e->recent[at].id;
	if (e->live && id)
		snprintf(out, EVIDENCE_ID, "%016" PRIx64 "-%" PRIu64, id->epoch, id->seq);
	else if (e->live) /* no journal: the file's time keeps runs apart */
		snprintf(out, EVIDENCE_ID, "%" PRIu64 "-%" PRIu32, f->time_ns, e->files + 1);
	else
		snprintf(out, EVIDENCE_ID, "%06" PRIu32, e->files + 1);
	if (!tell(e, &w, f, e->files + 1, out, true)) {
		count_add(&e->count.skipped, 1);
		return NULL;
	}
	e->recent[at].want = w;
	e->recent[at].file = ++e->files;
	atomic_fetch_add(&e->open, 1);
	count_add(&e->count.asked, 1);
	return out;
}

void evidence_last(struct evidence_keeper *e)
{
	if (e && e->live)
		ring_done(&e->alerts);
}

bool evidence_next(struct evidence_keeper *e, struct evidence_done *d)
{
	const struct evidence_done *from;
	uint32_t n;

	if (!e || !e->live || !(from = ring_peek(&e->done, &n)))
		return false;
	*d = *from;
	ring_pop(&e->done);
	atomic_fetch_sub(&e->open, 1);
	return true;
}

bool evidence_ended(struct evidence_keeper *e)
{
	return !e || !e->live || !e->started || ring_ended(&e->done);
}

void evidence_mark(struct evidence_marks *m, const struct evidence_alert *a)
{
	if (m->n == EVIDENCE_MARKS)
		return;
	m->at[m->n].seq = a->want.seq;
	memcpy(m->at[m->n++].text, a->text, sizeof(a->text));
}

const char *evidence_marked(const struct evidence_marks *m, uint64_t seq)
{
	for (unsigned i = 0; i < m->n; i++)
		if (m->at[i].seq == seq)
			return m->at[i].text;
	return NULL;
}

void evidence_settle(struct evidence_keeper *e, struct evidence_done *d, bool ok)
{
	d->state = d->frames == 0 ? EVIDENCE_empty : ok ? EVIDENCE_kept : EVIDENCE_failed;
	if (d->state != EVIDENCE_kept)
		d->bytes = 0;
	count_add(d->state == EVIDENCE_kept    ? &e->count.kept
		  : d->state == EVIDENCE_empty ? &e->count.empty
					       : &e->count.failed,
		  1);
	count_add(&e->count.bytes, d->bytes);
	count_add(&e->count.partial, d->before_partial || d->after_partial);
}

const struct evidence_counters *evidence_counters_of(const struct evidence_keeper *e)
{
	return &e->count;
}

void evidence_tap_sums(const struct evidence_keeper *e, uint64_t *frames, uint64_t *dropped,
		       uint64_t *pages)
{
	*frames = *dropped = *pages = 0;
	for (unsigned i = 0; i < e->workers; i++) {
		*frames += count_get(&e->tap[i].frames);
		*dropped += count_get(&e->tap[i].dropped);
		*pages += e->tap[i].n_pages;
	}
}
