// SPDX-License-Identifier: Apache-2.0
/* The journal of alerts: what a collector that was away, a kill -9 or a power cut may not lose.
 *
 * A directory of segment files (publish/segment.h), a `state` file (which epochs there were, who
 * has acknowledged what; replaced atomically) and a `lock`, so that two sensors never share it.
 * An append is one pwrite(2), so kill -9 loses nothing written; one fdatasync(2) covers all that
 * was appended since the last (group fsync), so a power cut loses at most fsync_ms of events, and
 * readers see only what it covered. Each start has a new random epoch and a new segment; a torn
 * tail of the old one is cut at its last whole entry, and said.
 *
 * A segment goes when every known collector has acknowledged all of it, or, beyond journal_max,
 * the oldest goes anyway: what of it was not acknowledged is counted as lost, and a collector sees
 * it as a gap in the numbers.
 *
 * Shape:  at most journal_max bytes and one segment; at most JOURNAL_COLLECTORS collectors.
 * Thread: append, sync, turn: the writer. since, ack, epochs: any. The lock is held for copying a
 *         few numbers, never over I/O.
 * Errors: a write that fails (disk full) is counted and said once a minute; the event's number is
 *         a hole in the journal. Nothing here ever stops the sensor.
 */
#pragma once

#include "base/err.h"
#include "base/param.h"
#include "publish/publish.h"
#include "wire/journal_api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_COLLECTORS 32u
#define JOURNAL_TOMBSTONES 64u /* epochs remembered of which nothing is kept */

struct journal_config {
	const char *dir;
	const char *sensor;
	uint64_t max;           /* bytes */
	uint64_t segment_bytes; /* a new segment beyond */
	uint32_t fsync_ms;
	const struct strs *collectors; /* who must acknowledge; empty: whoever has ever done so */
	struct publish_counters *count;
};

struct journal;

/* What open found: for the operator's one line and for tests. */
struct journal_found {
	uint64_t segments, records;
	uint64_t cut_bytes; /* of an unfinished entry */
	uint64_t damaged; /* entries with a wrong CRC between good ones; stepped over by readers */
	bool altered;     /* the chain of an epoch's last segment does not hold */
};

int journal_open(struct journal **j, const struct journal_config *c, struct err *err);
void journal_close(struct journal *j); /* a last fsync; NULL is fine */
const struct journal_found *journal_found(const struct journal *j);

uint64_t journal_epoch(const struct journal *j);
uint64_t journal_next_seq(const struct journal *j); /* what the next append will be */
uint64_t journal_durable(const struct journal *j);  /* highest seq of this epoch on the disk */
/* `len` bytes of JSON without newline. Uses up one number whether it succeeds or not. */
bool journal_append(struct journal *j, const char *topic, const char *json, size_t len,
		    uint64_t mono_ns);
/* The oldest unsynced append is fsync_ms old, or (idle) the last fsync is. */
bool journal_due(const struct journal *j, uint64_t mono_ns, bool idle);
bool journal_sync(struct journal *j); /* true: something became durable */
/* Housekeeping, at most once a second unless `now`: acks to disk, retention. */
void journal_turn(struct journal *j, uint64_t mono_ns, bool now);

/* Buffers of one reader. */
struct journal_reader {
	char *reply;  /* JOURNAL_REPLY_MAX bytes */
	uint8_t *buf; /* SEGMENT_READ_BUFFER bytes */
};
bool journal_reader_init(struct journal_reader *r);
void journal_reader_fini(struct journal_reader *r);

/* Fills r->reply with at most `max` records after `seq`, at most `room` bytes (JOURNAL_REPLY_MAX
 * less the caller's first line), and *out. Returns the bytes, or -ENOENT: no such epoch. */
long journal_since(struct journal *j, struct journal_reader *r, uint64_t epoch, uint64_t seq,
		   uint32_t max, size_t room, struct journal_since_reply *out);
/* NULL, or why not. */
const char *journal_ack(struct journal *j, const char *collector, uint64_t epoch, uint64_t seq);
/* Oldest first; returns how many were written to `out`. */
unsigned journal_epochs(struct journal *j, struct journal_epoch *out, unsigned cap);
/* Every known collector has acknowledged everything; false while there is something and nobody is
 * known to want it. The writer's. */
bool journal_settled(struct journal *j);
void journal_bytes(struct journal *j, uint64_t *bytes, uint64_t *segments);

/* Checks a whole directory, read only: every CRC, every chain value, every link between neighbours.
 * -EBADMSG and what was wrong first in err. */
struct journal_check {
	uint64_t segments, records;
	uint64_t damaged; /* entries with a wrong CRC */
	uint64_t torn;    /* segments that end within an entry */
	uint64_t altered; /* entries or segments that do not follow what stands before them */
	uint64_t missing; /* segment numbers between the first and the last */
};
int journal_check(const char *dir, struct journal_check *out, struct err *err);
