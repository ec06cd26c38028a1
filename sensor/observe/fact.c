// SPDX-License-Identifier: Apache-2.0
/* Facts of the parsers, as observations: src is the flow's client, dst its server; the other way round
 * where the parser knows better who asks. */
#include "observe/fact.h"
#include "observe/observe.h"
#include "observe/volume.h"

#include "base/hash.h"
#include "proto/facts_net.h"

#define HELLO_AGAIN_NS (3600ull * 1000000000u)
#define HELLO_SEED     43u /* of hash_bytes() */

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

/* A client greets a server by the same name all day. */
static bool is_told(struct observer *o, const struct proto_fact *fact)
{
	const struct fact_tls *hello = fact->body;

	if (fact->kind != FACT_tls || hello->server || !o->seen.at)
		return false;
	uint64_t name = hash_bytes(fact->text, fact->text_len, HELLO_SEED);
	struct seen_entry *e = seen_get(&o->seen, observe_pair_key(fact->flow) ^ name);
	bool told = e->how && fact->at.time_ns < e->told_ns + HELLO_AGAIN_NS;
	if (!told) {
		e->how = 1;
		e->told_ns = fact->at.time_ns;
	}
	return told;
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
	if (is_told(o, fact)) {
		count_add(&o->repeated, 1);
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
