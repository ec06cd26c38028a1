// SPDX-License-Identifier: Apache-2.0
/* The engine against a device made of a file: an isolator script keeps the MACs it holds in "held",
 * counts in "calls", and misbehaves as the file "mood" says. */
#include "audit.h"
#include "base/clock.h"
#include "check.h"
#include "isolate.h"
#include "isolate_script.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static const char isolator[] =
	"cd \"$(dirname \"$0\")\"; read -r line; umask 077\n"
	"get() { printf '%s' \"$line\" | sed -n \"s/.*\\\"$1\\\":\\\"\\([^\\\"]*\\)\\\".*/\\1/p\"; "
	"}\n"
	"op=$(get op); id=$(get id); mac=$(get mac); mood=$(cat mood 2>/dev/null)\n"
	"echo \"$op\" >>calls; printf '%s\\n' \"$line\" >last-$op\n"
	"say() { printf '{\"id\":\"%s\",\"op\":\"%s\",\"ok\":true%s}\\n' \"$id\" \"$op\" \"$1\"; "
	"}\n"
	"case $mood in hang-$op) sleep 9;; crash-$op) exit 1;; garbage-$op) echo '{'; exit 0;;\n"
	" other-$op) id=other;; no-$op) printf '{\"id\":\"%s\",\"op\":\"%s\",\"ok\":false,"
	"\"state\":\"failed\",\"error\":\"no\"}\\n' \"$id\" \"$op\"; exit 0;; esac\n"
	"case $op in\n"
	"capabilities) say \",\\\"capabilities\\\":{\\\"times_out\\\":$(cat timed),"
	"\\\"profiles\\\":[\\\"insulate\\\"]}\";;\n"
	"plan) say ',\"commands\":[\"hold it\"],\"undo\":\"let go\",\"prior\":\"vlan 7\"';;\n"
	"apply) echo \"$mac\" >>held; say '';;\n"
	"verify) if grep -q \"^$mac$\" held 2>/dev/null; then\n"
	" if [ \"$mood\" = blind ]; then say ',\"state\":\"unsupported\",\"present\":true'; else\n"
	" say ',\"state\":\"effective\",\"present\":true,\"proof\":\"read back\"'; fi\n"
	" else say ',\"state\":\"unknown\",\"present\":false'; fi;;\n"
	"release) grep -v \"^$mac$\" held >new; mv new held; say '';;\n"
	"esac";

static struct isolate_config config;
static const struct section section = {
	.name = "isolate", .params = isolate_params, .config = &config};
static sqlite3 *db;
static struct isolate *e;
static struct err err;
static uint64_t clock_ns;

static uint64_t now(void)
{
	return clock_ns;
}

static void set(const char *name, const char *value)
{
	CHECK(param_set(&section, param_find(&section, name), value, &err) == 0);
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(script_path(name), "w");
	fputs(text, f);
	fclose(f);
}

static bool held(void)
{
	struct stat st;
	return stat(script_path("held"), &st) == 0 && st.st_size > 0;
}

static unsigned calls(const char *op)
{
	char line[32];
	unsigned n = 0;
	FILE *f = fopen(script_path("calls"), "r");

	while (f && fgets(line, sizeof(line), f))
		n += strncmp(line, op, strlen(op)) == 0 && line[strlen(op)] == '\n';
	if (f)
		fclose(f);
	return n;
}

static void reopen(void)
{
	isolate_free(e);
	e = NULL;
	CHECK_EQ(isolate_open(&e, &config, db, &err), 0);
	isolate_set_clock(e, now);
}

static void sight(const char *ip, const char *mac_text_in)
{
	struct addr a;
	struct mac m;

	CHECK(addr_parse(ip, &a) && mac_parse(mac_text_in, &m));
	CHECK_EQ(isolate_sight(e, &a, &m, -1, NULL, clock_ns, &err), 0);
}

/* A fresh database, log and device; mode manual, three hosts seen. */
static void fresh(bool timed)
{
	isolate_free(e);
	e = NULL;
	sqlite3_close(db);
	script_end();
	script_begin();
	script_write("vigie-isolate-fake", isolator);
	put("timed", timed ? "true" : "false");
	param_fini(&section);
	memset(&config, 0, sizeof(config));
	param_defaults(&section);
	set("mode", "manual");
	set("isolator", "fake");
	set("dir", script_dir);
	set("audit", script_path("audit.log"));
	set("timeout_s", "60");
	set("protect", "10.0.0.1");
	clock_ns = clock_real_ns();
	CHECK_EQ(sqlite3_open(script_path("db"), &db), SQLITE_OK);
	reopen();
	sight("10.0.0.1", "02:00:00:00:00:01");
	sight("10.0.0.11", "02:00:00:00:00:11");
	sight("10.0.0.12", "02:00:00:00:00:12");
}

static struct isolate_request request(const char *addr)
{
	return (struct isolate_request){.addr = addr, .vlan = -1, .requester = "me", .reason = "x"};
}

static char status[32], effect[32];

static void keep(json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "status"));
	const char *f = json_string_value(json_object_get(o, "effect"));
	snprintf(status, sizeof(status), "%s", s ? s : "");
	snprintf(effect, sizeof(effect), "%s", f ? f : "");
	json_decref(o);
}

static int apply(const char *addr)
{
	struct isolate_request r = request(addr);
	json_t *o = NULL;
	int rc = isolate_apply(e, &r, &o, &err);
	keep(o);
	return rc;
}

static int release(const char *which)
{
	json_t *o = NULL;
	int rc = isolate_release(e, which, "me", "x", &o, &err);
	keep(o);
	return rc;
}

static const char *state_of(const char *which)
{
	json_t *o = NULL;
	CHECK_EQ(isolate_list(e, true, &o, &err), 0);
	json_t *one;
	size_t i;
	status[0] = 0;
	json_array_foreach(o, i, one)
	{
		const char *mac = json_string_value(json_object_get(one, "mac"));
		if (mac && strcmp(mac, which) == 0) {
			json_incref(one);
			keep(one);
			break;
		}
	}
	json_decref(o);
	return status;
}

static unsigned count(const char *sql)
{
	sqlite3_stmt *q = NULL;
	unsigned n = 0;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		n = (unsigned)sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return n;
}

static bool logged(const char *event)
{
	char command[256];
	snprintf(command, sizeof(command), "grep -q '\"event\":\"%s\"' %s/audit.log", event,
		 script_dir);
	return system(command) == 0;
}

#define HOST "02:00:00:00:00:11"

static void ordinary(void)
{
	struct audit_report report;

	CASE("applied, verified, and on record");
	fresh(true);
	CHECK_EQ(apply("10.0.0.11"), 0);
	CHECK_STR(status, "active");
	CHECK_STR(effect, "effective");
	CHECK(held());
	CHECK(logged("planned") && logged("sent") && logged("answered") && logged("verified"));
	CHECK_EQ(isolate_active(e), 1);
	CHECK_EQ(count("SELECT count(*) FROM leases"), 0);

	CASE("a second one is a no-op");
	CHECK_EQ(apply("10.0.0.11"), -EEXIST);
	CHECK_STR(status, "active");
	CHECK_EQ(calls("apply"), 1);

	CASE("released by address, and again");
	CHECK_EQ(release("10.0.0.11"), 0);
	CHECK_STR(status, "released");
	CHECK(!held());
	CHECK_EQ(release("10.0.0.11"), 0);
	CHECK_EQ(calls("release"), 1);
	CHECK_EQ(release("10.9.9.9"), -ENOENT);

	CASE("the second isolation lasts longer");
	json_t *plan = NULL;
	struct isolate_request r = request("10.0.0.11");
	CHECK_EQ(isolate_plan(e, &r, &plan, &err), 0);
	CHECK_EQ(json_integer_value(json_object_get(json_object_get(plan, "isolation"), "ttl_s")),
		 3600);
	CHECK(json_is_true(json_object_get(plan, "allowed")));
	json_decref(plan);
	CHECK_EQ(calls("apply"), 1);

	CASE("the log is whole, and the table is its copy");
	CHECK_EQ(audit_verify(config.audit, NULL, &report, &err), 0);
	CHECK_EQ(count("SELECT count(*) FROM audit"), report.lines);
}

static void refused(void)
{
	CASE("a protected host");
	fresh(true);
	CHECK_EQ(apply("10.0.0.1"), -EPERM);
	CHECK(!held() && logged("refused"));
	CASE("an address nobody was seen with");
	CHECK_EQ(apply("10.0.0.77"), -EPERM);
	CASE("two MACs claim the address");
	sight("10.0.0.12", "02:00:00:00:00:99");
	CHECK_EQ(apply("10.0.0.12"), -EPERM);
	CHECK(strstr(err.msg, "both claim") != NULL);
	CASE("they no longer do after ten minutes");
	clock_ns += 600 * NS_PER_S;
	sight("10.0.0.12", "02:00:00:00:00:99");
	CHECK_EQ(apply("10.0.0.12"), 0);
	CASE("only one of few hosts at once");
	CHECK_EQ(apply("10.0.0.11"), -EPERM);
	CASE("frozen, also over a restart; releases go on");
	CHECK_EQ(isolate_freeze(e, true, "me", "x", &err), 0);
	CHECK_EQ(release("10.0.0.12"), 0);
	reopen();
	CHECK(isolate_frozen(e));
	CHECK_EQ(apply("10.0.0.11"), -EPERM);
	CHECK_EQ(isolate_freeze(e, false, "me", "x", &err), 0);
	CHECK_EQ(apply("10.0.0.11"), 0);
	CASE("recommend does nothing; a person's order is refused there");
	fresh(true);
	set("mode", "recommend");
	reopen();
	CHECK_EQ(apply("10.0.0.11"), -EPERM);
	CHECK(logged("refused") && !logged("recommended") && !held());
	CASE("the helper says no: nothing was done");
	fresh(true);
	put("mood", "no-apply");
	CHECK_EQ(apply("10.0.0.11"), -EREMOTEIO);
	CHECK_STR(state_of(HOST), "failed");
	CASE("the caller's transaction is not ours");
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	CHECK_EQ(apply("10.0.0.11"), -EBUSY);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	CASE("a program anybody may write is not run");
	put("mood", "");
	chmod(script_path("vigie-isolate-fake"), 0777);
	reopen();
	CHECK_EQ(apply("10.0.0.11"), -EPERM);
}

/* mood, what apply returns, what tick makes of it a little later, and after a minute */
static void misbehaved(void)
{
	static const struct {
		const char *mood;
		bool timed;
		const char *tick, *minute;
	} row[] = {
		{"hang-apply", true, "unknown", "failed"},
		{"crash-apply", true, "unknown", "failed"},
		{"garbage-apply", true, "unknown", "failed"},
		{"hang-apply", false, "unknown", "failed"},
		{"other-apply", true, "active", "active"}, /* it did, and answered for another */
		{"hang-verify", true, "active", "active"},
		{"garbage-verify", false, "active", "active"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CASE(row[i].mood);
		fresh(row[i].timed);
		set("timeout_s", strncmp(row[i].mood, "hang", 4) == 0 ? "0.6" : "60");
		reopen();
		put("mood", row[i].mood);
		CHECK_EQ(apply("10.0.0.11"), -EIO);
		CHECK_STR(status, "unknown");
		CHECK_EQ(count("SELECT count(*) FROM leases"), !row[i].timed);
		put("mood", "");
		set("timeout_s", "60");
		reopen();
		clock_ns += NS_PER_S;
		isolate_tick(e, NULL, &err);
		CHECK_STR(state_of(HOST), row[i].tick);
		clock_ns += 61 * NS_PER_S;
		isolate_tick(e, NULL, &err);
		CHECK_STR(state_of(HOST), row[i].minute);
		bool ended = strcmp(row[i].minute, "failed") == 0;
		CHECK_EQ(held(), !ended);
		CHECK_EQ(calls("release"), ended && !row[i].timed);
		CHECK_EQ(count("SELECT count(*) FROM leases"), !row[i].timed && !ended);
	}
}

static void leases(void)
{
	CASE("a lease outlives the engine and ends in time");
	fresh(false);
	CHECK_EQ(apply("10.0.0.11"), 0);
	CHECK_EQ(count("SELECT count(*) FROM leases WHERE prior = '\"vlan 7\"'"), 1);
	reopen();
	clock_ns += 599 * NS_PER_S;
	CHECK_EQ(isolate_tick(e, NULL, &err), 0);
	CHECK(held());
	clock_ns += 1 * NS_PER_S;
	unsigned changed = 0;
	CHECK_EQ(isolate_tick(e, &changed, &err), 0);
	CHECK_EQ(changed, 1);
	CHECK(!held());
	CHECK_STR(state_of(HOST), "expired");
	CHECK_EQ(count("SELECT count(*) FROM leases"), 0);
	char command[128];
	snprintf(command, sizeof(command), "grep -q '\"prior\":\"vlan 7\"' %s/last-release",
		 script_dir);
	CHECK_EQ(system(command), 0); /* what it was before goes with the release */

	CASE("a release that fails is sent again until it works");
	fresh(false);
	CHECK_EQ(apply("10.0.0.11"), 0);
	put("mood", "crash-release");
	CHECK_EQ(release(HOST), -EIO);
	CHECK_STR(status, "unknown");
	CHECK(held());
	put("mood", "");
	clock_ns += NS_PER_S;
	CHECK_EQ(isolate_tick(e, NULL, &err), 0);
	CHECK(!held());
	CHECK_STR(state_of(HOST), "released");

	CASE("the enforcer's own timer is looked after");
	fresh(true);
	CHECK_EQ(apply("10.0.0.11"), 0);
	clock_ns += 601 * NS_PER_S;
	CHECK_EQ(isolate_tick(e, NULL, &err), 0);
	CHECK_STR(state_of(HOST), "active"); /* its grace */
	clock_ns += 1 * NS_PER_S;
	CHECK_EQ(isolate_tick(e, NULL, &err), 0);
	CHECK_STR(state_of(HOST), "expired");
	CHECK(!held());
}

static void reconciled(void)
{
	CASE("taken away by hand: lost, not fought over");
	fresh(true);
	CHECK_EQ(apply("10.0.0.11"), 0);
	put("held", "");
	clock_ns += 61 * NS_PER_S;
	CHECK_EQ(isolate_tick(e, NULL, &err), 0);
	CHECK_STR(state_of(HOST), "lost");
	CHECK_EQ(calls("apply"), 1);

	CASE("put back when that is configured");
	fresh(true);
	set("reapply", "yes");
	CHECK_EQ(apply("10.0.0.11"), 0);
	put("held", "");
	clock_ns += 61 * NS_PER_S;
	CHECK_EQ(isolate_tick(e, NULL, &err), 0);
	CHECK_STR(state_of(HOST), "active");
	CHECK(held());

	CASE("renewed: a longer step, sent again");
	json_t *o = NULL;
	CHECK_EQ(isolate_renew(e, HOST, 0, "me", "x", &o, &err), 0);
	CHECK_EQ(json_integer_value(json_object_get(o, "ttl_s")), 3600);
	keep(o);
	CHECK_STR(status, "active");
	CHECK_EQ(isolate_renew(e, HOST, 0, "me", "", &o, &err), -EPERM);
	json_decref(o);

	CASE("release all");
	CHECK_EQ(isolate_release_all(e, "me", "x", &o, &err), 0);
	CHECK_EQ(json_array_size(o), 1);
	json_decref(o);
	CHECK(!held());
	CHECK_EQ(isolate_active(e), 0);
}

/* The child applies and is killed after `us`; whatever it had done, the parent finds the truth. */
static void killed_at(unsigned us, bool timed)
{
	fresh(timed);
	isolate_free(e);
	e = NULL;
	sqlite3_close(db);
	db = NULL;
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* its helpers become ours */
	pid_t pid = fork();
	if (pid == 0) {
		sqlite3_open(script_path("db"), &db);
		reopen();
		apply("10.0.0.11");
		_exit(0);
	}
	usleep(us);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (waitpid(-1, NULL, 0) > 0) /* an orphaned helper ends */
		;
	CHECK_EQ(sqlite3_open(script_path("db"), &db), SQLITE_OK);
	reopen();
	bool stored = count("SELECT count(*) FROM isolations") > 0;
	CHECK(stored || !held()); /* nothing is ever sent that is not on record */
	CHECK(strcmp(state_of(HOST), "sent") != 0);
	CHECK_EQ(count("SELECT count(*) FROM leases") > 0, stored && !timed && *status);
	clock_ns += 61 * NS_PER_S;
	isolate_tick(e, NULL, &err);
	state_of(HOST);
	CHECK_EQ(held(), strcmp(status, "active") == 0);
	struct audit_report report;
	CHECK_EQ(audit_verify(config.audit, NULL, &report, &err), 0);
}

static void write_dry_run(void)
{
	script_write(
		"vigie-isolate-dry-run",
		"read -r line; id=$(printf '%s' \"$line\" | sed "
		"'s/.*\"id\":\"\\([^\"]*\\).*/\\1/')\n"
		"op=$(printf '%s' \"$line\" | sed 's/.*\"op\":\"\\([^\"]*\\).*/\\1/')\n"
		"printf '{\"id\":\"%s\",\"op\":\"%s\",\"ok\":true,\"state\":\"unsupported\"}\\n' "
		"\"$id\" \"$op\"");
}

static void dry_run(void)
{
	CASE("dry-run: every step, and the device is not touched");
	fresh(true);
	set("mode", "dry-run");
	write_dry_run();
	reopen();
	CHECK_EQ(apply("10.0.0.11"), 0);
	CHECK_STR(status, "active");
	CHECK_STR(effect, "unsupported");
	CHECK_EQ(calls("apply"), 0);
	CHECK_EQ(release("10.0.0.11"), 0);
	CHECK_EQ(calls("release"), 0);

	CASE("each line of the log says that it was one");
	unsigned of_it = 0;
	char line[8192];
	FILE *f = fopen(config.audit, "r");
	while (f && fgets(line, sizeof(line), f)) {
		bool about = strstr(line, "\"id\"") != NULL;
		of_it += about;
		CHECK(!about || strstr(line, "\"dry_run\":true"));
	}
	if (f)
		fclose(f);
	CHECK(of_it >= 6);

	CASE("one tried twice is one; it does not stand in the way of the real thing");
	CHECK_EQ(apply("10.0.0.11"), 0);
	CHECK_EQ(apply("10.0.0.11"), -EEXIST);
	set("mode", "manual");
	reopen();
	CHECK_EQ(isolate_active(e), 0);
	CHECK_EQ(apply("10.0.0.12"), 0); /* nor does it use up what may be isolated at once */
	CHECK_EQ(release("10.0.0.12"), 0);
	CHECK_EQ(apply("10.0.0.11"), 0);
	CHECK_STR(effect, "effective");
	CHECK_EQ(calls("apply"), 2);
	CHECK_EQ(isolate_active(e), 1);
	CHECK_EQ(apply("10.0.0.11"), -EEXIST);
}

static void looked_for(void)
{
	char *isolators[] = {"fake", "nosuch", "fakr", "../fake", "writable", ""};
	const char *hints[] = {NULL, "known: fake", "did you mean 'fake'? known: fake", "known: fake", "",
			       "known: fake"};

	CASE("an isolator that is not there is refused, with those that are");
	fresh(true);
	chmod(script_write("vigie-isolate-writable", "exit 1"), 0707);
	for (unsigned i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		err = (struct err){.msg = ""};
		set("isolator", isolators[i]);
		int rc = isolate_find_check(&config, &err);
		CHECK((rc == 0) == (hints[i] == NULL));
		CHECK_STR(err.hint, hints[i] ? hints[i] : "");
	}
	CASE("nor is one from an empty folder");
	set("dir", "/nowhere");
	set("isolator", "dry-run");
	CHECK_EQ(isolate_find_check(&config, &err), -EINVAL);
	CHECK_STR(err.hint, "there is none at all: is isolate.dir right?");
}

static char verdict[32], why[400], id[ISOLATE_ID];

/* The verdict on the isolation in force, "" without one. */
static void look(void)
{
	json_t *list = NULL;

	CHECK_EQ(isolate_list(e, true, &list, &err), 0);
	const json_t *iso = json_array_get(list, 0);
	const char *v = json_string_value(json_object_get(iso, "verdict"));
	const char *w = json_string_value(json_object_get(iso, "verdict_why"));
	snprintf(verdict, sizeof(verdict), "%s", v ? v : "");
	snprintf(why, sizeof(why), "%s", w ? w : "");
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(iso, "id")));
	json_decref(list);
}

static int seen(const char *mac, uint64_t answered, uint64_t unanswered, bool *news)
{
	struct isolate_seen s = {.sensor = "s1", .id = id, .mac = mac, .own = 9,
				 .answered = answered, .unanswered = unanswered,
				 .time_ns = clock_ns, .peer = "10.0.0.12", .proto = "TCP",
				 .port = 445};
	int rc = isolate_mirror(e, &s, news, &err);

	look();
	return rc;
}

static void verdicts(void)
{
	static const char victim[] = "02:00:00:00:00:11";
	struct isolate_watch w[2];
	bool news;

	CASE("read back: effective; an answer on the mirror: leaking, and it stays so");
	fresh(true);
	set("forensic", "10.0.0.99@02:00:00:00:00:99,10.0.0.98");
	CHECK_EQ(isolate_watches(e, w, 2), 0);
	CHECK_EQ(apply("10.0.0.11"), 0);
	look();
	CHECK_STR(verdict, "effective");
	CHECK_STR(why, "read back");
	CHECK_EQ(seen(victim, 0, 0, &news), 0);
	CHECK(!news);
	CHECK_EQ(seen(victim, 0, 2, &news), 0);
	CHECK(news); /* a second kind of proof */
	CHECK_STR(verdict, "effective");
	CHECK_EQ(seen(victim, 0, 3, &news), 0);
	CHECK(!news);
	CHECK_STR(why, "read back; on the mirror 10.0.0.12:445 (TCP) does not answer it any more");
	CHECK_EQ(seen(victim, 1, 2, &news), 0);
	CHECK(news);
	CHECK_STR(verdict, "leaking");
	CHECK_STR(why, "on the mirror 10.0.0.12:445 (TCP) answered it after the action (1 conversation)");
	CHECK_EQ(seen(victim, 0, 0, &news), 0); /* a sensor that has started again */
	CHECK_STR(verdict, "leaking");
	CASE("what is to be watched, and whom it may reach");
	CHECK_EQ(isolate_watches(e, w, 2), 1);
	CHECK_STR(w[0].watch.id, id);
	CHECK_EQ(w[0].watch.mac.b[5], 0x11);
	CHECK_EQ(w[0].watch.n_allow, 2);
	CASE("a sensor's word on another's host, or of no isolation, is refused");
	CHECK_EQ(seen("02:00:00:00:00:12", 5, 0, &news), -ENOENT);
	snprintf(id, sizeof(id), "02:00:00:00:00:11"); /* no id */
	struct isolate_seen s = {.sensor = "", .id = id, .mac = victim, .peer = "", .proto = ""};
	CHECK_EQ(isolate_mirror(e, &s, &news, &err), -ENOENT);
	CASE("nor after its end, and just before it");
	look();
	CHECK_EQ(release("10.0.0.11"), 0);
	CHECK_EQ(seen(victim, 3, 0, &news), -ENOENT);
	CHECK_STR(verdict, "");
	CHECK_EQ(isolate_watches(e, w, 2), 0);

	CASE("nobody can read it back: unseen, until its questions stay unanswered");
	fresh(true);
	put("mood", "blind");
	CHECK_EQ(apply("10.0.0.11"), 0);
	look();
	CHECK_STR(verdict, "unseen");
	CHECK_EQ(seen(victim, 0, 0, &news), 0);
	CHECK(!news);
	CHECK(strstr(why, "only its own packets") != NULL);
	CHECK_EQ(seen(victim, 0, 1, &news), 0);
	CHECK(news);
	CHECK_STR(verdict, "effective");
	CHECK_STR(why, "on the mirror 10.0.0.12:445 (TCP) does not answer it any more (1 conversation)");

	CASE("what was only tried is not watched, and has no verdict");
	fresh(true);
	set("mode", "dry-run");
	write_dry_run();
	reopen();
	CHECK_EQ(apply("10.0.0.11"), 0);
	look();
	CHECK_STR(verdict, "");
	CHECK_EQ(seen(victim, 1, 0, &news), -ENOENT);
	CHECK_EQ(isolate_watches(e, w, 2), 0);
}

int main(void)
{
	script_begin();
	ordinary();
	refused();
	misbehaved();
	leases();
	reconciled();
	CASE("killed at any point of an isolation");
	for (unsigned us = 1000; us < 200000; us += 16000)
		killed_at(us, (us / 16000) % 2);
	dry_run();
	looked_for();
	verdicts();
	isolate_free(e);
	sqlite3_close(db);
	param_fini(&section);
	script_end();
	return check_done();
}
