// SPDX-License-Identifier: Apache-2.0
/* One VLAN tag: 802.1Q, 802.1ad (QinQ) and the older 0x9100. Two ids are kept, outermost first;
 * id 0 is a priority tag and names no VLAN, so it is not kept.
 *
 * Source: IEEE 802.1Q 9.6
 */
#include "decode/walk.h"

#define TAG      4 /* TCI and the type after it */
#define VNTAG    6
#define DCE      2
#define PBB      4
#define ETHER    14
#define TYPE_NSH 0x894f

enum verdict decode_vlan(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, TAG);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return VERDICT_vlan_short;

	uint16_t id = bytes_be16(&h) & 0x0fff;
	if (p->vlan_tags < UINT8_MAX)
		p->vlan_tags++;
	if (p->n_vlan == PKT_VLANS)
		walk_oddity(w, VERDICT_vlan_deep);
	else if (id != 0)
		p->vlan[p->n_vlan++] = id;
	uint16_t type = bytes_be16(&h);
	enum verdict v = walk_ether_type(w, type);
	if (v != VERDICT_ok && type != TYPE_NSH)
		walk_rare(w, RARE_vlan_type);
	return v;
}

/* Cisco's VN-tag: a virtual machine's port. */
enum verdict decode_vntag(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, VNTAG);

	bytes_take(&h, 4); /* direction, source, destination */
	uint16_t type = bytes_be16(&h);
	if (!bytes_ok(&h)) {
		walk_rare(w, RARE_vntag_short);
		return VERDICT_tag_short;
	}
	enum verdict v = walk_ether_type(w, type);
	if (v != VERDICT_ok && type != TYPE_NSH)
		walk_rare(w, RARE_vntag_type);
	return v;
}

/* Cisco's FabricPath: a tag of 2 bytes, and a frame. */
enum verdict decode_dce(struct walk *w)
{
	if (bytes_left(&w->in) < DCE + ETHER) {
		walk_rare(w, RARE_dce_short);
		return VERDICT_tag_short;
	}
	bytes_take(&w->in, DCE);
	return walk_inner_ether(w);
}

/* A provider's backbone (802.1ah): a service's tag, and the customer's frame. */
enum verdict decode_pbb(struct walk *w)
{
	if (bytes_left(&w->in) < PBB + ETHER) {
		walk_rare(w, RARE_pbb_short);
		return VERDICT_tag_short;
	}
	bytes_take(&w->in, PBB);
	return walk_inner_ether(w);
}
