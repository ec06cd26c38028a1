// SPDX-License-Identifier: Apache-2.0
/* The engine's tables: the isolation as JSON beside the few columns that are searched.
 *
 * Errors: SQLite's are -EIO with its words.
 */
#include "isolate_engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define LIVE "status IN ('sent', 'active', 'unknown')"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS isolations (id TEXT PRIMARY KEY, mac TEXT, status TEXT,"
	" created_ns INTEGER, expires_ns INTEGER, body TEXT);"
	"CREATE INDEX IF NOT EXISTS isolations_mac ON isolations (mac, created_ns);"
	"CREATE INDEX IF NOT EXISTS isolations_status ON isolations (status);"
	"CREATE INDEX IF NOT EXISTS isolations_created ON isolations (created_ns);"
	"CREATE TABLE IF NOT EXISTS leases (id TEXT PRIMARY KEY, isolator TEXT,"
	" expires_ns INTEGER, prior TEXT, undo TEXT);"
	"CREATE TABLE IF NOT EXISTS audit (seq INTEGER, hash TEXT, line TEXT,"
	" PRIMARY KEY (seq, hash));"
	"CREATE TABLE IF NOT EXISTS sightings (addr TEXT, mac TEXT, vlan INTEGER, role TEXT,"
	" seen_ns INTEGER, PRIMARY KEY (addr, mac, vlan));"
	"CREATE INDEX IF NOT EXISTS sightings_mac ON sightings (mac);"
	"CREATE INDEX IF NOT EXISTS sightings_seen ON sightings (seen_ns);"
	"CREATE TABLE IF NOT EXISTS isolate_flags (name TEXT PRIMARY KEY, value INTEGER);";

static int failed(struct isolate *e, struct err *err)
{
	return err_set(err, EIO, "database: %s", sqlite3_errmsg(e->db));
}

int isolate_store_sql(struct isolate *e, const char *sql, struct err *err)
{
	return sqlite3_exec(e->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(e, err);
}

int isolate_store_open(struct isolate *e, struct err *err)
{
	if (!sqlite3_get_autocommit(e->db))
		return err_set(err, EBUSY, "the database is inside a transaction");
	return isolate_store_sql(e, schema, err);
}

int isolate_store_begin(struct isolate *e, struct err *err)
{
	if (!sqlite3_get_autocommit(e->db))
		return err_set(err, EBUSY, "the database is inside a transaction");
	return isolate_store_sql(e, "BEGIN IMMEDIATE", err);
}

static void audit_rows(struct isolate *e);

int isolate_store_commit(struct isolate *e, struct err *err)
{
	audit_rows(e);
	int rc = isolate_store_sql(e, "COMMIT", err);

	if (rc != 0)
		sqlite3_exec(e->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

static int run(struct isolate *e, sqlite3_stmt *q, struct err *err)
{
	int rc = q ? sqlite3_step(q) : SQLITE_ERROR;
	int out = rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : failed(e, err);

	sqlite3_finalize(q);
	return out;
}

static sqlite3_stmt *prepare(struct isolate *e, const char *sql)
{
	sqlite3_stmt *q = NULL;

	sqlite3_prepare_v2(e->db, sql, -1, &q, NULL);
	return q;
}

static void bind_text(sqlite3_stmt *q, int at, const char *text)
{
	sqlite3_bind_text(q, at, text, -1, SQLITE_TRANSIENT);
}

int isolate_store_put(struct isolate *e, json_t *iso, struct err *err)
{
	sqlite3_stmt *q = prepare(e, "INSERT OR REPLACE INTO isolations VALUES (?, ?, ?, ?, ?, ?)");
	char *body = json_dumps(iso, JSON_COMPACT);

	if (!q || !body) {
		free(body);
		sqlite3_finalize(q);
		return failed(e, err);
	}
	bind_text(q, 1, isolate_str(iso, "id"));
	bind_text(q, 2, isolate_str(iso, "mac"));
	bind_text(q, 3, isolate_str(iso, "status"));
	sqlite3_bind_int64(q, 4, (sqlite3_int64)isolate_num(iso, "created_ns"));
	sqlite3_bind_int64(q, 5, (sqlite3_int64)isolate_num(iso, "expires_ns"));
	bind_text(q, 6, body);
	free(body);
	return run(e, q, err);
}

static json_t *row_body(sqlite3_stmt *q)
{
	const char *text = (const char *)sqlite3_column_text(q, 0);
	return text ? json_loads(text, 0, NULL) : NULL;
}

json_t *isolate_store_get(struct isolate *e, const char *which)
{
	char text[ADDR_TEXT] = "";
	struct mac mac;
	struct addr addr;
	json_t *iso = NULL;

	if (mac_parse(which, &mac))
		mac_text(&mac, text);
	else if (addr_parse(which, &addr))
		addr_text(&addr, text);
	sqlite3_stmt *q = prepare(
		e, "SELECT body FROM isolations WHERE id = ?1 OR mac = ?2 OR (?2 <> '' AND EXISTS"
		   " (SELECT 1 FROM json_each(body, '$.addrs') WHERE value = ?2))"
		   " ORDER BY " LIVE " DESC, created_ns DESC LIMIT 1");
	if (!q)
		return NULL;
	bind_text(q, 1, which);
	bind_text(q, 2, *text ? text : "-");
	if (sqlite3_step(q) == SQLITE_ROW)
		iso = row_body(q);
	sqlite3_finalize(q);
	return iso;
}

static json_t *rows(struct isolate *e, const char *sql)
{
	json_t *list = json_array();
	sqlite3_stmt *q = prepare(e, sql);

	while (q && sqlite3_step(q) == SQLITE_ROW) {
		json_t *iso = row_body(q);
		if (iso)
			json_array_append_new(list, iso);
	}
	sqlite3_finalize(q);
	return list;
}

json_t *isolate_store_live(struct isolate *e)
{
	return rows(e, "SELECT body FROM isolations WHERE " LIVE " ORDER BY created_ns");
}

json_t *isolate_store_all(struct isolate *e)
{
	return rows(e, "SELECT body FROM isolations ORDER BY created_ns DESC LIMIT 1000");
}

unsigned isolate_store_since(struct isolate *e, const char *mac, uint64_t since_ns, bool dry)
{
	unsigned n = 0;
	sqlite3_stmt *q = prepare(e, "SELECT count(*) FROM isolations WHERE created_ns > ?1"
				     " AND status <> 'failed' AND (?2 = '' OR mac = ?2)"
				     " AND (?3 OR json_extract(body, '$.dry_run') IS NULL)");
	if (!q)
		return 0;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)since_ns);
	bind_text(q, 2, mac ? mac : "");
	sqlite3_bind_int(q, 3, dry);
	if (sqlite3_step(q) == SQLITE_ROW)
		n = (unsigned)sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return n;
}

int isolate_store_lease(struct isolate *e, json_t *iso, bool keep, struct err *err)
{
	sqlite3_stmt *q = prepare(e, keep ? "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?)"
					  : "DELETE FROM leases WHERE id = ?");
	if (!q)
		return failed(e, err);
	bind_text(q, 1, isolate_str(iso, "id"));
	if (keep) {
		char *prior = json_dumps(json_object_get(iso, "prior"), JSON_ENCODE_ANY);
		char *undo = json_dumps(json_object_get(iso, "undo"), JSON_ENCODE_ANY);
		bind_text(q, 2, isolate_str(iso, "isolator"));
		sqlite3_bind_int64(q, 3, (sqlite3_int64)isolate_num(iso, "expires_ns"));
		bind_text(q, 4, prior ? prior : "null");
		bind_text(q, 5, undo ? undo : "null");
		free(prior);
		free(undo);
	}
	return run(e, q, err);
}

bool isolate_store_flag(struct isolate *e, const char *name)
{
	sqlite3_stmt *q = prepare(e, "SELECT value FROM isolate_flags WHERE name = ?");
	bool on = false;

	if (!q)
		return false;
	bind_text(q, 1, name);
	if (sqlite3_step(q) == SQLITE_ROW)
		on = sqlite3_column_int(q, 0) != 0;
	sqlite3_finalize(q);
	return on;
}

int isolate_store_set_flag(struct isolate *e, const char *name, bool on, struct err *err)
{
	sqlite3_stmt *q = prepare(e, "INSERT OR REPLACE INTO isolate_flags VALUES (?, ?)");

	if (!q)
		return failed(e, err);
	bind_text(q, 1, name);
	sqlite3_bind_int(q, 2, on);
	return run(e, q, err);
}

static void audit_row(struct isolate *e, int64_t seq, const char *hash_hex, const char *line)
{
	sqlite3_stmt *q = prepare(e, "INSERT OR IGNORE INTO audit VALUES (?, ?, ?)");
	struct err ignored;

	if (!q)
		return;
	sqlite3_bind_int64(q, 1, seq);
	bind_text(q, 2, hash_hex);
	bind_text(q, 3, line);
	run(e, q, &ignored); /* the file is the truth; the table is its copy */
}

void isolate_store_audit(void *engine, uint64_t seq, const char *hash_hex, const char *json)
{
	struct isolate *e = engine;

	if (!sqlite3_get_autocommit(e->db)) {
		audit_row(e, (int64_t)seq, hash_hex, json);
		return;
	}
	/* A row of its own would be a flush of its own: it waits for the next transaction. */
	json_t *row = json_pack("[I, s, s]", (json_int_t)seq, hash_hex, json);
	if (row)
		json_array_append_new(e->pending, row);
}

static void audit_rows(struct isolate *e)
{
	size_t i;
	json_t *row;

	json_array_foreach(e->pending, i, row)
		audit_row(e, json_integer_value(json_array_get(row, 0)),
			  json_string_value(json_array_get(row, 1)),
			  json_string_value(json_array_get(row, 2)));
	json_array_clear(e->pending);
}

bool isolate_store_audit_head(struct isolate *e, struct audit_head *head)
{
	sqlite3_stmt *q = prepare(e, "SELECT seq, hash FROM audit ORDER BY rowid DESC LIMIT 1");
	bool found = q && sqlite3_step(q) == SQLITE_ROW && sqlite3_column_bytes(q, 1) == 64;

	if (found) {
		const char *hex = (const char *)sqlite3_column_text(q, 1);
		head->seq = (uint64_t)sqlite3_column_int64(q, 0);
		for (unsigned i = 0; i < 32; i++) {
			unsigned v = 0;
			sscanf(hex + 2 * i, "%2x", &v);
			head->hash[i] = (uint8_t)v;
		}
	}
	sqlite3_finalize(q);
	return found;
}
