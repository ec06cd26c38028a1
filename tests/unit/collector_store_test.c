// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "read.h"
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#define S 1000000000ULL
#define EPOCH 0xabcdef0123456789ULL

static char path[64];

static void remove_db(void)
{
	static const char *const ends[] = {"", "-wal", "-shm"};

	for (int i = 0; i < 3; i++) {
		char name[80];
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
}

static struct store *fresh(void)
{
	struct store *s = NULL;
	struct err err;

	remove_db();
	CHECK_EQ(store_open(&s, path, &err), 0);
	return s;
}

static long long ask(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	long long v = -1;

	sqlite3_open(path, &db);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return v;
}

static struct event alert(uint64_t seq, const char *host)
{
	static const char json[] = "{\"event_type\":\"alert\"}";
	struct event e = {.epoch = EPOCH,
			  .seq = seq,
			  .time_ns = (1000 + seq) * S,
			  .received_ns = (1000 + seq) * S + 5,
			  .type = "alert",
			  .tier = "alert",
			  .family = "scan",
			  .severity = 1,
			  .gid = 900,
			  .sid = 1,
			  .detector = "scan",
			  .signature = "scan",
			  .technique = "T1046",
			  .json = json,
			  .json_len = sizeof(json) - 1};
	snprintf(e.host, sizeof(e.host), "%s", host);
	return e;
}

static int put(struct store *s, uint64_t from, uint64_t to, struct stored *out)
{
	struct event e[16];
	struct store_batch b = {.sensor = "a", .epoch = EPOCH, .to = to, .event = e,
				.n = (unsigned)(to - from + 1), .quiet_ns = 3600 * S};
	struct err err;

	for (uint64_t i = from; i <= to; i++)
		e[i - from] = alert(i, "10.0.0.5");
	return store_put(s, &b, out, &err);
}

static void once(void)
{
	struct stored out[16];
	struct err err;
	uint64_t mark = 7;

	CASE("a new epoch has the mark 0");
	struct store *s = fresh();
	CHECK_EQ(store_mark(s, "a", EPOCH, &mark, &err), 0);
	CHECK_EQ(mark, 0);

	CASE("a batch moves the mark");
	CHECK_EQ(put(s, 1, 3, out), 0);
	CHECK(out[0].fresh && out[2].fresh && out[0].id > 0);
	store_mark(s, "a", EPOCH, &mark, &err);
	CHECK_EQ(mark, 3);

	CASE("the same again is stored once");
	CHECK_EQ(put(s, 1, 3, out), 0);
	CHECK(!out[0].fresh && !out[2].fresh);
	CHECK_EQ(out[0].id, 0);
	CHECK_EQ(ask("SELECT count(*) FROM events"), 3);

	CASE("and counts once in its incident");
	CHECK_EQ(ask("SELECT alerts FROM incidents"), 3);

	CASE("an overlap stores what is new");
	CHECK_EQ(put(s, 2, 5, out), 0);
	CHECK(!out[1].fresh && out[2].fresh && out[3].fresh);
	CHECK_EQ(ask("SELECT count(*) FROM events"), 5);

	CASE("an older batch does not move the mark back");
	CHECK_EQ(put(s, 1, 2, out), 0);
	store_mark(s, "a", EPOCH, &mark, &err);
	CHECK_EQ(mark, 5);

	CASE("sensors and epochs have marks of their own");
	store_mark(s, "b", EPOCH, &mark, &err);
	CHECK_EQ(mark, 0);
	store_mark(s, "a", EPOCH + 1, &mark, &err);
	CHECK_EQ(mark, 0);

	CASE("all of it outlives the process");
	store_close(s);
	CHECK_EQ(store_open(&s, path, &err), 0);
	store_mark(s, "a", EPOCH, &mark, &err);
	CHECK_EQ(mark, 5);
	store_close(s);
}

static void gaps(void)
{
	struct stored out[16];
	struct err err;
	uint64_t mark;

	CASE("numbers that are missing are a gap");
	struct store *s = fresh();
	put(s, 1, 2, out);
	CHECK_EQ(ask("SELECT count(*) FROM gaps"), 0);
	put(s, 6, 7, out);
	CHECK_EQ(ask("SELECT first FROM gaps"), 3);
	CHECK_EQ(ask("SELECT last FROM gaps"), 5);

	CASE("a gap told by the sensor moves the mark");
	CHECK_EQ(store_gap(s, "a", EPOCH, 8, 20, &err), 0);
	store_mark(s, "a", EPOCH, &mark, &err);
	CHECK_EQ(mark, 20);
	CHECK_EQ(ask("SELECT sum(last - first + 1) FROM gaps"), 3 + 13);

	CASE("told twice it is one gap");
	CHECK_EQ(store_gap(s, "a", EPOCH, 8, 20, &err), 0);
	CHECK_EQ(ask("SELECT count(*) FROM gaps"), 2);
	store_close(s);
}

static void incidents(void)
{
	struct event e[4] = {alert(1, "10.0.0.5"), alert(2, "10.0.0.6"), alert(3, "10.0.0.5"),
			     alert(4, "")};
	struct store_batch b = {.sensor = "a", .epoch = EPOCH, .to = 4, .event = e, .n = 4,
				.quiet_ns = 3600 * S};
	struct stored out[4];
	struct err err;
	unsigned closed;

	CASE("one open incident a host, none without a host");
	struct store *s = fresh();
	CHECK_EQ(store_put(s, &b, out, &err), 0);
	CHECK(out[0].opened && out[1].opened && !out[2].opened && !out[3].opened);
	CHECK_EQ(out[0].incident, out[2].incident);
	CHECK(out[0].incident != out[1].incident);
	CHECK_EQ(out[3].incident, 0);

	CASE("after the quiet time a new one, the old one closed");
	e[0] = alert(5, "10.0.0.5");
	e[0].time_ns = e[2].time_ns + 3600 * S + 1;
	b.to = 5;
	b.n = 1;
	store_put(s, &b, out, &err);
	CHECK(out[0].opened);
	CHECK_EQ(ask("SELECT count(*) FROM incidents WHERE host = '10.0.0.5'"), 2);
	CHECK_EQ(ask("SELECT count(*) FROM incidents WHERE host = '10.0.0.5' AND open"), 1);

	CASE("a finding opens none, and joins one");
	e[0] = alert(6, "10.0.0.9");
	snprintf(e[0].tier, sizeof(e[0].tier), "finding");
	b.to = 6;
	store_put(s, &b, out, &err);
	CHECK_EQ(out[0].incident, 0);
	e[0] = alert(7, "10.0.0.6");
	snprintf(e[0].tier, sizeof(e[0].tier), "finding");
	b.to = 7;
	store_put(s, &b, out, &err);
	CHECK(out[0].incident != 0 && !out[0].opened);
	CHECK_EQ(ask("SELECT findings FROM incidents WHERE host = '10.0.0.6'"), 1);

	CASE("quiet ones close by the clock");
	store_close_quiet(s, 1002 * S + 5 + 3600 * S, 3600 * S, &closed, &err);
	CHECK_EQ(closed, 0);
	store_close_quiet(s, 100000 * S, 3600 * S, &closed, &err);
	CHECK_EQ(closed, 2);
	CHECK_EQ(ask("SELECT count(*) FROM incidents WHERE open"), 0);
	store_close(s);
}

static void migrations(void)
{
	static const char *const steps[] = {"CREATE TABLE one(a)", "CREATE TABLE two(b)",
					    "ALTER TABLE one ADD COLUMN c"};
	static const char *const wrong[] = {"CREATE TABLE three(a)", "CREATE TABLE", NULL};
	struct store *s;
	struct err err;
	sqlite3 *db;

	remove_db();
	sqlite3_open(path, &db);
	CASE("steps are taken from where the database stands");
	CHECK_EQ(store_migrate(db, steps, 1, &err), 0);
	CHECK_EQ(ask("PRAGMA user_version"), 1);
	CHECK_EQ(store_migrate(db, steps, 3, &err), 0);
	CHECK_EQ(ask("PRAGMA user_version"), 3);
	CHECK_EQ(ask("SELECT count(*) FROM pragma_table_info('one')"), 2);
	CASE("none twice");
	CHECK_EQ(store_migrate(db, steps, 3, &err), 0);
	CASE("a later version is refused and told");
	CHECK_EQ(store_migrate(db, steps, 2, &err), -EINVAL);
	CHECK(strstr(err.msg, "later version") != NULL);
	sqlite3_close(db);

	remove_db();
	sqlite3_open(path, &db);
	CASE("a step that fails leaves nothing of any");
	CHECK(store_migrate(db, wrong, 2, &err) < 0);
	CHECK_EQ(ask("PRAGMA user_version"), 0);
	CHECK_EQ(ask("SELECT count(*) FROM sqlite_master"), 0);
	sqlite3_close(db);

	CASE("our own steps give the version of their number");
	s = fresh();
	store_close(s);
	CHECK_EQ(ask("PRAGMA user_version"), store_schema_n);
}

static void full(void)
{
	struct stored out[16];
	struct err err;
	uint64_t mark;
	struct rlimit old, small;

	CASE("a full disk stores nothing of the batch, and the next goes on");
	struct store *s = fresh();
	put(s, 1, 2, out);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	CHECK(put(s, 3, 5, out) < 0);
	setrlimit(RLIMIT_FSIZE, &old);
	store_mark(s, "a", EPOCH, &mark, &err);
	CHECK_EQ(mark, 2);
	CHECK_EQ(put(s, 3, 5, out), 0);
	CHECK_EQ(ask("SELECT count(*) FROM events"), 5);
	CHECK_EQ(ask("SELECT count(*) FROM gaps"), 0);
	store_close(s);
}

static int count_row(void *ctx, json_t *row)
{
	json_t **last = ctx;

	json_decref(*last);
	*last = json_incref(row);
	return 0;
}

static int collect_seq(void *ctx, json_t *row)
{
	char *at = (char *)ctx + strlen(ctx);

	snprintf(at, 32, "%lld ", json_integer_value(json_object_get(row, "event_id")));
	return 0;
}

static void reading(void)
{
	struct event e[3] = {alert(1, "10.0.0.5"), alert(2, "10.0.0.6"), alert(3, "10.0.0.5")};
	struct store_batch b = {.sensor = "a", .epoch = EPOCH, .to = 3, .event = e, .n = 3,
				.quiet_ns = 3600 * S};
	struct read_filter f = {.limit = 10};
	struct stored out[3];
	struct err err;
	sqlite3 *db;
	char seen[128] = "";
	json_t *row = NULL;

	e[1].severity = 3;
	snprintf(e[2].detector, sizeof(e[2].detector), "beacon");
	struct store *s = fresh();
	store_put(s, &b, out, &err);
	struct timeline t = {out[0].incident, "10.0.0.5", "iso-1", "isolated", "{\"x\":1}", 5 * S};
	store_timeline(s, &t, &err);
	store_recommend(s, out[0].incident, "{\"allowed\":true}", &err);
	CHECK_EQ(read_open(&db, path, &err), 0);

	static const struct {
		const char *name, *host, *detector;
		unsigned severity, limit;
		uint64_t since_ns;
		const char *want;
	} rows[] = {
		{"all, oldest first", "", "", 0, 10, 0, "1 2 3 "},
		{"the newest of them", "", "", 0, 2, 0, "2 3 "},
		{"one host's", "10.0.0.5", "", 0, 10, 0, "1 3 "},
		{"at least so severe", "", "", 2, 10, 0, "1 3 "},
		{"one detector's", "", "beacon", 0, 10, 0, "3 "},
		{"since", "", "", 0, 10, 1002 * S, "2 3 "},
		{"nobody's", "10.0.0.7", "", 0, 10, 0, ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		seen[0] = '\0';
		f = (struct read_filter){.host = rows[i].host, .detector = rows[i].detector,
					 .severity = rows[i].severity, .limit = rows[i].limit,
					 .since_ns = rows[i].since_ns};
		CHECK_EQ(read_alerts(db, &f, collect_seq, seen, &err), 0);
		CHECK_STR(seen, rows[i].want);
	}
	CASE("a row is the event with what the collector knows");
	f = (struct read_filter){.limit = 1};
	read_alerts(db, &f, count_row, &row, &err);
	CHECK_STR(json_string_value(json_object_get(row, "event_type")), "alert");
	CHECK_EQ(json_integer_value(json_object_get(row, "received_ns")), 1003 * S + 5);
	CHECK_STR(json_string_value(json_object_get(row, "collector_sensor")), "a");
	json_decref(row);

	CASE("an incident with its chain, timeline, advice and events");
	CHECK_EQ(read_incident(db, out[0].incident, 10, &row, &err), 0);
	CHECK_EQ(json_array_size(json_object_get(row, "chain")), 1);
	CHECK_EQ(json_array_size(json_object_get(row, "timeline")), 1);
	CHECK_EQ(json_array_size(json_object_get(row, "events")), 2);
	CHECK(json_is_true(json_object_get(json_object_get(row, "recommendation"), "allowed")));
	CHECK_STR(json_string_value(json_object_get(row, "isolation")), "isolated");
	json_decref(row);
	CASE("none of that number");
	CHECK_EQ(read_incident(db, 99, 10, &row, &err), -ENOENT);
	CASE("counts");
	CHECK_EQ(read_counts(db, &row, &err), 0);
	CHECK_EQ(json_integer_value(json_object_get(row, "alerts")), 3);
	CHECK_EQ(json_integer_value(json_object_get(row, "incidents_open")), 2);
	json_decref(row);
	sqlite3_close(db);
	store_close(s);
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/vigie-store-test-%d.db", (int)getpid());
	CASE("open");
	once();
	gaps();
	incidents();
	migrations();
	full();
	reading();
	remove_db();
	return check_done();
}
