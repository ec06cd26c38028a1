// SPDX-License-Identifier: Apache-2.0
/* worker → detect: what happened, in 64 bytes and one body.
 *
 * The total order of a run is (seq, stage, flow_id, n): the same for any number of workers, because
 * each word depends on the traffic alone. A worker writes its observations in that order; the
 * detect thread merges the rings by it.
 *
 * Shape:  a record in a worker's byte ring: this header, then `len` bytes of body (one of the
 *         structs below, then at most OBS_TEXT_MAX bytes of text), padded to 8.
 * Owns:   the ring; a reader borrows the record until it moves on.
 */
#pragma once

#include "base/addr.h"
#include "decode/pkt.h"
#include "wire/alert.h"

#include <stdint.h>
#include <string.h>

enum observation_kind {
#define OBSERVATION(name, what) OBS_##name,
#include "observe/observation.def"
#undef OBSERVATION
	OBS_count
};

#define OBS_TEXT_MAX 512u
#define OBS_EVE_MAX  8192u /* a rule hit's protocol fragment */

struct observation {
	uint64_t seq, flow_id;
	uint64_t time_ns;
	struct addr src, dst;
	uint16_t sport, dport;
	uint16_t len;    /* bytes of body and text */
	uint8_t kind;    /* enum observation_kind */
	uint8_t stage_n; /* stage << 5 | n (0 … 31, saturating): last words of the order */
};
_Static_assert(sizeof(struct observation) == 64, "one cache line");

/* What every body begins with: the link-layer facts that an alert wants. */
struct obs_link {
	struct mac smac, dmac;
	uint16_t vlan[2];
	uint16_t source; /* file or port */
	uint8_t n_vlan;
	uint8_t proto; /* IANA */
	uint8_t dir;   /* enum flow_dir_name; of flows: to server */
	uint8_t app;
	uint8_t has_mac : 1;
	uint8_t cut : 1;    /* text was longer than OBS_TEXT_MAX */
	uint8_t tunnel : 1; /* the record ends with a struct pkt_tunnel (rule hits, flows) */
};

struct obs_contact { /* OBS_contact: how the first exchange of a flow went */
	struct obs_link link;
	uint8_t outcome;      /* enum flow_outcome */
	uint8_t guessed;      /* direction inferred: no accusation may rest on it */
	uint8_t tcp_flags;    /* of the first side, or'ed */
	uint8_t icmp_refused; /* refused by an ICMP error, not by RST */
	uint32_t seen;        /* FLOW_* bits */
	uint64_t start_ns;
	uint64_t first_seq; /* of the flow's first frame: silence has no frame of its own */
	uint32_t count; /* contacts it stands for: those that went the same way since it was told */
};

/* OBS_volume: bytes and packets by direction since this was last told of the flow, or, of flows
 * that have ended, of the same two hosts and service. */
struct obs_volume {
	struct obs_link link;
	uint64_t start_ns, since_ns; /* the flow's begin; last told, 0 never */
	uint64_t bytes[2];           /* to server, to client; new ones */
	uint64_t total[2];           /* bytes of the flow at hand so far */
	uint64_t pkts[2];            /* of the flow so far; ended: new ones of all */
	uint32_t seen;               /* FLOW_* bits of the flow at hand */
	uint8_t ended; /* small flows summed up: the one at hand is the last of them */
	uint8_t guessed;
};

struct obs_health { /* OBS_health: counters of the source since the start, all readers */
	uint64_t frames, dropped;
	uint64_t clock_back, clock_jump;
	uint8_t drops_known;
	uint8_t silent; /* no frame came in the second before */
	uint8_t live;
};

struct obs_flow { /* OBS_flow_interim, OBS_flow_end */
	struct obs_link link;
	uint64_t start_ns, last_ns;
	uint64_t bytes[2], payload[2]; /* to server, to client */
	uint32_t pkts[2];
	uint32_t seen;
	uint8_t tcp_flags[2];
	uint8_t state, reason, outcome;
	uint8_t alerted;
	uint8_t interim_n;
};

/* OBS_ndp_odd: src/dst are the packet's; link alone is filled.
 * OBS_arp_request, OBS_arp_reply, OBS_ndp: src/dst are sender and target. OBS_ndp has the ICMPv6
 * type in sport; of a router advertisement dst is the announced prefix. */
struct obs_neighbour {
	struct obs_link link;
	struct mac sender_mac, target_mac;
	uint8_t gratuitous;  /* announces itself: sender is target, or the sender has no address yet
			      */
	uint8_t router;      /* router advertisement: 2 of a default router, 1 of another */
	uint8_t prefix_bits; /* of RA's prefix in dst */
	uint64_t asked_ns;   /* of an ARP reply: when ARP last asked for its sender; 0 not known */
};

struct rule;
struct obs_rule { /* OBS_rule_hit; the text is the protocol's EVE fragment, ready members */
	struct obs_link link;
	const struct rule *rule; /* immutable while the rule set lives */
	uint8_t conditional;     /* threshold or the like decides on the detect thread */
	uint8_t has_flow;
	uint8_t icmp_type, icmp_code;
	uint8_t later; /* struct rule_hit's */
	uint32_t eve_len;
	uint32_t told_len; /* struct dataset_told and values, behind the fragment */
	/* the flow's counters at the hit, for EVE's flow object */
	uint64_t start_ns;
	uint64_t bytes[2];
	uint32_t pkts[2];
};

static inline const void *obs_body(const struct observation *o)
{
	return o + 1;
}

/* The tunnel around it; of depth 0 when there is none. `link` is its body's. */
static inline struct pkt_tunnel obs_tunnel(const struct observation *o, const struct obs_link *link)
{
	struct pkt_tunnel t = {.depth = 0};

	if (link->tunnel)
		memcpy(&t, (const uint8_t *)(o + 1) + o->len - sizeof(t), sizeof(t));
	return t;
}
