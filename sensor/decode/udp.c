// SPDX-License-Identifier: Apache-2.0
/* The UDP header. Its own length rules over IP's: what is after it is a trailer.
 *
 * Source: RFC 768; RFC 2675 4 (length 0)
 */
#include "decode/walk.h"

#define HEADER 8

enum verdict decode_udp(struct walk *w)
{
	uint32_t wire = walk_wire_left(w);
	struct bytes h = bytes_take(&w->in, HEADER);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return walk_transport_short(w, VERDICT_udp_short);

	uint16_t sport = bytes_be16(&h);
	uint16_t dport = bytes_be16(&h);
	uint32_t length = bytes_be16(&h);

	if (length == 0) {
		walk_oddity(w, VERDICT_udp_length_zero);
		length = wire;
	}
	if (length < HEADER || (length > wire && !p->fragment)) {
		walk_event(w, length < HEADER ? DECODE_udp_length : DECODE_udp_beyond);
		return VERDICT_udp_length;
	}
	p->sport = sport;
	p->dport = dport;
	p->has_ports = true;
	if (length < wire)
		walk_limit(w, length - HEADER);
	w->next = walk_by_udp_port(dport);
	return VERDICT_ok;
}
