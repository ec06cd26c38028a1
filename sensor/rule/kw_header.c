// SPDX-License-Identifier: Apache-2.0
/* Fields of the headers that few rules ask for: tos, ipopts, l3_proto, icmp_id, icmp_seq,
 * icmpv6.mtu, tcp.mss, tcp.wscale, vlan.id, vlan.layers.
 *
 * Source: Suricata 7 and 8, user guide "Meta Keywords", "TCP keywords", "VLAN Keywords".
 */
#include "decode/tcp.h"
#include "rule/headers.h"
#include "rule/keyword.h"
#include "rule/range.h"

static int tos_parse(struct span value, void *arg, struct fault *f)
{
	struct range *r = arg;
	struct span v = rule_span_unquote(value);
	bool negated = v.len && v.at[0] == '!';
	char text[8] = "0";
	uint64_t n;

	if (negated)
		v = span_trim(span_cut(v, 1, v.len));
	if (v.len == 0 || v.len > 4)
		return rule_fault(f, value, "tos is a number below 256");
	/* "x1c" stands for hexadecimal */
	bool hex = (v.at[0] | 32) == 'x';
	rule_span_text(v, text + hex, sizeof(text) - hex);
	if (rule_number_parse(span_of(text), UINT8_MAX, &n, f))
		return rule_fault(f, value, "tos is a number below 256");
	*r = (struct range){.lo = (uint32_t)n, .hi = (uint32_t)n, .negated = negated};
	return 0;
}

static bool tos_match(const void *arg, const struct pkt *p)
{
	uint8_t room[14];
	struct bytes h = rule_header(p, HEADER_ipv4, room);

	return bytes_left(&h) && rule_range_has(arg, h.at[1]);
}

const struct keyword keyword_tos = {
	.name = "tos",
	.syntax = "tos: [!]N | [!]xHEX",
	.what = "IPv4 type of service, the whole byte",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = tos_parse,
	.match = tos_match,
};

#define OPTION_ANY 0xff

static const struct {
	const char *name;
	uint8_t type; /* with its copy and class bits */
} ip_options[] = {
	{"eol", 0},     {"nop", 1},    {"rr", 7},           {"ts", 68},
	{"sec", 130},   {"lsrr", 131}, {"esec", 133},       {"cipso", 134},
	{"satid", 136}, {"ssrr", 137}, {"any", OPTION_ANY},
};

static int ipopts_parse(struct span value, void *arg, struct fault *f)
{
	struct span v = rule_span_unquote(value);

	for (unsigned i = 0; i < sizeof(ip_options) / sizeof(ip_options[0]); i++) {
		if (!span_is(v, ip_options[i].name))
			continue;
		*(uint8_t *)arg = ip_options[i].type;
		return 0;
	}
	int rc = rule_fault(f, value, "no IPv4 option '%.*s'", (int)v.len, v.at);
	err_hint(f->err, "rr, eol, nop, ts, sec, esec, lsrr, ssrr, satid, cipso or any");
	return rc;
}

static bool ipopts_match(const void *arg, const struct pkt *p)
{
	uint8_t room[14], want = *(const uint8_t *)arg;
	struct bytes h = rule_header(p, HEADER_ipv4, room);

	bytes_take(&h, 20);
	while (bytes_left(&h)) {
		uint8_t type = bytes_u8(&h);

		if (want == OPTION_ANY || want == type)
			return true;
		if (type == 0)
			return false;
		uint8_t n = type == 1 ? 2 : bytes_u8(&h);
		struct bytes body = bytes_take(&h, n < 2 ? SIZE_MAX : n - 2u);
		if (!bytes_ok(&body))
			return false;
	}
	return false;
}

const struct keyword keyword_ipopts = {
	.name = "ipopts",
	.syntax = "ipopts: NAME",
	.what = "an IPv4 option that the packet has",
	.value = VALUE_needed,
	.arg_size = sizeof(uint8_t),
	.parse = ipopts_parse,
	.match = ipopts_match,
};

static int l3_proto_parse(struct span value, void *arg, struct fault *f)
{
	struct span v = rule_span_unquote(value);
	bool four = span_is(v, "ipv4") || span_is(v, "ip4");

	if (!four && !span_is(v, "ipv6") && !span_is(v, "ip6"))
		return rule_fault(f, value, "l3_proto is ipv4 or ipv6");
	*(uint8_t *)arg = four ? PKT_ip4 : PKT_ip6;
	return 0;
}

static bool l3_proto_match(const void *arg, const struct pkt *p)
{
	return p->net == *(const uint8_t *)arg;
}

const struct keyword keyword_l3_proto = {
	.name = "l3_proto",
	.syntax = "l3_proto: ipv4 | ipv6",
	.what = "version of IP",
	.value = VALUE_needed,
	.arg_size = sizeof(uint8_t),
	.flow_constant = true,
	.parse = l3_proto_parse,
	.match = l3_proto_match,
};

static int u16_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(rule_span_unquote(value), UINT16_MAX, arg, f);
}

/* The word at `at` of an ICMP message whose type has an identifier and a sequence number. */
static bool query_word(const struct pkt *p, unsigned at, uint32_t *out)
{
	static const uint8_t queries[] = {0, 8, 13, 14, 15, 16, 17, 18};
	bool six = p->proto == 58;
	uint8_t room[14];
	struct bytes h = rule_header(p, six ? HEADER_icmpv6 : HEADER_icmpv4, room);

	if (!bytes_left(&h) || !(six ? p->icmp_type == 128 || p->icmp_type == 129
				     : memchr(queries, p->icmp_type, sizeof(queries)) != NULL))
		return false;
	bytes_take(&h, at);
	*out = bytes_be16(&h);
	return true;
}

static bool icmp_id_match(const void *arg, const struct pkt *p)
{
	uint32_t v;

	return query_word(p, 4, &v) && rule_range_has(arg, v);
}

const struct keyword keyword_icmp_id = {
	.name = "icmp_id",
	.syntax = "icmp_id: N",
	.what = "identifier of an ICMP query",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = u16_parse,
	.match = icmp_id_match,
};

static bool icmp_seq_match(const void *arg, const struct pkt *p)
{
	uint32_t v;

	return query_word(p, 6, &v) && rule_range_has(arg, v);
}

const struct keyword keyword_icmp_seq = {
	.name = "icmp_seq",
	.syntax = "icmp_seq: N",
	.what = "sequence number of an ICMP query",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = u16_parse,
	.match = icmp_seq_match,
};

static int u32_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(rule_span_unquote(value), UINT32_MAX, arg, f);
}

static bool icmpv6_mtu_match(const void *arg, const struct pkt *p)
{
	uint8_t room[14];
	struct bytes h = rule_header(p, HEADER_icmpv6, room);

	if (!bytes_left(&h) || p->icmp_type != 2) /* packet too big */
		return false;
	bytes_take(&h, 4);
	return rule_range_has(arg, bytes_be32(&h));
}

const struct keyword keyword_icmpv6_mtu = {
	.name = "icmpv6.mtu",
	.syntax = "icmpv6.mtu: RANGE",
	.what = "MTU that a packet-too-big names",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = u32_parse,
	.match = icmpv6_mtu_match,
};

static bool tcp_mss_match(const void *arg, const struct pkt *p)
{
	struct bytes o;

	return p->proto == 6 && decode_tcp_option(p, TCP_OPT_MSS, &o) && bytes_left(&o) == 2 &&
	       rule_range_has(arg, bytes_be16(&o));
}

const struct keyword keyword_tcp_mss = {
	.name = "tcp.mss",
	.syntax = "tcp.mss: RANGE",
	.what = "maximum segment size offered",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = u16_parse,
	.match = tcp_mss_match,
};

static int u8_parse(struct span value, void *arg, struct fault *f)
{
	return rule_range_parse(rule_span_unquote(value), UINT8_MAX, arg, f);
}

static bool tcp_wscale_match(const void *arg, const struct pkt *p)
{
	struct bytes o;
	uint8_t scale = 0; /* also where there is none, or one above RFC 7323's 14 */

	if (p->proto != 6)
		return false;
	if (decode_tcp_option(p, TCP_OPT_WSCALE, &o) && bytes_left(&o) == 1)
		scale = bytes_u8(&o);
	return rule_range_has(arg, scale > 14 ? 0 : scale);
}

const struct keyword keyword_tcp_wscale = {
	.name = "tcp.wscale",
	.syntax = "tcp.wscale: RANGE",
	.what = "window scale offered; 0 without",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = u8_parse,
	.match = tcp_wscale_match,
};

enum vlan_layer { VLAN_any, VLAN_all, VLAN_number };
struct vlan_id {
	struct range id;
	int8_t layer; /* VLAN_number: from the outermost 0, from the innermost -1 */
	uint8_t how;  /* enum vlan_layer */
};

static int vlan_id_parse(struct span value, void *arg, struct fault *f)
{
	struct vlan_id *v = arg;
	struct span rest = rule_span_unquote(value), id, layer;
	int32_t n;

	*v = (struct vlan_id){.how = VLAN_any};
	if (!rule_span_next(&rest, ',', &id))
		return rule_fault(f, value, "vlan.id is RANGE[,LAYER]");
	int rc = rule_range_parse(id, 4095, &v->id, f);
	if (rc || !rule_span_next(&rest, ',', &layer) || span_is(layer, "any"))
		return rc;
	v->how = span_is(layer, "all") ? VLAN_all : VLAN_number;
	if (v->how == VLAN_all)
		return 0;
	rc = rule_number_signed(layer, 3, &n, f);
	v->layer = (int8_t)n;
	return rc;
}

static bool vlan_id_match(const void *arg, const struct pkt *p)
{
	const struct vlan_id *v = arg;
	int at = v->layer < 0 ? p->n_vlan + v->layer : v->layer;
	unsigned n = 0;

	if (v->how == VLAN_number)
		return at >= 0 && at < p->n_vlan && rule_range_has(&v->id, p->vlan[at]);
	for (unsigned i = 0; i < p->n_vlan; i++)
		n += rule_range_has(&v->id, p->vlan[i]);
	return n && (v->how == VLAN_any || n == p->n_vlan);
}

const struct keyword keyword_vlan_id = {
	.name = "vlan.id",
	.syntax = "vlan.id: RANGE[, any | all | LAYER]",
	.what = "VLAN ids, layer 0 the outermost and -1 the innermost",
	.value = VALUE_needed,
	.arg_size = sizeof(struct vlan_id),
	.parse = vlan_id_parse,
	.match = vlan_id_match,
};

static bool vlan_layers_match(const void *arg, const struct pkt *p)
{
	return rule_range_has(arg, p->vlan_tags);
}

const struct keyword keyword_vlan_layers = {
	.name = "vlan.layers",
	.syntax = "vlan.layers: RANGE",
	.what = "number of VLAN tags",
	.value = VALUE_needed,
	.arg_size = sizeof(struct range),
	.parse = u8_parse,
	.match = vlan_layers_match,
};

#define IGMP 2

static bool igmp_type_match(const void *arg, const struct pkt *p)
{
	return p->proto == IGMP && !p->fragment && p->payload_len &&
	       rule_range_has(arg, p->payload[0]);
}

const struct keyword keyword_igmp_type = {
	.name = "igmp.type", .syntax = "igmp.type: RANGE", .what = "type of IGMP",
	.value = VALUE_needed, .arg_size = sizeof(struct range),
	.parse = u8_parse, .match = igmp_type_match,
};
