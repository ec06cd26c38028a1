// SPDX-License-Identifier: Apache-2.0
/* A stream that lets the first lines through and counts the rest: what a thousand mistakes alike
 * would say once each.
 *
 * Owns:   its stream, until brief_close(); where the lines go stays the caller's.
 * Thread: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct brief {
	FILE *to;
	unsigned lines; /* that may still come through */
	uint64_t more;  /* that did not */
	bool within;    /* a line */
};

/* NULL: no memory. `b` and `to` outlive the stream. */
FILE *brief_open(struct brief *b, FILE *to, unsigned lines);
/* Closes the stream and says how many lines were held back, if any: "... and N more lines; REST". NULL is
 * fine. */
void brief_close(struct brief *b, FILE *stream, const char *rest);
