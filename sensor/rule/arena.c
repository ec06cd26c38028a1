// SPDX-License-Identifier: Apache-2.0
/* A chain of blocks, the newest first; a piece larger than a block gets a block of its own. */
#include "rule/arena.h"

#include "rule/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK ((1u << 16) - 64) /* bytes */

struct arena_block {
	struct arena_block *next;
	size_t pad; /* keeps the bytes behind at a multiple of 16 */
};

struct arena_last { /* what memory alone does not give back */
	struct arena_last *next;
	void (*f)(void *);
	void *p;
};

void *rule_arena_take(struct arena *a, size_t n)
{
	n = (n + 15) & ~(size_t)15;
	if (!a->first || a->size - a->used < n) {
		size_t size = n > BLOCK ? n : BLOCK;
		struct arena_block *b = rule_pages_take(sizeof(*b) + size);

		if (!b) {
			fprintf(stderr, "no memory for the rules\n");
			abort();
		}
		b->next = a->first;
		a->first = b;
		a->used = 0;
		a->size = size;
	}
	void *p = (char *)(a->first + 1) + a->used;
	a->used += n;
	return p;
}

void *rule_arena_copy(struct arena *a, const void *p, size_t n)
{
	void *out = rule_arena_take(a, n);

	if (n)
		memcpy(out, p, n);
	return out;
}

char *rule_arena_text(struct arena *a, const char *p, size_t n)
{
	char *out = rule_arena_take(a, n + 1);

	if (n)
		memcpy(out, p, n);
	return out;
}

void rule_arena_defer(struct arena *a, void (*f)(void *), void *p)
{
	struct arena_last *l = rule_arena_take(a, sizeof(*l));

	*l = (struct arena_last){a->last, f, p};
	a->last = l;
}

void rule_arena_fini(struct arena *a)
{
	for (; a->last; a->last = a->last->next)
		a->last->f(a->last->p);
	while (a->first) {
		struct arena_block *b = a->first;

		a->first = b->next;
		rule_pages_give(b);
	}
	a->used = a->size = 0;
}
