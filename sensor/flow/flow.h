// SPDX-License-Identifier: Apache-2.0
/* flow → proto, rule, observe: conversations, what happens to them, and their TCP bytes in order.
 *
 * Units:  bytes, packets, nanoseconds of packet time.
 * Thread: the owning worker's only.
 */
#pragma once

#include "base/addr.h"
#include "base/count.h"
#include "base/err.h"
#include "base/param.h"
#include "flow/record.h"

#include <stdbool.h>
#include <stdint.h>

enum flow_event_kind {
	FLOW_EVENT_contact, /* flow->outcome has been decided; once a flow */
	FLOW_EVENT_interim, /* every flow.interim seconds while it lives */
	FLOW_EVENT_volume,  /* either side has sent FLOW_VOLUME_BYTES or _PKTS more */
	FLOW_EVENT_end,     /* the flow is gone after this call */
	FLOW_EVENT_wake, FLOW_EVENT_woken, /* TCP: client, server speaks after FLOW_IDLE_NS of silence */
};
/* Powers of two: a step is seen by the bits that change, at no memory and no division. */
#define FLOW_VOLUME_BYTES (4u << 20)
#define FLOW_VOLUME_PKTS  8192u
enum flow_reason {
	FLOW_END_none,
	FLOW_END_timeout,
	FLOW_END_shutdown, FLOW_END_evicted, FLOW_END_reused
};

/* Where in the total order of the run something happened. */
struct order {
	uint64_t seq;     /* frame number */
	uint64_t time_ns; /* of the frame, or of the tick */
	uint8_t stage;    /* enum order_stage */
};
/* Of one seq, first to last. Timers due before frame seq run before it. */
enum order_stage {
	ORDER_tick,   /* the second itself: worker 0 tells it */
	ORDER_timer,  /* flows by timeout, ascending flow_id */
	ORDER_decode, /* ARP, NDP, decode events */
	ORDER_flow,
	ORDER_proto,
	ORDER_rule,
	ORDER_end, /* behind the last frame and the last timer: worker 0 tells it */
};

/* What flow tells, in order; called on the worker */
struct flow_hooks {
	void (*on_event)(void *ctx, const struct flow *f, enum flow_event_kind kind,
			 enum flow_reason reason, const struct order *at);
	void *ctx;
};

struct flow_config {
	uint32_t max;          /* flows per run; divided among the workers */
	uint32_t unanswered_s; /* a SYN without answer is a failed contact after */
	uint32_t tcp_new_s, tcp_established_s, tcp_closed_s, udp_s, icmp_s, other_s; /* timeouts */
	uint32_t interim_s;                                                          /* 0: none */
	bool vlan_in_key;
	uint64_t stream_memory; /* bytes, all workers */
	uint64_t stream_depth;  /* bytes of each direction that are reassembled */
	char *overlap;          /* of TCP segments: enum frag_policy, by name */
	bool streams;           /* false: no reassembly at all (nothing inspects it) */
	uint64_t frag_memory;   /* bytes, all workers: fragments that wait for others */
	uint32_t frag_s;        /* they are forgotten after */
	char *frag_policy;      /* enum frag_policy, by name */
};
extern const struct param flow_params[];

struct flow_counters {
	struct count created, ended, evicted, table_full;                        /* flows */
	struct count midstream, syn_first, synack_seen, handshake_unseen_synack; /* visibility */
	struct count icmp_quotes_matched;
	struct count stream_bytes, stream_gaps, stream_gap_bytes, stream_overlap_conflicts;
	struct count stream_memcap, stream_ooo, stream_old, acked_unseen_bytes;
	struct count stream_beyond_depth; /* bytes that were not reassembled any more */
	struct count frags, frag_whole;   /* fragments; datagrams put together */
	struct count frag_timeouts, frag_evicted; /* datagrams that stayed incomplete */
	struct count frag_overlaps, frag_conflicts, frag_repeated; /* conflicts: datagrams */
	struct count frag_too_many, frag_bad_length, frag_bad_end, frag_cut;
	struct count frag_tunnels; /* datagrams that were a tunnel: see defrag.c */
};

/* One piece of newly contiguous stream bytes. `window` ends with the piece and reaches back over up
 * to FLOW_WINDOW bytes already delivered since the last gap: a match may lie across pieces. */
#define FLOW_WINDOW    6144u
#define FLOW_PIECE_MAX 4096u
struct flow_piece {
	const uint8_t *window;
	uint32_t window_len; /* bytes, the piece included */
	uint32_t piece_len; /* the last piece_len bytes of window are new; 0 with only gap or fin */
	uint64_t offset;    /* of the piece from the stream's first byte seen, gaps counted */
	uint64_t turn;      /* offset at which this side began to speak, the other one being the last */
	uint64_t acked;     /* offset below which the other side has said to have everything, as far as told */
	uint64_t *mark;     /* the hearer's, one a direction: 0 at the beginning */
	uint8_t dir;
	bool gap; /* bytes before this piece were never seen: parsers resynchronise */
	bool fin; /* nothing follows in this direction */
	bool turned; /* nothing else: the ends are swapped, what was told was the other side's */
};
/* Called for each piece while flow_pkt() handles its packet; `p` is the packet that completed it,
 * NULL at a flow's end. */
typedef void (*flow_on_piece)(void *ctx, struct flow *f, const struct flow_piece *piece,
			      const struct pkt *p, const struct order *at);

/* What proto/ asks of a flow's streams: no more of one direction (what waits for it is told its end);
 * no end at flow.stream_depth. */
void flow_stream_quit(struct flow *f, uint8_t dir);
void flow_stream_deep(struct flow *f);

struct flow_table;
/* The last bytes that a direction has told (all of them, up to FLOW_WINDOW, since its beginning or its last
 * gap). False: none are kept. Borrowed until the next packet. */
bool flow_stream_said(const struct flow_table *t, const struct flow *f, uint8_t dir, const uint8_t **at, uint32_t *n);
/* `share`: this worker's number of all `workers`. Allocates everything there will ever be. */
int flow_table_new(struct flow_table **t, const struct flow_config *c, unsigned workers,
		   uint64_t seed, const struct flow_hooks *hooks, struct err *err);
void flow_table_set_piece(struct flow_table *t, flow_on_piece on_piece, void *ctx); /* NULL: off */
/* Whether what is odd about TCP connections is looked for (flow/track.h); between bursts. */
void flow_table_track(struct flow_table *t, bool on, bool midstream);
void flow_table_free(struct flow_table *t);

/* Puts fragments together: a packet that is one is held back (no flow, no payload; `fragment` stays set) or, when it completes
 * its datagram, becomes it, with bytes that live until the next burst. After flow_prefetch(), before anything else. */
void flow_defrag_pkt(struct flow_table *t, struct pkt *p, struct verdicts *count);
static inline void flow_defrag(struct flow_table *t, struct pkt *p, struct verdicts *count)
{
	if (__builtin_expect(p->fragment, 0))
		flow_defrag_pkt(t, p, count);
}
/* Hashes and prefetches a burst; call before flow_pkt() on each. */
void flow_prefetch(struct flow_table *t, const struct pkt *p, unsigned n);
/* Finds or makes the packet's flow, sets p->flow and p->dir, moves the TCP state, delivers stream pieces. An ICMP error is
 * also told to the flow it quotes. */
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
