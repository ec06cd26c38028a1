// SPDX-License-Identifier: Apache-2.0
/* ICMPv6, with neighbour discovery. The payload starts after 8 bytes, as ICMP's does.
 *
 * Source: RFC 4443 2.1
 */
#include "decode/walk.h"

#define HEADER                  8
#define TYPE_INFORMATIONAL      128 /* below it are errors */
#define ROUTER_SOLICITATION     133
#define NEIGHBOUR_ADVERTISEMENT 136

enum verdict decode_icmp6(struct walk *w)
{
	struct bytes body = w->in;
	struct bytes h = bytes_take(&w->in, HEADER);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return walk_transport_short(w, VERDICT_icmp6_short);
	p->icmp_type = bytes_u8(&h);
	if (p->icmp_type == 0)
		walk_rare(w, RARE_icmp6_type);
	p->icmp_code = bytes_u8(&h);
	if (p->icmp_type < TYPE_INFORMATIONAL && !p->fragment)
		walk_quote(w, true);
	if (p->icmp_type >= ROUTER_SOLICITATION && p->icmp_type <= NEIGHBOUR_ADVERTISEMENT) {
		bytes_take(&body, 4);
		walk_ndp(w, body);
	}
	w->next = LAYER_done;
	return VERDICT_ok;
}
