// SPDX-License-Identifier: Apache-2.0
/* Rules from a text, held against packets and streams that a test makes; the sids that hit. */
#pragma once

#include "proto/proto.h"
#include "rule/rule.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct rule_set *set;
	struct rule_matcher *m;
	struct flow flow;
	uint64_t seq;
	unsigned sid[512], n; /* hits in order */
	struct rule_hit last;
	uint64_t sent[2]; /* stream bytes given so far */
	struct proto *proto; /* NULL: nothing is parsed */
	char eve[4096];      /* of the last hit */
	uint8_t stream[2][65536];
};

static inline void run_on_hit(void *ctx, const struct rule_hit *h)
{
	struct run *r = ctx;

	if (r->n < 512)
		r->sid[r->n++] = h->rule->about.sid;
	r->last = *h;
	uint32_t n = h->eve && h->eve_len < sizeof(r->eve) ? h->eve_len : 0;
	if (n)
		memcpy(r->eve, h->eve, n);
	r->eve[n] = 0;
}

/* Writes the rules to a file and loads it. */
static inline struct rule_set *run_load(const char *rules, const struct rule_config *given,
					FILE *report)
{
	struct rule_config c = *given;
	char path[] = "/tmp/vigie-rules-XXXXXX";
	char *files[1] = {path};
	struct rule_set *set = NULL;
	struct err err;
	int fd = mkstemp(path);

	assert(fd >= 0);
	assert(write(fd, rules, strlen(rules)) == (ssize_t)strlen(rules));
	close(fd);
	c.files = (struct strs){files, 1};
	int rc = rule_set_load(&c, &set, report, &err);
	unlink(path);
	return rc ? NULL : set;
}

static inline struct rule_config run_config(void)
{
	return (struct rule_config){.candidates = 64, .pending = 128, .flowbits = 8};
}

static inline void run_init_with(struct run *r, const char *rules, const struct rule_config *c)
{
	struct err err;

	memset(r, 0, sizeof(*r));
	r->set = run_load(rules, c, stdout);
	assert(r->set);
	assert(rule_matcher_new(&r->m, r->set, c, run_on_hit, r, &err) == 0);
	addr_parse("10.0.0.1", &r->flow.client);
	addr_parse("192.0.2.2", &r->flow.server);
	r->flow.client_port = 40000;
	r->flow.server_port = 80;
	r->flow.proto = 6;
	r->flow.state = FLOW_established;
	r->flow.seen = FLOW_SYN | FLOW_SYNACK | FLOW_CLIENT_ACK;
	r->flow.half[0].pkts = r->flow.half[1].pkts = 1;
}

static inline void run_init(struct run *r, const char *rules)
{
	struct rule_config c = run_config();

	run_init_with(r, rules, &c);
}

/* From here on the flow's bytes are parsed. */
static inline void run_parse(struct run *r)
{
	const struct proto_config c = {.memory = 16u << 20, .flows = 16, .body = 100 << 10,
				       .expected = 64};
	const struct proto_hooks hooks = {.on_tx = rule_tx, .on_app = rule_app, .rules = r->m};
	struct err err;

	assert(proto_new(&r->proto, &c, 1, NULL, &hooks, &err) == 0);
}

static inline void run_fini(struct run *r)
{
	proto_free(r->proto);
	rule_matcher_free(r->m);
	rule_set_free(r->set);
}

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
	struct flow_piece piece = {.window = window, .window_len = (uint32_t)(old + n),
				   .piece_len = (uint32_t)n, .offset = r->sent[dir], .dir = dir,
				   .gap = gap, .fin = fin};
	if (r->proto)
		proto_piece(r->proto, &r->flow, &piece, &p, &at);
	rule_piece(r->m, &r->flow, &piece, &p, &at);
	rule_pkt(r->m, &p);
	free(window);
	r->sent[dir] += n;
}

static inline void run_end(struct run *r)
{
	struct order at = {.seq = r->seq, .stage = ORDER_timer};

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
