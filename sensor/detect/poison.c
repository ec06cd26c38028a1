// SPDX-License-Identifier: Apache-2.0
/* poison: hosts of the segment that speak for others.
 *
 *   ARP, neighbour discovery: an address is claimed by a second MAC, in replies nobody asked for,
 *     while the first one still lives. `replies` of them within window_s are an alert, at once half
 *     as many when the second MAC does so for two addresses. A take-over (between redundant hosts, by a
 *     dial-in server for its clients) is an announcement to everybody: who made one, is asked then, and answers while
 *     the first has been silent since, has the address now.
 *   Names: a host that answers LLMNR or NBNS queries for `names` different names with one and the
 *     same address (mDNS: twice as many): nobody has so many names. One answer for wpad or isatap
 * is a finding. DHCP: a second server on a VLAN that names itself as router or as name server,
 * where the first named other ones; a second server that says the same is nothing. A DHCPv6 server
 * that makes itself name server of a segment whose router and DHCP server are others. Router
 * advertisements: a second default router with another prefix is a finding, `routers` of them
 * within window_s an alert.
 *
 * Units:  packet time; replies, names.
 * Owns:   bounded tables of claimed addresses, of who a MAC is, of answering hosts, of VLANs.
 * Cost:   three look-ups an ARP message, one a name or lease.
 * Source: ATT&CK T1557.001 … .003; RFC 826, RFC 5227, RFC 4795, RFC 1002, RFC 2131,
 *         RFC 4861, RFC 8415.
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "flow/record.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_ACK   5u
#define ANSWER_OFFER 2u
#define V6_REPLY     7u
#define V6_ADVERTISE 2u
#define AGAIN_MIN    3u   /* times that one neighbour is told */
#define ND_SOLICIT   135u /* ICMPv6 types */
#define ND_ADVERT    136u

struct poison_config {
	uint32_t replies, window_s, asked_s, names, routers, again_s, entries;
};

struct claim { /* of one address on one VLAN */
	struct sets_head head;
	struct mac mac, other; /* who has it; who claims it, too */
	uint64_t mac_ns, other_ns, asked_ns;
	struct mac announced; /* gratuitous ARP of another, since which the first was silent */
	uint64_t answered_ns; /* by that one, the first time that it was asked */
	uint32_t unasked; /* replies of the other that nobody asked for, within the window */
	uint32_t to[4];   /* whom it told so, by hash; how often */
	uint8_t to_n[4];
};

struct who { /* a MAC: which address it had first; how many it claims of others */
	struct sets_head head;
	struct addr addr;
	uint64_t claims[2]; /* set of addresses claimed, by hash */
};

struct answerer {
	struct sets_head head;
	uint64_t begin_ns;
	uint64_t names[2];
	struct addr answer;
};

struct lease { /* what the servers of a VLAN say */
	struct sets_head head;
	struct addr server, router, dns;
	uint64_t ns;
};

struct announcer { /* who announces himself as default router on a VLAN */
	struct sets_head head;
	struct mac mac;
	uint8_t pad[2];
	uint64_t ns, begin_ns; /* last time; begin of the window of `seen` */
	uint64_t told_ns;      /* of a flood: its routers are as many hosts */
	uint64_t seen[2];      /* prefixes and MACs announced in it, by hash */
	struct addr prefix;
};

struct poison_state {
	struct teller t;
	struct sets claims, whos, answerers, leases, announcers;
};

enum {
	POISON_arp,
	POISON_names,
	POISON_wpad,
	POISON_dhcp,
	POISON_second,
	POISON_own_dns,
	POISON_router,
	POISON_routers,
	POISON_ndp,
	POISON_kinds
};
#define POISON_SOURCE "ATT&CK T1557; RFC 826, RFC 4795, RFC 2131, RFC 4861, RFC 8415"
/* clang-format off */
static const struct about poison_abouts[POISON_kinds] = {
	SAY_ABOUT("poison", 873, 1, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a second MAC claims an address again and again (ARP)", "T1557.002", "TA0006", POISON_SOURCE,
		"which port of the switch has the second MAC (show mac address-table)? Redundant routers share a "
		"virtual MAC (VRRP, HSRP) and do not look like this"),
	SAY_ABOUT("poison", 871, 1, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON one host answers for many names (LLMNR, NBNS, mDNS)", "T1557.001", "TA0006", POISON_SOURCE,
		"which program answers there (Responder?); which accounts logged in to it? A WINS server answers "
		"with others' addresses and is not told"),
	SAY_ABOUT("poison", 872, 3, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a host answers for the name of the proxy's configuration", "T1557.001", "TA0006",
		POISON_SOURCE, "is there meant to be a host named wpad or isatap?"),
	SAY_ABOUT("poison", 874, 1, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a second DHCP server makes itself router or name server", "T1557.003", "TA0006",
		POISON_SOURCE, "is it a server of yours, or a router somebody plugged in?"),
	SAY_ABOUT("poison", 875, 3, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a second DHCP server names another router or name server", "T1557.003", "TA0006",
		POISON_SOURCE, "is it a server of yours?"),
	SAY_ABOUT("poison", 876, 1, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a host makes itself the segment's name server by DHCPv6", "T1557.003", "TA0006",
		POISON_SOURCE, "does the host serve DHCP for you? Which names did it answer (dns.a of its answers), "
		"and who logged in to it after? mitm6 does so where nobody uses IPv6"),
	SAY_ABOUT("poison", 877, 3, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a second host announces itself as IPv6 router, with another prefix", "T1557", "TA0006",
		POISON_SOURCE, "is it a router of yours, or a computer that shares its connection?"),
	SAY_ABOUT("poison", 878, 2, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a flood of IPv6 router advertisements", "T1557", "TA0006", POISON_SOURCE,
		"which port of the switch do they come from (RA guard stops them there)?"),
	SAY_ABOUT("poison", 879, 1, FAMILY_credential, "Adversary-in-the-Middle",
		"POISON a second MAC claims an IPv6 address again and again (neighbour discovery)", "T1557",
		"TA0006", POISON_SOURCE, "which port of the switch has the second MAC? Routers that answer for "
		"others (proxies, mobile IP) do so for many addresses all the time"),
};
static const struct param poison_params[] = {
	PARAM(PARAM_U32, struct poison_config, replies, 2, 1000, 6, "replies",
	      "of a second MAC that nobody asked for, within window_s"),
	PARAM(PARAM_U32, struct poison_config, window_s, 5, 3600, 60, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct poison_config, asked_s, 1, 60, 3, "s",
	      "after a request a reply was asked for"),
	PARAM(PARAM_U32, struct poison_config, names, 2, 100, 4, "names",
	      "that one host answers for with one address, within ten windows"),
	PARAM(PARAM_U32, struct poison_config, routers, 3, 100, 12, "routers and prefixes",
	      "of IPv6 announced on one VLAN within window_s"),
	PARAM(PARAM_U32, struct poison_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host and kind in this time"),
	PARAM(PARAM_U32, struct poison_config, entries, 64, 1 << 22, 8192, "addresses", "remembered"),
	{0},
};
/* clang-format on */

struct word {
	const struct poison_config *c;
	struct poison_state *s;
	const struct observation *o;
	const struct obs_link *link;
	const struct detector_out *out;
};

static void poison_fini(void *state)
{
	struct poison_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->claims);
	sets_fini(&s->whos);
	sets_fini(&s->answerers);
	sets_fini(&s->leases);
	sets_fini(&s->announcers);
	free(s);
}

static int poison_init(const void *config, void **state, struct err *err)
{
	const struct poison_config *c = config;
	struct poison_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for poison");
	if ((rc = teller_init(&s->t, 1024, err)) ||
	    (rc = sets_init(&s->claims, sizeof(struct claim), c->entries, err)) ||
	    (rc = sets_init(&s->whos, sizeof(struct who), c->entries, err)) ||
	    (rc = sets_init(&s->answerers, sizeof(struct answerer), c->entries / 8, err)) ||
	    (rc = sets_init(&s->leases, sizeof(struct lease), 512, err)) ||
	    (rc = sets_init(&s->announcers, sizeof(struct announcer), 512, err))) {
		poison_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static uint64_t vlan_of(const struct obs_link *l)
{
	return l->n_vlan ? (uint64_t)l->vlan[0] + 1 : 0;
}

static uint64_t mac_key(const struct word *k, const struct mac *m)
{
	uint64_t v = 0;

	memcpy(&v, m->b, sizeof(m->b));
	v = hash_u64(v, 61 + vlan_of(k->link));
	return v ? v : 1;
}

static bool is_virtual(const struct mac *m) /* VRRP, HSRP, GLBP, CARP share a MAC */
{
	static const uint8_t heads[][3] = {{0, 0, 0x5e}, {0, 0, 0x0c}, {0, 5, 0x73}, {0, 7, 0xb4}};

	for (unsigned i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (memcmp(m->b, heads[i], 3) == 0)
			return true;
	}
	return mac_is_group(m);
}

static struct claim *claim_of(const struct word *k, const struct addr *a, bool *fresh)
{
	uint64_t key = hash_addr(a, 71 + vlan_of(k->link));
	return sets_get(&k->s->claims, key ? key : 1, 0, fresh);
}

static void tell_claims(const struct word *k, const struct addr *claimed, struct claim *cl,
			struct who *w, unsigned claims)
{
	char mac[2][MAC_TEXT], a[ADDR_TEXT];
	bool known = !addr_is_any(&w->addr) && !addr_eq(&w->addr, claimed);
	bool ndp = k->o->kind == OBS_ndp;
	struct telling m = {.about = &poison_abouts[ndp ? POISON_ndp : POISON_arp],
			    .host = known ? &w->addr : claimed,
			    .other = known ? claimed : &k->o->dst,
			    .what = mac_key(k, &cl->other),
			    .again_s = k->c->again_s,
			    .alert = true,
			    .mac_only = !known,
			    .unit = "replies",
			    .observed = cl->unasked,
			    .threshold = k->c->replies};

	teller_say(&k->s->t, k->out, k->o, &m,
		   "%s is %s, and %s claims it in %u replies nobody asked for; it claims %u "
		   "addresses of others",
		   addr_text(claimed, a), mac_text(&cl->mac, mac[0]), mac_text(&cl->other, mac[1]),
		   cl->unasked, claims);
}

/* How often the one who was told most often was told. Network cards that share an address (bonding,
 * balance-alb) tell each neighbour another one's MAC, once or twice; who poisons a neighbour's
 * table must do so again and again. */
static unsigned most_told(struct claim *cl, const struct addr *to)
{
	uint32_t h = (uint32_t)hash_addr(to, 101) | 1;
	unsigned at = h >> 8 & 3, most = 0;

	for (unsigned i = 0; i < 4; i++)
		at = cl->to[i] == h ? i : at;
	cl->to_n[at] = cl->to[at] == h ? cl->to_n[at] : 0;
	cl->to[at] = h;
	cl->to_n[at] += cl->to_n[at] < UINT8_MAX;
	for (unsigned i = 0; i < 4; i++)
		most = cl->to_n[i] > most ? cl->to_n[i] : most;
	return most;
}

static void on_second_mac(const struct word *k, const struct addr *claimed, struct claim *cl,
			  const struct mac *mac, bool asked)
{
	uint64_t now_ns = k->o->time_ns, h = hash_addr(claimed, 73);
	bool fresh;

	if (is_virtual(mac) || is_virtual(&cl->mac))
		return;
	if (!mac_eq(&cl->other, mac) || now_ns > cl->other_ns + k->c->window_s * NS_PER_S) {
		cl->other = *mac;
		cl->unasked = 0;
		memset(cl->to_n, 0, sizeof(cl->to_n));
	}
	cl->other_ns = now_ns;
	if (asked)
		return;
	cl->unasked++;
	/* neighbour advertisements do not say whom they are for */
	bool again = k->o->kind == OBS_ndp || most_told(cl, &k->o->dst) >= AGAIN_MIN;
	struct who *w = sets_get(&k->s->whos, mac_key(k, mac), 1, &fresh);
	w->claims[h >> 6 & 1] |= 1ull << (h & 63);
	unsigned n =
		(unsigned)(__builtin_popcountll(w->claims[0]) + __builtin_popcountll(w->claims[1]));
	if (n >= 2 ? cl->unasked >= (k->c->replies + 1) / 2 : again && cl->unasked >= k->c->replies)
		tell_claims(k, claimed, cl, w, n);
}

/* Whether `mac` claims the address beside the one that has it. */
static bool is_second(const struct word *k, struct claim *cl, const struct mac *mac)
{
	uint64_t now_ns = k->o->time_ns;

	/* Silent for long, or given up: its successor, unless it goes on and on. */
	bool gone = cl->mac_ns && now_ns > cl->mac_ns + 3600 * NS_PER_S;
	if (cl->mac_ns && !mac_eq(&cl->mac, mac) && !gone)
		return true;
	cl->unasked = gone ? 0 : cl->unasked;
	cl->announced = (struct mac){0};
	cl->answered_ns = 0;
	cl->mac = *mac;
	cl->mac_ns = now_ns;
	return false;
}

/* Who announced the address was asked for it and answers. The one who has it would have answered, too: at the next
 * question it is known that he did not. */
static void take_over(struct claim *cl, const struct mac *mac, uint64_t now_ns)
{
	if (!cl->answered_ns)
		cl->answered_ns = now_ns;
	if (now_ns < cl->answered_ns + NS_PER_S)
		return;
	cl->mac = *mac;
	cl->mac_ns = now_ns;
	cl->unasked = 0;
	cl->announced = (struct mac){0};
	cl->answered_ns = 0;
}

static void on_arp(const struct word *k, bool is_reply)
{
	const struct obs_neighbour *b = obs_body(k->o);
	uint64_t now_ns = k->o->time_ns;
	bool fresh;

	if (addr_is_any(&k->o->src))
		return; /* a probe claims nothing */
	if (!is_reply && !b->gratuitous) {
		struct claim *asked = claim_of(k, &k->o->dst, &fresh);
		asked->asked_ns = now_ns;
		struct who *w = sets_get(&k->s->whos, mac_key(k, &b->sender_mac), 0, &fresh);
		if (fresh)
			w->addr = k->o->src;
	}
	struct claim *cl = claim_of(k, &k->o->src, &fresh);
	/* A question that was asked again is not told again: the reply says when it was. */
	uint64_t asked_ns = b->asked_ns > cl->asked_ns ? b->asked_ns : cl->asked_ns;
	bool asked = now_ns <= asked_ns + k->c->asked_s * NS_PER_S;
	if (!is_second(k, cl, &b->sender_mac))
		return;
	if (b->gratuitous) {
		cl->answered_ns = mac_eq(&cl->announced, &b->sender_mac) ? cl->answered_ns : 0;
		cl->announced = b->sender_mac;
	} else if (is_reply && asked && mac_eq(&cl->announced, &b->sender_mac)) {
		take_over(cl, &b->sender_mac, now_ns);
	} else if (is_reply)
		on_second_mac(k, &k->o->src, cl, &b->sender_mac,
			      asked && !mac_eq(&cl->other, &b->sender_mac));
}

/* Several default routers of a segment announce the same prefix, or each its own: who comes second
 * is a finding. Tools that fill hosts' tables announce a new one each time. */
static void on_router(const struct word *k, const struct obs_neighbour *b, const struct mac *mac)
{
	uint64_t key = hash_u64(vlan_of(k->link), 97), now_ns = k->o->time_ns;
	uint64_t h = hash_addr(&k->o->dst, mac_key(k, mac));
	char text[2][MAC_TEXT], a[ADDR_TEXT];
	bool fresh;
	struct announcer *r = sets_get(&k->s->announcers, key ? key : 1, 1, &fresh);

	if (b->router != 2 || is_virtual(mac))
		return;
	if (now_ns > r->begin_ns + k->c->window_s * NS_PER_S) {
		r->begin_ns = now_ns;
		memset(r->seen, 0, sizeof(r->seen));
	}
	r->seen[h >> 6 & 1] |= 1ull << (h & 63);
	unsigned n =
		(unsigned)(__builtin_popcountll(r->seen[0]) + __builtin_popcountll(r->seen[1]));
	bool second = !fresh && !mac_eq(&r->mac, mac) && now_ns < r->ns + 1800 * NS_PER_S;
	bool flood = n >= k->c->routers;
	struct addr none = {.q = {0, 0}};
	struct telling m = {.about = &poison_abouts[flood ? POISON_routers : POISON_router],
			    .host = &k->o->src,
			    .other = &none,
			    .what = flood ? vlan_of(k->link) : mac_key(k, mac),
			    .again_s = k->c->again_s,
			    .alert = flood,
			    .unit = flood ? "routers and prefixes" : "routers",
			    .observed = flood ? n : 2,
			    .threshold = flood ? k->c->routers : 2};
	bool told = r->told_ns && now_ns < r->told_ns + k->c->again_s * NS_PER_S;
	bool other = second && b->prefix_bits && !addr_eq(&r->prefix, &k->o->dst);
	r->told_ns = flood && !told ? now_ns : r->told_ns;
	if (!told && (flood || (other && n < k->c->routers / 2)))
		teller_say(&k->s->t, k->out, k->o, &m,
			   "%s announces %s/%u; before, %s announced itself; %u announced within "
			   "%u s",
			   mac_text(mac, text[0]), addr_text(&k->o->dst, a), b->prefix_bits,
			   mac_text(&r->mac, text[1]), n, k->c->window_s);
	if (second)
		return;
	r->mac = *mac;
	r->prefix = k->o->dst;
	r->ns = now_ns;
}

static void on_ndp(const struct word *k)
{
	const struct obs_neighbour *b = obs_body(k->o);
	uint64_t now_ns = k->o->time_ns;
	bool fresh, advert = k->o->sport == ND_ADVERT;
	const struct addr *claimed = advert ? &k->o->dst : &k->o->src;
	const struct mac *mac = advert ? &b->target_mac : &b->sender_mac;

	if (k->o->sport == ND_SOLICIT)
		claim_of(k, &k->o->dst, &fresh)->asked_ns = now_ns;
	if (mac_is_zero(mac))
		mac = b->router ? &b->link.smac : mac;
	if (mac_is_zero(mac) || addr_is_any(claimed))
		return;
	if (b->router)
		on_router(k, b, mac);
	if (!advert || !addr_eq(&k->o->src, claimed)) {
		struct who *w = sets_get(&k->s->whos, mac_key(k, mac), 0, &fresh);
		if (fresh)
			w->addr = k->o->src;
	}
	struct claim *cl = claim_of(k, claimed, &fresh);
	bool asked = now_ns <= cl->asked_ns + k->c->asked_s * NS_PER_S;
	if (is_second(k, cl, mac) && (advert || b->router))
		on_second_mac(k, claimed, cl, mac, asked && !mac_eq(&cl->other, mac));
}

static bool is_proxy_name(const char *name)
{
	size_t n = strcspn(name, ".");
	return (n == 4 && strncasecmp(name, "wpad", 4) == 0) ||
	       (n == 6 && strncasecmp(name, "isatap", 6) == 0);
}

/* "files.local", "FILES", "files.corp.example" are one name. */
static uint64_t first_label(const char *name)
{
	char label[64];

	snprintf(label, sizeof(label), "%.*s", (int)strcspn(name, "."), name);
	return hash_u64(once_text(label), 9);
}

static bool is_answer(const struct fact_name *b, const char *name)
{
	return b->response && *name && name[0] != '*' && !addr_is_any(&b->answer);
}

static void on_name(const struct word *k)
{
	const struct fact_name *b = obs_fact(k->o);
	const char *name = obs_word(k->o, sizeof(*b), 0);
	/* Both sides of these have the same port: the answer's sender is the answerer. */
	const struct addr *who = fact_sender(k->o, k->link->dir == FLOW_to_server);
	const struct addr *asker = who == &k->o->src ? &k->o->dst : &k->o->src;
	uint64_t key = hash_addr(who, 79), h = first_label(name);
	bool fresh;

	if (!is_answer(b, name) || addr_is_multicast(who))
		return;
	struct answerer *a = sets_get(&k->s->answerers, key ? key : 1, 0, &fresh);
	if (k->o->time_ns > a->begin_ns + 10 * k->c->window_s * NS_PER_S ||
	    !addr_eq(&a->answer, &b->answer)) {
		memset(a->names, 0, sizeof(a->names));
		a->begin_ns = k->o->time_ns;
		a->answer = b->answer;
	}
	a->names[h >> 6 & 1] |= 1ull << (h & 63);
	unsigned n =
		(unsigned)(__builtin_popcountll(a->names[0]) + __builtin_popcountll(a->names[1]));
	/* Over mDNS hosts announce themselves, some by several names. */
	unsigned most = b->protocol == 2 ? 2 * k->c->names : k->c->names;
	bool many = n >= most;
	struct addr none = {0};
	struct telling m = {.about = &poison_abouts[many ? POISON_names : POISON_wpad],
			    .host = who,
			    .other = many ? &none : asker,
			    .again_s = k->c->again_s,
			    .alert = many,
			    .unit = "names",
			    .observed = n,
			    .threshold = many ? most : 1};
	char text[ADDR_TEXT];
	if (many || is_proxy_name(name))
		teller_say(&k->s->t, k->out, k->o, &m, "%u names answered with %s, the last %.80s",
			   n, addr_text(&b->answer, text), name);
}

/* A DHCPv6 server that names itself as name server, though another host is the segment's router and
 * DHCP server; one that gives link-local addresses, which no server may (RFC 8415 18.3), whatever
 * else is known. */
static void on_own_dns(const struct word *k, const struct fact_dhcp *b, const struct addr *server)
{
	uint64_t key = hash_u64(vlan_of(k->link), 89);
	const struct lease *v4 = sets_find(&k->s->leases, key ? key : 1);
	struct host_view host = hosts_of(k->out->hosts, server, k->link);
	bool local = b->your.b[0] == 0xfe && (b->your.b[1] & 0xc0) == 0x80, elsewhere = v4;
	const struct addr none = {.q = {0, 0}};
	char a[ADDR_TEXT];

	if (!local && (!addr_eq(&b->dns, server) || host.router ||
		       hosts_roles(k->out->hosts, &host, server) & 1u << ROLE_dc))
		return;
	const struct addr *theirs[] = {v4 ? &v4->server : NULL, v4 ? &v4->router : NULL,
				       v4 ? &v4->dns : NULL};
	for (unsigned i = 0; i < 3; i++)
		elsewhere &= theirs[i] && hosts_of(k->out->hosts, theirs[i], k->link).id != host.id;
	const struct telling m = {.about = &poison_abouts[POISON_own_dns],
				  .host = server,
				  .other = &none,
				  .again_s = k->c->again_s,
				  .alert = local || elsewhere,
				  .unit = "servers",
				  .observed = 1,
				  .threshold = 1};
	teller_say(&k->s->t, k->out, k->o, &m, "it names %s as name server, and gives %s%s",
		   addr_eq(&b->dns, server) ? "itself" : "another",
		   local ? "link-local addresses, which no server may: "
			 : "addresses; router and DHCP server of IPv4 are others: ",
		   addr_text(&b->your, a));
}

static bool is_offer(const struct fact_dhcp *b)
{
	bool answers = b->v6 ? b->message == V6_REPLY || b->message == V6_ADVERTISE
			     : b->message == ANSWER_ACK || b->message == ANSWER_OFFER;

	return answers && !(addr_is_any(&b->router) && addr_is_any(&b->dns));
}

static void on_dhcp(const struct word *k)
{
	const struct fact_dhcp *b = obs_fact(k->o);
	uint64_t key = hash_u64(vlan_of(k->link), b->v6 ? 83 : 89);
	const struct addr *server = b->v6 || addr_is_any(&b->server_id)
					    ? fact_sender(k->o, k->link->dir == FLOW_to_server)
					    : &b->server_id;
	bool fresh;

	if (!is_offer(b))
		return;
	if (b->v6)
		on_own_dns(k, b, server);
	struct lease *l = sets_get(&k->s->leases, key ? key : 1, 0, &fresh);
	if (fresh || addr_eq(&l->server, server)) {
		l->server = *server;
		l->router = b->router;
		l->dns = b->dns;
		l->ns = k->o->time_ns;
		return;
	}
	bool as_router = addr_eq(&b->router, server) && !addr_eq(&b->router, &l->router);
	bool as_dns = addr_eq(&b->dns, server) && !addr_eq(&b->dns, &l->dns);
	char a[ADDR_TEXT];
	bool differs = !addr_eq(&b->router, &l->router) || !addr_eq(&b->dns, &l->dns);
	/* Two networks that we see may each have their own: beside is who has the same /24. */
	bool beside = b->v6 || memcmp(server->b, l->server.b, sizeof(server->b) - 1) == 0;
	bool itself = (as_router || as_dns) && beside;
	/* Domain controllers that lease apart from each other each name themselves first. */
	struct host_view view = hosts_of(k->out->hosts, server, k->link);
	bool is_ours = !as_router && as_dns &&
		       hosts_roles(k->out->hosts, &view, server) & (1u << ROLE_dc | 1u << ROLE_dns);
	const struct telling m = {.about = &poison_abouts[itself ? POISON_dhcp : POISON_second],
				  .host = server,
				  .other = &l->server,
				  .again_s = k->c->again_s,
				  .alert = itself && !is_ours,
				  .unit = "servers",
				  .observed = 2,
				  .threshold = 2};
	if (itself || (differs && beside))
		teller_say(&k->s->t, k->out, k->o, &m,
			   "it names itself as %s; %s, which was there before, does not",
			   as_router && as_dns ? "router and name server"
			   : as_router         ? "router"
			   : as_dns            ? "name server"
					       : "neither, but other ones",
			   addr_text(&l->server, a));
}

static void poison_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	const struct word k = {.c = config, .s = state, .o = o, .link = obs_body(o), .out = out};

	switch (o->kind) {
	case OBS_arp_request:
		on_arp(&k, false);
		break;
	case OBS_arp_reply:
		on_arp(&k, true);
		break;
	case OBS_ndp:
		on_ndp(&k);
		break;
	case OBS_name:
		on_name(&k);
		break;
	default:
		on_dhcp(&k);
		break;
	}
}

static void poison_stats(const void *state, char *out, size_t size)
{
	const struct poison_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size, "%s,\"claims_evicted\":%llu", told,
		 (unsigned long long)count_get(&s->claims.evicted));
	sets_say_evicted(&s->whos, "whos", out, size);
	sets_say_evicted(&s->answerers, "answerers", out, size);
	sets_say_evicted(&s->leases, "leases", out, size);
	sets_say_evicted(&s->announcers, "announcers", out, size);
}

static bool poison_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	return kind == OBS_name   ? is_answer(f->body, fact_word(f, 0))
	       : kind == OBS_dhcp ? is_offer(f->body)
				  : true;
}

const struct detector detect_poison = {
	.name = "poison",
	.what = "hosts that claim others' addresses, names, or the router's place",
	.source = POISON_SOURCE,
	.wants = 1ull << OBS_arp_request | 1ull << OBS_arp_reply | 1ull << OBS_ndp |
		 1ull << OBS_name | 1ull << OBS_dhcp,
	.params = poison_params,
	.abouts = poison_abouts,
	.n_abouts = POISON_kinds,
	.config_size = sizeof(struct poison_config),
	.init = poison_init,
	.fini = poison_fini,
	.on_observation = poison_on_observation,
	.uses = poison_uses,
	.stats = poison_stats,
};
