// SPDX-License-Identifier: Apache-2.0
/* requires: what a rule needs of the engine. A rule whose needs are not met is left out, and named
 * as not matched; nothing else of it is read, since it may use what nobody here knows.
 *
 * We answer as Suricata 8.0.0, whose language this is.
 *
 * Source: Suricata 8 user guide, "Meta Keywords", requires.
 */
#include "rule/compile.h"
#include "rule/range.h"

#define AS_VERSION                                                                                 \
	{                                                                                          \
		8, 0, 0                                                                            \
	}

static const struct keyword not_met = {.name = "requires (not met)", .syntax = "", .what = ""};

static int version_parse(struct span v, unsigned out[3])
{
	struct span part;

	for (unsigned i = 0; i < 3; i++) {
		struct err err;
		struct fault f = {.err = &err};
		uint64_t n = 0;

		if (rule_span_next(&v, '.', &part)) {
			const char *dash = memchr(part.at, '-', part.len); /* "8.0.0-dev" */
			uint32_t len = dash ? (uint32_t)(dash - part.at) : part.len;

			if (rule_number_parse(span_cut(part, 0, len), 65535, &n, &f))
				return -1;
		}
		out[i] = (unsigned)n;
	}
	return 0;
}

/* One of ">= 7.0.3", "< 8", joined by spaces as "and"; alternatives stand between bars. */
static bool version_holds(struct span v)
{
	static const unsigned ours[3] = AS_VERSION;
	bool all = true;

	for (uint32_t i = 0; i < v.len;) {
		uint32_t op = i, from;
		unsigned want[3];

		while (i < v.len && strchr("<>=", v.at[i]))
			i++;
		from = i;
		while (from < v.len && span_blank(v.at[from]))
			from++;
		uint32_t end = from;
		while (end < v.len && !span_blank(v.at[end]))
			end++;
		if (i == op || version_parse(span_cut(v, from, end), want))
			return false;
		int c = 0;
		for (unsigned k = 0; k < 3 && c == 0; k++)
			c = (ours[k] > want[k]) - (ours[k] < want[k]);
		struct span o = span_cut(v, op, i);
		all &= span_is(o, ">=")   ? c >= 0
		       : span_is(o, "<=") ? c <= 0
		       : span_is(o, ">")  ? c > 0
		       : span_is(o, "<")  ? c < 0
					  : false;
		for (i = end; i < v.len && span_blank(v.at[i]); i++)
			;
	}
	return all;
}

static bool holds(struct build *b, struct span item)
{
	bool negated = item.len && item.at[0] == '!';
	uint32_t n = 0;

	if (negated)
		item = span_trim(span_cut(item, 1, item.len));
	while (n < item.len && !span_blank(item.at[n]) && !strchr("<>=", item.at[n]))
		n++;
	struct span word = span_cut(item, 0, n), rest = span_trim(span_cut(item, n, item.len)), v;
	bool yes = false;

	if (span_is(word, "version")) {
		while (rule_span_next(&rest, '|', &v))
			yes |= version_holds(v);
	} else if (span_is(word, "keyword")) {
		const struct keyword *k = rule_keyword_find(b->keywords, rest);
		yes = k && keyword_matched(k);
	} /* feature NAME: there are none of Suricata's; and what else it may ask is not met */
	return yes != negated;
}

bool rule_requires_met(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), item;

	while (rule_span_next(&rest, ',', &item)) {
		if (!holds(b, item))
			return false;
	}
	return true;
}

static int requires_build(struct build *b, struct span value)
{
	if (!rule_requires_met(b, value))
		rule_build_unmatched(b, &not_met);
	return 0;
}

const struct keyword keyword_requires = {
	.name = "requires",
	.syntax = "requires: [!]version >= N | [!]keyword NAME | [!]feature NAME, ...",
	.what = "what the rule needs; left out where it is not met",
	.value = VALUE_needed,
	.build = requires_build,
};
