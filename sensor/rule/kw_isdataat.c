// SPDX-License-Identifier: Apache-2.0
/* isdataat: there is a byte at a place, or there is none. Relative, N bytes follow the match before;
 * else the payload is longer than N. */
#include "rule/keyword.h"
#include "rule/range.h"

/* Nothing behind the match before: of a content that is "endswith", also where it is negated. */
static bool means_ends(const struct step *s)
{
	const uint32_t both = STEP_RELATIVE | STEP_NEGATED;

	return (s->flags & both) == both && s->offset == 1 && !s->var_offset;
}

static int isdataat_build(struct build *b, struct span value)
{
	struct step s = {.kind = STEP_isdataat};
	struct span rest = rule_span_unquote(value), item;
	unsigned n = 0;

	while (rule_span_next(&rest, ',', &item)) {
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
			rc = rule_build_number(b, item, UINT16_MAX, &s.offset, &s.var_offset);
			if (rc == 0 && s.offset < 0)
				rc = rule_fault(b->fault, item, "a place is not negative");
		}
		if (rc)
			return rc;
	}
	struct step *to = rule_build_step(b, STEP_isdataat);
	if (!to)
		return -1;
	s.group = to->group;
	*to = s;
	int rc = rule_build_relative(b, to);
	if (rc == 0 && means_ends(to) && b->n_step > 1 && to[-1].kind == STEP_content &&
	    to[-1].group == to->group) {
		to[-1].flags |= STEP_ENDS;
		b->n_step--;
	}
	return rc;
}

const struct keyword keyword_isdataat = {
	.name = "isdataat", .syntax = "isdataat: [!]N[, relative]",
	.what = "there is data at a place, or not",
	.value = VALUE_needed, .build = isdataat_build,
};
