// SPDX-License-Identifier: Apache-2.0
/* show: rows for people's eyes, in 100 columns unless the terminal is wider or --wide is given.
 * Into a file or a pipe the columns are those of 100, and nothing is cut: grep must find it.
 *
 * Every text that came from the wire passes text_clean(): no byte of an attacker's reaches the
 * terminal as a command. Colours only on a terminal, and not with NO_COLOR set (no-color.org).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SHOW_WIDTH 100u

enum show_long { SHOW_cut, SHOW_wrapped, SHOW_whole };

struct show {
	FILE *out;
	bool color;
	unsigned width;          /* columns; 0: no limit */
	enum show_long too_long; /* what becomes of a text that does not fit */
	uint64_t now_ns;
};

/* For a stream of its kind: asks whether it is a terminal, NO_COLOR, its width. */
struct show show_of(FILE *out, bool wide);

void show_watch(const struct show *s, const json_t *event);
void show_alert(const struct show *s, const json_t *row);
void show_alerts_head(const struct show *s);
void show_incidents_head(const struct show *s);
void show_incident_row(const struct show *s, const json_t *row);
void show_incident(const struct show *s, const json_t *incident);
void show_status(const struct show *s, const json_t *status);
void show_plan(const struct show *s, const json_t *plan);
void show_isolation(const struct show *s, const json_t *isolation);
void show_audit(const struct show *s, const json_t *row);

/* -- for its own files -- */
enum show_color { SHOW_plain, SHOW_red, SHOW_yellow, SHOW_green, SHOW_magenta, SHOW_bold, SHOW_dim };
const char *show_on(const struct show *s, enum show_color c);
const char *show_off(const struct show *s, enum show_color c);
/* Of what became of an isolation: "effective", "leaking", "lost" … */
enum show_color show_outcome(const char *what);
/* What `what` rests on: the verdict's reason where it is one, else the device's proof. */
const char *show_proof(const json_t *isolation, const char *what, char *buf, size_t size);
bool show_has_mac(const struct show *s); /* is there room for a column of it? */
/* Member `key` cleaned, in a buffer of the caller; "" when it is not there. */
const char *show_text(const json_t *o, const char *key, char *buf, size_t size);
/* The plural's end of `n` things. */
const char *show_s(int64_t n);
int64_t show_num(const json_t *o, const char *key);
/* The rest of a line after `used` columns: `text` cut, wrapped or whole as s->too_long has it, and the
 * newline. */
void show_rest(const struct show *s, unsigned used, const char *text);
/* `text` broken at spaces, every line after `indent` columns. */
void show_wrap(const struct show *s, unsigned indent, const char *text);
/* Whether what is shown is a dry run: then every line says so. */
bool show_dry(const json_t *isolation);
/* A plan in one line: can it be isolated, how, and if not, why. */
void show_advice(const json_t *plan, char *out, size_t size);
const char *show_severity(int64_t severity, enum show_color *color);
const char *show_ttl(uint64_t seconds, char *buf, size_t size);
