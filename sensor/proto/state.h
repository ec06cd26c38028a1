// SPDX-License-Identifier: Apache-2.0
/* The inside of the room: what the framework keeps of a flow and of a worker. */
#pragma once

#include "base/sets.h"
#include "proto/file_known.h"
#include "proto/protocol.h"

#define PROTO_FED    1u /* the parser has had bytes of this direction */
#define PROTO_ENDED  2u /* … and its end */
#define PROTO_MISSED 4u /* its beginning was not seen: a gap, or the flow was picked up later */
#define PROTO_NO     8u /* its first bytes are nobody's */

struct proto_half {
	uint64_t base; /* stream offset where the protocol at hand began */
	uint64_t next; /* of the byte that comes next */
	uint8_t bits, tries;
};

struct proto_flow {
	void *state;
	struct proto_half half[2];
	uint64_t txs, events; /* numbered so far; bits of the flow's */
	uint64_t with;        /* given with the expectation it came from */
	struct proto_bytes carried; /* from the protocol before a switch to the next */
	struct proto_frames *frames; /* NULL: no rule asked for any */
	const struct tx *open[2]; /* by direction: the one that made progress last, while it lives */
	uint32_t ticked_s;
	uint32_t rest;    /* bytes of the data at hand that are the next protocol's */
	uint8_t next_app; /* enum app, + 1; 0: no switch is asked for */
	uint8_t expected; /* enum app that this flow was announced as */
	bool failed, switched;
	bool backwards; /* proto_backwards() */
};

struct proto_expectation {
	struct addr server;
	uint64_t until_ns, with;
	uint16_t port;
	uint8_t app;
};

struct proto {
	struct proto_mem mem;
	struct file_knowers knowers;
	struct flow_pool flows;
	struct proto_config config;
	struct proto_hooks hooks;
	struct proto_counters count;
	const struct flow_table *table;
	struct proto_expectation *expected; /* config.expected, direct-mapped */
	bool any;                           /* some is waited for */
	uint32_t frames[APP_count];         /* that rules ask for */
	struct sets zones;                  /* dns_zone.c */
	struct sets echoes;                 /* icmp_echo.c */
};

/* frame.c: new bytes, before the parser; bytes that are missing up to `offset`; nothing follows */
void proto_frames_data(struct proto_call *c, const uint8_t *p, uint32_t n);
void proto_frames_gap(struct proto_call *c, uint64_t offset);
void proto_frames_end(struct proto_call *c);
/* probe.c: the protocol of these bytes; APP_none: more are needed; APP_failed: nobody's. */
enum app proto_probe(const struct flow *f, const struct proto_flow *pf, uint8_t over,
		     const uint8_t *p, uint32_t n, uint8_t dir);
/* expect.c */
void proto_expect_look(struct proto *pr, const struct flow *f, struct proto_flow *pf,
		       uint64_t now_ns);
static inline bool proto_is_icmp_echo(const struct pkt *p)
{
	return (p->proto == 1 && (p->icmp_type == 0 || p->icmp_type == 8)) ||
	       (p->proto == 58 && (p->icmp_type == 128 || p->icmp_type == 129));
}
/* conflict.c: a segment that differs from what was there before */
void proto_conflict(struct proto *pr, struct flow *f, const struct pkt *p);
/* bytes an entry of proto.zones and proto.echoes has */
extern const uint32_t dns_zone_size, icmp_echoes_size;
/* icmp_echo.c: an echo with a payload */
void proto_icmp_echo(struct proto *pr, struct proto_flow *pf, const struct pkt *p);
