// SPDX-License-Identifier: Apache-2.0
/* Bytes to segments of one connection: six bytes a segment (flags, where, how long, the ACK). The
 * payload is a function of the offset, so whatever is told can be held to it, but for segments that
 * say they lie. */
#include "base/clock.h"
#include "flow/stream.h"
#include "flow/table.h"
#include "reset.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	uint64_t offset[2], pieces, bytes;
	bool fin[2], lies;
};

static const uint32_t isn[2] = {0xfffff000u, 77};

static uint8_t pattern(uint64_t i)
{
	return (uint8_t)(i * 31 + (i >> 8));
}

static void on_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		     const struct order *at)
{
	struct seen *s = ctx;
	uint8_t d = piece->dir;

	(void)p;
	(void)at;
	if (piece->turned) {
		const struct seen old = *s;

		for (d = 0; d < 2; d++) {
			s->offset[d] = old.offset[!d];
			s->fin[d] = old.fin[!d];
		}
		return;
	}
	assert(d < 2 && !s->fin[d]);
	assert(f->stream);
	assert(piece->window && piece->piece_len <= FLOW_PIECE_MAX);
	assert(piece->window_len >= piece->piece_len);
	assert(piece->window_len - piece->piece_len <= FLOW_WINDOW);
	assert(piece->piece_len || piece->gap || piece->fin);
	assert(piece->offset >= s->offset[d]);
	assert(piece->gap == (piece->offset != s->offset[d]));
	for (uint32_t i = 0; i < piece->window_len && !s->lies; i++) {
		uint64_t at_byte = piece->offset + piece->piece_len - piece->window_len + i;
		assert(piece->window[i] == pattern(at_byte));
	}
	s->offset[d] = piece->offset + piece->piece_len;
	s->fin[d] = piece->fin;
	s->pieces++;
	s->bytes += piece->piece_len;
}

static void on_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
		     enum flow_reason reason, const struct order *at)
{
	struct seen *s = ctx;

	(void)f;
	(void)reason;
	(void)at;
	if (kind == FLOW_EVENT_end) { /* the next connection on these ports may begin anywhere */
		s->lies = true;
		s->offset[0] = s->offset[1] = 0;
		s->fin[0] = s->fin[1] = false;
	}
}

static void send_one(struct flow_table *t, struct seen *s, const uint8_t d[6], uint64_t seq)
{
	static const uint8_t flags[] = {TCP_ACK, TCP_ACK, TCP_ACK,           TCP_ACK | TCP_FIN,
					TCP_RST, TCP_SYN, TCP_SYN | TCP_ACK, 0};
	uint8_t dir = d[0] & 1;
	uint32_t offset = (uint32_t)(d[1] << 8 | d[2]) * (d[0] & 0x40 ? 17 : 1);
	uint32_t len = d[3] * (d[0] & 0x10 ? 64u : 4u);
	uint8_t *payload = malloc(len ? len : 1);
	struct pkt p = {
		.time_ns = seq * NS_PER_MS,
		.seq = seq,
		.src = addr_v4_wire(htobe32(0x0a000001u + dir)),
		.dst = addr_v4_wire(htobe32(0x0a000001u + !dir)),
		.sport = dir ? 80 : 40000,
		.dport = dir ? 40000 : 80,
		.net = PKT_ip4,
		.proto = 6,
		.has_ports = true,
		.tcp_flags = flags[d[0] >> 1 & 7],
		.payload = payload,
		.payload_len = len,
		.payload_wire = len + (d[0] & 0x20 ? d[5] : 0),
	};

	if (!payload)
		abort();
	p.tcp_seq = isn[dir] + (p.tcp_flags & TCP_SYN ? 0 : 1 + offset);
	p.tcp_ack = isn[!dir] + 1 + (uint32_t)(d[4] << 8 | d[5]);
	if (p.tcp_flags & TCP_SYN) {
		offset = 0;
		if (d[0] & 0x40) { /* another number: its bytes are not at their offsets */
			p.tcp_seq += 0x100000;
			s->lies = true;
		}
	}
	if (d[0] & 0x80)
		s->lies = true;
	for (uint32_t i = 0; i < len; i++)
		payload[i] = pattern(offset + i + (d[0] & 0x80 ? 1 : 0));
	flow_pkt(t, &p);
	assert(p.flow);
	free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_config c = {.max = 16,
				.unanswered_s = 2,
				.tcp_new_s = 60,
				.tcp_established_s = 60,
				.tcp_closed_s = 10,
				.streams = true};
	static struct reset_table kept[4];
	static struct seen s;
	struct flow_hooks hooks = {.on_event = on_event, .ctx = &s};
	struct flow_table *t;
	struct err err;

	if (size < 1)
		return 0;
	s = (struct seen){.lies = false};
	c.stream_memory = data[0] & 1 ? 256 << 10 : 40 << 10;
	c.stream_depth = data[0] & 2 ? 5000 : 1 << 20;
	/* Without a handshake the first byte seen is offset 0, wherever it lies. */
	s.lies = !(data[0] & 4);
	struct reset_table *r = &kept[data[0] & 3];
	if (!r->t) {
		if (flow_table_new(&t, &c, 1, 0, &hooks, &err) != 0)
			abort();
		flow_table_set_piece(t, on_piece, &s);
		reset_table_keep(r, t);
	}
	t = reset_table(r);
	if (!s.lies) {
		static const uint8_t syn[6] = {5 << 1}, syn_ack[6] = {6 << 1 | 1}, ack[6] = {0};
		send_one(t, &s, syn, 0);
		send_one(t, &s, syn_ack, 1);
		send_one(t, &s, ack, 2);
	}
	for (size_t i = 1; i + 6 <= size; i += 6) {
		send_one(t, &s, data + i, i + 3);
		assert(t->streams.segs.used <= 2 * STREAM_HELD_MAX);
	}
	flow_tick(t, size + 9, NS_PER_S, true);
	assert(flow_active(t) == 0);
	assert(t->streams.segs.used == 0 && t->streams.windows.used == 0);
	assert(t->streams.streams.used == 0);
	assert(count_get(&t->count.stream_bytes) == s.bytes);
	assert(count_get(&t->count.created) == count_get(&t->count.ended));
	return 0;
}
