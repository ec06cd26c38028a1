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

/* The rule's tests of a packet; without one (NULL) those that are the same for all of a direction hold or not, and
 * others do not. */
bool rule_talk_tests_pass(const struct signature *s, const struct pkt *p, struct flow *f, uint8_t dir,
			  const struct talk *t);

/* Whether the flow speaks what the rule asks for; `open`: it may still turn out to. */
static inline bool rule_app_fits(const struct signature *s, const struct flow *f, bool open)
{
	return !s->app_mask || (f && (s->app_mask >> f->app & 1 || (open && f->app == APP_none)));
}

/* A TCP connection whose beginning was not seen, and rules do not look into those (rule.midstream). */
static inline bool rule_unbegun(bool midstream, const struct flow *f)
{
	const uint32_t both = FLOW_SYN | FLOW_SYNACK;

	return !midstream && f && f->proto == 6 && (f->seen & both) != both;
}
