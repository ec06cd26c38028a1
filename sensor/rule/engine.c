// SPDX-License-Identifier: Apache-2.0
/* Sorts the signatures into databases and lists. */
#include "rule/engine.h"

#include <stdlib.h>
#include <string.h>

static bool goes(const struct signature *s, unsigned dir)
{
	return !(s->flow & (dir == FLOW_to_server ? NEED_TO_CLIENT : NEED_TO_SERVER));
}

static bool in_database(const struct signature *s, enum database_kind kind, unsigned dir)
{
	if (s->rule.unmatched || !s->literal || s->where & WHERE_TX || !goes(s, dir))
		return false;
	switch (kind) {
	case DB_tcp:
		return s->where & WHERE_TCP_PACKET;
	case DB_udp:
		return (s->where & WHERE_PACKET) && (s->protos & PROTO_UDP);
	case DB_other:
		return (s->where & WHERE_PACKET) &&
		       (s->protos & (PROTO_ICMP | PROTO_ICMP6 | PROTO_OTHER));
	default:
		return s->where & (WHERE_STREAM | WHERE_TCP_PACKET);
	}
}

static bool in_class(const struct signature *s, enum proto_class c)
{
	static const uint8_t bit[CLASS_count] = {PROTO_TCP, PROTO_UDP, PROTO_ICMP, PROTO_ICMP6,
						 PROTO_OTHER, PROTO_ARP};
	return !s->rule.unmatched && (s->protos & bit[c]);
}

/* A rule without a literal that every packet of the class is held against. */
static bool is_listed(const struct signature *s, enum proto_class c)
{
	uint8_t where = c == CLASS_tcp ? WHERE_TCP_PACKET : WHERE_PACKET;
	return in_class(s, c) && !s->literal && (s->where & where);
}

/* The one destination port that a rule asks for, or -1. */
static int32_t one_port(const struct signature *s, enum proto_class c)
{
	const struct net_set *p = s->dport;

	if ((c != CLASS_tcp && c != CLASS_udp) || s->both_ways || p->n != 1 ||
	    p->at[0].lo != p->at[0].hi)
		return -1;
	return (int32_t)p->at[0].lo;
}

typedef bool (*choose)(const struct signature *s, unsigned a, int32_t b);

static struct list list_of(struct rule_engine *e, choose f, unsigned a, int32_t b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < e->n_sig; i++)
		n += f(e->sig[i], a, b);
	uint32_t *at = rule_arena_take(&e->arena, n * sizeof(*at));
	n = 0;
	for (uint32_t i = 0; i < e->n_sig; i++) {
		if (f(e->sig[i], a, b))
			at[n++] = i;
	}
	return (struct list){at, n};
}

static bool choose_database(const struct signature *s, unsigned kind, int32_t dir)
{
	return in_database(s, (enum database_kind)kind, (unsigned)dir);
}

static bool choose_header(const struct signature *s, unsigned c, int32_t unused)
{
	(void)unused;
	return in_class(s, (enum proto_class)c) && s->where == WHERE_HEADER;
}

static bool choose_app(const struct signature *s, unsigned c, int32_t unused)
{
	(void)unused;
	return in_class(s, (enum proto_class)c) && s->where == WHERE_APP;
}

static bool choose_listed(const struct signature *s, unsigned c, int32_t port)
{
	return is_listed(s, (enum proto_class)c) && !s->event &&
	       one_port(s, (enum proto_class)c) == port;
}

static bool choose_event(const struct signature *s, unsigned c, int32_t unused)
{
	(void)unused;
	return is_listed(s, (enum proto_class)c) && s->event;
}

static int by_port(const void *a, const void *b)
{
	const struct port_list *x = a, *y = b;
	return (int)x->port - (int)y->port;
}

static bool choose_chunk(const struct signature *s, unsigned unused, int32_t unused2)
{
	(void)unused, (void)unused2;
	return !s->rule.unmatched && !s->literal && s->where & WHERE_STREAM;
}

static void add_ports(const struct net_set *ports, uint8_t *bits)
{
	for (uint32_t i = 0; !ports->any && i < ports->n; i++) {
		for (uint32_t port = (uint32_t)ports->at[i].lo; port <= ports->at[i].hi; port++)
			bits[port / 8] |= (uint8_t)(1u << port % 8);
	}
	if (ports->any)
		memset(bits, 0xff, 65536 / 8);
}

static const uint8_t *stream_ports(struct rule_engine *e, unsigned dir)
{
	uint8_t *bits = rule_arena_take(&e->arena, 65536 / 8);

	for (uint32_t i = 0; i < e->n_sig; i++) {
		const struct signature *s = e->sig[i];

		if (s->rule.unmatched || !(s->where & WHERE_STREAM) || !goes(s, dir))
			continue;
		add_ports(dir == FLOW_to_server ? s->dport : s->sport, bits);
		if (s->both_ways)
			add_ports(dir == FLOW_to_server ? s->sport : s->dport, bits);
	}
	return bits;
}

static void build_lists(struct rule_engine *e, enum proto_class c)
{
	struct class_lists *l = &e->lists[c];
	uint8_t seen[65536 / 8] = {0};
	uint32_t n = 0;

	l->header = list_of(e, choose_header, c, 0);
	l->app = list_of(e, choose_app, c, 0);
	l->any = list_of(e, choose_listed, c, -1);
	l->events = list_of(e, choose_event, c, 0);
	for (uint32_t i = 0; i < e->n_sig; i++) {
		int32_t port = one_port(e->sig[i], c);

		if (port < 0 || !choose_listed(e->sig[i], c, port) ||
		    (seen[port / 8] & 1u << port % 8))
			continue;
		seen[port / 8] |= (uint8_t)(1u << port % 8);
		n++;
	}
	struct port_list *at = rule_arena_take(&e->arena, n * sizeof(*at));
	n = 0;
	for (int32_t port = 0; port < 65536; port++) {
		if (seen[port / 8] & 1u << port % 8)
			at[n++] = (struct port_list){(uint16_t)port,
						     list_of(e, choose_listed, c, port)};
	}
	qsort(at, n, sizeof(*at), by_port);
	l->port = at;
	l->n_port = n;
}

int rule_engine_build(struct rule_engine *e, struct cache *cache, struct err *err)
{
	e->empty = true;
	for (uint32_t i = 0; i < e->n_sig; i++)
		e->empty &= e->sig[i]->rule.unmatched != NULL;
	for (unsigned c = 0; c < CLASS_count; c++)
		build_lists(e, (enum proto_class)c);
	e->chunk = list_of(e, choose_chunk, 0, 0);
	e->has_chunks = e->chunk.n > 0;
	for (uint32_t i = 0; i < e->n_sig; i++)
		e->has_chunks |= is_listed(e->sig[i], CLASS_tcp) && e->sig[i]->n_step;
	for (unsigned dir = 0; dir < 2; dir++)
		e->stream_ports[dir] = stream_ports(e, dir);
	struct list which[DB_count][2];
	for (unsigned k = 0; k < DB_count; k++) {
		for (unsigned dir = 0; dir < 2; dir++)
			which[k][dir] = list_of(e, choose_database, k, (int32_t)dir);
	}
	struct arena scratch = {0};
	e->literal_rank = rule_literal_ranks(e->sig, e->n_sig, &scratch);
	int rc = rule_payload_dbs_build(e, which, cache, err);
	if (rc == 0)
		rc = rule_tx_engine_build(e, cache, err);
	e->literal_rank = NULL;
	rule_arena_fini(&scratch);
	return rc;
}

void rule_engine_fini(struct rule_engine *e)
{
	for (struct database *d = e->database; d; d = d->next)
		hs_free_database(d->hs);
	rule_arena_fini(&e->arena);
}
