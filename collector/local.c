// SPDX-License-Identifier: Apache-2.0
/* vigie with the collector down: reads its database, and can release hosts with an engine of its own
 * (the engine's lock keeps it apart from a collector that starts meanwhile). */
#include "cli.h"

#include "base/clock.h"
#include "respond.h"
#include "trail.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS 5000
#define ROWS 200u
#define INCIDENT_EVENTS 50u

static int rows(const struct cli *c, const struct settings *s, sqlite3 *db, read_row *row,
		void *ctx, json_t **answer, struct err *err)
{
	const struct request *q = &c->q;
	struct read_filter f = {
		.since_ns = q->since_ns,
		.host = q->host,
		.severity = q->severity,
		.detector = q->detector,
		.findings = q->findings,
		.all = q->all,
		.limit = q->limit ? q->limit : ROWS,
	};
	bool whole = true;
	int r;

	if (q->verb == REQUEST_alerts)
		r = read_alerts(db, &f, row, ctx, err);
	else if (q->verb == REQUEST_incidents)
		r = read_incidents(db, &f, row, ctx, err);
	else
		r = trail_rows(s->isolate.audit, db, f.limit, row, ctx, &whole, err);
	*answer = r ? NULL : json_pack("{s:b, s:b}", "ok", 1, "whole", whole);
	return r;
}

static int wrap(int r, json_t *result, json_t **answer, const struct err *err)
{
	*answer = json_pack("{s:b, s:o}", "ok", r == 0, "result", result ? result : json_object());
	if (r && *answer) {
		json_object_set_new(*answer, "error", json_string(err->msg));
		json_object_set_new(*answer, "hint", json_string(err->hint));
	}
	return *answer ? 0 : -ENOMEM;
}

static int command(const struct cli *c, const struct settings *s, json_t **answer, struct err *err)
{
	const struct passwd *pw = getpwuid(getuid());
	struct isolate *engine = NULL;
	sqlite3 *db = NULL;
	json_t *out = NULL;
	char who[96];

	snprintf(who, sizeof(who), "%.40s (uid %u, collector down)", pw ? pw->pw_name : "?",
		 (unsigned)getuid());
	if (sqlite3_open_v2(s->db, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		int r = err_set(err, EIO, "database '%s': %s", s->db, sqlite3_errmsg(db));
		sqlite3_close(db);
		return r;
	}
	sqlite3_busy_timeout(db, BUSY_MS);
	int r = isolate_open(&engine, &s->isolate, db, err);
	if (r == 0)
		r = respond_engine(engine, &c->q, who, NULL, &out, err);
	if (engine)
		r = wrap(r, out, answer, err);
	isolate_free(engine);
	sqlite3_close(db);
	return r;
}

static int status(const struct settings *s, sqlite3 *db, json_t **answer, struct err *err)
{
	json_t *counts = NULL;
	int r = read_counts(db, &counts, err);

	if (r == 0)
		*answer = json_pack("{s:b, s:{s:s, s:b, s:s, s:o}}", "ok", 1, "result", "version",
				    VIGIE_VERSION, "running", 0, "db", s->db, "store", counts);
	return r;
}

int local_call(const struct cli *c, const struct settings *s, read_row *row, void *ctx,
	       json_t **answer, struct err *err)
{
	sqlite3 *db = NULL;
	json_t *out = NULL;
	int r;

	*answer = NULL;
	switch (c->verb) {
	case REQUEST_plan:
	case REQUEST_release:
	case REQUEST_freeze:
		return command(c, s, answer, err);
	case REQUEST_watch:
	case REQUEST_isolate:
		return -ENOENT; /* only a running collector watches, and ends what it began */
	case REQUEST_audit:
		return rows(c, s, NULL, row, ctx, answer, err);
	default:
		break;
	}
	r = read_open(&db, s->db, err);
	if (r)
		return r;
	if (c->verb == REQUEST_incident) {
		r = read_incident(db, c->q.incident, c->q.limit ? c->q.limit : INCIDENT_EVENTS,
				  &out, err);
		r = wrap(r, out, answer, err);
	} else if (c->verb == REQUEST_status) {
		r = status(s, db, answer, err);
	} else {
		r = rows(c, s, db, row, ctx, answer, err);
	}
	sqlite3_close(db);
	return r;
}
