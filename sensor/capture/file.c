// SPDX-License-Identifier: Apache-2.0
/* The source `file`: captures, read by every worker for itself, each keeping its share.
 *
 * Two workers that both read a file from the page cache are faster than one that reads and hands
 * over (LIMITS.md); from DISPATCH_ABOVE workers on, and for what can be read only once, one thread
 * reads and hands copies over instead (dispatch.c).
 *
 * Order:  a burst ends where the clock has to be told, and what ends it is the time of a frame,
 *         kept or not: so every reader, however many there are, tells the same seconds before the
 *         same frames, and the output does not depend on the number of workers.
 * Owns:   kept frames stay where their block was read, or are copied into the reader's arena, because
 *         libpcap has one buffer only; they live until the reader's next call.
 * Thread: a reader's state is its own. What is true of the whole source (frames, truncation, time
 *         steps) is counted once, by reader 0 or the dispatching thread, so that sums over readers
 *         are right.
 * Errors: a capture that breaks off is said at the end, and the next one is read; see savefile.c.
 * Source: DESIGN 3.
 */
#include "capture/dispatch.h"
#include "capture/filter.h"
#include "capture/probe.h"
#include "capture/savefile.h"
#include "capture/seconds.h"
#include "capture/source.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define DISPATCH_ABOVE 4    /* workers: above, reading everything N times no longer pays */
#define READ_MAX       4096 /* frames of one turn, kept or not, so that watermarks advance */
#define DISPATCH_READ  256  /* and of the dispatching thread */
#define ARENA_BYTES    (2 * DISPATCH_FRAME_MAX)

struct reader {
	struct capture_counters counters;
	struct capture_health health;
	struct capture_savefile save;
	struct capture_probe probe;
	struct capture_dedup dedup;
	const struct capture_filter *filter;
	struct capture_seconds clock;
	struct frame pending; /* seen, but the clock must be told first; its bytes are the reader's until the next read */
	bool has_pending;
	bool counts;  /* what all readers see is counted here */
	bool unusual; /* there is a filter, or copies are removed */
	unsigned index, workers;
	uint64_t seed;
	uint8_t *arena;
	uint32_t used;
	struct burst *burst;
};

struct file_source {
	struct capture_inputs in;
	struct capture_filter *filter;
	struct reader *reader;
	unsigned n;
	struct capture_dispatch *dispatch; /* NULL: every reader reads */
	struct reader reading;             /* the dispatching thread's */
	pthread_t thread;
	bool started;
};

/* Takes a frame that is ours, its bytes copied unless they stay where they are. False: the burst is full. */
static inline bool keep(struct reader *r, const struct frame *f, bool waited)
{
	struct burst *b = r->burst;
	struct frame *out = &b->frame[b->n++];
	/* Only a link nobody decodes can have more. */
	uint32_t n = f->cap_len < DISPATCH_FRAME_MAX ? f->cap_len : DISPATCH_FRAME_MAX;

	*out = *f;
	out->cap_len = n;
	if (!waited && capture_savefile_hold(&r->save))
		return b->n < BURST_MAX;
	out->data = r->arena + r->used;
	memcpy(r->arena + r->used, f->data, n);
	r->used += (n + 15) & ~15u;
	return b->n < BURST_MAX && r->used <= ARENA_BYTES - DISPATCH_FRAME_MAX;
}

/* Filter and removal of copies: off for most runs. All readers decide the same about a frame, and
 * the first one counts it. */
static bool wanted(struct reader *r, const struct frame *f)
{
	if (r->filter && !capture_filter_match(r->filter, f)) {
		count_add(&r->counters.filtered, r->counts);
		return false;
	}
	if (r->dedup.mode == DEDUP_off ||
	    !capture_dedup_frame(&r->dedup, f, capture_probe_due(&r->probe, f->time_ns)))
		return true;
	count_add(&r->counters.duplicates, r->counts);
	return false;
}

static inline bool take(struct reader *r, const struct frame *f, bool waited)
{
	capture_seconds_see(&r->clock, f->time_ns);
	if (r->counts)
		capture_probe_frame(&r->probe, f);
	if (r->unusual && !wanted(r, f))
		return true;
	if (r->workers > 1 && capture_dispatch_worker(f, r->workers, r->seed) != r->index)
		return true;
	return keep(r, f, waited);
}

static bool on_frame(void *ctx, const struct frame *f)
{
	struct reader *r = ctx;

	if (capture_seconds_due(&r->clock, f->time_ns)) {
		r->pending = *f;
		r->has_pending = true;
		return false;
	}
	return take(r, f, false);
}

static void finish(struct reader *r, struct burst *b)
{
	b->end = r->save.ended && !r->has_pending;
	b->tick = b->end || r->has_pending;
	if (r->has_pending)
		capture_seconds_tell(&r->clock, r->pending.time_ns);
	b->tick_ns = b->end ? capture_seconds_end(&r->clock) : r->clock.told_ns;
	b->next_seq = r->has_pending ? r->pending.seq : r->save.seq;
	b->now_ns = r->clock.max_ns;
}

static void count_kept(struct reader *r, const struct burst *b)
{
	struct capture_dedup *d = r->dedup.mode == DEDUP_off ? &r->dedup : NULL;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < b->n; i++)
		bytes += b->frame[i].wire_len;
	for (unsigned i = 0; i < b->n; i++)
		if (capture_probe_due(&r->probe, b->frame[i].time_ns))
			capture_probe_look(&r->probe, &b->frame[i], d);
	if (b->tick)
		capture_probe_sum_pairs(&r->probe);
	if (b->tick && (d || r->counts))
		capture_probe_sum_dedup(&r->probe, &r->dedup);
	count_add(&r->counters.kept, b->n);
	count_add(&r->counters.kept_bytes, bytes);
}

static void file_next(void *source, unsigned reader, struct burst *b)
{
	struct file_source *s = source;
	struct reader *r = &s->reader[reader];
	bool more = true;

	if (s->dispatch) {
		capture_dispatch_next(s->dispatch, reader, b);
		count_kept(r, b);
		return;
	}
	b->n = 0;
	r->burst = b;
	r->used = 0;
	if (r->has_pending) {
		r->has_pending = false;
		more = take(r, &r->pending, true);
	}
	if (more)
		capture_savefile_read(&r->save, READ_MAX);
	finish(r, b);
	capture_probe_flush(&r->probe, &r->counters);
	count_kept(r, b);
}

static bool on_dispatch(void *ctx, const struct frame *f)
{
	struct file_source *s = ctx;
	struct reader *r = &s->reading;

	if (capture_seconds_due(&r->clock, f->time_ns)) {
		capture_seconds_tell(&r->clock, f->time_ns);
		if (!capture_dispatch_tick(s->dispatch, r->clock.told_ns, f->seq, false))
			return false;
	}
	capture_seconds_see(&r->clock, f->time_ns);
	capture_probe_frame(&r->probe, f);
	if (r->unusual && !wanted(r, f))
		return true;
	return capture_dispatch_frame(s->dispatch, capture_dispatch_worker(f, s->n, r->seed), f);
}

/* Before the dispatching thread waits for a stream, the workers get what it has. */
static void on_idle(void *ctx)
{
	struct file_source *s = ctx;
	struct reader *r = &s->reading;
	struct capture_counters *c = &s->reader[0].counters;

	capture_probe_flush(&r->probe, c);
	count_set(&c->filtered, count_get(&r->counters.filtered));
	count_set(&c->duplicates, count_get(&r->counters.duplicates));
	if (r->dedup.mode != DEDUP_off)
		capture_probe_sum_dedup(&r->probe, &r->dedup);
	capture_dispatch_flush(s->dispatch, s->reading.save.seq);
}

static void *dispatch_main(void *ctx)
{
	struct file_source *s = ctx;
	struct reader *r = &s->reading;

	while (!r->save.ended && !s->in.stop) {
		capture_savefile_read(&r->save, DISPATCH_READ);
		on_idle(s);
	}
	if (!s->in.stop)
		capture_dispatch_tick(s->dispatch, capture_seconds_end(&r->clock), r->save.seq,
				      true);
	return NULL;
}

static int prepare(struct file_source *s, struct reader *r, const struct capture_config *c,
		   struct capture_health *health, struct err *err)
{
	int ret = capture_probe_init(&r->probe, health, c->health_every, err);

	if (ret == 0)
		ret = capture_dedup_init(&r->dedup, c->dedup, false, c->seed, err);
	r->workers = s->n;
	r->seed = c->seed;
	r->filter = s->filter;
	r->unusual = r->filter || r->dedup.mode != DEDUP_off;
	return ret;
}

/* The readers only look at what they are given; the thread sees all. */
static int prepare_dispatch(struct file_source *s, const struct capture_config *c, struct err *err)
{
	int r = prepare(s, &s->reading, c, &s->reader[0].health, err);

	for (unsigned i = 0; r == 0 && i < s->n; i++)
		r = prepare(s, &s->reader[i], c, &s->reader[i].health, err);
	s->reading.counts = true;
	return r;
}

static int start_dispatch(struct file_source *s, const struct capture_config *c, struct err *err)
{
	sigset_t all, before;
	int r = prepare_dispatch(s, c, err);

	if (r == 0)
		r = capture_dispatch_new(&s->dispatch, s->n, &s->in.stop, err);
	if (r == 0)
		r = capture_savefile_init(&s->reading.save, &s->in, on_dispatch, s, err);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < s->in.n; i++) {
		if (!s->in.at[i].stream)
			continue;
		s->in.at[i].stream->on_idle = on_idle;
		s->in.at[i].stream->ctx = s;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&s->thread, NULL, dispatch_main, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->started = r == 0;
	return r == 0 ? 0 : err_set(err, r, "cannot start the reading thread: %s", strerror(r));
}

static int start_readers(struct file_source *s, const struct capture_config *c, struct err *err)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct reader *r = &s->reader[i];
		int ret = prepare(s, r, c, &r->health, err);

		if (ret == 0)
			ret = capture_savefile_init(&r->save, &s->in, on_frame, r, err);
		if (ret < 0)
			return ret;
		r->arena = aligned_alloc(64, ARENA_BYTES);
		if (!r->arena)
			return err_set(err, ENOMEM, "no memory for reader %u", i);
		r->index = i;
		r->counts = i == 0;
	}
	return 0;
}

static void finish_reader(struct reader *r)
{
	capture_savefile_fini(&r->save);
	capture_probe_fini(&r->probe);
	capture_dedup_fini(&r->dedup);
	free(r->arena);
}

static void file_close(void *source)
{
	struct file_source *s = source;

	if (!s)
		return;
	s->in.stop = true;
	if (s->started)
		pthread_join(s->thread, NULL);
	capture_dispatch_free(s->dispatch);
	finish_reader(&s->reading);
	for (unsigned i = 0; s->reader && i < s->n; i++)
		finish_reader(&s->reader[i]);
	free(s->reader);
	capture_filter_free(s->filter);
	capture_inputs_fini(&s->in);
	free(s);
}

static int file_open(const struct capture_config *c, void **source, struct err *err)
{
	struct file_source *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_set(err, ENOMEM, "no memory for the source");
	s->n = c->workers > 0 ? c->workers : 1;
	s->reader = calloc(s->n, sizeof(*s->reader));
	r = s->reader ? 0 : err_set(err, ENOMEM, "no memory for %u readers", s->n);
	if (r == 0)
		r = capture_inputs_init(&s->in, &c->files, err);
	if (r == 0)
		r = capture_filter_new(&s->filter, c->filter, err);
	if (r == 0 && (s->n > DISPATCH_ABOVE || s->in.streams > 0))
		r = start_dispatch(s, c, err);
	else if (r == 0)
		r = start_readers(s, c, err);
	if (r < 0) {
		file_close(s);
		return r;
	}
	count_set(&s->reader[0].counters.skipped_files, s->in.skipped);
	*source = s;
	return 0;
}

static const struct capture_counters *file_counters(void *source, unsigned reader)
{
	return &((struct file_source *)source)->reader[reader].counters;
}

static const struct capture_health *file_health(void *source, unsigned reader)
{
	return &((struct file_source *)source)->reader[reader].health;
}

static bool file_drops_known(void *source)
{
	(void)source;
	return true; /* there are none */
}

static const char *file_broken(void *source)
{
	struct file_source *s = source;

	if (s->reading.save.broken[0])
		return s->reading.save.broken;
	for (unsigned i = 0; i < s->n; i++)
		if (s->reader[i].save.broken[0])
			return s->reader[i].save.broken;
	return NULL;
}

static const char *file_name(void *source, uint16_t index)
{
	struct file_source *s = source;

	return index < s->in.n ? s->in.at[index].path : "";
}

const struct source capture_file = {
	.name = "file",
	.what = "captures: pcap and pcapng, files, folders, stdin",
	.open = file_open,
	.next = file_next,
	.counters = file_counters,
	.health = file_health,
	.drops_known = file_drops_known,
	.broken = file_broken,
	.file_name = file_name,
	.close = file_close,
};
