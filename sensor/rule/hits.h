// SPDX-License-Identifier: Apache-2.0
/* A match until its packet is through; hits.c.
 *
 * Owns:   nothing: what it points to is in the matcher's rooms, good until the packet's hits are told. */
#pragma once

#include "flow/flow.h"
#include "rule/eval.h"

#define HITS_MAX 256u        /* of one packet */
#define TOLD_ROOM (64u << 10) /* bytes */
#define CAPTURED_ROOM 256u

#define HIT_FRAME (1ull << 63) /* of hit.tx: it is a frame's number */

enum hit_of { HIT_packet, HIT_header, HIT_stream }; /* what the rule was held against */

struct hit {
	uint32_t rule;
	const struct pkt *pkt;
	struct flow *flow;
	uint8_t dir;
	bool whole_flow; /* a pass rule here passes the flow, not only the packet */
	bool later;      /* as struct rule_hit's */
	struct order at;
	uint64_t tx;     /* number + 1; 0: none */
	const char *eve; /* in the matcher's room, or NULL */
	uint32_t eve_len;
	const uint8_t *told; /* the same: what sets will be asked for */
	uint32_t told_len;
	uint8_t n_captured;
	const struct captured *captured; /* the same: what variables get */
};
