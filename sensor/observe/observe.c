// SPDX-License-Identifier: Apache-2.0
/* The worker's side: what it saw becomes observations in its ring, in the order of the run.
 *
 * Thread: the worker's.
 * Errors: an observation that finds no room is counted by the ring (lost).
 * Cost:   one record written in place; nothing per packet for packets that are neither ARP nor
 *         neighbour discovery.
 */
#include "observe/observe.h"

#include "base/clock.h"
#include "base/hash.h"
#include "observe/volume.h"
#include "observe/wake.h"

#define TCP           6
#define N_MAX         31u /* five bits of stage_n */
#define HOUR_NS       (3600 * NS_PER_S)
#define BEATS_OF_SEEN 16u /* few of the pairs that are met call again and again */

void observe_init(struct observer *o, struct ring *ring, bool ticks)
{
	memset(o, 0, sizeof(*o));
	o->ring = ring;
	o->ticks = ticks;
	o->flow_records = true;
	o->flow_contacts = true;
	o->wants = ~0ull;
	o->last_seq = UINT64_MAX;
}

int observe_remember(struct observer *o, uint32_t entries, struct err *err)
{
	int rc = seen_init(&o->seen, entries, err);

	rc = rc ? rc : crowd_init(&o->crowd, err);
	if (rc == 0 && o->wants >> OBS_beat & 1)
		rc = beats_init(&o->beats, entries / BEATS_OF_SEEN, err);
	return rc;
}

void observe_fini(struct observer *o)
{
	seen_fini(&o->seen);
	crowd_fini(&o->crowd);
	beats_fini(&o->beats);
}

/* The last word of the order: how many observations of the same seq, stage and flow came before. */
static uint8_t next_n(struct observer *o, uint64_t seq, uint8_t stage, uint64_t flow_id)
{
	if (seq != o->last_seq || stage != o->last_stage || flow_id != o->last_flow) {
		o->last_seq = seq;
		o->last_stage = stage;
		o->last_flow = flow_id;
		o->n = 0;
	} else if (o->n < N_MAX) {
		o->n++;
	}
	return o->n;
}

struct observation *observe_put(struct observer *o, enum observation_kind kind,
				const struct order *at, uint64_t flow_id, uint32_t len)
{
	struct observation *out = ring_put(o->ring, (uint32_t)sizeof(*out) + len);

	if (!out)
		return NULL;
	memset(out, 0, sizeof(*out) + len);
	out->seq = at->seq;
	out->flow_id = flow_id;
	out->time_ns = at->time_ns;
	out->len = (uint16_t)len;
	out->kind = (uint8_t)kind;
	out->stage_n = (uint8_t)(at->stage << 5 | next_n(o, at->seq, at->stage, flow_id));
	count_add(&o->made[kind], 1);
	return out;
}

/* `t` around what is observed: where it goes in the record, 0 for none. */
static uint32_t tunnel_len(const struct pkt_tunnel *t)
{
	return t && t->depth ? (uint32_t)sizeof(*t) : 0;
}

static void put_tunnel(struct observation *out, struct obs_link *l, const struct pkt_tunnel *t)
{
	if (tunnel_len(t) == 0)
		return;
	l->tunnel = 1;
	memcpy((uint8_t *)(out + 1) + out->len - sizeof(*t), t, sizeof(*t));
}

struct obs_link observe_link_of_pkt(const struct pkt *p)
{
	struct obs_link l = {
		.smac = p->smac,
		.dmac = p->dmac,
		.source = p->source,
		.n_vlan = p->n_vlan,
		.proto = p->proto,
		.has_mac = p->has_mac,
	};
	memcpy(l.vlan, p->vlan, sizeof(l.vlan));
	return l;
}

struct obs_link observe_link_of_flow(const struct flow *f)
{
	struct obs_link l = {
		.smac = f->client_mac,
		.dmac = f->server_mac,
		.source = f->source,
		.n_vlan = f->n_vlan,
		.proto = f->proto,
		.dir = FLOW_to_server,
		.app = (uint8_t)f->app,
		.has_mac = !mac_is_zero(&f->client_mac) || !mac_is_zero(&f->server_mac),
	};
	memcpy(l.vlan, f->vlan, sizeof(l.vlan));
	return l;
}

struct observation *observe_put_flow(struct observer *o, enum observation_kind kind,
				     const struct flow *f, const struct order *at, uint32_t len)
{
	struct observation *out = observe_put(o, kind, at, f->id, len);

	if (!out)
		return NULL;
	out->src = f->client;
	out->dst = f->server;
	out->sport = f->client_port;
	out->dport = f->server_port;
	return out;
}

uint64_t observe_pair_key(const struct flow *f)
{
	uint64_t service = (uint64_t)f->proto << 16 | f->server_port;

	/* Not symmetric: who asks whom is the point. */
	return hash_u64(hash_addr(&f->client, service) + 3 * hash_addr(&f->server, ~service),
			service);
}

/* How a contact went, as far as a hearer may tell it from another. */
static uint8_t how(const struct flow *f)
{
	return (uint8_t)(0x80 | f->outcome | (f->seen & FLOW_GUESSED ? 4 : 0) |
			 (f->seen & FLOW_SYNACK_FIRST ? 8 : 0) | (f->seen & FLOW_SYNACK ? 16 : 0) |
			 (f->seen & FLOW_SYN ? 32 : 0) | (f->seen & FLOW_RST_SERVER ? 64 : 0));
}

/* How many contacts are to be told now; 0: it went as the one before it, so it is only counted. */
static uint32_t contact_news(struct observer *o, const struct flow *f, const struct order *at)
{
	if (!o->seen.at)
		return 1;
	struct seen_entry *e = seen_get(&o->seen, observe_pair_key(f));
	uint32_t n = ++e->more;

	if (e->how == how(f) && at->time_ns < e->told_ns + SEEN_AGAIN_NS && n < SEEN_AGAIN_MANY)
		return 0;
	e->how = how(f);
	e->told_ns = at->time_ns;
	e->more = 0;
	return n;
}

static void observe_contact(struct observer *o, const struct flow *f, const struct order *at)
{
	uint32_t n = contact_news(o, f, at);

	if (n == 0)
		return;
	struct observation *out =
		observe_put_flow(o, OBS_contact, f, at, sizeof(struct obs_contact));

	if (!out)
		return;
	*(struct obs_contact *)(out + 1) = (struct obs_contact){
		.link = observe_link_of_flow(f),
		.outcome = f->outcome,
		.guessed = (f->seen & FLOW_GUESSED) != 0,
		.tcp_flags = f->half[FLOW_to_server].tcp_flags,
		.icmp_refused = f->outcome == FLOW_refused && !(f->seen & FLOW_RST_SERVER),
		.seen = f->seen,
		.start_ns = f->start_ns,
		.first_seq = f->first_seq,
		.count = n,
	};
}

static void observe_record(struct observer *o, const struct flow *f, enum observation_kind kind,
			   enum flow_reason reason, const struct order *at)
{
	struct observation *out = observe_put_flow(
		o, kind, f, at, (uint32_t)sizeof(struct obs_flow) + tunnel_len(&f->tunnel));

	if (!out)
		return;
	struct obs_flow *b = (struct obs_flow *)(out + 1);
	*b = (struct obs_flow){
		.link = observe_link_of_flow(f),
		.start_ns = f->start_ns,
		.last_ns = f->last_ns,
		.seen = f->seen,
		.state = f->state,
		.reason = (uint8_t)reason,
		.outcome = f->outcome,
		.alerted = (f->seen & FLOW_ALERTED) != 0,
		.interim_n = f->interim_n > UINT8_MAX ? UINT8_MAX : (uint8_t)f->interim_n,
	};
	put_tunnel(out, &b->link, &f->tunnel);
	for (unsigned dir = 0; dir < 2; dir++) {
		b->bytes[dir] = f->half[dir].bytes;
		b->payload[dir] = f->half[dir].payload;
		b->pkts[dir] = f->half[dir].pkts;
		b->tcp_flags[dir] = f->half[dir].tcp_flags;
	}
}

/* Without records a long flow is told once an hour. */
static bool is_hour_news(struct observer *o, const struct flow *f, const struct order *at)
{
	uint64_t hours = at->time_ns > f->start_ns ? (at->time_ns - f->start_ns) / HOUR_NS : 0;

	if (hours == 0 || !o->seen.at)
		return false;
	struct seen_entry *e = seen_get(&o->seen, f->id ^ HOUR_NS);
	bool news = hours > e->more;
	if (news) {
		e->more = hours < UINT32_MAX ? (uint32_t)hours : UINT32_MAX;
		e->told_ns = at->time_ns;
	}
	return news;
}

/* Connections behind which somebody sits. A desktop's is TLS once it is set up. */
static bool is_typed_in(const struct flow *f)
{
	return f->app == APP_ssh || f->app == APP_telnet || f->app == APP_rdp ||
	       f->app == APP_rfb || f->server_port == 22 || f->server_port == 23 ||
	       f->server_port == 3389;
}

static void observe_wake(struct observer *o, const struct flow *f, const struct order *at,
			 bool by_server)
{
	if (!(o->wants >> OBS_wake & 1) || !is_typed_in(f))
		return;
	struct observation *out =
		observe_put_flow(o, OBS_wake, f, at, (uint32_t)sizeof(struct obs_wake));
	struct obs_wake *b = (struct obs_wake *)(out + 1);

	if (out)
		*b = (struct obs_wake){.link = observe_link_of_flow(f),
				       .payload = {f->half[0].payload, f->half[1].payload},
				       .guessed = (f->seen & FLOW_GUESSED) != 0,
				       .by_server = by_server};
}

/* Both sides spoke, and it is known who called. A desktop's is TLS once it is set up. */
static void observe_session(struct observer *o, const struct flow *f, const struct order *at)
{
	if (!(o->wants >> OBS_session & 1) || (f->app != APP_ssh && f->server_port != 22 && f->server_port != 3389) ||
	    f->proto != TCP || f->seen & FLOW_GUESSED || !f->half[0].payload ||
	    !f->half[1].payload)
		return;
	struct observation *out =
		observe_put_flow(o, OBS_session, f, at, (uint32_t)sizeof(struct obs_session));

	if (out)
		*(struct obs_session *)(out + 1) = (struct obs_session){
			.link = observe_link_of_flow(f),
			.start_ns = f->start_ns,
			.last_ns = f->last_ns,
			.payload = {f->half[0].payload, f->half[1].payload},
			.pkts = {f->half[0].pkts, f->half[1].pkts},
		};
}

void observe_flow_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
			enum flow_reason reason, const struct order *at)
{
	struct observer *o = ctx;
	switch (kind) {
	case FLOW_EVENT_contact:
		if (o->flow_contacts)
			observe_contact(o, f, at);
		observe_beat_contact(o, f, at);
		break;
	case FLOW_EVENT_volume:
		/* told[] is kept in the flow for us: see flow/record.h */
		observe_volume_step(o, (struct flow *)(uintptr_t)f, at);
		break;
	case FLOW_EVENT_interim:
		if (o->flow_records || is_hour_news(o, f, at))
			observe_record(o, f, OBS_flow_interim, reason, at);
		break;
	case FLOW_EVENT_end:
		if (reason == FLOW_END_evicted)
			observe_crowd_add(o, f, at);
		observe_volume_end(o, f, at);
		observe_beat_end(o, f);
		observe_session(o, f, at);
		if (o->flow_records)
			observe_record(o, f, OBS_flow_end, reason, at);
		break;
	case FLOW_EVENT_wake:
	case FLOW_EVENT_woken:
		observe_wake(o, f, at, kind == FLOW_EVENT_woken);
		observe_beat_wake(o, f, at);
		break;
	}
}

/* Addresses of the packet; at a flow's end those of the side that sent what matched. */
static void hit_ends(const struct rule_hit *hit, struct observation *out)
{
	const struct flow *f = hit->flow;

	if (hit->pkt) {
		out->src = hit->pkt->src;
		out->dst = hit->pkt->dst;
		out->sport = hit->pkt->sport;
		out->dport = hit->pkt->dport;
	} else if (f) {
		bool up = hit->dir == FLOW_to_server;

		out->src = up ? f->client : f->server;
		out->dst = up ? f->server : f->client;
		out->sport = up ? f->client_port : f->server_port;
		out->dport = up ? f->server_port : f->client_port;
	}
}

static struct obs_link hit_link(const struct rule_hit *hit)
{
	struct obs_link l = {0};

	if (hit->pkt) {
		l = observe_link_of_pkt(hit->pkt);
	} else if (hit->flow) {
		l = observe_link_of_flow(hit->flow);
		if (hit->dir == FLOW_to_client) {
			struct mac m = l.smac;
			l.smac = l.dmac;
			l.dmac = m;
		}
	}
	if (hit->flow)
		l.app = (uint8_t)hit->flow->app;
	l.dir = hit->dir;
	return l;
}

void observe_rule_hit(void *ctx, const struct rule_hit *hit)
{
	struct observer *o = ctx;
	const struct flow *f = hit->flow;
	/* Half a JSON fragment is no JSON: what does not fit is left out whole, and flagged. */
	bool cut = hit->eve && hit->eve_len > OBS_EVE_MAX;
	uint32_t eve_len = hit->eve && !cut ? hit->eve_len : 0;
	const struct pkt_tunnel *t = hit->pkt ? &hit->pkt->tunnel : f ? &f->tunnel : NULL;
	struct observation *out =
		observe_put(o, OBS_rule_hit, &hit->at, f ? f->id : 0,
		    (uint32_t)sizeof(struct obs_rule) + eve_len + hit->told_len + tunnel_len(t));

	if (!out)
		return;
	hit_ends(hit, out);
	struct obs_rule *b = (struct obs_rule *)(out + 1);
	*b = (struct obs_rule){
		.link = hit_link(hit),
		.rule = hit->rule,
		.conditional = hit->rule->conditional,
		.has_flow = f != NULL,
		.later = hit->later,
		.icmp_type = hit->pkt ? hit->pkt->icmp_type : 0,
		.icmp_code = hit->pkt ? hit->pkt->icmp_code : 0,
		.eve_len = eve_len,
		.told_len = hit->told_len,
	};
	b->link.cut = cut;
	put_tunnel(out, &b->link, t);
	if (f) {
		b->start_ns = f->start_ns;
		for (unsigned dir = 0; dir < 2; dir++) {
			b->bytes[dir] = f->half[dir].bytes;
			b->pkts[dir] = f->half[dir].pkts;
		}
	}
	if (eve_len)
		memcpy(b + 1, hit->eve, eve_len);
	if (hit->told_len)
		memcpy((uint8_t *)(b + 1) + eve_len, hit->told, hit->told_len);
}

void observe_tick(struct observer *o, uint64_t seq, uint64_t now_ns)
{
	const struct order at = {.seq = seq, .time_ns = now_ns, .stage = ORDER_tick};

	if (o->ticks)
		observe_put(o, OBS_tick, &at, 0, 0);
	observe_crowd_tell(o, &at);
}

void observe_health(struct observer *o, uint64_t seq, uint64_t now_ns, const struct obs_health *h)
{
	const struct order at = {.seq = seq, .time_ns = now_ns, .stage = ORDER_tick};
	bool silent = o->health_ns && h->frames == o->health.frames;
	bool changed = h->dropped != o->health.dropped || h->clock_back != o->health.clock_back ||
		       h->clock_jump != o->health.clock_jump;
	bool due = o->health_ns == 0 || now_ns >= o->health_ns + SEEN_AGAIN_NS;

	o->health.frames = h->frames;
	if (!o->ticks || !(silent || changed || due))
		return;
	o->health = *h;
	o->health_ns = now_ns ? now_ns : 1;
	struct observation *out = observe_put(o, OBS_health, &at, 0, sizeof(*h));
	if (!out)
		return;
	memcpy(out + 1, h, sizeof(*h));
	((struct obs_health *)(out + 1))->silent = silent;
}

void observe_end(struct observer *o, uint64_t seq, uint64_t now_ns)
{
	const struct order at = {.seq = seq, .time_ns = now_ns, .stage = ORDER_end};

	if (o->ticks)
		observe_put(o, OBS_end, &at, 0, 0);
}
