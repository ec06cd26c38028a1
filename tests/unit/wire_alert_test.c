// SPDX-License-Identifier: Apache-2.0
/* alert.def as a table, the names of families, and docs/ALERTS.md, whose table is made from it:
 * run with VIGIE_WRITE_DOCS=1 in the environment, this test writes the table instead. */
#include "wire/alert.h"

#include "check.h"

#include <stdlib.h>

#define DOC_MAX 65536u
#define BEGIN   "<!-- made from sensor/wire/alert.def: begin -->\n"
#define END     "<!-- made from sensor/wire/alert.def: end -->\n"

static void fields(void)
{
	CASE("every field is whole");
	for (const struct alert_field *f = alert_fields; f->path; f++) {
		CHECK(f->path[0] != 0);
		CHECK(f->in != 0);
		CHECK(f->when[0] != 0);
		CHECK(f->what[0] != 0);
		for (const struct alert_field *g = alert_fields; g != f; g++)
			CHECK(strcmp(f->path, g->path) != 0);
	}

	CASE("a parent stands before its members and is an object");
	for (const struct alert_field *f = alert_fields; f->path; f++) {
		char parent[64];
		snprintf(parent, sizeof(parent), "%s", f->path);
		char *dot = strrchr(parent, '.');
		if (!dot)
			continue;
		bool list = dot - parent > 2 && strncmp(dot - 2, "[]", 2) == 0;
		dot[list ? -2 : 0] = 0;
		const struct alert_field *p = alert_field_find(parent);
		CHECK(p && p < f);
		CHECK(p && p->type == (list ? ALERT_TYPE_objects : ALERT_TYPE_object));
		CHECK(p && (f->in & ~(unsigned)p->in) == 0);
	}

	CASE("find");
	CHECK(alert_field_find("alert.signature_id") != NULL);
	CHECK(alert_field_find("alert.signature_i") == NULL);
	CHECK(alert_field_find("") == NULL);

	CASE("event types");
	CHECK_EQ(alert_in_parse("alert"), ALERT_IN_alert);
	CHECK_EQ(alert_in_parse("finding"), ALERT_IN_finding);
	CHECK_EQ(alert_in_parse("flow"), ALERT_IN_flow);
	CHECK_EQ(alert_in_parse("host"), ALERT_IN_host);
	CHECK_EQ(alert_in_parse("evidence"), ALERT_IN_evidence);
	CHECK_EQ(alert_in_parse("watch"), ALERT_IN_watch);
	CHECK_EQ(alert_in_parse("durable"), 0);
}

static void families(void)
{
	CASE("families have names that read back");
	for (unsigned f = 0; f < FAMILY_count; f++) {
		CHECK(family_name((enum family)f) != NULL);
		CHECK_EQ(family_parse(family_name((enum family)f)), f);
	}
	CHECK_STR(family_name(FAMILY_scan), "scan");
	CHECK_STR(family_name(FAMILY_count), "other");
	CHECK_EQ(family_parse("Scan"), FAMILY_other);
	CHECK_EQ(family_parse(""), FAMILY_other);
}

static void put_types(char *out, size_t size, unsigned in)
{
	static const char *const name[] = {"alert", "finding", "flow", "host",
					   "evidence", "watch"};
	size_t n = 0;

	out[0] = 0;
	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (in & 1u << i)
			n += (size_t)snprintf(out + n, size - n, "%s%s", n ? ", " : "", name[i]);
}

static size_t table(char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size,
				    "| field | type | in | when | unit | meaning |\n"
				    "|---|---|---|---|---|---|\n");

	for (const struct alert_field *f = alert_fields; f->path; f++) {
		char types[64];
		put_types(types, sizeof(types), f->in);
		n += (size_t)snprintf(out + n, size - n, "| `%s` | %s | %s | %s | %s | %s |\n",
				      f->path, alert_type_name((enum alert_type)f->type), types,
				      f->when, f->unit, f->what);
	}
	return n;
}

static void write_doc(const char *path, const char *before, size_t before_len, const char *middle,
		      const char *after)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL);
	if (!f)
		return;
	fwrite(before, 1, before_len, f);
	fputs(middle, f);
	fputs(after, f);
	fclose(f);
}

static void doc(void)
{
	static char text[DOC_MAX], want[DOC_MAX];
	char path[4096];

	CASE("docs/ALERTS.md has the table of alert.def");
	snprintf(path, sizeof(path), "%s/docs/ALERTS.md", VIGIE_SOURCE_DIR);
	FILE *f = fopen(path, "r");
	CHECK(f != NULL);
	if (!f)
		return;
	text[fread(text, 1, sizeof(text) - 1, f)] = 0;
	fclose(f);
	table(want, sizeof(want));
	char *begin = strstr(text, BEGIN), *end = strstr(text, END);
	CHECK(begin && end && begin < end);
	if (!begin || !end)
		return;
	begin += strlen(BEGIN);
	if (getenv("VIGIE_WRITE_DOCS")) {
		write_doc(path, text, (size_t)(begin - text), want, end);
		return;
	}
	*end = 0;
	CHECK(strcmp(begin, want) == 0);
}

int main(void)
{
	fields();
	families();
	doc();
	return check_done();
}
