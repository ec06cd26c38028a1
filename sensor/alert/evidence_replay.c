// SPDX-License-Identifier: Apache-2.0
/* Evidence from capture files: the run is over, its alerts are known, and the files are read twice
 * more: once to count what belongs to each alert, once to write it. Counting first makes it known
 * how many of the frames before an alert must be left out so that the nearest ones stay.
 *
 * A frame that decides an alert but has other addresses is the last fragment of a tunnel's packet:
 * then what goes between its own two addresses is taken, too.
 *
 * Shape:  a table from addresses to the alerts that want their frames; EVIDENCE_ASKED files at
 * most, each with a buffer of FLUSH bytes in memory. Thread: the main thread, after all others have
 * ended. Errors: a file that cannot be written is told as failed; a source that cannot be opened
 * again is an error of the whole. Cost:   two more passes over the captures, with decoding.
 */
#include "alert/evidence_part.h"

#include "base/hash.h"
#include "decode/pkt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FLUSH (32u << 10) /* bytes */
#define SLOTS 4096u       /* a power of two */

struct file {
	const struct evidence_alert *alert; /* the one that began it */
	struct evidence_done done;
	struct evidence_marks marks;
	struct evidence_pcapng out;
	uint64_t before; /* bytes of frames before the deciding one, all of them */
	uint64_t skip;   /* of those, to be left out */
	uint64_t taken;  /* bytes */
	bool writing, failed;
	uint32_t next, next_seq; /* of the same slot: 1 + index; 0: none */
	struct addr outer[2];    /* of the deciding frame, where they are others */
};

struct replay {
	struct evidence_keeper *e;
	struct file *file;
	uint32_t n;
	uint32_t slot[SLOTS], seq_slot[SLOTS]; /* 1 + index; by address, by deciding frame */
	uint32_t *odd;                         /* files with outer addresses */
	uint32_t n_odd;
	bool counting;
	struct verdicts verdicts; /* the run has counted them: these are thrown away */
};

static uint32_t slot_of(const struct addr *a)
{
	return (uint32_t)hash_addr(a, 0) & (SLOTS - 1);
}

static int prepare(struct replay *r, struct err *err)
{
	struct evidence_keeper *e = r->e;

	r->file = calloc(e->files + 1, sizeof(*r->file));
	r->odd = calloc(e->files + 1, sizeof(*r->odd));
	if (!r->file || !r->odd)
		return err_set(err, ENOMEM, "no memory for the evidence of %u alerts", e->files);
	for (size_t i = 0; i < e->n_asked; i++) {
		const struct evidence_alert *a = &e->asked[i];
		struct file *f = &r->file[a->file - 1];
		evidence_mark(&f->marks, a);
		if (!a->first)
			continue;
		f->alert = a;
		f->done.alert_ns = a->want.at_ns;
		memcpy(f->done.id, a->id, sizeof(f->done.id));
		uint32_t *slot = &r->slot[slot_of(&a->want.a)];
		uint32_t *by_seq = &r->seq_slot[a->want.seq & (SLOTS - 1)];
		f->next = *slot;
		f->next_seq = *by_seq;
		*slot = *by_seq = ++r->n;
	}
	return 0;
}

static void flush(struct replay *r, struct file *f, bool end)
{
	if (f->failed || (!end && f->out.n < FLUSH))
		return;
	if (f->out.failed || !evidence_store_append(&r->e->store, f->done.id, f->out.at, f->out.n))
		f->failed = true;
	f->out.n = 0;
}

static void write_frame(struct replay *r, struct file *f, const struct frame *frame)
{
	if (!f->writing)
		evidence_pcapng_begin(&f->out, f->alert->text);
	f->writing = true;
	if (!evidence_pcapng_frame(&f->out, frame, evidence_marked(&f->marks, frame->seq)))
		return;
	if (f->done.frames++ == 0)
		f->done.first_ns = f->done.last_ns = frame->time_ns;
	if (frame->time_ns < f->done.first_ns)
		f->done.first_ns = frame->time_ns;
	if (frame->time_ns > f->done.last_ns)
		f->done.last_ns = frame->time_ns;
	flush(r, f, false);
}

static void offer(struct replay *r, struct file *f, const struct frame *frame)
{
	uint64_t n = evidence_pcapng_size(frame);
	bool before = frame->seq < f->alert->want.seq;

	if (r->counting) {
		f->before += before ? n : 0;
		return;
	}
	if (before && f->skip > 0) {
		f->skip -= n < f->skip ? n : f->skip;
		f->done.before_partial = true;
		return;
	}
	if (f->taken + n > r->e->c.max_bytes) {
		f->done.after_partial = true;
		return;
	}
	f->taken += n;
	write_frame(r, f, frame);
}

static void look(struct replay *r, const struct addr *key, const struct pkt *p,
		 const struct frame *frame)
{
	for (uint32_t i = r->slot[slot_of(key)]; i; i = r->file[i - 1].next) {
		struct file *f = &r->file[i - 1];
		const struct evidence_want *w = &f->alert->want;
		if (addr_eq(&w->a, key) && evidence_within(w, frame->time_ns) &&
		    evidence_between(w, &p->src, &p->dst))
			offer(r, f, frame);
	}
}

static void look_odd(struct replay *r, const struct pkt *p, const struct frame *frame)
{
	for (uint32_t i = 0; i < r->n_odd; i++) {
		struct file *f = &r->file[r->odd[i]];
		const struct evidence_want outer = {
			.a = f->outer[0], .b = f->outer[1], .pair = true};
		if (evidence_within(&f->alert->want, frame->time_ns) &&
		    !evidence_between(&f->alert->want, &p->src, &p->dst) &&
		    evidence_between(&outer, &p->src, &p->dst))
			offer(r, f, frame);
	}
}

/* While counting: the deciding frame has none of the alert's addresses. */
static void find_odd(struct replay *r, const struct pkt *p, const struct frame *frame)
{
	for (uint32_t i = r->seq_slot[frame->seq & (SLOTS - 1)]; i; i = r->file[i - 1].next_seq) {
		struct file *f = &r->file[i - 1];
		const struct evidence_want *w = &f->alert->want;
		/* A timer's alert only stands beside a frame: that is not its own. */
		if (w->seq != frame->seq || w->at_ns != frame->time_ns ||
		    evidence_between(w, &p->src, &p->dst))
			continue;
		f->outer[0] = p->src;
		f->outer[1] = p->dst;
		r->odd[r->n_odd++] = i - 1;
	}
}

static void one(struct replay *r, const struct frame *frame)
{
	struct pkt p;

	decode_frame(frame, &p, &r->verdicts);
	if (p.net == PKT_none)
		return;
	look(r, &p.src, &p, frame);
	if (!addr_eq(&p.src, &p.dst))
		look(r, &p.dst, &p, frame);
	if (r->counting)
		find_odd(r, &p, frame);
	else
		look_odd(r, &p, frame);
}

static int pass(struct replay *r, const struct source *source, const struct capture_config *capture,
		struct err *err)
{
	struct capture_config one_reader = *capture;
	struct burst *b = calloc(1, sizeof(*b));
	void *state = NULL;

	if (!b)
		return err_set(err, ENOMEM, "no memory for evidence");
	one_reader.workers = 1;
	int e = source->open(&one_reader, &state, err);
	while (e == 0 && !b->end) {
		source->next(state, 0, b);
		for (unsigned i = 0; i < b->n; i++)
			one(r, &b->frame[i]);
	}
	if (e == 0)
		source->close(state);
	free(b);
	return e;
}

static void finish(struct replay *r, struct file *f)
{
	bool ok = false;

	if (f->writing) {
		flush(r, f, true);
		ok = !f->failed && evidence_store_finish(&r->e->store, f->done.id, &f->done);
		evidence_pcapng_fini(&f->out);
	}
	evidence_settle(r->e, &f->done, ok);
}

static int both(struct replay *r, const struct source *source, const struct capture_config *capture,
		struct err *err)
{
	uint64_t half = r->e->c.max_bytes / 2;
	int e;

	r->counting = true;
	if ((e = pass(r, source, capture, err)) < 0)
		return e;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->file[i].before > half)
			r->file[i].skip = r->file[i].before - half;
	r->counting = false;
	return pass(r, source, capture, err);
}

int evidence_replay(struct evidence_keeper *e, const struct source *source,
		    const struct capture_config *capture,
		    void (*on_done)(void *ctx, const struct evidence_done *d), void *ctx,
		    struct err *err)
{
	if (!e || e->live || e->files == 0)
		return 0;
	struct replay *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(err, ENOMEM, "no memory for evidence");
	r->e = e;
	int result = prepare(r, err);
	if (result == 0)
		result = both(r, source, capture, err);
	for (uint32_t i = 0; i < r->n; i++) {
		finish(r, &r->file[i]);
		on_done(ctx, &r->file[i].done);
	}
	free(r->file);
	free(r->odd);
	free(r);
	return result;
}
