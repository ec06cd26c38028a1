// SPDX-License-Identifier: Apache-2.0
/* The cache of compiled databases: found again, refused when damaged, pruned, never in the way. */
#include "check.h"
#include "rule/cache.h"
#include "rule_run.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define RULES "alert udp any any -> any any (content:\"needle\"; sid:1;)"

static char dir[] = "/tmp/vigie-cache-XXXXXX";

/* Files of the cache; the path of the last one. */
static unsigned files(char *path, size_t size)
{
	DIR *d = opendir(dir);
	unsigned n = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		size_t len = strlen(e->d_name);

		if (len < 4 || strcmp(e->d_name + len - 3, ".hs") != 0)
			continue;
		n++;
		if (path)
			snprintf(path, size, "%s/%s", dir, e->d_name);
	}
	if (d)
		closedir(d);
	return n;
}

/* Loads with the cache, holds a packet against it, and says what was reported. */
static bool works(const char *expected)
{
	struct rule_config c = run_config();
	struct run *r = calloc(1, sizeof(*r));
	char *said = NULL;
	size_t size;
	struct err err;

	c.cache = dir;
	FILE *out = open_memstream(&said, &size);
	r->set = run_load(RULES, &c, out);
	fclose(out);
	bool ok = r->set && strstr(said, expected) && (*expected || !*said);
	if (!ok)
		printf("# said '%s'\n", said);
	assert(rule_matcher_new(&r->m, r->set, &c, run_on_hit, r, &err) == 0);
	r->flow.proto = 17;
	struct pkt p = run_pkt(r, 0, "a needle", 8);
	rule_pkt(r->m, &p);
	ok &= r->n == 1;
	run_fini(r);
	free(r);
	free(said);
	return ok;
}

static void damage(const char *path, off_t at, bool cut)
{
	int fd = open(path, O_RDWR);
	char byte;

	assert(fd >= 0);
	if (cut) {
		assert(ftruncate(fd, at) == 0);
	} else {
		assert(pread(fd, &byte, 1, at) == 1);
		byte ^= 1;
		assert(pwrite(fd, &byte, 1, at) == 1);
	}
	close(fd);
}

static void prune(void)
{
	struct cache c = {.dir = dir};
	char path[256], kept[256];

	for (unsigned i = 0; i < CACHE_KEPT + 5; i++) {
		struct timespec t[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};

		snprintf(path, sizeof(path), "%s/%064x.hs", dir, i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
		utimensat(AT_FDCWD, path, t, 0);
	}
	snprintf(kept, sizeof(kept), "%s/mine.hs", dir);
	close(open(kept, O_CREAT | O_WRONLY, 0600));
	rule_cache_prune(&c);
	CHECK_EQ(files(NULL, 0), CACHE_KEPT + 1);
	CHECK_EQ(access(kept, F_OK), 0);
	snprintf(path, sizeof(path), "%s/%064x.hs", dir, 5);
	CHECK(access(path, F_OK) != 0); /* the real one is the latest, so one more goes */
	snprintf(path, sizeof(path), "%s/%064x.hs", dir, 6);
	CHECK_EQ(access(path, F_OK), 0);
}

int main(void)
{
	char path[512], command[64];
	struct stat st;

	assert(mkdtemp(dir));
	CASE("the first load fills it, the second finds it");
	CHECK(works(""));
	CHECK_EQ(files(path, sizeof(path)), 1);
	struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	utimensat(AT_FDCWD, path, old, 0);
	CHECK(works(""));
	CHECK_EQ(stat(path, &st), 0);
	CHECK(st.st_mtim.tv_sec > 1); /* used: pruned last */
	static const struct {
		const char *name;
		off_t at; /* from the end when negative */
		bool cut;
	} row[] = {
		{"a wrong first byte", 0, false},     {"a wrong checksum", 8, false},
		{"a wrong byte inside", 60, false},   {"a wrong last byte", -1, false},
		{"cut in the head", 39, true},	      {"cut behind the head", 40, true},
		{"one byte of database", 41, true},   {"its last byte missing", -1, true},
	};
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		CASE(row[i].name);
		stat(path, &st);
		damage(path, row[i].at < 0 ? st.st_size + row[i].at : row[i].at, row[i].cut);
		CHECK(works("1 damaged files"));
		CHECK(works("")); /* written anew */
	}
	CASE("an empty file is as good as none");
	damage(path, 0, true);
	CHECK(works(""));
	CASE("a folder that cannot be made is said, the rules work");
	char *keep = strdup(dir);
	strcpy(dir, "/proc/1/nowhere");
	CHECK(works("cannot be written"));
	strcpy(dir, keep);
	free(keep);
	CASE("the longest unused go, other files stay");
	prune();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) == 0 ? check_done() : 1;
}
