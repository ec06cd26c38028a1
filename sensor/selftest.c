// SPDX-License-Identifier: Apache-2.0
/* vigie-sensor selftest: what a run would need, tried now, each with what to do when it fails.
 *
 * Thread: main only. It makes no folder; what it opens it closes.
 * Errors: exit 0 when all is well, 3 when something should be done.
 */
#include "selftest.h"

#include "base/clock.h"
#include "base/json.h"
#include "capture/ports.h"

#include <errno.h>
#include <hs/hs.h>
#include <linux/capability.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXIT_FAILED 3
#define DISK_MIN    (1ULL << 30)

enum grade { OK, FAILED, NOTE };

struct selftest {
	bool json;
	unsigned failed;
	struct json j;
	char text[16384];
};

static void tell(struct selftest *t, enum grade g, const char *name, const char *what,
		 const char *todo)
{
	static const char *const words[] = {"ok", "FAILED", "note"};

	t->failed += g == FAILED;
	if (t->json) {
		json_open(&t->j, NULL);
		json_str(&t->j, "check", name);
		json_str(&t->j, "result", g == OK ? "ok" : g == NOTE ? "note" : "failed");
		json_str(&t->j, "text", what);
		if (g != OK && todo && *todo)
			json_str(&t->j, "todo", todo);
		json_close(&t->j);
		return;
	}
	printf("  %-7s %-12s %s\n", words[g], name, what);
	if (g != OK && todo && *todo)
		printf("          %-12s do: %s\n", "", todo);
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *ctx)
{
	(void)id, (void)from, (void)flags;
	*(unsigned long long *)ctx = to;
	return 0;
}

static void test_hyperscan(struct selftest *t)
{
	hs_database_t *db = NULL;
	hs_compile_error_t *error = NULL;
	hs_scratch_t *scratch = NULL;
	unsigned long long at = 0;
	char text[120];

	bool found = hs_compile("look.ut", HS_FLAG_DOTALL, HS_MODE_BLOCK, NULL, &db, &error) ==
			     HS_SUCCESS &&
		     hs_alloc_scratch(db, &scratch) == HS_SUCCESS &&
		     hs_scan(db, "the lookout", 11, 0, scratch, on_match, &at) == HS_SUCCESS &&
		     at == 11;
	snprintf(text, sizeof(text), "version %s %s", hs_version(),
		 found ? "compiles and finds" : "does not compile or find");
	tell(t, found ? OK : FAILED, "hyperscan", text,
	     "it needs SSSE3: a CPU of 2008 or later; install libhyperscan5");
	if (error)
		hs_free_compile_error(error);
	hs_free_scratch(scratch);
	hs_free_database(db);
}

static void test_rules(struct selftest *t, struct options *o)
{
	struct rule_set *set = NULL;
	struct err err = {0};
	char text[200], *report = NULL;
	size_t size = 0;
	uint64_t start = clock_mono_ns();
	FILE *out = open_memstream(&report, &size);

	if (!out || rule_set_load(&o->rule, &set, out, &err) < 0) {
		tell(t, FAILED, "rules", err.msg[0] ? err.msg : "no memory", err.hint);
	} else {
		snprintf(text, sizeof(text), "%u rules, %u matched, %u do not parse; loaded in %.2f s",
			 set->n, set->n_matched, set->n_failed,
			 (double)(clock_mono_ns() - start) / 1e9);
		tell(t, set->n_failed ? NOTE : OK, "rules", text, "vigie-sensor -T names them");
		rule_set_free(set);
	}
	if (out)
		fclose(out);
	free(report);
}

/* A folder that exists and may be written, or whose parent lets us make it. */
static void test_folder(struct selftest *t, const char *name, const char *path, bool disk)
{
	char text[PATH_MAX + 80], todo[PATH_MAX + 80], parent[PATH_MAX];
	struct statvfs fs;
	struct stat st;

	snprintf(todo, sizeof(todo), "install -d -m 0750 -o USER %s, USER being who runs it", path);
	if (stat(path, &st) == 0) {
		bool good = S_ISDIR(st.st_mode) && access(path, W_OK | X_OK) == 0;
		unsigned long long left = good && statvfs(path, &fs) == 0
						  ? (unsigned long long)fs.f_bavail * fs.f_frsize
						  : 0;
		snprintf(text, sizeof(text), "%s %s, %llu MB free", path,
			 good ? "can be written" : "cannot be written", left >> 20);
		if (good && disk && left < DISK_MIN)
			tell(t, NOTE, name, text, "make room: less than 1 GB is left");
		else
			tell(t, good ? OK : FAILED, name, text, todo);
		return;
	}
	snprintf(parent, sizeof(parent), "%s", path);
	for (char *slash = strrchr(parent, '/'); slash && slash != parent;
	     slash = strrchr(parent, '/')) {
		*slash = 0;
		if (access(parent, F_OK) == 0)
			break;
	}
	bool may = access(parent, W_OK | X_OK) == 0;
	snprintf(text, sizeof(text), "%s does not exist%s", path,
		 may ? " yet and will be made" : " and cannot be made");
	tell(t, may ? OK : FAILED, name, text, todo);
}

/* A folder of several is looked at once. */
static void test_sockets(struct selftest *t, const struct publish_config *p)
{
	char path[PATH_MAX], last[PATH_MAX] = "";

	for (unsigned i = 0; i < p->pub.n + p->rep.n; i++) {
		const char *address = i < p->pub.n ? p->pub.at[i] : p->rep.at[i - p->pub.n];

		if (strncmp(address, "ipc://", 6) != 0)
			continue;
		snprintf(path, sizeof(path), "%s", address + 6);
		char *slash = strrchr(path, '/');
		if (slash && slash != path)
			*slash = 0;
		if (strcmp(path, last) != 0)
			test_folder(t, "sockets", path, false);
		memcpy(last, path, sizeof(last));
	}
}

static bool has_capability(unsigned which)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d) != 0)
		return false;
	return d[which / 32].effective >> which % 32 & 1;
}

static void test_rights(struct selftest *t)
{
	bool raw = has_capability(CAP_NET_RAW), admin = has_capability(CAP_NET_ADMIN);
	char text[120];

	snprintf(text, sizeof(text), "CAP_NET_RAW %s, CAP_NET_ADMIN %s, uid %u",
		 raw ? "yes" : "no", admin ? "yes" : "no", (unsigned)geteuid());
	tell(t, raw && admin ? OK : NOTE, "rights", text,
	     "needed to watch an interface (not for -r): run as root, or under the systemd unit");
}

#ifdef HAVE_DPDK
static unsigned long long number_in(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	char line[160];
	unsigned long long v = 0;
	size_t n = strlen(key);

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, n) == 0 && line[n] == ':')
			v = strtoull(line + n + 1, NULL, 10);
	if (f)
		fclose(f);
	return v;
}

static void test_hugepages(struct selftest *t, const struct options *o)
{
	unsigned long long page = number_in("/proc/meminfo", "Hugepagesize") * 1024;
	unsigned long long free_pages = number_in("/proc/meminfo", "HugePages_Free");
	struct capture_config c = o->capture;
	unsigned ports = c.ports.n ? c.ports.n : 1;
	c.workers = o->top.workers;
	unsigned long long mbufs = capture_ports_mbufs(&c, ports);
	unsigned long long need = page ? (capture_ports_bytes(mbufs) + page - 1) / page : 0;
	char text[200], todo[160];

	snprintf(text, sizeof(text), "%llu of %llu kB are free; %llu would hold %llu packet buffers",
		 free_pages, page / 1024, need, mbufs);
	snprintf(todo, sizeof(todo),
		 "for a PCI port under DPDK: sysctl vm.nr_hugepages=%llu (without them the sensor "
		 "runs on ordinary memory)",
		 need);
	tell(t, free_pages >= need ? OK : NOTE, "hugepages", text, todo);
}
#else
static void test_hugepages(struct selftest *t, const struct options *o)
{
	(void)o;
	tell(t, NOTE, "hugepages", "built without DPDK: none are used", "");
}
#endif

/* The source itself: opened, polled for a second, closed. Without an interface DPDK is started on a
 * port that never has a frame. */
static void test_source(struct selftest *t, struct options *o)
{
	static struct burst b;
	static char null_port[] = "--vdev=net_null0,size=64";
	static char *null_args[] = {null_port};
	struct err err = {0};
	char why[200] = "", text[400];
	void *state = NULL;
	bool is_real = (o->capture.interface && *o->capture.interface) || o->capture.dpdk_args.n ||
		       o->capture.files.n;
	struct capture_config c = o->capture;

	c.workers = 1;
	if (!is_real) {
		c.dpdk_args = (struct strs){.at = null_args, .n = 1};
		c.mbufs = 8192;
	}
	const struct source *source = source_choose(&c, why, sizeof(why), &err);
	if (!source || source->open(&c, &state, &err) < 0) {
		tell(t, is_real ? FAILED : NOTE, "source", err.msg, err.hint);
		return;
	}
	uint64_t frames = 0, until = clock_mono_ns() + NS_PER_S;
	do {
		source->next(state, 0, &b);
		frames += b.n;
	} while (!b.end && clock_mono_ns() < until);
	if (is_real)
		snprintf(text, sizeof(text), "%s; %llu frames in a second, drops %s", why,
			 (unsigned long long)frames,
			 source->drops_known(state) ? "are counted" : "are not told by this driver");
	else
		snprintf(text, sizeof(text), "DPDK starts (no interface given: tried on net_null)");
	bool silent = is_real && frames == 0;
	tell(t, silent ? NOTE : OK, "source", text, "no frame came: vigie-sensor doctor -i looks closer");
	source->close(state);
}

int selftest_main(struct options *o)
{
	static struct selftest t;

	t.json = o->json;
	t.j = json_of(t.text, sizeof(t.text));
	if (t.json) {
		json_open(&t.j, NULL);
		json_str(&t.j, "version", VIGIE_VERSION);
		json_array(&t.j, "checks");
	}
	test_hyperscan(&t);
	test_rules(&t, o);
	test_rights(&t);
	test_hugepages(&t, o);
	if (o->publish.journal_dir)
		test_folder(&t, "journal", o->publish.journal_dir, true);
	if (o->publish.dir)
		test_folder(&t, "eve.json", o->publish.dir, true);
	test_sockets(&t, &o->publish);
	test_source(&t, o);
	if (t.json) {
		json_array_end(&t.j);
		json_u64(&t.j, "failed", t.failed);
		json_close(&t.j);
		printf("%s\n", t.text);
	} else {
		printf("%s\n", t.failed ? "something has to be done first" : "all is well");
	}
	return t.failed ? EXIT_FAILED : 0;
}
