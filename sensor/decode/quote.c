// SPDX-License-Identifier: Apache-2.0
/* The packet an ICMP error quotes: addresses, protocol, ports if they are there. Its lengths are
 * not believed, since senders quote as little as 8 bytes after the IP header.
 *
 * Source: RFC 792 ("internet header + 64 bits"), RFC 4443 2.4 (c)
 */
#include "decode/walk.h"

#define EXT_MAX 8

static void ports(struct bytes in, struct pkt *p, uint8_t proto)
{
	p->q_proto = proto;
	p->q_sport = p->q_dport = 0;
	p->quotes = true;
	if (bytes_left(&in) < 4 ||
	    (proto != PROTO_tcp && proto != PROTO_udp && proto != PROTO_sctp))
		return;
	p->q_sport = bytes_be16(&in);
	p->q_dport = bytes_be16(&in);
}

static bool quote_ip4(struct bytes in, struct pkt *p)
{
	struct bytes all = in, h = bytes_take(&in, 20);
	uint32_t src, dst;

	if (!bytes_ok(&h))
		return false;
	uint8_t version_ihl = bytes_u8(&h);
	unsigned header = (version_ihl & 15) * 4u;
	bytes_take(&h, 5);
	unsigned off = bytes_be16(&h) & 0x1fff;
	bytes_take(&h, 1);
	uint8_t proto = bytes_u8(&h);
	bytes_take(&h, 2);
	bytes_copy(&h, &src, sizeof(src));
	bytes_copy(&h, &dst, sizeof(dst));
	if (version_ihl >> 4 != 4 || header < 20)
		return false;
	p->q_src = addr_v4_wire(src);
	p->q_dst = addr_v4_wire(dst);
	bytes_take(&all, off == 0 ? header : SIZE_MAX);
	ports(all, p, proto);
	return true;
}

/* Skips one extension header of a quoted packet; false: `next` is what it carries. */
static bool skip(struct bytes *in, uint8_t *next)
{
	struct bytes h = *in;
	uint8_t after = bytes_u8(&h);
	unsigned length = bytes_u8(&h);

	switch (*next) {
	case PROTO_hop_by_hop:
	case PROTO_routing:
	case PROTO_dest_opts:
		length = 8 + length * 8;
		break;
	case PROTO_fragment:
		length = bytes_be16(&h) & 0xfff8 ? 0 : 8; /* of a later fragment no ports */
		break;
	default:
		return false;
	}
	if (length == 0 || !bytes_ok(&h) || length > bytes_left(in)) {
		in->at = in->end;
		return false;
	}
	bytes_take(in, length);
	*next = after;
	return true;
}

static bool quote_ip6(struct bytes in, struct pkt *p)
{
	struct bytes h = bytes_take(&in, 40);

	if (!bytes_ok(&h))
		return false;
	uint8_t version = bytes_u8(&h) >> 4;
	bytes_take(&h, 5);
	uint8_t next = bytes_u8(&h);
	bytes_take(&h, 1);
	if (version != 6)
		return false;
	bytes_copy(&h, &p->q_src, sizeof(p->q_src));
	bytes_copy(&h, &p->q_dst, sizeof(p->q_dst));
	for (unsigned i = 0; i < EXT_MAX && skip(&in, &next); i++)
		;
	ports(in, p, next);
	return true;
}

void walk_quote(struct walk *w, bool v6)
{
	if (!(v6 ? quote_ip6(w->in, w->pkt) : quote_ip4(w->in, w->pkt)))
		walk_oddity(w, VERDICT_icmp_no_quote);
}
