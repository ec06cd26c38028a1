// SPDX-License-Identifier: Apache-2.0
/* Runs one isolator program for one operation: a line in, a line out, and not for long.
 *
 * The program gets an argv of its own name only, an environment of PATH and LC_ALL only,
 * descriptors 0, 1 and 2 only, the folder / and a process group of its own, which is killed as a
 * whole.
 *
 * Owns: out->line (free).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ISOLATE_LINE_MAX   65536u /* bytes of the answer, its newline included */
#define ISOLATE_STDERR_MAX 2048u  /* bytes kept; the rest is read and dropped */

enum isolate_exec_end {
	ISOLATE_EXEC_ok,
	ISOLATE_EXEC_start,    /* it could not be started: nothing was done */
	ISOLATE_EXEC_timeout,  /* killed: what was done is not known; so for all that follow */
	ISOLATE_EXEC_oversize, /* killed: it said more than ISOLATE_LINE_MAX */
	ISOLATE_EXEC_crash,    /* a signal or an exit code other than 0 */
	ISOLATE_EXEC_garbage,  /* not one line */
};
const char *isolate_exec_text(enum isolate_exec_end e);

struct isolate_exec {
	enum isolate_exec_end end;
	int code;   /* crash: exit code, or minus the signal; start: errno */
	char *line; /* the answer without its newline, terminated; NULL unless ok */
	size_t len;
	char stderr_text[ISOLATE_STDERR_MAX];
	uint64_t took_ns;
};

void isolate_exec(const char *path, const char *request, size_t n, double timeout_s,
		  struct isolate_exec *out);
