// SPDX-License-Identifier: Apache-2.0
/* flow → proto, rule, observe: one conversation.
 *
 * A flow is picked up wherever it is first seen. `dir` 0 goes to the server: the side that did not
 * send the first SYN; where no SYN was seen the direction is inferred (SYN-ACK, well-known port,
 * who spoke first) and corrected when better evidence comes.
 *
 * Units:  bytes, packets, nanoseconds of packet time.
 * Shape:  <= 256 bytes; a stream (reassembly, window) is a pooled object behind it.
 * Thread: the owning worker's only.
 */
#pragma once

#include "base/addr.h"
#include "base/bytes.h"
#include "base/count.h"
#include "base/err.h"
#include "base/param.h"
#include "decode/pkt.h"

enum flow_dir_name { FLOW_to_server, FLOW_to_client };

enum flow_state {
	FLOW_new,         /* one side has spoken */
	FLOW_established, /* TCP: handshake done, or data both ways mid-stream; others: both spoke */
	FLOW_closed,      /* FIN both ways, or RST */
};

enum flow_outcome { /* how a first contact went: the fact behind scan detection */
	FLOW_pending,
	FLOW_answered,   /* SYN-ACK, or the client's own ACK or data after its SYN (the answer was not
			    on the mirror); UDP/ICMP: a reply */
	FLOW_refused,    /* RST to a SYN, ICMP unreachable */
	FLOW_unanswered, /* flow.unanswered seconds passed */
};

/* Bits of flow.seen */
#define FLOW_SYN 1u       /* client's SYN seen */
#define FLOW_SYNACK 2u    /* server's SYN-ACK seen */
#define FLOW_CLIENT_ACK 4u /* client went on after its SYN: the handshake was completed */
#define FLOW_MIDSTREAM 8u
#define FLOW_RST_CLIENT 16u
#define FLOW_RST_SERVER 32u
#define FLOW_FIN_CLIENT 64u
#define FLOW_FIN_SERVER 128u
#define FLOW_SYNACK_FIRST 256u /* began with a SYN-ACK: backscatter, or one-way mirror */
#define FLOW_GAP 512u          /* a hole in either stream */
#define FLOW_GUESSED 1024u     /* direction inferred, not seen */
#define FLOW_DECIDED 2048u     /* its outcome has been told (FLOW_EVENT_contact) */
#define FLOW_ALERTED 4096u     /* set by rule/ through flow_mark_alerted() */

struct flow_half { /* what one side sent */
	uint64_t bytes; /* wire bytes of the frames' IP layer and above */
	uint64_t payload; /* bytes of L4 payload */
	uint32_t pkts;
	uint8_t tcp_flags; /* all seen, or'ed */
};

struct flow {
	struct addr client, server;
	uint16_t client_port, server_port; /* ICMP: community_id's type/counter-type pair */
	uint16_t vlan[PKT_VLANS];
	uint8_t n_vlan, proto;
	uint8_t state;   /* enum flow_state */
	uint8_t outcome; /* enum flow_outcome */
	uint32_t seen;   /* FLOW_* bits */
	uint64_t id;     /* hash(five-tuple, first_seq): the same in every run over the same frames */
	uint64_t first_seq;
	uint64_t start_ns, last_ns;
	struct flow_half half[2]; /* by direction */
	struct mac client_mac, server_mac;
	uint16_t source;
	uint16_t app; /* proto/'s: 0 unknown */
	struct tcp_stream *stream; /* NULL until TCP payload is inspected */
	uint64_t rule_bits;  /* rule/'s: which pending candidates, first-packet flags */
	uint32_t rule_state; /* rule/'s: index of its own pooled state, 0 none */
	/* The table's own: chain, wheel. */
	uint32_t hash, next, wheel_prev, wheel_next;
	uint32_t wheel_slot;
	uint32_t interim_n; /* interim records told so far */
};

enum flow_event_kind {
	FLOW_EVENT_contact, /* flow->outcome has been decided; once a flow */
	FLOW_EVENT_interim, /* every flow.interim seconds while it lives */
	FLOW_EVENT_end,     /* the flow is gone after this call */
};
enum flow_reason { FLOW_END_none, FLOW_END_timeout, FLOW_END_shutdown, FLOW_END_evicted, FLOW_END_reused };

/* Where in the total order of the run something happened. */
struct order {
	uint64_t seq;     /* frame number */
	uint64_t time_ns; /* of the frame, or of the tick */
	uint8_t stage;    /* enum order_stage */
};
enum order_stage { /* of one seq, first to last. Timers due before frame seq run before it. */
	ORDER_tick,  /* the second itself: worker 0 tells it */
	ORDER_timer, /* flows by timeout, ascending flow_id */
	ORDER_decode, /* ARP, NDP, decode events */
	ORDER_flow,
	ORDER_proto,
	ORDER_rule,
};

struct flow_hooks { /* what flow tells, in order; called on the worker */
	void (*on_event)(void *ctx, const struct flow *f, enum flow_event_kind kind,
			 enum flow_reason reason, const struct order *at);
	void *ctx;
};

struct flow_config {
	uint32_t max;           /* flows per run; divided among the workers */
	uint32_t unanswered_s;  /* a SYN without answer is a failed contact after */
	uint32_t tcp_new_s, tcp_established_s, tcp_closed_s, udp_s, icmp_s, other_s; /* timeouts */
	uint32_t interim_s;     /* 0: none */
	bool vlan_in_key;
	uint64_t stream_memory; /* bytes, all workers */
	uint64_t stream_depth;  /* bytes of each direction that are reassembled */
	bool streams;           /* false: no reassembly at all (nothing inspects it) */
};
extern const struct param flow_params[];

struct flow_counters {
	struct count created, ended, evicted, table_full; /* flows */
	struct count midstream, syn_first, synack_seen, handshake_unseen_synack; /* visibility */
	struct count icmp_quotes_matched;
	struct count stream_bytes, stream_gaps, stream_gap_bytes, stream_overlap_conflicts;
	struct count stream_memcap, stream_ooo, stream_old, acked_unseen_bytes;
};

/* One piece of newly contiguous stream bytes. `window` ends with the piece and reaches back over up
 * to FLOW_WINDOW bytes already delivered since the last gap, so that a match may lie across pieces.
 */
#define FLOW_WINDOW 4096u
#define FLOW_PIECE_MAX 4096u
struct flow_piece {
	const uint8_t *window;
	uint32_t window_len; /* bytes, the piece included */
	uint32_t piece_len;  /* the last piece_len bytes of window are new; 0 with only gap or fin */
	uint64_t offset;     /* of the piece from the stream's first byte seen, gaps counted */
	uint8_t dir;
	bool gap;            /* bytes before this piece were never seen: parsers resynchronise */
	bool fin;            /* nothing follows in this direction */
};
/* Called for each piece while flow_pkt() handles its packet; `p` is the packet that completed it,
 * NULL at a flow's end. */
typedef void (*flow_on_piece)(void *ctx, struct flow *f, const struct flow_piece *piece,
			      const struct pkt *p, const struct order *at);

struct flow_table;
/* `share`: this worker's number of all `workers`. Allocates everything there will ever be. */
int flow_table_new(struct flow_table **t, const struct flow_config *c, unsigned workers,
		   uint64_t seed, const struct flow_hooks *hooks, struct err *err);
void flow_table_set_piece(struct flow_table *t, flow_on_piece on_piece, void *ctx); /* NULL: off */
void flow_table_free(struct flow_table *t);

/* Hashes and prefetches a burst; call before flow_pkt() on each. */
void flow_prefetch(struct flow_table *t, const struct pkt *p, unsigned n);
/* Finds or makes the packet's flow, sets p->flow and p->dir, moves the TCP state, delivers stream
 * pieces. An ICMP error is also told to the flow it quotes. */
void flow_pkt(struct flow_table *t, struct pkt *p);
/* Ends, in ascending flow_id, what has timed out at now_ns; `end` ends all. */
void flow_tick(struct flow_table *t, uint64_t seq, uint64_t now_ns, bool end);
const struct flow_counters *flow_counters_of(const struct flow_table *t);
uint32_t flow_active(const struct flow_table *t);

#define FLOW_COMMUNITY_ID 31 /* "1:" and 28 base64 digits, terminator included */
/* community_id v1, seed 0. ICMP ports as the specification says. */
const char *flow_community_id(const struct addr *src, const struct addr *dst, uint16_t sport,
			      uint16_t dport, uint8_t proto, char out[FLOW_COMMUNITY_ID]);
const char *flow_state_name(enum flow_state s);   /* EVE's: "new", "established", "closed" */
const char *flow_reason_name(enum flow_reason r); /* EVE's: "timeout", "shutdown", … */
