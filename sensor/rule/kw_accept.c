// SPDX-License-Identifier: Apache-2.0
/* Keywords that tell Suricata's engine or an inline device what to do besides alerting. They are
 * read and checked; what they do here is said at each: most of it nothing, because there is nothing
 * here that they could change. The alert is the same with and without them.
 *
 * Source: Suricata 8 user guide, "Prefiltering Keywords", "Tag Keyword", "Bypass Keyword", "Config
 *         Rules", "IPS: replace", "nfq_set_mark".
 */
#include "rule/keyword.h"
#include "rule/range.h"

static int nothing_build(struct build *b, struct span value)
{
	(void)b, (void)value;
	return 0;
}

static int prefilter_build(struct build *b, struct span value)
{
	(void)value;
	b->sig->prefilter = true;
	return 0;
}

/* The literal that is searched for is chosen by its rarity, and fast_pattern names another. */
const struct keyword keyword_prefilter = {
	.name = "prefilter",
	.syntax = "prefilter",
	.what = "accepted: the prefilter chooses by itself",
	.value = VALUE_none,
	.build = prefilter_build,
};

static int bypass_build(struct build *b, struct span value)
{
	(void)value;
	b->sig->bypass = true;
	return 0;
}

const struct keyword keyword_bypass = {
	.name = "bypass",
	.syntax = "bypass",
	.what = "after the match the conversation is not looked at",
	.value = VALUE_none,
	.build = bypass_build,
};

/* A sensor sends nothing, so it replaces nothing. */
static int replace_build(struct build *b, struct span value)
{
	struct span v = rule_span_unquote(value);

	return v.len < value.len && rule_build_content(b)
		       ? 0
		       : rule_fault(b->fault, value, "replace is a text in quotes after a content");
}

const struct keyword keyword_replace = {
	.name = "replace",
	.syntax = "replace: \"BYTES\"",
	.what = "accepted: a sensor changes nothing",
	.value = VALUE_needed,
	.build = replace_build,
};

static int mark_build(struct build *b, struct span value)
{
	struct span rest = value, mark, mask;
	uint64_t n;

	rule_span_next(&rest, '/', &mark);
	int rc = rule_number_parse(mark, UINT32_MAX, &n, b->fault);
	if (rc == 0 && rule_span_next(&rest, '/', &mask))
		rc = rule_number_parse(mask, UINT32_MAX, &n, b->fault);
	return rc;
}

const struct keyword keyword_nfq_set_mark = {
	.name = "nfq_set_mark",
	.syntax = "nfq_set_mark: N/MASK",
	.what = "accepted: nothing is marked",
	.value = VALUE_needed,
	.build = mark_build,
};

const struct keyword keyword_mark = {
	.name = "mark",
	.syntax = "mark: N/MASK",
	.what = "accepted: nothing is marked",
	.value = VALUE_needed,
	.build = mark_build,
};

/* "config: logging disable, type tx, scope tx": of transactions nothing is logged here anyway. */
const struct keyword keyword_config = {
	.name = "config",
	.syntax = "config: ACTION, type T, scope S",
	.what = "accepted: transactions are not logged",
	.value = VALUE_needed,
	.build = nothing_build,
};

/* "tag: session,5,packets": Suricata keeps the packets after the alert. Here evidence keeps them,
 * of every alert, and its own configuration says how many. */
static int tag_build(struct build *b, struct span value)
{
	struct span rest = value, type, n, unit, dir;
	bool session;
	uint64_t v;

	rule_span_next(&rest, ',', &type);
	session = span_is(type, "session");
	if (!session && !span_is(type, "host"))
		return rule_fault(b->fault, type, "tag is of a session or a host");
	if (!rule_span_next(&rest, ',', &n))
		return 0;
	if (rule_number_parse(n, UINT32_MAX, &v, b->fault))
		return rule_fault(b->fault, n, "how many is a number");
	if (!rule_span_next(&rest, ',', &unit))
		return 0;
	if (!span_is(unit, "packets") && !span_is(unit, "seconds") && !span_is(unit, "bytes"))
		return rule_fault(b->fault, unit, "the unit is packets, seconds or bytes");
	if (rule_span_next(&rest, ',', &dir) && !span_is(dir, "src") && !span_is(dir, "dst"))
		return rule_fault(b->fault, dir, "the direction is src or dst");
	return 0;
}

const struct keyword keyword_tag = {
	.name = "tag",
	.syntax = "tag: session | host[, N, packets | seconds | bytes[, src | dst]]",
	.what = "accepted: evidence keeps the packets around every alert",
	.value = VALUE_needed,
	.build = tag_build,
};
