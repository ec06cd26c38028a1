// SPDX-License-Identifier: Apache-2.0
/* One conversation, as flow/ keeps it and every room to the right reads it.
 *
 * A flow is picked up wherever it is first seen. `dir` 0 goes to the server: the side that did not
 * send the first SYN; where no SYN was seen the direction is inferred (SYN-ACK, well-known port,
 * who spoke first) and corrected when better evidence comes.
 *
 * Units:  bytes, packets, nanoseconds of packet time.
 * Shape:  256 bytes; a stream (reassembly, window) is a pooled object behind it.
 * Thread: the owning worker's only.
 */
#pragma once

#include "base/addr.h"
#include "decode/pkt.h"

#include <stdint.h>

enum flow_dir_name { FLOW_to_server, FLOW_to_client };

enum flow_state {
	FLOW_new,         /* one side has spoken */
	FLOW_established, /* TCP: handshake done, or both ways mid-stream; others: both spoke */
	FLOW_closed,      /* FIN both ways, or RST */
};

/* How a first contact went: the fact behind scan detection */
enum flow_outcome {
	FLOW_pending,
	/* SYN-ACK, or the client's own ACK or data after its SYN (the answer was not on the
	 * mirror); UDP/ICMP: a reply */
	FLOW_answered,
	FLOW_refused,    /* RST to a SYN, ICMP unreachable */
	FLOW_unanswered, /* flow.unanswered_s seconds passed */
};

/* Bits of flow.seen */
#define FLOW_SYN          1u /* client's SYN seen */
#define FLOW_SYNACK       2u /* server's SYN-ACK seen */
#define FLOW_CLIENT_ACK   4u /* client went on after its SYN: the handshake was completed */
#define FLOW_MIDSTREAM    8u
#define FLOW_RST_CLIENT   16u
#define FLOW_RST_SERVER   32u
#define FLOW_FIN_CLIENT   64u
#define FLOW_FIN_SERVER   128u
#define FLOW_SYNACK_FIRST 256u  /* began with a SYN-ACK: backscatter, or one-way mirror */
#define FLOW_GAP          512u  /* a hole in either stream */
#define FLOW_GUESSED      1024u /* direction inferred, not seen */
#define FLOW_DECIDED      2048u /* its outcome has been told (FLOW_EVENT_contact) */
#define FLOW_ALERTED      4096u /* set by rule/ through flow_mark_alerted() */
#define FLOW_SEALED       16384u /* set by proto/: encrypted both ways from here on */
#define FLOW_LONE_ACK     8192u /* one segment with ACK and no data, answered by RST: all there was */

struct flow_half {        /* what one side sent */
	uint64_t bytes;   /* on the wire, of the (innermost) IP layer: no padding, no tunnel */
	uint64_t payload; /* bytes of L4 payload */
	uint32_t pkts;
	uint8_t tcp_flags; /* all seen, or'ed */
};

/* Four cache lines: the key; what every packet changes; what few packets need; what few flows need
 */
struct flow {
	struct addr client, server;
	uint16_t client_port, server_port; /* ICMP: community_id's type/counter-type pair */
	uint16_t vlan[PKT_VLANS];
	uint8_t n_vlan, proto;
	uint8_t state;   /* enum flow_state */
	uint8_t outcome; /* enum flow_outcome */
	uint32_t seen;   /* FLOW_* bits; those above bit 15 are the table's own */
	/* hash(five-tuple, first_seq): the same in every run over the same frames; 53 bits, so that
	 * every reader of JSON holds it exactly */
	uint64_t id;
	struct tcp_stream *stream; /* NULL until TCP payload is inspected */

	uint64_t last_ns;
	struct flow_half half[2]; /* by direction */
	uint32_t active_s, due_s; /* the table's: last activity, next visit (0: no flow here) */

	uint64_t first_seq;
	uint64_t start_ns;
	struct mac client_mac, server_mac;
	uint16_t source;
	uint16_t app;          /* proto/'s: enum app */
	uint32_t proto_state;  /* proto/'s: its pooled state of the flow, 0 none */
	uint32_t rule_flowbits; /* rule/'s: index + 1 of the flow's named bits, 0 none */
	uint32_t rule_state;   /* rule/'s: index of its own pooled state, 0 none */
	uint16_t rule_bits;    /* rule/'s */
	uint16_t interim_n;    /* interim records told so far */
	/* The table's own: interim and contact are counted from mark_s; the client's first sequence
	 * number; the wheel's list (or the free list). */
	uint32_t mark_s, isn, wheel_prev, wheel_next;

	uint64_t events; /* EVENT_BIT(STREAM_…), ever */
	struct pkt_tunnel tunnel; /* around its first packet */
	uint64_t told[2]; /* bytes of half[] that FLOW_EVENT_volume has told: its hearer's */
};
_Static_assert(sizeof(struct flow) == 256, "four cache lines");

/* Both sides of a connection silent for so long: it is off (Zhang, Paxson, USENIX Security 2000). */
#define FLOW_IDLE_NS (500u * 1000000u)

/* Alerts of a flow are told in its record. */
static inline void flow_mark_alerted(struct flow *f)
{
	f->seen |= FLOW_ALERTED;
}
