// SPDX-License-Identifier: Apache-2.0
/* One VLAN tag: 802.1Q, 802.1ad (QinQ) and the older 0x9100. Two ids are kept, outermost first;
 * id 0 is a priority tag and names no VLAN, so it is not kept.
 *
 * Source: IEEE 802.1Q 9.6
 */
#include "decode/walk.h"

#define TAG 4 /* TCI and the type after it */

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
	return walk_ether_type(w, bytes_be16(&h));
}
