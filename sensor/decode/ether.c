// SPDX-License-Identifier: Apache-2.0
/* Ethernet II and 802.3 with LLC/SNAP.
 *
 * Source: IEEE 802.3 3.2.6 (type or length), RFC 1042 (SNAP).
 */
#include "decode/walk.h"

#define HEADER      14
#define TYPE_MIN    0x0600 /* below it the field is a length */
#define SNAP_HEADER 8      /* LLC and SNAP */

static enum verdict decode_llc(struct walk *w, uint16_t length)
{
	static const uint8_t snap[6] = {0xaa, 0xaa, 0x03, 0, 0, 0};

	if (length <= walk_wire_left(w))
		walk_limit(w, length);
	if (bytes_left(&w->in) < SNAP_HEADER || memcmp(w->in.at, snap, sizeof(snap)) != 0)
		return VERDICT_llc;
	bytes_take(&w->in, sizeof(snap));
	return walk_ether_type(w, bytes_be16(&w->in));
}

enum verdict decode_ether(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, HEADER);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return VERDICT_link_short;
	bytes_copy(&h, &p->dmac, sizeof(p->dmac));
	bytes_copy(&h, &p->smac, sizeof(p->smac));
	p->has_mac = true;

	uint16_t type = bytes_be16(&h);
	return type < TYPE_MIN ? decode_llc(w, type) : walk_ether_type(w, type);
}
