// SPDX-License-Identifier: Apache-2.0
/* depth, offset, distance, within: where a content may lie. */
#include "rule/keyword.h"
#include "rule/range.h"

#define POSITION_MAX 65535

static int position(struct build *b, struct span value, uint32_t flag, uint32_t excludes,
		    const char *why, int32_t *out, uint8_t *var)
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
	int rc = rule_build_number(b, v, POSITION_MAX, out, var);
	if (rc == 0 && b->has_vars && *out == 0 && flag & (STEP_DEPTH | STEP_WITHIN))
		*out = s->len; /* a variable: enough for the checks that follow */
	return rc;
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
	uint8_t var;

	const struct step *s = rule_build_content(b);

	if (s && s->flags & STEP_STARTS)
		return rule_fault(b->fault, b->keyword, STARTS);
	int rc = position(b, value, STEP_DEPTH, STEP_DISTANCE | STEP_WITHIN, MIXED, &v, &var);
	if (rc == 0)
		rule_build_content(b)->var_depth = var;
	return rc ? rc : room(b, value, v, &rule_build_content(b)->depth);
}

const struct keyword keyword_depth = {
	.name = "depth", .syntax = "depth: N", .what = "within the first N bytes after offset",
	.value = VALUE_needed, .build = depth_build,
};

static int offset_build(struct build *b, struct span value)
{
	int32_t v;
	uint8_t var;
	int rc = position(b, value, STEP_OFFSET, STEP_DISTANCE | STEP_WITHIN | STEP_STARTS,
			  clash(b), &v, &var);

	if (rc)
		return rc;
	rule_build_content(b)->var_offset = var;
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
	uint8_t var;
	int rc = position(b, value, STEP_DISTANCE, STEP_DEPTH | STEP_OFFSET | STEP_STARTS,
			  clash(b), &v, &var);

	if (rc)
		return rc;
	rule_build_content(b)->distance = v;
	rule_build_content(b)->var_distance = var;
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
	uint8_t var;
	int rc = position(b, value, STEP_WITHIN, STEP_DEPTH | STEP_OFFSET | STEP_STARTS, clash(b),
			  &v, &var);

	if (rc == 0)
		rc = room(b, value, v, &rule_build_content(b)->within);
	if (rc)
		return rc;
	rule_build_content(b)->flags |= STEP_RELATIVE;
	rule_build_content(b)->var_within = var;
	return 0;
}

const struct keyword keyword_within = {
	.name = "within", .syntax = "within: N",
	.what = "ends at most N bytes after the match before (and its distance)",
	.value = VALUE_needed, .build = within_build,
};
