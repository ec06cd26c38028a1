// SPDX-License-Identifier: Apache-2.0
/* The pair of addresses that decides which worker gets a frame. TCP and UDP on Ethernet, tagged or
 * not, are read here; what is rarer (tunnels, ICMP errors, extension headers, other links, oddities)
 * goes through the whole decoder, so the two cannot disagree.
 *
 * A fragment of a tunnel gives the outer pair, as its later fragments cannot give another.
 */
#include "decode/walk.h"

#define ETHER      14
#define TAGS       2
#define IP4_HEADER 20
#define IP6_HEADER 40

static uint16_t be16_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* `at`: of the transport header. A UDP port that means a tunnel is not plain. */
static bool plain(const struct frame *f, uint8_t proto, size_t at)
{
	if (proto == PROTO_tcp)
		return true;
	return proto == PROTO_udp && f->cap_len >= at + 4 &&
	       walk_by_udp_port(be16_at(f->data + at + 2)) == LAYER_done;
}

/* False: not one of the ordinary frames. */
static bool pair_fast(const struct frame *f, struct addr *a, struct addr *b)
{
	const uint8_t *p = f->data;
	size_t at = ETHER; /* of what is after the Ethernet type */

	if (f->link != LINK_ether || f->cap_len < ETHER + IP4_HEADER)
		return false;
	uint16_t type = be16_at(p + 12);
	for (unsigned i = 0; i < TAGS && walk_by_ether_type(type) == LAYER_vlan; i++) {
		type = be16_at(p + at + 2);
		at += 4;
	}
	p += at;
	if (type == 0x0800 && f->cap_len >= at + IP4_HEADER && p[0] >= 0x45 && p[0] <= 0x4f &&
	    plain(f, p[9], at + (p[0] & 15) * 4u)) {
		uint32_t w[2];
		memcpy(w, p + 12, sizeof(w));
		*a = addr_v4_wire(w[0]);
		*b = addr_v4_wire(w[1]);
		return true;
	}
	if (type == 0x86dd && f->cap_len >= at + IP6_HEADER && p[0] >> 4 == 6 &&
	    plain(f, p[6], at + IP6_HEADER)) {
		memcpy(a, p + 8, sizeof(*a));
		memcpy(b, p + 24, sizeof(*b));
		return true;
	}
	return false;
}

bool decode_pair(const struct frame *frame, struct addr *a, struct addr *b)
{
	if (pair_fast(frame, a, b))
		return true;

	struct verdicts unused = {0};
	struct pkt p;
	decode_frame(frame, &p, &unused);
	if (p.net != PKT_ip4 && p.net != PKT_ip6)
		return false;
	*a = p.quotes ? p.q_src : p.src;
	*b = p.quotes ? p.q_dst : p.dst;
	return true;
}
