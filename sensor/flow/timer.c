// SPDX-License-Identifier: Apache-2.0
/* See timer.h. A clock that jumps by more than the ring costs one turn of it, not one per second.
 */
#include "flow/timer.h"

#include "base/clock.h"

#include <string.h>

#define MASK (FLOW_WHEEL_SLOTS - 1)

uint32_t flow_timer_floor_s(uint64_t time_ns)
{
	uint64_t s = time_ns / NS_PER_S;

	return s < FLOW_SECOND_MAX ? (uint32_t)s : FLOW_SECOND_MAX;
}

uint32_t flow_timer_ceil_s(uint64_t time_ns)
{
	uint64_t s = time_ns / NS_PER_S + (time_ns % NS_PER_S != 0);

	return s < FLOW_SECOND_MAX ? (uint32_t)s : FLOW_SECOND_MAX;
}

uint32_t flow_timer_add_s(uint32_t s, uint32_t more)
{
	return s < FLOW_SECOND_MAX - more ? s + more : FLOW_SECOND_MAX;
}

void flow_timer_arm(struct flow_wheel *w, struct flow *flow, uint32_t i, uint32_t due_s)
{
	struct flow *f = &flow[i];

	if (due_s <= w->now_s)
		due_s = w->now_s + 1;
	if (due_s - w->now_s >= FLOW_WHEEL_SLOTS)
		due_s = w->now_s + FLOW_WHEEL_SLOTS - 1;
	uint32_t *head = &w->slot[due_s & MASK];
	f->due_s = due_s;
	f->wheel_prev = 0;
	f->wheel_next = *head;
	if (*head)
		flow[*head - 1].wheel_prev = i + 1;
	*head = i + 1;
}

void flow_timer_disarm(struct flow_wheel *w, struct flow *flow, uint32_t i)
{
	struct flow *f = &flow[i];

	if (f->wheel_prev)
		flow[f->wheel_prev - 1].wheel_next = f->wheel_next;
	else
		w->slot[f->due_s & MASK] = f->wheel_next;
	if (f->wheel_next)
		flow[f->wheel_next - 1].wheel_prev = f->wheel_prev;
}

uint32_t flow_timer_next(struct flow_wheel *w, uint32_t now_s)
{
	if (now_s <= w->now_s)
		return 0;
	if (now_s - w->now_s > FLOW_WHEEL_SLOTS) /* every slot is due: one turn is enough */
		w->now_s = now_s - FLOW_WHEEL_SLOTS;
	while (w->now_s < now_s) {
		uint32_t *slot = &w->slot[++w->now_s & MASK], i = *slot;

		*slot = 0;
		if (i)
			return i;
	}
	return 0;
}

void flow_timer_clear(struct flow_wheel *w)
{
	memset(w->slot, 0, sizeof(w->slot));
}
