// SPDX-License-Identifier: Apache-2.0
/* flowint: numbers that a conversation carries from rule to rule. One that was never set compares
 * with nothing; added to or taken from, it counts from 0.
 *
 * Source: Suricata 7 user guide, "Flow Keywords", flowint.
 */
#include "rule/keyword.h"
#include "rule/range.h"

#define FLOWINT_NAMES 256u /* of one set: each costs every conversation with state 4 bytes */

static int kind_of(struct span word)
{
	static const struct {
		const char *text;
		uint8_t kind;
	} words[] = {
		{"=", FLOWINT_set},           {"+", FLOWINT_add},
		{"-", FLOWINT_sub},           {"isset", FLOWINT_isset},
		{"notset", FLOWINT_isnotset}, {"isnotset", FLOWINT_isnotset},
		{"!isset", FLOWINT_isnotset}, {"<", FLOWINT_less},
		{"<=", FLOWINT_most},         {"==", FLOWINT_equal},
		{"!=", FLOWINT_differs},      {">=", FLOWINT_least},
		{">", FLOWINT_greater},
	};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_is(word, words[i].text))
			return words[i].kind;
	}
	return -1;
}

static int operand(struct build *b, struct span v, struct flowint_op *op)
{
	uint16_t other;
	uint64_t n;
	int rc;

	if (v.len && v.at[0] >= '0' && v.at[0] <= '9') {
		rc = rule_number_parse(v, UINT32_MAX, &n, b->fault);
		op->value = (uint32_t)n;
		return rc;
	}
	rc = rule_name_number(b->arena, b->flowints, v, FLOWINT_NAMES, &other, b->fault);
	op->by_name = true;
	op->value = other;
	return rc;
}

static int flowint_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), name, word, v = {value.at, 0};
	struct flowint_op op = {0};

	if (!rule_span_next(&rest, ',', &name) || !rule_span_next(&rest, ',', &word))
		return rule_fault(b->fault, value, "flowint is NAME, OPERATION[, VALUE]");
	int kind = kind_of(word);
	if (kind < 0)
		return rule_fault(b->fault, word, "flowint does not know '%.*s'", (int)word.len,
				  word.at);
	op.kind = (uint8_t)kind;
	if (b->n_flowint == BUILD_FLOWINTS)
		return rule_fault(b->fault, b->keyword, "more than %u flowints", BUILD_FLOWINTS);
	int rc = rule_name_number(b->arena, b->flowints, name, FLOWINT_NAMES, &op.name, b->fault);
	bool alone = kind == FLOWINT_isset || kind == FLOWINT_isnotset;
	if (rc == 0 && !alone)
		rc = rule_span_next(&rest, ',', &v)
			     ? operand(b, v, &op)
			     : rule_fault(b->fault, value, "a value is missing");
	if (rc)
		return rc;
	if (rest.at)
		return rule_fault(b->fault, rest, "nothing follows here");
	b->flowint[b->n_flowint++] = op;
	b->flow_written = true;
	return 0;
}

const struct keyword keyword_flowint = {
	.name = "flowint",
	.syntax = "flowint: NAME, + | - | = | < | <= | == | != | >= | >, N | NAME; NAME, isset | "
		  "notset",
	.what = "numbers that a conversation carries from rule to rule",
	.value = VALUE_needed,
	.build = flowint_build,
};
