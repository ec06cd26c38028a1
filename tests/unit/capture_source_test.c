// SPDX-License-Identifier: Apache-2.0
/* Which source is taken, with which words; the table of parameters. */
#include "capture/source.h"

#include "check.h"

static void test_choose(void)
{
	static char *file[] = {"a.pcap"}, *vdev[] = {"--vdev=net_pcap0,rx_pcap=a"};
	/* clang-format off */
	static const struct {
		const char *name;
		unsigned files, args;
		const char *interface, *source, *want, *why, *hint;
	} rows[] = {
		{"a capture", 1, 0, NULL, NULL, "file", "because a capture is given", ""},
		{"a capture, empty texts", 1, 0, "", "", "file", "because a capture is given", ""},
		{"a capture, auto", 1, 0, NULL, "auto", "file", "because a capture is given", ""},
		{"vdev arguments", 0, 1, NULL, "auto", "dpdk", "because DPDK arguments are given", ""},
		{"vdev arguments and an interface", 0, 1, "eth0", "auto", "dpdk", "because DPDK arguments are given", ""},
		{"an interface", 0, 0, "eth0", "auto", "live", "on eth0, because no DPDK device is named", ""},
		{"by name", 0, 0, "eth0", "dpdk", "dpdk", "was asked for", ""},
		{"file by name", 1, 0, NULL, "file", "file", "was asked for", ""},
		{"nothing", 0, 0, NULL, "auto", NULL, "nothing to read", "-i INTERFACE"},
		{"both", 1, 0, "eth0", "auto", NULL, "both a capture (a.pcap) and an interface (eth0)", "not both"},
		{"live by name", 0, 0, "eth0", "live", "live", "was asked for", ""},
		{"live, mistyped", 0, 0, "eth0", "life", NULL, "there is no source 'life'", "did you mean"},
		{"mistyped", 1, 0, NULL, "fiel", NULL, "there is no source 'fiel'", "did you mean file?"},
		{"unknown", 1, 0, NULL, "xyzzy", NULL, "there is no source 'xyzzy'", "one of: auto, file, dpdk, live"},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_config c = {
			.workers = 1,
			.files = {file, rows[i].files},
			.dpdk_args = {vdev, rows[i].args},
			.interface = (char *)rows[i].interface,
			.source = (char *)rows[i].source,
		};
		struct err err = {0};
		char why[200] = "";
		const struct source *s = source_choose(&c, why, sizeof(why), &err);

		CASE(rows[i].name);
		CHECK_EQ(s != NULL, rows[i].want != NULL);
		if (s && rows[i].want)
			CHECK_STR(s->name, rows[i].want);
		CHECK(strstr(s ? why : err.msg, rows[i].why) != NULL);
		CHECK(strstr(err.hint, rows[i].hint) != NULL);
	}
}

static void test_table(void)
{
	CASE("the table is sources.def");
	CHECK_STR(sources[0]->name, "file");
	CHECK_STR(sources[1]->name, "dpdk");
	CHECK_STR(sources[2]->name, "live");
	CHECK(sources[3] == NULL);

	CASE("every parameter has a default and a sentence");
	struct capture_config c = {0};
	struct section s = {"", capture_params, &c};
	struct err err;
	param_defaults(&s);
	CHECK_EQ(c.workers, 1);
	CHECK_EQ(c.seed, 0);
	CHECK_STR(c.source, "auto");
	for (const struct param *p = capture_params; p->name; p++)
		CHECK(p->help && *p->help);
	CHECK_EQ(param_set(&s, param_find(&s, "workers"), "64", &err), 0);
	CHECK(param_set(&s, param_find(&s, "workers"), "65", &err) < 0);
	CHECK(param_set(&s, param_find(&s, "workers"), "0", &err) < 0);
	CHECK_EQ(param_set(&s, param_find(&s, "files"), "a,b", &err), 0);
	CHECK_EQ(c.files.n, 2);
	CHECK_EQ(param_set(&s, param_find(&s, "filter"), "tcp port 80", &err), 0);
	CHECK(param_set(&s, param_find(&s, "filter"), "tcp prot 80", &err) < 0);
	CHECK(strstr(err.msg, "'tcp prot 80'") != NULL);
	param_fini(&s);
}

int main(void)
{
	test_choose();
	test_table();
	return check_done();
}
