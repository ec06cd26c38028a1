// SPDX-License-Identifier: Apache-2.0
/* One run of the source `file` by any number of readers, everything it gave noted and checked
 * against the contract of source.h. */
#pragma once

#include "capture/savefile.h"
#include "capture/source.h"

#include "base/hash.h"
#include "capture_files.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

extern const struct source capture_file;

#define FRAMES_MAX 20000
#define TICKS_MAX  4096

struct tick {
	uint64_t ns, next_seq;
};

struct run { /* everything a run gave */
	unsigned n, ticks[64], turns;
	struct tick tick[64][TICKS_MAX];
	uint8_t times_seen[FRAMES_MAX]; /* by seq */
	uint64_t time_ns[FRAMES_MAX];
	uint32_t cap[FRAMES_MAX], wire[FRAMES_MAX], sum[FRAMES_MAX];
	uint16_t link[FRAMES_MAX], source[FRAMES_MAX];
	uint8_t reader[FRAMES_MAX];
	uint64_t max_seq;
	bool order_kept; /* seqs rise within a reader; between ticks as the contract says */
	uint64_t frames, bytes, kept, truncated, back, jump, unknown, skipped;
	char broken[BROKEN_ROOM + 32];
	struct err err;
	int opened;
};

static struct run runs[2]; /* too large for a stack */

static void note_frame(struct run *r, unsigned reader, const struct frame *f)
{
	assert(f->seq < FRAMES_MAX);
	r->n++;
	r->times_seen[f->seq]++;
	r->time_ns[f->seq] = f->time_ns;
	r->cap[f->seq] = f->cap_len;
	r->wire[f->seq] = f->wire_len;
	r->sum[f->seq] = hash_crc32c(f->data, f->cap_len);
	r->link[f->seq] = f->link;
	r->source[f->seq] = f->source;
	r->reader[f->seq] = (uint8_t)reader;
	if (f->seq > r->max_seq)
		r->max_seq = f->seq;
}

struct progress {
	uint64_t next_seq, tick_ns, told_ns;
	bool any, end;
};

static void note_burst(struct run *r, unsigned reader, const struct burst *b, struct progress *p)
{
	for (unsigned i = 0; i < b->n; i++) {
		/* Not below what was promised, below what is promised now, and within its second.
		 */
		r->order_kept &= b->frame[i].seq >= p->next_seq;
		r->order_kept &= b->frame[i].seq < b->next_seq;
		r->order_kept &= i == 0 || b->frame[i].seq > b->frame[i - 1].seq;
		r->order_kept &= b->frame[i].time_ns < p->told_ns + NS_PER_S;
		note_frame(r, reader, &b->frame[i]);
	}
	r->order_kept &= b->next_seq >= p->next_seq;
	r->order_kept &= !b->end || b->tick;
	if (b->tick) {
		r->order_kept &= b->tick_ns >= p->tick_ns && b->tick_ns % NS_PER_S == 0;
		assert(r->ticks[reader] < TICKS_MAX);
		r->tick[reader][r->ticks[reader]++] = (struct tick){b->tick_ns, b->next_seq};
		p->tick_ns = p->told_ns = b->tick_ns;
	}
	p->next_seq = b->next_seq;
	p->end = b->end;
	r->turns++;
}

static void collect(struct run *r, void *s, unsigned workers)
{
	for (unsigned i = 0; i < workers; i++) {
		const struct capture_counters *c = capture_file.counters(s, i);

		r->frames += count_get(&c->frames);
		r->bytes += count_get(&c->bytes);
		r->kept += count_get(&c->kept);
		r->truncated += count_get(&c->truncated);
		r->back += count_get(&c->clock_back);
		r->jump += count_get(&c->clock_jump);
		r->unknown += count_get(&c->unknown_link);
		r->skipped += count_get(&c->skipped_files);
	}
	const char *broken = capture_file.broken(s);
	snprintf(r->broken, sizeof(r->broken), "%s", broken ? broken : "");
}

/* Reads everything with `workers` readers, turn by turn. */
static struct run *run_list(struct run *r, unsigned workers, char **paths, unsigned n)
{
	struct capture_config c = {.workers = workers, .files = {paths, n}};
	struct progress p[64] = {0};
	static struct burst b;
	unsigned ended = 0;
	void *s;

	memset(r, 0, sizeof(*r));
	r->order_kept = true;
	r->opened = capture_file.open(&c, &s, &r->err);
	if (r->opened < 0)
		return r;
	while (ended < workers) {
		for (unsigned i = 0; i < workers; i++) {
			if (p[i].end)
				continue;
			capture_file.next(s, i, &b);
			note_burst(r, i, &b, &p[i]);
			ended += p[i].end;
		}
	}
	capture_file.next(s, 0, &b); /* after the end the end stays */
	r->order_kept &= b.end && b.tick && b.n == 0 && b.next_seq == p[0].next_seq;
	collect(r, s, workers);
	capture_file.close(s);
	return r;
}

static struct run *run(unsigned workers, const char *path)
{
	return run_list(&runs[0], workers, &(char *){(char *)path}, 1);
}

static void check_tick(const struct run *r, unsigned i, uint64_t ns, uint64_t seq)
{
	CHECK(i < r->ticks[0]);
	CHECK_EQ(r->tick[0][i].ns, ns);
	CHECK_EQ(r->tick[0][i].next_seq, seq);
}

#define S(x) ((x)*NS_PER_S)
