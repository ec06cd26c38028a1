// SPDX-License-Identifier: Apache-2.0
/* ERSPAN: a mirrored frame in GRE, types II and III (type I has no header: gre.c). The VLAN that the
 * mirror took off the frame stands in the header and is put back.
 *
 * Errors: a frame that the mirror cut short (T) is read as one that the capture cut.
 * Source: draft-foschiano-erspan-03 4.2, 4.3
 */
#include "decode/walk.h"

#define VERSION_2   1
#define VERSION_3   2
#define HEADER_2    8
#define HEADER_3    12
#define SUBHEADER   8
#define VLAN_INSIDE 3      /* "En": the tag is still in the frame */
#define CUT_MAX     65535u /* nothing says by how much */
#define FRAME_ETHER 0

static enum verdict frame(struct walk *w, uint16_t version_vlan, uint16_t flags)
{
	struct pkt *p = w->pkt;
	uint16_t id = version_vlan & 0x0fff;

	if (flags >> 10 & 1)
		w->cut += CUT_MAX;
	if (id != 0 && p->vlan_tags > PKT_VLANS)
		walk_rare(w, RARE_erspan_tags);
	enum verdict v = walk_inner_ether(w);
	if (id != 0 && (flags >> 11 & 3) != VLAN_INSIDE)
		p->vlan[p->n_vlan++] = id;
	return v;
}

enum verdict decode_erspan2(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, HEADER_2);
	uint16_t version_vlan = bytes_be16(&h);
	uint16_t flags = bytes_be16(&h);

	if (!bytes_ok(&h))
		return VERDICT_erspan_short;
	if (version_vlan >> 12 != VERSION_2)
		return VERDICT_erspan_version;
	return frame(w, version_vlan, flags);
}

enum verdict decode_erspan3(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, HEADER_3);
	uint16_t version_vlan = bytes_be16(&h);
	uint16_t flags = bytes_be16(&h);

	bytes_take(&h, 6); /* timestamp, security group */
	uint16_t kind = bytes_be16(&h);
	if (!bytes_ok(&h))
		return VERDICT_erspan_short;
	if (version_vlan >> 12 != VERSION_3)
		return VERDICT_erspan_version;
	if ((kind >> 10 & 0x1f) != FRAME_ETHER)
		return VERDICT_erspan_frame;
	if (kind & 1) {
		struct bytes sub = bytes_take(&w->in, SUBHEADER);
		if (!bytes_ok(&sub))
			return VERDICT_erspan_short;
	}
	/* Of type III the two bits say that the frame is damaged or of an odd size: no "En". */
	return frame(w, version_vlan, flags & (uint16_t)~0x1800u);
}
