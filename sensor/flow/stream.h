// SPDX-License-Identifier: Apache-2.0
/* TCP bytes in order: what flow_on_piece is told, and the memory behind it. */
#pragma once

#include "decode/frag.h"
#include "flow/flow.h"
#include "flow/memory.h"

#define STREAM_PAGE        2048u /* bytes of one held segment, its head included */
#define STREAM_HELD_MAX    128u  /* segments held, each direction of a flow */
#define STREAM_WINDOW_PAGE (FLOW_WINDOW + FLOW_PIECE_MAX) /* the largest window */
#define STREAM_WINDOW_SIZES 3u
#define STREAM_WINDOW_BITS  2u
#define STREAM_WINDOW_SIZE  ((1u << STREAM_WINDOW_BITS) - 1)

struct stream_seg {    /* bytes beyond a hole */
	uint32_t next; /* in ascending seq; none overlap */
	uint32_t seq;
	uint32_t len;
	uint32_t from, to; /* of the TCP segment it came in; unless the policy is first */
	uint8_t at[STREAM_PAGE - 20];
};
_Static_assert(sizeof(struct stream_seg) == STREAM_PAGE, "a page");

#define STREAM_STARTED 1u  /* next_seq is known */
#define STREAM_FIN     2u  /* fin_seq is known */
#define STREAM_ACKED   4u  /* ack is known */
#define STREAM_GAP     8u  /* bytes are missing before the next piece */
#define STREAM_DONE    16u /* nothing more is delivered */
#define STREAM_DEPTH   32u /* … because of the depth */
#define STREAM_QUIT    64u  /* its parser wants no more */
#define STREAM_DEEP    128u /* the depth does not count */

struct stream_half {       /* one direction's bytes */
	uint64_t offset;   /* delivered or missing so far */
	uint64_t told;     /* delivered: what the depth limits */
	uint64_t turn;     /* offset of what it said first after the other side */
	uint64_t mark;     /* the hearer's: flow_piece.mark */
	uint32_t next_seq; /* of the byte that is delivered next */
	uint32_t ack;      /* the other side has everything below */
	uint32_t fin_seq;
	uint32_t held;   /* first stream_seg */
	uint32_t window; /* of the last bytes delivered: its number << STREAM_WINDOW_BITS | its size; 0: none */
	uint16_t window_len;
	uint8_t n_held, bits;
};

struct tcp_stream {
	struct stream_half half[2];
	uint8_t last; /* direction + 1 of what was told last */
};

/* Of a window */
struct stream_owner {
	uint32_t ref;    /* its stream << 1 | direction; 0: nobody's */
	uint32_t told_s; /* second of packet time of the last piece */
};

struct stream_windows {
	struct flow_pool pool[STREAM_WINDOW_SIZES];
	struct stream_owner *owner[STREAM_WINDOW_SIZES]; /* of each window */
	uint32_t hand[STREAM_WINDOW_SIZES];              /* where idle ones were looked for last */
	uint64_t budget, used;                           /* bytes */
};

struct flow_streams {           /* one worker's */
	flow_on_piece on_piece; /* NULL: off */
	void *ctx;
	uint64_t depth;
	enum frag_policy overlap; /* whose bytes count beyond a hole */
	uint64_t events;          /* EVENT_BIT(STREAM_…) of the call at hand */
	struct flow_pool streams, segs;
	struct stream_windows windows;
	struct flow_counters *count;
};

/* What is at hand while one packet, or an end, is worked on */
struct stream_call {
	struct flow_streams *m;
	struct flow *f;
	const struct pkt *p; /* NULL at a flow's end */
	const struct order *at;
	uint8_t dir;
};

int flow_streams_init(struct flow_streams *m, const struct flow_config *c, unsigned workers,
		      struct flow_counters *count);
void flow_streams_fini(struct flow_streams *m);

static inline void flow_stream_prefetch(const struct flow *f)
{
	__builtin_prefetch(f->stream, 1);
}
/* After the flow's state has moved. */
void flow_stream_pkt(struct flow_streams *m, struct flow *f, const struct pkt *p);
/* A SYN-ACK from whom we took for the client: does it answer what the other side is known to have
 * said? (A forged one must not turn a conversation that was understood.) */
bool flow_stream_answers(const struct flow *f, const struct pkt *synack);
/* The flow's ends were swapped: its streams are, too, and on_piece is told. */
void flow_stream_turn(struct flow_streams *m, struct flow *f, const struct order *at);
/* Delivers what is held, gaps and all, and gives the flow's memory back. */
void flow_stream_end(struct flow_streams *m, struct flow *f, const struct order *at);

/* stream_window.c: the last bytes that were delivered. */
int flow_windows_init(struct stream_windows *w, uint64_t budget);
void flow_windows_fini(struct stream_windows *w);
static inline uint8_t *flow_window_at(const struct flow_streams *m, uint32_t window)
{
	return flow_pool_at(&m->windows.pool[window & STREAM_WINDOW_SIZE],
			    window >> STREAM_WINDOW_BITS);
}
/* The direction's window, with room for `len` bytes behind its window_len; NULL: there is none. */
uint8_t *flow_window_room(const struct stream_call *c, struct stream_half *h, uint32_t len);
void flow_window_put(struct flow_streams *m, struct stream_half *h); /* gives it back, if there is one */
void flow_windows_turn(struct flow_streams *m, struct tcp_stream *s); /* the directions were swapped */

/* stream_hold.c: bytes that cannot be delivered yet. */
/* Keeps what of [seq, seq + len) is not held yet. False: no room, some of it was not kept. */
bool flow_stream_hold(struct flow_streams *m, struct stream_half *h, uint32_t seq,
		      const uint8_t *at, uint32_t len);
void flow_stream_drop_held(struct flow_streams *m, struct stream_half *h);
static inline struct stream_seg *flow_stream_seg(const struct flow_streams *m, uint32_t ref)
{
	return flow_pool_at(&m->segs, ref);
}
/* Gives the first held segment back. */
void flow_stream_pop(struct flow_streams *m, struct stream_half *h);
/* Before [seq, seq + len) is told: where the policy takes later bytes, they replace held ones. */
void flow_stream_replace(struct flow_streams *m, const struct stream_half *h, uint32_t seq,
			 const uint8_t *at, uint32_t len);
/* Counts the bytes that differ. */
void flow_stream_conflict(struct flow_streams *m, const uint8_t *first, const uint8_t *later,
			  uint32_t len);
static inline void flow_stream_event(struct flow_streams *m, enum stream_event e)
{
	m->events |= EVENT_BIT(e);
}
