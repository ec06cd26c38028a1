// SPDX-License-Identifier: Apache-2.0
#include "store.h"

#include "base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_MS 5000

struct store {
	sqlite3 *db;
	pthread_mutex_t lock;
	sqlite3_stmt *insert, *mark_set, *mark_get, *gap;
};

int store_fail(sqlite3 *db, const char *doing, struct err *err)
{
	int code = sqlite3_errcode(db) & 0xff;
	int e = code == SQLITE_FULL                               ? ENOSPC
		: code == SQLITE_BUSY || code == SQLITE_LOCKED    ? EBUSY
		: code == SQLITE_PERM || code == SQLITE_READONLY  ? EACCES
		: code == SQLITE_CANTOPEN                         ? ENOENT
								  : EIO;

	err_set(err, e, "database: %s: %s", doing, sqlite3_errmsg(db));
	if (e == ENOSPC)
		err_hint(err, "free space on the database's disk; the sensors keep what is not "
			      "acknowledged");
	else if (e == EBUSY)
		err_hint(err, "another program holds the database's write lock");
	return -e;
}

static int exec(sqlite3 *db, const char *sql, const char *doing, struct err *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_fail(db, doing, err);
}

static int user_version(sqlite3 *db, unsigned *version, struct err *err)
{
	sqlite3_stmt *st;
	int r = 0;

	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &st, NULL) != SQLITE_OK)
		return store_fail(db, "read its version", err);
	if (sqlite3_step(st) == SQLITE_ROW)
		*version = (unsigned)sqlite3_column_int(st, 0);
	else
		r = store_fail(db, "read its version", err);
	sqlite3_finalize(st);
	return r;
}

static int migrate_step(sqlite3 *db, const char *step, unsigned to, struct err *err)
{
	char set[48];

	snprintf(set, sizeof(set), "PRAGMA user_version = %u", to);
	int r = exec(db, step, "migrate", err);
	return r ? r : exec(db, set, "migrate", err);
}

int store_migrate(sqlite3 *db, const char *const *steps, unsigned n, struct err *err)
{
	unsigned version = 0;

	/* the version is read inside: two programs may start at once */
	int r = exec(db, "BEGIN IMMEDIATE", "migrate", err);
	if (r)
		return r;
	r = user_version(db, &version, err);
	if (!r && version > n) {
		r = err_set(err, EINVAL, "database: made by a later version (%u, we know %u)",
			    version, n);
		err_hint(err, "update vigie, or name another file with db");
	}
	for (; !r && version < n; version++)
		r = migrate_step(db, steps[version], version + 1, err);
	if (!r)
		r = exec(db, "COMMIT", "migrate", err);
	if (r)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

static int prepare(struct store *s, struct err *err)
{
	const struct {
		sqlite3_stmt **st;
		const char *sql;
	} all[] = {
		{&s->insert,
		 "INSERT OR IGNORE INTO events(sensor, epoch, seq, time_ns, received_ns, event_type,"
		 " tier, severity, family, gid, sid, detector, signature, technique, host, mac,"
		 " src, dst, community_id, incident, json)"
		 " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,NULL,"
		 "?20)"},
		{&s->mark_set, "INSERT INTO progress VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE"
			       " SET seq = max(seq, excluded.seq), updated_ns = excluded.updated_ns"},
		{&s->mark_get, "SELECT seq FROM progress WHERE sensor = ?1 AND epoch = ?2"},
		{&s->gap, "INSERT OR IGNORE INTO gaps(sensor, epoch, first, last, found_ns)"
			  " VALUES(?1,?2,?3,?4,?5)"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (sqlite3_prepare_v3(s->db, all[i].sql, -1, SQLITE_PREPARE_PERSISTENT, all[i].st,
				       NULL) != SQLITE_OK)
			return store_fail(s->db, "prepare", err);
	return 0;
}

int store_open(struct store **out, const char *path, struct err *err)
{
	struct store *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_set(err, ENOMEM, "no memory for the store");
	pthread_mutex_init(&s->lock, NULL);
	if (sqlite3_open_v2(path, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
			    NULL) != SQLITE_OK) {
		r = store_fail(s->db, path, err);
		store_close(s);
		return r;
	}
	sqlite3_busy_timeout(s->db, BUSY_MS);
	r = exec(s->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", path, err);
	if (!r)
		r = store_migrate(s->db, store_schema, store_schema_n, err);
	if (!r)
		r = prepare(s, err);
	if (r) {
		store_close(s);
		return r;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	sqlite3_finalize(s->insert);
	sqlite3_finalize(s->mark_set);
	sqlite3_finalize(s->mark_get);
	sqlite3_finalize(s->gap);
	sqlite3_close(s->db);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static void epoch_text(uint64_t epoch, char out[17])
{
	snprintf(out, 17, "%016" PRIx64, epoch);
}

static int run(sqlite3 *db, sqlite3_stmt *st, const char *doing, struct err *err)
{
	int code = sqlite3_step(st);
	int r = code == SQLITE_DONE || code == SQLITE_ROW ? 0 : store_fail(db, doing, err);

	sqlite3_reset(st);
	return r;
}

static void text(sqlite3_stmt *st, int at, const char *value)
{
	sqlite3_bind_text(st, at, value, -1, SQLITE_STATIC);
}

static int insert(struct store *s, const char *sensor, const struct event *e, struct stored *out,
		  struct err *err)
{
	const char *const tail[] = {e->detector, e->signature, e->technique, e->host,
				    e->mac,      e->src,       e->dst,       e->community_id};
	char epoch[17];
	sqlite3_stmt *st = s->insert;

	epoch_text(e->epoch, epoch);
	text(st, 1, sensor);
	text(st, 2, epoch);
	sqlite3_bind_int64(st, 3, (sqlite3_int64)e->seq);
	sqlite3_bind_int64(st, 4, (sqlite3_int64)e->time_ns);
	sqlite3_bind_int64(st, 5, (sqlite3_int64)e->received_ns);
	text(st, 6, e->type);
	text(st, 7, e->tier);
	sqlite3_bind_int64(st, 8, e->severity);
	text(st, 9, e->family);
	sqlite3_bind_int64(st, 10, e->gid);
	sqlite3_bind_int64(st, 11, e->sid);
	for (int i = 0; i < 8; i++)
		text(st, 12 + i, tail[i]);
	sqlite3_bind_text(st, 20, e->json, (int)e->json_len, SQLITE_STATIC);
	int r = run(s->db, st, "store an event", err);
	sqlite3_clear_bindings(st);
	out->fresh = !r && sqlite3_changes(s->db) == 1;
	out->id = out->fresh ? sqlite3_last_insert_rowid(s->db) : 0;
	return r;
}

static int mark_set(struct store *s, const char *sensor, uint64_t epoch, uint64_t seq,
		    struct err *err)
{
	char e[17];

	epoch_text(epoch, e);
	text(s->mark_set, 1, sensor);
	text(s->mark_set, 2, e);
	sqlite3_bind_int64(s->mark_set, 3, (sqlite3_int64)seq);
	sqlite3_bind_int64(s->mark_set, 4, (sqlite3_int64)clock_real_ns());
	return run(s->db, s->mark_set, "move the mark", err);
}

static int mark_get(struct store *s, const char *sensor, uint64_t epoch, uint64_t *seq,
		    struct err *err)
{
	char e[17];

	epoch_text(epoch, e);
	text(s->mark_get, 1, sensor);
	text(s->mark_get, 2, e);
	int code = sqlite3_step(s->mark_get);
	*seq = code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s->mark_get, 0) : 0;
	int r = code == SQLITE_ROW || code == SQLITE_DONE ? 0
							  : store_fail(s->db, "read a mark", err);
	sqlite3_reset(s->mark_get);
	return r;
}

static int gap(struct store *s, const char *sensor, uint64_t epoch, uint64_t from, uint64_t to,
	       struct err *err)
{
	char e[17];

	epoch_text(epoch, e);
	text(s->gap, 1, sensor);
	text(s->gap, 2, e);
	sqlite3_bind_int64(s->gap, 3, (sqlite3_int64)from);
	sqlite3_bind_int64(s->gap, 4, (sqlite3_int64)to);
	sqlite3_bind_int64(s->gap, 5, (sqlite3_int64)clock_real_ns());
	return run(s->db, s->gap, "record a gap", err);
}

static int put(struct store *s, const struct store_batch *b, struct stored *out, struct err *err)
{
	uint64_t mark;
	int r = mark_get(s, b->sensor, b->epoch, &mark, err);

	for (unsigned i = 0; !r && i < b->n; i++) {
		const struct event *e = &b->event[i];

		out[i] = (struct stored){0};
		if (e->seq > mark + 1)
			r = gap(s, b->sensor, b->epoch, mark + 1, e->seq - 1, err);
		if (e->seq > mark)
			mark = e->seq;
		if (!r)
			r = insert(s, b->sensor, e, &out[i], err);
		if (!r && out[i].fresh && e->tier[0])
			r = store_incident_event(s->db, e, b->quiet_ns, &out[i], err);
	}
	if (!r && b->to > mark)
		r = gap(s, b->sensor, b->epoch, mark + 1, b->to, err);
	return r ? r : mark_set(s, b->sensor, b->epoch, b->to, err);
}

/* Begins before and ends after `r`; a failed commit is rolled back, so that nothing is half. */
static int begin(struct store *s, struct err *err)
{
	pthread_mutex_lock(&s->lock);
	int r = exec(s->db, "BEGIN IMMEDIATE", "begin", err);
	if (r)
		pthread_mutex_unlock(&s->lock);
	return r;
}

static int end(struct store *s, int r, struct err *err)
{
	if (!r)
		r = exec(s->db, "COMMIT", "commit", err);
	if (r)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int store_put(struct store *s, const struct store_batch *b, struct stored *out, struct err *err)
{
	int r = begin(s, err);

	return r ? r : end(s, put(s, b, out, err), err);
}

int store_mark(struct store *s, const char *sensor, uint64_t epoch, uint64_t *seq, struct err *err)
{
	pthread_mutex_lock(&s->lock);
	int r = mark_get(s, sensor, epoch, seq, err);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int store_gap(struct store *s, const char *sensor, uint64_t epoch, uint64_t from, uint64_t to,
	      struct err *err)
{
	int r = begin(s, err);

	if (r)
		return r;
	r = gap(s, sensor, epoch, from, to, err);
	return end(s, r ? r : mark_set(s, sensor, epoch, to, err), err);
}

static int prepared(struct store *s, const char *sql, sqlite3_stmt **st, struct err *err)
{
	return sqlite3_prepare_v2(s->db, sql, -1, st, NULL) == SQLITE_OK
		       ? 0
		       : store_fail(s->db, "prepare", err);
}

int store_close_quiet(struct store *s, uint64_t now_ns, uint64_t quiet_ns, unsigned *closed,
		      struct err *err)
{
	sqlite3_stmt *st = NULL;

	*closed = 0;
	if (now_ns < quiet_ns)
		return 0;
	pthread_mutex_lock(&s->lock);
	int r = prepared(s, "UPDATE incidents SET open = 0 WHERE open AND updated_ns < ?1", &st, err);
	if (!r) {
		sqlite3_bind_int64(st, 1, (sqlite3_int64)(now_ns - quiet_ns));
		r = run(s->db, st, "close incidents", err);
		*closed = r ? 0 : (unsigned)sqlite3_changes(s->db);
	}
	sqlite3_finalize(st);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int store_recommend(struct store *s, int64_t incident, const char *json, struct err *err)
{
	sqlite3_stmt *st = NULL;

	pthread_mutex_lock(&s->lock);
	int r = prepared(s, "UPDATE incidents SET recommendation = ?2 WHERE id = ?1", &st, err);
	if (!r) {
		sqlite3_bind_int64(st, 1, incident);
		text(st, 2, json);
		r = run(s->db, st, "store a recommendation", err);
	}
	sqlite3_finalize(st);
	pthread_mutex_unlock(&s->lock);
	return r;
}

int store_timeline(struct store *s, const struct timeline *t, struct err *err)
{
	sqlite3_stmt *st = NULL;

	pthread_mutex_lock(&s->lock);
	int r = prepared(s,
			 "INSERT INTO timeline(incident, host, isolation, what, time_ns, json)"
			 " VALUES(nullif(?1, 0), ?2, ?3, ?4, ?5, ?6)",
			 &st, err);
	if (!r) {
		sqlite3_bind_int64(st, 1, t->incident);
		text(st, 2, t->host);
		text(st, 3, t->isolation);
		text(st, 4, t->what);
		sqlite3_bind_int64(st, 5, (sqlite3_int64)t->time_ns);
		text(st, 6, t->json);
		r = run(s->db, st, "store a timeline row", err);
	}
	sqlite3_finalize(st);
	pthread_mutex_unlock(&s->lock);
	return r;
}
