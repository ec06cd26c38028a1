// SPDX-License-Identifier: Apache-2.0
/* Numbers as rules write them. strtoul() is not used: it takes "-18446744073709551552" for 64,
 * skips blanks, and stops at the first odd byte. */
#pragma once

#include "rule/span.h"

struct range { /* lo <= v <= hi, or not when negated; with a mask: (v & mask) == lo, or not */
	uint32_t lo, hi;
	uint32_t mask; /* 0: none */
	bool negated;
};

/* Decimal, or hexadecimal after 0x; at most `max`. */
int rule_number_parse(struct span s, uint64_t max, uint64_t *out, struct fault *f);
/* The same with a sign: -max … max. */
int rule_number_signed(struct span s, int32_t max, int32_t *out, struct fault *f);
/* "N", "=N", "!N", "<N", "<=N", ">N", ">=N", "N-M" and "N<>M" (both ends excluded, as Suricata has
 * it), "!N-M", "&MASK=N", "&MASK!=N". A range that holds nothing is refused. */
int rule_range_parse(struct span s, uint32_t max, struct range *out, struct fault *f);

static inline bool rule_range_has(const struct range *r, uint32_t v)
{
	bool in = r->mask ? (v & r->mask) == r->lo : v >= r->lo && v <= r->hi;
	return in != r->negated;
}
