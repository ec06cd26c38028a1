// SPDX-License-Identifier: Apache-2.0
/* Bytes to packets of every kind, ticks and time steps over a small table: eight bytes a step.
 * After each the table is held to what it promises: every flow is told once at most, ends once,
 * stands in the buckets once, and ticks tell in ascending id. */
#include "base/clock.h"
#include "flow/table.h"
#include "reset.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	uint64_t contacts, ends, last_id, tick_seq;
};

static void on_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
		     enum flow_reason reason, const struct order *at)
{
	struct seen *s = ctx;

	if (at->stage == ORDER_timer) {
		assert(at->seq != s->tick_seq || f->id >= s->last_id);
		s->tick_seq = at->seq;
		s->last_id = f->id;
	}
	assert((kind == FLOW_EVENT_end) == (reason != FLOW_END_none));
	if (kind == FLOW_EVENT_contact) {
		assert(f->seen & FLOW_DECIDED && f->outcome != FLOW_pending);
		assert(!(f->seen & FLOW_SYNACK_FIRST));
		assert(f->outcome == FLOW_answered || !(f->seen & FLOW_GUESSED) ||
		       (f->outcome == FLOW_refused && f->seen & FLOW_LONE_ACK));
		s->contacts++;
	}
	s->ends += kind == FLOW_EVENT_end;
}

static void check(const struct flow_table *t, const struct seen *s)
{
	uint32_t buckets = 0, live = 0, armed = 0;

	for (uint32_t b = 0; b <= t->mask; b++) {
		if (!t->bucket[b].index)
			continue;
		buckets++;
		for (uint32_t at = t->bucket[b].tag & t->mask; at != b; at = (at + 1) & t->mask)
			assert(t->bucket[at].index); /* no hole between its home and it */
	}
	for (uint32_t i = 0; i < t->fresh; i++)
		live += t->flow[i].due_s != 0;
	for (uint32_t slot = 0; slot < FLOW_WHEEL_SLOTS; slot++)
		for (uint32_t i = t->wheel.slot[slot]; i; i = t->flow[i - 1].wheel_next)
			armed++;
	assert(live == t->active && buckets == t->active && armed == t->active);
	assert(t->active <= t->cap);
	assert(count_get(&t->count.ended) == s->ends);
	assert(count_get(&t->count.created) - s->ends == t->active);
	assert(s->contacts <= count_get(&t->count.created));
}

static struct pkt packet(const uint8_t d[8], uint64_t seq, uint64_t now_ns)
{
	static const uint8_t protos[] = {6, 6, 6, 6, 17, 1, 58, 132};
	static const uint8_t payload[4] = {6};
	struct pkt p = {
		.time_ns = now_ns,
		.seq = seq,
		.src = addr_v4_wire(htobe32(0x0a000000u + (d[2] & 7))),
		.dst = addr_v4_wire(d[2] == 0xff ? 0xffffffff
						 : htobe32(0x0a000000u + (d[2] >> 3 & 7))),
		.sport = (uint16_t)(d[3] & 1 ? 80 : 40000 + (d[3] >> 4)),
		.dport = (uint16_t)(d[3] & 2 ? 80 : 40000 + (d[3] >> 2 & 3)),
		.net = d[1] & 0x80 ? PKT_ip6 : PKT_ip4,
		.proto = protos[d[1] & 7],
		.has_ports = true,
		.tcp_flags = d[4],
		.tcp_seq = d[5] & 3,
		.tcp_ack = d[6] & 3,
		.icmp_type = d[4],
		.icmp_code = d[5],
		.payload = payload,
		.payload_len = d[7] & 3,
		.payload_wire = d[7] & 7,
		.n_vlan = d[7] >> 6,
		.vlan = {d[7] >> 5 & 1, 0},
	};

	if (p.payload_wire < p.payload_len)
		p.payload_wire = p.payload_len;
	if (d[1] & 0x40) {
		p.quotes = true;
		p.q_src = p.dst;
		p.q_dst = p.src;
		p.q_sport = p.dport;
		p.q_dport = p.sport;
		p.q_proto = p.proto;
		p.proto = 1;
	}
	return p;
}

static void on_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		     const struct order *at)
{
	(void)ctx;
	(void)p;
	(void)at;
	assert(f->proto == 6 && f->due_s && piece->window);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_config c = {.max = 16,
				.unanswered_s = 2,
				.tcp_new_s = 6,
				.udp_s = 5,
				.tcp_established_s = 2000,
				.tcp_closed_s = 3,
				.icmp_s = 1,
				.other_s = 5,
				.interim_s = 4,
				.streams = true,
				.stream_memory = 64 << 10,
				.stream_depth = 100};
	static struct reset_table kept[256];
	static struct seen s;
	struct flow_hooks hooks = {.on_event = on_event, .ctx = &s};
	struct flow_table *t;
	struct err err;
	uint64_t now_ns = 1700000000 * NS_PER_S, tick_ns = 0;

	if (size < 1)
		return 0;
	s = (struct seen){.contacts = 0};
	c.vlan_in_key = data[0] & 1;
	struct reset_table *r = &kept[data[0]];
	if (!r->t) {
		if (flow_table_new(&t, &c, 1, data[0], &hooks, &err) != 0)
			abort();
		flow_table_track(t, data[0] & 2, data[0] & 4);
		flow_table_set_piece(t, data[0] & 2 ? on_piece : NULL, NULL);
		reset_table_keep(r, t);
	}
	t = reset_table(r);
	for (size_t i = 1; i + 8 <= size; i += 8) {
		const uint8_t *d = data + i;
		if (d[0] < 0xc0) {
			struct pkt p = packet(d, i, now_ns - (d[0] & 1) * 3 * NS_PER_S);
			if (d[0] & 2)
				flow_prefetch(t, &p, 1);
			flow_pkt(t, &p);
			assert(p.quotes || p.flow);
			assert(!p.flow || p.flow->due_s);
		} else {
			now_ns += (uint64_t)d[1] << (d[0] & 0x1f);
			tick_ns = now_ns - now_ns % NS_PER_S;
			flow_tick(t, i, tick_ns, false);
		}
		if (i % 32 == 1)
			check(t, &s);
	}
	flow_tick(t, size + 9, tick_ns, true);
	check(t, &s);
	assert(t->active == 0);
	return 0;
}
