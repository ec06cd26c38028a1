// SPDX-License-Identifier: Apache-2.0
/* iprep: what lists say of the packet's addresses. Without the lists a rule is named as not
 * matched.
 *
 * Source: Suricata 7 user guide, "IP Reputation Rules". An address that no list has compares with
 *         nothing.
 */
#include "rule/keyword.h"
#include "rule/range.h"
#include "rule/reputation.h"

static const struct keyword no_lists = {
	.name = "iprep (rule.reputation_categories is not set)", .syntax = "", .what = ""};
static const struct keyword no_category = {
	.name = "iprep (no such category)", .syntax = "", .what = ""};

enum side { SIDE_any, SIDE_src, SIDE_dst, SIDE_both };
struct iprep {
	const struct reputation *lists;
	uint8_t side, category;
	bool isset, isnotset;
	struct range score;
};

static bool holds(const struct iprep *w, const struct addr *a)
{
	unsigned score = rule_reputation_score(w->lists, w->category, a);

	if (w->isset || w->isnotset)
		return (score != 0) == w->isset;
	return score && rule_range_has(&w->score, score);
}

static bool iprep_match(const void *arg, const struct pkt *p)
{
	const struct iprep *w = arg;

	switch (w->side) {
	case SIDE_src:
		return holds(w, &p->src);
	case SIDE_dst:
		return holds(w, &p->dst);
	case SIDE_both:
		return holds(w, &p->src) && holds(w, &p->dst);
	default:
		return holds(w, &p->src) || holds(w, &p->dst);
	}
}

static int comparison(struct build *b, struct span op, struct span n, struct iprep *w)
{
	static const char *const ops[] = {"<", ">", "=", "<=", ">="};
	char text[16];

	for (unsigned i = 0; i < 5; i++) {
		if (!span_is(op, ops[i]) || n.len > 8)
			continue;
		snprintf(text, sizeof(text), "%s%.*s", ops[i], (int)n.len, n.at);
		return rule_range_parse(span_of(text), 127, &w->score, b->fault)
			       ? rule_fault(b->fault, n, "a score is 0 … 127")
			       : 0;
	}
	return rule_fault(b->fault, op, "'%.*s' compares nothing", (int)op.len, op.at);
}

static int iprep_build(struct build *b, struct span value)
{
	static const char *const sides[] = {"any", "src", "dst", "both"};
	struct span rest = rule_span_unquote(value), side, name, op, n;
	struct iprep *w = rule_arena_take(b->arena, sizeof(*w));

	if (!rule_span_next(&rest, ',', &side) || !rule_span_next(&rest, ',', &name) ||
	    !rule_span_next(&rest, ',', &op))
		return rule_fault(b->fault, value, "iprep is SIDE, CATEGORY, COMPARISON, SCORE");
	while (w->side < 4 && !span_is(side, sides[w->side]))
		w->side++;
	if (w->side == 4)
		return rule_fault(b->fault, side, "the side is any, src, dst or both");
	w->isset = span_is(op, "isset");
	w->isnotset = span_is(op, "isnotset");
	if (!w->isset && !w->isnotset) {
		if (!rule_span_next(&rest, ',', &n))
			return rule_fault(b->fault, value, "the score is missing");
		int rc = comparison(b, op, n, w);
		if (rc)
			return rc;
	}
	int category = rule_reputation_category(b->reputation, name);
	if (category < 0) {
		rule_build_unmatched(b, b->reputation->loaded ? &no_category : &no_lists);
		return 0;
	}
	w->category = (uint8_t)category;
	w->lists = rule_arena_copy(b->arena, b->reputation, sizeof(*b->reputation));
	return rule_build_test(b, iprep_match, w, true);
}

const struct keyword keyword_iprep = {
	.name = "iprep",
	.syntax = "iprep: any | src | dst | both, CATEGORY, < | > | = | <= | >=, SCORE; …, isset | "
		  "isnotset",
	.what = "score that a list gives an address",
	.value = VALUE_needed,
	.build = iprep_build,
};
