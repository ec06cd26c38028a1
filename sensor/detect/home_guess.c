// SPDX-License-Identifier: Apache-2.0
/* Whose the traffic is; see home_guess.h. */
#include "detect/home_guess.h"

#include "base/hash.h"

/* A client that talks to two services of one provider has both /24s on the other side; eight are
 * none by chance, and a browser has met them within its first page. */
#define OTHERS 8

static struct cidr net_of(const struct addr *a)
{
	struct cidr c = {.addr = *a, .bits = addr_is_v4(a) ? 120 : 64};

	for (unsigned i = c.bits / 8u; i < sizeof(c.addr.b); i++)
		c.addr.b[i] = 0;
	return c;
}

static bool names_a_site(const struct addr *a)
{
	return !addr_is_any(a) && !addr_is_multicast(a) && !addr_is_broadcast(a) &&
	       !addr_is_loopback(a) && !addr_is_link_local(a);
}

bool home_guess_contact(struct home_guess *g, const struct addr *src, const struct addr *dst,
			struct cidr *home)
{
	struct cidr now[2];
	unsigned n = 0;

	if (g->decided || !names_a_site(src) || !names_a_site(dst))
		return false;
	now[0] = net_of(src);
	now[1] = net_of(dst);
	if (addr_eq(&now[0].addr, &now[1].addr))
		now[1] = now[0];
	if (!g->begun) {
		g->begun = true;
		g->n = 2;
		memcpy(g->at, now, sizeof(now));
	}
	for (unsigned i = 0; i < g->n; i++) {
		if (addr_eq(&g->at[i].addr, &now[0].addr) || addr_eq(&g->at[i].addr, &now[1].addr))
			g->at[n++] = g->at[i];
	}
	g->n = (uint8_t)n;
	if (n != 1)
		return false;
	const struct addr *other = &now[addr_eq(&g->at[0].addr, &now[0].addr)].addr;
	g->others |= 1ull << (hash_addr(other, 8) >> 58);
	if (__builtin_popcountll(g->others) < OTHERS)
		return false;
	*home = g->at[0];
	g->decided = true;
	return true;
}
