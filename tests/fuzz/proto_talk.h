// SPDX-License-Identifier: Apache-2.0
/* What the fuzz targets of parsers share: bytes to a conversation of one flow. A record is a head
 * (bit 7: who speaks, bit 6: bytes are missing before, bits 0-5 with the next byte: how many) and its
 * bytes. Every field of every transaction is read to its last byte, every block of EVE written. */
#pragma once

#include "proto_hear.h"
#include "reset.h"

static inline void talk_on_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
				 enum flow_reason reason, const struct order *at)
{
	struct talk *k = ctx;

	(void)reason;
	if (kind != FLOW_EVENT_end)
		return;
	proto_flow_end(k->proto, (struct flow *)(uintptr_t)f, at);
	k->flow = NULL;
}

static inline void talk_pkt(struct talk *k, uint8_t dir, uint8_t flags, const uint8_t *at,
			    uint32_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct pkt p = {
		.time_ns = ++k->n * 100 * NS_PER_MS,
		.seq = k->n,
		.src = addr_v4_wire(htobe32(0x0a000001u + dir)),
		.dst = addr_v4_wire(htobe32(0x0a000001u + !dir)),
		.sport = dir ? k->port : 40000,
		.dport = dir ? 40000 : k->port,
		.net = PKT_ip4,
		.proto = k->proto_number,
		.has_ports = true,
		.tcp_flags = flags,
		.tcp_seq = k->seq[dir],
		.tcp_ack = k->seq[!dir],
		.payload = copy,
		.payload_len = n,
		.payload_wire = n,
	};

	if (!copy)
		abort();
	if (n)
		memcpy(copy, at, n);
	k->seq[dir] += n + (flags & TCP_SYN ? 1 : 0);
	flow_pkt(k->t, &p);
	k->flow = p.flow;
	proto_pkt(k->proto, &p);
	free(copy);
}

static inline void talk_tables(struct talk *k)
{

	struct flow_config fc = {.max = 16, .unanswered_s = 2,
				 .tcp_new_s = 60, .tcp_established_s = 60,
				 .tcp_closed_s = 10,
				 .udp_s = 60,
				 .icmp_s = 30,
				 .other_s = 60,
				 .streams = true,
				 .stream_memory = 1 << 20,
				 .stream_depth = 1 << 20};
	struct proto_config pc = {.memory = 4 << 20, .flows = 64, .body = 4096, .expected = 64};
	struct flow_hooks fh = {.on_event = talk_on_event, .ctx = k};
	struct proto_hooks ph = {.on_tx = talk_on_tx, .on_frame = talk_on_frame, .rules = k,
				 .on_fact = talk_on_fact, .observer = k};
	struct err err;

	if (flow_table_new(&k->t, &fc, 1, 0, &fh, &err) != 0 ||
	    proto_new(&k->proto, &pc, 1, k->t, &ph, &err) != 0)
		abort();
	talk_want_frames(k->proto);
	flow_table_set_piece(k->t, proto_piece, k->proto);
}

static inline void talk_records(struct talk *k, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 2 <= size;) {
		uint8_t head = data[i];
		uint32_t n = (uint32_t)(head & 0x3f) << 8 | data[i + 1];

		i += 2;
		if (n > size - i)
			n = (uint32_t)(size - i);
		for (uint32_t at = 0; n && at < n; at += 1400) {
			if (head & 0x40 && k->proto_number == 6) {
				k->seq[head >> 7] += 7;
				talk_pkt(k, !(head >> 7), TCP_ACK, NULL, 0);
			}
			talk_pkt(k, head >> 7, TCP_ACK, data + i + at,
				 n - at < 1400 ? n - at : 1400);
		}
		i += n;
	}
}

static inline void talk_whole(struct talk *k, uint8_t proto_number, uint16_t port,
			      const uint8_t *data, size_t size)
{
	k->flow = NULL;
	k->n = k->sum = 0;
	k->seq[0] = 1000;
	k->seq[1] = 2000;
	k->proto_number = proto_number;
	k->port = port;
	if (proto_number == 6) {
		talk_pkt(k, 0, TCP_SYN, NULL, 0);
		talk_pkt(k, 1, TCP_SYN | TCP_ACK, NULL, 0);
		talk_pkt(k, 0, TCP_ACK, NULL, 0);
	}
	talk_records(k, data, size);
	flow_tick(k->t, k->n + 1, (k->n + 1) * NS_PER_S, true);
	assert(k->proto->mem.used == 0);
}

/* The same on tables nobody has used: nothing of an earlier input may be left in the kept ones. */
static inline void talk_compare(const struct talk *kept, const uint8_t *data, size_t size)
{
	static struct talk k;

	talk_tables(&k);
	talk_whole(&k, kept->proto_number, kept->port, data, size);
	assert(k.sum == kept->sum);
	assert(memcmp(&k.proto->count, &kept->proto->count, sizeof(k.proto->count)) == 0);
	assert(memcmp(&k.t->count, &kept->t->count, sizeof(k.t->count)) == 0);
	proto_free(k.proto);
	flow_table_free(k.t);
}

static inline int talk(uint8_t proto_number, uint16_t port, const uint8_t *data, size_t size)
{
	static struct reset_table table;
	static struct reset_proto proto;
	static struct talk k;

	if (!k.t) {
		talk_tables(&k);
		reset_table_keep(&table, k.t);
		reset_proto_keep(&proto, k.proto);
	}
	talk_whole(&k, proto_number, port, data, size);
	if (reset_is_due())
		talk_compare(&k, data, size);
	reset_table(&table);
	return reset_proto(&proto) == NULL;
}
