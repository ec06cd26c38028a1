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
	struct pkt *p = w->pkt;
	uint32_t before = walk_wire_left(w);
	struct bytes h = bytes_take(&w->in, FRAGMENT_HEADER);

	if (!bytes_ok(&h))
		return VERDICT_ip6_ext_short;
	*next = bytes_u8(&h);
	uint8_t reserved = bytes_u8(&h);

	uint16_t off_more = bytes_be16(&h);
	uint32_t id = bytes_be32(&h);
	unsigned off = off_more & 0xfff8;
	if ((off != 0 || (off_more & 1)) && off + walk_wire_left(w) > DATAGRAM_MAX)
		return VERDICT_ip6_frag_overrun;
	if (reserved || (off_more & 6))
		walk_oddity(w, VERDICT_ip6_frag_reserved);
	p->frag_off = (uint16_t)off;
	p->ip_flags = off_more & 1 ? FRAG_MORE : 0;
	p->fragment = off_more & 0xfff9;
	p->first_fragment = p->fragment && off == 0;
	if (!p->fragment) {
		walk_oddity(w, VERDICT_ip6_whole_fragment);
		return VERDICT_ok;
	}
	p->frag = (struct pkt_frag){
		.at = w->in.at,
		.len = (uint32_t)bytes_left(&w->in),
		.wire = walk_wire_left(w),
		.id = id,
		.head = p->ip_len - before,
		.proto = *next,
	};
	if ((off_more & 1) && p->frag.wire % 8 != 0)
		walk_oddity(w, VERDICT_ip6_frag_length);
	return VERDICT_ok;
}

/* Looks through the options of one header; the first odd one is told. */
static void options_look(struct walk *w, uint8_t type, struct bytes in)
{
	while (bytes_left(&in)) {
		uint8_t option = bytes_u8(&in);
		if (option == 0) /* Pad1 */
			continue;
		struct bytes body = bytes_take(&in, bytes_u8(&in));
		if (!bytes_ok(&body)) {
			walk_event(w, DECODE_ip6_option_length);
			walk_oddity(w, VERDICT_ip6_option);
			return;
		}
		switch (option) {
		case 0x01: /* PadN */
		case 0x04: /* tunnel encapsulation limit */
		case 0x05: /* router alert */
		case 0x07: /* CALIPSO */
		case 0x08: /* SMF_DPD */
		case 0x26: /* quick start */
		case 0x63: /* RPL */
		case 0xc2: /* jumbo payload */
		case 0xc9: /* home address */
			continue;
		}
		walk_event(w, type == PROTO_hop_by_hop ? DECODE_ip6_hop_option
						       : DECODE_ip6_dest_option);
		walk_oddity(w, VERDICT_ip6_option);
		return;
	}
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
	struct bytes all = bytes_take(&w->in, length);
	if (type == PROTO_hop_by_hop || type == PROTO_dest_opts) {
		bytes_take(&all, 2);
		options_look(w, type, all);
	}
	*next = after;
	return VERDICT_ok;
}

/* A header that stands twice, and should not. `seen`: a bit each. */
static void twice(struct walk *w, uint8_t next, unsigned *seen)
{
	static const struct {
		uint8_t proto, event;
	} once[] = {{PROTO_fragment, DECODE_ip6_two_fragments},
		    {PROTO_routing, DECODE_ip6_two_routings},
		    {PROTO_hop_by_hop, DECODE_ip6_two_hop_by_hops}};

	for (unsigned i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (once[i].proto != next)
			continue;
		if (*seen >> i & 1) {
			walk_event(w, (enum decode_event)once[i].event);
			walk_oddity(w, VERDICT_ip6_ext_twice);
		}
		*seen |= 1u << i;
	}
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

enum verdict walk_ip6_proto(struct walk *w, uint8_t next)
{
	struct pkt *p = w->pkt;
	bool more = true;
	unsigned seen = 0;

	p->net = PKT_ip6;
	for (unsigned i = 0; more; i++) {
		if (i > EXT_MAX)
			return VERDICT_ip6_ext_many;
		twice(w, next, &seen);
		enum verdict v = extension(w, &next, &more);
		if (v == VERDICT_ip6_ext_short || v == VERDICT_ah_short) {
			p->proto = next; /* a fragment's end may cut it: it goes on in the next one */
			return walk_transport_short(w, v);
		}
		if (v != VERDICT_ok)
			return v;
	}
	p->proto = next;
	if (seen && next != PROTO_none && walk_wire_left(w) < 2) /* as Suricata says it */
		walk_event(w, DECODE_ip6_ext_short);
	if (next == PROTO_icmp) {
		walk_event(w, DECODE_ip6_icmp4);
		walk_oddity(w, VERDICT_icmp_other_ip);
	}
	if (next == PROTO_none && walk_wire_left(w) && (!p->fragment || p->first_fragment))
		walk_oddity(w, VERDICT_ip6_after_none);
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
	p->l3 = w->in.at;
	p->ttl = hops;
	w->in = rest;
	if (length == 0 && next != PROTO_none) {
		length = walk_wire_left(w);
		walk_oddity(w, VERDICT_ip6_length_zero);
	}
	if (length > walk_wire_left(w))
		return VERDICT_ip6_length;
	walk_limit(w, length);
	p->ip_len = HEADER + length;
	return walk_ip6_proto(w, next);
}
