// SPDX-License-Identifier: Apache-2.0
/* Types and codes of ICMP that nobody assigned, options of IPv4 and TCP that do not add up.
 *
 * Source: Suricata 7, decode-icmpv4.c, decode-icmpv6.c, decode-ipv4.c, decode-tcp.c; held against 7.0.10 for
 *         every type of ICMP and 300 lists of options made at random, which tests/golden/odd-headers has in part. */
#include "rule/header_event.h"

#include "decode/proto_number.h"
#include "rule/headers.h"
#include "rule/signature.h"

#define IPV4_HEADER 20u
#define IPV6_HEADER 40u

/* ICMP's types that are known, and the highest code of each. */
static const uint8_t icmp_types[] = {0, 3, 4, 5, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18};

static bool icmp_known(const struct pkt *p)
{
	for (unsigned i = 0; i < sizeof(icmp_types); i++) {
		if (icmp_types[i] == p->icmp_type)
			return true;
	}
	return false;
}

static bool is_icmp(const struct pkt *p, uint8_t proto)
{
	return p->proto == proto && !p->fragment;
}

static bool icmp_unknown_type(const struct pkt *p)
{
	return is_icmp(p, PROTO_icmp) && !icmp_known(p);
}

static bool icmp_unknown_code(const struct pkt *p)
{
	static const uint8_t most[19] = {[3] = 15, [5] = 3, [9] = 255, [11] = 1};

	return is_icmp(p, PROTO_icmp) && icmp_known(p) && p->icmp_code > most[p->icmp_type];
}

static bool in(uint8_t v, uint8_t lo, uint8_t hi)
{
	return v >= lo && v <= hi;
}

static bool icmp6_experiment(const struct pkt *p)
{
	uint8_t t = p->icmp_type;

	return is_icmp(p, PROTO_icmp6) && (in(t, 100, 101) || in(t, 200, 201));
}

static bool icmp6_unassigned(const struct pkt *p)
{
	uint8_t t = p->icmp_type;

	return is_icmp(p, PROTO_icmp6) && (in(t, 5, 99) || in(t, 102, 126) || in(t, 160, 199) || t >= 202);
}

static bool icmp6_unknown_code(const struct pkt *p)
{
	uint8_t t = p->icmp_type, c = p->icmp_code;

	if (!is_icmp(p, PROTO_icmp6))
		return false;
	return t == 1	? c > 6
	       : t == 3 ? c > 1
	       : t == 4 ? c > 2
	       : in(t, 138, 140) ? c > 2
	       : t == 155	 ? c > 3
				 : c != 0 && (t == 2 || in(t, 128, 149) || in(t, 154, 159));
}

static bool icmp6_mld_hops(const struct pkt *p)
{
	return is_icmp(p, PROTO_icmp6) && in(p->icmp_type, 130, 132) && p->ttl != 1;
}

/* Errors quote the packet they answer. */
static bool quotes(const struct pkt *p)
{
	uint8_t t = p->icmp_type;

	if (is_icmp(p, PROTO_icmp6))
		return in(t, 1, 4) && !icmp6_unknown_code(p);
	return is_icmp(p, PROTO_icmp) && (in(t, 3, 5) || t == 11 || t == 12) && !icmp_unknown_code(p);
}

static bool quote_short(const struct pkt *p)
{
	return quotes(p) && p->payload_len < (p->proto == PROTO_icmp ? IPV4_HEADER : IPV6_HEADER);
}

static bool quote_version(const struct pkt *p)
{
	unsigned want = p->proto == PROTO_icmp ? 4 : 6;

	return quotes(p) && !quote_short(p) && p->payload[0] >> 4 != want;
}

enum oddity { ODD_none, ODD_length = 1, ODD_twice = 2, ODD_unknown = 4, ODD_malformed = 8, ODD_no_end = 16 };

/* FIPS 188: tags behind a domain, each of a known kind and of a length that fits. */
static bool cipso_bad(struct bytes body)
{
	bytes_take(&body, 4);
	while (bytes_left(&body)) {
		uint32_t left = (uint32_t)bytes_left(&body);
		uint8_t kind = bytes_u8(&body), n = bytes_u8(&body);
		bool known = kind == 1 || kind == 2 || in(kind, 5, 7);

		if (!bytes_ok(&body) || !known || n < 4 || n > left || (kind != 7 && *body.at != 0))
			return true;
		bytes_take(&body, n - 2u);
	}
	return false;
}

/* One option of `n` bytes in all. */
static unsigned ip_option(uint8_t type, uint8_t n, struct bytes body)
{
	struct bytes data = body;
	uint8_t at = bytes_u8(&body);

	switch (type) {
	case 7: /* record route; loose, strict source route: a pointer to a slot */
	case 131:
	case 137:
		return n < 3 ? ODD_length : at < 4 || at % 4 || at > n + 1 ? ODD_malformed : ODD_none;
	case 68: /* timestamps: overflow and flag share a byte */
		if (n < 5 || at < 5)
			return n < 5 ? ODD_length : ODD_malformed;
		uint8_t flag = bytes_u8(&body) & 15;
		unsigned slot = flag == 1 || flag == 3 ? 8 : 4;
		return (at - 5u) % slot || at > n + 1 ? ODD_malformed : ODD_none;
	case 25: /* quick start */
		return n < 8 ? ODD_length : ODD_none;
	case 130: /* security, extended security */
	case 133:
		return n < 3 ? ODD_length : ODD_none;
	case 134:
		return n < 10 ? ODD_length : cipso_bad(data) ? ODD_malformed : ODD_none;
	case 136: /* stream */
	case 148: /* router alert */
		return n != 4 ? ODD_length : ODD_none;
	default:
		return ODD_unknown;
	}
}

static unsigned ip_options(const struct pkt *p)
{
	uint8_t room[14];
	struct bytes h = rule_header(p, HEADER_ipv4, room);
	uint64_t seen[4] = {0};
	unsigned odd = 0;

	bytes_take(&h, IPV4_HEADER);
	while (bytes_left(&h)) {
		uint8_t type = bytes_u8(&h);

		if (type == 0)
			return odd;
		if (type == 1)
			continue;
		if (bytes_left(&h) == 0)
			return odd | ODD_no_end;
		uint8_t n = bytes_u8(&h);
		struct bytes body = bytes_take(&h, n < 2 ? SIZE_MAX : n - 2u);
		if (!bytes_ok(&body))
			return odd | ODD_length;
		unsigned one = seen[type / 64] >> type % 64 & 1 ? ODD_twice : ip_option(type, n, body);
		odd |= one;
		if (one == ODD_none)
			seen[type / 64] |= 1ull << type % 64;
	}
	return odd;
}

static bool opt_no_end(const struct pkt *p)
{
	return ip_options(p) & ODD_no_end;
}

static bool opt_pad(const struct pkt *p)
{
	uint8_t room[14];
	struct bytes h = rule_header(p, HEADER_ipv4, room);

	return bytes_left(&h) > IPV4_HEADER && (bytes_left(&h) - IPV4_HEADER) % 8 != 0;
}

static bool opt_length(const struct pkt *p)
{
	return ip_options(p) & ODD_length;
}

static bool opt_twice(const struct pkt *p)
{
	return ip_options(p) & ODD_twice;
}

static bool opt_unknown(const struct pkt *p)
{
	return ip_options(p) & ODD_unknown;
}

static bool opt_malformed(const struct pkt *p)
{
	return ip_options(p) & ODD_malformed;
}

/* Whether an option of TCP has a length that it cannot have; *kind: what it counts as. */
static bool tcp_length_bad(uint8_t *kind, uint8_t n, struct bytes body)
{
	switch (*kind) {
	case 2: /* maximum segment size */
		return n != 4;
	case 3: /* window scale */
		return n != 3;
	case 4: /* selective acknowledgements allowed; 5: those: none at all is common */
		return n != 2;
	case 5:
		return n != 2 && (n < 10 || n > 34 || (n - 2) % 8 != 0);
	case 8: /* timestamps */
		return n != 10;
	case 19: /* MD5 */
		*kind = 0;
		return n != 18;
	case 29: /* authentication */
		*kind = 0;
		return n < 4;
	case 34: /* fast open */
		return n != 2 && (n < 4 || n > 18 || n % 2 != 0);
	case 253: /* experiments: fast open behind its number, else anybody's */
	case 254:
		*kind = bytes_be16(&body) == 0xf989 ? 34 : 0;
		return n != 4 && n != 12;
	default:
		*kind = 0;
		return false;
	}
}

static unsigned tcp_options(const struct pkt *p)
{
	struct bytes h = p->tcp_opt ? bytes_of(p->tcp_opt, p->tcp_opt_len) : bytes_of("", 0);
	uint64_t seen = 0;
	unsigned odd = 0;

	while (bytes_left(&h)) {
		uint8_t kind = bytes_u8(&h);

		if (kind == 0)
			break;
		if (kind == 1)
			continue;
		if (bytes_left(&h) == 0)
			break;
		uint8_t n = bytes_u8(&h);
		struct bytes body = bytes_take(&h, n < 2 ? SIZE_MAX : n - 2u);
		if (!bytes_ok(&body))
			return odd | ODD_length;
		if (tcp_length_bad(&kind, n, body))
			odd |= ODD_length;
		else if (kind && seen >> kind & 1)
			odd |= ODD_twice;
		else if (!(kind == 5 && n == 2))
			seen |= 1ull << kind;
	}
	return odd;
}

static bool tcp_opt_length(const struct pkt *p)
{
	return tcp_options(p) & ODD_length;
}

static bool tcp_opt_twice(const struct pkt *p)
{
	return tcp_options(p) & ODD_twice;
}

static const struct header_event events[] = {
	{"icmpv4.unknown_type", PROTO_ICMP, false, icmp_unknown_type},
	{"icmpv4.unknown_code", PROTO_ICMP, false, icmp_unknown_code},
	{"icmpv4.ipv4_trunc_pkt", PROTO_ICMP, false, quote_short},
	{"icmpv4.ipv4_unknown_ver", PROTO_ICMP, false, quote_version},
	{"icmpv6.ipv6_trunc_pkt", PROTO_ICMP6, false, quote_short},
	{"icmpv6.ipv6_unknown_version", PROTO_ICMP6, false, quote_version},
	{"icmpv6.unknown_code", PROTO_ICMP6, false, icmp6_unknown_code},
	{"icmpv6.unassigned_type", PROTO_ICMP6, false, icmp6_unassigned},
	{"icmpv6.experimentation_type", PROTO_ICMP6, false, icmp6_experiment},
	{"icmpv6.mld_message_with_invalid_hl", PROTO_ICMP6, false, icmp6_mld_hops},
	{"ipv4.opt_invalid_len", PROTO_ALL, true, opt_length},
	{"ipv4.opt_duplicate", PROTO_ALL, true, opt_twice},
	{"ipv4.opt_invalid", PROTO_ALL, true, opt_unknown},
	{"ipv4.opt_malformed", PROTO_ALL, true, opt_malformed},
	{"ipv4.opt_eol_required", PROTO_ALL, true, opt_no_end},
	{"ipv4.opt_pad_required", PROTO_ALL, true, opt_pad},
	{"tcp.opt_invalid_len", PROTO_TCP, false, tcp_opt_length},
	{"tcp.opt_duplicate", PROTO_TCP, false, tcp_opt_twice},
};

const struct header_event *rule_header_event(struct span name)
{
	for (unsigned i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (span_is(name, events[i].name))
			return &events[i];
	}
	return NULL;
}
