// SPDX-License-Identifier: Apache-2.0
/* A packet or a flow's direction as a rule's header sees it; talk.c.
 *
 * Owns:   nothing; it borrows from the packet or the flow. */
#pragma once

#include "rule/engine.h"

/* Who talks to whom: what a header is held against. */
struct talk {
	const struct addr *src, *dst;
	u128 src_n, dst_n;
	uint16_t sport, dport;
	uint8_t class, bit; /* enum proto_class; PROTO_* */
	uint8_t net, proto, dir;
	bool has_ports, established;
	bool app_open; /* what it speaks may still become known */
	const struct flow *flow; /* NULL: none */
};

void rule_talk_of_pkt(struct talk *t, const struct pkt *p);
void rule_talk_of_flow(struct talk *t, const struct flow *f, uint8_t dir);
bool rule_talk_fits(const struct talk *t, const struct signature *s);
