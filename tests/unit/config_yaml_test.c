// SPDX-License-Identifier: Apache-2.0
/* What is read from YAML, and byte for byte what is said of each bad file in tests/bad/config. */
#include "config_world.h"

#include <dirent.h>

/* Each text starts from the defaults; the check is the value of one parameter afterwards. */
static const struct {
	const char *name, *yaml, *section, *param, *want;
} rows[] = {
	{"an empty file", "", "flow", "max", "262144"},
	{"only a comment", "# nothing\n", "flow", "max", "262144"},
	{"only a document mark", "---\n", "flow", "max", "262144"},
	{"top level", "workers: 3\n", "", "workers", "3"},
	{"a section", "flow:\n  max: 2048\n", "flow", "max", "2048"},
	{"a section below a section", "detect: {scan: {alpha: 1e-7}}\n", "detect.scan", "alpha",
	 "1e-07"},
	{"dots instead of levels", "detect.scan.window_s: 7\n", "detect.scan", "window_s", "7"},
	{"dots below a level", "detect:\n  scan.window_s: 7\n", "detect.scan", "window_s", "7"},
	{"everything in a section commented out", "flow:\n  # max: 1\nworkers: 2\n", "", "workers",
	 "2"},
	{"suffix", "flow: {memory: 2G}\n", "flow", "memory", "2147483648"},
	{"quoted number", "workers: \"4\"\n", "", "workers", "4"},
	{"bool", "flow: {vlan_in_key: yes}\n", "flow", "vlan_in_key", "yes"},
	{"text with spaces", "publish: {dir: /a b/c}\n", "publish", "dir", "/a b/c"},
	{"null is empty", "publish: {url: ~}\n", "publish", "url", ""},
	{"a list", "home_net:\n  - 10.0.0.0/8\n  - fe80::/10\n", "", "home_net",
	 "10.0.0.0/8,fe80::/10"},
	{"a list on one line", "home_net: [auto, 192.0.2.0/24]\n", "", "home_net",
	 "auto,192.0.2.0/24"},
	{"a list as one text", "home_net: auto, 192.0.2.0/24\n", "", "home_net",
	 "auto,192.0.2.0/24"},
	{"an empty list", "home_net: []\n", "", "home_net", ""},
	{"a mapping is a list of pairs", "assets:\n  10.0.0.1: dc\n  aa:bb:cc:dd:ee:ff: backup\n",
	 "", "assets", "10.0.0.1=dc,aa:bb:cc:dd:ee:ff=backup"},
	{"IPv6 in a pair", "assets:\n  fe80::1: gateway\n", "", "assets", "fe80::1=gateway"},
	{"anchors", "home_net: &n [10.0.0.0/8]\nflow: {max: 2048}\n", "", "home_net", "10.0.0.0/8"},
};

static const struct section *section_of(const char *name)
{
	for (unsigned i = 0; i < w.config.n; i++) {
		if (strcmp(w.config.section[i].name, name) == 0)
			return &w.config.section[i];
	}
	return NULL;
}

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *report, text[256];

		CASE(rows[i].name);
		world_init();
		CHECK_EQ(world_read(rows[i].yaml, &report), 0);
		if (report)
			printf("# %s\n", report);
		const struct section *s = section_of(rows[i].section);
		param_get(s, param_find(s, rows[i].param), text, sizeof(text));
		CHECK_STR(text, rows[i].want);
		free(report);
		world_fini();
	}
}

static char *slurp(const char *path)
{
	static char buf[8192];
	FILE *f = fopen(path, "rb");

	if (!f)
		return NULL;
	size_t n = fread(buf, 1, sizeof(buf) - 1, f);
	fclose(f);
	buf[n] = '\0';
	return strdup(buf);
}

static void test_bad_file(const char *dir, const char *name)
{
	char path[8192], *report = NULL;
	struct err err = {0};

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	char *text = slurp(path);
	strcpy(strrchr(path, '.'), ".expected");
	char *want = slurp(path);
	CHECK(text && want);
	world_init();
	if (text) {
		CHECK(config_load_text(&w.config, name, text, &report, &err) < 0);
		CHECK_STR(report, want);
		if (getenv("VIGIE_BLESS") &&
		    report) { /* read the difference before committing it */
			FILE *f = fopen(path, "wb");
			fputs(report, f);
			fclose(f);
		}
	}
	world_fini();
	free(report);
	free(text);
	free(want);
}

static void test_bad_files(void)
{
	char dir[4096];
	struct dirent **list;

	snprintf(dir, sizeof(dir), "%s/tests/bad/config", getenv("VIGIE_SOURCE"));
	int n = scandir(dir, &list, NULL, alphasort);
	CASE("there are bad files");
	CHECK(n > 20);
	for (int i = 0; i < n; i++) {
		const char *end = strrchr(list[i]->d_name, '.');
		if (end && strcmp(end, ".yaml") == 0) {
			CASE(list[i]->d_name);
			test_bad_file(dir, list[i]->d_name);
			check_end_case();
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void test_files(void)
{
	char path[] = "/tmp/vigie-config-XXXXXX", *report = NULL;
	struct err err = {0};

	CASE("a file");
	world_init();
	FILE *f = fdopen(mkstemp(path), "wb");
	fputs("workers: 5\n", f);
	fclose(f);
	CHECK_EQ(config_load(&w.config, path, &report, &err), 0);
	CHECK_EQ(w.top.workers, 5);

	CASE("a file with a NUL byte");
	f = fopen(path, "wb");
	fwrite("workers: 5\0\n", 1, 12, f);
	fclose(f);
	CHECK_EQ(config_load(&w.config, path, &report, &err), -EINVAL);
	CHECK_STR(err.msg, "has NUL bytes: no configuration");
	free(report);

	CASE("a file of more than 1 MiB");
	f = fopen(path, "wb");
	for (unsigned i = 0; i < 1048577; i++)
		fputc('\n', f);
	fclose(f);
	CHECK_EQ(config_load(&w.config, path, &report, &err), -EFBIG);
	free(report);
	remove(path);

	CASE("a file that is not there");
	CHECK_EQ(config_load(&w.config, "/nowhere/x.yaml", &report, &err), -ENOENT);
	CHECK_STR(report, "/nowhere/x.yaml: error: cannot be read: No such file or directory\n");
	free(report);
	CASE("a folder");
	CHECK_EQ(config_load(&w.config, "/tmp", &report, &err), -EISDIR);
	free(report);
	world_fini();
}

int main(void)
{
	test_rows();
	test_bad_files();
	test_files();
	return check_done();
}
