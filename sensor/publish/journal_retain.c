// SPDX-License-Identifier: Apache-2.0
/* What leaves the journal: segments that every known collector has acknowledged, and beyond the
 * cap the oldest, acknowledged or not. */
#include "base/log.h"
#include "publish/journal_part.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

struct mark { /* everything up to (row, seq) has been acknowledged by all */
	int row;
	uint64_t seq;
};

static const struct journal_ack_row *ack_of(const struct journal *j, const char *collector)
{
	for (unsigned i = 0; i < j->n_acks; i++)
		if (strcmp(j->ack[i].collector, collector) == 0)
			return &j->ack[i];
	return NULL;
}

static struct mark lower(struct mark m, const struct journal *j, const struct journal_ack_row *a)
{
	/* An epoch that is forgotten lies before all that are known. */
	int row = a ? journal_row_index(j, a->epoch) : -1;

	if (row < 0)
		return (struct mark){-1, 0};
	if (row < m.row || (row == m.row && a->seq < m.seq))
		return (struct mark){row, a->seq};
	return m;
}

static struct mark acknowledged(const struct journal *j)
{
	struct mark m = {(int)j->n_rows, 0};
	const struct strs *must = j->c.collectors;

	if (must && must->n > 0) {
		for (unsigned i = 0; i < must->n; i++)
			m = lower(m, j, ack_of(j, must->at[i]));
		return m;
	}
	for (unsigned i = 0; i < j->n_acks; i++)
		m = lower(m, j, &j->ack[i]);
	return j->n_acks ? m : (struct mark){-1, 0};
}

/* How many numbers of the segment are not acknowledged by all. */
static uint64_t owed(const struct journal *j, const struct journal_segment *s, struct mark m)
{
	int row = journal_row_index(j, s->epoch);

	if (row < m.row)
		return 0;
	uint64_t from = s->first_seq;
	if (row == m.row && m.seq + 1 > from)
		from = m.seq + 1;
	return from > s->last_seq ? 0 : s->last_seq - from + 1;
}

/* How many of the oldest segments go, and how many owed records with them. The newest is being
 * written and stays. */
static unsigned choose(struct journal *j, uint64_t *lost)
{
	struct mark m = acknowledged(j);
	uint64_t total = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < j->n_segments; i++)
		total += j->segment[i].bytes;
	for (; n + 1 < j->n_segments; n++) {
		uint64_t due = owed(j, &j->segment[n], m);
		if (due > 0 && total <= j->c.max)
			break;
		*lost += due;
		total -= j->segment[n].bytes;
	}
	return n;
}

bool journal_settled(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	struct mark m = acknowledged(j);
	uint64_t due = j->unsynced; /* not yet to be fetched, but to come */
	for (unsigned i = 0; i < j->n_segments; i++)
		due += owed(j, &j->segment[i], m);
	pthread_mutex_unlock(&j->lock);
	return due == 0;
}

void journal_retain(struct journal *j)
{
	char name[JOURNAL_NAME];
	uint64_t lost = 0;

	pthread_mutex_lock(&j->lock);
	unsigned n = choose(j, &lost);
	pthread_mutex_unlock(&j->lock);
	if (n == 0)
		return;

	/* The state knows how far each epoch went before its last segment goes. */
	if (journal_state_save(j) < 0)
		count_add(&j->c.count->journal_errors, 1);
	for (unsigned i = 0; i < n; i++) {
		journal_name(j->segment[i].number, name);
		unlinkat(j->dir_fd, name, 0);
	}
	pthread_mutex_lock(&j->lock);
	j->n_segments -= n;
	memmove(j->segment, j->segment + n, j->n_segments * sizeof(*j->segment));
	pthread_mutex_unlock(&j->lock);
	if (lost) {
		count_add(&j->c.count->journal_lost, lost);
		log_error("journal %s: beyond its %" PRIu64 " bytes; %" PRIu64
			  " events went that not every collector has fetched",
			  j->c.dir, j->c.max, lost);
	}
}
