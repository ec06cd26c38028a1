// SPDX-License-Identifier: Apache-2.0
/* The IPv4 header. On VERDICT_ok the walk's bytes end with the datagram, so Ethernet padding is
 * never taken for data.
 *
 * Units:  lengths and offsets in bytes (the wire's 8-byte and 4-byte units end here).
 * Errors: a frame cut by the capture is measured against its length on the wire. Total length 0 is
 *         what segmentation offload leaves: the datagram ends with the frame.
 * Source: RFC 791 3.1 for the layout, RFC 1812 5.2.2 for the order of the checks. The checksum is
 *         not checked: a mirror often shows packets before the NIC has filled it in.
 */
#include "decode/walk.h"

#define HEADER_MIN   20    /* bytes, without options */
#define DATAGRAM_MAX 65535 /* bytes, reassembled */

static inline __attribute__((always_inline)) enum verdict up(struct walk *w, uint8_t proto)
{
	struct pkt *p = w->pkt;

	p->net = PKT_ip4;
	if (proto == PROTO_tcp && !p->fragment) { /* nearly always: spares what follows */
		p->proto = PROTO_tcp;
		w->next = LAYER_tcp;
		return VERDICT_ok;
	}
	if (proto == PROTO_ah && (!p->fragment || p->first_fragment)) {
		enum verdict v = walk_ah(w, &proto);
		if (v != VERDICT_ok) {
			p->proto = proto;
			return walk_transport_short(w, v);
		}
	}
	p->proto = proto;
	if (proto == PROTO_icmp6) {
		walk_event(w, DECODE_ip4_icmp6);
		walk_oddity(w, VERDICT_icmp_other_ip);
	}
	w->next = p->fragment && !p->first_fragment ? LAYER_done : walk_by_ip4_proto(proto);
	return VERDICT_ok;
}

enum verdict walk_ip4_proto(struct walk *w, uint8_t proto)
{
	return up(w, proto);
}

enum verdict decode_ipv4(struct walk *w)
{
	struct bytes rest = w->in;
	struct bytes h = bytes_take(&rest, HEADER_MIN);
	struct pkt *p = w->pkt;
	uint32_t src, dst;

	/* One question for the fixed part: the compiler now knows every read below is inside. */
	if (!bytes_ok(&h))
		return VERDICT_ip4_short;

	uint8_t version_ihl = bytes_u8(&h);
	bytes_take(&h, 1); /* DSCP, ECN: nobody asks yet */
	uint16_t total = bytes_be16(&h);
	uint16_t id = bytes_be16(&h);
	uint16_t flags_off = bytes_be16(&h);
	uint8_t ttl = bytes_u8(&h);
	uint8_t proto = bytes_u8(&h);
	bytes_take(&h, 2); /* checksum */
	bytes_copy(&h, &src, sizeof(src));
	bytes_copy(&h, &dst, sizeof(dst));

	if (version_ihl >> 4 != 4)
		return VERDICT_ip4_version;

	unsigned header = (version_ihl & 0x0f) * 4u;
	if (header < HEADER_MIN || header > bytes_left(&w->in))
		return VERDICT_ip4_ihl;

	if (header > HEADER_MIN)
		walk_event(w, DECODE_ip4_options);
	uint32_t length = total ? total : walk_wire_left(w);
	if (length < header || length > walk_wire_left(w)) {
		walk_event(w, length < header ? DECODE_ip4_below_header : DECODE_ip4_truncated);
		return VERDICT_ip4_length;
	}
	if (total == 0) {
		walk_event(w, DECODE_ip4_below_header);
		walk_oddity(w, VERDICT_ip4_total_zero);
	}

	unsigned frag_off = (flags_off & 0x1fff) * 8u;
	bool fragment = frag_off != 0 || (flags_off & 0x2000);
	if (fragment && frag_off + length - header > DATAGRAM_MAX - HEADER_MIN)
		return VERDICT_ip4_frag_overrun;

	p->l3 = w->in.at;
	p->src = addr_v4_wire(src);
	p->dst = addr_v4_wire(dst);
	p->ttl = ttl;
	p->ip_id = id;
	p->frag_off = (uint16_t)frag_off;
	p->ip_flags =
		(uint8_t)((flags_off >> 13 & 1) * FRAG_MORE | (flags_off >> 14 & 1) * FRAG_DONT |
			  (flags_off >> 15) * FRAG_RESERVED);
	p->fragment = frag_off != 0 || (p->ip_flags & FRAG_MORE);
	p->first_fragment = p->fragment && frag_off == 0;
	p->ip_len = length;

	walk_limit(w, length);
	if (w->cut) /* by the capture: read as far as it goes */
		walk_event(w, DECODE_ip4_truncated);
	bytes_take(&w->in, header);
	if (p->fragment)
		p->frag = (struct pkt_frag){
			.at = w->in.at,
			.len = (uint32_t)bytes_left(&w->in),
			.wire = walk_wire_left(w),
			.id = id,
			.head = header,
			.proto = proto,
		};
	return up(w, proto);
}
