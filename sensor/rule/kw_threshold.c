// SPDX-License-Identifier: Apache-2.0
/* threshold and detection_filter: how often a match becomes an alert. Parsed here; counted on the
 * detect thread, because the count crosses flows and workers. */
#include "rule/keyword.h"
#include "rule/range.h"

#define HAS_TYPE 1u
#define HAS_TRACK 2u
#define HAS_COUNT 4u
#define HAS_SECONDS 8u
#define HAS_MULTIPLIER 16u
#define HAS_UNIQUE 32u

static int type_parse(struct build *b, struct span v, struct threshold *t)
{
	if (span_is(v, "limit"))
		t->type = THRESHOLD_limit;
	else if (span_is(v, "threshold"))
		t->type = THRESHOLD_threshold;
	else if (span_is(v, "both"))
		t->type = THRESHOLD_both;
	else if (span_is(v, "backoff"))
		t->type = THRESHOLD_backoff;
	else
		return rule_fault(b->fault, v, "type is limit, threshold, both or backoff");
	return 0;
}

static int track_parse(struct build *b, struct span v, struct threshold *t)
{
	if (span_is(v, "by_src"))
		t->track = TRACK_src;
	else if (span_is(v, "by_dst"))
		t->track = TRACK_dst;
	else if (span_is(v, "by_both"))
		t->track = TRACK_both;
	else if (span_is(v, "by_rule"))
		t->track = TRACK_rule;
	else if (span_is(v, "by_flow"))
		t->track = TRACK_flow;
	else
		return rule_fault(b->fault, v,
				  "track is by_src, by_dst, by_both, by_rule or by_flow");
	return 0;
}

static int number(struct build *b, struct span v, bool zero, uint32_t *out)
{
	uint64_t n;
	int rc = rule_number_parse(v, UINT32_MAX, &n, b->fault);

	if (rc)
		return rc;
	if (n == 0 && !zero)
		return rule_fault(b->fault, v, "0 is not allowed here");
	*out = (uint32_t)n;
	return 0;
}

static int item_parse(struct build *b, struct span item, bool filter, struct threshold *t,
		      unsigned *seen)
{
	uint32_t n = 0;

	while (n < item.len && !span_blank(item.at[n]))
		n++;
	struct span key = span_cut(item, 0, n), v = span_trim(span_cut(item, n, item.len));
	unsigned which = span_is(key, "type") && !filter ? HAS_TYPE
			 : span_is(key, "track")	 ? HAS_TRACK
			 : span_is(key, "count")	 ? HAS_COUNT
			 : span_is(key, "seconds")	 ? HAS_SECONDS
			 : span_is(key, "multiplier")	 ? HAS_MULTIPLIER
			 : span_is(key, "unique_on") && filter ? HAS_UNIQUE
							 : 0;
	if (which == 0)
		return rule_fault(b->fault, item.len ? key : item, "'%.*s' is not known here",
				  (int)key.len, key.at);
	if (*seen & which)
		return rule_fault(b->fault, key, "'%.*s' is given twice", (int)key.len, key.at);
	*seen |= which;
	switch (which) {
	case HAS_TYPE:
		return type_parse(b, v, t);
	case HAS_TRACK:
		return track_parse(b, v, t);
	case HAS_COUNT:
		return number(b, v, true, &t->count);
	case HAS_SECONDS:
		return number(b, v, false, &t->seconds);
	case HAS_UNIQUE:
		t->unique = span_is(v, "src_port") ? UNIQUE_sport : UNIQUE_dport;
		return t->unique == UNIQUE_sport || span_is(v, "dst_port")
			       ? 0
			       : rule_fault(b->fault, v, "unique_on is src_port or dst_port");
	default:
		return number(b, v, false, &t->multiplier);
	}
}

static int parse(struct build *b, struct span value, bool filter)
{
	struct threshold t = {.type = filter ? THRESHOLD_detection_filter : THRESHOLD_none};
	struct span item, rest = value;
	unsigned seen = filter ? HAS_TYPE : 0;

	if (b->sig->rule.threshold.type != THRESHOLD_none)
		return rule_fault(b->fault, b->keyword, "a rule has one threshold");
	while (rule_span_next(&rest, ',', &item)) {
		int rc = item_parse(b, item, filter, &t, &seen);
		if (rc)
			return rc;
	}
	bool backoff = t.type == THRESHOLD_backoff;
	unsigned need = HAS_TYPE | HAS_TRACK | HAS_COUNT | (backoff ? HAS_MULTIPLIER : HAS_SECONDS);
	if ((seen & need) != need)
		return rule_fault(b->fault, value, "%strack, count and %s are all needed",
				  filter ? "" : "type, ", backoff ? "multiplier" : "seconds");
	if (backoff && t.track != TRACK_flow)
		return rule_fault(b->fault, value, "backoff goes with track by_flow");
	b->sig->rule.threshold = t;
	b->sig->rule.conditional = true;
	return 0;
}

static int threshold_build(struct build *b, struct span value)
{
	return parse(b, value, false);
}

const struct keyword keyword_threshold = {
	.name = "threshold",
	.syntax = "threshold: type limit | threshold | both, track by_src | by_dst | by_both | "
		  "by_rule | by_flow, count N, seconds N; type backoff, track by_flow, count N, "
		  "multiplier N",
	.what = "how often a match becomes an alert",
	.value = VALUE_needed, .build = threshold_build,
};

static int detection_filter_build(struct build *b, struct span value)
{
	return parse(b, value, true);
}

const struct keyword keyword_detection_filter = {
	.name = "detection_filter",
	.syntax = "detection_filter: track by_src | by_dst | by_both | by_rule | by_flow, count N, "
		  "seconds N[, unique_on src_port | dst_port]",
	.what = "alerts from the match after count in the interval",
	.value = VALUE_needed, .build = detection_filter_build,
};
