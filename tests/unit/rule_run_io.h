// SPDX-License-Identifier: Apache-2.0
/* Packets and pieces for a struct run, and what they hit. Part of rule_run.h. */
#pragma once

/* A packet of the run's flow. */
static inline struct pkt run_pkt(struct run *r, uint8_t dir, const void *payload, size_t n)
{
	struct flow *f = &r->flow;
	struct pkt p = {
		.seq = r->seq, .time_ns = r->seq * 1000, .net = PKT_ip4, .proto = f->proto,
		.src = dir ? f->server : f->client, .dst = dir ? f->client : f->server,
		.sport = dir ? f->server_port : f->client_port,
		.dport = dir ? f->client_port : f->server_port, .has_ports = f->proto != 1,
		.payload = payload, .payload_len = (uint32_t)n, .payload_wire = (uint32_t)n,
		.tcp_flags = TCP_ACK, .ttl = 64, .flow = f, .dir = dir,
	};

	r->seq++;
	return p;
}

/* Gives `n` stream bytes as one piece, then its packet. */
static inline void run_piece(struct run *r, uint8_t dir, const void *bytes, size_t n, bool gap,
			     bool fin)
{
	struct pkt p = run_pkt(r, dir, bytes, n);
	struct order at = {.seq = p.seq, .time_ns = p.time_ns, .stage = ORDER_flow};
	uint64_t old = gap ? 0 : r->sent[dir] < FLOW_WINDOW ? r->sent[dir] : FLOW_WINDOW;
	uint8_t *end = r->stream[dir] + r->sent[dir];

	assert(r->sent[dir] + n <= sizeof(r->stream[dir]));
	memcpy(end, bytes, n);
	/* An exact copy, so that a read outside of the window is seen by the sanitizer. */
	uint8_t *window = malloc(old + n + 1);
	memcpy(window, end - old, old + n);
	if (n && r->spoke != dir + 1) {
		r->spoke = (uint8_t)(dir + 1);
		r->turn[dir] = r->sent[dir];
	}
	struct flow_piece piece = {.window = window, .window_len = (uint32_t)(old + n),
				   .piece_len = (uint32_t)n, .offset = r->sent[dir],
				   .turn = r->turn[dir], .acked = r->acked[dir],
				   .mark = &r->mark[dir], .dir = dir, .gap = gap, .fin = fin};
	r->ended[dir] |= fin;
	rule_piece_comes(r->m, &r->flow, &piece, &p, &at);
	if (r->proto)
		proto_piece(r->proto, &r->flow, &piece, &p, &at);
	rule_piece(r->m, &r->flow, &piece, &p, &at);
	rule_pkt(r->m, &p);
	free(window);
	r->sent[dir] += n;
}

/* Gives a datagram: an exact copy, too. */
static inline void run_datagram(struct run *r, uint8_t dir, const void *bytes, size_t n)
{
	uint8_t *copy = memcpy(malloc(n), bytes, n);
	struct pkt p = run_pkt(r, dir, copy, n);

	proto_pkt(r->proto, &p);
	rule_pkt(r->m, &p);
	free(copy);
}

static inline void run_end(struct run *r)
{
	struct order at = {.seq = r->seq, .stage = ORDER_timer};

	for (uint8_t dir = 0; dir < 2; dir++) {
		uint64_t n = r->sent[dir] < FLOW_WINDOW ? r->sent[dir] : FLOW_WINDOW;
		struct flow_piece piece = {.window = r->stream[dir] + r->sent[dir] - n,
					   .window_len = (uint32_t)n, .offset = r->sent[dir],
					   .turn = r->turn[dir], .acked = r->acked[dir],
					   .mark = &r->mark[dir], .dir = dir, .fin = true};
		if (r->sent[dir] && !r->ended[dir] && !r->proto)
			rule_piece(r->m, &r->flow, &piece, NULL, &at);
	}
	if (r->proto)
		proto_flow_end(r->proto, &r->flow, &at);
	rule_flow_end(r->m, &r->flow, &at);
}

/* The hits as text, "1 2 3". */
static inline const char *run_sids(const struct run *r)
{
	static char out[8192];
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < r->n; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, i ? " %u" : "%u", r->sid[i]);
	return out;
}
