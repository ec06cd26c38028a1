// SPDX-License-Identifier: Apache-2.0
#include "read.h"

#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define READ_BUSY_MS 2000
#define GAPS_SHOWN 20

int read_open(sqlite3 **db, const char *path, struct err *err)
{
	sqlite3 *d = NULL;

	if (sqlite3_open_v2(path, &d, SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, NULL) !=
	    SQLITE_OK) {
		int r = store_fail(d, path, err);
		err_hint(err, "the collector makes it at its first start; name another with --set db=");
		sqlite3_close(d);
		return r;
	}
	sqlite3_busy_timeout(d, READ_BUSY_MS);
	*db = d;
	return 0;
}

static const char *column(sqlite3_stmt *st, int at)
{
	const char *t = (const char *)sqlite3_column_text(st, at);

	return t ? t : "";
}

static void bind_text(sqlite3_stmt *st, int at, const char *text)
{
	sqlite3_bind_text(st, at, text ? text : "", -1, SQLITE_STATIC);
}

static json_t *event_row(sqlite3_stmt *st)
{
	json_t *row = json_loadb(column(st, 5), (size_t)sqlite3_column_bytes(st, 5), JSON_ALLOW_NUL,
				 NULL);

	if (!json_is_object(row)) {
		json_decref(row);
		row = json_pack("{s:s}", "event_type", "malformed");
	}
	if (!row)
		return NULL;
	json_object_set_new(row, "event_id", json_integer(sqlite3_column_int64(st, 0)));
	json_object_set_new(row, "collector_sensor", json_string(column(st, 1)));
	json_object_set_new(row, "time_ns", json_integer(sqlite3_column_int64(st, 2)));
	json_object_set_new(row, "received_ns", json_integer(sqlite3_column_int64(st, 3)));
	if (sqlite3_column_type(st, 4) != SQLITE_NULL)
		json_object_set_new(row, "incident", json_integer(sqlite3_column_int64(st, 4)));
	return row;
}

static json_t *incident_row(sqlite3_stmt *st)
{
	json_t *chain = json_loads(column(st, 10), 0, NULL);
	json_t *row = json_pack(
		"{s:I, s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:i, s:f, s:o}", "id",
		(json_int_t)sqlite3_column_int64(st, 0), "host", column(st, 1), "mac",
		column(st, 2), "open", sqlite3_column_int(st, 3), "first_ns",
		(json_int_t)sqlite3_column_int64(st, 4), "last_ns",
		(json_int_t)sqlite3_column_int64(st, 5), "updated_ns",
		(json_int_t)sqlite3_column_int64(st, 6), "alerts",
		(json_int_t)sqlite3_column_int64(st, 7), "severity", sqlite3_column_int(st, 8),
		"score", sqlite3_column_double(st, 9), "chain", chain ? chain : json_array());
	json_t *advice = json_loads(column(st, 11), 0, NULL);

	if (row && advice)
		json_object_set(row, "recommendation", advice);
	if (row) {
		json_object_set_new(row, "isolation", json_string(column(st, 12)));
		json_object_set_new(row, "findings", json_integer(sqlite3_column_int64(st, 13)));
	}
	json_decref(advice);
	return row;
}

static int each(sqlite3 *db, sqlite3_stmt *st, json_t *(*make)(sqlite3_stmt *), read_row *row,
		void *ctx, struct err *err)
{
	int code, r = 0;

	while (r == 0 && (code = sqlite3_step(st)) == SQLITE_ROW) {
		json_t *o = make(st);
		r = o ? row(ctx, o) : -ENOMEM;
		json_decref(o);
	}
	if (r == 0 && code != SQLITE_DONE)
		r = store_fail(db, "read", err);
	else if (r == -ENOMEM)
		err_set(err, ENOMEM, "no memory to read a row");
	sqlite3_finalize(st);
	return r;
}

static int prepare(sqlite3 *db, const char *sql, sqlite3_stmt **st, struct err *err)
{
	return sqlite3_prepare_v2(db, sql, -1, st, NULL) == SQLITE_OK ? 0
								       : store_fail(db, "read", err);
}

static void bind_filter(sqlite3_stmt *st, const struct read_filter *f)
{
	sqlite3_bind_int64(st, 1, (sqlite3_int64)f->since_ns);
	bind_text(st, 2, f->host);
	sqlite3_bind_int(st, 3, f->severity ? (int)f->severity : 255);
	sqlite3_bind_int(st, 4, f->limit ? (int)f->limit : -1);
}

int read_alerts(sqlite3 *db, const struct read_filter *f, read_row *row, void *ctx,
		struct err *err)
{
	sqlite3_stmt *st;
	int r = prepare(db,
			"SELECT * FROM (SELECT id, sensor, time_ns, received_ns, incident, json"
			" FROM events WHERE tier IN ('alert', ?5) AND time_ns >= ?1"
			" AND (?2 = '' OR host = ?2 OR mac = ?2) AND severity <= ?3"
			" AND (?6 = '' OR detector = ?6 OR sid = ?6)"
			" AND (?7 = 0 OR incident = ?7)"
			" ORDER BY time_ns DESC, id DESC LIMIT ?4) ORDER BY time_ns, id",
			&st, err);

	if (r)
		return r;
	bind_filter(st, f);
	bind_text(st, 5, f->findings ? "finding" : "alert");
	bind_text(st, 6, f->detector);
	sqlite3_bind_int64(st, 7, f->incident);
	return each(db, st, event_row, row, ctx, err);
}

/* What its newest timeline row says of isolation. */
#define INCIDENT_COLUMNS                                                                           \
	"id, host, mac, open, first_ns, last_ns, updated_ns, alerts, severity, score, chain,"      \
	" recommendation, (SELECT what FROM timeline t WHERE t.incident = i.id"                    \
	" AND t.isolation <> '' ORDER BY t.id DESC LIMIT 1), findings"

int read_incidents(sqlite3 *db, const struct read_filter *f, read_row *row, void *ctx,
		   struct err *err)
{
	sqlite3_stmt *st;
	int r = prepare(db,
			"SELECT * FROM (SELECT " INCIDENT_COLUMNS
			" FROM incidents i WHERE last_ns >= ?1"
			" AND (?2 = '' OR host = ?2 OR mac = ?2) AND severity <= ?3"
			" AND (open OR ?5) ORDER BY last_ns DESC, id DESC LIMIT ?4)"
			" ORDER BY last_ns, id",
			&st, err);

	if (r)
		return r;
	bind_filter(st, f);
	sqlite3_bind_int(st, 5, f->all);
	return each(db, st, incident_row, row, ctx, err);
}

static int take_row(void *ctx, json_t *row)
{
	json_t **out = ctx;

	*out = json_incref(row);
	return 0;
}

static int append_row(void *ctx, json_t *row)
{
	return json_array_append(ctx, row) ? -ENOMEM : 0;
}

static json_t *timeline_row(sqlite3_stmt *st)
{
	json_t *detail = json_loads(column(st, 4), 0, NULL);

	return json_pack("{s:I, s:s, s:s, s:s, s:o}", "time_ns",
			 (json_int_t)sqlite3_column_int64(st, 0), "what", column(st, 1), "host",
			 column(st, 2), "isolation", column(st, 3), "detail",
			 detail ? detail : json_object());
}

int read_incident(sqlite3 *db, int64_t id, unsigned limit, json_t **out, struct err *err)
{
	struct read_filter f = {.incident = id, .findings = true, .limit = limit};
	sqlite3_stmt *st;
	json_t *inc = NULL;
	int r = prepare(db, "SELECT " INCIDENT_COLUMNS " FROM incidents i WHERE id = ?1", &st, err);

	if (r)
		return r;
	sqlite3_bind_int64(st, 1, id);
	r = each(db, st, incident_row, take_row, &inc, err);
	if (!r && !inc)
		return err_set(err, ENOENT, "there is no incident %lld", (long long)id);
	json_t *timeline = json_array(), *alerts = json_array();
	if (!r)
		r = prepare(db,
			    "SELECT time_ns, what, host, isolation, json FROM timeline"
			    " WHERE incident = ?1 ORDER BY time_ns, id",
			    &st, err);
	if (!r) {
		sqlite3_bind_int64(st, 1, id);
		r = each(db, st, timeline_row, append_row, timeline, err);
	}
	if (!r)
		r = read_alerts(db, &f, append_row, alerts, err);
	json_object_set_new(inc, "timeline", timeline);
	json_object_set_new(inc, "events", alerts);
	if (r)
		json_decref(inc);
	else
		*out = inc;
	return r;
}

static json_t *counts_row(sqlite3_stmt *st)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "events",
			 (json_int_t)sqlite3_column_int64(st, 0), "alerts",
			 (json_int_t)sqlite3_column_int64(st, 1), "incidents_open",
			 (json_int_t)sqlite3_column_int64(st, 2), "gaps",
			 (json_int_t)sqlite3_column_int64(st, 3), "lost",
			 (json_int_t)sqlite3_column_int64(st, 4));
}

static json_t *gap_row(sqlite3_stmt *st)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:I}", "sensor", column(st, 0), "epoch",
			 column(st, 1), "first", (json_int_t)sqlite3_column_int64(st, 2), "last",
			 (json_int_t)sqlite3_column_int64(st, 3), "found_ns",
			 (json_int_t)sqlite3_column_int64(st, 4));
}

int read_counts(sqlite3 *db, json_t **out, struct err *err)
{
	sqlite3_stmt *st;
	json_t *o = NULL, *gaps = json_array();
	int r = prepare(db,
			"SELECT (SELECT count(*) FROM events),"
			" (SELECT count(*) FROM events WHERE tier = 'alert'),"
			" (SELECT count(*) FROM incidents WHERE open), (SELECT count(*) FROM gaps),"
			" (SELECT coalesce(sum(last - first + 1), 0) FROM gaps)",
			&st, err);

	if (!r)
		r = each(db, st, counts_row, take_row, &o, err);
	if (!r)
		r = prepare(db,
			    "SELECT sensor, epoch, first, last, found_ns FROM gaps"
			    " ORDER BY id DESC LIMIT ?1",
			    &st, err);
	if (!r) {
		sqlite3_bind_int(st, 1, GAPS_SHOWN);
		r = each(db, st, gap_row, append_row, gaps, err);
	}
	if (r) {
		json_decref(gaps);
		json_decref(o);
		return r;
	}
	json_object_set_new(o, "newest_gaps", gaps);
	*out = o;
	return 0;
}
