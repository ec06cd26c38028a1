// SPDX-License-Identifier: Apache-2.0
/* Walks a JSON text and tells every value's path and type ("evidence[].name"); false when the text
 * is not one whole, strictly valid JSON value, or an object has a key twice. For tests only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct json_walk {
	const char *at, *end;
	char path[256];
	/* type: 's' string, 'i' integer, 'f' number with a fraction, 'b' boolean, 'n' null, 'o'
	 * object, 'a' array; `value` n bytes of the text. */
	void (*on)(void *ctx, const char *path, char type, const char *value, size_t n);
	void *ctx;
};

static bool json_walk_value(struct json_walk *w, unsigned depth);

static bool json_walk_hex(const char *p, const char *end)
{
	if (end - p < 4)
		return false;
	for (unsigned i = 0; i < 4; i++)
		if (!strchr("0123456789abcdefABCDEF", p[i]) || !p[i])
			return false;
	return true;
}

static bool json_walk_utf8(struct json_walk *w)
{
	unsigned char c = (unsigned char)*w->at;
	unsigned more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2
		      : c >= 0xf0 && c < 0xf5 ? 3 : 9;

	if (more > 3 || (size_t)(w->end - w->at) <= more)
		return false;
	for (unsigned i = 1; i <= more; i++)
		if (((unsigned char)w->at[i] & 0xc0) != 0x80)
			return false;
	w->at += more + 1;
	return true;
}

static bool json_walk_string(struct json_walk *w)
{
	if (w->at == w->end || *w->at++ != '"')
		return false;
	while (w->at < w->end && *w->at != '"') {
		if ((unsigned char)*w->at < 0x20)
			return false;
		if (*w->at != '\\') {
			if (!json_walk_utf8(w))
				return false;
			continue;
		}
		w->at++;
		if (w->at == w->end || !*w->at || !strchr("\"\\/bfnrtu", *w->at))
			return false;
		if (*w->at++ == 'u') {
			if (!json_walk_hex(w->at, w->end))
				return false;
			w->at += 4;
		}
	}
	return w->at < w->end && *w->at++ == '"';
}

static bool json_walk_members(struct json_walk *w, unsigned depth)
{
	size_t base = strlen(w->path);
	char seen[2048] = "\n";

	w->at++;
	for (bool first = true;; first = false) {
		if (first && w->at < w->end && *w->at == '}')
			break;
		const char *key = w->at + 1;
		if (!json_walk_string(w) || w->at == w->end || *w->at++ != ':')
			return false;
		char line[256];
		snprintf(line, sizeof(line), "\n%.*s\n", (int)(w->at - key - 2), key);
		if (strstr(seen, line))
			return false;
		strncat(seen, line + 1, sizeof(seen) - strlen(seen) - 1);
		snprintf(w->path + base, sizeof(w->path) - base, "%s%.*s", base ? "." : "",
			 (int)(w->at - key - 2), key);
		bool ok = json_walk_value(w, depth + 1);
		w->path[base] = 0;
		if (!ok || w->at == w->end)
			return false;
		if (*w->at == '}')
			break;
		if (*w->at++ != ',')
			return false;
	}
	w->at++;
	return true;
}

static bool json_walk_items(struct json_walk *w, unsigned depth)
{
	size_t base = strlen(w->path);

	w->at++;
	snprintf(w->path + base, sizeof(w->path) - base, "[]");
	for (bool first = true;; first = false) {
		if (first && w->at < w->end && *w->at == ']')
			break;
		if (!json_walk_value(w, depth + 1) || w->at == w->end)
			return false;
		if (*w->at == ']')
			break;
		if (*w->at++ != ',')
			return false;
	}
	w->path[base] = 0;
	w->at++;
	return true;
}

static bool json_walk_number(struct json_walk *w, char *type)
{
	const char *start = w->at;

	*type = 'i';
	if (*w->at == '-')
		w->at++;
	while (w->at < w->end && *w->at && strchr("0123456789.eE+-", *w->at))
		if (!strchr("0123456789", *w->at++))
			*type = 'f';
	return w->at > start;
}

static bool json_walk_value(struct json_walk *w, unsigned depth)
{
	const char *start = w->at;
	size_t left = (size_t)(w->end - w->at);
	char type;
	bool ok = false;

	if (left == 0 || depth > 16)
		return false;
	type = *w->at == '{' ? 'o' : *w->at == '[' ? 'a' : *w->at == '"' ? 's' : 'n';
	if (type == 'o' || type == 'a') /* a container is told before what is in it */
		w->on(w->ctx, w->path, type, start, 1);
	if (type == 'o')
		return json_walk_members(w, depth);
	if (type == 'a')
		return json_walk_items(w, depth);
	if (type == 's') {
		ok = json_walk_string(w);
	} else if (left >= 4 && (memcmp(w->at, "true", 4) == 0 || memcmp(w->at, "null", 4) == 0)) {
		type = *w->at == 't' ? 'b' : 'n';
		w->at += 4;
		ok = true;
	} else if (left >= 5 && memcmp(w->at, "false", 5) == 0) {
		type = 'b';
		w->at += 5;
		ok = true;
	} else {
		ok = json_walk_number(w, &type);
	}
	if (ok)
		w->on(w->ctx, w->path, type, start, (size_t)(w->at - start));
	return ok;
}

static inline bool json_walk(const char *text, size_t n,
			     void (*on)(void *ctx, const char *path, char type, const char *value,
					size_t n),
			     void *ctx)
{
	struct json_walk w = {.at = text, .end = text + n, .on = on, .ctx = ctx};

	return json_walk_value(&w, 0) && w.at == w.end;
}
