// SPDX-License-Identifier: Apache-2.0
/* JSON out. Text is copied in runs: most bytes need no escape. */
#include "base/json.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct json json_of(char *buf, size_t cap)
{
	if (cap > 0)
		buf[0] = '\0';
	return (struct json){.at = buf, .cap = cap, .full = cap == 0};
}

static void put(struct json *j, const void *p, size_t n)
{
	if (j->full || j->cap - j->len <= n) {
		j->full = true;
		return;
	}
	memcpy(j->at + j->len, p, n);
	j->len += n;
	j->at[j->len] = '\0';
}

/* What stands before a value: the comma and the key. */
static void lead(struct json *j, const char *key)
{
	if (j->comma)
		put(j, ",", 1);
	if (key) {
		put(j, "\"", 1);
		put(j, key, strlen(key));
		put(j, "\":", 2);
	}
	j->comma = true;
}

void json_open(struct json *j, const char *key)
{
	lead(j, key);
	put(j, "{", 1);
	j->comma = false;
}

void json_close(struct json *j)
{
	put(j, "}", 1);
	j->comma = true;
}

void json_array(struct json *j, const char *key)
{
	lead(j, key);
	put(j, "[", 1);
	j->comma = false;
}

void json_array_end(struct json *j)
{
	put(j, "]", 1);
	j->comma = true;
}

static void put_escape(struct json *j, uint8_t c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letter[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
	char e[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	if (c == '"' || c == '\\' || (c < sizeof(letter) && letter[c])) {
		e[1] = c < sizeof(letter) ? letter[c] : (char)c;
		put(j, e, 2);
		return;
	}
	put(j, e, sizeof(e));
}

static void put_text(struct json *j, const uint8_t *p, size_t n)
{
	size_t run = 0, i = 0; /* p[run … i) needs no escape */

	while (i < n) {
		uint8_t c = p[i];
		unsigned len = c >= 0x80                            ? utf8_len(p + i, n - i)
			       : c >= 0x20 && c != '"' && c != '\\' ? 1
								    : 0;
		if (len) {
			i += len;
			continue;
		}
		put(j, p + run, i - run);
		put_escape(j, c);
		run = ++i;
	}
	put(j, p + run, n - run);
}

void json_strn(struct json *j, const char *key, const void *text, size_t n)
{
	lead(j, key);
	put(j, "\"", 1);
	put_text(j, text, n);
	put(j, "\"", 1);
}

void json_str(struct json *j, const char *key, const char *text)
{
	json_strn(j, key, text, strlen(text));
}

static void put_u64(struct json *j, bool minus, uint64_t v)
{
	char d[21];
	size_t at = sizeof(d);

	do
		d[--at] = (char)('0' + v % 10);
	while (v /= 10);
	if (minus)
		d[--at] = '-';
	put(j, d + at, sizeof(d) - at);
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
	lead(j, key);
	put_u64(j, false, v);
}

void json_i64(struct json *j, const char *key, int64_t v)
{
	lead(j, key);
	put_u64(j, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void json_f64(struct json *j, const char *key, double v)
{
	char text[32];

	if (!isfinite(v)) {
		json_null(j, key);
		return;
	}
	lead(j, key);
	put(j, text, (size_t)snprintf(text, sizeof(text), "%.6g", v));
}

void json_bool(struct json *j, const char *key, bool v)
{
	lead(j, key);
	put(j, v ? "true" : "false", v ? 4 : 5);
}

void json_null(struct json *j, const char *key)
{
	lead(j, key);
	put(j, "null", 4);
}

void json_raw(struct json *j, const char *key, const char *value, size_t n)
{
	lead(j, key);
	put(j, value, n);
}

void json_members(struct json *j, const char *members, size_t n)
{
	if (n == 0)
		return;
	lead(j, NULL);
	put(j, members, n);
}
