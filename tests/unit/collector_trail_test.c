// SPDX-License-Identifier: Apache-2.0
/* The audit log against the database's copy of it: what was cut off shows. */
#include "collector/audit.h"
#include "collector/trail.h"

#include "check.h"
#include "tmpdir.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static sqlite3 *db;

static void sink(void *ctx, uint64_t seq, const char *hash_hex, const char *json)
{
	char *sql = sqlite3_mprintf("INSERT OR IGNORE INTO audit VALUES (%lld, %Q, %Q)",
				    (long long)seq, hash_hex, json);

	(void)ctx;
	sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
}

static int count_row(void *ctx, json_t *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return 0;
}

/* How many lines come back, and whether the log is said to be whole. */
static unsigned lines(const char *path, bool *whole)
{
	struct err err = {.msg = ""};
	unsigned n = 0;

	CHECK_EQ(trail_rows(path, db, 10, count_row, &n, whole, &err), 0);
	return n;
}

static void write_log(const char *path)
{
	struct err err;
	struct audit *a;

	CHECK_EQ(audit_open(&a, path, sink, NULL, &err), 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(audit_add(a, i + 1, "planned", "id", NULL, &err), 0);
	CHECK_EQ(audit_sync(a, &err), 0);
	audit_free(a);
}

static void cut_last_line(const char *path)
{
	static char text[65536];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;

	CHECK(n > 1);
	if (f)
		fclose(f);
	for (n -= n > 0; n > 0 && text[n - 1] != '\n';)
		n--;
	CHECK_EQ(truncate(path, (off_t)n), 0);
}

int main(void)
{
	char dir[64], path[96];
	bool whole = false;

	tmpdir_make(dir);
	snprintf(path, sizeof(path), "%s/audit.log", dir);
	sqlite3_open(":memory:", &db);
	sqlite3_exec(db, "CREATE TABLE audit (seq INTEGER, hash TEXT, line TEXT)", NULL, NULL, NULL);

	CASE("no file and never one: an empty log, whole");
	CHECK_EQ(lines(path, &whole), 0);
	CHECK(whole);
	CASE("three lines, all remembered");
	write_log(path);
	CHECK_EQ(lines(path, &whole), 3);
	CHECK(whole);
	CASE("the last line is cut off");
	cut_last_line(path);
	CHECK_EQ(lines(path, &whole), 2);
	CHECK(!whole);
	CASE("the file is taken away");
	unlink(path);
	CHECK_EQ(lines(path, &whole), 0);
	CHECK(!whole);
	CASE("a database that remembers nothing says nothing");
	sqlite3_exec(db, "DELETE FROM audit", NULL, NULL, NULL);
	CHECK_EQ(lines(path, &whole), 0);
	CHECK(whole);

	sqlite3_close(db);
	tmpdir_remove(dir);
	return check_done();
}
