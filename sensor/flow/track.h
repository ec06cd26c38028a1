// SPDX-License-Identifier: Apache-2.0
/* A TCP connection held to the letter, for `stream-event` rules alone: the states of RFC 9293, windows,
 * timestamps, acknowledgements, as Suricata's stream engine keeps them, so that what is odd here is
 * what is odd there. flow/tcp.c, which forgives much, stays the judge of everything else.
 *
 * Cost:   nothing where no rule asks (flow_table_track). Else an array beside the flows, a struct track
 *         each, touched for TCP packets.
 * Thread: the owning worker's only.
 */
#pragma once

#include "decode/pkt.h"

#define TRACK_SYNACKS 5u  /* different ones that are remembered: Suricata's max-synack-queued */
#define TRACK_SYNS    10u /* max-syn-queued */
#define TRACK_SACKS   8u  /* ranges a direction; more are not counted */

enum track_state { /* in Suricata's order: from LAST_ACK on a SYN begins anew */
	TRACK_none,
	TRACK_syn_sent,
	TRACK_syn_recv,
	TRACK_established,
	TRACK_fin_wait1,
	TRACK_fin_wait2,
	TRACK_time_wait,
	TRACK_last_ack,
	TRACK_close_wait,
	TRACK_closing,
	TRACK_closed,
};

/* Bits of track.bits */
#define TRACK_TIMESTAMPS 1u  /* both sides use them */
#define TRACK_WSCALE     2u  /* the SYN offered it */
#define TRACK_FOUR_WAY   4u  /* both sides sent a SYN */
#define TRACK_MIDSTREAM  8u
#define TRACK_MID_OPEN   16u /* … by an ACK: the server's window is not known yet */
#define TRACK_MID_SYNACK 32u
#define TRACK_CONFIRMED  64u /* the server went on after its SYN-ACK */
#define TRACK_FAST_OPEN  128u
#define TRACK_FAST_LOST  256u /* the SYN-ACK left the SYN's data out */
#define TRACK_GAP        512u /* bytes were acknowledged that were not seen: resets are believed */

/* Bits of track_half.bits */
#define TRACK_HALF_TS    1u /* its SYN had a timestamp */
#define TRACK_HALF_TS0   2u /* … of 0 */
#define TRACK_HALF_RESET 4u /* a reset was sent to it */
#define TRACK_HALF_ALIVE 8u /* its last packet was a keep-alive */
#define TRACK_HALF_PROBE 16u /* it probed a window of 0 */

struct track_half {        /* one side, as a sender */
	uint32_t isn;
	uint32_t next_seq;
	uint32_t last_ack; /* the other side has everything below */
	uint32_t window;   /* bytes that the other side grants it */
	uint32_t next_win; /* the highest number that it may send */
	uint32_t base;     /* of its first byte */
	uint32_t have;     /* every byte below was seen, or given up */
	uint32_t beyond_from, beyond_to; /* what was seen beyond a hole */
	uint32_t last_ts, last_ts_s; /* its last timestamp, and the second of packet time it came in */
	uint8_t wscale;    /* of `window` */
	uint8_t bits, n_sack;
};

struct track_queued { /* a SYN or a SYN-ACK that another one followed */
	uint32_t seq, ack, ts;
	uint16_t win;
	uint8_t wscale, has; /* TRACK_HAS_* */
};
#define TRACK_HAS_TS     1u
#define TRACK_HAS_WSCALE 2u
#define TRACK_HAS_SACK   4u

struct track_range {
	uint32_t from, to;
};

struct track {
	struct track_half half[2]; /* by who is the client here: see `flip` */
	uint16_t bits;
	uint8_t state, before; /* enum track_state; `before` the last change of it */
	uint8_t n_queued;
	uint8_t epoch; /* the table's: of which switching on */
	bool flip; /* client and server are not the flow's */
	union {
		struct track_queued queued[TRACK_SYNS];     /* until it is established */
		struct track_range sack[2][TRACK_SACKS]; /* after; sorted, apart */
	};
};

struct track_pkt {     /* a packet as track_pkt() is asked about it */
	const struct pkt *p;
	bool midstream; /* connections without a beginning are picked up */
};
/* What is odd about it, as EVENT_BIT(STREAM_…); moves the state. */
uint64_t track_pkt(struct track *t, const struct track_pkt *in);
/* True when `p`, a SYN, begins another connection on these ports. */
bool track_reuses(const struct track *t, const struct pkt *p, uint8_t dir);
/* Every event that track_pkt() may say. */
uint64_t track_events(void);
