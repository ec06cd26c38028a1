// SPDX-License-Identifier: Apache-2.0
/* An event's effect on the incidents, inside the batch's transaction. Nothing is cached between
 * events: a transaction rolled back leaves no trace in memory. */
#include "store.h"

#include "text.h"

#include <errno.h>
#include <stdlib.h>

#define COLUMNS                                                                                    \
	"id, host, mac, open, first_ns, last_ns, updated_ns, alerts, findings, severity,"          \
	" steps_lost, chain"

static const char *column(sqlite3_stmt *st, int at)
{
	const char *t = (const char *)sqlite3_column_text(st, at);

	return t ? t : "";
}

static void load(sqlite3_stmt *st, struct incident *inc)
{
	*inc = (struct incident){
		.id = sqlite3_column_int64(st, 0),
		.open = sqlite3_column_int(st, 3),
		.first_ns = (uint64_t)sqlite3_column_int64(st, 4),
		.last_ns = (uint64_t)sqlite3_column_int64(st, 5),
		.updated_ns = (uint64_t)sqlite3_column_int64(st, 6),
		.alerts = (uint64_t)sqlite3_column_int64(st, 7),
		.findings = (uint64_t)sqlite3_column_int64(st, 8),
		.severity = (uint32_t)sqlite3_column_int64(st, 9),
		.steps_lost = (uint64_t)sqlite3_column_int64(st, 10),
	};
	text_copy(inc->host, sizeof(inc->host), column(st, 1));
	text_copy(inc->mac, sizeof(inc->mac), column(st, 2));
	incident_chain_read(inc, column(st, 11));
}

/* The open incident of the host; inc->id is 0 when there is none. */
static int find(sqlite3 *db, const char *host, struct incident *inc, struct err *err)
{
	sqlite3_stmt *st;

	inc->id = 0;
	if (sqlite3_prepare_v2(db,
			       "SELECT " COLUMNS " FROM incidents WHERE host = ?1 AND open"
			       " ORDER BY id DESC LIMIT 1",
			       -1, &st, NULL) != SQLITE_OK)
		return store_fail(db, "find an incident", err);
	sqlite3_bind_text(st, 1, host, -1, SQLITE_STATIC);
	int code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		load(st, inc);
	int r = code == SQLITE_ROW || code == SQLITE_DONE ? 0
							  : store_fail(db, "find an incident", err);
	sqlite3_finalize(st);
	return r;
}

static void bind(sqlite3_stmt *st, const struct incident *inc, const char *chain)
{
	if (inc->id)
		sqlite3_bind_int64(st, 1, inc->id);
	sqlite3_bind_text(st, 2, inc->host, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, inc->mac, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 4, inc->open);
	sqlite3_bind_int64(st, 5, (sqlite3_int64)inc->first_ns);
	sqlite3_bind_int64(st, 6, (sqlite3_int64)inc->last_ns);
	sqlite3_bind_int64(st, 7, (sqlite3_int64)inc->updated_ns);
	sqlite3_bind_int64(st, 8, (sqlite3_int64)inc->alerts);
	sqlite3_bind_int64(st, 9, (sqlite3_int64)inc->findings);
	sqlite3_bind_int64(st, 10, inc->severity);
	sqlite3_bind_int64(st, 11, (sqlite3_int64)inc->steps_lost);
	sqlite3_bind_text(st, 12, chain, -1, SQLITE_STATIC);
	sqlite3_bind_double(st, 13, incident_score(inc));
}

static int save(sqlite3 *db, struct incident *inc, struct err *err)
{
	json_t *array = incident_chain(inc);
	char *chain = array ? json_dumps(array, JSON_COMPACT) : NULL;
	sqlite3_stmt *st = NULL;
	int r = 0;

	json_decref(array);
	if (!chain)
		return err_set(err, ENOMEM, "no memory for an incident");
	if (sqlite3_prepare_v2(db,
			       "INSERT INTO incidents(" COLUMNS ", score)"
			       " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"
			       " ON CONFLICT(id) DO UPDATE SET mac = ?3, open = ?4, first_ns = ?5,"
			       " last_ns = ?6, updated_ns = ?7, alerts = ?8, findings = ?9,"
			       " severity = ?10, steps_lost = ?11, chain = ?12, score = ?13",
			       -1, &st, NULL) == SQLITE_OK) {
		bind(st, inc, chain);
		if (sqlite3_step(st) != SQLITE_DONE)
			r = store_fail(db, "store an incident", err);
		else if (inc->id == 0)
			inc->id = sqlite3_last_insert_rowid(db);
	} else {
		r = store_fail(db, "store an incident", err);
	}
	sqlite3_finalize(st);
	free(chain);
	return r;
}

static int link_event(sqlite3 *db, int64_t event, int64_t incident, struct err *err)
{
	sqlite3_stmt *st;
	int r = 0;

	if (sqlite3_prepare_v2(db, "UPDATE events SET incident = ?2 WHERE id = ?1", -1, &st, NULL) !=
	    SQLITE_OK)
		return store_fail(db, "link an event", err);
	sqlite3_bind_int64(st, 1, event);
	sqlite3_bind_int64(st, 2, incident);
	if (sqlite3_step(st) != SQLITE_DONE)
		r = store_fail(db, "link an event", err);
	sqlite3_finalize(st);
	return r;
}

/* A finding never opens an incident: it is for hunting, and weighs only beside an alert. */
int store_incident_event(sqlite3 *db, const struct event *e, uint64_t quiet_ns, struct stored *out,
			 struct err *err)
{
	struct incident inc;

	if (e->host[0] == '\0')
		return 0;
	int r = find(db, e->host, &inc, err);
	if (r)
		return r;
	bool takes = inc.id && incident_takes(&inc, e, quiet_ns);
	if (!takes && !event_is_alert(e))
		return 0;
	if (inc.id && !takes) {
		inc.open = false;
		r = save(db, &inc, err);
	}
	if (takes)
		incident_add(&inc, e);
	else
		incident_start(&inc, e);
	if (!r)
		r = save(db, &inc, err);
	if (!r)
		r = link_event(db, out->id, inc.id, err);
	out->incident = inc.id;
	out->opened = !takes;
	out->families = incident_families(&inc);
	return r;
}
