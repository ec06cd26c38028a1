// SPDX-License-Identifier: Apache-2.0
/* The journal's other side: what REP answers from. Reads only what an fsync has covered.
 *
 * Thread: any. A segment that retention removes between the look at the table and the open is no
 *         error: the table is looked at again, and the gap shows.
 * Cost:   a request that goes on where one before it ended needs no search (journal_hint); else a
 *         walk over one segment.
 */
#include "publish/journal_part.h"
#include "publish/segment_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool journal_reader_init(struct journal_reader *r)
{
	r->reply = malloc(JOURNAL_REPLY_MAX);
	r->buf = malloc(SEGMENT_READ_BUFFER);
	if (r->reply && r->buf)
		return true;
	journal_reader_fini(r);
	return false;
}

void journal_reader_fini(struct journal_reader *r)
{
	free(r->reply);
	free(r->buf);
	*r = (struct journal_reader){0};
}

/* What is kept of row `i`; the lock is held. */
static struct journal_epoch kept(const struct journal *j, unsigned i)
{
	struct journal_epoch e = {
		.epoch = j->row[i].epoch, .last = j->row[i].last, .first = j->row[i].last + 1};

	for (unsigned s = 0; s < j->n_segments; s++)
		if (j->segment[s].epoch == e.epoch) {
			e.first = j->segment[s].first_seq;
			break;
		}
	return e;
}

unsigned journal_epochs(struct journal *j, struct journal_epoch *out, unsigned cap)
{
	unsigned n = 0;

	pthread_mutex_lock(&j->lock);
	/* The newest matter most when there are more than fit. */
	unsigned from = j->n_rows > cap ? j->n_rows - cap : 0;
	for (unsigned i = from; i < j->n_rows; i++)
		out[n++] = kept(j, i);
	pthread_mutex_unlock(&j->lock);
	return n;
}

static bool describe(struct journal *j, uint64_t epoch, struct journal_since_reply *out)
{
	pthread_mutex_lock(&j->lock);
	int i = journal_row_index(j, epoch);
	if (i >= 0) {
		struct journal_epoch e = kept(j, (unsigned)i);
		*out = (struct journal_since_reply){
			.epoch = epoch, .first = e.first, .last = e.last};
		out->has_next = (unsigned)i + 1 < j->n_rows;
		if (out->has_next)
			out->next_epoch = j->row[i + 1].epoch;
	}
	pthread_mutex_unlock(&j->lock);
	return i >= 0;
}

/* The first segment of the epoch with something after `seq`, and where to begin in it. */
static bool find(struct journal *j, uint64_t epoch, uint64_t seq, struct journal_segment *out,
		 uint64_t *at)
{
	bool found = false;

	pthread_mutex_lock(&j->lock);
	for (unsigned i = 0; i < j->n_segments && !found; i++) {
		const struct journal_segment *s = &j->segment[i];
		found = s->epoch == epoch && s->last_seq > seq && s->bytes > SEGMENT_HEADER;
		if (found)
			*out = *s;
	}
	*at = SEGMENT_HEADER;
	for (unsigned i = 0; i < JOURNAL_HINTS && found; i++) {
		const struct journal_hint *h = &j->hint[i];
		if (h->number == out->number && h->seq <= seq && h->at > *at)
			*at = h->at;
	}
	pthread_mutex_unlock(&j->lock);
	return found;
}

static void remember(struct journal *j, uint64_t number, uint64_t seq, uint64_t at)
{
	pthread_mutex_lock(&j->lock);
	j->hint[j->next_hint++ % JOURNAL_HINTS] =
		(struct journal_hint){.number = number, .seq = seq, .at = at};
	pthread_mutex_unlock(&j->lock);
}

struct batch {
	char *out;
	size_t len, room;
	uint32_t n, max;
	uint64_t epoch, seq; /* the last record taken */
	bool full;
};

static void take(struct batch *b, const struct segment_entry *e)
{
	struct journal_record rec = {.epoch = b->epoch,
				     .seq = e->seq,
				     .topic = e->topic,
				     .topic_len = e->topic_len,
				     .json = e->json,
				     .json_len = e->json_len};
	size_t n = journal_record_write(&rec, b->out + b->len, b->room - b->len);

	if (n == 0) {
		b->full = true;
		return;
	}
	b->len += n;
	b->seq = e->seq;
	b->full = ++b->n == b->max;
}

/* Takes what one segment has. False: it is not there any more. */
static bool take_segment(struct journal *j, struct journal_reader *r, struct batch *b,
			 const struct journal_segment *s, uint64_t at)
{
	char name[JOURNAL_NAME];
	struct segment_entry e;

	journal_name(s->number, name);
	int fd = openat(j->dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	struct segment_reader reader = segment_reader_of(fd, at, s->bytes, r->buf);
	uint64_t next = at;
	while (!b->full && segment_reader_next(&reader, &e)) {
		if (e.seq > b->seq)
			take(b, &e);
		if (e.seq <= b->seq)
			next = reader.at;
	}
	segment_reader_close(&reader);
	if (b->n)
		remember(j, s->number, b->seq, next);
	if (!b->full)
		b->seq = s->last_seq; /* damaged entries at its end are a gap, not a wall */
	return true;
}

long journal_since(struct journal *j, struct journal_reader *r, uint64_t epoch, uint64_t seq,
		   uint32_t max, size_t room, struct journal_since_reply *out)
{
	struct batch b = {.out = r->reply, .room = room, .max = max, .epoch = epoch, .seq = seq};
	struct journal_segment s;
	uint64_t at, missed = 0;

	if (!describe(j, epoch, out))
		return -ENOENT;
	while (!b.full && find(j, epoch, b.seq, &s, &at)) {
		if (take_segment(j, r, &b, &s, at))
			continue;
		if (s.number == missed)
			break; /* in the table, yet twice not on the disk: somebody removed it */
		missed = s.number;
	}
	out->n = b.n;
	return (long)b.len;
}

const char *journal_ack(struct journal *j, const char *collector, uint64_t epoch, uint64_t seq)
{
	const char *why = NULL;
	unsigned i = 0;

	pthread_mutex_lock(&j->lock);
	int row = journal_row_index(j, epoch);
	while (i < j->n_acks && strcmp(j->ack[i].collector, collector) != 0)
		i++;
	if (row < 0)
		why = "unknown epoch";
	else if (seq > j->row[row].last)
		why = "beyond what was given out";
	else if (i == JOURNAL_COLLECTORS)
		why = "too many collectors";
	if (!why) {
		struct journal_ack_row *a = &j->ack[i];
		int had = i < j->n_acks ? journal_row_index(j, a->epoch) : -1;
		if (i == j->n_acks) {
			j->n_acks++;
			strncpy(a->collector, collector, sizeof(a->collector) - 1);
		}
		/* Late or repeated: what was acknowledged stays so. */
		if (row > had || (row == had && seq > a->seq)) {
			a->epoch = epoch;
			a->seq = seq;
			j->acks_dirty = true;
		}
	}
	pthread_mutex_unlock(&j->lock);
	return why;
}
