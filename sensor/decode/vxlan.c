// SPDX-License-Identifier: Apache-2.0
/* VXLAN and GENEVE: frames in UDP. Options of GENEVE are skipped.
 *
 * Source: RFC 7348 5, RFC 8926 3.4
 */
#include "decode/walk.h"

#define HEADER         8
#define VXLAN_VALID    0x08 /* "I": the network identifier counts */
#define GENEVE_VERSION 0xc0
#define GENEVE_LENGTH  0x3f /* 4-byte words of options */

enum verdict decode_vxlan(struct walk *w)
{
	if (!walk_enter(w))
		return VERDICT_ok;

	struct bytes h = bytes_take(&w->in, HEADER);
	uint8_t flags = bytes_u8(&h);

	if (!bytes_ok(&h))
		return VERDICT_vxlan_short;
	if (!(flags & VXLAN_VALID))
		return VERDICT_vxlan_flags;
	return walk_inner_ether(w);
}

enum verdict decode_geneve(struct walk *w)
{
	if (!walk_enter(w))
		return VERDICT_ok;

	struct bytes h = bytes_take(&w->in, HEADER);
	uint8_t version_length = bytes_u8(&h);

	bytes_take(&h, 1); /* flags: control packets carry a frame, too */
	uint16_t type = bytes_be16(&h);
	struct bytes options = bytes_take(&w->in, (version_length & GENEVE_LENGTH) * 4u);
	if (!bytes_ok(&h) || !bytes_ok(&options))
		return VERDICT_geneve_short;
	if (version_length & GENEVE_VERSION)
		return VERDICT_geneve_version;
	return walk_inner_type(w, type);
}
