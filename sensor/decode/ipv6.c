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
	if (reserved)
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

/* The least that an option of that kind has. */
static unsigned option_least(uint8_t option)
{
	return option == 0x05 ? 2 : option == 0xc2 ? 4 : option == 0xc9 ? 16 : 0;
}

struct options_have { /* padding: a jumbo's length, too, as to Suricata */
	bool padding, other, unknown;
};

/* Looks through the options of one header. False: one overruns it, or is shorter than it can be. */
static bool options_fit(struct walk *w, struct bytes in, struct options_have *have)
{
	while (bytes_left(&in)) {
		uint8_t option = bytes_u8(&in);
		if (option == 0) { /* Pad1 */
			have->padding = true;
			continue;
		}
		uint8_t n = bytes_u8(&in);
		struct bytes body = bytes_take(&in, n);
		if (option == 0x01 && n == 0)
			walk_rare(w, RARE_ip6_padn_0);
		if (!bytes_ok(&body) || n < option_least(option))
			return false;
		switch (option) {
		case 0x01: /* PadN */
		case 0xc2: /* jumbo payload */
			have->padding = true;
			continue;
		case 0x05: /* router alert */
		case 0xc9: /* home address */
			break;
		default:
			have->unknown = true;
		}
		have->other = true;
	}
	return true;
}

static void options_look(struct walk *w, uint8_t type, struct bytes in)
{
	struct options_have have = {.padding = false};
	bool hop = type == PROTO_hop_by_hop, fit = options_fit(w, in, &have);

	if (!fit)
		walk_event(w, DECODE_ip6_option_length);
	if (have.unknown)
		walk_event(w, hop ? DECODE_ip6_hop_option : DECODE_ip6_dest_option);
	if (have.unknown || !fit)
		walk_oddity(w, VERDICT_ip6_option);
	if (have.padding && !have.other)
		walk_rare(w, hop ? RARE_ip6_hop_padding : RARE_ip6_dest_padding);
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
	enum { AH = 8, DEST = 16, DEST_2 = 32, OTHER = 64 };

	if (next == PROTO_ah) {
		if (*seen & AH)
			walk_rare(w, RARE_ip6_two_ahs);
		*seen |= AH;
	}
	if (next == PROTO_dest_opts) {
		if (*seen & DEST_2)
			walk_rare(w, RARE_ip6_two_dests);
		*seen |= *seen & DEST ? DEST_2 : DEST;
	}
	if (next == PROTO_mobility || next == PROTO_hip || next == PROTO_shim6)
		*seen |= OTHER;
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
	const uint8_t *at;

	switch (*next) {
	case PROTO_hop_by_hop:
	case PROTO_routing:
	case PROTO_dest_opts:
	case PROTO_mobility:
	case PROTO_hip:
	case PROTO_shim6:
		return options(w, next);
	case PROTO_ah:
		at = w->in.at;
		v = walk_ah(w, next);
		if (v == VERDICT_ok && (at[2] | at[3]))
			walk_rare(w, RARE_ip6_ah_reserved);
		return v;
	case PROTO_fragment:
		v = fragment(w, next);
		*more = !w->pkt->fragment || w->pkt->first_fragment;
		return v;
	default:
		*more = false;
		return VERDICT_ok;
	}
}

/* What stands at the end of the headers; `extended`: there were some. Suricata looks for tunnels behind none alone. */
static void last_header(struct walk *w, uint8_t next, bool extended)
{
	uint32_t left = (uint32_t)bytes_left(&w->in);
	unsigned version = left ? w->in.at[0] >> 4 : 0;

	if (extended && (next == PROTO_ip6 || next == PROTO_gre)) {
		walk_rare(w, RARE_ip6_next);
		return;
	}
	switch (next) {
	case PROTO_ip4:
		if (left < 20)
			walk_rare(w, RARE_ip4_in_6_short);
		else if (version != 4)
			walk_rare(w, RARE_ip4_in_6_version);
		break;
	case PROTO_ip6:
		if (left < HEADER)
			walk_rare(w, RARE_ip6_in_6_short);
		else if (version != 6)
			walk_rare(w, RARE_ip6_in_6_version);
		break;
	case PROTO_tcp:
	case PROTO_udp:
	case PROTO_icmp6:
	case PROTO_icmp:
	case PROTO_sctp:
	case PROTO_gre:
	case PROTO_none:
	case PROTO_esp:
		break;
	default:
		walk_rare(w, RARE_ip6_next);
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
	if (next != PROTO_tcp && next != PROTO_udp && (!p->fragment || p->first_fragment))
		last_header(w, next, seen != 0);
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
	if (w->cut) /* by the capture: read as far as it goes */
		walk_event(w, DECODE_ip6_truncated);
	p->ip_len = HEADER + length;
	return walk_ip6_proto(w, next);
}
