// SPDX-License-Identifier: Apache-2.0
/* The SCTP common header: ports; the chunks are payload.
 *
 * Source: RFC 9260 3.1
 */
#include "decode/walk.h"

#define HEADER 12

enum verdict decode_sctp(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, HEADER);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return walk_transport_short(w, VERDICT_sctp_short);
	p->sport = bytes_be16(&h);
	p->dport = bytes_be16(&h);
	p->has_ports = true;
	w->next = LAYER_done;
	return VERDICT_ok;
}
