// SPDX-License-Identifier: Apache-2.0
/* proto: application protocols recognised by their first bytes, and parsed. The outside of the
 * room; how a protocol is added is in proto/protocol.h.
 *
 * Thread: the owning worker's only.
 * Owns:   a pool of per-flow states and proto_mem; flow.proto_state is the index.
 */
#pragma once

#include "base/count.h"
#include "base/param.h"
#include "flow/flow.h"

enum app {
	APP_none,   /* not known, or not known yet */
	APP_failed, /* looked at, and it is none of ours */
#define PROTOCOL(name) APP_##name,
#include "proto/protocols.def"
#undef PROTOCOL
	APP_count
};
const char *proto_name(enum app a);              /* EVE's app_proto: "http", "failed", "unknown" */
enum app proto_find(const char *name, size_t n); /* APP_none: unknown */
/* Whether a flow is on one of a protocol's usual ports (ends with 0). Elsewhere its first bytes alone must
 * be sure, and refused at the first that is somebody else's. */
bool proto_on_port(const uint16_t *ports, const struct flow *f);

struct proto_config {
	uint64_t memory;   /* bytes, all workers: states and what parsers keep */
	uint32_t flows;    /* that are parsed at a time, all workers */
	uint32_t body;     /* bytes of a body or file that are kept for the rules */
	uint32_t files;    /* that hashes are made of at a time, a worker */
	uint32_t expected; /* FTP data connections and the like that are waited for, a worker */
	uint32_t zones;    /* (client, server, domain) whose questions are counted, a worker */
	uint32_t pings;    /* pairs of hosts whose pings are looked into, a worker */
};
extern const struct param proto_params[];

struct tx;
struct protocol;

/* A transaction has come further (or has ended) in one direction. Borrowed during the call. */
struct proto_tx_event {
	const struct protocol *protocol;
	struct flow *flow;
	struct tx *tx;        /* NULL: only flow_events */
	uint64_t flow_events; /* bits of protocol.events: of the flow, new now */
	uint8_t dir;
	uint8_t from, to; /* progress the rules have seen, and now */
	bool ended;       /* the last of it: what waits is decided */
	const struct pkt
		*pkt; /* NULL: at a flow's end; else the packet at hand, of either direction */
	struct order at;
	const uint8_t *window; /* raw payload at hand in this direction */
	uint32_t window_len;
};
struct proto_fact {
	struct flow *flow;
	uint8_t kind, dir; /* enum fact_kind; who sent it */
	bool backwards;    /* the flow's server is who asks: dir is told so, its ends are not */
	struct order at;
	const void *body;
	uint32_t len;
	const char *text; /* words, each with its terminator */
	uint32_t text_len;
};
/* A stretch of what one side says that its protocol has a name for. Borrowed during the call. */
struct proto_frame {
	const struct protocol *protocol;
	struct flow *flow;
	const struct tx *tx; /* it belongs to, or NULL */
	const struct pkt *pkt;
	struct order at;
	const uint8_t *bytes; /* the first len of them */
	uint32_t len, id;     /* id: 1, 2 … of its direction */
	uint64_t offset, length; /* where in the stream; all of it */
	uint8_t type, dir;    /* type: of protocol->frames */
	bool complete;
};
struct proto_hooks {
	void (*on_tx)(void *ctx, const struct proto_tx_event *e);
	void (*on_frame)(void *ctx, const struct proto_frame *f);
	void (*on_app)(void *ctx, struct flow *f, const struct pkt *p,
		       const struct order *at); /* flow.app is known now */
	void *rules;
	void (*on_fact)(void *ctx, const struct proto_fact *f);
	void *observer;
};

struct proto_counters {
	struct count flows[APP_count]; /* recognised */
	struct count txs[APP_count];
	struct count bytes, gaps, failed, switched;
	struct count no_state, no_memory; /* flows not parsed; takes that found no room */
	struct count facts, events, decode_limit, surplus;
	struct count streams_over, blocks_lost; /* HTTP/2: ended by too many; header blocks */
	struct count frames_over; /* told as far as there was room for them */
	struct count files_over; /* files without room for what rules ask of whole ones */
};

struct proto;
struct file_knowers;
/* The frames that rules ask for, bits of protocol->frames; FRAME_STREAM: the stream itself, which only has a number. */
#define FRAME_STREAM (1u << 31)
void proto_want_frames(struct proto *p, const uint32_t of_app[APP_count]);
/* `flows`: the worker's, for what a direction said before its protocol was known. */
int proto_new(struct proto **out, const struct proto_config *c, unsigned workers,
	      const struct flow_table *flows, const struct proto_hooks *hooks, struct err *err);
void proto_free(struct proto *p);
/* What rules ask of whole files: proto/file_known.h. */
struct file_knowers *proto_knowers(struct proto *p);
const struct proto_counters *proto_counters_of(const struct proto *p);
/* TCP stream bytes: a flow_on_piece; ctx is the struct proto. Before the rules see the piece. A flow
 * that was turned is looked at anew, from what its streams still have. */
void proto_piece(void *ctx, struct flow *f, const struct flow_piece *piece, const struct pkt *p,
		 const struct order *at);
/* After flow_pkt(), before rule_pkt(): datagrams. */
void proto_pkt(struct proto *pr, struct pkt *p);
/* The transaction that what a side says now belongs to: the last in which it came further, unless it has said
 * all of it; else the one that it answers. NULL: none. Borrowed until the flow's next bytes. */
const struct tx *proto_tx_open(const struct proto *pr, const struct flow *f, uint8_t dir,
			       const struct protocol **protocol);
/* The flow is about to go, after its last piece. */
void proto_flow_end(struct proto *pr, struct flow *f, const struct order *at);
