// SPDX-License-Identifier: Apache-2.0
#include "rule/flag_words.h"

int rule_flag_words_parse(struct span value, char sep, const struct number_name *names,
			  struct flag_words *a, struct fault *f)
{
	struct span item;

	while (rule_span_next(&value, sep, &item)) {
		const struct number_name *n = names;
		bool negated = item.len && item.at[0] == '!';

		if (negated)
			item = span_trim(span_cut(item, 1, item.len));
		while (n->name && !span_is(item, n->name))
			n++;
		if (!n->name)
			return rule_fault(f, item, "there is no such word");
		*(negated ? &a->clear : &a->set) |= (uint8_t)n->value;
	}
	return a->set || a->clear ? 0 : rule_fault(f, value, "none is named");
}

bool rule_flag_words_match(const void *arg, const struct tx_ask *ask)
{
	const struct flag_words *a = arg;
	uint64_t v;

	for (unsigned i = 0; ask->protocol->number(ask->tx, ask->field, i, ask->dir, &v); i++) {
		if ((v & a->set) == a->set && !(v & a->clear))
			return true;
	}
	return false;
}
