// SPDX-License-Identifier: Apache-2.0
/* The IP header: ttl, ip_proto, id, fragbits, fragoffset, sameip. */
#include "rule/keyword.h"
#include "rule/range.h"

#include <strings.h>

static int byte_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(value, UINT8_MAX, arg, f);
}

static bool ttl_match(const void *arg, const struct pkt *p)
{
	return rule_range_has(arg, p->ttl);
}

const struct keyword keyword_ttl = {
	.name = "ttl", .syntax = "ttl: RANGE", .what = "IPv4 time to live or IPv6 hop limit",
	.value = VALUE_needed, .arg_size = sizeof(struct range),
	.parse = byte_parse, .match = ttl_match,
};

static const struct {
	const char *name;
	uint8_t number;
} ip_protos[] = {
	{"icmp", 1}, {"igmp", 2}, {"ipencap", 4}, {"tcp", 6}, {"egp", 8}, {"udp", 17},
	{"ipv6", 41}, {"rsvp", 46}, {"gre", 47}, {"esp", 50}, {"ah", 51}, {"ipv6-icmp", 58},
	{"eigrp", 88}, {"ospf", 89}, {"pim", 103}, {"vrrp", 112}, {"l2tp", 115}, {"sctp", 132},
};

static int ip_proto_parse(struct span value, void *arg, struct fault *f)
{
	struct range *r = arg;
	struct span v = rule_span_unquote(value);
	bool negated = v.len && v.at[0] == '!';
	struct span name = negated ? span_trim(span_cut(v, 1, v.len)) : v;

	for (unsigned i = 0; i < sizeof(ip_protos) / sizeof(ip_protos[0]); i++) {
		if (strlen(ip_protos[i].name) != name.len ||
		    strncasecmp(name.at, ip_protos[i].name, name.len) != 0)
			continue;
		*r = (struct range){.lo = ip_protos[i].number, .hi = ip_protos[i].number,
				    .negated = negated};
		return 0;
	}
	return rule_range_parse(v, UINT8_MAX, r, f);
}

static bool ip_proto_match(const void *arg, const struct pkt *p)
{
	return rule_range_has(arg, p->proto);
}

const struct keyword keyword_ip_proto = {
	.name = "ip_proto", .syntax = "ip_proto: RANGE | [!]NAME", .what = "protocol above IP",
	.value = VALUE_needed, .arg_size = sizeof(struct range), .flow_constant = true,
	.parse = ip_proto_parse, .match = ip_proto_match,
};

static int id_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(rule_span_unquote(value), UINT16_MAX, arg, f);
}

static bool id_match(const void *arg, const struct pkt *p)
{
	return p->net == PKT_ip4 && rule_range_has(arg, p->ip_id);
}

const struct keyword keyword_id = {
	.name = "id", .syntax = "id: RANGE", .what = "IPv4 identification",
	.value = VALUE_needed, .arg_size = sizeof(struct range),
	.parse = id_parse, .match = id_match,
};

#define FRAG_MORE 1u
#define FRAG_DONT 2u
#define FRAG_RESERVED 4u

struct bits { /* of the three flags */
	uint8_t want;
	char mode; /* 0 exactly these, '+' these and others, '*' any of these, '!' none of these */
};

static int fragbits_parse(struct span value, void *arg, struct fault *f)
{
	struct bits *b = arg;
	struct span v = rule_span_unquote(value);

	b->mode = 0;
	b->want = 0;
	if (v.len && (v.at[0] == '+' || v.at[0] == '*' || v.at[0] == '!')) {
		b->mode = v.at[0];
		v = span_cut(v, 1, v.len);
	} else if (v.len && (v.at[v.len - 1] == '+' || v.at[v.len - 1] == '*')) { /* as of flags */
		b->mode = v.at[v.len - 1];
		v = span_cut(v, 0, v.len - 1);
	}
	for (uint32_t i = 0; i < v.len; i++) {
		switch (v.at[i] & ~32) {
		case 'M':
			b->want |= FRAG_MORE;
			break;
		case 'D':
			b->want |= FRAG_DONT;
			break;
		case 'R':
			b->want |= FRAG_RESERVED;
			break;
		default:
			return rule_fault(f, value, "fragbits are M, D and R after +, * or !");
		}
	}
	if (b->want == 0)
		return rule_fault(f, value, "no bit is named");
	return 0;
}

static bool fragbits_match(const void *arg, const struct pkt *p)
{
	const struct bits *b = arg;
	uint8_t has = p->ip_flags & 7u;

	if (p->net != PKT_ip4)
		return false;
	switch (b->mode) {
	case '+':
		return (has & b->want) == b->want;
	case '*':
		return (has & b->want) != 0;
	case '!':
		return (has & b->want) == 0;
	default:
		return has == b->want;
	}
}

const struct keyword keyword_fragbits = {
	.name = "fragbits", .syntax = "fragbits: [+*!]MDR", .what = "IPv4 fragmentation flags",
	.value = VALUE_needed, .arg_size = sizeof(struct bits),
	.parse = fragbits_parse, .match = fragbits_match,
};

static int fragoffset_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(value, UINT16_MAX, arg, f);
}

static bool fragoffset_match(const void *arg, const struct pkt *p)
{
	return rule_range_has(arg, p->frag_off / 8u); /* the field counts units of 8 bytes */
}

const struct keyword keyword_fragoffset = {
	.name = "fragoffset", .syntax = "fragoffset: RANGE", .what = "fragment offset, units of 8 bytes",
	.value = VALUE_needed, .arg_size = sizeof(struct range),
	.parse = fragoffset_parse, .match = fragoffset_match,
};

static int sameip_parse(struct span value, void *arg, struct fault *f)
{
	(void)value, (void)arg, (void)f;
	return 0;
}

static bool sameip_match(const void *arg, const struct pkt *p)
{
	(void)arg;
	return addr_eq(&p->src, &p->dst);
}

const struct keyword keyword_sameip = {
	.name = "sameip", .syntax = "sameip", .what = "source and destination are one address",
	.value = VALUE_none, .parse = sameip_parse, .match = sameip_match,
};
