// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a frame. The first byte: link type in its low bits, then whether the wire had more,
 * then whether a tag was stripped. */
#include "decode/pkt.h"
#include "decode/tcp.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct frame *f, enum verdict v, const struct pkt *p)
{
	struct addr a, b;
	struct bytes option;
	bool pair = decode_pair(f, &a, &b);

	assert(v < VERDICT_count);
	assert(p->payload);
	if (f->cap_len) {
		assert(p->payload >= f->data && p->payload <= f->data + f->cap_len);
		assert(p->payload_len <= (size_t)(f->data + f->cap_len - p->payload));
	}
	assert(p->payload_wire >= p->payload_len);
	if (p->tunnel.depth == 0) /* a mirror's frame may be cut by more than it is long */
		assert(p->payload_wire <= f->wire_len);
	assert(p->tunnel.depth <= 4);
	if (p->fragment)
		assert(p->frag.len <= p->frag.wire && p->frag.at >= f->data &&
		       p->frag.at + p->frag.len <= f->data + f->cap_len);
	assert(p->n_vlan <= PKT_VLANS);
	if (p->tcp_opt) {
		assert(p->tcp_opt >= f->data && p->tcp_opt + p->tcp_opt_len <= p->payload);
		for (unsigned kind = 2; kind < 9; kind++)
			decode_tcp_option(p, (uint8_t)kind, &option);
	}
	if (p->fragment)
		assert(p->frag_off + p->payload_wire <= 65535);
	if (p->net == PKT_ip4 || p->net == PKT_ip6) {
		assert(pair);
		assert(addr_eq(&a, p->quotes ? &p->q_src : &p->src));
		assert(addr_eq(&b, p->quotes ? &p->q_dst : &p->dst));
	} else if (p->net == PKT_arp) {
		assert(!pair);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verdicts count;
	struct pkt p;

	if (size == 0)
		return 0;
	struct frame f = {
		.data = data + 1,
		.cap_len = (uint32_t)size - 1,
		.wire_len = (uint32_t)size - 1 + (data[0] & 8 ? 40 : 0),
		.link = data[0] & 7,
		.vlan_tci = 100,
		.flags = data[0] & 16 ? FRAME_VLAN : 0,
	};
	enum verdict v = decode_frame(&f, &p, &count);
	check(&f, v, &p);
	return 0;
}
