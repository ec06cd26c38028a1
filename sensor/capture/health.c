// SPDX-License-Identifier: Apache-2.0
/* What is wrong with the traffic as it arrives: time stamps that step, frames that are cut, links
 * we do not know. Counted per frame in registers, published once a burst.
 *
 * Thread: the reader's (or the dispatcher's) own.
 */
#include "capture/health.h"

void capture_health_flush(struct capture_health *h, struct capture_counters *c)
{
	if (h->frames == 0)
		return;
	count_add(&c->frames, h->frames);
	count_add(&c->bytes, h->bytes);
	if (h->truncated | h->clock_back | h->clock_jump | h->unknown_link) {
		count_add(&c->truncated, h->truncated);
		count_add(&c->clock_back, h->clock_back);
		count_add(&c->clock_jump, h->clock_jump);
		count_add(&c->unknown_link, h->unknown_link);
	}
	*h = (struct capture_health){.last_ns = h->last_ns, .any = h->any};
}
