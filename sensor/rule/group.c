// SPDX-License-Identifier: Apache-2.0
/* Where the conditions of a rule look: the payload, or buffers after their transforms. Conditions on
 * one buffer are one group and count from each other; of a buffer that a transaction has several of,
 * each mention is a group of its own, because another instance may hold it.
 *
 * Source: Suricata 7 and 8, detect-parse.c (lists of a signature), user guide "Bi-directional rules".
 */
#include "rule/compile.h"

#include "rule/headers.h"

static const struct {
	const char *name;
	uint8_t kind;
} headers[] = {
	{"ipv4.hdr", HEADER_ipv4},     {"ipv6.hdr", HEADER_ipv6},     {"tcp.hdr", HEADER_tcp},
	{"udp.hdr", HEADER_udp},       {"icmpv4.hdr", HEADER_icmpv4}, {"icmpv6.hdr", HEADER_icmpv6},
	{"ether.hdr", HEADER_ether},   {"arp.hdr", HEADER_arp},
	{"ip.src", HEADER_ip_src},     {"ip.dst", HEADER_ip_dst},
};

/* The buffer of that name, looked at from here on. */
static void look_at(struct build *b, struct span name)
{
	struct group g = {.kind = GROUP_nowhere, .dir = GROUP_DIR_EVENT};

	for (unsigned i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		if (span_is(name, headers[i].name)) {
			g.kind = GROUP_header;
			g.header = headers[i].kind;
		}
	}
	if (span_is(name, "base64_data"))
		g.kind = GROUP_base64;
	const struct buffer *buffer = g.kind == GROUP_nowhere ? rule_buffer_find(name) : NULL;
	if (buffer && !buffer->number) {
		g.kind = GROUP_tx;
		g.buffer = buffer;
	}
	b->at = g;
	b->n_xform = 0;
	b->at_group = GROUP_UNSET;
}

bool rule_sticky_known(struct span name)
{
	for (unsigned i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		if (span_is(name, headers[i].name))
			return true;
	}
	const struct buffer *b = rule_buffer_find(name);
	return span_is(name, "base64_data") || (b && !b->number);
}

/* In a rule of both sides: "http.connection: to_client". */
static int side(struct build *b, struct span value, uint8_t *dir)
{
	if (span_is(value, "to_client") || span_is(value, "to_server")) {
		*dir = value.at[3] == 'c' ? FLOW_to_client : FLOW_to_server;
		return 0;
	}
	return value.len ? rule_fault(b->fault, value, "a buffer takes to_server or to_client") : 0;
}

int rule_build_sticky(struct build *b, struct span value)
{
	if (rule_build_asked(b))
		return -1;
	look_at(b, b->keyword);
	b->sticky = true;
	b->sticky_at = b->keyword;
	if (b->at.kind == GROUP_nowhere)
		rule_build_unmatched(b, rule_keyword_find(b->keywords, b->keyword));
	return side(b, value, &b->at.dir);
}

void rule_build_frame(struct build *b, struct span name)
{
	look_at(b, name);
	b->sticky = true;
	b->sig->frame = true;
}

void rule_build_payload(struct build *b)
{
	b->at = (struct group){.kind = GROUP_payload};
	b->at_group = 0;
	b->n_xform = 0;
	b->sticky = false;
}

static bool same(const struct group *a, const struct group *b)
{
	return a->kind == b->kind && a->buffer == b->buffer && a->header == b->header &&
	       a->chain == b->chain && a->dir == b->dir;
}

int rule_build_asked(struct build *b)
{
	bool asked = !b->sticky || b->at_group != GROUP_UNSET || b->n_unmatched ||
		     b->at.kind == GROUP_base64;

	for (unsigned i = 1; i < b->n_group && b->n_xform == 0; i++) /* urilen, pcre's letters */
		asked |= same(&b->group[i], &b->at);
	if (asked)
		return 0;
	rule_fault(b->fault, b->sticky_at, "nothing is asked of '%.*s'", (int)b->sticky_at.len,
		   b->sticky_at.at);
	err_hint(b->fault->err, "a content, pcre, bsize, absent … stands after its buffer");
	return -1;
}

int rule_build_group(struct build *b)
{
	if (b->at_group != GROUP_UNSET)
		return b->at_group;
	if (b->n_xform) {
		b->at.chain = rule_chain(b->chains, b->arena, b->xform, b->n_xform);
		if (!b->at.chain) {
			rule_fault(b->fault, b->keyword, "too many different chains of transforms");
			return -1;
		}
	}
	bool many = b->at.kind == GROUP_tx && b->at.buffer->many;
	for (unsigned i = 1; i < b->n_group && !many; i++) {
		if (same(&b->group[i], &b->at)) {
			b->at_group = (uint8_t)i;
			return (int)i;
		}
	}
	if (b->n_group == BUILD_GROUPS) {
		rule_fault(b->fault, b->keyword, "more than %u buffers", BUILD_GROUPS - 1);
		return -1;
	}
	b->group[b->n_group] = b->at;
	b->at_group = (uint8_t)b->n_group++;
	return b->at_group;
}

int rule_build_field(struct build *b, const char *field)
{
	struct group at = b->at;
	uint8_t at_group = b->at_group;
	unsigned n_xform = b->n_xform;

	look_at(b, span_of(field));
	if (b->at.kind == GROUP_nowhere)
		rule_build_unmatched(b, rule_keyword_find(b->keywords, b->keyword));
	/* Conditions on it are one group however often it is named. */
	int g = -1;
	for (unsigned i = 1; i < b->n_group; i++) {
		if (same(&b->group[i], &b->at))
			g = (int)i;
	}
	if (g < 0)
		g = rule_build_group(b);
	b->at = at;
	b->at_group = at_group;
	b->n_xform = n_xform;
	return g;
}

int rule_build_transform(struct build *b, struct transform t)
{
	if (!b->sticky)
		return rule_fault(b->fault, b->keyword, "a transform needs a buffer before it");
	if (b->n_xform == CHAIN_MAX)
		return rule_fault(b->fault, b->keyword, "more than %u transforms", CHAIN_MAX);
	b->xform[b->n_xform++] = t;
	b->at_group = GROUP_UNSET;
	return 0;
}

int rule_build_relative(struct build *b, struct step *s)
{
	if (b->sticky || !(s->flags & STEP_RELATIVE))
		return 0;
	for (unsigned i = b->n_step; i-- > 0;) {
		const struct step *before = &b->step[i];

		if (before != s && before->kind != STEP_bsize && before->kind != STEP_isdataat) {
			s->group = before->group;
			return 0;
		}
	}
	return 0;
}

/* The steps of group g, in the order of the rule. */
static const struct step *collect(struct build *b, unsigned g, uint16_t *n)
{
	unsigned some = 0;

	for (unsigned i = 0; i < b->n_step; i++)
		some += b->step[i].group == g;
	struct step *out = rule_arena_take(b->arena, some * sizeof(*out));
	*n = 0;
	for (unsigned i = 0; i < b->n_step; i++) {
		if (b->step[i].group == g)
			out[(*n)++] = b->step[i];
	}
	return out;
}

/* Conditions on what base64_decode gave become part of its step. */
static void place_base64(struct build *b)
{
	for (unsigned g = 1; g < b->n_group; g++) {
		if (b->group[g].kind != GROUP_base64)
			continue;
		uint16_t n;
		const struct step *steps = collect(b, g, &n);
		for (unsigned i = 0; i < b->n_step; i++) {
			if (b->step[i].kind != STEP_base64)
				continue;
			struct base64_op *op = rule_arena_copy(b->arena, b->step[i].arg, sizeof(*op));
			op->step = steps;
			op->n = n;
			b->step[i].arg = op;
		}
	}
}

static uint64_t protos_apps(const struct signature *s)
{
	uint64_t apps = 0;

	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		if ((protocols[a]->over & PROTO_OVER_TCP && s->protos & PROTO_TCP) ||
		    (protocols[a]->over & PROTO_OVER_UDP && s->protos & PROTO_UDP))
			apps |= 1ull << a;
	}
	return s->app_mask ? apps & s->app_mask : apps;
}

/* A field of one direction alone has that one in a rule of both sides. */
static uint8_t natural_dir(const struct buffer *b)
{
	return !rule_buffer_apps(b, FLOW_to_client)   ? FLOW_to_server
	       : !rule_buffer_apps(b, FLOW_to_server) ? FLOW_to_client
						      : GROUP_DIR_EVENT;
}

static const struct keyword contradiction = {
	.name = "buffers of both directions, or of protocols that exclude each other",
	.syntax = "", .what = ""};

static const struct keyword mixed = {
	.name = "frame beside other frames, buffers or payload", .syntax = "", .what = ""};

/* A frame is all that its rule looks at. */
static void check_frame(struct build *b)
{
	struct signature *s = b->sig;

	if (!b->n_unmatched && (s->n_group != 1 || s->n_step || s->n_tx_test || s->whole_tx || s->hook))
		rule_build_unmatched(b, &mixed);
}

static const struct keyword both_sides = {
	.name = "=> (both sides of a transaction)", .syntax = "", .what = ""};

/* The protocols and directions in which everything that the rule asks for can be had. */
static void find_apps(struct build *b)
{
	struct signature *s = b->sig;

	for (uint8_t dir = 0; dir < 2; dir++) {
		uint64_t apps = protos_apps(s);

		if (s->flow & (dir ? NEED_TO_SERVER : NEED_TO_CLIENT) && !s->whole_tx)
			apps = 0;
		for (unsigned i = 1; i < b->n_group; i++) {
			struct group *g = &b->group[i];

			if (g->kind != GROUP_tx)
				continue;
			if (s->whole_tx && g->dir == GROUP_DIR_EVENT)
				g->dir = natural_dir(g->buffer);
			apps &= rule_buffer_apps(g->buffer, g->dir == GROUP_DIR_EVENT ? dir : g->dir);
		}
		for (unsigned i = 0; i < b->n_tx_test; i++) {
			struct tx_test *t = &b->tx_test[i];

			if (!t->field)
				continue;
			if (s->whole_tx && t->dir == GROUP_DIR_EVENT)
				t->dir = natural_dir(t->field);
			apps &= rule_buffer_apps(t->field, t->dir == GROUP_DIR_EVENT ? dir : t->dir);
		}
		s->apps[dir] = apps;
	}
	if (!(s->apps[0] | s->apps[1]) && !b->n_unmatched)
		rule_build_unmatched(b, &contradiction);
}

void rule_group_finish(struct build *b)
{
	struct signature *s = b->sig;
	bool tx = b->n_tx_test || s->whole_tx || s->hook;
	struct group *out;

	place_base64(b);
	s->step = collect(b, 0, &s->n_step);
	s->group = out = rule_arena_take(b->arena, b->n_group * sizeof(*out));
	for (unsigned i = 1; i < b->n_group; i++)
		tx |= b->group[i].kind == GROUP_tx || b->group[i].kind == GROUP_nowhere;
	if (s->whole_tx && b->n_group == 1 && !b->n_tx_test)
		rule_build_unmatched(b, &both_sides); /* of nothing that has sides */
	if (tx) {
		find_apps(b);
		s->where = WHERE_TX;
	}
	for (unsigned i = 1; i < b->n_group; i++) {
		struct group *g = &b->group[i];

		if (g->kind == GROUP_base64)
			continue;
		g->step = collect(b, i, &g->n);
		if (g->n || g->absent)
			out[s->n_group++] = *g;
	}
	unsigned of_file = 0;
	for (unsigned i = 0; i < s->n_group; i++)
		of_file += out[i].buffer && out[i].buffer->file && !out[i].absent;
	for (unsigned i = 0; i < b->n_tx_test; i++)
		of_file += b->tx_test[i].of_file;
	s->same_file = of_file > 1;
	s->event_only = s->app_events && !s->n_group && !s->n_step;
	for (unsigned i = 0; i < b->n_tx_test; i++)
		s->event_only &= !b->tx_test[i].field;
	s->tx_test = rule_arena_copy(b->arena, b->tx_test, b->n_tx_test * sizeof(b->tx_test[0]));
	s->n_tx_test = (uint16_t)b->n_tx_test;
	if (s->frame)
		check_frame(b);
}
