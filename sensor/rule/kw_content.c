// SPDX-License-Identifier: Apache-2.0
/* content and the modifiers that say how its bytes are compared; where it may lie is in
 * kw_position.c. */
#include "rule/keyword.h"
#include "rule/range.h"
#include "rule/text.h"

#define CONTENT_MAX 8192u /* bytes */

static int content_build(struct build *b, struct span value)
{
	uint8_t bytes[CONTENT_MAX];
	uint32_t n = 0;
	struct span v = span_trim(value);
	bool negated = v.len && v.at[0] == '!';

	if (negated)
		v = span_trim(span_cut(v, 1, v.len));
	struct span text = rule_span_unquote(v);
	if (text.len == v.len)
		return rule_fault(b->fault, v, "content is a text in quotes");
	int rc = rule_text_bytes(text, bytes, sizeof(bytes), &n, b->fault);
	if (rc)
		return rc;
	if (n == 0)
		return rule_fault(b->fault, v, "content is empty");
	struct step *s = rule_build_step(b, STEP_content);
	if (!s)
		return -1;
	s->bytes = rule_arena_copy(b->arena, bytes, n);
	s->len = (uint16_t)n;
	s->flags = negated ? STEP_NEGATED : 0;
	return 0;
}

const struct keyword keyword_content = {
	.name = "content", .syntax = "content: [!]\"TEXT |HEX|\"",
	.what = "bytes that the payload holds, or does not",
	.value = VALUE_needed, .build = content_build,
};

static int add_flag(struct build *b, uint32_t flag)
{
	struct step *s = rule_build_content(b);

	if (!s)
		return -1;
	if (s->flags & flag && flag != STEP_ENDS) /* said twice, that one is legal */
		return rule_fault(b->fault, b->keyword, "the content has this modifier already");
	s->flags |= flag;
	return 0;
}

static int nocase_build(struct build *b, struct span value)
{
	(void)value;
	return add_flag(b, STEP_NOCASE);
}

const struct keyword keyword_nocase = {
	.name = "nocase", .syntax = "nocase", .what = "letters match in either case",
	.value = VALUE_none, .build = nocase_build,
};

static int rawbytes_build(struct build *b, struct span value)
{
	(void)value;
	return add_flag(b, STEP_RAWBYTES);
}

const struct keyword keyword_rawbytes = {
	.name = "rawbytes", .syntax = "rawbytes", .what = "payload as sent, which it is here anyway",
	.value = VALUE_none, .build = rawbytes_build,
};

static int startswith_build(struct build *b, struct span value)
{
	struct step *s = rule_build_content(b);
	const uint32_t placed = STEP_OFFSET | STEP_DEPTH | STEP_DISTANCE | STEP_WITHIN;

	(void)value;
	if (!s)
		return -1;
	if (s->flags & placed)
		return rule_fault(b->fault, b->keyword,
				  "startswith excludes depth, offset, distance and within");
	s->flags |= STEP_STARTS | STEP_DEPTH;
	s->depth = s->len;
	return 0;
}

const struct keyword keyword_startswith = {
	.name = "startswith", .syntax = "startswith", .what = "the buffer begins with the content",
	.value = VALUE_none, .build = startswith_build,
};

static int endswith_build(struct build *b, struct span value)
{
	(void)value;
	return add_flag(b, STEP_ENDS);
}

const struct keyword keyword_endswith = {
	.name = "endswith", .syntax = "endswith", .what = "the buffer ends with the content",
	.value = VALUE_none, .build = endswith_build,
};

/* "only" or "OFFSET,LENGTH" */
static int fast_pattern_build(struct build *b, struct span value)
{
	struct step *s = rule_build_content(b);
	const char *comma = value.len ? memchr(value.at, ',', value.len) : NULL;
	uint64_t from, len;

	if (!s)
		return -1;
	for (unsigned i = 0; i < b->n_step; i++) { /* of buffers Suricata takes several */
		const struct step *other = &b->step[i];

		if (other->flags & STEP_FAST_ASKED && (other == s || other->group + s->group == 0))
			return rule_fault(b->fault, b->keyword, "a payload has one fast_pattern");
	}
	s->flags |= STEP_FAST_ASKED;
	if (value.len == 0 || span_is(value, "only"))
		return 0;
	if (!comma)
		return rule_fault(b->fault, value, "fast_pattern takes 'only' or OFFSET,LENGTH");
	uint32_t at = (uint32_t)(comma - value.at);
	int rc = rule_number_parse(span_cut(value, 0, at), UINT16_MAX, &from, b->fault);
	if (rc == 0)
		rc = rule_number_parse(span_cut(value, at + 1, value.len), UINT16_MAX, &len,
				       b->fault);
	if (rc)
		return rc;
	if (len == 0 || from + len > s->len)
		return rule_fault(b->fault, value, "the content has %u bytes", s->len);
	s->chop = (uint16_t)from;
	s->chop_len = (uint16_t)len;
	return 0;
}

const struct keyword keyword_fast_pattern = {
	.name = "fast_pattern", .syntax = "fast_pattern[:only | :OFFSET,LENGTH]",
	.what = "the content that the prefilter looks for",
	.value = VALUE_optional, .build = fast_pattern_build,
};

static int pkt_data_build(struct build *b, struct span value)
{
	(void)value;
	if (rule_build_asked(b))
		return -1;
	rule_build_payload(b);
	return 0;
}

const struct keyword keyword_pkt_data = {
	.name = "pkt_data", .syntax = "pkt_data", .what = "contents after it look into the payload",
	.value = VALUE_none, .build = pkt_data_build,
};
