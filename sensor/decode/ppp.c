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
#define ADDRESS       0xff
#define CONTROL       0x03

enum verdict decode_ppp(struct walk *w)
{
	if (bytes_left(&w->in) >= 2 && w->in.at[0] == ADDRESS && w->in.at[1] == CONTROL)
		bytes_take(&w->in, 2);
	if (bytes_left(&w->in) == 0)
		return VERDICT_ppp_short;
	struct bytes h = bytes_take(&w->in, w->in.at[0] & 1 ? 1 : 2);
	unsigned type = h.end - h.at == 1 ? bytes_u8(&h) : bytes_be16(&h);

	if (!bytes_ok(&h))
		return VERDICT_ppp_short;
	if (type != PPP_IPV4 && type != PPP_IPV6)
		return VERDICT_ppp_kind;
	return walk_ether_type(w, type == PPP_IPV4 ? 0x0800 : 0x86dd);
}

enum verdict decode_pppoe(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, PPPOE_HEADER);
	unsigned version = bytes_u8(&h), code = bytes_u8(&h);

	bytes_be16(&h); /* the session */
	uint16_t len = bytes_be16(&h);
	if (!bytes_ok(&h))
		return VERDICT_ppp_short;
	if (version != PPPOE_VERSION || code != 0)
		return VERDICT_ppp_kind;
	if (len <= walk_wire_left(w))
		walk_limit(w, len); /* else what is there, as in IP */
	return decode_ppp(w);
}
