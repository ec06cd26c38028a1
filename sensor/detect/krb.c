// SPDX-License-Identifier: Apache-2.0
/* krb: tickets asked for to be cracked, tickets that move from host to host, tickets nobody issued.
 *
 *   Roasting: service tickets with RC4 (etype 23) for services of user accounts; `rc4_services`
 *     different ones of one client within window_s are an alert, one is a finding. With any etype
 *     it takes `services` of kinds that are nobody's daily work. An answer to an AS-REQ that had no
 *     proof is told when the answer is RC4 because only RC4 was asked for: an alert once the same
 *     domain controller has been seen to demand a proof of others.
 *   The ledger: each ticket issued (by the hash of its encrypted part) is remembered with the host
 *     it went to. Presented by another host it has been taken there. A ticket presented that was
 *     never issued is forged, or issued where we do not look: so this is told only while at least
 *     `visible` of the last tickets presented had been seen issued, `ledger_s` after the first, and
 *     nothing was evicted.
 *
 * Units:  packet time; tickets.
 * Owns:   bounded tables of tickets, clients, requests and controllers.
 * Cost:   two look-ups a Kerberos message.
 * Source: ATT&CK T1558, T1550.003; MS-KILE, RFC 4120; the ledger: Vigie's own (SCIENCE H1).
 */
#include "base/clock.h"
#include "detect/state.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RC4        23
#define SHOWN_MANY 64u /* tickets presented before visibility is believed */

struct krb_config {
	uint32_t rc4_services, services, window_s, again_s, ledger_s;
	double visible;
	uint32_t tickets, clients;
};

struct ticket {
	struct sets_head head;
	struct addr owner; /* to whom it was issued */
	uint64_t issued_ns;
	uint8_t movable; /* a forwarded ticket: it is meant to be handed on */
	uint8_t pad[7];
	char user[40];
};

struct krb_client { /* what one host has asked for */
	struct sets_head head;
	uint64_t begin_ns;
	uint64_t rc4[4], any[4]; /* sets of services by hash */
};

struct krb_ask { /* of one flow: the AS-REQ that waits for its answer */
	struct sets_head head;
	uint8_t only_rc4;
};

struct krb_kdc {
	struct sets_head head;
	uint64_t demands_proof; /* times */
};

struct krb_state {
	struct teller t;
	struct sets tickets, clients, asks, kdcs;
	uint64_t first_ns;     /* when a ticket was first seen issued */
	uint32_t shown, known; /* tickets presented, of those issued; both halve */
};

enum { KRB_roast, KRB_one_rc4, KRB_asrep, KRB_moved, KRB_forged, KRB_refused, KRB_kinds };
#define KRB_SOURCE "ATT&CK T1558, T1550.003; MS-KILE, RFC 4120; ticket ledger"
/* clang-format off */
static const struct about krb_abouts[KRB_kinds] = {
	SAY_ABOUT("krb", 851, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL Kerberoasting: tickets of many services asked for", "T1558.003", "TA0006", KRB_SOURCE,
		"event 4769 on the domain controller (ticket encryption 0x17, one client, many services): which "
		"program asked? Are the services' passwords long?"),
	SAY_ABOUT("krb", 855, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL a service ticket encrypted with RC4", "T1558.003", "TA0006", KRB_SOURCE,
		"does the service's account have AES keys? An old system asks for RC4 by itself"),
	SAY_ABOUT("krb", 852, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL AS-REP roasting: an answer to crack, without a proof of who asks", "T1558.004", "TA0006",
		KRB_SOURCE, "event 4768 with pre-authentication type 0; why does the account need none?"),
	SAY_ABOUT("krb", 853, 1, FAMILY_credential, "Lateral Movement",
		"CREDENTIAL pass the ticket: a ticket is used by another host than it was issued to", "T1550.003",
		"TA0008", KRB_SOURCE, "is there a NAT, or are both addresses one host's? Else: klist on the "
		"using host, and who is logged in on the host it was issued to"),
	SAY_ABOUT("krb", 854, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a ticket that no domain controller was seen to issue", "T1558.001", "TA0006",
		KRB_SOURCE, "events 4768 and 4769: was it issued on a controller or a path that is not "
		"mirrored? Else the krbtgt's or the service's key is known"),
	SAY_ABOUT("krb", 856, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL a ticket that cannot be decrypted", "T1558.001", "TA0006", KRB_SOURCE,
		"a password that just changed, clocks, or a forged ticket"),
};
static const struct param krb_params[] = {
	PARAM(PARAM_U32, struct krb_config, rc4_services, 2, 200, 3, "services",
	      "of user accounts, with RC4, of one client within window_s"),
	PARAM(PARAM_U32, struct krb_config, services, 3, 200, 8, "services",
	      "of user accounts, with any cipher, of one client within window_s"),
	PARAM(PARAM_U32, struct krb_config, window_s, 10, 86400, 600, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct krb_config, again_s, 60, 604800, 3600, "s",
	      "one alert a client, target and kind in this time"),
	PARAM(PARAM_U32, struct krb_config, ledger_s, 600, 604800, 43200, "s",
	      "of tickets issued must be known before one is called forged"),
	PARAM(PARAM_F64, struct krb_config, visible, 0.5, 1, 0.95, "",
	      "share of the tickets presented that had been seen issued"),
	PARAM(PARAM_U32, struct krb_config, tickets, 64, 1 << 22, 32768, "tickets", "remembered"),
	PARAM(PARAM_U32, struct krb_config, clients, 64, 1 << 22, 2048, "hosts", "remembered"),
	{0},
};
/* Services of every Windows machine: their key is a machine's, 120 random characters. */
static const char *const machine[] = {
	"krbtgt", "host", "cifs", "ldap", "gc", "rpcss", "rpc", "dns", "restrictedkrbhost", "wsman", "termsrv",
	"protectedstorage", "kadmin", "nfs", "dhcp", "e3514235-4b06-11d1-ab04-00c04fc2dcd2", "afpserver", "vnc",
};
/* clang-format on */

struct krb_call {
	const struct krb_config *c;
	struct krb_state *s;
	const struct observation *o;
	const struct fact_krb *b;
	const struct detector_out *out;
	const char *client, *service;
};

static void krb_fini(void *state)
{
	struct krb_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->tickets);
	sets_fini(&s->clients);
	sets_fini(&s->asks);
	sets_fini(&s->kdcs);
	free(s);
}

static int krb_init(const void *config, void **state, struct err *err)
{
	const struct krb_config *c = config;
	struct krb_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for krb");
	if ((rc = teller_init(&s->t, c->clients, err)) ||
	    (rc = sets_init(&s->tickets, sizeof(struct ticket), c->tickets, err)) ||
	    (rc = sets_init(&s->clients, sizeof(struct krb_client), c->clients, err)) ||
	    (rc = sets_init(&s->asks, sizeof(struct krb_ask), c->clients, err)) ||
	    (rc = sets_init(&s->kdcs, sizeof(struct krb_kdc), 64, err))) {
		krb_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* "HTTP/web.example" is a user's account's as likely as not; "cifs/fs1", "fs1$" a machine's. */
static bool of_machine(const char *service)
{
	size_t n = strcspn(service, "/@");

	if (!*service || service[strlen(service) - 1] == '$' || (service[n] != '/' && n < 1))
		return true;
	for (unsigned i = 0; i < sizeof(machine) / sizeof(machine[0]); i++) {
		if (strlen(machine[i]) == n && strncasecmp(machine[i], service, n) == 0)
			return true;
	}
	return false;
}

static struct telling telling_of(const struct krb_call *k, unsigned kind, bool alert)
{
	return (struct telling){.about = &krb_abouts[kind],
				.host = &k->o->src,
				.other = &k->o->dst,
				.doers = SAY_WATCHERS,
				.again_s = k->c->again_s,
				.alert = alert,
				.unit = "tickets",
				.observed = 1,
				.threshold = 1};
}

static unsigned add_bit(uint64_t set[4], uint64_t h)
{
	unsigned n = 0;

	set[h >> 6 & 3] |= 1ull << (h & 63);
	for (unsigned i = 0; i < 4; i++)
		n += (unsigned)__builtin_popcountll(set[i]);
	return n;
}

static void test_roast(const struct krb_call *k)
{
	bool fresh, is_rc4 = k->b->ticket_etype == RC4;
	uint64_t key = hash_addr(&k->o->src, 21), h = hash_u64(once_text(k->service), 6);
	struct krb_client *cl;

	if (of_machine(k->service))
		return;
	cl = sets_get(&k->s->clients, key ? key : 1, 0, &fresh);
	if (k->o->time_ns > cl->begin_ns + k->c->window_s * NS_PER_S) {
		cl->begin_ns = k->o->time_ns;
		memset(cl->rc4, 0, sizeof(cl->rc4));
		memset(cl->any, 0, sizeof(cl->any));
	}
	unsigned n_rc4 = is_rc4 ? add_bit(cl->rc4, h) : 0;
	/* browsers ask for the tickets of many web servers */
	unsigned n = strncasecmp(k->service, "http/", 5) ? add_bit(cl->any, h) : 0;
	struct telling m = telling_of(k, KRB_roast, true);
	m.unit = "services";
	if (n_rc4 >= k->c->rc4_services || n >= k->c->services) {
		bool by_rc4 = n_rc4 >= k->c->rc4_services;

		m.observed = by_rc4 ? n_rc4 : n;
		m.threshold = by_rc4 ? k->c->rc4_services : k->c->services;
		teller_say(&k->s->t, k->out, k->o, &m,
			   "\"%.40s\" got tickets of %u services within %u s%s, the last %.80s",
			   k->client, (unsigned)m.observed, k->c->window_s,
			   by_rc4 ? ", encrypted with RC4" : "", k->service);
	} else if (is_rc4) {
		m = telling_of(k, KRB_one_rc4, false);
		m.what = h;
		teller_say(&k->s->t, k->out, k->o, &m, "\"%.40s\" got one of %.80s", k->client,
			   k->service);
	}
}

static struct krb_kdc *kdc_of(const struct krb_call *k)
{
	bool fresh;
	uint64_t key = hash_addr(&k->o->dst, 23);

	return sets_get(&k->s->kdcs, key ? key : 1, 0, &fresh);
}

static void on_as_req(const struct krb_call *k)
{
	bool fresh;
	uint64_t key = hash_u64(k->o->flow_id, 25);
	struct krb_ask *a = sets_get(&k->s->asks, key ? key : 1, 0, &fresh);

	/* only etypes that RC4's key serves: 23, 24, and DES's 1 … 3 */
	uint32_t weak = 1u << RC4 | 1u << 24 | 0xe;
	a->only_rc4 = k->b->request_etypes & 1u << RC4 && !(k->b->request_etypes & ~weak);
}

static void test_asrep(const struct krb_call *k)
{
	uint64_t key = hash_u64(k->o->flow_id, 25);
	struct krb_ask *a = sets_find(&k->s->asks, key ? key : 1);
	size_t n = strlen(k->client);

	if (!a || !k->b->bare || !a->only_rc4 || k->b->reply_etype != RC4 ||
	    (n && k->client[n - 1] == '$'))
		return;
	struct telling m = telling_of(k, KRB_asrep, kdc_of(k)->demands_proof > 0);
	teller_say(&k->s->t, k->out, k->o, &m,
		   "\"%.60s\" needs no pre-authentication; the answer is RC4, and only RC4 was "
		   "asked for",
		   k->client);
}

static void issue(const struct krb_call *k)
{
	bool fresh, tgt = strncasecmp(k->service, "krbtgt", 6) == 0;
	struct ticket *t;

	if (!k->b->ticket)
		return;
	t = sets_get(&k->s->tickets, k->b->ticket, 0, &fresh);
	if (!fresh)
		return;
	t->owner = k->o->src;
	t->issued_ns = k->o->time_ns;
	t->movable = tgt && k->b->message == 13;
	snprintf(t->user, sizeof(t->user), "%.39s", k->client);
	if (!k->s->first_ns)
		k->s->first_ns = k->o->time_ns;
}

static void test_forged(const struct krb_call *k)
{
	struct krb_state *s = k->s;

	if (!s->first_ns || k->o->time_ns < s->first_ns + k->c->ledger_s * NS_PER_S ||
	    s->shown < SHOWN_MANY || s->known < k->c->visible * s->shown ||
	    count_get(&s->tickets.evicted))
		return;
	struct telling m = telling_of(k, KRB_forged, true);
	teller_say(&s->t, k->out, k->o, &m,
		   "presented for %.60s; of the last %u tickets presented %u had been seen issued",
		   *k->service ? k->service : "a service", s->shown, s->known);
}

/* The sender of a request presents a ticket. */
static void present(const struct krb_call *k)
{
	struct ticket *t = k->b->ticket ? sets_find(&k->s->tickets, k->b->ticket) : NULL;
	const struct obs_link *link = obs_body(k->o);
	char owner[ADDR_TEXT];

	if (!k->b->ticket)
		return;
	if (!t)
		test_forged(k);
	k->s->shown++;
	k->s->known += t != NULL;
	if (k->s->shown >= 4096) {
		k->s->shown /= 2;
		k->s->known /= 2;
	}
	if (!t || t->movable || addr_eq(&t->owner, &k->o->src) ||
	    addr_is_v4(&t->owner) != addr_is_v4(&k->o->src))
		return;
	struct host_view had = hosts_of(k->out->hosts, &t->owner, link);
	struct host_view has = hosts_of(k->out->hosts, &k->o->src, link);
	if (had.id == has.id)
		return;
	struct telling m = telling_of(k, KRB_moved, !had.router && !has.router);
	m.what = hash_addr(&t->owner, 27);
	teller_say(&k->s->t, k->out, k->o, &m,
		   "the ticket was issued to %s for \"%.39s\" %.0f s before, and is used from "
		   "here%s%.60s",
		   addr_text(&t->owner, owner), t->user,
		   (double)(k->o->time_ns - t->issued_ns) / NS_PER_S, *k->service ? " for " : "",
		   k->service);
}

static void on_error(const struct krb_call *k)
{
	if (k->b->error == 25)
		kdc_of(k)->demands_proof++;
	if (k->b->error != 31 && k->b->error != 41)
		return;
	struct telling m = telling_of(k, KRB_refused, false);
	teller_say(&k->s->t, k->out, k->o, &m, "error %u%s%.80s", k->b->error,
		   *k->service ? " of " : "", k->service);
}

static void krb_on_observation(const void *config, void *state, const struct observation *o,
			       const struct detector_out *out)
{
	const struct krb_call k = {.c = config,
				   .s = state,
				   .o = o,
				   .b = obs_fact(o),
				   .out = out,
				   .client = obs_word(o, sizeof(struct fact_krb), 0),
				   .service = obs_word(o, sizeof(struct fact_krb), 1)};

	switch (k.b->message) {
	case 10:
		on_as_req(&k);
		break;
	case 11:
		issue(&k);
		test_asrep(&k);
		break;
	case 12:
	case 14:
		present(&k);
		break;
	case 13:
		issue(&k);
		test_roast(&k);
		break;
	case 30:
		on_error(&k);
		break;
	default:
		break;
	}
}

static void krb_stats(const void *state, char *out, size_t size)
{
	const struct krb_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size,
		 "%s,\"presented\":%u,\"presented_known\":%u,\"tickets_evicted\":%llu,"
		 "\"clients_evicted\":%llu",
		 told, s->shown, s->known, (unsigned long long)count_get(&s->tickets.evicted),
		 (unsigned long long)count_get(&s->clients.evicted));
}

static bool take_ticket(void *entry)
{
	struct ticket *t = entry;

	t->user[sizeof(t->user) - 1] = '\0';
	return t->movable <= 1;
}

static unsigned krb_tables(void *state, struct state_table *out)
{
	struct krb_state *s = state;

	out[0] = (struct state_table){"krb.tickets", &s->tickets, take_ticket};
	return 1;
}

const struct detector detect_krb = {
	.name = "krb",
	.what = "Kerberos tickets asked for to be cracked, used by another host, or never issued",
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
	.tables = krb_tables,
};
