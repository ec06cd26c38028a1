// SPDX-License-Identifier: Apache-2.0
/* PPP: in PPPoE's sessions (a line to a provider, mirrored in front of its modem) and in PPTP's GRE.
 * Of what it carries IP is read; the rest (LCP, authentication, compressed or encrypted packets) is
 * a verdict. A PPPoE session has no addresses of its own, so it is no tunnel: only headers.
 *
 * Source: RFC 1661 2, 6.5 (protocol field of one byte), RFC 1662 3.1 (address and control),
 *         RFC 2516 4 (PPPoE), RFC 1332 2, RFC 5072 2 (numbers of IPv4 and IPv6)
 */
#include "decode/walk.h"

#define PPPOE_HEADER  6
#define PPPOE_VERSION 0x11 /* and type */
#define PPP_IPV4      0x0021
#define PPP_IPV6      0x0057
#define PPP_VJ_PLAIN  0x002f /* Van Jacobson's, uncompressed: RFC 1144 */
#define ADDRESS       0xff
#define CONTROL       0x03

/* Numbers that Suricata knows and does not read. */
static bool is_unread(unsigned type)
{
	static const uint16_t known[] = {0x0023, 0x0025, 0x0027, 0x0029, 0x002b, 0x002d, 0x0031, 0x0033, 0x0035, 0x0201,
					 0x0203, 0x0231, 0x8021, 0x8023, 0x8025, 0x8027, 0x8029, 0x802b, 0x8031, 0x8033,
					 0x8035, 0x8057, 0xc021, 0xc023, 0xc025, 0xc223};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] == type)
			return true;
	}
	return false;
}

static void odd(struct walk *w, unsigned type, bool short_form)
{
	size_t left = bytes_left(&w->in);

	if (type == PPP_IPV4) {
		if (left < 20)
			walk_rare(w, RARE_ppp_ip4_short);
	} else if (type == PPP_IPV6) {
		if (left < 40)
			walk_rare(w, RARE_ppp_ip6_short);
	} else if (type == PPP_VJ_PLAIN) {
		if (left < 20)
			walk_rare(w, RARE_ppp_vj_short);
	} else { /* of one byte it is taken for known */
		walk_rare(w, short_form || is_unread(type) ? RARE_ppp_unread : RARE_ppp_type);
	}
}

/* The number of what follows, and what is odd about it. */
static unsigned protocol(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, bytes_left(&w->in) && w->in.at[0] & 1 ? 1 : 2);
	bool short_form = h.end - h.at == 1;
	unsigned type = short_form ? bytes_u8(&h) : bytes_be16(&h);

	if (!bytes_ok(&h)) {
		walk_rare(w, RARE_ppp_short);
		return 0;
	}
	odd(w, type, short_form);
	return type;
}

static enum verdict carried(struct walk *w, unsigned type)
{
	if (type == 0)
		return VERDICT_ppp_short;
	if (type != PPP_IPV4 && type != PPP_IPV6)
		return VERDICT_ppp_kind;
	return walk_ether_type(w, type == PPP_IPV4 ? 0x0800 : 0x86dd);
}

static bool framed(struct walk *w)
{
	return bytes_left(&w->in) >= 2 && w->in.at[0] == ADDRESS && w->in.at[1] == CONTROL;
}

enum verdict decode_ppp(struct walk *w)
{
	if (framed(w))
		bytes_take(&w->in, 2);
	return carried(w, protocol(w));
}

enum verdict decode_pppoe(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, PPPOE_HEADER);
	unsigned version = bytes_u8(&h), code = bytes_u8(&h);

	bytes_be16(&h); /* the session */
	uint16_t len = bytes_be16(&h);
	if (!bytes_ok(&h) || bytes_left(&w->in) < 2) {
		walk_rare(w, RARE_pppoe_short);
		return bytes_ok(&h) && (version != PPPOE_VERSION || code != 0) ? VERDICT_ppp_kind : VERDICT_ppp_short;
	}
	if (len <= walk_wire_left(w))
		walk_limit(w, len); /* else what is there, as in IP */
	if (framed(w)) { /* which PPPoE has not */
		walk_rare(w, RARE_ppp_type);
		return decode_ppp(w);
	}
	unsigned type = protocol(w);
	return version != PPPOE_VERSION || code != 0 ? VERDICT_ppp_kind : carried(w, type);
}

enum verdict decode_pppoe_find(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, PPPOE_HEADER);

	bytes_u8(&h); /* version and type */
	uint8_t code = bytes_u8(&h);
	bytes_be16(&h);
	uint16_t len = bytes_be16(&h);
	if (!bytes_ok(&h)) {
		walk_rare(w, RARE_pppoe_short);
		return VERDICT_ether_type;
	}
	if (code != 0x09 && code != 0x07 && code != 0x19 && code != 0x65 && code != 0xa7)
		walk_rare(w, RARE_pppoe_code);
	else if (len > bytes_left(&w->in))
		walk_rare(w, RARE_pppoe_tags);
	return VERDICT_ether_type;
}
