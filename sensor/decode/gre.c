// SPDX-License-Identifier: Apache-2.0
/* GRE versions 0, and 1 with PPTP's PPP: checksum, key and sequence number are skipped; source routing is refused, as RFC
 * 2784 asks. ERSPAN type I is GRE of type II's number without a sequence number and without a
 * header of its own.
 *
 * PPTP's key is the payload's length and the call; a packet without a sequence number has no payload.
 *
 * Source: RFC 2784 2, RFC 2637 4.1, RFC 2890 2, draft-foschiano-erspan-03 4.1
 */
#include "decode/walk.h"

#define CHECKSUM    0x8000u
#define ROUTING     0x4000u
#define KEY         0x2000u
#define SEQUENCE    0x1000u
#define VERSION     0x0007u
#define STRICT      0x0800u
#define RECURSION   0x0700u
#define RESERVED_0  0x00f8u
#define RESERVED_1  0x0078u
#define ACK         0x0080u /* version 1 */
#define TYPE_PPP    0x880b
#define TYPE_ERSPAN 0x88be

static enum verdict pptp(struct walk *w, unsigned flags, uint16_t type)
{
	const unsigned known = KEY | SEQUENCE | ACK | VERSION;
	static const struct {
		uint16_t bits;
		uint8_t event;
	} odd[] = {{CHECKSUM, RARE_gre1_checksum}, {ROUTING, RARE_gre1_route}, {STRICT, RARE_gre1_ssr},
		   {RECURSION, RARE_gre1_recur}, {RESERVED_1, RARE_gre1_flags}};
	uint8_t event = 0;

	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]) && !event && (flags & VERSION) == 1; i++)
		event = flags & odd[i].bits ? odd[i].event : 0;
	if ((flags & VERSION) == 1 && !event)
		event = type != TYPE_PPP ? RARE_gre1_type : !(flags & KEY) ? RARE_gre1_key : 0;
	if (event)
		walk_rare(w, (enum rare_event)event);
	if ((flags & VERSION) > 1)
		walk_event(w, DECODE_gre_version);
	if ((flags & VERSION) != 1 || (flags & ~known) || !(flags & KEY) || type != TYPE_PPP)
		return VERDICT_gre_version;
	struct bytes h = bytes_take(&w->in, 4 + (flags & SEQUENCE ? 4u : 0) + (flags & ACK ? 4u : 0));
	uint16_t len = bytes_be16(&h);
	if (!bytes_ok(&h)) {
		walk_rare(w, RARE_gre1_long);
		return VERDICT_gre_cut;
	}
	if (len <= walk_wire_left(w))
		walk_limit(w, len);
	w->next = LAYER_ppp;
	return len ? VERDICT_ok : VERDICT_ppp_kind; /* an acknowledgement alone */
}

enum verdict decode_gre(struct walk *w)
{
	if (!walk_enter(w))
		return VERDICT_ok;

	struct bytes h = bytes_take(&w->in, 4);
	unsigned flags = bytes_be16(&h);
	uint16_t type = bytes_be16(&h);

	if (!bytes_ok(&h))
		return VERDICT_gre_short;
	if (flags & VERSION)
		return pptp(w, flags, type);
	if (flags & (RECURSION | RESERVED_0))
		walk_rare(w, flags & RECURSION ? RARE_gre_recur : RARE_gre_flags);
	if (flags & ROUTING)
		return VERDICT_gre_routing;
	unsigned more = (flags & CHECKSUM ? 4u : 0) + (flags & KEY ? 4u : 0) +
			(flags & SEQUENCE ? 4u : 0);
	struct bytes options = bytes_take(&w->in, more);
	if (!bytes_ok(&options)) {
		walk_rare(w, RARE_gre_long);
		return VERDICT_gre_cut;
	}

	if (type == TYPE_ERSPAN && !(flags & SEQUENCE))
		return walk_inner_ether(w);
	w->next = walk_by_gre_type(type);
	return w->next == LAYER_done ? walk_inner_type(w, type) : VERDICT_ok;
}
