// SPDX-License-Identifier: Apache-2.0
/* asn1: oddities of BER at a place of the payload. */
#include "rule/asn1.h"
#include "rule/keyword.h"
#include "rule/range.h"

#define OFFSET_MAX 65535

static int one_word(struct build *b, struct span word, struct span number, struct step *s, struct asn1_op *op,
		    bool *used)
{
	bool oversize = span_is(word, "oversize_length");
	uint64_t v = 0;
	int32_t at = 0;
	uint8_t unused;

	*used = oversize || span_is(word, "relative_offset") || span_is(word, "absolute_offset");
	op->bitstring_overflow |= span_is(word, "bitstring_overflow");
	op->double_overflow |= span_is(word, "double_overflow");
	if (!*used)
		return span_is(word, "bitstring_overflow") || span_is(word, "double_overflow")
			       ? 0
			       : rule_fault(b->fault, word, "'%.*s' is not known here", (int)word.len, word.at);
	if (oversize) {
		int rc = rule_number_parse(number, UINT32_MAX, &v, b->fault);

		op->oversize = true;
		op->length = (uint32_t)v;
		return rc;
	}
	int rc = rule_build_number(b, number, OFFSET_MAX, &at, &unused);
	s->offset = at;
	s->flags |= span_is(word, "relative_offset") ? STEP_RELATIVE : 0;
	return rc;
}

/* Words behind blanks or commas. */
static bool next(struct span *rest, struct span *word)
{
	uint32_t n = 0;

	while (n < rest->len && (span_blank(rest->at[n]) || rest->at[n] == ','))
		n++;
	*rest = span_cut(*rest, n, rest->len);
	for (n = 0; n < rest->len && !span_blank(rest->at[n]) && rest->at[n] != ',';)
		n++;
	*word = span_cut(*rest, 0, n);
	*rest = span_cut(*rest, n, rest->len);
	return n > 0;
}

static int asn1_build(struct build *b, struct span value)
{
	struct asn1_op *op = rule_arena_take(b->arena, sizeof(*op));
	struct span rest = rule_span_unquote(value), word, number, after;
	struct step *s = rule_build_step(b, STEP_asn1);

	if (!s)
		return -1;
	s->arg = op;
	while (next(&rest, &word)) {
		bool used;

		after = rest;
		if (!next(&after, &number))
			number = span_cut(word, word.len, word.len);
		int rc = one_word(b, word, number, s, op, &used);
		if (rc)
			return rc;
		if (used)
			rest = after;
	}
	if (!op->oversize && !op->bitstring_overflow && !op->double_overflow)
		return rule_fault(b->fault, value, "nothing is asked for");
	return rule_build_relative(b, s);
}

const struct keyword keyword_asn1 = {
	.name = "asn1",
	.syntax = "asn1: bitstring_overflow | double_overflow | oversize_length N, ...[, absolute_offset N | "
		  "relative_offset N]",
	.what = "BER that no honest encoder writes",
	.value = VALUE_needed, .build = asn1_build,
};
