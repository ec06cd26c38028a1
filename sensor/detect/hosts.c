// SPDX-License-Identifier: Apache-2.0
/* Hosts, their addresses and their routers; see hosts.h.
 *
 * Bounded tables: bindings (address and VLAN → MAC), MACs (identity, what is reached through them),
 * services (what a host of home_net has answered), and who is asked for.
 *
 * A host keeps the identity of the first address it was bound to, so that what a detector counted
 * before the first ARP is not lost. A MAC is a router when
 *   - it announced itself as default router (RFC 4861 6.2), or is a VRRP, HSRP or GLBP address, or
 *   - contacts were answered through it as the next hop for FOREIGN_MIN addresses that are not
 *     bound to it (different IPv4 addresses; of IPv6 different /64s, for a host has many addresses
 *     in one), or it completed handshakes on behalf of as many.
 * All of it needs others to answer or to choose that MAC: a scanner that invents source addresses
 * does not become a router by it. A MAC bound to more than BOUND_MAX addresses answers for others
 * (proxy ARP): it is taken for a router, and binds no more.
 *
 * A weaker hint, where no traffic to foreign addresses is on the mirror yet: `asked_for`, the
 * address that the most different neighbours ask ARP for. Only questions that are no echo count:
 * who was asked first asks back (Linux does, 5 s later), and so would a scanner's victims.
 *
 * Source: RFC 826, 4861, 5227; RFC 5798 7.3 (VRRP's MAC); RFC 2281 5.1 (HSRP's).
 */
#include "detect/hosts.h"

#include "base/clock.h"
#include "base/hash.h"
#include "config/assets.h"
#include "detect/home_guess.h"
#include "detect/roles.h"
#include "base/sets.h"
#include "detect/state.h"
#include "flow/flow.h"

#include <errno.h>
#include <stdlib.h>

#define FOREIGN_MIN        5 /* a host with four addresses is common, one with five foreign ones not */
#define BOUND_MAX          64 /* addresses: above what a server with aliases has */
#define ADDRS_PER_HOST     4  /* IPv4, link-local, two of IPv6; each also under ANY_VLAN */
#define ANY_VLAN           0xffffu
#define NETS_MAX           256
#define LEARNT_NETS_MAX    64
#define SIGHTING_NS        (300 * NS_PER_S)
#define PROTO_TCP          6
#define PROTO_UDP          17
#define ND_NEIGHBOR_ADVERT 136

struct binding {
	struct sets_head head;
	struct mac mac;
	uint64_t told_ns; /* last sighting */
};

struct mac_entry {
	struct sets_head head;
	uint64_t id;
	uint64_t foreign_v4, foreign_v6; /* bitmaps by hash */
	uint16_t bound;
	bool router;
};

struct asked_entry { /* an address that ARP asks for */
	struct sets_head head;
	uint64_t askers; /* bitmap by hash */
};

struct service_entry {
	struct sets_head head;
	struct services services;
};

struct hosts {
	struct sets bindings, macs, services;
	struct sets asked;     /* by target */
	struct sets questions; /* by (asker, target) */
	unsigned most_askers;  /* of any one target */
	struct cidr net[NETS_MAX];
	unsigned n_nets, n_learnt;
	bool learn_nets;
	struct home_guess guess;
	struct asset *asset;
	unsigned n_assets;
	struct hosts_counters counters;
};

static uint64_t mac_word(const struct mac *m)
{
	uint64_t w = 0;
	memcpy(&w, m->b, sizeof(m->b));
	return w;
}

static uint64_t mac_key(const struct mac *m)
{
	return hash_u64(mac_word(m), 1);
}

static uint64_t addr_id(const struct addr *a)
{
	uint64_t id = hash_addr(a, 2);
	return id ? id : 1;
}

static uint16_t vlan_of(const struct obs_link *link)
{
	return link && link->n_vlan ? link->vlan[link->n_vlan - 1] : 0;
}

static bool mac_names_a_host(const struct mac *m)
{
	return mac_word(m) != 0 && !mac_is_group(m);
}

static bool mac_is_virtual_router(const struct mac *m)
{
	static const uint8_t prefix[][5] = {
		{0x00, 0x00, 0x5e, 0x00, 0x01}, /* VRRP, IPv4 */
		{0x00, 0x00, 0x5e, 0x00, 0x02}, /* VRRP, IPv6 */
		{0x00, 0x00, 0x0c, 0x07, 0xac}, /* HSRP */
		{0x00, 0x07, 0xb4, 0x00, 0x01}, /* GLBP, group 1 … */
	};
	for (unsigned i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++) {
		if (memcmp(m->b, prefix[i], sizeof(prefix[i])) == 0)
			return true;
	}
	return false;
}

static void add_net(struct hosts *h, const struct cidr *c)
{
	for (unsigned i = 0; i < h->n_nets; i++) {
		if (h->net[i].bits <= c->bits && cidr_has(&h->net[i], &c->addr))
			return;
	}
	if (h->n_nets < NETS_MAX)
		h->net[h->n_nets++] = *c;
}

static int add_home_net(struct hosts *h, const struct strs *texts, struct err *err)
{
	for (unsigned i = 0; i < texts->n; i++) {
		struct cidr c;

		if (!cidr_parse(texts->at[i], &c))
			return err_set(err, EINVAL, "home_net: '%s' is not a network",
				       texts->at[i]);
		if (h->n_nets == NETS_MAX)
			return err_set(err, E2BIG, "home_net: more than %d networks", NETS_MAX);
		h->net[h->n_nets++] = c;
	}
	return 0;
}

static int add_assets(struct hosts *h, const struct strs *rows, struct err *err)
{
	if (rows->n == 0)
		return 0;
	h->asset = calloc(rows->n, sizeof(*h->asset));
	if (!h->asset)
		return err_set(err, ENOMEM, "no memory for %u assets", rows->n);
	for (; h->n_assets < rows->n; h->n_assets++) {
		int rc = asset_parse(rows->at[h->n_assets], &h->asset[h->n_assets], err);
		if (rc)
			return rc;
	}
	return 0;
}

int hosts_new(struct hosts **out, const struct hosts_config *c, struct err *err)
{
	struct hosts *h = calloc(1, sizeof(*h));
	int rc;

	if (!h)
		return err_set(err, ENOMEM, "no memory for hosts");
	h->learn_nets = c->home_net_auto;
	/* An address is bound on its VLAN and under ANY_VLAN: two entries each. */
	if ((rc = sets_init(&h->bindings, sizeof(struct binding), c->max * ADDRS_PER_HOST * 2,
			    err)) ||
	    (rc = sets_init(&h->macs, sizeof(struct mac_entry), c->max, err)) ||
	    (rc = sets_init(&h->services, sizeof(struct service_entry), c->max, err)) ||
	    (rc = sets_init(&h->asked, sizeof(struct asked_entry), c->max, err)) ||
	    (rc = sets_init(&h->questions, sizeof(struct sets_head), c->max * 4, err)) ||
	    (rc = add_home_net(h, c->home_net, err)) || (rc = add_assets(h, c->assets, err))) {
		hosts_free(h);
		return rc;
	}
	*out = h;
	return 0;
}

void hosts_free(struct hosts *h)
{
	if (!h)
		return;
	sets_fini(&h->bindings);
	sets_fini(&h->macs);
	sets_fini(&h->services);
	sets_fini(&h->asked);
	sets_fini(&h->questions);
	free(h->asset);
	free(h);
}

bool hosts_home(const struct hosts *h, const struct addr *a)
{
	for (unsigned i = 0; i < h->n_nets; i++) {
		if (cidr_has(&h->net[i], a))
			return true;
	}
	return false;
}

bool hosts_ours(const struct hosts *h, const struct addr *a)
{
	return (h->learn_nets && !h->guess.decided && !addr_is_loopback(a)) || hosts_home(h, a);
}

static uint64_t asked_key(const struct addr *a, uint16_t vlan)
{
	return hash_addr(a, 0x10000 + (uint64_t)vlan);
}

static unsigned askers_of(const struct asked_entry *e)
{
	return (unsigned)__builtin_popcountll(e->askers);
}

static uint64_t binding_key(const struct addr *a, uint16_t vlan)
{
	return hash_addr(a, 3 + (uint64_t)vlan);
}

static void set_router(struct hosts *h, struct mac_entry *e)
{
	if (e->router)
		return;
	e->router = true;
	sets_raise(&h->macs, e, 1); /* the few routers of a site are kept before its hosts */
	count_add(&h->counters.routers, 1);
}

static struct mac_entry *mac_get(struct hosts *h, const struct mac *m, const struct addr *first)
{
	bool fresh;
	struct mac_entry *e = sets_get(&h->macs, mac_key(m), 0, &fresh);

	if (!fresh)
		return e;
	e->id = first ? addr_id(first) : 0;
	if (mac_is_virtual_router(m))
		set_router(h, e);
	return e;
}

static bool bind_on(struct hosts *h, const struct addr *a, const struct mac_entry *e,
		    const struct mac *m, uint16_t vlan, uint64_t now_ns, bool *sighting)
{
	bool fresh;
	struct binding *b = sets_get(&h->bindings, binding_key(a, vlan), e->router, &fresh);
	bool moved = !fresh && !mac_eq(&b->mac, m);

	*sighting = fresh || moved || now_ns >= b->told_ns + SIGHTING_NS;
	if (*sighting)
		b->told_ns = now_ns;
	b->mac = *m;
	if (moved && vlan != ANY_VLAN)
		count_add(&h->counters.rebound, 1);
	return fresh || moved;
}

/* ARP or NDP says that `a` is at `m`. True: worth telling (see hosts_observation()). */
static bool bind(struct hosts *h, const struct addr *a, const struct mac *m,
		 const struct obs_link *link, uint64_t now_ns)
{
	if (!mac_names_a_host(m) || addr_is_any(a) || addr_is_multicast(a) ||
	    addr_is_broadcast(a) || addr_is_loopback(a))
		return false;

	struct mac_entry *e = mac_get(h, m, a);
	if (e->id == 0)
		e->id = addr_id(a);
	if (e->bound > BOUND_MAX)
		return false;

	bool sighting, ignored;
	if (bind_on(h, a, e, m, vlan_of(link), now_ns, &sighting) && ++e->bound > BOUND_MAX)
		set_router(h, e);
	bind_on(h, a, e, m, ANY_VLAN, now_ns, &ignored);
	return sighting;
}

static const struct binding *binding_of(struct hosts *h, const struct addr *a,
					const struct obs_link *link)
{
	const struct binding *b = NULL;

	if (link)
		b = sets_find(&h->bindings, binding_key(a, vlan_of(link)));
	/* A routed mirror shows an address in VLANs it does not live in. */
	return b ? b : sets_find(&h->bindings, binding_key(a, ANY_VLAN));
}

struct host_view hosts_of(struct hosts *h, const struct addr *a, const struct obs_link *link)
{
	struct host_view v = {.id = addr_id(a), .home = hosts_home(h, a)};
	const struct binding *b = binding_of(h, a, link);

	const struct asked_entry *asked = sets_find(&h->asked, asked_key(a, vlan_of(link)));
	v.asked_for = asked && askers_of(asked) >= h->most_askers;
	if (!b)
		return v;
	const struct mac_entry *e = sets_find(&h->macs, mac_key(&b->mac));
	v.mac = b->mac;
	v.bound = true;
	if (e) {
		v.id = e->id ? e->id : v.id;
		v.router = e->router;
	}
	return v;
}

uint32_t hosts_roles(struct hosts *h, const struct host_view *view, const struct addr *a)
{
	enum role given = assets_role(h->asset, h->n_assets, a, view->bound ? &view->mac : NULL);
	uint32_t roles = given == ROLE_none ? 0 : 1u << given;
	const struct service_entry *s = sets_find(&h->services, view->id);

	if (s)
		roles |= services_roles(&s->services);
	if (view->router)
		roles |= 1u << ROLE_gateway;
	return roles;
}

/* `a` was reached through, or spoke from behind, `m`, and it was answered. */
static void through(struct hosts *h, const struct mac *m, const struct addr *a,
		    const struct obs_link *link)
{
	if (!mac_names_a_host(m) || addr_is_link_local(a) || addr_is_multicast(a) ||
	    addr_is_broadcast(a))
		return;
	const struct binding *b = binding_of(h, a, link);
	if (b && mac_eq(&b->mac, m))
		return;

	struct mac_entry *e = mac_get(h, m, NULL);
	if (addr_is_v4(a)) {
		e->foreign_v4 |= 1ull << (hash_addr(a, 4) >> 58);
	} else {
		struct addr net = {.q = {a->q[0], 0}};
		e->foreign_v6 |= 1ull << (hash_addr(&net, 4) >> 58);
	}
	if (__builtin_popcountll(e->foreign_v4) >= FOREIGN_MIN ||
	    __builtin_popcountll(e->foreign_v6) >= FOREIGN_MIN)
		set_router(h, e);
}

static void learn_service(struct hosts *h, const struct addr *server, uint8_t proto, uint16_t port,
			  const struct obs_contact *c)
{
	struct host_view v = hosts_of(h, server, &c->link);
	bool fresh;

	if (!hosts_ours(h, server))
		return;
	struct service_entry *e = sets_get(&h->services, v.id, 0, &fresh);
	services_add(&e->services, proto, port, c->count ? c->count : 1);
}

static void learn_net(struct hosts *h, const struct addr *a, uint8_t bits)
{
	struct cidr c = {.addr = *a, .bits = bits};

	if (!h->learn_nets || h->n_learnt == LEARNT_NETS_MAX || hosts_home(h, a))
		return;
	for (unsigned i = bits; i < 128; i++)
		c.addr.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	add_net(h, &c);
	h->n_learnt++;
	h->guess.decided = true;
	count_add(&h->counters.learnt_nets, 1);
}

static void guess_home(struct hosts *h, const struct addr *src, const struct addr *dst)
{
	struct cidr net;

	if (h->guess.decided || !h->learn_nets)
		return;
	if (hosts_home(h, src) || hosts_home(h, dst))
		h->guess.decided = !addr_is_link_local(src) && !addr_is_link_local(dst);
	else if (home_guess_contact(&h->guess, src, dst, &net))
		learn_net(h, &net.addr, net.bits);
}

static void learn_contact(struct hosts *h, const struct observation *o)
{
	const struct obs_contact *c = obs_body(o);

	guess_home(h, &o->src, &o->dst);
	/* A DHCP server speaks from 67 to 68; the question was broadcast and is another flow. */
	if (c->link.proto == PROTO_UDP && o->sport == 67 && o->dport == 68)
		learn_service(h, &o->src, PROTO_UDP, 67, c);
	if (c->outcome != FLOW_answered || c->guessed)
		return;
	if (c->link.has_mac)
		through(h, &c->link.dmac, &o->dst, &c->link);
	if (c->link.proto == PROTO_TCP || c->link.proto == PROTO_UDP)
		learn_service(h, &o->dst, c->link.proto, o->dport, c);
}

static void learn_flow(struct hosts *h, const struct observation *o)
{
	const uint32_t handshake = FLOW_SYN | FLOW_SYNACK | FLOW_CLIENT_ACK;
	const struct obs_flow *f = obs_body(o);

	if (f->link.has_mac && (f->seen & handshake) == handshake)
		through(h, &f->link.smac, &o->src, &f->link);
}

static void learn_question(struct hosts *h, const struct observation *o, uint16_t vlan)
{
	uint64_t back = hash_addr(&o->src, asked_key(&o->dst, vlan));
	uint64_t target = asked_key(&o->dst, vlan);
	bool fresh;

	if (sets_find(&h->questions, back))
		return;
	sets_get(&h->questions, hash_addr(&o->dst, asked_key(&o->src, vlan)), 0, &fresh);
	struct asked_entry *e = sets_get(&h->asked, target, 0, &fresh);
	e->askers |= 1ull << (hash_u64(hash_addr(&o->src, 5), 6) >> 58);
	if (askers_of(e) > h->most_askers)
		h->most_askers = askers_of(e);
}

static bool learn_arp(struct hosts *h, const struct observation *o, struct addr *addr,
		      struct mac *mac)
{
	const struct obs_neighbour *n = obs_body(o);

	if (addr_is_any(&o->src))
		return false;
	/* Whoever ARPs for a neighbour shares its link: a company on public addresses shows so. The
	 * prefix length is not on the wire; a /24 is the least that both lie in. */
	if (!n->gratuitous && memcmp(o->src.b, o->dst.b, 15) == 0)
		learn_net(h, &o->src, 120);
	if (!n->gratuitous && o->kind == OBS_arp_request)
		learn_question(h, o, vlan_of(&n->link));
	*addr = o->src;
	*mac = n->sender_mac;
	return bind(h, &o->src, &n->sender_mac, &n->link, o->time_ns);
}

static bool learn_ndp(struct hosts *h, const struct observation *o, struct addr *addr,
		      struct mac *mac)
{
	const struct obs_neighbour *n = obs_body(o);

	if (o->sport == ND_NEIGHBOR_ADVERT) {
		*addr = o->dst;
		*mac = mac_names_a_host(&n->target_mac) ? n->target_mac : n->link.smac;
		return bind(h, addr, mac, &n->link, o->time_ns);
	}
	if (n->router) {
		const struct mac *m =
			mac_names_a_host(&n->sender_mac) ? &n->sender_mac : &n->link.smac;
		if (mac_names_a_host(m) && n->router == 2)
			set_router(h, mac_get(h, m, &o->src));
		if (n->prefix_bits >= 16 && n->prefix_bits <= 128)
			learn_net(h, &o->dst, n->prefix_bits);
	}
	*addr = o->src;
	*mac = n->sender_mac;
	return bind(h, addr, mac, &n->link, o->time_ns);
}

bool hosts_observation(struct hosts *h, const struct observation *o, struct addr *addr,
		       struct mac *mac)
{
	switch (o->kind) {
	case OBS_arp_request:
	case OBS_arp_reply:
		return learn_arp(h, o, addr, mac);
	case OBS_ndp:
		return learn_ndp(h, o, addr, mac);
	case OBS_contact:
		learn_contact(h, o);
		break;
	case OBS_flow_end:
	case OBS_flow_interim:
		learn_flow(h, o);
		break;
	default:
		break;
	}
	return false;
}

unsigned hosts_tables(struct hosts *h, struct state_table *out)
{
	out[0] = (struct state_table){"hosts.services", &h->services, NULL};
	return 1;
}

const struct hosts_counters *hosts_counters_of(const struct hosts *h)
{
	/* What the tables count for themselves; counters are single-writer, this one is theirs. */
	struct hosts_counters *c = (struct hosts_counters *)(uintptr_t)&h->counters;

	count_set(&c->hosts, count_get(&h->macs.taken));
	count_set(&c->bindings, count_get(&h->bindings.taken));
	count_set(&c->evicted, count_get(&h->macs.evicted) + count_get(&h->bindings.evicted) +
				       count_get(&h->services.evicted));
	return c;
}
