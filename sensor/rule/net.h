// SPDX-License-Identifier: Apache-2.0
/* The addresses and ports of a rule's header: lists with nesting, negation and variables, made into
 * sorted intervals once, so that matching is a search.
 *
 * A list holds what its plain items hold (everything, if it has none) without what its negated
 * items hold; an item may be a list or a variable.
 */
#pragma once

#include "base/addr.h"
#include "rule/arena.h"
#include "rule/span.h"

__extension__ typedef unsigned __int128 u128;

struct interval { /* both ends included */
	u128 lo, hi;
};

struct net_set { /* ascending, apart from each other */
	struct interval *at;
	uint32_t n;
	bool any;
};

struct net_var {
	const char *name, *value;
};

struct net_memo {
	struct span text;
	const struct net_set *set;
	bool ports;
};

#define NET_VARS_MAX 256u
#define NET_MEMO_MAX 1024u

struct net_vars {
	struct arena *arena;
	struct net_var addr[NET_VARS_MAX], port[NET_VARS_MAX];
	unsigned n_addr, n_port;
	struct net_memo memo[NET_MEMO_MAX]; /* the texts seen: a rule file repeats a few */
	unsigned n_memo;
};

/* Suricata's variables with their defaults; HOME_NET is any until it is set. */
void rule_net_defaults(struct net_vars *v, struct arena *a);
/* Defines or replaces. */
int rule_net_set(struct net_vars *v, bool ports, const char *name, const char *value,
		 struct err *err);
/* "NAME=value" */
int rule_net_assign(struct net_vars *v, bool ports, const char *assignment, struct err *err);

/* A list that holds nothing is refused, unless a variable is to blame: then it is empty. */
int rule_net_addrs(struct net_vars *v, struct span s, const struct net_set **out, struct fault *f);
int rule_net_ports(struct net_vars *v, struct span s, const struct net_set **out, struct fault *f);

static inline u128 net_number(const struct addr *a)
{
	return (u128)__builtin_bswap64(a->q[0]) << 64 | __builtin_bswap64(a->q[1]);
}

static inline bool net_has(const struct net_set *s, u128 v)
{
	uint32_t lo = 0, hi = s->n;

	if (s->any)
		return true;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (v > s->at[mid].hi)
			lo = mid + 1;
		else if (v < s->at[mid].lo)
			hi = mid;
		else
			return true;
	}
	return false;
}

static inline bool net_has_addr(const struct net_set *s, const struct addr *a)
{
	return s->any || net_has(s, net_number(a));
}
