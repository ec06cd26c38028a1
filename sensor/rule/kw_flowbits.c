// SPDX-License-Identifier: Apache-2.0
/* flowbits: names that a rule leaves at a conversation and others ask for. */
#include "rule/keyword.h"

#define FLOWBIT_NAMES 4096u /* of one set */

static int names(struct build *b, struct span value, struct flowbit_op *op)
{
	uint16_t bit[32];
	struct span name;

	while (rule_span_next(&value, '|', &name)) {
		if (op->n == sizeof(bit) / sizeof(bit[0]))
			return rule_fault(b->fault, name, "more than %zu names",
					  sizeof(bit) / sizeof(bit[0]));
		int rc = rule_name_number(b->arena, b->flowbits, name, FLOWBIT_NAMES, &bit[op->n],
					  b->fault);
		if (rc)
			return rc;
		op->n++;
	}
	if (op->n == 0)
		return rule_fault(b->fault, b->keyword, "a name is missing");
	op->bit = rule_arena_copy(b->arena, bit, op->n * sizeof(bit[0]));
	return 0;
}

static int flowbits_build(struct build *b, struct span value)
{
	static const char *const ops[] = {
		[FLOWBIT_set] = "set", [FLOWBIT_unset] = "unset", [FLOWBIT_toggle] = "toggle",
		[FLOWBIT_isset] = "isset", [FLOWBIT_isnotset] = "isnotset",
	};
	struct span rest = rule_span_unquote(value), word;
	struct flowbit_op op = {0};

	if (!rule_span_next(&rest, ',', &word))
		return rule_fault(b->fault, b->keyword, "flowbits needs a word");
	if (span_is(word, "noalert")) {
		b->sig->rule.about.noalert = true;
		return 0;
	}
	for (op.kind = 0; op.kind <= FLOWBIT_isnotset; op.kind++) {
		if (span_is(word, ops[op.kind]))
			break;
	}
	if (op.kind > FLOWBIT_isnotset)
		return rule_fault(b->fault, word, "flowbits does not know '%.*s'", (int)word.len,
				  word.at);
	if (b->n_flowbit == BUILD_FLOWBITS)
		return rule_fault(b->fault, b->keyword, "more than %u flowbits", BUILD_FLOWBITS);
	int rc = names(b, rest, &op);
	if (rc)
		return rc;
	b->flowbit[b->n_flowbit++] = op;
	b->flow_written = true;
	return 0;
}

const struct keyword keyword_flowbits = {
	.name = "flowbits",
	.syntax = "flowbits: set | unset | toggle, NAME; isset | isnotset, NAME[|NAME]; noalert",
	.what = "names that a conversation carries from rule to rule",
	.value = VALUE_needed, .build = flowbits_build,
};
