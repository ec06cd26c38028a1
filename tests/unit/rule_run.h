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
	uint64_t turn[2]; /* where each side began to speak */
	uint8_t spoke;    /* direction + 1 of the last piece */
	uint64_t acked[2], mark[2]; /* struct flow_piece's */
	bool ended[2];
	struct proto *proto; /* NULL: nothing is parsed */
	char eve[4096];      /* of the last hit */
	uint8_t told[64];    /* the same: what sets are to be asked for */
	uint8_t stream[2][65536];
};

static inline void run_on_hit(void *ctx, const struct rule_hit *h)
{
	struct run *r = ctx;

	if (r->n < 512)
		r->sid[r->n++] = h->rule->about.sid;
	r->last = *h;
	uint32_t n = h->eve && h->eve_len < sizeof(r->eve) ? h->eve_len : 0;
	if (h->told_len && h->told_len <= sizeof(r->told))
		memcpy(r->told, h->told, h->told_len);
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
	const struct proto_hooks hooks = {.on_tx = rule_tx, .on_app = rule_app, .on_frame = rule_frame,
					  .rules = r->m};
	struct err err;

	assert(proto_new(&r->proto, &c, 1, NULL, &hooks, &err) == 0);
	rule_matcher_ask(r->m, r->proto);
	proto_want_frames(r->proto, rule_set_frames(r->set));
}

static inline void run_fini(struct run *r)
{
	proto_free(r->proto);
	rule_matcher_free(r->m);
	rule_set_free(r->set);
}

#include "rule_run_io.h"
