// SPDX-License-Identifier: Apache-2.0
/* Facts of the parsers, as observations: src is the flow's client, dst its server; the other way round
 * where the parser knows better who asks. */
#include "observe/fact.h"
#include "observe/observe.h"
#include "observe/volume.h"

static enum observation_kind kind_of(uint8_t fact)
{
	static const uint8_t kinds[FACT_count] = {
#define FACT(name, what) [FACT_##name] = OBS_##name,
#include "proto/facts.def"
#undef FACT
	};
	return (enum observation_kind)kinds[fact];
}

static void turn(struct observation *o, struct obs_link *l)
{
	struct addr src = o->src;
	uint16_t sport = o->sport;
	struct mac smac = l->smac;

	o->src = o->dst;
	o->dst = src;
	o->sport = o->dport;
	o->dport = sport;
	l->smac = l->dmac;
	l->dmac = smac;
}

void observe_fact(void *ctx, const struct proto_fact *fact)
{
	struct observer *o = ctx;
	enum observation_kind kind = kind_of(fact->kind);

	observe_beat_fact(o, fact);
	if (!(o->wants >> kind & 1))
		return;
	if (o->uses && !o->uses(o->ears, kind, fact)) {
		count_add(&o->unused, 1);
		return;
	}
	struct obs_link link = observe_link_of_flow(fact->flow);
	uint32_t n = (uint32_t)sizeof(link) + fact->len + fact->text_len;
	struct observation *out = observe_put_flow(o, kind, fact->flow, &fact->at, n);

	if (!out)
		return;
	if (fact->backwards)
		turn(out, &link);
	uint8_t *at = (uint8_t *)(out + 1);
	link.dir = fact->dir;
	link.app = (uint8_t)fact->flow->app;
	memcpy(at, &link, sizeof(link));
	memcpy(at + sizeof(link), fact->body, fact->len);
	memcpy(at + sizeof(link) + fact->len, fact->text, fact->text_len);
}
