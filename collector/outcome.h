// SPDX-License-Identifier: Apache-2.0
/* outcome: what became of isolations, found by comparing the engine's list with what it was.
 *
 * Model:  each isolation's (status, effect) is remembered; a new or changed one is told once.
 * Shape:  OUTCOMES isolations; the oldest is forgotten first.
 * Thread: one.
 */
#pragma once

#include "isolate.h"

#include <stdbool.h>

#define OUTCOMES 1024u

struct outcome {
	char id[ISOLATE_ID], status[24], effect[24];
};
struct outcomes {
	struct outcome at[OUTCOMES];
	unsigned n, next;
	bool primed; /* the first list is only remembered */
};

/* `what`: "isolated", "effective", "leaking", "unseen", "partial", "released", "expired", "failed" … */
typedef void outcome_told(void *ctx, const char *what, const json_t *isolation);

void outcome_list(struct outcomes *o, const json_t *list, outcome_told *told, void *ctx);
