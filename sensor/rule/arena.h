// SPDX-License-Identifier: Apache-2.0
/* Memory of one rule set: taken piece by piece while rules are read, given back all at once.
 *
 * Owns:   every piece. Pieces are zeroed and aligned to 16 bytes.
 * Thread: the one that loads.
 * Errors: none are returned. Rules are read at start and at a reload; without memory there is no
 *         sensor, so the process ends with a sentence.
 */
#pragma once

#include <stddef.h>

struct arena_block;
struct arena_last;
struct arena {
	struct arena_block *first;
	size_t used, size; /* of the first block, bytes */
	struct arena_last *last;
};

void *rule_arena_take(struct arena *a, size_t n);
void *rule_arena_copy(struct arena *a, const void *p, size_t n);
char *rule_arena_text(struct arena *a, const char *p, size_t n); /* a copy with its terminator */
/* f(p) is called when the arena goes. */
void rule_arena_defer(struct arena *a, void (*f)(void *), void *p);
void rule_arena_fini(struct arena *a);
