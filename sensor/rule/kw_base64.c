// SPDX-License-Identifier: Apache-2.0
/* base64_decode: bytes decoded for the contents after base64_data. */
#include "rule/eval.h"
#include "rule/keyword.h"
#include "rule/range.h"

static int word(struct build *b, struct span item, struct step *s, struct base64_op *op)
{
	uint64_t v;
	int rc;

	if (span_is(item, "relative")) {
		s->flags |= STEP_RELATIVE;
		return 0;
	}
	if (item.len > 6 && memcmp(item.at, "bytes ", 6) == 0) {
		rc = rule_number_parse(span_cut(item, 6, item.len), UINT16_MAX, &v, b->fault);
		op->bytes = (uint32_t)v;
		return rc;
	}
	if (item.len > 7 && memcmp(item.at, "offset ", 7) == 0) {
		rc = rule_number_parse(span_cut(item, 7, item.len), INT32_MAX, &v, b->fault);
		s->offset = (int32_t)v;
		return rc;
	}
	return rule_fault(b->fault, item, "bytes N, offset N or relative");
}

static int base64_decode_build(struct build *b, struct span value)
{
	struct base64_op *op = rule_arena_take(b->arena, sizeof(*op));
	struct step s = {.kind = STEP_base64, .arg = op};
	struct span rest = value, item;

	op->bytes = EVAL_BASE64;
	while (value.len && rule_span_next(&rest, ',', &item)) {
		int rc = word(b, item, &s, op);
		if (rc)
			return rc;
	}
	if (op->bytes == 0)
		op->bytes = EVAL_BASE64;
	struct step *to = rule_build_step(b, STEP_base64);
	if (!to)
		return -1;
	s.group = to->group;
	if (!b->sticky && b->n_step > 1) /* where the condition before it looks */
		s.group = b->step[b->n_step - 2].group;
	*to = s;
	return 0;
}

const struct keyword keyword_base64_decode = {
	.name = "base64_decode", .syntax = "base64_decode[: bytes N, offset N, relative]",
	.what = "decodes for the contents after base64_data",
	.value = VALUE_optional, .build = base64_decode_build,
};
