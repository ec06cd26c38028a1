// SPDX-License-Identifier: Apache-2.0
/* Durations, times and foreign text as people write and read them.
 *
 * Units:  durations in seconds, times in nanoseconds since the Unix epoch.
 * Errors: a parser returns false and leaves its output untouched.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_AGE 24
#define TEXT_LOCAL 32

/* "90", "90s", "10m", "1h30m", "7d": at most ten years. */
bool text_duration(const char *text, uint64_t *seconds);
/* ISO 8601 with a zone or Z ("2026-01-31T12:00:00.123456+0000"); 0 to 9 digits of fraction. */
bool text_time(const char *text, uint64_t *time_ns);
/* --since: a duration before `now_ns`, or a time. */
bool text_since(const char *text, uint64_t now_ns, uint64_t *time_ns);
/* "45s", "12m", "3h20m", "2d4h". Returns `out`, which holds TEXT_AGE bytes. */
const char *text_age(uint64_t seconds, char *out);
/* Local time, "2026-01-31 12:00:00", or with `clock_only` "12:00:00.123". Returns `out`, which
 * holds TEXT_LOCAL bytes. */
const char *text_local(uint64_t time_ns, bool clock_only, char *out);
/* Copies at most size - 1 bytes, never splitting a UTF-8 sequence. Control bytes (an alert's text
 * is partly the attacker's: no escape sequence may reach a terminal) become '.', bytes that are
 * not UTF-8 become '?'. Returns the number of columns, counted as code points. */
size_t text_clean(const char *in, char *out, size_t size);
/* Copies with a terminator, cutting what does not fit. NULL is "". */
void text_copy(char *out, size_t size, const char *in);
