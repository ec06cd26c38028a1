// SPDX-License-Identifier: Apache-2.0
/* Inside the journal: what its files share. */
#pragma once

#include "publish/journal.h"
#include "publish/segment.h"

#include <pthread.h>
#include <stdatomic.h>

#define JOURNAL_NAME  24 /* "%016x.seg" and its terminator */
#define JOURNAL_HINTS 4u

struct journal_segment { /* as far as it is durable */
	uint64_t number, epoch, first_seq;
	uint64_t last_seq; /* first_seq - 1: no records */
	uint64_t bytes;
};

struct journal_epoch_row {
	uint64_t epoch, last;
};

struct journal_ack_row {
	char collector[65];
	uint64_t epoch, seq;
};

struct journal_hint { /* an entry's offset, so that a collector's next request needs no search */
	uint64_t number, seq, at; /* the first entry at `at` has a seq above `seq` */
};

struct journal {
	struct journal_config c;
	struct journal_found found;
	int dir_fd, lock_fd;
	uint64_t epoch;

	/* The writer's own. */
	int fd; /* -1: no segment could be opened */
	uint8_t *work;
	uint8_t chain[SEGMENT_CHAIN], chain_durable[SEGMENT_CHAIN];
	uint64_t number;      /* of the newest segment */
	uint64_t seq;         /* last given out */
	uint64_t at, in_file; /* end of the good bytes; last seq in the file */
	uint64_t unsynced, unsynced_since_ns, synced_ns;
	uint64_t retry_ns, warned_ns, turned_ns;
	_Atomic uint64_t durable;

	pthread_mutex_t lock;            /* over everything below */
	struct journal_segment *segment; /* oldest first; the last one is being written */
	unsigned n_segments, cap_segments;
	struct journal_epoch_row *row; /* oldest first; the last one is this run's */
	unsigned n_rows, cap_rows;
	struct journal_ack_row ack[JOURNAL_COLLECTORS];
	unsigned n_acks;
	bool acks_dirty;
	struct journal_hint hint[JOURNAL_HINTS];
	unsigned next_hint;
};

void journal_name(uint64_t number, char out[JOURNAL_NAME]);
bool journal_name_parse(const char *name, uint64_t *number);
/* All segments of a directory by number, ascending; *out is the caller's to free. -errno. */
int journal_list(int dir_fd, uint64_t **out, unsigned *n);

/* journal_open.c */
int journal_scan(struct journal *j, struct err *err);
int journal_add_row(struct journal *j, uint64_t epoch, uint64_t last);
int journal_add_segment(struct journal *j, const struct journal_segment *s);
int journal_row_index(const struct journal *j, uint64_t epoch); /* -1: unknown */

/* journal_state.c. Load comes before the others; save is the writer's. */
int journal_state_load(struct journal *j, struct err *err);
int journal_state_save(struct journal *j);

/* journal_retain.c */
void journal_retain(struct journal *j);
/* A line at most once a minute. */
void journal_complain(struct journal *j, const char *what, int e);
