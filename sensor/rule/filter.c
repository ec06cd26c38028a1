// SPDX-License-Identifier: Apache-2.0
/* threshold.config: suppress, event_filter (or threshold) and rate_filter, one a line, as Suricata
 * reads it. Rules get theirs when they are loaded; suppressions of detectors (gid 900) are asked for
 * by number.
 *
 * Errors: a line that is not understood is reported with its place and left out.
 */
#include "rule/range.h"
#include "rule/set.h"

#include <errno.h>
#include <stdlib.h>

struct filter { /* one line */
	uint32_t gid, sid; /* 0: every one */
	bool has_gid, has_sid, has_track, has_type, has_count, has_seconds, has_action, has_timeout;
	struct threshold threshold;
	const struct net_set *ip;
	uint8_t track; /* of a suppression: SUPPRESS_* */
};

enum line_kind { LINE_suppress, LINE_event, LINE_rate };

struct reader {
	struct arena *arena;
	struct net_vars *vars;
	struct rule_set *set;
	unsigned strangers;
};

static int take_number(struct span v, uint32_t *out, bool *has, struct fault *f)
{
	uint64_t n = 0;
	int rc = rule_number_parse(v, UINT32_MAX, &n, f);

	*out = (uint32_t)n;
	*has = true;
	return rc;
}

static int take_track(struct filter *x, enum line_kind kind, struct span v, struct fault *f)
{
	static const struct {
		const char *name;
		uint8_t suppress, track;
		bool limits, suppresses;
	} word[] = {
		{"by_src", SUPPRESS_src, TRACK_src, true, true},
		{"by_dst", SUPPRESS_dst, TRACK_dst, true, true},
		{"by_either", SUPPRESS_either, 0, false, true},
		{"by_both", 0, TRACK_both, true, false},
		{"by_rule", 0, TRACK_rule, true, false},
	};

	for (unsigned i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		bool fits = kind == LINE_suppress ? word[i].suppresses : word[i].limits;

		if (!span_is(v, word[i].name) || !fits)
			continue;
		x->track = word[i].suppress;
		x->threshold.track = word[i].track;
		x->has_track = true;
		return 0;
	}
	return rule_fault(f, v, "'%.*s' cannot be tracked here", (int)v.len, v.at);
}

static int take_type(struct filter *x, struct span v, struct fault *f)
{
	x->has_type = true;
	x->threshold.type = span_is(v, "limit")	    ? THRESHOLD_limit
			    : span_is(v, "threshold") ? THRESHOLD_threshold
			    : span_is(v, "both")      ? THRESHOLD_both
						      : THRESHOLD_none;
	return x->threshold.type != THRESHOLD_none
		       ? 0
		       : rule_fault(f, v, "the type is limit, threshold or both");
}

static int take_action(struct filter *x, struct span v, struct fault *f)
{
	static const char *const words[] = {[RATE_alert] = "alert", [RATE_drop] = "drop",
					    [RATE_reject] = "reject", [RATE_pass] = "pass"};

	x->has_action = true;
	x->threshold.type = THRESHOLD_rate;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		x->threshold.action = (uint8_t)i;
		if (span_is(v, words[i]))
			return 0;
	}
	return rule_fault(f, v, "the new action is alert, drop, reject or pass");
}

/* "NAME VALUE" */
static int take_pair(struct reader *r, struct filter *x, enum line_kind kind, struct span pair,
		     struct fault *f)
{
	uint32_t at = 0;

	while (at < pair.len && !span_blank(pair.at[at]))
		at++;
	struct span name = span_cut(pair, 0, at), v = span_trim(span_cut(pair, at, pair.len));

	if (v.len == 0)
		return rule_fault(f, pair, "'%.*s' needs a value", (int)name.len, name.at);
	if (span_is(name, "gen_id"))
		return take_number(v, &x->gid, &x->has_gid, f);
	if (span_is(name, "sig_id"))
		return take_number(v, &x->sid, &x->has_sid, f);
	if (span_is(name, "track"))
		return take_track(x, kind, v, f);
	if (kind == LINE_suppress && span_is(name, "ip"))
		return rule_net_addrs(r->vars, v, &x->ip, f);
	if (kind == LINE_event && span_is(name, "type"))
		return take_type(x, v, f);
	if (kind != LINE_suppress && span_is(name, "count"))
		return take_number(v, &x->threshold.count, &x->has_count, f);
	if (kind != LINE_suppress && span_is(name, "seconds"))
		return take_number(v, &x->threshold.seconds, &x->has_seconds, f);
	if (kind == LINE_rate && span_is(name, "timeout"))
		return take_number(v, &x->threshold.timeout_s, &x->has_timeout, f);
	if (kind == LINE_rate && span_is(name, "new_action"))
		return take_action(x, v, f);
	return rule_fault(f, name, "'%.*s' is not known here", (int)name.len, name.at);
}

static bool is_whole(const struct filter *x, enum line_kind kind)
{
	if (!x->has_gid || !x->has_sid)
		return false;
	if (kind == LINE_suppress)
		return x->has_track == (x->ip != NULL);
	return x->has_track && x->has_count && x->has_seconds &&
	       (kind == LINE_rate ? x->has_action && x->has_timeout : x->has_type);
}

static bool concerns(const struct filter *x, const struct rule *rule)
{
	return (x->gid == 0 || x->gid == rule->about.gid) &&
	       (x->sid == 0 || x->sid == rule->about.sid);
}

static void keep_suppression(struct reader *r, const struct filter *x)
{
	struct suppression *s = rule_arena_take(r->arena, sizeof(*s));

	*s = (struct suppression){.gid = x->gid, .sid = x->sid, .track = x->track, .ip = x->ip,
				  .next = r->set->suppressions};
	r->set->suppressions = s;
}

/* What one line says, put at the rules it is about. */
static void bind(struct reader *r, const struct filter *x, enum line_kind kind)
{
	bool found = x->gid != ALERT_GID_RULE || x->sid == 0;

	if (kind == LINE_suppress)
		keep_suppression(r, x);
	for (unsigned i = 0; i < r->set->n; i++) {
		struct rule *rule = r->set->rule[i];

		if (!concerns(x, rule))
			continue;
		found = true;
		if (kind == LINE_event)
			rule->threshold = x->threshold;
		if (kind == LINE_rate)
			rule->rate = x->threshold;
		if (kind == LINE_suppress)
			rule->suppressed = r->set->suppressions;
		rule->conditional = true;
	}
	r->strangers += !found;
}

static int read_line(struct reader *r, struct span line, struct fault *f)
{
	struct filter x = {0};
	struct span pair;
	uint32_t at = 0;

	while (at < line.len && !span_blank(line.at[at]))
		at++;
	struct span word = span_cut(line, 0, at), rest = span_trim(span_cut(line, at, line.len));
	enum line_kind kind = span_is(word, "suppress")	     ? LINE_suppress
			      : span_is(word, "rate_filter") ? LINE_rate
							     : LINE_event;
	if (kind == LINE_event && !span_is(word, "event_filter") && !span_is(word, "threshold"))
		return rule_fault(f, word, "a line begins with suppress, event_filter, threshold or "
					   "rate_filter");
	while (rest.len) { /* commas inside [] belong to an address list */
		uint32_t end = 0, depth = 0;

		for (; end < rest.len && (depth || rest.at[end] != ','); end++)
			depth += rest.at[end] == '[' ? 1u : rest.at[end] == ']' && depth ? -1u : 0u;
		pair = span_trim(span_cut(rest, 0, end));
		rest = end < rest.len ? span_cut(rest, end + 1, rest.len)
				      : span_cut(rest, end, rest.len);
		int rc = take_pair(r, &x, kind, pair, f);
		if (rc)
			return rc;
	}
	if (!is_whole(&x, kind))
		return rule_fault(f, line, kind == LINE_suppress
						   ? "suppress: gen_id G, sig_id S[, track T, ip A]"
				  : kind == LINE_rate
					  ? "gen_id, sig_id, track, count, seconds, new_action, timeout "
					    "are all needed"
					  : "gen_id, sig_id, track, count, seconds are all needed");
	bind(r, &x, kind);
	return 0;
}

int rule_filters_read(const char *path, struct rule_set *set, struct net_vars *vars, FILE *report,
		      struct err *err)
{
	struct reader r = {.arena = &set->engine->arena, .vars = vars, .set = set};
	char *text = rule_file_text(path, err), out[1024];
	unsigned line = 1;

	if (!text)
		return -EIO;
	for (char *p = text; *p; line++) {
		char *end = strchrnul(p, '\n');
		struct span s = span_trim((struct span){p, (uint32_t)(end - p)});
		struct err why;
		struct fault f = {.err = &why, .at = s};

		p = *end ? end + 1 : end;
		if (s.len == 0 || s.at[0] == '#' || read_line(&r, s, &f) == 0)
			continue;
		set->n_failed++;
		const char *start = s.at;
		while (start > text && start[-1] != '\n')
			start--;
		err_at(&why, line, (unsigned)(f.at.at - start) + 1, f.at.len ? f.at.len : 1);
		if (report) {
			err_report(&why, path, text, out, sizeof(out));
			fputs(out, report);
		}
	}
	if (report && r.strangers)
		fprintf(report, "%s: %u lines are about rules that are not loaded\n", path, r.strangers);
	free(text);
	return 0;
}

bool rule_suppressed(const struct suppression *list, uint32_t gid, uint32_t sid,
		     const struct addr *src, const struct addr *dst)
{
	for (const struct suppression *s = list; s; s = s->next) {
		if ((s->gid && s->gid != gid) || (s->sid && s->sid != sid))
			continue;
		if (!s->ip || (s->track != SUPPRESS_dst && net_has_addr(s->ip, src)) ||
		    (s->track != SUPPRESS_src && net_has_addr(s->ip, dst)))
			return true;
	}
	return false;
}
