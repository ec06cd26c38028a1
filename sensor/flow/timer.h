// SPDX-License-Identifier: Apache-2.0
/* The wheel: which flows are to be looked at in which second.
 *
 * Shape:  a ring of one-second slots, each a list through the flows themselves. What is due beyond
 *         the ring is put into its last slot and armed again when that comes; what moved later by
 *         traffic is found to be so at its visit. So a packet never touches the wheel.
 * Cost:   O(1) to arm and disarm; a visit a flow and deadline.
 */
#pragma once

#include "flow/record.h"

#define FLOW_WHEEL_SLOTS 1024u       /* seconds; a power of two */
#define FLOW_SECOND_MAX  0xfffffffeu /* the year 2106: later times are this */

struct flow_wheel {
	uint32_t slot[FLOW_WHEEL_SLOTS]; /* index + 1 of the first flow; 0: none */
	uint32_t now_s;                  /* every flow due up to here has been visited */
};

uint32_t flow_timer_ceil_s(uint64_t time_ns);
uint32_t flow_timer_floor_s(uint64_t time_ns);
/* Saturating. */
uint32_t flow_timer_add_s(uint32_t s, uint32_t more);

/* flow[i] is not armed before, and armed after. */
void flow_timer_arm(struct flow_wheel *w, struct flow *flow, uint32_t i, uint32_t due_s);
void flow_timer_disarm(struct flow_wheel *w, struct flow *flow, uint32_t i);
/* Takes the flows of one second that are due by now_s off the wheel, a list through wheel_next: the index
 * + 1 of its first, or 0 when none is left and the wheel stands at now_s. Nothing is armed in between. */
uint32_t flow_timer_next(struct flow_wheel *w, uint32_t now_s);
/* No flow is armed any more. */
void flow_timer_clear(struct flow_wheel *w);
