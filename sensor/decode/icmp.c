// SPDX-License-Identifier: Apache-2.0
/* ICMP. The payload starts after the 8 bytes every message has. An error in a fragment is not
 * followed to the packet it quotes, so that all fragments of two hosts stay together.
 *
 * Source: RFC 792
 */
#include "decode/walk.h"

#define HEADER 8

static bool is_error(uint8_t type)
{
	/* Unreachable, source quench, redirect, time exceeded, parameter problem. */
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

enum verdict decode_icmp(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, HEADER);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return walk_transport_short(w, VERDICT_icmp_short);
	p->icmp_type = bytes_u8(&h);
	p->icmp_code = bytes_u8(&h);
	if (is_error(p->icmp_type) && !p->fragment)
		walk_quote(w, false);
	w->next = LAYER_done;
	return VERDICT_ok;
}
