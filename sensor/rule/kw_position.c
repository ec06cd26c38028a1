// SPDX-License-Identifier: Apache-2.0
/* depth, offset, distance, within: where a content may lie. */
#include "rule/keyword.h"
#include "rule/range.h"

#define POSITION_MAX 65535

/* A variable that byte_extract or byte_math named: the rule is not matched for those anyway. */
static bool is_variable(const struct build *b, struct span v)
{
	return b->has_vars && v.len && ((v.at[0] | 32) >= 'a' && (v.at[0] | 32) <= 'z');
}

static int position(struct build *b, struct span value, uint32_t flag, uint32_t excludes,
		    const char *why, int32_t *out)
{
	struct step *s = rule_build_content(b);
	struct span v = rule_span_unquote(value);

	if (!s)
		return -1;
	if (s->flags & flag)
		return rule_fault(b->fault, b->keyword, "the content has this modifier already");
	if (s->flags & excludes)
		return rule_fault(b->fault, b->keyword, "%s", why);
	s->flags |= flag;
	if (is_variable(b, v)) {
		*out = flag & (STEP_DEPTH | STEP_WITHIN) ? s->len : 0;
		return 0;
	}
	return rule_number_signed(v, POSITION_MAX, out, b->fault);
}

/* Suricata's checks: what is shorter than the content can hold no match. */
static int room(struct build *b, struct span value, int32_t v, uint32_t *out)
{
	const struct step *s = rule_build_content(b);

	if (v < 0)
		return rule_fault(b->fault, value, "a length is not negative");
	if ((uint32_t)v < s->len)
		return rule_fault(b->fault, value, "the content is longer: %u bytes", s->len);
	*out = (uint32_t)v;
	return 0;
}

#define MIXED "depth and offset do not go with distance and within"
#define STARTS "startswith excludes depth, offset, distance and within"

static const char *clash(struct build *b)
{
	const struct step *s = rule_build_content(b);
	return s && s->flags & STEP_STARTS ? STARTS : MIXED;
}

static int depth_build(struct build *b, struct span value)
{
	int32_t v;

	const struct step *s = rule_build_content(b);

	if (s && s->flags & STEP_STARTS)
		return rule_fault(b->fault, b->keyword, STARTS);
	int rc = position(b, value, STEP_DEPTH, STEP_DISTANCE | STEP_WITHIN, MIXED, &v);
	return rc ? rc : room(b, value, v, &rule_build_content(b)->depth);
}

const struct keyword keyword_depth = {
	.name = "depth", .syntax = "depth: N", .what = "within the first N bytes after offset",
	.value = VALUE_needed, .build = depth_build,
};

static int offset_build(struct build *b, struct span value)
{
	int32_t v;
	int rc = position(b, value, STEP_OFFSET, STEP_DISTANCE | STEP_WITHIN | STEP_STARTS,
			  clash(b), &v);

	if (rc)
		return rc;
	if (v < 0)
		return rule_fault(b->fault, value, "an offset is not negative");
	rule_build_content(b)->offset = v;
	return 0;
}

const struct keyword keyword_offset = {
	.name = "offset", .syntax = "offset: N", .what = "not before byte N",
	.value = VALUE_needed, .build = offset_build,
};

static int distance_build(struct build *b, struct span value)
{
	int32_t v;
	int rc = position(b, value, STEP_DISTANCE, STEP_DEPTH | STEP_OFFSET | STEP_STARTS,
			  clash(b), &v);

	if (rc)
		return rc;
	rule_build_content(b)->distance = v;
	rule_build_content(b)->flags |= STEP_RELATIVE;
	return 0;
}

const struct keyword keyword_distance = {
	.name = "distance", .syntax = "distance: N",
	.what = "at least N bytes after the match before; may be negative",
	.value = VALUE_needed, .build = distance_build,
};

static int within_build(struct build *b, struct span value)
{
	int32_t v;
	int rc = position(b, value, STEP_WITHIN, STEP_DEPTH | STEP_OFFSET | STEP_STARTS, clash(b),
			  &v);

	if (rc == 0)
		rc = room(b, value, v, &rule_build_content(b)->within);
	if (rc == 0)
		rule_build_content(b)->flags |= STEP_RELATIVE;
	return rc;
}

const struct keyword keyword_within = {
	.name = "within", .syntax = "within: N",
	.what = "ends at most N bytes after the match before (and its distance)",
	.value = VALUE_needed, .build = within_build,
};
