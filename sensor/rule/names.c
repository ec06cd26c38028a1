// SPDX-License-Identifier: Apache-2.0
/* Names that rules of one set share, numbered in the order they come. */
#include "rule/keyword.h"

int rule_name_number(struct arena *a, struct names *n, struct span name, uint32_t max,
		     uint16_t *out, struct fault *f)
{
	if (name.len == 0)
		return rule_fault(f, name, "a name is missing");
	for (uint32_t i = 0; i < n->n; i++) {
		if (n->at[i].len == name.len && memcmp(n->at[i].at, name.at, name.len) == 0) {
			*out = (uint16_t)i;
			return 0;
		}
	}
	if (n->n == max)
		return rule_fault(f, name, "more than %u names", max);
	if (n->n == n->cap) {
		struct span *at;

		n->cap = n->cap ? 2 * n->cap : 64;
		at = rule_arena_take(a, n->cap * sizeof(*at));
		if (n->n)
			memcpy(at, n->at, n->n * sizeof(*at));
		n->at = at;
	}
	n->at[n->n] = (struct span){rule_arena_text(a, name.at, name.len), name.len};
	*out = (uint16_t)n->n++;
	return 0;
}
