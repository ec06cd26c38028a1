// SPDX-License-Identifier: Apache-2.0
/* Reads one rule: header, then each option by its keyword, then what only the whole rule tells: where
 * it is matched, which contents depend on each other, the literal.
 *
 * Source: Suricata 7 user guide, "Rules"; where a rule is matched follows its SigValidate: TCP rules
 *         look into the stream unless something ties them to a packet, and also into the packet when
 *         a content counts from the beginning.
 */
#include "rule/compile.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "rule/range.h"
#include "rule/regex.h"

#include <errno.h>

void rule_build_unmatched(struct build *b, const struct keyword *k)
{
	for (unsigned i = 0; i < b->n_unmatched; i++) {
		if (b->unmatched[i] == k)
			return;
	}
	if (b->n_unmatched < BUILD_UNMATCHED) /* that many name it well enough */
		b->unmatched[b->n_unmatched++] = k;
}

struct step *rule_build_content(struct build *b)
{
	for (unsigned i = b->n_step; i-- > 0;) { /* an isdataat may stand between */
		if (b->step[i].kind == STEP_content)
			return &b->step[i];
	}
	rule_fault(b->fault, b->keyword, "'%.*s' needs a content before it", (int)b->keyword.len,
		   b->keyword.at);
	return NULL;
}

struct step *rule_build_step(struct build *b, enum step_kind kind)
{
	if (b->n_step == BUILD_STEPS) {
		rule_fault(b->fault, b->keyword, "more than %u payload conditions", BUILD_STEPS);
		return NULL;
	}
	int group = rule_build_group(b);
	if (group < 0)
		return NULL;
	b->step_at[b->n_step] = b->keyword;
	struct step *s = &b->step[b->n_step++];
	*s = (struct step){.kind = kind, .group = (uint8_t)group};
	return s;
}

int rule_build_number(struct build *b, struct span v, int32_t max, int32_t *out, uint8_t *var)
{
	bool letter = v.len && ((v.at[0] | 32) >= 'a' && (v.at[0] | 32) <= 'z');

	*var = 0;
	*out = 0;
	if (!letter || !b->has_vars)
		return rule_number_signed(v, max, out, b->fault);
	for (unsigned i = 0; i < b->n_var; i++) {
		if (!*var && b->var[i].len == v.len && memcmp(b->var[i].at, v.at, v.len) == 0)
			*var = (uint8_t)(i + 1);
	}
	return *var ? 0
		    : rule_fault(b->fault, v, "no variable '%.*s' is defined", (int)v.len, v.at);
}

int rule_build_test(struct build *b, bool (*match)(const void *, const struct pkt *),
		    const void *arg, bool flow_constant)
{
	if (b->n_test == BUILD_TESTS)
		return rule_fault(b->fault, b->keyword, "more than %u header conditions",
				  BUILD_TESTS);
	b->test[b->n_test++] = (struct test){match, arg};
	b->sig->packet_tests |= !flow_constant;
	return 0;
}

static int unknown_keyword(struct build *b, struct span name)
{
	int rc = rule_fault(b->fault, name, "unknown keyword '%.*s'", (int)name.len, name.at);
	const char *near = rule_keyword_closest(b->keywords, name);

	if (near)
		err_hint(b->fault->err, "did you mean '%s'?", near);
	return rc;
}

static int check_value(struct build *b, const struct keyword *k, const struct text_option *o)
{
	bool has = o->has_value && o->value.len;
	int rc = 0;

	if (k->value == VALUE_needed && !has)
		rc = rule_fault(b->fault, o->name, "'%s' needs a value", k->name);
	else if (k->value == VALUE_none && has)
		rc = rule_fault(b->fault, o->value, "'%s' takes no value", k->name);
	if (rc)
		err_hint(b->fault->err, "%s", k->syntax);
	return rc;
}

static int take_option(struct build *b, const struct text_option *o)
{
	const struct keyword *k = rule_keyword_find(b->keywords, o->name);

	if (!k)
		return unknown_keyword(b, o->name);
	b->keyword = o->name;
	int rc = check_value(b, k, o);
	if (rc)
		return rc;
	b->has_vars |= k->defines;
	if (k->buffer || (k->value == VALUE_none && !keyword_matched(k) && rule_sticky_known(o->name)))
		return rule_build_sticky(b, o->value);
	if (!keyword_matched(k)) {
		rule_build_unmatched(b, k);
		return 0;
	}
	if (k->build)
		return k->build(b, o->value);
	if (!k->match)
		return rule_build_tx(b, k, o->value);
	void *arg = rule_arena_take(b->arena, k->arg_size);
	rc = k->parse(o->value, arg, b->fault);
	b->sig->flow_tests |= k->flow_now;
	return rc ? rc : rule_build_test(b, k->match, arg, k->flow_constant || k->flow_now);
}

/* A header that this site's variables leave nothing to match, "!$HOME_NET" where HOME_NET is any. */
static const struct keyword nothing = {.name = "empty address or port list", .syntax = "",
				       .what = ""};

static int take_header(struct compile *c, struct build *b)
{
	const struct text_rule *t = &c->text;
	struct signature *s = b->sig;
	int rc = rule_header_action(b, t->action);

	if (rc == 0)
		rc = rule_header_proto(b, t->proto);
	if (rc == 0)
		rc = rule_net_addrs(&c->vars, t->src, &s->src, b->fault);
	if (rc == 0)
		rc = rule_net_ports(&c->vars, t->sport, &s->sport, b->fault);
	if (rc == 0)
		rc = rule_header_dir(b, t->dir);
	if (rc == 0)
		rc = rule_net_addrs(&c->vars, t->dst, &s->dst, b->fault);
	if (rc == 0)
		rc = rule_net_ports(&c->vars, t->dport, &s->dport, b->fault);
	if (rc == 0 && !(s->src->n && s->sport->n && s->dst->n && s->dport->n))
		rule_build_unmatched(b, &nothing);
	return rc;
}

/* A content or regular expression is searched for again behind its first match when the next condition
 * that counts from a match is its own: no other content or expression, negated or not, stands between. So
 * Suricata marks them, too. */
static void mark_backtrack(struct step *step, unsigned n)
{
	for (unsigned j = 1; j < n; j++) {
		if (!(step[j].flags & STEP_RELATIVE))
			continue;
		for (unsigned i = j; i-- > 0;) {
			bool found = step[i].kind == STEP_content || step[i].kind == STEP_pcre;

			if (!found || step[i].group != step[j].group)
				continue;
			if (!(step[i].flags & STEP_NEGATED))
				step[i].flags |= STEP_BACKTRACK;
			break;
		}
	}
}

static void fold_case(struct build *b)
{
	for (unsigned i = 0; i < b->n_step; i++) {
		struct step *s = &b->step[i];
		uint8_t *p;

		if (!(s->flags & STEP_NOCASE))
			continue;
		s->bytes = p = rule_arena_copy(b->arena, s->bytes, s->len);
		for (unsigned j = 0; j < s->len; j++)
			p[j] = ascii_lower(p[j]);
	}
}

static void place(struct build *b)
{
	struct signature *s = b->sig;
	bool from_start = false;

	for (unsigned i = 0; i < s->n_group; i++)
		s->packet_tests |= s->group[i].kind == GROUP_header;
	for (unsigned i = 0; i < s->n_step; i++) {
		from_start |= (s->step[i].flags & (STEP_DEPTH | STEP_OFFSET)) != 0;
	}
	s->from_start = from_start;
	bool bare = s->n_step == 0 && !s->packet_tests && !s->flow_tests && !b->tcp_pkt;
	if (bare && b->app_asked && !b->header_apps && !(s->flow & NEED_STATE)) {
		s->where = WHERE_APP;
		return;
	}
	if (bare && !s->app_mask && !b->flow_written) {
		s->where = WHERE_HEADER;
		return;
	}
	if (s->protos & ~PROTO_TCP)
		s->where |= WHERE_PACKET;
	if (!(s->protos & PROTO_TCP))
		return;
	bool packet = s->packet_tests || b->tcp_pkt || (s->flow & NEED_NO_STREAM) || s->n_step == 0;
	if (packet)
		s->where |= WHERE_TCP_PACKET;
	else if ((from_start || s->flow_tests) && !b->tcp_stream && !(s->flow & NEED_ONLY_STREAM))
		s->where |= WHERE_TCP_PACKET | WHERE_STREAM;
	else
		s->where |= WHERE_STREAM;
}

/* 0 sets only, 1 asks and sets, 2 asks, 3 has none. */
static uint8_t rank_of(bool asks, bool sets)
{
	return !asks && !sets ? 3 : !asks ? 0 : sets ? 1 : 2;
}

static void state_ranks(struct build *b)
{
	bool asks = false, sets = false;
	struct rule *r = &b->sig->rule;

	for (unsigned i = 0; i < b->n_flowbit; i++)
		*(b->flowbit[i].kind >= FLOWBIT_isset ? &asks : &sets) = true;
	b->sig->state_rank = (uint8_t)(16 * rank_of(asks, sets));
	asks = sets = false;
	for (unsigned i = 0; i < b->n_flowint; i++)
		*(b->flowint[i].kind >= FLOWINT_isset ? &asks : &sets) = true;
	b->sig->state_rank = (uint8_t)(b->sig->state_rank + 4 * rank_of(asks, sets));
	b->sig->state_rank = (uint8_t)(b->sig->state_rank + rank_of(b->n_var_ask, b->sig->captures));
	asks = sets = false;
	for (unsigned i = 0; i < b->n_xbit; i++)
		*(b->xbit[i].kind >= XBIT_isset ? &asks : &sets) = true;
	b->sig->xbit_rank = rank_of(asks, sets);
	r->xbit = rule_arena_copy(b->arena, b->xbit, b->n_xbit * sizeof(b->xbit[0]));
	r->n_xbit = (uint8_t)b->n_xbit;
	r->dataset = rule_arena_copy(b->arena, b->dataset, b->n_dataset * sizeof(b->dataset[0]));
	r->n_dataset = (uint8_t)b->n_dataset;
}

static void finish(struct compile *c, struct build *b)
{
	struct signature *s = b->sig;

	fold_case(b);
	mark_backtrack(b->step, b->n_step);
	s->test = rule_arena_copy(c->arena, b->test, b->n_test * sizeof(b->test[0]));
	s->n_test = (uint16_t)b->n_test;
	rule_group_finish(b);
	s->unmatched =
		rule_arena_copy(c->arena, b->unmatched, b->n_unmatched * sizeof(b->unmatched[0]));
	s->n_unmatched = (uint16_t)b->n_unmatched;
	s->rule.unmatched = b->n_unmatched ? b->unmatched[0]->name : NULL;
	s->rule.about.metadata =
		rule_arena_copy(c->arena, b->metadata, b->n_metadata * sizeof(b->metadata[0]));
	s->rule.about.n_metadata = b->n_metadata;
	for (unsigned i = 0; i < 2; i++)
		s->rule.digest[i] = hash_bytes(c->text.all.at, c->text.all.len, i + 1);
	if (c->config->keep_text)
		s->rule.text = rule_arena_text(c->arena, c->text.all.at, c->text.all.len);
	s->flowbit = rule_arena_copy(c->arena, b->flowbit, b->n_flowbit * sizeof(b->flowbit[0]));
	s->n_flowbit = (uint8_t)b->n_flowbit;
	s->flowint = rule_arena_copy(c->arena, b->flowint, b->n_flowint * sizeof(b->flowint[0]));
	s->n_flowint = (uint8_t)b->n_flowint;
	s->var_ask = rule_arena_copy(c->arena, b->var_ask, b->n_var_ask * sizeof(b->var_ask[0]));
	s->n_var_ask = (uint8_t)b->n_var_ask;
	state_ranks(b);
	if (!s->where)
		place(b);
	rule_literal_pick(c->arena, s);
	for (unsigned i = 0; !s->rule.unmatched && i < b->n_step; i++) {
		if (b->step[i].kind == STEP_pcre)
			rule_regex_ready(b->step[i].arg, b->step[i].group == 0 && s->where & WHERE_STREAM);
	}
}

/* Of a rule whose `requires:` is not met only its number and name are read: the rest may be of a
 * language that nobody here knows. */
static bool is_read(bool met, const struct text_option *o)
{
	return met || span_is(o->name, "requires") || span_is(o->name, "sid") ||
	       span_is(o->name, "rev") || span_is(o->name, "gid") || span_is(o->name, "msg");
}

static int take_options(struct compile *c, struct build *b)
{
	bool met = true;
	int rc = 0;

	for (unsigned i = 0; i < c->text.n; i++) {
		const struct text_option *o = &c->text.option[i];

		if (span_is(o->name, "requires") && o->has_value)
			met &= rule_requires_met(b, o->value);
	}
	for (unsigned i = 0; rc == 0 && i < c->text.n; i++) {
		if (is_read(met, &c->text.option[i]))
			rc = take_option(b, &c->text.option[i]);
	}
	return rc;
}

int rule_compile(struct compile *c, struct span text, struct signature **out, struct fault *f)
{
	struct build *b = &c->build;
	struct signature *s = rule_arena_take(c->arena, sizeof(*s));
	int rc = rule_text_split(text, &c->text, f);

	b->arena = c->arena;
	b->vars = &c->vars;
	b->config = c->config;
	b->reputation = &c->reputation;
	b->datasets = &c->datasets;
	b->keywords = &c->keywords;
	b->fault = f;
	b->sig = s;
	b->group[0] = (struct group){.kind = GROUP_payload};
	b->n_group = 1;
	b->chains = &c->chains;
	b->codes = &c->codes;
	b->words = &c->words;
	b->app_asked = false;
	b->header_apps = 0;
	rule_build_payload(b);
	b->flowbits = &c->flowbits;
	b->flowints = &c->flowints;
	b->flowvars = &c->flowvars;
	b->pktvars = &c->pktvars;
	b->n_flowbit = b->n_flowint = b->n_xbit = b->n_var = b->n_dataset = b->n_var_ask = 0;
	b->n_step = b->n_test = b->n_tx_test = b->n_unmatched = b->n_metadata = 0;
	b->has_sid = b->has_msg = b->has_vars = b->has_priority = false;
	b->tcp_pkt = b->tcp_stream = b->flow_written = false;
	s->rule.about = (struct about){.gid = ALERT_GID_RULE, .rev = 0, .severity = 3,
				       .family = FAMILY_other, .msg = "", .category = "",
				       .action = "allowed"};
	if (rc == 0)
		rc = take_header(c, b);
	if (rc == 0)
		rc = take_options(c, b);
	if (rc)
		return -EINVAL;
	if (!b->has_sid)
		return rule_fault(f, c->text.action, "the rule has no sid");
	if (rule_build_sense(b))
		return -EINVAL;
	finish(c, b);
	*out = s;
	return 0;
}
