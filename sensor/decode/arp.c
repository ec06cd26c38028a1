// SPDX-License-Identifier: Apache-2.0
/* ARP for IPv4 on Ethernet. The protocol addresses become src (sender) and dst (target).
 *
 * Source: RFC 826
 */
#include "decode/walk.h"

#define PACKET         28
#define HTYPE_ETHERNET 1
#define HTYPE_802      6

enum verdict decode_arp(struct walk *w)
{
	struct bytes rest = w->in;
	struct bytes h = bytes_take(&rest, PACKET);
	struct pkt *p = w->pkt;
	uint32_t sender, target;

	if (!bytes_ok(&h))
		return VERDICT_arp_short;

	uint16_t htype = bytes_be16(&h);
	uint16_t ptype = bytes_be16(&h);
	uint16_t lengths = bytes_be16(&h);
	uint16_t op = bytes_be16(&h);
	if ((htype != HTYPE_ETHERNET && htype != HTYPE_802) || ptype != 0x0800 || lengths != 0x0604)
		return VERDICT_arp_kind;

	bytes_copy(&h, &p->arp.sender_mac, sizeof(p->arp.sender_mac));
	bytes_copy(&h, &sender, sizeof(sender));
	bytes_copy(&h, &p->arp.target_mac, sizeof(p->arp.target_mac));
	bytes_copy(&h, &target, sizeof(target));
	p->arp.op = op;
	p->src = addr_v4_wire(sender);
	p->dst = addr_v4_wire(target);
	p->net = PKT_arp;
	p->l3 = w->in.at;

	w->in = rest;
	walk_limit(w, 0); /* what follows is padding */
	w->next = LAYER_done;
	return VERDICT_ok;
}
