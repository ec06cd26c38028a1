// SPDX-License-Identifier: Apache-2.0
/* Facts of ICMP echoes that carry more than a ping does: a payload of more than ECHO_PLAIN bytes,
 * or one whose part behind the time stamp changes from one to the next. At most FIRST a flow and
 * then one each second: a flood of them is the flow records' matter. */
#include "proto/state.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/hash.h"

#define ECHO_PLAIN 64u
#define STAMP      16u /* bytes of the time at the beginning of ping's payload */
#define FIRST      8u
#define HASHED     256u /* bytes that are compared */

void proto_icmp_echo(struct proto *pr, struct proto_flow *pf, const struct pkt *p)
{
	bool reply = p->icmp_type == 0 || p->icmp_type == 129;
	struct proto_half *h = &pf->half[p->dir];

	if (p->payload - p->l3 < 28) /* the eight bytes before it are not at hand */
		return;
	uint32_t skip = p->payload_len > STAMP ? STAMP : 0;
	uint32_t n = p->payload_len - skip < HASHED ? p->payload_len - skip : HASHED;
	uint64_t body = hash_bytes(p->payload + skip, n, 1) | 1;
	bool changed = h->base && h->base != body;
	h->base = body;
	if (p->payload_len <= ECHO_PLAIN && !changed)
		return;
	uint32_t now_s = (uint32_t)(p->time_ns / NS_PER_S);
	if (pf->txs >= FIRST && pf->ticked_s == now_s)
		return;
	pf->txs++;
	pf->ticked_s = now_s;

	struct bytes b = bytes_of(p->payload - 4, 4);
	struct fact_icmp_echo f = {.len = (uint16_t)p->payload_wire, .reply = reply};
	f.id = bytes_be16(&b);
	f.seq = bytes_be16(&b);
	b = bytes_of(p->payload, p->payload_len);
	for (unsigned i = 0; i < 8; i++)
		f.head = f.head << 8 | bytes_u8(&b);
	f.entropy_8th = (uint8_t)(entropy_bits(p->payload, p->payload_len) * 8);
	struct proto_call c = {.proto = pr,
			       .pf = pf,
			       .flow = p->flow,
			       .pkt = p,
			       .dir = p->dir,
			       .at = {p->seq, p->time_ns, ORDER_proto}};
	proto_fact(&c, FACT_icmp_echo, &f, sizeof(f), NULL, 0);
}
