// SPDX-License-Identifier: Apache-2.0
/* Literals looked for in short texts, exactly: a call of Hyperscan costs several hundred cycles before
 * its first byte, and as much again for tables that nobody has touched for a while.
 *
 * Owns:   nothing; everything is in the arena it was built in, and never changes.
 * Thread: building: the one that loads; scanning: any.
 * Cost:   about a cycle a byte, and a look at what may be there.
 * Errors: without memory the process ends, as with the arena.
 */
#pragma once

#include "rule/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct gram_literal {
	const uint8_t *at; /* in lower case when nocase; outlives the grams */
	uint32_t id;       /* what is told */
	uint8_t len;       /* at least 1 */
	bool nocase;
};

struct grams;
struct grams *rule_grams_build(struct arena *a, const struct gram_literal *l, uint32_t n);
/* found() is told every occurrence of a literal, and the position behind its last byte. */
void rule_grams_scan(const struct grams *g, const uint8_t *p, uint32_t n,
		     void (*found)(void *ctx, uint32_t id, uint32_t end), void *ctx);
