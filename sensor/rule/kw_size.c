// SPDX-License-Identifier: Apache-2.0
/* How long a buffer is (bsize, urilen), and that it is missing (absent). */
#include "rule/keyword.h"

static int size_step(struct build *b, struct span value, bool closed, int group)
{
	struct numbers *n = rule_arena_take(b->arena, sizeof(*n));
	int rc = rule_numbers_parse(value, UINT32_MAX, NULL, closed, n, b->fault);

	if (rc || group < 0)
		return -1;
	struct step *s = rule_build_step(b, STEP_bsize);
	if (!s)
		return -1;
	s->arg = n;
	s->group = (uint8_t)group;
	return 0;
}

static int bsize_build(struct build *b, struct span value)
{
	if (!b->sticky)
		return rule_fault(b->fault, b->keyword, "bsize needs a buffer before it");
	return size_step(b, value, false, rule_build_group(b));
}

const struct keyword keyword_bsize = {
	.name = "bsize", .syntax = "bsize: RANGE", .what = "how many bytes the buffer has",
	.value = VALUE_needed, .build = bsize_build,
};

static int urilen_build(struct build *b, struct span value)
{
	struct span rest = value, range, which = {"norm", 4};

	rule_span_next(&rest, ',', &range);
	if (rest.len && !rule_span_next(&rest, ',', &which))
		which = span_of("norm");
	if (!span_is(which, "norm") && !span_is(which, "raw"))
		return rule_fault(b->fault, which, "norm or raw");
	return size_step(b, range, false,
			 rule_build_field(b, span_is(which, "raw") ? "http.uri.raw" : "http.uri"));
}

const struct keyword keyword_urilen = {
	.name = "urilen", .syntax = "urilen: RANGE[,norm | raw]", .what = "how long the URI is",
	.value = VALUE_needed, .build = urilen_build,
};

static int absent_build(struct build *b, struct span value)
{
	int group = b->sticky ? rule_build_group(b) : -1;

	if (!b->sticky)
		return rule_fault(b->fault, b->keyword, "absent needs a buffer before it");
	if (value.len && !span_is(value, "or_else"))
		return rule_fault(b->fault, value, "absent takes nothing, or or_else");
	if (group < 0)
		return -1;
	b->group[group].absent = true;
	b->group[group].or_else = value.len != 0;
	return 0;
}

const struct keyword keyword_absent = {
	.name = "absent", .syntax = "absent[: or_else]",
	.what = "the transaction has no such buffer (or its contents match)",
	.value = VALUE_optional, .build = absent_build,
};
