// SPDX-License-Identifier: Apache-2.0
/* What an alert says of its rule: msg, sid, rev, gid, classtype, priority, reference; and noalert,
 * which has it say nothing. */
#include "rule/classtype.h"
#include "rule/keyword.h"
#include "rule/range.h"
#include "rule/text.h"

static int msg_build(struct build *b, struct span value)
{
	struct span v = rule_span_unquote(value);
	char *out = rule_arena_take(b->arena, v.len + 1);

	if (v.len == value.len)
		return rule_fault(b->fault, value, "msg is a text in quotes");
	out[rule_text_unescape(v, out)] = '\0';
	b->sig->rule.about.msg = out;
	b->has_msg = true;
	return 0;
}

const struct keyword keyword_msg = {
	.name = "msg", .syntax = "msg: \"TEXT\"", .what = "what the alert says",
	.value = VALUE_needed, .build = msg_build,
};

static int number(struct build *b, struct span value, uint64_t min, uint32_t *out)
{
	uint64_t v;
	struct span s = rule_span_unquote(value);
	int rc = rule_number_parse(s, UINT32_MAX, &v, b->fault);

	if (rc)
		return rc;
	if (v < min)
		return rule_fault(b->fault, s, "0 is not allowed here");
	*out = (uint32_t)v;
	return 0;
}

static int sid_build(struct build *b, struct span value)
{
	if (b->has_sid)
		return rule_fault(b->fault, b->keyword, "a rule has one sid");
	b->has_sid = true;
	return number(b, value, 1, &b->sig->rule.about.sid);
}

const struct keyword keyword_sid = {
	.name = "sid", .syntax = "sid: N", .what = "number of the rule",
	.value = VALUE_needed, .build = sid_build,
};

static int rev_build(struct build *b, struct span value)
{
	return number(b, value, 0, &b->sig->rule.about.rev);
}

const struct keyword keyword_rev = {
	.name = "rev", .syntax = "rev: N", .what = "revision of the rule",
	.value = VALUE_needed, .build = rev_build,
};

static int gid_build(struct build *b, struct span value)
{
	return number(b, value, 0, &b->sig->rule.about.gid);
}

const struct keyword keyword_gid = {
	.name = "gid", .syntax = "gid: N", .what = "group of the rule's number; 1 unless given",
	.value = VALUE_needed, .build = gid_build,
};

static int classtype_build(struct build *b, struct span value)
{
	char name[64];
	struct about *a = &b->sig->rule.about;
	const struct classtype *c = rule_classtype_find(rule_span_text(value, name, sizeof(name)));

	/* A site's own classes have no description here: the name says it. */
	a->category = c ? c->text : rule_arena_text(b->arena, value.at, value.len);
	if (!b->has_priority)
		a->severity = c ? c->severity : 3;
	if (a->family == FAMILY_other && c)
		a->family = c->family;
	return 0;
}

const struct keyword keyword_classtype = {
	.name = "classtype", .syntax = "classtype: NAME", .what = "class, which gives the severity",
	.value = VALUE_needed, .build = classtype_build,
};

static int priority_build(struct build *b, struct span value)
{
	uint32_t v = 0;
	int rc = number(b, value, 0, &v);

	if (rc)
		return rc;
	b->sig->rule.about.severity = (uint8_t)(v > 4 ? 4 : v ? v : 1);
	b->has_priority = true;
	return 0;
}

const struct keyword keyword_priority = {
	.name = "priority", .syntax = "priority: N", .what = "severity, 1 the highest",
	.value = VALUE_needed, .build = priority_build,
};

static int reference_build(struct build *b, struct span value)
{
	struct span v = rule_span_unquote(value);

	if (!memchr(v.at, ',', v.len))
		return rule_fault(b->fault, value, "a reference is TYPE,TEXT");
	if (!b->sig->rule.about.source)
		b->sig->rule.about.source = rule_arena_text(b->arena, v.at, v.len);
	return 0;
}

const struct keyword keyword_reference = {
	.name = "reference", .syntax = "reference: TYPE,TEXT", .what = "where it is described",
	.value = VALUE_needed, .build = reference_build,
};

static int noalert_build(struct build *b, struct span value)
{
	(void)value;
	b->sig->rule.about.noalert = true;
	return 0;
}

const struct keyword keyword_noalert = {
	.name = "noalert", .syntax = "noalert", .what = "a match tells nobody",
	.value = VALUE_none, .build = noalert_build,
};

static int alert_build(struct build *b, struct span value)
{
	(void)value;
	b->sig->rule.about.noalert = false;
	return 0;
}

const struct keyword keyword_alert = {
	.name = "alert", .syntax = "alert", .what = "a match alerts; undoes noalert",
	.value = VALUE_none, .build = alert_build,
};
