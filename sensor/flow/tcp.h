// SPDX-License-Identifier: Apache-2.0
/* The TCP of a flow as a mirror sees it: either direction may be missing, the beginning too.
 *
 * Pure functions of a flow and a packet: they change the flow and say what is to be told; telling
 * is the table's work.
 */
#pragma once

#include "flow/key.h"
#include "flow/record.h"

/* The table's own bits of flow.seen */
#define FLOW_WAITS      (1u << 16) /* no answer yet: it will be decided, at the latest by time */
#define FLOW_MAY_ANSWER (1u << 17) /* only an answer may be told: nobody is accused */
#define FLOW_RESYN      (1u << 18) /* a SYN with a new number inside a connection: isn holds it */
#define FLOW_NO_STREAM  (1u << 19) /* no memory was left for its reassembly */

struct flow_begin {       /* how a flow starts */
	bool from_server; /* its first packet goes to the client */
	uint32_t seen;
	uint32_t isn;
};

struct flow_told {                 /* what a packet proved */
	enum flow_outcome outcome; /* FLOW_pending: nothing */
	bool unseen_synack;        /* the client went on, the SYN-ACK was not on the mirror */
	bool first_synack;
	bool turn; /* the direction was guessed wrong: swap the ends, ask again */
};

struct flow_begin flow_tcp_begin(const struct pkt *p);
/* Anything but TCP. `unicast`: the destination is one host. */
struct flow_begin flow_other_begin(const struct pkt *p, bool unicast);

/* True when `p`, which carries a SYN, starts another connection on the same ports. */
bool flow_tcp_reuses(const struct flow *f, const struct pkt *p, enum flow_dir_name dir);
/* The state after `p`; f->half already counts it. */
struct flow_told flow_tcp_pkt(struct flow *f, const struct pkt *p, enum flow_dir_name dir);
struct flow_told flow_other_pkt(struct flow *f, const struct pkt *p, enum flow_dir_name dir);
/* An ICMP error quotes a packet that went in direction `dir`. */
struct flow_told flow_quoted(const struct flow *f, const struct pkt *error, enum flow_dir_name dir);
