// SPDX-License-Identifier: Apache-2.0
/* Walks a JSON text and tells every value's path and type ("evidence[].name"), in the order of the
 * text; false when it is not one whole, valid JSON value, or an object has a key twice. Tests only. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* type: 's' string, 'i' integer, 'f' number with a fraction, 'b' boolean, 'n' null, 'o' object,
 * 'a' array; a container is told before what it holds. */
typedef void (*json_walk_on)(void *ctx, const char *path, char type);

static void json_walk_value(json_t *v, const char *path, json_walk_on on, void *ctx)
{
	static const char types[] = {[JSON_OBJECT] = 'o', [JSON_ARRAY] = 'a', [JSON_STRING] = 's',
				     [JSON_INTEGER] = 'i', [JSON_REAL] = 'f', [JSON_TRUE] = 'b',
				     [JSON_FALSE] = 'b', [JSON_NULL] = 'n'};
	char below[512];
	const char *key;
	json_t *member;
	size_t i;

	on(ctx, path, types[json_typeof(v)]);
	json_object_foreach(v, key, member) {
		snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", key);
		json_walk_value(member, below, on, ctx);
	}
	json_array_foreach(v, i, member) {
		snprintf(below, sizeof(below), "%s[]", path);
		json_walk_value(member, below, on, ctx);
	}
}

static inline bool json_walk(const char *text, size_t n, json_walk_on on, void *ctx)
{
	json_error_t why;
	json_t *v = json_loadb(
		text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);

	if (!v) {
		printf("# %s near %.80s\n", why.text, text + (why.position > 40 ? why.position - 40 : 0));
		return false;
	}
	json_walk_value(v, "", on, ctx);
	json_decref(v);
	return true;
}
