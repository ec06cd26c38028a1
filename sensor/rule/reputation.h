// SPDX-License-Identifier: Apache-2.0
/* What lists say of addresses: a score in a category, as Suricata's iprep reads it.
 *
 * Owns:   nothing; all of it is in the rule set's arena.
 * Thread: read by any once it is loaded.
 * Errors: a line that is not understood is said with its place and left out.
 */
#pragma once

#include "base/err.h"
#include "rule/net.h"

#include <stdint.h>
#include <stdio.h>

struct rule_config;

struct reputation_entry { /* by category, then address; the narrower of two comes later */
	u128 lo, hi;
	uint32_t wider; /* index + 1 of the entry around it; 0 none */
	uint8_t category, score;
};

struct reputation {
	const char *name[256]; /* of categories, by number; NULL: there is none */
	struct reputation_entry *at;
	uint32_t n;
	bool loaded; /* categories are configured */
};

int rule_reputation_load(struct reputation *r, struct arena *a, const struct rule_config *c,
			 FILE *report, struct err *err);
/* The category's number, or -1. */
int rule_reputation_category(const struct reputation *r, struct span name);
/* 0: nothing is said of it. The narrowest network counts. */
unsigned rule_reputation_score(const struct reputation *r, uint8_t category, const struct addr *a);
