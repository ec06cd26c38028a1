// SPDX-License-Identifier: Apache-2.0
/* ARP: a broadcast domain is a free darknet. A host that asks for neighbours which do not exist
 * shows it before its first packet to them, and on its own segment it is all there is to see.
 *
 * A request is a contact; it failed when arp_wait_ms of packet time passed and its target has never
 * given a sign of life: no reply, no request of its own, no traffic. Probes and announcements (RFC
 * 5227) are no contacts. Where replies are not on the mirror (a port that sees broadcasts only),
 * targets that live stay silent too: when more of the silent ones were known to live than answered,
 * silence is no evidence; and before any reply of anybody was seen, an alarm is a finding,
 * unless the addresses follow each other.
 *
 * Shape:  a bounded queue in order of time; when full a request is left out, counted.
 */
#include "detect/scan.h"

#include "base/clock.h"

#define END_SHARE 10  /* neighbours answer within milliseconds */
#define SEEN_MAX  256 /* requests; then both counts are halved: the recent past */

static void tally(struct scan_state *s, bool answered)
{
	s->arp.known++;
	s->arp.seen += answered;
	if (s->arp.known >= SEEN_MAX) {
		s->arp.known /= 2;
		s->arp.seen /= 2;
	}
}

static bool replies_are_visible(const struct scan_config *c, const struct scan_state *s)
{
	return s->arp.known < c->visibility_samples || s->arp.seen * 2 >= s->arp.known;
}

static bool lives(struct scan_state *s, const struct addr *a)
{
	return scan_service_answered(s, a, SCAN_PROTO_ARP, 0);
}

static void mark(struct scan_state *s, const struct addr *a, uint16_t how)
{
	bool fresh;

	sets_get(&s->services, scan_service_key(a, SCAN_PROTO_ARP, how), 0, &fresh);
}

void scan_arp_reply(const struct scan_call *k)
{
	k->s->arp_replies++;
	mark(k->s, &k->o->src, 0); /* it lives */
	mark(k->s, &k->o->src, 1); /* and its replies are seen */
}

void scan_arp_request(const struct scan_call *k)
{
	const struct obs_neighbour *b = obs_body(k->o);
	struct scan_state *s = k->s;

	if (!addr_is_any(&k->o->src))
		mark(s, &k->o->src, 0);
	if (b->gratuitous || addr_is_any(&k->o->dst) || addr_is_multicast(&k->o->dst))
		return;
	if (s->pending_n == k->c->arp_pending) {
		count_add(&s->arp_lost, 1);
		return;
	}
	uint32_t at = (s->pending_head + s->pending_n++) % k->c->arp_pending;
	s->pending[at] = (struct scan_pending){
		.time_ns = k->o->time_ns,
		.seq = k->o->seq,
		.src = k->o->src,
		.dst = k->o->dst,
		.mac = b->sender_mac,
		.link = b->link,
	};
}

static void decide(const struct scan_call *k, const struct scan_pending *p)
{
	bool alive = lives(k->s, &p->dst);
	bool replied = scan_service_answered(k->s, &p->dst, SCAN_PROTO_ARP, 1);
	struct scan_step t = {
		.src = hosts_of(k->out->hosts, &p->src, &p->link),
		.src_addr = p->src,
		.dst_addr = p->dst,
		.link = &p->link,
		.start_ns = p->time_ns,
		.proto = SCAN_PROTO_ARP,
		.failed = !alive,
		.silent = true,
		.time_ns = k->o->time_ns,
		.seq = p->seq,
	};

	if (alive)
		tally(k->s, replied);
	t.src.home = true; /* it is on the link */
	if (!alive && !replies_are_visible(k->c, k->s)) {
		count_add(&k->s->blind, 1);
		return;
	}
	scan_walk_step(k, &t);
	scan_slow_step(k, &t);
}

void scan_arp_due(const struct scan_call *k, uint64_t now_ns, bool end)
{
	struct scan_state *s = k->s;
	uint64_t wait_ns = k->c->arp_wait_ms * NS_PER_MS / (end ? END_SHARE : 1);

	while (s->pending_n) {
		struct scan_pending p = s->pending[s->pending_head];

		if (now_ns < p.time_ns + wait_ns)
			return;
		s->pending_head = (s->pending_head + 1) % k->c->arp_pending;
		s->pending_n--;
		decide(k, &p);
	}
}
