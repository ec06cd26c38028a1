// SPDX-License-Identifier: Apache-2.0
/* Writes JSON into a buffer the caller owns: no allocation, so the writer thread can use it for
 * every event. Reading JSON is jansson's work and stays outside the hot path.
 *
 * Errors: text that does not fit sets `full`; the caller asks json_ok() once at the end. Bytes that
 *         are not UTF-8 come out as \u00XX (each byte its Latin-1 code point), so that the output
 *         is always valid JSON and no byte is lost.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	char *at;
	size_t len, cap; /* bytes; at[len] is 0 while !full */
	bool full;
	bool comma; /* the next member needs one before it */
};

struct json json_of(char *buf, size_t cap);
static inline bool json_ok(const struct json *j)
{
	return !j->full;
}

/* `key` NULL inside an array. Keys are our own constants and are not escaped. */
void json_open(struct json *j, const char *key);  /* { */
void json_close(struct json *j);                  /* } */
/* Two names that jansson has, too: their symbols are ours, else the collector, which links both, would
 * call these for jansson's. A file includes one header or the other. */
void json_array(struct json *j, const char *key) __asm__("json_write_array"); /* [ */
void json_array_end(struct json *j);              /* ] */
void json_str(struct json *j, const char *key, const char *text);
void json_strn(struct json *j, const char *key, const void *text, size_t n);
void json_u64(struct json *j, const char *key, uint64_t v);
void json_i64(struct json *j, const char *key, int64_t v);
void json_f64(struct json *j, const char *key, double v); /* %.6g; NaN and inf become null */
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key) __asm__("json_write_null");
/* A ready JSON value (an object, an array …) put in as it is. */
void json_raw(struct json *j, const char *key, const char *value, size_t n);
/* Ready members ("a":1,"b":2 without braces) put in as they are. */
void json_members(struct json *j, const char *members, size_t n);
