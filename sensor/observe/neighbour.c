// SPDX-License-Identifier: Apache-2.0
/* ARP and neighbour discovery as observations.
 *
 * Hosts that look for one that is gone ask each second, for hours. An equal word (sender, target,
 * MAC) within a second is told once, whatever it is; an equal ARP request once in SEEN_AGAIN_NS,
 * unless another MAC has claimed the sender's address in between: then it says something again. Who
 * hears a reply must still know how long ago somebody asked for it: it stands in the reply.
 *
 * Thread: the worker's. All ARP meets on worker 0, so what is remembered of an address does not
 *         depend on the number of workers. Neighbour discovery does not (its packets are spread by
 *         their addresses), so of that only packets between the same two are compared.
 * Cost:   three look-ups an ARP request, two a reply, one a packet of neighbour discovery.
 * Source: RFC 826, 4861, 5227, 6980.
 */
#include "observe/observe.h"

#include "base/clock.h"
#include "base/hash.h"
#include "observe/volume.h"

#define ND_ROUTER_ADVERT   134
#define ND_NEIGHBOR_ADVERT 136
#define PROTO_ICMP6        58
#define ARP_REQUEST        1
#define ARP_REPLY          2

static uint64_t vlan_of(const struct pkt *p)
{
	return p->n_vlan ? p->vlan[p->n_vlan - 1] + 1u : 0;
}

/* A MAC and what it says, as a number that is not 0. */
static uint64_t word_of(const struct mac *m, uint16_t what)
{
	uint64_t w = what;

	memcpy((uint8_t *)&w + 2, m->b, sizeof(m->b));
	return w;
}

/* Whether the word `key` was told less than `window_ns` ago. If not, it is now. */
static bool was_told(struct observer *o, const struct pkt *p, uint64_t key, uint64_t window_ns)
{
	struct seen_entry *e = seen_get(&o->seen, key);
	bool again = e->how && p->time_ns >= e->told_ns && p->time_ns < e->told_ns + window_ns;

	if (!again)
		e->told_ns = p->time_ns;
	e->how = 1;
	return again;
}

static uint64_t key_of(const struct pkt *p, const struct addr *target, uint64_t word)
{
	return hash_u64(hash_addr(&p->src, vlan_of(p)) ^ hash_addr(target, vlan_of(p) + 1), word);
}

/* What is remembered of an address on its VLAN. Good until the next look-up. */
static struct seen_entry *address_of(struct observer *o, const struct pkt *p, const struct addr *a)
{
	struct seen_entry *e = seen_get(&o->seen, hash_addr(a, hash_u64(vlan_of(p), ARP_REPLY)));

	e->told_ns = p->time_ns; /* in use: others go first */
	return e;
}

static bool arp_told(struct observer *o, const struct pkt *p)
{
	uint64_t word = word_of(&p->arp.sender_mac, p->arp.op);
	uint64_t mac = word_of(&p->arp.sender_mac, 1);
	bool same = address_of(o, p, &p->src)->claimed_by == mac;
	bool steady = p->arp.op == ARP_REQUEST && same;

	if (was_told(o, p, key_of(p, &p->dst, word), steady ? SEEN_AGAIN_NS : NS_PER_S)) {
		count_add(&o->repeated, 1);
		return true;
	}
	address_of(o, p, &p->src)->claimed_by = mac;
	return false;
}

/* When somebody last asked for the sender's address; if this is a question, it is noted. */
static uint64_t asked_ns(struct observer *o, const struct pkt *p, bool gratuitous)
{
	if (!o->seen.at)
		return 0;
	if (p->arp.op == ARP_REQUEST && !gratuitous)
		address_of(o, p, &p->dst)->asked_ns = p->time_ns;
	return p->arp.op == ARP_REPLY ? address_of(o, p, &p->src)->asked_ns : 0;
}

static void observe_arp(struct observer *o, const struct pkt *p)
{
	const struct order at = {.seq = p->seq, .time_ns = p->time_ns, .stage = ORDER_decode};
	enum observation_kind kind = p->arp.op == ARP_REQUEST ? OBS_arp_request : OBS_arp_reply;
	bool gratuitous = addr_eq(&p->src, &p->dst) || addr_is_any(&p->src); /* RFC 5227 */

	if (p->arp.op != ARP_REQUEST && p->arp.op != ARP_REPLY)
		return;
	uint64_t asked = asked_ns(o, p, gratuitous);
	if (o->seen.at && arp_told(o, p))
		return;
	struct observation *out = observe_put(o, kind, &at, 0, sizeof(struct obs_neighbour));
	if (!out)
		return;
	out->src = p->src;
	out->dst = p->dst;
	*(struct obs_neighbour *)(out + 1) = (struct obs_neighbour){
		.link = observe_link_of_pkt(p),
		.sender_mac = p->arp.sender_mac,
		.target_mac = p->arp.target_mac,
		.gratuitous = gratuitous,
		.asked_ns = asked,
	};
}

static bool ndp_told(struct observer *o, const struct pkt *p)
{
	uint64_t word = word_of(&p->ndp.mac, p->icmp_type);

	if (!o->seen.at || p->icmp_type == ND_ROUTER_ADVERT ||
	    !was_told(o, p, key_of(p, &p->ndp.target, hash_addr(&p->dst, word)), NS_PER_S))
		return false;
	count_add(&o->repeated, 1);
	return true;
}

static void observe_ndp(struct observer *o, const struct pkt *p)
{
	const struct order at = {.seq = p->seq, .time_ns = p->time_ns, .stage = ORDER_decode};

	if (ndp_told(o, p))
		return;
	struct observation *out = observe_put(o, OBS_ndp, &at, 0, sizeof(struct obs_neighbour));
	if (!out)
		return;
	out->src = p->src;
	out->dst = p->ndp.target;
	out->sport = p->icmp_type;
	out->dport = p->icmp_code;
	struct obs_neighbour *b = (struct obs_neighbour *)(out + 1);
	b->link = observe_link_of_pkt(p);
	if (p->icmp_type == ND_NEIGHBOR_ADVERT) {
		if (p->ndp.has_mac)
			b->target_mac = p->ndp.mac;
	} else if (p->ndp.has_mac) {
		b->sender_mac = p->ndp.mac;
	}
	b->gratuitous = addr_is_any(&p->src); /* duplicate address detection, RFC 4862 5.4 */
	if (p->icmp_type == ND_ROUTER_ADVERT) {
		b->router = p->ndp.router_lifetime_s ? 2 : 1;
		out->dst = p->ndp.prefix.addr;
		b->prefix_bits = p->ndp.prefix.bits;
	}
}

/* CVE-2020-16898. The known attacks come in fragments, so that a list as long as it takes fits. */
static void observe_ndp_odd(struct observer *o, const struct pkt *p)
{
	const struct order at = {.seq = p->seq, .time_ns = p->time_ns, .stage = ORDER_decode};
	struct observation *out = observe_put(o, OBS_ndp_odd, &at, 0, sizeof(struct obs_neighbour));

	if (!out)
		return;
	out->src = p->src;
	out->dst = p->dst;
	((struct obs_neighbour *)(out + 1))->link = observe_link_of_pkt(p);
}

void observe_pkt(struct observer *o, const struct pkt *p)
{
	bool discovery = p->proto == PROTO_ICMP6 && p->icmp_type >= 133 && p->icmp_type <= 136 &&
			 p->net == PKT_ip6 && !p->fragment;

	if (discovery && p->icmp_type == ND_ROUTER_ADVERT && p->ndp.half_rdnss)
		observe_ndp_odd(o, p);
	if (p->net == PKT_arp)
		observe_arp(o, p);
	else if (discovery && !p->reassembled) /* RFC 6980 */
		observe_ndp(o, p);
}
