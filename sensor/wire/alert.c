// SPDX-License-Identifier: Apache-2.0
/* alert.def as a table. */
#include "wire/alert.h"

#include <string.h>

const struct alert_field alert_fields[] = {
#define FIELD(path_, type_, in_, when_, unit_, what_)                                              \
	{.path = path_,                                                                            \
	 .type = ALERT_TYPE_##type_,                                                               \
	 .in = in_,                                                                                \
	 .when = when_,                                                                            \
	 .unit = unit_,                                                                            \
	 .what = what_},
#include "wire/alert.def"
#undef FIELD
	{0},
};

const struct alert_field *alert_field_find(const char *path)
{
	for (const struct alert_field *f = alert_fields; f->path; f++)
		if (strcmp(f->path, path) == 0)
			return f;
	return NULL;
}

const char *alert_type_name(enum alert_type t)
{
	static const char *const name[] = {
		[ALERT_TYPE_string] = "string",     [ALERT_TYPE_integer] = "integer",
		[ALERT_TYPE_number] = "number",     [ALERT_TYPE_boolean] = "boolean",
		[ALERT_TYPE_object] = "object",     [ALERT_TYPE_strings] = "strings",
		[ALERT_TYPE_integers] = "integers", [ALERT_TYPE_objects] = "objects",
	};
	return name[t];
}

unsigned alert_in_parse(const char *event_type)
{
	static const char *const name[] = {"alert", "finding", "flow", "host", "evidence", "watch"};

	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (strcmp(name[i], event_type) == 0)
			return 1u << i;
	return 0;
}
