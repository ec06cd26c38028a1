// SPDX-License-Identifier: Apache-2.0
/* The store: every event once, in SQLite.
 *
 * Model:  one transaction a batch. It holds the events, the incidents they change, the gaps they
 *         show and the high-water mark (sensor, epoch, seq); so a kill -9 leaves either all of it
 *         or nothing, and what is asked for again is known by UNIQUE(sensor, epoch, seq). Only
 *         after the commit may a batch be acknowledged to its sensor.
 * Units:  times in nanoseconds since the epoch; an epoch of a sensor is text, 16 hex digits.
 * Shape:  WAL, synchronous=FULL: a commit is an fsync. PRAGMA user_version counts the migrations.
 * Thread: any; one connection writes and a mutex orders its users. Readers open their own.
 * Errors: 0 or -errno with *err, and then nothing of the call is stored: -ENOSPC disk full, -EBUSY
 *         another process holds the write lock longer than 5 s, -EIO the rest. Try again later.
 */
#pragma once

#include "base/err.h"
#include "event.h"
#include "incident.h"

#include <sqlite3.h>

struct store;

int store_open(struct store **s, const char *path, struct err *err);
void store_close(struct store *s);

struct store_batch {
	const char *sensor;
	uint64_t epoch;
	uint64_t to; /* the new high-water mark */
	const struct event *event;
	unsigned n; /* seq ascending, all of this epoch */
	uint64_t quiet_ns; /* incidents */
};
struct stored { /* what became of event[i] */
	bool fresh;         /* false: it was stored before */
	int64_t id;         /* row; 0 when !fresh */
	int64_t incident;   /* 0 none */
	bool opened;        /* and the event opened it */
	unsigned families;  /* of the incident, this event included */
};
/* `out` has room for b->n. Sequence numbers missing between the old mark and `to` become a gap. */
int store_put(struct store *s, const struct store_batch *b, struct stored *out, struct err *err);
/* 0 when nothing of the epoch is stored. */
int store_mark(struct store *s, const char *sensor, uint64_t epoch, uint64_t *seq, struct err *err);
/* Records [from, to] are gone at the sensor; the mark moves to `to`. */
int store_gap(struct store *s, const char *sensor, uint64_t epoch, uint64_t from, uint64_t to,
	      struct err *err);

/* Closes what was quiet for quiet_ns; *closed counts them. */
int store_close_quiet(struct store *s, uint64_t now_ns, uint64_t quiet_ns, unsigned *closed,
		      struct err *err);
/* What the engine advised or did for the incident: `json` is put into its row. */
int store_recommend(struct store *s, int64_t incident, const char *json, struct err *err);
struct timeline {
	int64_t incident; /* 0 none */
	const char *host, *isolation, *what, *json;
	uint64_t time_ns;
};
int store_timeline(struct store *s, const struct timeline *t, struct err *err);

/* -- inside the store -- */
/* Applies the steps the database lacks. A database of a later version is refused. */
int store_migrate(sqlite3 *db, const char *const *steps, unsigned n, struct err *err);
extern const char *const store_schema[];
extern const unsigned store_schema_n;
/* The error of the last call on `db`, with a hint. */
int store_fail(sqlite3 *db, const char *doing, struct err *err);
int store_incident_event(sqlite3 *db, const struct event *e, uint64_t quiet_ns,
			 struct stored *out, struct err *err);
