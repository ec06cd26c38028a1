// SPDX-License-Identifier: Apache-2.0
/* Finding a flow by its key, either way round.
 *
 * Shape:  buckets of 8 bytes (tag, index) with linear probing, at most half full, so that a miss
 *         or a hit costs one line of buckets and, on a hit, the flow's key line;
 *         flow_prefetch() starts both for a whole burst. Removal shifts back, so no tombstones
 *         gather.
 */
#include "flow/table.h"

static uint64_t vlan_of(const struct flow_table *t, const struct flow *f)
{
	uint64_t v = f->n_vlan;

	if (!t->config.vlan_in_key)
		return 0;
	for (unsigned i = 0; i < PKT_VLANS && i < f->n_vlan; i++)
		v = v << 12 | f->vlan[i];
	return v;
}

static bool same_key(const struct flow_table *t, const struct flow *f, const struct flow_key *k,
		     enum flow_dir_name *dir)
{
	if (f->proto != k->proto || vlan_of(t, f) != k->vlan)
		return false;
	if (f->client_port == k->sport && f->server_port == k->dport &&
	    addr_eq(&f->client, k->src) && addr_eq(&f->server, k->dst)) {
		*dir = FLOW_to_server;
		return true;
	}
	*dir = FLOW_to_client;
	return f->client_port == k->dport && f->server_port == k->sport &&
	       addr_eq(&f->client, k->dst) && addr_eq(&f->server, k->src);
}

struct flow *flow_lookup_find(const struct flow_table *t, const struct flow_key *k, uint32_t tag,
			      enum flow_dir_name *dir)
{
	for (uint32_t b = tag & t->mask; t->bucket[b].index; b = (b + 1) & t->mask) {
		struct flow *f = &t->flow[t->bucket[b].index - 1];
		if (t->bucket[b].tag == tag && same_key(t, f, k, dir))
			return f;
	}
	return NULL;
}

void flow_lookup_put(struct flow_table *t, uint32_t tag, const struct flow *f)
{
	uint32_t b = tag & t->mask;

	while (t->bucket[b].index)
		b = (b + 1) & t->mask;
	t->bucket[b] = (struct flow_bucket){tag, (uint32_t)(f - t->flow) + 1};
}

static uint32_t tag_of(const struct flow_table *t, const struct flow *f)
{
	struct flow_key k = {&f->client,     &f->server, f->client_port,
			     f->server_port, f->proto,   vlan_of(t, f)};

	return (uint32_t)flow_key_hash(&k, &t->secret);
}

void flow_lookup_drop(struct flow_table *t, const struct flow *f)
{
	uint32_t index = (uint32_t)(f - t->flow) + 1;
	uint32_t hole = tag_of(t, f) & t->mask;

	while (t->bucket[hole].index != index)
		hole = (hole + 1) & t->mask;
	for (uint32_t b = (hole + 1) & t->mask; t->bucket[b].index; b = (b + 1) & t->mask) {
		uint32_t home = t->bucket[b].tag & t->mask;
		if (((b - home) & t->mask) < ((b - hole) & t->mask))
			continue; /* it stands between its home and the hole's right: stays */
		t->bucket[hole] = t->bucket[b];
		hole = b;
	}
	t->bucket[hole].index = 0;
}

void flow_lookup_prefetch(const struct flow_table *t, const struct flow *f)
{
	__builtin_prefetch(&t->bucket[tag_of(t, f) & t->mask], 1);
}

/* The bucket's flow, if the first or second bucket holds it: nearly always. */
static const struct flow *likely(const struct flow_table *t, uint32_t tag)
{
	uint32_t at = tag & t->mask;

	if (t->bucket[at].index && t->bucket[at].tag != tag)
		at = (at + 1) & t->mask;
	return t->bucket[at].index ? &t->flow[t->bucket[at].index - 1] : NULL;
}

void flow_prefetch(struct flow_table *t, const struct pkt *p, unsigned n)
{
	struct flow_burst *b = &t->burst;

	b->first = p;
	b->n = n < FLOW_BURST ? n : FLOW_BURST;
	b->valid = 0;
	for (unsigned i = 0; i < b->n; i++) {
		struct flow_key k;
		if (p[i].quotes || p[i].fragment || !flow_key_of(&p[i], t->config.vlan_in_key, &k))
			continue;
		b->tag[i] = (uint32_t)flow_key_hash(&k, &t->secret);
		b->seq[i] = p[i].seq;
		b->valid |= 1ull << i;
		__builtin_prefetch(&t->bucket[b->tag[i] & t->mask]);
	}
	for (unsigned i = 0; i < b->n; i++) {
		if (!(b->valid >> i & 1))
			continue;
		const struct flow *f = likely(t, b->tag[i]);
		if (!f)
			continue;
		__builtin_prefetch(f, 1);
		__builtin_prefetch(&f->last_ns, 1);
	}
	for (unsigned i = 0; i < b->n && t->streams.on_piece; i++) {
		const struct flow *f = b->valid >> i & 1 ? likely(t, b->tag[i]) : NULL;
		if (f)
			flow_stream_prefetch(f);
	}
}

uint32_t flow_lookup_tag(struct flow_table *t, const struct pkt *p, const struct flow_key *k)
{
	struct flow_burst *b = &t->burst;
	size_t i = (size_t)((uintptr_t)p - (uintptr_t)b->first) / sizeof(*p);

	if (i < b->n && (b->valid >> i & 1) && b->seq[i] == p->seq) {
		b->valid &= ~(1ull << i);
		return b->tag[i];
	}
	return (uint32_t)flow_key_hash(k, &t->secret);
}
