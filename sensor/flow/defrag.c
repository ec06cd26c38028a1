// SPDX-License-Identifier: Apache-2.0
/* Fragments on their way through the pipeline: each waits, and the one that completes its datagram
 * goes on as the whole of it. What is inside may be a fragment again, in a tunnel.
 *
 * A worker gets a datagram's fragments by their outer pair. When a tunnel comes out of them, other
 * packets of the same inner pair may be another worker's: frag_tunnels counts it, and where it
 * counts, the promise of the same output for any number of workers does not hold.
 */
#include "decode/walk.h"
#include "flow/table.h"

/* It has addresses, and nothing that belongs to the datagram: that is told once, as a whole. */
static void hold(struct pkt *p)
{
	p->first_fragment = false;
	p->has_ports = false;
	p->sport = p->dport = 0;
	p->tcp_flags = 0;
	p->icmp_type = p->icmp_code = 0;
	p->payload_len = p->payload_wire = 0;
}

void flow_defrag_pkt(struct flow_table *t, struct pkt *p, struct verdicts *count)
{
	size_t i = (size_t)((uintptr_t)p - (uintptr_t)t->burst.first) / sizeof(*p);
	unsigned slot = i < FRAG_BUFFERS ? (unsigned)i : 0;
	unsigned depth = p->tunnel.depth;
	uint32_t len = 0;

	for (unsigned n = 0; n <= WALK_TUNNELS && p->fragment; n++) {
		enum frag_fate fate = flow_frag_put(&t->frags, p, slot, &len);
		if (fate == FRAG_held)
			hold(p);
		if (fate != FRAG_whole)
			return;
		decode_datagram(p, t->frags.buffer + (size_t)slot * FRAG_DATA_MAX, len, count);
		count_add(&t->count.frag_tunnels, p->tunnel.depth > depth);
		depth = p->tunnel.depth;
	}
}
