// SPDX-License-Identifier: Apache-2.0
/* Numbers that rules compare with a field of a protocol: ranges, masks and names, several of them.
 * One that holds is enough; "!" in front of one turns it around. */
#pragma once

#include "rule/span.h"

struct number_name { /* a table ends with name NULL */
	const char *name;
	uint64_t value;
};

struct number_range { /* lo <= v <= hi; with a mask: (v & mask) == lo */
	uint64_t lo, hi, mask;
	bool negated;
};

/* Of a field that a transaction has several of: which of them have to fit. */
enum number_index { INDEX_any, INDEX_all, INDEX_all_of_some, INDEX_at, INDEX_from_end };

#define NUMBERS_MAX 16u
struct numbers {
	struct number_range at[NUMBERS_MAX];
	unsigned n;
	uint8_t index;  /* enum number_index */
	uint32_t place; /* INDEX_at from 0, INDEX_from_end from 1 */
};

/* Items with commas between: what rule_range_parse() reads, to 64 bits, or a name of the table (in
 * either case; NULL: none). `closed`: the ends of "N-M" belong to it (Suricata: of dce_opnum and of
 * bsize they do, of most they do not). */
int rule_numbers_parse(struct span s, uint64_t max, const struct number_name *names, bool closed,
		       struct numbers *out, struct fault *f);

/* "RANGE[, any | all | all1 | N | -N]": one, and which of a field's values. */
int rule_numbers_parse_indexed(struct span s, uint64_t max, const struct number_name *names,
			       struct numbers *out, struct fault *f);

static inline bool rule_numbers_have(const struct numbers *n, uint64_t v)
{
	for (unsigned i = 0; i < n->n; i++) {
		const struct number_range *r = &n->at[i];
		bool in = r->mask ? (v & r->mask) == r->lo : v >= r->lo && v <= r->hi;

		if (in != r->negated)
			return true;
	}
	return false;
}
