// SPDX-License-Identifier: Apache-2.0
/* eve.json and stats.json in the directory of -l.
 *
 * Shape:  one buffer of LINES_BUFFER bytes in front of write(2).
 * Errors: a write that fails is counted and said once a minute; what did not fit is lost.
 */
#pragma once

#include "base/err.h"
#include "publish/publish.h"

#define LINES_BUFFER (1u << 20)

struct lines;
/* Live appends to what is there, as log rotation wants it; from a file the run begins afresh. */
int lines_open(struct lines **l, const char *dir, bool append, struct publish_counters *count,
	       struct err *err);
void lines_add(struct lines *l, const char *line, size_t len);
/* Writes out what is old enough; live also reopens eve.json when it has been renamed away. */
void lines_turn(struct lines *l, uint64_t mono_ns);
/* NULL is fine. `stats`: a JSON object, or NULL. */
void lines_close(struct lines *l, const char *stats);
