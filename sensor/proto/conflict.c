// SPDX-License-Identifier: Apache-2.0
/* Tells of segments whose bytes are not those that came before at the same place. */
#include "proto/state.h"

#include "decode/event.h"

void proto_conflict(struct proto *pr, struct flow *f, const struct pkt *p)
{
	struct fact_conflict body = {
		.before = f->half[p->dir].payload,
		.len = (uint16_t)(p->payload_len < UINT16_MAX ? p->payload_len : UINT16_MAX),
		.http = f->app == APP_http,
	};
	const struct proto_fact fact = {
		.flow = f,
		.kind = FACT_conflict,
		.dir = p->dir,
		.at = {p->seq, p->time_ns, ORDER_proto},
		.body = &body,
		.len = sizeof(body),
		.text = "",
		.text_len = 1,
	};

	count_add(&pr->count.facts, 1);
	if (pr->hooks.on_fact)
		pr->hooks.on_fact(pr->hooks.observer, &fact);
}
