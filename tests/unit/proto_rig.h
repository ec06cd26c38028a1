// SPDX-License-Identifier: Apache-2.0
/* What the tests of parsers share: a flow table and the framework with one client and one server,
 *what either says, and as one text what came out of it: fields of transactions as they are
 *complete, events, facts with their words.
 *
 *	rig_say(&r, FLOW_to_server, bytes, n)    the next bytes of a TCP direction
 *	rig_datagram(&r, FLOW_to_server, …)      one UDP datagram
 *	rig_miss(&r, dir, n)                     n bytes that the capture does not have
 *
 * A script is given whole or byte by byte (rig.split): the text is the same but for lines of facts
 *that count packets. */
#pragma once

#include "proto_heard.h"

static inline void rig_init(struct rig *r, uint16_t client_port, uint16_t server_port)
{
	struct flow_config fc = world_config();
	struct proto_config pc = {
		.memory = 16 << 20, .flows = 64, .body = 100 << 10, .expected = 64};
	struct proto_hooks hooks = {
		.on_tx = rig_on_tx, .rules = r, .on_fact = rig_on_fact, .observer = r};
	struct err err;

	memset(r, 0, offsetof(struct rig, text));
	r->text[0] = '\0';
	world_init(&r->w, &fc);
	if (proto_new(&r->proto, &pc, 1, r->w.t, &hooks, &err) != 0)
		abort();
	flow_table_set_piece(r->w.t, proto_piece, r->proto);
	r->client_port = client_port;
	r->server_port = server_port;
	r->seq[0] = 1000;
	r->seq[1] = 2000;
}

static inline void rig_pkt(struct rig *r, uint8_t proto, uint8_t dir, uint8_t flags, const void *at,
			   uint32_t n)
{
	uint8_t *copy = malloc(n ? n : 1); /* exact, so that one byte too many is seen */
	struct pkt p = dir == 0 ? world_pkt(&r->w, proto, "10.0.0.1", r->client_port, "10.0.0.2",
					    r->server_port)
				: world_pkt(&r->w, proto, "10.0.0.2", r->server_port, "10.0.0.1",
					    r->client_port);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, at, n);
	p.payload = copy;
	p.payload_len = p.payload_wire = n;
	p.tcp_flags = flags;
	p.tcp_seq = r->seq[dir];
	p.tcp_ack = r->seq[!dir];
	if (proto == 6)
		r->seq[dir] += n + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
	flow_pkt(r->w.t, &p);
	proto_pkt(r->proto, &p);
	r->flow = p.flow;
	free(copy);
}

static inline void rig_open(struct rig *r)
{
	if (r->handshake)
		return;
	r->handshake = true;
	rig_pkt(r, 6, 0, TCP_SYN, NULL, 0);
	rig_pkt(r, 6, 1, TCP_SYN | TCP_ACK, NULL, 0);
	rig_pkt(r, 6, 0, TCP_ACK, NULL, 0);
}

static inline void rig_say(struct rig *r, uint8_t dir, const void *at, size_t n)
{
	rig_open(r);
	for (size_t i = 0; i < n;) {
		size_t k = r->split && r->split < n - i ? r->split : n - i;

		if (k > 1400)
			k = 1400;
		rig_pkt(r, 6, dir, TCP_ACK | TCP_PSH, (const uint8_t *)at + i, (uint32_t)k);
		i += k;
	}
}

static inline void rig_miss(struct rig *r, uint8_t dir, uint32_t n)
{
	r->seq[dir] += n;
	rig_pkt(r, 6, !dir, TCP_ACK, NULL, 0); /* the other side has them */
}

static inline void rig_datagram(struct rig *r, uint8_t dir, const void *at, size_t n)
{
	rig_pkt(r, 17, dir, 0, at, (uint32_t)n);
}

/* The flow ends; what came out of it. All memory is given back. */
static inline const char *rig_fini(struct rig *r)
{
	struct order at = {r->w.seq, r->w.now_ns, ORDER_timer};

	if (r->flow)
		proto_flow_end(r->proto, r->flow, &at);
	CHECK_EQ(r->proto->mem.used, 0);
	proto_free(r->proto);
	world_fini(&r->w);
	return r->text;
}
