// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "outcome.h"

static char said[256];

static void told(void *ctx, const char *what, const json_t *iso)
{
	size_t at = strlen(said);

	(void)ctx;
	snprintf(said + at, sizeof(said) - at, "%s:%s ",
		 json_string_value(json_object_get(iso, "id")), what);
}

static void list(struct outcomes *o, const char *text)
{
	json_t *l = json_loads(text, 0, NULL);

	said[0] = '\0';
	outcome_list(o, l, told, NULL);
	json_decref(l);
}

#define ISO(id, status, effect)                                                                    \
	"{\"id\":\"" id "\",\"status\":\"" status "\",\"effect\":\"" effect "\"}"

static const struct {
	const char *name, *list, *want;
} rows[] = {
	{"what was there at the start is not told", "[" ISO("a", "active", "effective") "]", ""},
	{"a new one: its state, then its effect",
	 "[" ISO("b", "active", "effective") "," ISO("a", "active", "effective") "]",
	 "b:isolated b:effective "},
	{"nothing changed", "[" ISO("b", "active", "effective") "," ISO("a", "active", "effective") "]",
	 ""},
	{"an effect that changes",
	 "[" ISO("b", "active", "partial") "," ISO("a", "active", "effective") "]", "b:partial "},
	{"an end, without an effect", "[" ISO("b", "released", "none") "," ISO("a", "expired", "none") "]",
	 "a:expired b:released "},
	{"one on its way has no effect yet", "[" ISO("c", "sent", "unknown") "]", "c:sent "},
	{"it failed", "[" ISO("c", "failed", "unknown") "]", "c:failed "},
	{"a dry run is not called isolated, and has no effect",
	 "[{\"id\":\"d\",\"status\":\"active\",\"effect\":\"unsupported\",\"dry_run\":true}]",
	 "d:dry-run "},
	{"a verdict goes before the device's word",
	 "[{\"id\":\"e\",\"status\":\"active\",\"effect\":\"unsupported\",\"verdict\":\"unseen\"}]",
	 "e:isolated e:unseen "},
	{"and is told when it changes",
	 "[{\"id\":\"e\",\"status\":\"active\",\"effect\":\"unsupported\",\"verdict\":\"leaking\"}]",
	 "e:leaking "},
	{"no list", "{}", ""},
};

int main(void)
{
	static struct outcomes o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		list(&o, rows[i].list);
		CHECK_STR(said, rows[i].want);
	}
	CASE("the oldest is forgotten first, and the table stays whole");
	for (unsigned i = 0; i < OUTCOMES + 5; i++) {
		char text[96];
		snprintf(text, sizeof(text), "[{\"id\":\"i%u\",\"status\":\"active\"}]", i);
		list(&o, text);
	}
	CHECK_EQ(o.n, OUTCOMES);
	list(&o, "[{\"id\":\"i100\",\"status\":\"active\"}]");
	CHECK_STR(said, "");
	list(&o, "[{\"id\":\"i2\",\"status\":\"active\"}]");
	CHECK_STR(said, "i2:isolated ");
	return check_done();
}
