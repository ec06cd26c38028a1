// SPDX-License-Identifier: Apache-2.0
/* ipv4-csum, tcpv4-csum, …: whether a checksum is right. Nothing else looks at checksums (a mirror
 * shows packets before the network card has filled them in), so they are computed here, for those
 * packets alone that such a rule's header fits. A packet that is not whole has neither a valid nor
 * an invalid one.
 *
 * Source: RFC 1071; RFC 768 (a UDP checksum of 0 over IPv4: none was made, and that is valid)
 */
#include "decode/proto_number.h"
#include "rule/headers.h"
#include "rule/keyword.h"

static int csum_parse(struct span value, void *arg, struct fault *f)
{
	struct span v = rule_span_unquote(value);

	*(bool *)arg = span_is(v, "valid");
	return *(bool *)arg || span_is(v, "invalid")
		       ? 0
		       : rule_fault(f, value, "a checksum is valid or invalid");
}

static uint64_t sum(const uint8_t *p, size_t n, uint64_t s)
{
	for (; n >= 2; p += 2, n -= 2)
		s += (uint32_t)p[0] << 8 | p[1];
	return n ? s + ((uint32_t)p[0] << 8) : s;
}

static bool is_right(uint64_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return s == 0xffff;
}

static bool ipv4_match(const void *arg, const struct pkt *p)
{
	uint8_t room[14];
	struct bytes h = rule_header(p, HEADER_ipv4, room);

	return bytes_left(&h) && is_right(sum(h.at, bytes_left(&h), 0)) == *(const bool *)arg;
}

/* The transport's sum with its pseudo header; `p` is of that protocol over that version of IP. */
static bool transport_match(const void *arg, const struct pkt *p, uint8_t net, uint8_t proto)
{
	struct bytes b = p->net == net && p->proto == proto ? rule_header_l4(p) : bytes_of("", 0);
	uint32_t n = (uint32_t)bytes_left(&b);
	uint64_t s = 0;

	if (n == 0)
		return false;
	if (proto == PROTO_udp && b.at[6] == 0 && b.at[7] == 0 && net == PKT_ip4)
		return *(const bool *)arg;
	if (proto != PROTO_icmp) { /* an IPv4 address is the last 4 of the 16 bytes */
		unsigned skip = net == PKT_ip4 ? 12 : 0;

		s = sum((const uint8_t *)&p->src + skip, 16 - skip, (uint64_t)proto + n);
		s = sum((const uint8_t *)&p->dst + skip, 16 - skip, s);
	}
	return is_right(sum(b.at, n, s)) == *(const bool *)arg;
}

#define WHAT "whether the checksum is right; computed for this"

const struct keyword keyword_ipv4_csum = {
	.name = "ipv4-csum",
	.syntax = "ipv4-csum: valid | invalid",
	.what = WHAT,
	.value = VALUE_needed,
	.arg_size = sizeof(bool),
	.parse = csum_parse,
	.match = ipv4_match,
};

static bool tcpv4_match(const void *arg, const struct pkt *p)
{
	return transport_match(arg, p, PKT_ip4, PROTO_tcp);
}

const struct keyword keyword_tcpv4_csum = {
	.name = "tcpv4-csum",
	.syntax = "tcpv4-csum: valid | invalid",
	.what = WHAT,
	.value = VALUE_needed,
	.arg_size = sizeof(bool),
	.parse = csum_parse,
	.match = tcpv4_match,
};

static bool tcpv6_match(const void *arg, const struct pkt *p)
{
	return transport_match(arg, p, PKT_ip6, PROTO_tcp);
}

const struct keyword keyword_tcpv6_csum = {
	.name = "tcpv6-csum",
	.syntax = "tcpv6-csum: valid | invalid",
	.what = WHAT,
	.value = VALUE_needed,
	.arg_size = sizeof(bool),
	.parse = csum_parse,
	.match = tcpv6_match,
};

static bool udpv4_match(const void *arg, const struct pkt *p)
{
	return transport_match(arg, p, PKT_ip4, PROTO_udp);
}

const struct keyword keyword_udpv4_csum = {
	.name = "udpv4-csum",
	.syntax = "udpv4-csum: valid | invalid",
	.what = WHAT,
	.value = VALUE_needed,
	.arg_size = sizeof(bool),
	.parse = csum_parse,
	.match = udpv4_match,
};

static bool udpv6_match(const void *arg, const struct pkt *p)
{
	return transport_match(arg, p, PKT_ip6, PROTO_udp);
}

const struct keyword keyword_udpv6_csum = {
	.name = "udpv6-csum",
	.syntax = "udpv6-csum: valid | invalid",
	.what = WHAT,
	.value = VALUE_needed,
	.arg_size = sizeof(bool),
	.parse = csum_parse,
	.match = udpv6_match,
};

static bool icmpv4_match(const void *arg, const struct pkt *p)
{
	return transport_match(arg, p, PKT_ip4, PROTO_icmp);
}

const struct keyword keyword_icmpv4_csum = {
	.name = "icmpv4-csum",
	.syntax = "icmpv4-csum: valid | invalid",
	.what = WHAT,
	.value = VALUE_needed,
	.arg_size = sizeof(bool),
	.parse = csum_parse,
	.match = icmpv4_match,
};

static bool icmpv6_match(const void *arg, const struct pkt *p)
{
	return transport_match(arg, p, PKT_ip6, PROTO_icmp6);
}

const struct keyword keyword_icmpv6_csum = {
	.name = "icmpv6-csum",
	.syntax = "icmpv6-csum: valid | invalid",
	.what = WHAT,
	.value = VALUE_needed,
	.arg_size = sizeof(bool),
	.parse = csum_parse,
	.match = icmpv6_match,
};

static bool igmp_match(const void *arg, const struct pkt *p)
{
	return p->proto == 2 && !p->fragment && p->payload_len >= 8 &&
	       p->payload_len == p->payload_wire &&
	       is_right(sum(p->payload, p->payload_len, 0)) == *(const bool *)arg;
}

const struct keyword keyword_igmp_csum = {
	.name = "igmp.csum", .syntax = "igmp.csum: valid | invalid", .what = WHAT,
	.value = VALUE_needed, .arg_size = sizeof(bool), .parse = csum_parse, .match = igmp_match,
};
