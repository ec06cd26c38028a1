// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "settings.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const struct {
	const char *name, *text;
	bool ok;
	const char *sensor, *pub, *rep;
} rows[] = {
	{"both", "a=ipc:///p ipc:///r", true, "a", "ipc:///p", "ipc:///r"},
	{"spaces", "a=  ipc:///p   ipc:///r", true, "a", "ipc:///p", "ipc:///r"},
	{"REP alone", "a.B_-9=ipc:///r", true, "a.B_-9", "", "ipc:///r"},
	{"no name", "=ipc:///p ipc:///r", false, "", "", ""},
	{"no =", "ipc:///p", false, "", "", ""},
	{"a name with a space", "a b=ipc:///p", false, "", "", ""},
	{"no address", "a=", false, "", "", ""},
	{"three addresses", "a=x y z", false, "", "", ""},
};

static int load(struct settings *s, const char *dir, const char *file, const char *set)
{
	struct settings_args a = {.dir = dir, .file = file, .set = {set}, .n_set = set ? 1 : 0};
	struct err err;
	char *report = NULL;
	int r = settings_load(s, &a, &report, &err);

	free(report);
	return r;
}

static void order(void)
{
	char file[] = "/tmp/vigie-settings-XXXXXX";
	struct settings s;
	int fd = mkstemp(file);
	static const char yaml[] = "db: /from/file.db\nbatch: 7\nisolate: {mode: manual}\n";

	CHECK(write(fd, yaml, sizeof(yaml) - 1) > 0);
	close(fd);
	CASE("--dir puts everything into one folder");
	CHECK_EQ(load(&s, "/d", NULL, NULL), 0);
	CHECK_STR(s.db, "/d/collector.db");
	CHECK_STR(s.control, "/d/collector.sock");
	CHECK_STR(s.isolate.audit, "/d/audit.log");
	CHECK_EQ(s.sensors.n, 1);
	CHECK_STR(s.sensors.at[0], "local=ipc:///d/pub.sock ipc:///d/rep.sock");
	settings_fini(&s);
	CASE("the file over --dir");
	CHECK_EQ(load(&s, "/d", file, NULL), 0);
	CHECK_STR(s.db, "/from/file.db");
	CHECK_STR(s.control, "/d/collector.sock");
	CHECK_EQ(s.batch, 7);
	CHECK_STR(s.isolate.mode, "manual");
	settings_fini(&s);
	CASE("--set over the file");
	CHECK_EQ(load(&s, "/d", file, "db=/from/set.db"), 0);
	CHECK_STR(s.db, "/from/set.db");
	settings_fini(&s);
	unlink(file);
}

int main(void)
{
	struct settings s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings_sensor out = {.name = ""};
		struct err err;

		CASE(rows[i].name);
		CHECK_EQ(settings_sensor(rows[i].text, &out, &err), rows[i].ok ? 0 : -EINVAL);
		CHECK_STR(out.name, rows[i].sensor);
		CHECK_STR(out.pub, rows[i].pub);
		CHECK_STR(out.rep, rows[i].rep);
	}
	order();
	CASE("two sensors of one name");
	CHECK(load(&s, "/d", NULL, "sensors=a=x y,a=z w") < 0);
	CASE("two of two names");
	CHECK_EQ(load(&s, "/d", NULL, "sensors=a=x y,b=z w"), 0);
	CHECK_EQ(s.sensors.n, 2);
	settings_fini(&s);
	CASE("an empty path, an unknown name, a batch of nothing");
	CHECK(load(&s, "/d", NULL, "db=") < 0);
	CHECK(load(&s, "/d", NULL, "bd=x") < 0);
	CHECK(load(&s, "/d", NULL, "batch=0") < 0);
	return check_done();
}
