// SPDX-License-Identifier: Apache-2.0
/* Assignments of the command line, the dump, the reference. */
#include "config_world.h"

static const struct {
	const char *text;
	int code;
	const char *msg, *hint;
} rows[] = {
	{"workers=2", 0, "", ""},
	{"flow.max=2048", 0, "", ""},
	{"detect.scan.alpha=1e-6", 0, "", ""},
	{"publish.dir=/a=b", 0, "", ""},
	{"publish.dir=", 0, "", ""},
	{"workers", -EINVAL, "'workers' is no assignment", "NAME=VALUE, as in flow.max=100000"},
	{"=2", -EINVAL, "'=2' is no assignment", "NAME=VALUE, as in flow.max=100000"},
	{"workers=65", -ERANGE, "workers: 65 is outside 1 .. 64 threads",
	 "how many workers; default 1"},
	{"flow.mxa=1", -ENOENT, "unknown parameter 'flow.mxa'", "did you mean 'flow.max'?"},
	{"flwo.max=1", -ENOENT, "unknown parameter 'flwo.max'", "did you mean 'flow'?"},
	{"max=1", -ENOENT, "unknown parameter 'max'", "did you mean 'flow.max'?"},
	{"detect.scan.wndow_s=1", -ENOENT, "unknown parameter 'detect.scan.wndow_s'",
	 "did you mean 'detect.scan.window_s'?"},
	{"flow.shared=2", -EINVAL, "flow.shared follows from workers and cannot be set", "set workers"},
	{"flow.shred=2", -ENOENT, "unknown parameter 'flow.shred'",
	 "known here: max, interim_s, memory, vlan_in_key"},
	{"publish.zebra=1", -ENOENT, "unknown parameter 'publish.zebra'", "known here: dir, url"},
	{"zebra=1", -ENOENT, "unknown parameter 'zebra'",
	 "known here: workers, home_net, assets, flow, publish, detect"},
	{"detect.scan=1", -EINVAL, "'detect.scan' is a section, not a parameter",
	 "name one of its parameters: detect.scan.NAME=VALUE"},
	{"home_net=10.0.0.0/8,any", -EINVAL, "home_net: 'any' is no network",
	 "everything is 0.0.0.0/0 and ::/0"},
	{"assets=10.0.0.1=dc,10.0.0.2=pritn", -EINVAL, "assets: unknown role 'pritn'",
	 "did you mean 'print'?"},
};

static void test_set(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = {0};

		CASE(rows[i].text);
		world_init();
		CHECK_EQ(config_set(&w.config, rows[i].text, &err), rows[i].code);
		CHECK_STR(err.msg, rows[i].msg);
		CHECK_STR(err.hint, rows[i].hint);
		CHECK_EQ(err.line, 0);
		world_fini();
	}
}

static char *dump(void (*write)(const struct config *, FILE *))
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	write(&w.config, f);
	fclose(f);
	return text;
}

static void test_dump(void)
{
	static const char *const set[] = {
		"workers=7",
		"home_net=10.0.0.0/8,fe80::/10",
		"assets=10.0.0.1=dc,aa:bb:cc:dd:ee:ff=backup",
		"flow.memory=3M",
		"flow.vlan_in_key=yes",
		"publish.dir=/a \"b\"\\c\t\xc3\xa9\xc2\x85 # ~",
		"publish.url=",
		"detect.scan.alpha=3.25e-7",
	};
	struct err err = {0};
	char *report;

	CASE("a dump is read back to the same dump");
	world_init();
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		CHECK_EQ(config_set(&w.config, set[i], &err), 0);
	char *first = dump(config_dump);
	world_fini();
	world_init();
	CHECK_EQ(world_read(first, &report), 0);
	if (report)
		printf("# %s\n", report);
	free(report);
	char *second = dump(config_dump);
	CHECK_STR(second, first);
	CHECK_EQ(w.top.workers, 7);
	CHECK_STR(w.publish.dir, "/a \"b\"\\c\t\xc3\xa9\xc2\x85 # ~");
	CHECK_STR(w.publish.url, "");
	CHECK(w.scan.alpha == 3.25e-7);
	CHECK_EQ(w.top.assets.n, 2);
	world_fini();
	free(first);
	free(second);
}

static const char dumped[] = "# how many workers (1 .. 64 threads)\n"
			     "workers: 1\n"
			     "# what is ours\n"
			     "home_net: [\"auto\"]\n"
			     "# what hosts are for\n"
			     "assets: []\n"
			     "flow:\n"
			     "  # flows in the table (1024 .. 16777216 flows)\n"
			     "  max: 262144\n"
			     "  # seconds between records (0 .. 3600 s)\n"
			     "  interim_s: 60\n"
			     "  # memory of all streams (1M .. 64G bytes)\n"
			     "  memory: 67108864\n"
			     "  # a VLAN makes another flow (yes | no)\n"
			     "  vlan_in_key: no\n"
			     "publish:\n"
			     "  # where files go\n"
			     "  dir: \"\"\n"
			     "  # where | how\n"
			     "  url: \"ipc:///run/vigie.sock\"\n"
			     "detect:\n"
			     "  scan:\n"
			     "    # accepted chance (1e-09 .. 0.5 probability)\n"
			     "    alpha: 1e-05\n"
			     "    # how long (1 .. 3600 s)\n"
			     "    window_s: 60\n"
			     "  tunnel:\n"
			     "    # how many (1 .. 1000 names)\n"
			     "    names: 50\n"
			     "    dns:\n"
			     "      # how many (1 .. 1000 names)\n"
			     "      names: 50\n";

static void test_texts(void)
{
	world_init();
	CASE("the dump of the defaults");
	char *text = dump(config_dump);
	CHECK_STR(text, dumped);
	free(text);

	CASE("the reference: a table a section, bars escaped");
	text = dump(config_reference);
	CHECK(strncmp(text, "## top level\n\n| parameter |", 27) == 0);
	CHECK(strstr(text, "\n\n## detect.scan\n\n") != NULL);
	CHECK(strstr(text, "| `memory` | 64M | 1M .. 64G | bytes | memory of all streams |\n"));
	CHECK(strstr(text, "| `url` | ipc:///run/vigie.sock |  |  | where \\| how |\n"));
	CHECK(strstr(text, "| `vlan_in_key` | no | yes \\| no |"));
	free(text);
	world_fini();
}

int main(void)
{
	struct err err = {0};

	test_set();
	test_dump();
	test_texts();

	CASE("a section is added once, and 64 are enough");
	world_init();
	CHECK_EQ(config_add(&w.config, &(struct section){"flow", flow_params, &w.flow}, &err),
		 -EEXIST);
	struct config full = {.n = 64};
	for (unsigned i = 0; i < 64; i++)
		full.section[i].name = "x";
	CHECK_EQ(config_add(&full, &(struct section){"y", flow_params, &w.flow}, &err), -ENOSPC);
	world_fini();
	return check_done();
}
