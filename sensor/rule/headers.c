// SPDX-License-Identifier: Apache-2.0
/* decode/ leaves the IP header's place and the payload's; what stands between is measured from
 * these. Fragments have no transport header of their own here, but the first with its ports. */
#include "rule/headers.h"

#include "decode/proto_number.h"

#define IPV6_HEADER 40u
#define ARP_PACKET  28u
#define UDP_HEADER  8u
#define ICMP_HEADER 8u
#define TCP_HEADER  20u

static struct bytes none(void)
{
	return bytes_of("", 0);
}

/* Bytes of the transport header that stand right before the payload; 0: none is known. */
static uint32_t transport(const struct pkt *p)
{
	if (p->proto == PROTO_tcp && p->has_ports)
		return TCP_HEADER + p->tcp_opt_len;
	if (p->proto == PROTO_udp && p->has_ports)
		return UDP_HEADER;
	if ((p->proto == PROTO_icmp || p->proto == PROTO_icmp6) && !p->fragment)
		return ICMP_HEADER;
	return 0;
}

static struct bytes before_payload(const struct pkt *p, uint8_t proto)
{
	uint32_t n = p->proto == proto && p->l3 ? transport(p) : 0;

	return n ? bytes_of(p->payload - n, n) : none();
}

/* The header and all extension headers, where they stand in one piece. */
static struct bytes ipv6(const struct pkt *p)
{
	const uint8_t *end = p->fragment ? p->frag.at : p->payload - transport(p);

	if (p->reassembled || end < p->l3 + IPV6_HEADER)
		end = p->l3 + IPV6_HEADER;
	return bytes_of(p->l3, (size_t)(end - p->l3));
}

static struct bytes ether(const struct pkt *p, uint8_t room[14])
{
	if (!p->has_mac)
		return none();
	memcpy(room, &p->dmac, 6);
	memcpy(room + 6, &p->smac, 6);
	room[12] = (uint8_t)(p->ether_type >> 8);
	room[13] = (uint8_t)p->ether_type;
	return bytes_of(room, 14);
}

static struct bytes address(const struct pkt *p, const struct addr *a)
{
	if (p->net != PKT_ip4 && p->net != PKT_ip6)
		return none();
	return p->net == PKT_ip4 ? bytes_of(a->b + 12, 4) : bytes_of(a->b, 16);
}

struct bytes rule_header(const struct pkt *p, enum header_kind kind, uint8_t room[14])
{
	switch (kind) {
	case HEADER_ipv4:
		return p->net == PKT_ip4 && p->l3 ? bytes_of(p->l3, (p->l3[0] & 15u) * 4u) : none();
	case HEADER_ipv6:
		return p->net == PKT_ip6 && p->l3 ? ipv6(p) : none();
	case HEADER_tcp:
		return before_payload(p, PROTO_tcp);
	case HEADER_udp:
		return before_payload(p, PROTO_udp);
	case HEADER_icmpv4:
		return before_payload(p, PROTO_icmp);
	case HEADER_icmpv6:
		return before_payload(p, PROTO_icmp6);
	case HEADER_arp:
		return p->net == PKT_arp && p->l3 ? bytes_of(p->l3, ARP_PACKET) : none();
	case HEADER_ip_src:
		return address(p, &p->src);
	case HEADER_ip_dst:
		return address(p, &p->dst);
	case HEADER_ether:
		return ether(p, room);
	default:
		return none();
	}
}

struct bytes rule_header_l4(const struct pkt *p)
{
	uint32_t n = p->l3 && !p->fragment ? transport(p) : 0;

	return n && p->payload_len == p->payload_wire ? bytes_of(p->payload - n, n + p->payload_len)
						      : none();
}
