// SPDX-License-Identifier: Apache-2.0
/* krb: tickets asked for to be cracked, tickets that move from host to host, tickets nobody issued.
 *
 *   Roasting: service tickets with RC4 (etype 23) for services of user accounts; `rc4_services`
 *     different ones of one client within window_s are an alert, one is a finding. With any etype
 *     it takes `services` of kinds that are nobody's daily work. An answer to an AS-REQ that had no
 *     proof is told when the answer is RC4 because only RC4 was asked for: an alert once the same
 *     domain controller has been seen to demand a proof of others.
 *   Weaker than it need be: a login proved with RC4 by an account that used AES before is what a
 *     stolen hash looks like (overpass the hash); a service ticket with RC4 for a service that got
 * AES before is what somebody asks for to crack it. Findings, alerts once enough is learnt. The
 * ledger: each ticket issued (by the hash of its encrypted part) is remembered with the host it
 * went to. Presented by another host it has been taken there. A ticket presented that was never
 * issued is forged, or issued where we do not look: so this is told only while at least `visible`
 * of the last tickets presented had been seen issued and none that may still live was forgotten; it
 * is an alert `ledger_s` after the first, if the host's own tickets are seen as well, or nearly
 * everybody's. Tickets of other realms, and of keys of read-only controllers (a cloud's, too), may
 * be issued elsewhere: never an alert. Unlike those that are issued: a ticket that nobody issued
 * needs no long past to be called forged if its TGT is RC4 where all TGTs of the realm are AES, if
 * its key is two versions old, or if the controller that should have issued the TGT refuses it.
 *
 * Units:  packet time; tickets.
 * Owns:   bounded tables of tickets, clients, requests and controllers.
 * Cost:   two look-ups a Kerberos message.
 * Source: ATT&CK T1558, T1550.003; MS-KILE, RFC 4120; the ledger: Vigie's own (SCIENCE H1).
 */
#include "base/clock.h"
#include "detect/leased.h"
#include "detect/state.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RC4        23
#define AES128     17
#define AES256     18
#define SHOWN_MANY 64u   /* tickets presented before visibility is believed */
#define OWN_MANY   8u    /* of one host */
#define NEARLY_ALL 0.99  /* of all tickets seen issued: then a host need not have shown any before \
			  */
#define LIKE_TGTS     3u /* TGTs of AES that say that a realm issues no others */
#define LIKE_OTHER    2u /* and tickets of a service */
#define REFUSED       3u /* hosts of which an hour's refusals are the realm's own affair */
#define TGT_REVOKED   20u /* RFC 4120 7.5.9 */
#define DEMANDS_PROOF 25u
#define BAD_INTEGRITY 31u
#define MODIFIED      41u
#define RODC_SHIFT    16 /* MS-KILE 3.1.5.8: above it the number of a read-only controller */

struct krb_config {
	uint32_t rc4_services, services, window_s, again_s, ledger_s;
	double visible;
	uint32_t tickets, clients;
};

struct ticket {
	struct sets_head head;
	struct addr owner; /* to whom it was issued */
	uint64_t issued_ns;
	uint8_t movable;  /* a forwarded ticket: it is meant to be handed on */
	uint8_t unissued; /* met only as presented: counted once */
	uint8_t pad[6];
	char user[24];
};

struct krb_issued { /* what the controllers issue for one service */
	struct sets_head head;
	uint64_t aes, rc4, rc4_ns; /* how many; when RC4 last */
	uint64_t kvno;             /* of the last, 0 not said */
};

struct krb_account { /* with what one account has proved itself */
	struct sets_head head;
	uint64_t aes, rc4;
};

struct krb_client { /* what one host has asked for */
	struct sets_head head;
	uint64_t begin_ns;
	uint64_t rc4[4], any[4]; /* sets of services by hash */
	uint32_t shown, known;   /* tickets it presented, of those issued; both halve */
};

struct krb_ask { /* of one flow: the TGS-REQ that waits for its answer */
	struct sets_head head;
	uint64_t unissued; /* it shows a TGT of the realm that nobody issued */
};

struct krb_kdc {
	struct sets_head head;
	uint64_t demands_proof; /* times */
	uint64_t refused_ns,
		refused; /* begin of the hour; set of hosts by hash whose TGT it refused */
};

struct krb_state {
	struct teller t;
	struct sets tickets, clients, asks, kdcs, issued, accounts;
	struct leased leased;
	uint64_t first_ns;     /* when a ticket was first seen issued */
	uint64_t forgot_ns;    /* last that one which may still live had to go; 0 never */
	uint32_t shown, known; /* tickets presented, of those issued; both halve */
};

enum {
	KRB_roast,
	KRB_one_rc4,
	KRB_asrep,
	KRB_moved,
	KRB_forged,
	KRB_refused,
	KRB_unlike,
	KRB_overpass,
	KRB_downgrade,
	KRB_silver,
	KRB_for_user,
	KRB_kinds
};
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
		"CREDENTIAL a TGT that no domain controller was seen to issue (golden ticket)", "T1558.001", "TA0006",
		KRB_SOURCE, "events 4768 and 4769: was it issued on a controller or a path that is not "
		"mirrored? Else the krbtgt's or the service's key is known"),
	SAY_ABOUT("krb", 856, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL a ticket that cannot be decrypted", "T1558.001", "TA0006", KRB_SOURCE,
		"a password that just changed, clocks, or a forged ticket"),
	SAY_ABOUT("krb", 857, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a ticket nobody issued, and unlike those that are issued", "T1558.001", "TA0006", KRB_SOURCE,
		"was the key of krbtgt or of the service changed today, or a controller restored? Else it is known to "
		"the host that presents the ticket: change it twice"),
	SAY_ABOUT("krb", 858, 2, FAMILY_credential, "Credential Access",
		"CREDENTIAL overpass the hash: an account that used AES proves itself with RC4", "T1550.002", "TA0008",
		KRB_SOURCE, "event 4768 with ticket encryption 0x17 or pre-authentication by RC4: is the host old, a "
		"NAS, a printer? Else the account's NT hash is known there"),
	SAY_ABOUT("krb", 859, 2, FAMILY_credential, "Credential Access",
		"CREDENTIAL a ticket weaker than the service's others (RC4 instead of AES)", "T1558.003", "TA0006",
		KRB_SOURCE, "event 4769 with ticket encryption 0x17 for a service that has AES keys: which program "
		"asked, and can the client do no better?"),
	SAY_ABOUT("krb", 860, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a service ticket that no domain controller was seen to issue (silver ticket)", "T1558.002",
		"TA0006", KRB_SOURCE, "event 4769 on every controller: was it issued where we do not look? Else the "
		"service account's key is known: change it twice"),
	SAY_ABOUT("krb", 864, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL a ticket asked for in another's name (S4U2self)", "T1558", "TA0006", KRB_SOURCE,
		"event 4769 with the account in whose name: web and federation servers do so; else may this account delegate?"),
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
	PARAM(PARAM_U32, struct krb_config, tickets, 64, 1 << 22, 131072, "tickets", "remembered"),
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
	const char *client, *service, *realm;
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
	sets_fini(&s->issued);
	sets_fini(&s->accounts);
	leased_fini(&s->leased);
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
	    (rc = sets_init(&s->kdcs, sizeof(struct krb_kdc), 64, err)) ||
	    (rc = sets_init(&s->issued, sizeof(struct krb_issued), c->clients * 2, err)) ||
	    (rc = sets_init(&s->accounts, sizeof(struct krb_account), c->clients * 2, err)) ||
	    (rc = leased_init(&s->leased, c->clients, err))) {
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

static struct krb_client *client_of(const struct krb_call *k)
{
	bool fresh;

	return sets_get(&k->s->clients, hash_addr(&k->o->src, 21), 0, &fresh);
}

static void test_roast(const struct krb_call *k)
{
	bool is_rc4 = k->b->ticket_etype == RC4;
	uint64_t h = hash_u64(once_text(k->service), 6);
	struct krb_client *cl;

	if (of_machine(k->service))
		return;
	cl = client_of(k);
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

/* The request that is answered asked for etypes that RC4's key serves alone: 23, 24, and DES's 1 …
 * 3. */
static bool asked_rc4_alone(const struct fact_krb *b)
{
	uint32_t weak = 1u << RC4 | 1u << 24 | 0xe;

	return b->answers && b->request_etypes & 1u << RC4 && !(b->request_etypes & ~weak);
}

/* An account's key of today is AES; who proves himself with RC4 alone may know the hash alone. */
static void test_overpass(const struct krb_call *k)
{
	bool fresh;

	if (k->b->bare || !*k->client)
		return;
	struct krb_account *a = sets_get(
		&k->s->accounts, hash_u64(once_text(k->client), once_text(k->realm)), 0, &fresh);
	if (k->b->reply_etype == RC4) {
		if (a->aes && !a->rc4 && asked_rc4_alone(k->b)) {
			struct telling m = telling_of(k, KRB_overpass, k->out->mature);

			m.what = once_text(k->client);
			m.unit = "logins";
			teller_say(&k->s->t, k->out, k->o, &m,
				   "\"%.60s\" logs in with RC4 and asked for nothing better; %u "
				   "logins of the account before were AES",
				   k->client, (unsigned)a->aes);
		}
		a->rc4++;
	} else if (k->b->reply_etype == AES128 || k->b->reply_etype == AES256) {
		a->aes++;
	}
}

static void test_asrep(const struct krb_call *k)
{
	size_t n = strlen(k->client);

	if (!k->b->bare || !asked_rc4_alone(k->b) || k->b->reply_etype != RC4 ||
	    (n && k->client[n - 1] == '$'))
		return;
	struct telling m = telling_of(k, KRB_asrep, kdc_of(k)->demands_proof > 0);
	teller_say(&k->s->t, k->out, k->o, &m,
		   "\"%.60s\" needs no pre-authentication; the answer is RC4, and only RC4 was "
		   "asked for",
		   k->client);
}

/* What is issued for the service of the ticket at hand: of a TGT that is shown the request names
 * the service that is asked for, so the realm says whose it is. */
static uint64_t issued_key(const struct krb_call *k)
{
	char text[FACT_WORD_MAX + 8];
	const char *of = k->service;

	if (k->b->message == 12) {
		snprintf(text, sizeof(text), "krbtgt/%s", k->realm);
		of = text;
	}
	return hash_u64(once_text(of), 29);
}

static void issue(const struct krb_call *k)
{
	bool fresh, tgt = strncasecmp(k->service, "krbtgt", 6) == 0;
	uint64_t now_ns = k->o->time_ns;
	struct krb_state *s = k->s;

	if (!k->b->ticket)
		return;
	const struct ticket *old = sets_find(&s->tickets, k->b->ticket)
					   ? NULL
					   : sets_victim(&s->tickets, k->b->ticket);
	if (old && now_ns < old->issued_ns + k->c->ledger_s * NS_PER_S)
		s->forgot_ns = now_ns;
	struct ticket *t = sets_get(&s->tickets, k->b->ticket, 0, &fresh);
	if (!fresh && !t->unissued)
		return;
	t->unissued = 0;
	t->owner = k->o->src;
	t->issued_ns = now_ns;
	t->movable = tgt && k->b->message == 13;
	snprintf(t->user, sizeof(t->user), "%.23s", k->client);
	if (!s->first_ns)
		s->first_ns = now_ns;
	struct krb_issued *e = sets_get(&s->issued, issued_key(k), 0, &fresh);
	e->aes += k->b->ticket_etype == AES128 || k->b->ticket_etype == AES256;
	if (k->b->ticket_etype == RC4) {
		e->rc4++;
		e->rc4_ns = now_ns;
	}
	if (k->b->ticket_kvno)
		e->kvno = k->b->ticket_kvno;
}

static void test_downgrade(const struct krb_call *k)
{
	const struct krb_issued *e = sets_find(&k->s->issued, issued_key(k));

	if (k->b->ticket_etype != RC4 || !e || !e->aes || e->rc4)
		return;
	struct telling m = telling_of(k, KRB_downgrade, k->out->mature && !of_machine(k->service));
	m.what = once_text(k->service);
	teller_say(
		&k->s->t, k->out, k->o, &m,
		"\"%.40s\" got a ticket of %.80s encrypted with RC4; the %u issued before were AES",
		k->client, k->service, (unsigned)e->aes);
}

/* May be issued where we do not look: by another realm, by a read-only controller or a cloud. */
static bool from_elsewhere(const struct fact_krb *b)
{
	return b->ticket_of == TICKET_foreign || b->ticket_kvno >> RODC_SHIFT;
}

/* All that is issued is seen, as far as can be told. *own: what this host presents is, too. */
static bool is_visible(const struct krb_call *k, bool *sure)
{
	const struct krb_state *s = k->s;
	const struct krb_client *cl = client_of(k);
	uint64_t ledger_ns = k->c->ledger_s * NS_PER_S, now_ns = k->o->time_ns;

	if (!s->first_ns || s->shown < SHOWN_MANY || s->known < k->c->visible * s->shown ||
	    (s->forgot_ns && now_ns < s->forgot_ns + ledger_ns))
		return false;
	*sure = now_ns >= s->first_ns + ledger_ns &&
		((cl->known >= OWN_MANY && cl->known >= k->c->visible * cl->shown) ||
		 s->known >= NEARLY_ALL * s->shown);
	return true;
}

static void test_forged(const struct krb_call *k)
{
	bool sure = false, tgt = k->b->message == 12;

	if (!is_visible(k, &sure))
		return;
	struct telling m =
		telling_of(k, tgt ? KRB_forged : KRB_silver, sure && !from_elsewhere(k->b));
	teller_say(&k->s->t, k->out, k->o, &m,
		   "presented for %.60s; of the last %u tickets presented %u had been seen "
		   "issued%s",
		   *k->service ? k->service : "a service", k->s->shown, k->s->known,
		   from_elsewhere(k->b) ? "; issued elsewhere, maybe" : "");
}

/* A ticket that nobody issued, and as nobody would. */
static void test_unlike(const struct krb_call *k)
{
	const struct krb_issued *e = sets_find(&k->s->issued, issued_key(k));
	bool tgt = k->b->message == 12;
	uint64_t kvno = k->b->ticket_kvno;

	if (!e || from_elsewhere(k->b))
		return;
	bool weak = k->b->ticket_etype == RC4 && e->aes >= (tgt ? LIKE_TGTS : LIKE_OTHER) &&
		    (!e->rc4 || k->o->time_ns > e->rc4_ns + k->c->ledger_s * NS_PER_S);
	bool old = kvno && !(e->kvno >> RODC_SHIFT) && kvno + 2 <= e->kvno;
	if (!weak && !old)
		return;
	/* some client may have asked for RC4 before we looked; of a TGT it has no choice */
	struct telling m = telling_of(k, KRB_unlike, old || tgt);
	m.what = old;
	if (old)
		teller_say(&k->s->t, k->out, k->o, &m,
			   "%s presented for %.60s is of key version %u, those issued are of %u",
			   tgt ? "a TGT" : "a ticket", k->service, (unsigned)kvno,
			   (unsigned)e->kvno);
	else
		teller_say(&k->s->t, k->out, k->o, &m,
			   "%s presented for %.60s is encrypted with RC4, the %u that were issued "
			   "with AES",
			   tgt ? "a TGT" : "a ticket", k->service, (unsigned)e->aes);
}

static uint64_t ask_key(const struct krb_call *k)
{
	return hash_u64(k->o->flow_id, 25);
}

static void on_tgs_request(const struct krb_call *k)
{
	struct krb_ask *ask = sets_find(&k->s->asks, ask_key(k));

	if (ask)
		ask->unissued = false;
	if (k->b->for_user) {
		struct telling m = telling_of(k, KRB_for_user, false);
		teller_say(&k->s->t, k->out, k->o, &m, "at %.60s%s%.80s", k->realm,
			   *k->service ? ", for " : "", k->service);
	}
}

/* It is not in the ledger. True: it is met for the first time. */
static bool unissued(const struct krb_call *k)
{
	bool fresh;

	if (k->b->message == 12) {
		struct krb_ask *ask = sets_get(&k->s->asks, ask_key(k), 0, &fresh);

		ask->unissued = !from_elsewhere(k->b);
	}
	test_unlike(k);
	test_forged(k);
	struct ticket *t = sets_get(&k->s->tickets, k->b->ticket, 0, &fresh);
	t->unissued = 1;
	t->owner = k->o->src;
	return fresh;
}

static void count_shown(const struct krb_call *k, bool known)
{
	struct krb_client *cl = client_of(k);
	struct krb_state *s = k->s;

	cl->shown++;
	cl->known += known;
	if (cl->shown >= 4096) {
		cl->shown /= 2;
		cl->known /= 2;
	}
	s->shown++;
	s->known += known;
	if (s->shown >= 4096) {
		s->shown /= 2;
		s->known /= 2;
	}
}

/* The sender of a request presents a ticket. */
static void present(const struct krb_call *k)
{
	struct ticket *t = k->b->ticket ? sets_find(&k->s->tickets, k->b->ticket) : NULL;
	const struct obs_link *link = obs_body(k->o);
	char owner[ADDR_TEXT];

	if (!k->b->ticket)
		return;
	if (!t || t->unissued) {
		if (unissued(k))
			count_shown(k, false);
		return;
	}
	count_shown(k, true);
	if (t->movable || addr_eq(&t->owner, &k->o->src) ||
	    addr_is_v4(&t->owner) != addr_is_v4(&k->o->src))
		return;
	struct host_view had = hosts_of(k->out->hosts, &t->owner, link);
	struct host_view has = hosts_of(k->out->hosts, &k->o->src, link);
	if (had.id == has.id)
		return;
	/* A portable that left its cable for the radio: the same name at both addresses. */
	uint64_t name = leased_name(&k->s->leased, &t->owner);
	bool moved = name && name == leased_name(&k->s->leased, &k->o->src);
	struct telling m = telling_of(k, KRB_moved, !had.router && !has.router && !moved);
	m.what = hash_addr(&t->owner, 27);
	teller_say(&k->s->t, k->out, k->o, &m,
		   "the ticket was issued to %s for \"%.39s\" %.0f s before, and is used from "
		   "here%s%.60s%s",
		   addr_text(&t->owner, owner), t->user,
		   (double)(k->o->time_ns - t->issued_ns) / NS_PER_S, *k->service ? " for " : "",
		   k->service, moved ? "; both addresses were leased to the same name" : "");
}

/* The controller refuses a TGT of its own realm that nobody issued. When it does so to many, it is
 * its own key that is new. */
static void test_refused_tgt(const struct krb_call *k)
{
	struct krb_kdc *kdc = kdc_of(k);
	struct krb_ask *ask = k->b->answers == 12 ? sets_find(&k->s->asks, ask_key(k)) : NULL;

	if (!ask || !ask->unissued)
		return;
	ask->unissued = 0;
	if (!kdc->refused || k->o->time_ns > kdc->refused_ns + 3600 * NS_PER_S) {
		kdc->refused_ns = k->o->time_ns;
		kdc->refused = 0;
	}
	kdc->refused |= 1ull << (hash_addr(&k->o->src, 31) & 63);
	struct telling m =
		telling_of(k, KRB_unlike, __builtin_popcountll(kdc->refused) < (int)REFUSED);
	m.what = 2;
	teller_say(&k->s->t, k->out, k->o, &m,
		   "a TGT that nobody issued, for %.80s, and the domain controller refuses it: "
		   "error %u",
		   *k->service ? k->service : "a service", k->b->error);
}

static void on_error(const struct krb_call *k)
{
	if (k->b->error == DEMANDS_PROOF)
		kdc_of(k)->demands_proof++;
	if (k->b->error != BAD_INTEGRITY && k->b->error != MODIFIED && k->b->error != TGT_REVOKED)
		return;
	test_refused_tgt(k);
	if (k->b->error == TGT_REVOKED)
		return;
	struct telling m = telling_of(k, KRB_refused, false);
	teller_say(&k->s->t, k->out, k->o, &m, "error %u%s%.80s", k->b->error,
		   *k->service ? " of " : "", k->service);
}

static void krb_on_observation(const void *config, void *state, const struct observation *o,
			       const struct detector_out *out)
{
	if (o->kind == OBS_dhcp) {
		leased_hear(&((struct krb_state *)state)->leased, o);
		return;
	}
	const struct krb_call k = {.c = config,
				   .s = state,
				   .o = o,
				   .b = obs_fact(o),
				   .out = out,
				   .client = obs_word(o, sizeof(struct fact_krb), 0),
				   .service = obs_word(o, sizeof(struct fact_krb), 1),
				   .realm = obs_word(o, sizeof(struct fact_krb), 2)};

	switch (k.b->message) {
	case 11:
		issue(&k);
		test_asrep(&k);
		test_overpass(&k);
		break;
	case 12:
		on_tgs_request(&k);
		present(&k);
		break;
	case 13:
		test_downgrade(&k);
		issue(&k);
		test_roast(&k);
		break;
	case 14:
		present(&k);
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
	sets_say_evicted(&s->asks, "asks", out, size);
	sets_say_evicted(&s->kdcs, "kdcs", out, size);
}

static bool take_ticket(void *entry)
{
	struct ticket *t = entry;

	t->user[sizeof(t->user) - 1] = '\0';
	return t->movable <= 1 && t->unissued <= 1;
}

static unsigned krb_tables(void *state, struct state_table *out)
{
	struct krb_state *s = state;

	out[0] = (struct state_table){"krb.ledger", &s->tickets, take_ticket};
	out[1] = (struct state_table){"krb.issued", &s->issued, NULL};
	out[2] = (struct state_table){"krb.accounts", &s->accounts, NULL};
	return 3;
}

static bool krb_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	const struct fact_krb *b = f->body;

	if (kind == OBS_dhcp)
		return leased_uses(f);
	/* what an AS-REQ asked for stands in its answer */
	return (b->message >= 11 && b->message <= 14) ||
	       (b->message == 30 && (b->error == DEMANDS_PROOF || b->error == BAD_INTEGRITY ||
				     b->error == MODIFIED || b->error == TGT_REVOKED));
}

const struct detector detect_krb = {
	.name = "krb",
	.what = "Kerberos tickets asked for to be cracked, used by another host, or never issued",
	.source = KRB_SOURCE,
	.wants = 1ull << OBS_krb | 1ull << OBS_dhcp,
	.params = krb_params,
	.abouts = krb_abouts,
	.n_abouts = KRB_kinds,
	.config_size = sizeof(struct krb_config),
	.init = krb_init,
	.fini = krb_fini,
	.on_observation = krb_on_observation,
	.uses = krb_uses,
	.stats = krb_stats,
	.tables = krb_tables,
};
