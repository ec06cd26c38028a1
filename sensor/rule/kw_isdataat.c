// SPDX-License-Identifier: Apache-2.0
/* isdataat: there is a byte at a place, or there is none. Relative, N bytes follow the match before;
 * else the payload is longer than N. */
#include "rule/keyword.h"
#include "rule/range.h"

static int isdataat_build(struct build *b, struct span value)
{
	struct step s = {.kind = STEP_isdataat};
	struct span rest = rule_span_unquote(value), item;
	unsigned n = 0;

	while (rule_span_next(&rest, ',', &item)) {
		uint64_t v = 0;
		int rc = 0;

		if (n++ > 0) {
			if (span_is(item, "relative"))
				s.flags |= STEP_RELATIVE;
			else if (!span_is(item, "rawbytes"))
				rc = rule_fault(b->fault, item, "only 'relative' or 'rawbytes' follow");
		} else {
			if (item.len && item.at[0] == '!') {
				s.flags |= STEP_NEGATED;
				item = span_trim(span_cut(item, 1, item.len));
			}
			bool letter = item.len && (item.at[0] | 32) >= 'a' && (item.at[0] | 32) <= 'z';
			if (!(b->has_vars && letter))
				rc = rule_number_parse(item, UINT16_MAX, &v, b->fault);
			s.offset = (int32_t)v;
		}
		if (rc)
			return rc;
	}
	if (b->n_step == BUILD_STEPS)
		return rule_fault(b->fault, value, "more than %u payload conditions", BUILD_STEPS);
	b->step[b->n_step++] = s;
	return 0;
}

const struct keyword keyword_isdataat = {
	.name = "isdataat", .syntax = "isdataat: [!]N[, relative]",
	.what = "there is data at a place, or not",
	.value = VALUE_needed, .build = isdataat_build,
};
