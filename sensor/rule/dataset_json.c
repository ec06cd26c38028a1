// SPDX-License-Identifier: Apache-2.0
/* Sets in JSON: a list of objects somewhere in a text, or an object a line; one member of each is the
 * value, written as it is. What else they say (context) is not told.
 *
 * Source: Suricata 8 user guide, "Datasets", JSON formats.
 */
#include "rule/compile.h"

#include <jansson.h>

#define KEY_MAX    256u
#define VALUE_ROOM 8192u

/* What lies at "a.b.c" below `in`; no name: `in` itself. */
static json_t *member(json_t *in, struct span path)
{
	struct span name;
	char text[KEY_MAX];

	while (in && path.len && rule_span_next(&path, '.', &name)) {
		if (name.len == 0 || name.len >= sizeof(text))
			return NULL;
		in = json_object_get(in, rule_span_text(name, text, sizeof(text)));
	}
	return in;
}

/* False: it has no value of the set's type. */
static bool add(struct datasets *all, struct dataset *d, const struct dataset_from *from, json_t *of)
{
	static uint8_t bytes[VALUE_ROOM];
	json_t *v = member(of, from->value_key);

	if (!json_is_string(v))
		return false;
	struct span text = {json_string_value(v), (uint32_t)json_string_length(v)};
	int n = rule_dataset_read(d->type, text, true, bytes, sizeof(bytes));
	if (n > 0)
		rule_dataset_add(all, d, bytes, (uint32_t)n, 0);
	return n > 0;
}

static void say(const struct datasets *all, const char *path, unsigned at, const char *what)
{
	if (all->report)
		fprintf(all->report, "%s:%u: error: %s\n", path, at, what);
}

static void add_lines(struct datasets *all, struct dataset *d, const struct dataset_from *from,
		      const char *path, char *text)
{
	unsigned line = 1;

	for (char *p = text; *p; line++) {
		char *end = strchrnul(p, '\n');
		size_t n = (size_t)(end - p);
		json_error_t why;

		if (span_trim((struct span){p, (uint32_t)n}).len) {
			json_t *of = json_loadb(p, n, 0, &why);

			if (!of)
				say(all, path, line, why.text);
			else if (!add(all, d, from, of))
				say(all, path, line, "no value of this type in it");
			json_decref(of);
		}
		p = *end ? end + 1 : end;
	}
}

int rule_dataset_json(struct datasets *all, struct dataset *d, const struct dataset_from *from,
		      const char *path, char *text, struct fault *f)
{
	json_error_t why;

	if (from->lines) {
		add_lines(all, d, from, path, text);
		return 0;
	}
	json_t *root = json_loads(text, 0, &why);
	if (!root)
		return rule_fault(f, from->file, "%s:%d: %s", path, why.line, why.text);
	json_t *list = member(root, from->array_key);
	for (unsigned i = 0; json_is_array(list) && i < json_array_size(list); i++) {
		if (!add(all, d, from, json_array_get(list, i)))
			say(all, path, i + 1, "this member of the list has no value of this type");
	}
	int rc = json_is_array(list) ? 0 : rule_fault(f, from->file, "%s: there is no list in it", path);
	json_decref(root);
	return rc;
}
