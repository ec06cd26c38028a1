// SPDX-License-Identifier: Apache-2.0
/* The IPv6 header and the extension headers after it. ESP ends the walk: what follows is not for
 * us.
 *
 * Errors: payload length 0 with something to follow is a jumbogram or what segmentation offload
 *         leaves: the packet ends with the frame. At most EXT_MAX extension headers are followed.
 * Source: RFC 8200 3 and 4; RFC 6946 (a fragment header on a whole packet makes no fragment)
 */
#include "decode/walk.h"

#define HEADER          40
#define EXT_MAX         8
#define FRAGMENT_HEADER 8
#define DATAGRAM_MAX    65535 /* bytes after the fixed header, reassembled */

static enum verdict fragment(struct walk *w, uint8_t *next)
{
	struct bytes h = bytes_take(&w->in, FRAGMENT_HEADER);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return VERDICT_ip6_ext_short;
	*next = bytes_u8(&h);
	bytes_take(&h, 1);

	uint16_t off_more = bytes_be16(&h);
	unsigned off = off_more & 0xfff8;
	if (off != 0 && off + walk_wire_left(w) > DATAGRAM_MAX)
		return VERDICT_ip6_frag_overrun;
	p->frag_off = (uint16_t)off;
	p->ip_flags = off_more & 1 ? FRAG_MORE : 0;
	p->fragment = off_more & 0xfff9;
	p->first_fragment = p->fragment && off == 0;
	return VERDICT_ok;
}

static enum verdict options(struct walk *w, uint8_t *next)
{
	struct bytes h = w->in;
	uint8_t type = *next;
	uint8_t after = bytes_u8(&h);
	unsigned length = 8 + bytes_u8(&h) * 8u;
	uint8_t routing = bytes_u8(&h);

	if (!bytes_ok(&h) || length > bytes_left(&w->in))
		return VERDICT_ip6_ext_short;
	if (type == PROTO_routing && routing == 0)
		walk_oddity(w, VERDICT_ip6_rh0);
	bytes_take(&w->in, length);
	*next = after;
	return VERDICT_ok;
}

/* Takes one extension header. *more: there may be another. */
static enum verdict extension(struct walk *w, uint8_t *next, bool *more)
{
	enum verdict v;

	switch (*next) {
	case PROTO_hop_by_hop:
	case PROTO_routing:
	case PROTO_dest_opts:
	case PROTO_mobility:
	case PROTO_hip:
	case PROTO_shim6:
		return options(w, next);
	case PROTO_ah:
		return walk_ah(w, next);
	case PROTO_fragment:
		v = fragment(w, next);
		*more = !w->pkt->fragment || w->pkt->first_fragment;
		return v;
	default:
		*more = false;
		return VERDICT_ok;
	}
}

static enum verdict up(struct walk *w, uint8_t next)
{
	struct pkt *p = w->pkt;
	bool more = true;

	p->net = PKT_ip6;
	for (unsigned i = 0; more; i++) {
		if (i > EXT_MAX)
			return VERDICT_ip6_ext_many;
		enum verdict v = extension(w, &next, &more);
		if (v != VERDICT_ok)
			return v;
	}
	p->proto = next;
	w->next = p->fragment && !p->first_fragment ? LAYER_done : walk_by_ip6_proto(next);
	return VERDICT_ok;
}

enum verdict decode_ipv6(struct walk *w)
{
	struct bytes rest = w->in;
	struct bytes h = bytes_take(&rest, HEADER);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return VERDICT_ip6_short;

	uint32_t version_flow = bytes_be32(&h);
	uint32_t length = bytes_be16(&h);
	uint8_t next = bytes_u8(&h);
	uint8_t hops = bytes_u8(&h);
	if (version_flow >> 28 != 6)
		return VERDICT_ip6_version;

	bytes_copy(&h, &p->src, sizeof(p->src));
	bytes_copy(&h, &p->dst, sizeof(p->dst));
	p->ttl = hops;
	w->in = rest;
	if (length == 0 && next != PROTO_none) {
		length = walk_wire_left(w);
		walk_oddity(w, VERDICT_ip6_length_zero);
	}
	if (length > walk_wire_left(w))
		return VERDICT_ip6_length;
	walk_limit(w, length);
	return up(w, next);
}
