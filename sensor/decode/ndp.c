// SPDX-License-Identifier: Apache-2.0
/* Neighbour and router discovery: who has which address, which prefix is on the link.
 *
 * Errors: a message that crossed a router, is a fragment, or overruns says nothing: pkt.ndp is then
 *         all zero. The oddity is counted.
 * Source: RFC 4861 4 (layouts), 7.1 (hop limit 255, code 0); RFC 6980 (fragments); RFC 8106 5.1
 * (RDNSS)
 */
#include "decode/walk.h"

#define HOPS        255
#define OPTIONS_MAX 16 /* more than that is no message of a real stack */

enum { ROUTER_SOLICITATION = 133, ROUTER_ADVERTISEMENT, SOLICITATION, ADVERTISEMENT };
enum { OPTION_SOURCE = 1, OPTION_TARGET = 2, OPTION_PREFIX = 3, OPTION_RDNSS = 25 };

static void prefix(struct bytes o, struct pkt_ndp *ndp)
{
	uint8_t bits = bytes_u8(&o);
	uint8_t flags = bytes_u8(&o);
	uint32_t lifetime = bytes_be32(&o);
	struct addr a;

	bytes_take(&o, 8); /* preferred lifetime, reserved */
	bytes_copy(&o, &a, sizeof(a));
	if (!bytes_ok(&o) || !(flags & 0x80) || bits > 128 || ndp->prefix.bits != 0)
		return;
	for (unsigned i = bits; i < 128; i++)
		a.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	ndp->prefix.addr = a;
	ndp->prefix.bits = bits;
	ndp->prefix_lifetime_s = lifetime;
}

static bool options(struct bytes in, uint8_t type, struct pkt_ndp *ndp)
{
	uint8_t wanted = type == ADVERTISEMENT ? OPTION_TARGET : OPTION_SOURCE;

	for (unsigned i = 0; i < OPTIONS_MAX && bytes_left(&in); i++) {
		uint8_t kind = bytes_u8(&in);
		unsigned units = bytes_u8(&in);
		if (units == 0)
			return false;
		struct bytes body = bytes_take(&in, units * 8 - 2);
		if (!bytes_ok(&body))
			return false;
		if (kind == wanted && units == 1) {
			bytes_copy(&body, &ndp->mac, sizeof(ndp->mac));
			ndp->has_mac = true;
		} else if (kind == OPTION_PREFIX && type == ROUTER_ADVERTISEMENT) {
			prefix(body, ndp);
		} else if (kind == OPTION_RDNSS && type == ROUTER_ADVERTISEMENT && units % 2 == 0) {
			ndp->half_rdnss = true;
		}
	}
	return true;
}

void walk_ndp(struct walk *w, struct bytes body)
{
	struct pkt *p = w->pkt;
	struct pkt_ndp ndp = {.has_mac = false};
	uint8_t type = p->icmp_type;

	memset(&p->ndp, 0, sizeof(p->ndp));
	if (p->ttl != HOPS || p->icmp_code != 0 || p->fragment) {
		walk_oddity(w, VERDICT_ndp_far);
		return;
	}
	if (type == ROUTER_ADVERTISEMENT) {
		bytes_take(&body, 2); /* hop limit, flags */
		ndp.router_lifetime_s = bytes_be16(&body);
		bytes_take(&body, 8);
	} else {
		bytes_take(&body, 4);
	}
	if (type == SOLICITATION || type == ADVERTISEMENT)
		bytes_copy(&body, &ndp.target, sizeof(ndp.target));
	/* A message cut by the capture keeps what it told before the cut. */
	if (!bytes_ok(&body) || (!options(body, type, &ndp) && w->cut == 0)) {
		walk_oddity(w, VERDICT_ndp_broken);
		p->ndp.half_rdnss = ndp.half_rdnss;
		return;
	}
	p->ndp = ndp;
}
