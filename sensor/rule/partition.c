// SPDX-License-Identifier: Apache-2.0
/* What a payload is scanned for, kept apart by what can be excluded before: rules that ask for few
 * ports have a small database a port, rules that ask for a protocol are in that protocol's alone. What
 * is scanned most often, a stream of no special port, is then scanned for what may be in it.
 *
 * Source: Suricata's groups of signatures by port (detect-engine-build.c), with two differences: a
 * port's own rules are scanned for beside the others, not merged with them (but for a protocol on its
 * usual port), and the protocol is a reason, too. Measured: docs/why/0015.
 */
#include "rule/engine.h"

#include <stdlib.h>

#define FEW_PORTS 256u /* of a rule that stands in its ports' databases */

enum side { SIDE_wide, SIDE_to, SIDE_from };

static bool is_few(const struct net_set *s)
{
	u128 n = 0;

	if (s->any)
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		n += s->at[i].hi - s->at[i].lo + 1;
	return n <= FEW_PORTS;
}

static enum side side_of(const struct signature *s, enum database_kind kind)
{
	if (kind == DB_other || s->both_ways || s->protos & (PROTO_ICMP | PROTO_ICMP6))
		return SIDE_wide;
	return is_few(s->dport) ? SIDE_to : is_few(s->sport) ? SIDE_from : SIDE_wide;
}

static struct list pick(struct rule_engine *e, struct list of, enum database_kind kind,
			enum side side, uint64_t apps)
{
	uint32_t *at = rule_arena_take(&e->arena, (of.n + 1) * sizeof(*at)), n = 0;

	for (uint32_t i = 0; i < of.n; i++) {
		const struct signature *s = e->sig[of.at[i]];

		if (side_of(s, kind) == side && (!s->app_mask || s->app_mask & apps))
			at[n++] = of.at[i];
	}
	return (struct list){at, n};
}

struct work {
	struct rule_engine *e;
	struct cache *cache;
	uint32_t *longest; /* of what is scanned together */
};

static int database(struct work *w, struct list l, bool bulk, const struct database **out,
		    struct err *err)
{
	int rc = rule_database_of(w->e, l, bulk, w->cache, out, err);

	if (*out && (*out)->longest > *w->longest)
		*w->longest = (*out)->longest;
	return rc;
}

struct port_rule {
	uint32_t rule;
	uint16_t port;
};

static int by_port(const void *a, const void *b)
{
	const struct port_rule *x = a, *y = b;

	if (x->port != y->port)
		return (int)x->port - (int)y->port;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* Every (port, rule) of the rules listed, ascending. */
static struct port_rule *spread(struct rule_engine *e, struct list l, enum side side, uint32_t *n)
{
	struct port_rule *at = NULL;

	for (unsigned pass = 0; pass < 2; pass++) {
		*n = 0;
		for (uint32_t i = 0; i < l.n; i++) {
			const struct signature *s = e->sig[l.at[i]];
			const struct net_set *ports = side == SIDE_to ? s->dport : s->sport;

			for (uint32_t k = 0; k < ports->n; k++) {
				for (u128 p = ports->at[k].lo; p <= ports->at[k].hi; p++) {
					if (at)
						at[*n] = (struct port_rule){l.at[i], (uint16_t)p};
					++*n;
				}
			}
		}
		if (!at)
			at = rule_arena_take(&e->arena, (*n + 1ul) * sizeof(*at));
	}
	qsort(at, *n, sizeof(*at), by_port);
	return at;
}

static int build_ports(struct work *w, struct port_dbs *out, struct list few, enum side side,
		       struct err *err)
{
	struct rule_engine *e = w->e;
	uint32_t n, ports = 0;
	struct port_rule *at = spread(e, few, side, &n);
	uint32_t *rule = rule_arena_take(&e->arena, (n + 1ul) * sizeof(*rule));

	for (uint32_t i = 0; i < n; i++)
		ports += i == 0 || at[i].port != at[i - 1].port;
	struct port_db *db = rule_arena_take(&e->arena, (ports + 1ul) * sizeof(*db));
	out->at = db;
	for (uint32_t i = 0, next; i < n; i = next) {
		for (next = i; next < n && at[next].port == at[i].port; next++)
			rule[next] = at[next].rule;
		struct port_db *d = &db[out->n++];

		d->port = at[i].port;
		out->has[d->port / 8] |= (uint8_t)(1u << d->port % 8);
		int rc = database(w, (struct list){rule + i, next - i}, false, &d->db, err);
		if (rc)
			return rc;
	}
	return 0;
}

#define JOINTS_MAX 8u /* usual ports of a protocol */

/* What most bytes are: streams of what is not known (yet), web, files. */
static bool is_bulk(enum database_kind kind, unsigned app)
{
	switch (app) {
	case APP_none:
	case APP_failed: return kind != DB_tcp;
	case APP_http:
	case APP_tls:
	case APP_smb: return kind == DB_stream;
	default: return false;
	}
}

static int build_joints(struct work *w, struct payload_dbs *p, enum database_kind kind, unsigned dir,
			struct err *err)
{
	struct rule_engine *e = w->e;
	const struct port_dbs *ports = dir == FLOW_to_server ? &p->to : &p->from;

	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		const uint16_t *port = protocols[a]->ports;
		struct port_db *at = rule_arena_take(&e->arena, JOINTS_MAX * sizeof(*at));

		p->joint[a] = at;
		for (; port && *port && p->of_app[a] && p->n_joint[a] < JOINTS_MAX; port++) {
			const struct database *d = port_db_find(ports, *port);
			struct port_db *j = &at[p->n_joint[a]];

			if (!d)
				continue;
			int rc = rule_database_join(e, p->of_app[a], d,
						    is_bulk(kind, a) && port == protocols[a]->ports,
						    w->cache, &j->db, err);
			if (rc)
				return rc;
			j->port = *port;
			p->n_joint[a]++;
		}
	}
	return 0;
}

/* A stream is scanned before it is known what it speaks, and what is found then waits for that. Packets of
 * TCP that their stream has not covered are few: one large database a direction is enough for them. */
static uint64_t apps_of(enum database_kind kind, enum app app)
{
	if (kind == DB_tcp)
		return ~UINT64_C(0);
	if (app != APP_none)
		return UINT64_C(1) << app;
	return kind == DB_stream ? ~UINT64_C(0) : UINT64_C(1) << APP_none;
}

static int build(struct work *w, enum database_kind kind, unsigned dir, struct list which,
		 struct err *err)
{
	struct rule_engine *e = w->e;
	struct payload_dbs *p = &e->payload[kind][dir];
	int rc = 0;

	w->longest = &p->longest;
	for (unsigned a = 0; a < APP_count && rc == 0; a++)
		rc = database(w, pick(e, which, kind, SIDE_wide, apps_of(kind, (enum app)a)),
			      is_bulk(kind, a), &p->of_app[a], err);
	if (rc == 0)
		rc = build_ports(w, &p->to, pick(e, which, kind, SIDE_to, ~UINT64_C(0)), SIDE_to, err);
	if (rc == 0)
		rc = build_ports(w, &p->from, pick(e, which, kind, SIDE_from, ~UINT64_C(0)), SIDE_from,
				 err);
	return rc || kind == DB_tcp ? rc : build_joints(w, p, kind, dir, err);
}

int rule_payload_dbs_build(struct rule_engine *e, struct list which[DB_count][2], struct cache *cache,
			   struct err *err)
{
	struct work w = {.e = e, .cache = cache};
	int rc = 0;

	for (unsigned k = 0; k < DB_count && rc == 0; k++) {
		for (unsigned dir = 0; dir < 2 && rc == 0; dir++)
			rc = build(&w, (enum database_kind)k, dir, which[k][dir], err);
	}
	return rc;
}
