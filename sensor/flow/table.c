// SPDX-License-Identifier: Apache-2.0
/* The table: a packet in, its conversation out.
 *
 * Shape:  an array of flows behind the buckets of lookup.c. Everything is zeroed memory from the
 *         system: pages that no flow has used are never touched, and a small capture costs a
 *         small process.
 * Full:   the least valuable of a few flows beneath a turning hand goes: closed, then decided
 *         without an answer, then the longest idle. What still waits for an answer goes untold:
 *         not known is not failed.
 * Order:  nothing here depends on where in the table a flow stands, but for who is evicted.
 */
#include "flow/table.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>

#define FLOWS_MIN    16u
#define EVICT_SAMPLE 32u

static uint32_t round_up_pow2(uint32_t n)
{
	uint32_t p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

int flow_table_new(struct flow_table **out, const struct flow_config *c, unsigned workers,
		   uint64_t seed, const struct flow_hooks *hooks, struct err *err)
{
	unsigned share = workers ? workers : 1;
	struct flow_table *t = calloc(1, sizeof(*t));

	if (!t)
		return err_set(err, ENOMEM, "no memory for the flow table");
	t->cap = c->max / share < FLOWS_MIN ? FLOWS_MIN : c->max / share;
	uint32_t buckets = round_up_pow2(t->cap * 2);
	t->mask = buckets - 1;
	t->config = *c;
	t->secret = flow_key_secret(seed);
	if (hooks)
		t->hooks = *hooks;
	t->flow = flow_memory_map(t->cap * sizeof(*t->flow));
	t->bucket = flow_memory_map(buckets * sizeof(*t->bucket));
	t->due = flow_memory_map(2 * t->cap * sizeof(*t->due));
	t->track = flow_memory_map(t->cap * sizeof(*t->track));
	if (!t->flow || !t->bucket || !t->due || !t->track ||
	    flow_streams_init(&t->streams, c, share, &t->count) != 0 ||
	    flow_frag_init(&t->frags, c, share, seed, &t->count) != 0) {
		flow_table_free(t);
		err_set(err, ENOMEM, "no memory for %u flows", (unsigned)c->max);
		err_hint(err, "lower flow.max, flow.stream_memory or flow.frag_memory");
		return -ENOMEM;
	}
	*out = t;
	return 0;
}

void flow_table_free(struct flow_table *t)
{
	if (!t)
		return;
	flow_streams_fini(&t->streams);
	flow_frag_fini(&t->frags);
	flow_memory_unmap(t->flow, t->cap * sizeof(*t->flow));
	flow_memory_unmap(t->bucket, ((size_t)t->mask + 1) * sizeof(*t->bucket));
	flow_memory_unmap(t->due, 2 * t->cap * sizeof(*t->due));
	flow_memory_unmap(t->track, t->cap * sizeof(*t->track));
	free(t);
}

void flow_table_set_piece(struct flow_table *t, flow_on_piece on_piece, void *ctx)
{
	t->streams.on_piece = t->config.streams ? on_piece : NULL;
	t->streams.ctx = ctx;
}

void flow_table_track(struct flow_table *t, bool on, bool midstream)
{
	t->track_epoch = (uint8_t)(t->track_epoch + (on && !t->tracks));
	t->tracks = on;
	t->track_midstream = midstream;
	t->track_kept = (struct track){.epoch = t->track_epoch};
}

const struct flow_counters *flow_counters_of(const struct flow_table *t)
{
	return &t->count;
}

uint32_t flow_active(const struct flow_table *t)
{
	return t->active;
}

/* Life */

static void tell(struct flow_table *t, const struct flow *f, enum flow_event_kind kind,
		 enum flow_reason reason, const struct order *at)
{
	if (t->hooks.on_event)
		t->hooks.on_event(t->hooks.ctx, f, kind, reason, at);
}

void flow_table_decide(struct flow_table *t, struct flow *f, enum flow_outcome outcome,
		       const struct order *at)
{
	bool any = outcome == FLOW_answered || (f->seen & FLOW_LONE_ACK);
	uint32_t may = any ? FLOW_WAITS | FLOW_MAY_ANSWER : FLOW_WAITS;
	bool told = f->seen & may;

	if (f->outcome == FLOW_pending && (told || outcome == FLOW_answered))
		f->outcome = (uint8_t)outcome;
	if (!told)
		return;
	f->seen &= ~(FLOW_WAITS | FLOW_MAY_ANSWER);
	f->seen |= FLOW_DECIDED;
	tell(t, f, FLOW_EVENT_contact, FLOW_END_none, at);
}

void flow_table_end(struct flow_table *t, struct flow *f, enum flow_reason reason,
		    const struct order *at)
{
	if (reason != FLOW_END_evicted && (f->seen & FLOW_WAITS))
		flow_table_decide(t, f, FLOW_unanswered, at);
	flow_stream_end(&t->streams, f, at);
	tell(t, f, FLOW_EVENT_end, reason, at);
	count_add(&t->count.ended, 1);
	flow_lookup_drop(t, f);
	f->due_s = 0;
	f->wheel_next = t->unused;
	t->unused = (uint32_t)(f - t->flow) + 1;
	t->active--;
}

static unsigned value(const struct flow *f)
{
	if (f->state == FLOW_closed)
		return 0;
	return f->outcome == FLOW_unanswered || f->outcome == FLOW_refused ? 1 : 2;
}

static void evict(struct flow_table *t, const struct order *at)
{
	struct flow *worst = NULL;

	count_add(&t->count.table_full, 1);
	for (unsigned n = 0; n < EVICT_SAMPLE && n < t->cap; n++) {
		struct flow *f = &t->flow[t->hand];
		t->hand = t->hand + 1 < t->cap ? t->hand + 1 : 0;
		if (!worst || value(f) < value(worst) ||
		    (value(f) == value(worst) && f->active_s < worst->active_s))
			worst = f;
	}
	flow_timer_disarm(&t->wheel, t->flow, (uint32_t)(worst - t->flow));
	flow_table_end(t, worst, FLOW_END_evicted, at);
	count_add(&t->count.evicted, 1);
}

static struct flow *take_unused(struct flow_table *t, const struct order *at)
{
	if (!t->unused && t->fresh == t->cap)
		evict(t, at);
	if (!t->unused)
		return &t->flow[t->fresh++];
	struct flow *f = &t->flow[t->unused - 1];
	t->unused = f->wheel_next;
	return f;
}

/* A group MAC is a broadcast whatever the address looks like: nets are not known here. */
static bool unicast(const struct pkt *p)
{
	return !addr_is_multicast(&p->dst) && !addr_is_broadcast(&p->dst) &&
	       !addr_is_any(&p->dst) && !(p->has_mac && mac_is_group(&p->dmac));
}

static struct flow *create(struct flow_table *t, const struct pkt *p, const struct flow_key *k,
			   uint32_t tag, const struct order *at)
{
	struct flow_begin begin =
		p->proto == PROTO_TCP ? flow_tcp_begin(p) : flow_other_begin(p, unicast(p));
	bool back = begin.from_server;
	struct flow *f = take_unused(t, at);

	*f = (struct flow){
		.client = back ? *k->dst : *k->src,
		.server = back ? *k->src : *k->dst,
		.client_port = back ? k->dport : k->sport,
		.server_port = back ? k->sport : k->dport,
		.vlan = {p->vlan[0] & 0xfffu, p->vlan[1] & 0xfffu},
		.n_vlan = p->n_vlan < PKT_VLANS ? p->n_vlan : PKT_VLANS,
		.proto = p->proto,
		.seen = begin.seen,
		.id = flow_key_id(k, p->seq),
		.first_seq = p->seq,
		.start_ns = p->time_ns,
		.client_mac = back ? p->dmac : p->smac,
		.server_mac = back ? p->smac : p->dmac,
		.source = p->source,
		.isn = begin.isn,
	};
	if (p->tunnel.depth)
		f->tunnel = p->tunnel;
	flow_lookup_put(t, tag, f);
	t->active++;
	count_add(&t->count.created, 1);
	count_add(&t->count.syn_first, (begin.seen & FLOW_SYN) != 0);
	count_add(&t->count.midstream, (begin.seen & FLOW_MIDSTREAM) != 0);
	return f;
}

static void turn(struct flow *f)
{
	struct flow old = *f;

	f->client = old.server;
	f->server = old.client;
	f->client_port = old.server_port;
	f->server_port = old.client_port;
	f->client_mac = old.server_mac;
	f->server_mac = old.client_mac;
	f->half[0] = old.half[1];
	f->half[1] = old.half[0];
	f->told[0] = old.told[1];
	f->told[1] = old.told[0];
	f->seen &= ~(FLOW_GUESSED | FLOW_FIN_CLIENT | FLOW_RST_CLIENT | FLOW_FIN_SERVER |
		     FLOW_RST_SERVER);
	f->seen |= old.seen & FLOW_FIN_CLIENT ? FLOW_FIN_SERVER : 0;
	f->seen |= old.seen & FLOW_FIN_SERVER ? FLOW_FIN_CLIENT : 0;
	f->seen |= old.seen & FLOW_RST_CLIENT ? FLOW_RST_SERVER : 0;
	f->seen |= old.seen & FLOW_RST_SERVER ? FLOW_RST_CLIENT : 0;
}

/* A packet */

struct account {
	bool step; /* this packet took its side's volume over a step */
	bool wake; /* it has something to say, after a silence */
};

static struct account account(struct flow_table *t, struct flow *f, const struct pkt *p)
{
	struct flow_half *h = &f->half[p->dir];
	/* Time steps back in files; timers live by the clock of the ticks, which does not. */
	uint64_t now = p->time_ns > t->tick_ns ? p->time_ns : t->tick_ns;
	uint32_t now_s = flow_timer_ceil_s(now);
	uint64_t before = h->bytes;
	bool idle = f->last_ns && p->time_ns >= f->last_ns + FLOW_IDLE_NS;

	h->pkts++;
	h->bytes += p->ip_len;
	h->payload += p->payload_wire;
	if (p->proto == PROTO_TCP)
		h->tcp_flags |= p->tcp_flags;
	if (p->time_ns > f->last_ns)
		f->last_ns = p->time_ns;
	if (now_s > f->active_s)
		f->active_s = now_s;
	return (struct account){
		.step = (before ^ h->bytes) >= FLOW_VOLUME_BYTES || h->pkts % FLOW_VOLUME_PKTS == 0,
		.wake = idle && p->proto == PROTO_TCP && p->payload_wire,
	};
}

static void learn(struct flow_table *t, struct flow *f, const struct flow_told *told,
		  const struct order *at)
{
	if (told->first_synack)
		count_add(&t->count.synack_seen, 1);
	if (told->unseen_synack)
		count_add(&t->count.handshake_unseen_synack, 1);
	if (told->outcome != FLOW_pending)
		flow_table_decide(t, f, told->outcome, at);
}

static void quoted(struct flow_table *t, struct pkt *p)
{
	struct order at = {p->seq, p->time_ns, ORDER_flow};
	struct flow_key k;
	enum flow_dir_name dir = FLOW_to_server;

	flow_key_quoted(p, t->config.vlan_in_key, &k);
	struct flow *f = flow_lookup_find(t, &k, (uint32_t)flow_key_hash(&k, &t->secret), &dir);
	if (!f)
		return;
	count_add(&t->count.icmp_quotes_matched, 1);
	p->flow = f;
	p->dir = dir == FLOW_to_server ? FLOW_to_client : FLOW_to_server; /* back to the sender */
	struct flow_told told = flow_quoted(f, p, dir);
	learn(t, f, &told, &at);
}

/* What it remembers is the flow's own: zero since the flow began, or since it was switched on. */
static struct track *track_of(struct flow_table *t, const struct flow *f)
{
	struct track *k = &t->track[f - t->flow];

	if (k->epoch != t->track_epoch)
		*k = (struct track){.epoch = t->track_epoch};
	return k;
}

/* The flow that `p`, a SYN, ends here may go on in what is tracked: that waits for a better end. */
static __attribute__((noinline)) void track_ends(struct flow_table *t, const struct flow *f, const struct pkt *p,
						 uint8_t dir)
{
	const struct track *k = track_of(t, f);

	if (k->state == TRACK_none || track_reuses(k, p, dir))
		return;
	t->track_kept = *k;
	/* Who sends it is the new flow's client, with a SYN-ACK its server. */
	t->track_kept.flip ^= (dir != FLOW_to_server) != ((p->tcp_flags & TCP_ACK) != 0);
}

static __attribute__((noinline)) void track_begins(struct flow_table *t, const struct flow *f)
{
	t->track[f - t->flow] = t->track_kept;
	t->track_kept = (struct track){.epoch = t->track_epoch};
}

static __attribute__((noinline)) void track(struct flow_table *t, const struct flow *f, struct pkt *p)
{
	struct track *k = track_of(t, f);
	const struct track_pkt in = {.p = p, .midstream = t->track_midstream};

	p->stream_events = (p->stream_events & ~track_events()) | track_pkt(k, &in);
}

static void move(struct flow_table *t, struct flow *f, struct pkt *p, const struct order *at)
{
	struct flow_told told;

	if (p->proto != PROTO_TCP) {
		told = flow_other_pkt(f, p, p->dir);
		learn(t, f, &told, at);
		return;
	}
	bool done = f->seen & FLOW_CLIENT_ACK;
	told = flow_tcp_pkt(f, p, p->dir);
	if (told.turn) {
		turn(f);
		if (t->tracks)
			track_of(t, f)->flip ^= true;
		if (t->streams.on_piece)
			flow_stream_turn(&t->streams, f, at);
		p->dir = !p->dir;
		told = flow_tcp_pkt(f, p, p->dir);
	}
	p->completes = !done && (f->seen & FLOW_CLIENT_ACK);
	learn(t, f, &told, at);
}

/* A connection that closed is due earlier than the wheel knows; everything else only later. */
static void arm(struct flow_table *t, struct flow *f, bool is_new)
{
	uint32_t i = (uint32_t)(f - t->flow);

	if (!is_new && f->state != FLOW_closed)
		return;
	uint32_t due = flow_expire_deadline(t, f);
	if (!is_new && due >= f->due_s)
		return;
	if (!is_new)
		flow_timer_disarm(&t->wheel, t->flow, i);
	flow_timer_arm(&t->wheel, t->flow, i, due);
}

void flow_pkt(struct flow_table *t, struct pkt *p)
{
	struct order at = {p->seq, p->time_ns, ORDER_flow};
	enum flow_dir_name dir = FLOW_to_server;
	struct flow_key k;
	bool accepted = false;

	p->flow = NULL;
	p->dir = FLOW_to_server;
	p->stream_events = 0;
	if (p->quotes) {
		quoted(t, p);
		return;
	}
	if (!flow_key_of(p, t->config.vlan_in_key, &k))
		return;
	uint32_t tag = flow_lookup_tag(t, p, &k);
	struct flow *f = flow_lookup_find(t, &k, tag, &dir);
	if (f && k.proto == PROTO_TCP && (p->tcp_flags & TCP_SYN) && flow_tcp_reuses(f, p, dir)) {
		accepted = f->seen & FLOW_RESYN && p->tcp_flags & TCP_ACK;
		if (t->tracks)
			track_ends(t, f, p, (uint8_t)dir);
		flow_timer_disarm(&t->wheel, t->flow, (uint32_t)(f - t->flow));
		flow_table_end(t, f, FLOW_END_reused, &at);
		f = NULL;
	}
	bool is_new = !f;
	if (is_new) {
		f = create(t, p, &k, tag, &at);
		if (accepted) /* the SYN it answers was seen, inside the old connection */
			f->seen = FLOW_SYN | FLOW_WAITS;
		dir = addr_eq(&f->client, k.src) && f->client_port == k.sport ? FLOW_to_server
									      : FLOW_to_client;
	}
	p->flow = f;
	p->dir = dir;
	if (is_new && t->tracks)
		track_begins(t, f);
	struct account news = account(t, f, p);
	if (is_new)
		f->mark_s = f->active_s;
	move(t, f, p, &at);
	if (news.step)
		tell(t, f, FLOW_EVENT_volume, FLOW_END_none, &at);
	if (news.wake && f->state == FLOW_established)
		tell(t, f, p->dir == FLOW_to_server ? FLOW_EVENT_wake : FLOW_EVENT_woken,
		     FLOW_END_none, &at);
	arm(t, f, is_new);
	if (k.proto == PROTO_TCP && t->streams.on_piece) {
		t->streams.events = 0;
		flow_stream_pkt(&t->streams, f, p);
		p->stream_events |= t->streams.events;
	}
	if (t->tracks && k.proto == PROTO_TCP)
		track(t, f, p);
	if (p->stream_events)
		f->events |= p->stream_events;
}
