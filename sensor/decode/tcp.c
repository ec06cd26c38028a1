// SPDX-License-Identifier: Apache-2.0
/* The TCP header. Options are bounded here and read by those who ask (decode_tcp_option).
 *
 * Source: RFC 9293 3.1, 3.2
 */
#include "decode/tcp.h"

#include "decode/walk.h"

#define HEADER_MIN 20

enum verdict decode_tcp(struct walk *w)
{
	uint32_t wire = walk_wire_left(w);
	struct bytes h = bytes_take(&w->in, HEADER_MIN);
	struct pkt *p = w->pkt;

	if (!bytes_ok(&h))
		return walk_transport_short(w, VERDICT_tcp_short);

	uint16_t sport = bytes_be16(&h);
	uint16_t dport = bytes_be16(&h);
	p->tcp_seq = bytes_be32(&h);
	p->tcp_ack = bytes_be32(&h);
	unsigned header = (bytes_u8(&h) >> 4) * 4u;
	p->tcp_flags = bytes_u8(&h);
	p->tcp_win = bytes_be16(&h);

	if (header < HEADER_MIN || header > wire) {
		walk_event(w, header < HEADER_MIN ? DECODE_tcp_below_header : DECODE_tcp_offset);
		return VERDICT_tcp_offset;
	}
	p->sport = sport;
	p->dport = dport;
	p->has_ports = true;

	uint32_t options = header - HEADER_MIN;
	uint32_t here = (uint32_t)bytes_left(&w->in);
	if (options > here) {
		walk_oddity(w, VERDICT_tcp_options_cut);
		w->cut -= options - here;
		options = here;
	}
	if (options) {
		p->tcp_opt = w->in.at;
		p->tcp_opt_len = (uint8_t)options;
		bytes_take(&w->in, options);
	}
	w->next = LAYER_done;
	return VERDICT_ok;
}

bool decode_tcp_option(const struct pkt *p, uint8_t kind, struct bytes *out)
{
	struct bytes in = p->tcp_opt ? bytes_of(p->tcp_opt, p->tcp_opt_len) : bytes_of("", 0);

	while (bytes_left(&in)) {
		uint8_t k = bytes_u8(&in);
		if (k == 0) /* end of options */
			return false;
		if (k == 1) /* padding between them */
			continue;
		uint8_t n = bytes_u8(&in);
		struct bytes body = bytes_take(&in, n < 2 ? SIZE_MAX : n - 2u);
		if (!bytes_ok(&body))
			return false;
		if (k == kind) {
			*out = body;
			return true;
		}
	}
	return false;
}
