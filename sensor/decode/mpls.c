// SPDX-License-Identifier: Apache-2.0
/* MPLS: labels down to the bottom of the stack. Nothing says what follows, so its first nibble
 * does: 4 and 6 are IP, 0 is a pseudo-wire's control word and an Ethernet frame after it, 1 is the
 * network's own traffic; anything else is an Ethernet frame.
 *
 * Errors: an Ethernet frame without a control word whose first MAC begins with 4 or 6 is taken for
 *         IP, as routers do (RFC 4928 3).
 * Source: RFC 3032 2.1 (labels), RFC 4385 3 (first nibble), RFC 4448 4.6 (control word)
 */
#include "decode/walk.h"

#define LABEL     4
#define LABEL_MAX 16
#define BOTTOM    0x0100u

enum verdict decode_mpls(struct walk *w)
{
	uint32_t label;
	unsigned n = 0;

	do {
		struct bytes h = bytes_take(&w->in, LABEL);
		if (!bytes_ok(&h) || n++ == LABEL_MAX)
			return VERDICT_mpls_short;
		label = bytes_be32(&h);
	} while (!(label & BOTTOM));

	switch (label >> 12) { /* RFC 3032 2.1: reserved ones */
	case 0: /* explicit null: IPv4 */
		return walk_ether_type(w, 0x0800);
	case 1:
		walk_rare(w, RARE_mpls_alert);
		break;
	case 2:
		return walk_ether_type(w, 0x86dd);
	case 3:
		walk_rare(w, RARE_mpls_implicit);
		break;
	default:
		if (label >> 12 < 15)
			walk_rare(w, RARE_mpls_reserved);
		else if (bytes_left(&w->in) < 4)
			walk_rare(w, RARE_mpls_payload_short);
	}
	if (bytes_left(&w->in) < 4)
		return VERDICT_mpls_none;
	switch (w->in.at[0] >> 4) {
	case 4:
		return walk_ether_type(w, 0x0800);
	case 6:
		return walk_ether_type(w, 0x86dd);
	case 0:
		bytes_take(&w->in, 4);
		return walk_inner_ether(w);
	case 1:
		return label >> 12 < 15 ? VERDICT_mpls_none : VERDICT_mpls_payload;
	default:
		if (label >> 12 >= 15)
			walk_event(w, DECODE_mpls_payload);
		return walk_inner_ether(w);
	}
}
