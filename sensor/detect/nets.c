// SPDX-License-Identifier: Apache-2.0
/* Outside networks; see nets.h. */
#include "detect/nets.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>

#define V4_BYTES 15u /* of the mapped address: a /24 */
#define V6_BYTES 6u

static struct addr net_of(const struct addr *a)
{
	struct addr net = {.q = {0, 0}};

	memcpy(net.b, a->b, addr_is_v4(a) ? V4_BYTES : V6_BYTES);
	return net;
}

int nets_init(struct nets *n, uint32_t entries, struct err *err)
{
	n->hosts = 0;
	return sets_init(&n->at, sizeof(struct net), entries, err);
}

void nets_fini(struct nets *n)
{
	sets_fini(&n->at);
}

uint64_t nets_key(const struct addr *a)
{
	struct addr net = net_of(a);

	return hash_addr(&net, 21);
}

struct net *nets_meet(struct nets *n, const struct addr *a, uint64_t id, uint64_t now_ns)
{
	uint64_t bit = 1ull << (hash_u64(id, 22) >> 58);
	bool fresh;
	struct net *e = sets_get(&n->at, nets_key(a), 0, &fresh);

	if (fresh)
		e->first_ns = now_ns;
	if (now_ns > e->last_ns)
		e->last_ns = now_ns;
	e->hosts |= bit;
	n->hosts |= bit;
	return e;
}

struct net *nets_find(struct nets *n, const struct addr *a)
{
	return sets_find(&n->at, nets_key(a));
}

bool nets_is_new(const struct net *n, uint64_t now_ns, uint64_t new_s)
{
	return n && !n->learnt && now_ns < n->first_ns + new_s * NS_PER_S;
}

unsigned nets_users(const struct net *n)
{
	return (unsigned)__builtin_popcountll(n->hosts);
}

const char *nets_text(const struct addr *a, char *out, size_t size)
{
	char text[ADDR_TEXT];
	struct addr net = net_of(a);

	snprintf(out, size, "%s/%d", addr_text(&net, text), addr_is_v4(a) ? 24 : 48);
	return out;
}
