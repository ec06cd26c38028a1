// SPDX-License-Identifier: Apache-2.0
/* poison: who answers for names and addresses that are not his.
 *
 *   names: one host answers LLMNR or NBNS questions for `names` different names within window_s; a
 * host has one or two. mDNS is left out: printers and phones announce many. wpad:  an answer for
 * "wpad" from anybody is an alert of its own: browsers follow it. arp:   an address that a MAC has
 * answered for at least `held_s` is claimed by another MAC, and both go on claiming it: two MACs,
 * each at least twice, within window_s. A host that was replaced speaks alone. dhcp:  a second
 * server offers leases, and no asset names it one: a finding until it has handed out a lease with
 * another router or DNS server than the first: then an alert.
 *
 * Units:  seconds of packet time.
 * Owns:   bounded tables by host, address, segment.
 * Cost:   one or two look-ups an answer.
 * Source: RFC 4795, RFC 1002, RFC 826, RFC 2131; ATT&CK T1557.001, .002, .003.
 */
#include "base/clock.h"
#include "detect/once.h"
#include "detect/say.h"
#include "observe/fact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct poison_config {
	uint32_t names, window_s, held_s, again_s, hosts;
};

struct poison_names {
	struct sets_head head;
	uint64_t begin_ns, names; /* a 64-bit set by hash */
	char last[40];
};

struct poison_claim { /* an address, and the two MACs that claimed it last */
	struct sets_head head;
	struct mac mac[2];
	uint64_t first_ns, when_ns[2];
	uint32_t n[2];
};

struct poison_dhcp { /* of a segment (VLAN) */
	struct sets_head head;
	struct addr server, router, dns;
};

struct poison_state {
	struct sets names, claims, dhcp, once;
	struct count alerts, findings;
};

enum { POISON_names, POISON_wpad, POISON_arp, POISON_dhcp, POISON_dhcp_seen, POISON_kinds };
#define POISON_SOURCE "RFC 4795, 1002, 826, 2131; ATT&CK T1557"
#define POISON_CHECK                                                                               \
	"whose MAC is it (switch's table), and what runs there? A second DHCP server is often a "  \
	"router somebody brought along"
/* clang-format off */
static const struct about poison_abouts[] = {
	SAY_ABOUT("poison", 871, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL one host answers for many names (LLMNR, NBNS)", "T1557.001", "TA0006", POISON_SOURCE,
		POISON_CHECK),
	SAY_ABOUT("poison", 872, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a host answers for wpad", "T1557.001", "TA0006", POISON_SOURCE, POISON_CHECK),
	SAY_ABOUT("poison", 873, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL two MACs claim one address (ARP spoofing)", "T1557.002", "TA0006", POISON_SOURCE,
		POISON_CHECK),
	SAY_ABOUT("poison", 874, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a second DHCP server names another router or DNS server", "T1557.003", "TA0006",
		POISON_SOURCE, POISON_CHECK),
	SAY_ABOUT("poison", 875, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL a second DHCP server", "T1557.003", "TA0006", POISON_SOURCE, POISON_CHECK),
};
static const struct param poison_params[] = {
	PARAM(PARAM_U32, struct poison_config, names, 2, 64, 4, "names",
	      "that one host answers for within window_s"),
	PARAM(PARAM_U32, struct poison_config, window_s, 10, 86400, 600, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct poison_config, held_s, 0, 86400, 2, "s",
	      "that a MAC has answered for an address before another's claim is odd"),
	PARAM(PARAM_U32, struct poison_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host and kind in this time"),
	PARAM(PARAM_U32, struct poison_config, hosts, 64, 1 << 22, 4096, "hosts", "remembered"),
	{0},
};
/* clang-format on */

struct seen {
	const struct poison_config *c;
	struct poison_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void tell(const struct seen *k, unsigned kind, bool alert, const struct addr *host,
		 const struct addr *other, double observed, double threshold, const char *unit,
		 const char *text)
{
	const struct obs_link *link = obs_body(k->o);
	struct host_view view = hosts_of(k->out->hosts, host, link);
	struct once_entry *e = once_get(&k->s->once, kind, hash_addr(host, 1), 0, 0, k->o->time_ns);
	uint32_t n = once_due(e, k->o->time_ns, k->c->again_s * NS_PER_S);

	if (n == 0)
		return;
	struct finding f = say_of(k->o, link, host, &view, other);
	f.tier = alert ? TIER_alert : TIER_finding;
	f.about = &poison_abouts[kind];
	f.count = n;
	f.score = fmax(1, observed / threshold);
	f.evidence[0] = (struct evidence){unit, observed, NAN, threshold, unit};
	f.n_evidence = 1;
	count_add(alert ? &k->s->alerts : &k->s->findings, 1);
	k->out->add(k->out->ctx, &f, text);
}

/* Who answers: the sender of the message, whichever side of the flow that is. */
static void on_name(const struct seen *k)
{
	const struct fact_name *b = obs_fact(k->o);
	const struct obs_link *link = obs_body(k->o);
	const struct addr *who = link->dir ? &k->o->dst : &k->o->src;
	const char *name = obs_word(k->o, sizeof(*b), 0);
	char text[FINDING_SUBJECT];
	bool fresh;

	if (!b->response || b->protocol == 2 || !*name)
		return;
	if (strcasecmp(name, "wpad") == 0 || strncasecmp(name, "wpad.", 5) == 0) {
		snprintf(text, sizeof(text), "%.80s", name);
		tell(k, POISON_wpad, true, who, link->dir ? &k->o->src : &k->o->dst, 1, 1,
		     "answers", text);
	}
	uint64_t key = hash_addr(who, 41);
	struct poison_names *e = sets_get(&k->s->names, key ? key : 1, 0, &fresh);
	if (k->o->time_ns > e->begin_ns + k->c->window_s * NS_PER_S) {
		e->begin_ns = k->o->time_ns;
		e->names = 0;
	}
	e->names |= 1ull << (hash_u64(once_text(name), 3) & 63);
	snprintf(e->last, sizeof(e->last), "%.39s", name);
	unsigned n = (unsigned)__builtin_popcountll(e->names);
	if (n < k->c->names)
		return;
	snprintf(text, sizeof(text), "%u names within %u s, the last \"%s\"", n, k->c->window_s,
		 e->last);
	tell(k, POISON_names, true, who, link->dir ? &k->o->src : &k->o->dst, n, k->c->names,
	     "names", text);
}

static void on_arp(const struct seen *k)
{
	const struct obs_neighbour *b = obs_body(k->o);
	uint64_t key = hash_addr(&k->o->src, 43 + (b->link.n_vlan ? b->link.vlan[0] : 0));
	char text[FINDING_SUBJECT];
	bool fresh;

	if (addr_is_any(&k->o->src) || mac_is_group(&b->sender_mac))
		return;
	struct poison_claim *e = sets_get(&k->s->claims, key ? key : 1, 0, &fresh);
	if (fresh)
		e->first_ns = k->o->time_ns;
	unsigned i = mac_eq(&e->mac[0], &b->sender_mac) || fresh ? 0 : 1;
	if (i == 1 && !mac_eq(&e->mac[1], &b->sender_mac)) {
		e->n[1] = 0;
		e->mac[1] = b->sender_mac;
		if (k->o->time_ns < e->first_ns + k->c->held_s * NS_PER_S)
			e->n[0] = 0; /* too early to know whose it is */
	}
	e->mac[i] = b->sender_mac;
	if (k->o->time_ns > e->when_ns[i] + k->c->window_s * NS_PER_S)
		e->n[i] = 0;
	e->n[i]++;
	e->when_ns[i] = k->o->time_ns;
	if (e->n[0] < 2 || e->n[1] < 2 || e->when_ns[1] < e->first_ns + k->c->held_s * NS_PER_S)
		return;
	const uint8_t *x = e->mac[0].b, *y = e->mac[1].b;
	snprintf(text, sizeof(text),
		 "first %02x:%02x:%02x:%02x:%02x:%02x, %u times; then "
		 "%02x:%02x:%02x:%02x:%02x:%02x, %u times",
		 x[0], x[1], x[2], x[3], x[4], x[5], e->n[0], y[0], y[1], y[2], y[3], y[4], y[5],
		 e->n[1]);
	tell(k, POISON_arp, true, &k->o->src, &k->o->dst, 2, 1, "MACs", text);
}

static void on_dhcp(const struct seen *k)
{
	const struct fact_dhcp *b = obs_fact(k->o);
	const struct obs_link *link = obs_body(k->o);
	char text[FINDING_SUBJECT], x[ADDR_TEXT], y[ADDR_TEXT];
	bool fresh;

	if (b->v6 || (b->message != 2 && b->message != 5) || addr_is_any(&b->server_id))
		return;
	uint64_t key = hash_u64(link->n_vlan ? link->vlan[0] : 0, 47);
	struct poison_dhcp *e = sets_get(&k->s->dhcp, key ? key : 1, 0, &fresh);
	if (fresh || addr_eq(&e->server, &b->server_id)) {
		e->server = b->server_id;
		e->router = b->router;
		e->dns = b->dns;
		return;
	}
	struct host_view view = hosts_of(k->out->hosts, &b->server_id, link);
	if (hosts_roles(k->out->hosts, &view, &b->server_id) & (1u << ROLE_dhcp))
		return;
	bool differs = (!addr_is_any(&b->router) && !addr_eq(&b->router, &e->router)) ||
		       (!addr_is_any(&b->dns) && !addr_eq(&b->dns, &e->dns));
	snprintf(text, sizeof(text), "%s beside %s", addr_text(&b->server_id, x),
		 addr_text(&e->server, y));
	/* Two networks of one capture may each have their own: only an address of the same /24 is
	 * beside it. */
	bool beside = addr_is_v4(&b->server_id) && addr_is_v4(&e->server) &&
		      memcmp(b->server_id.b, e->server.b, 15) == 0;
	tell(k, differs && beside ? POISON_dhcp : POISON_dhcp_seen, differs && beside,
	     &b->server_id, &e->server, 2, 1, "servers", text);
}

static void poison_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	const struct seen k = {.c = config, .s = state, .o = o, .out = out};

	if (o->kind == OBS_name)
		on_name(&k);
	else if (o->kind == OBS_dhcp)
		on_dhcp(&k);
	else
		on_arp(&k);
}

static void poison_fini(void *state)
{
	struct poison_state *s = state;

	if (!s)
		return;
	sets_fini(&s->names);
	sets_fini(&s->claims);
	sets_fini(&s->dhcp);
	sets_fini(&s->once);
	free(s);
}

static int poison_init(const void *config, void **state, struct err *err)
{
	const struct poison_config *c = config;
	struct poison_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for poison");
	if ((rc = sets_init(&s->names, sizeof(struct poison_names), c->hosts, err)) ||
	    (rc = sets_init(&s->claims, sizeof(struct poison_claim), c->hosts, err)) ||
	    (rc = sets_init(&s->dhcp, sizeof(struct poison_dhcp), 256, err)) ||
	    (rc = sets_init(&s->once, sizeof(struct once_entry), c->hosts, err))) {
		poison_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void poison_stats(const void *state, char *out, size_t size)
{
	const struct poison_state *s = state;

	snprintf(out, size, "\"alerts\":%llu,\"findings\":%llu,\"claims_evicted\":%llu",
		 (unsigned long long)count_get(&s->alerts),
		 (unsigned long long)count_get(&s->findings),
		 (unsigned long long)count_get(&s->claims.evicted));
}

const struct detector detect_poison = {
	.name = "poison",
	.what = "answers for names and addresses that are somebody else's",
	.source = POISON_SOURCE,
	.wants = 1ull << OBS_name | 1ull << OBS_arp_reply | 1ull << OBS_dhcp,
	.params = poison_params,
	.abouts = poison_abouts,
	.n_abouts = POISON_kinds,
	.config_size = sizeof(struct poison_config),
	.init = poison_init,
	.fini = poison_fini,
	.on_observation = poison_on_observation,
	.stats = poison_stats,
};
