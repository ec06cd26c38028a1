// SPDX-License-Identifier: Apache-2.0
/* krb: tickets that are asked for, issued and presented.
 *
 *   roast:   service tickets with RC4 asked for `services` services within window_s, or of any kind
 * for `spread` services: what Kerberoasting does. One RC4 ticket for a service account is a
 * finding. as-rep:  an AS-REP with RC4 to a request that proved nothing: the password can be
 * guessed offline. ledger:  each ticket the KDC issues is remembered with the address it went to.
 * The same ticket presented by another address is pass-the-ticket. A ticket-granting ticket nobody
 * was given, after its KDC has been seen for ledger_s and has issued many, is forged, or older than
 * what we have seen: a finding.
 *
 * Units:  seconds of packet time; a ticket is known by a hash of its encrypted part.
 * Owns:   bounded tables: tickets, clients, KDCs, what was told.
 * Cost:   two look-ups a Kerberos message.
 * Source: MITRE ATT&CK T1558.003, T1558.004, T1550.003, T1558.001; RFC 4120. The ledger: SCIENCE
 * H1.
 */
#include "base/clock.h"
#include "detect/once.h"
#include "detect/say.h"
#include "observe/fact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RC4     23
#define AS_REQ  10
#define AS_REP  11
#define TGS_REQ 12
#define TGS_REP 13
#define AP_REQ  14

struct krb_config {
	uint32_t services, spread, window_s, ledger_s, issued, again_s, tickets, clients;
};

struct krb_ticket {
	struct sets_head head;
	struct addr client; /* it was given to */
	uint64_t when_ns;
	uint32_t granting; /* it is a ticket-granting one */
};

struct krb_client {
	struct sets_head head;
	uint64_t begin_ns, rc4[2], all[2]; /* services asked for, as hashes; within the window */
	uint64_t asked_rc4; /* flow of its last AS-REQ that proved nothing and takes RC4 alone */
};

struct krb_kdc {
	struct sets_head head;
	uint64_t first_ns, issued;
};

struct krb_state {
	struct sets tickets, clients, kdcs, once;
	struct count messages, alerts, findings;
};

enum { KRB_roast, KRB_asrep, KRB_passed, KRB_forged, KRB_rc4, KRB_kinds };
#define KRB_SOURCE "RFC 4120; ATT&CK T1558, T1550.003"
#define KRB_CHECK                                                                                  \
	"events 4768, 4769 on the domain controller: which account, which services; does the "     \
	"address belong to the account's own computer?"
/* clang-format off */
static const struct about krb_abouts[] = {
	SAY_ABOUT("krb", 851, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL Kerberoasting: tickets of many services asked for", "T1558.003", "TA0006", KRB_SOURCE,
		KRB_CHECK),
	SAY_ABOUT("krb", 852, 2, FAMILY_credential, "Credential Access",
		"CREDENTIAL AS-REP roasting: RC4 for an account that proves nothing", "T1558.004", "TA0006",
		KRB_SOURCE, KRB_CHECK),
	SAY_ABOUT("krb", 853, 1, FAMILY_credential, "Lateral Movement",
		"CREDENTIAL a Kerberos ticket presented by another host than it was given to", "T1550.003", "TA0008",
		KRB_SOURCE, KRB_CHECK),
	SAY_ABOUT("krb", 854, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL a ticket-granting ticket that nobody was seen to be given", "T1558.001", "TA0006",
		KRB_SOURCE, KRB_CHECK),
	SAY_ABOUT("krb", 855, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL a service ticket with RC4", "T1558.003", "TA0006", KRB_SOURCE, KRB_CHECK),
};
static const struct param krb_params[] = {
	PARAM(PARAM_U32, struct krb_config, services, 2, 100, 3, "services",
	      "whose RC4 tickets one client asks for within window_s"),
	PARAM(PARAM_U32, struct krb_config, spread, 5, 100, 20, "services",
	      "whose tickets one client asks for within window_s, whatever their encryption"),
	PARAM(PARAM_U32, struct krb_config, window_s, 10, 86400, 600, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct krb_config, ledger_s, 600, 604800, 36000, "s",
	      "that a KDC has been seen before a ticket can be missed: a ticket's life"),
	PARAM(PARAM_U32, struct krb_config, issued, 1, 100000, 20, "tickets",
	      "that it has issued by then"),
	PARAM(PARAM_U32, struct krb_config, again_s, 60, 604800, 3600, "s",
	      "one alert a client and kind in this time"),
	PARAM(PARAM_U32, struct krb_config, tickets, 256, 1 << 24, 65536, "tickets", "remembered"),
	PARAM(PARAM_U32, struct krb_config, clients, 64, 1 << 20, 4096, "hosts", "remembered"),
	{0},
};
/* clang-format on */

struct msg {
	const struct krb_config *c;
	struct krb_state *s;
	const struct observation *o;
	const struct fact_krb *b;
	const struct detector_out *out;
	const char *client, *service;
};

/* `host` is accused; `other` is the other end. */
static void tell(const struct msg *k, unsigned kind, bool alert, const struct addr *host,
		 double observed, double threshold, const char *unit, const char *text)
{
	const struct obs_link *link = obs_body(k->o);
	struct host_view view = hosts_of(k->out->hosts, host, link);
	struct once_entry *e = once_get(&k->s->once, kind, view.id, 0, 0, k->o->time_ns);
	uint32_t n = once_due(e, k->o->time_ns, k->c->again_s * NS_PER_S);
	uint32_t roles = hosts_roles(k->out->hosts, &view, host);

	if (n == 0)
		return;
	struct finding f = say_of(k->o, link, host, &view, &k->o->dst);
	f.tier = alert && !(roles & SAY_WATCHERS) ? TIER_alert : TIER_finding;
	f.about = &krb_abouts[kind];
	f.count = n;
	f.score = fmax(1, observed / threshold);
	f.evidence[0] = (struct evidence){unit, observed, NAN, threshold, unit};
	f.n_evidence = 1;
	count_add(f.tier == TIER_alert ? &k->s->alerts : &k->s->findings, 1);
	k->out->add(k->out->ctx, &f, text);
}

static bool is_granting(const char *service)
{
	return strncasecmp(service, "krbtgt", 6) == 0;
}

/* Accounts of computers end with '$' or are host/, cifs/ and the like of one: RC4 for them says
 * little. */
static bool is_user_service(const char *service)
{
	static const char *const hosts[] = {
		"host/",  "cifs/",   "ldap/", "dns/", "gc/", "rpcss/", "restrictedkrbhost/",
		"wsman/", "termsrv/"};
	size_t n = strlen(service);

	if (n == 0 || service[n - 1] == '$' || is_granting(service))
		return false;
	for (unsigned i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strncasecmp(service, hosts[i], strlen(hosts[i])) == 0)
			return false;
	}
	return true;
}

static unsigned add_bit(uint64_t set[2], uint64_t h)
{
	set[h >> 6 & 1] |= 1ull << (h & 63);
	return (unsigned)(__builtin_popcountll(set[0]) + __builtin_popcountll(set[1]));
}

static struct krb_client *client_of(const struct msg *k)
{
	bool fresh;
	uint64_t key = hash_addr(&k->o->src, 21);

	return sets_get(&k->s->clients, key ? key : 1, 0, &fresh);
}

static void test_roast(const struct msg *k)
{
	bool rc4 = k->b->ticket_etype == RC4 && is_user_service(k->service);
	uint64_t h = hash_u64(once_text(k->service), 7);
	struct krb_client *cl = client_of(k);
	char text[FINDING_SUBJECT];

	if (k->o->time_ns > cl->begin_ns + k->c->window_s * NS_PER_S) {
		cl->begin_ns = k->o->time_ns;
		memset(cl->rc4, 0, sizeof(cl->rc4));
		memset(cl->all, 0, sizeof(cl->all));
	}
	unsigned all = is_user_service(k->service) ? add_bit(cl->all, h) : 0;
	unsigned weak = rc4 ? add_bit(cl->rc4, h) : 0;
	if (weak >= k->c->services || all >= k->c->spread) {
		snprintf(text, sizeof(text),
			 "%u services (%u with RC4) within %u s, the last %.80s, as \"%.39s\"", all,
			 weak, k->c->window_s, k->service, k->client);
		tell(k, KRB_roast, true, &k->o->src, weak >= k->c->services ? weak : all,
		     weak >= k->c->services ? k->c->services : k->c->spread, "services", text);
	} else if (rc4) {
		snprintf(text, sizeof(text), "%.100s, as \"%.39s\"", k->service, k->client);
		tell(k, KRB_rc4, false, &k->o->src, 1, 1, "tickets", text);
	}
}

static void issue(const struct msg *k, bool granting)
{
	bool fresh;
	uint64_t key = hash_addr(&k->o->dst, 23);
	struct krb_kdc *kdc = sets_get(&k->s->kdcs, key ? key : 1, 0, &fresh);

	if (fresh)
		kdc->first_ns = k->o->time_ns;
	kdc->issued++;
	if (!k->b->ticket)
		return;
	struct krb_ticket *t = sets_get(&k->s->tickets, k->b->ticket, 0, &fresh);
	if (fresh)
		*t = (struct krb_ticket){.head = t->head,
					 .client = k->o->src,
					 .when_ns = k->o->time_ns,
					 .granting = granting};
}

static void present(const struct msg *k)
{
	struct krb_ticket *t = k->b->ticket ? sets_find(&k->s->tickets, k->b->ticket) : NULL;
	char text[FINDING_SUBJECT], a[ADDR_TEXT], b[ADDR_TEXT];

	if (t && !addr_eq(&t->client, &k->o->src)) {
		/* two addresses of one host are one host */
		const struct obs_link *link = obs_body(k->o);
		struct host_view x = hosts_of(k->out->hosts, &t->client, link);
		struct host_view y = hosts_of(k->out->hosts, &k->o->src, link);

		if (x.id == y.id || addr_is_v4(&t->client) != addr_is_v4(&k->o->src))
			return;
		snprintf(text, sizeof(text), "for %.80s: given to %s, presented by %s at %s",
			 k->service, addr_text(&t->client, a), addr_text(&k->o->src, b),
			 k->b->message == TGS_REQ ? "the KDC" : "a service");
		tell(k, KRB_passed, true, &k->o->src, 2, 1, "hosts", text);
		return;
	}
	if (t || !k->b->ticket || k->b->message != TGS_REQ)
		return;
	uint64_t key = hash_addr(&k->o->dst, 23);
	struct krb_kdc *kdc = sets_find(&k->s->kdcs, key ? key : 1);
	if (!kdc || kdc->issued < k->c->issued ||
	    k->o->time_ns < kdc->first_ns + k->c->ledger_s * NS_PER_S)
		return;
	snprintf(text, sizeof(text), "at %s, which has been seen to issue %llu tickets in %.0f h",
		 addr_text(&k->o->dst, a), (unsigned long long)kdc->issued,
		 (double)(k->o->time_ns - kdc->first_ns) / NS_PER_S / 3600);
	tell(k, KRB_forged, false, &k->o->src, 1, 1, "tickets", text);
}

static void krb_on_observation(const void *config, void *state, const struct observation *o,
			       const struct detector_out *out)
{
	struct msg k = {.c = config, .s = state, .o = o, .b = obs_fact(o), .out = out};
	char text[FINDING_SUBJECT];

	k.client = obs_word(o, sizeof(*k.b), 0);
	k.service = obs_word(o, sizeof(*k.b), 1);
	count_add(&k.s->messages, 1);
	switch (k.b->message) {
	case AS_REQ: /* Windows asks for AES first; tools that roast ask for RC4 alone */
		client_of(&k)->asked_rc4 =
			!k.b->preauth && k.b->request_etypes == 1u << RC4 ? o->flow_id : 0;
		break;
	case AS_REP:
		issue(&k, true);
		if (k.b->bare && client_of(&k)->asked_rc4 == o->flow_id &&
		    k.b->reply_etype == RC4 && k.client[0] &&
		    k.client[strlen(k.client) - 1] != '$') {
			snprintf(text, sizeof(text), "account \"%.60s\"", k.client);
			tell(&k, KRB_asrep, true, &o->src, 1, 1, "tickets", text);
		}
		break;
	case TGS_REP:
		issue(&k, is_granting(k.service));
		test_roast(&k);
		break;
	case TGS_REQ:
	case AP_REQ:
		present(&k);
		break;
	default:
		break;
	}
}

static void krb_fini(void *state)
{
	struct krb_state *s = state;

	if (!s)
		return;
	sets_fini(&s->tickets);
	sets_fini(&s->clients);
	sets_fini(&s->kdcs);
	sets_fini(&s->once);
	free(s);
}

static int krb_init(const void *config, void **state, struct err *err)
{
	const struct krb_config *c = config;
	struct krb_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for krb");
	if ((rc = sets_init(&s->tickets, sizeof(struct krb_ticket), c->tickets, err)) ||
	    (rc = sets_init(&s->clients, sizeof(struct krb_client), c->clients, err)) ||
	    (rc = sets_init(&s->kdcs, sizeof(struct krb_kdc), 64, err)) ||
	    (rc = sets_init(&s->once, sizeof(struct once_entry), c->clients, err))) {
		krb_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void krb_stats(const void *state, char *out, size_t size)
{
	const struct krb_state *s = state;

	snprintf(out, size,
		 "\"messages\":%llu,\"alerts\":%llu,\"findings\":%llu,\"tickets_evicted\":%llu",
		 (unsigned long long)count_get(&s->messages),
		 (unsigned long long)count_get(&s->alerts),
		 (unsigned long long)count_get(&s->findings),
		 (unsigned long long)count_get(&s->tickets.evicted));
}

const struct detector detect_krb = {
	.name = "krb",
	.what = "Kerberos tickets roasted, passed on, or never issued",
	.source = KRB_SOURCE,
	.wants = 1ull << OBS_krb,
	.params = krb_params,
	.abouts = krb_abouts,
	.n_abouts = KRB_kinds,
	.config_size = sizeof(struct krb_config),
	.init = krb_init,
	.fini = krb_fini,
	.on_observation = krb_on_observation,
	.stats = krb_stats,
};
