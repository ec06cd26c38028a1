// SPDX-License-Identifier: Apache-2.0
/* entropy: how evenly the bytes of a buffer, or of a part of it, are spread.
 *
 * Units:  bits a byte, 0 to 8 (Shannon).
 * Source: Suricata 8 user guide, "entropy"; rust/src/detect/float.rs (what the operators mean: the ends
 *         of a range do not belong to it). */
#include "rule/entropy.h"
#include "rule/keyword.h"
#include "rule/range.h"

#include "base/entropy.h"

#include <math.h>
#include <stdlib.h>

bool rule_entropy_holds(const struct entropy_op *op, const uint8_t *p, uint32_t n)
{
	if (op->offset > n)
		return false;
	p += op->offset;
	n -= op->offset;
	if (op->bytes > n)
		return false;
	n = op->bytes ? op->bytes : n;
	double v = entropy_bits(p, n);

	switch (op->compare) {
	case '<':
		return v < op->value;
	case 'l':
		return v <= op->value;
	case '>':
		return v > op->value;
	case 'g':
		return v >= op->value;
	case '!':
		return v < op->value || v > op->value;
	case '-':
		return (v > op->value && v < op->most) != op->negated;
	default:
		return v >= op->value && v <= op->value;
	}
}

/* The number at the beginning of s, which goes on behind it. */
static int number(struct span *s, double *out, struct fault *f)
{
	char text[32], *end;
	uint32_t n = s->len < sizeof(text) - 1 ? s->len : (uint32_t)sizeof(text) - 1;

	memcpy(text, s->at, n);
	text[n] = 0;
	*out = strtod(text, &end);
	if (end == text || text[0] == '-' || !isfinite(*out))
		return rule_fault(f, *s, "a number is missing");
	*s = span_trim(span_cut(*s, (uint32_t)(end - text), s->len));
	return 0;
}

static int value_parse(struct span s, struct entropy_op *op, struct fault *f)
{
	static const struct {
		const char *sign;
		char compare;
	} signs[] = {{">=", 'g'}, {"<=", 'l'}, {"!=", '!'}, {">", '>'}, {"<", '<'}, {"=", '='}};
	struct span all = s;

	op->compare = '=';
	for (unsigned i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		uint32_t n = (uint32_t)strlen(signs[i].sign);

		if (s.len <= n || memcmp(s.at, signs[i].sign, n) != 0)
			continue;
		op->compare = signs[i].compare;
		s = span_trim(span_cut(s, n, s.len));
		break;
	}
	op->negated = op->compare == '=' && s.len && s.at[0] == '!';
	if (op->negated)
		s = span_cut(s, 1, s.len);
	if (number(&s, &op->value, f))
		return -1;
	bool dash = s.len > 1 && s.at[0] == '-', arrows = s.len > 2 && memcmp(s.at, "<>", 2) == 0;
	if (op->compare == '=' && (dash || arrows)) {
		s = span_trim(span_cut(s, dash ? 1 : 2, s.len));
		op->compare = '-';
		if (number(&s, &op->most, f))
			return -1;
		if (op->most <= op->value)
			return rule_fault(f, all, "the range is empty");
	}
	return s.len || (op->negated && op->compare != '-') ? rule_fault(f, all, "a number, a range, or one "
										   "behind < <= > >= = !=")
							     : 0;
}

static int entropy_build(struct build *b, struct span value)
{
	struct entropy_op op = {.compare = 0};
	struct span rest = value, item, name;
	uint64_t v = 0;

	while (rule_span_next(&rest, ',', &item)) {
		struct span word = item;
		rule_span_next(&word, ' ', &name);
		word = span_trim(word);
		int rc = span_is(name, "value") ? value_parse(word, &op, b->fault)
			 : span_is(name, "bytes") || span_is(name, "offset")
				 ? rule_number_parse(word, UINT16_MAX, &v, b->fault)
				 : rule_fault(b->fault, name, "value, bytes or offset");
		if (rc)
			return rc;
		if (span_is(name, "bytes"))
			op.bytes = (uint32_t)v;
		else if (span_is(name, "offset"))
			op.offset = (uint32_t)v;
	}
	if (!op.compare)
		return rule_fault(b->fault, value, "value is missing");
	struct step *s = rule_build_step(b, STEP_entropy);
	if (!s)
		return -1;
	s->arg = rule_arena_copy(b->arena, &op, sizeof(op));
	return 0;
}

const struct keyword keyword_entropy = {
	.name = "entropy",
	.syntax = "entropy: value [< | <= | > | >= | = | !=] N | [!]N-M[, bytes N][, offset N]",
	.what = "bits a byte that the buffer has, 0 to 8", .value = VALUE_needed, .build = entropy_build,
};
