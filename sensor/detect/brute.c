// SPDX-License-Identifier: Apache-2.0
/* brute: who guesses passwords, by the logins that fail.
 *
 * Of each (source, target, way in) failures are counted in a window; of each source the different
 * accounts that fail anywhere. Many failures at one target are guessing, many accounts with few
 * failures each are spraying, many accounts that do not exist are enumeration; a login that works
 * after many failures is told apart, because then somebody is in. Where a protocol does not show
 * how a login went, attempts count.
 *
 * Where people type a password, `burst` connections that fail within burst_s are enough.
 *
 * A source through which more accounts work than fail (a web mail, a terminal server) is a finding where
 * different accounts count: there people mistype side by side.
 *
 * Slow spraying: accounts that failed from one source and have not worked from there since, within
 * slow_s; told when they are many, and three times as many as those that worked (else it is a
 * server that many log in through). SNMP tells no failure, it is silent: different communities
 * count.
 *
 * A password that was changed and not told to a program is no guess, however often it fails: of the same
 * account after it had worked from there; the same clear text again and again; and, where programs keep passwords
 * and the proof tells nothing, one account no faster than slow_burst in slow_burst_s. Findings.
 *
 * A desktop session hides its outcome, and who works in it long or much has logged in: only connections that
 * were short count as tries, when they end.
 *
 * Units:  logins within window_s of packet time.
 * Owns:   bounded tables: (source, target, way), (source).
 * Cost:   two look-ups a login.
 * Source: thresholds: Zeek's detect-bruteforcing (30 in 30 min) and Elastic's (10 within a minute),
 * between which ours lie; spraying: SCIENCE B (10 accounts in 10 min with at most 3 failures each).
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "observe/fact.h"
#include "observe/wake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DESKTOP_PORT     3389 /* of which sessions are told when they end; elsewhere tries count at once */
#define KRB_BAD_PASSWORD 24u /* RFC 4120 7.5.9; others: expired, locked, not allowed now */

struct brute_config {
	uint32_t failures, attempts, burst, burst_s, window_s, accounts, unknown, after, again_s,
		slow_accounts, slow_s, communities, pairs, secrets, slow_burst, slow_burst_s;
};

struct brute_pair { /* one way into one target from one source */
	struct sets_head head;
	uint64_t begin_ns, told_ns, won_ns;
	uint32_t failed, tried;        /* within the window */
	uint32_t last_failed;          /* of the window before */
	uint64_t burst_ns, burst_flow; /* begin; last connection counted */
	uint32_t burst;                /* connections whose login failed since burst_ns */
	uint32_t pad;
	uint64_t communities; /* set by hash, of those tried within the window */
	/* what tells a program's old password from a guess, within the window but for `worked` */
	uint64_t worked;                   /* accounts that got in, ever; set by hash */
	uint64_t secrets;                  /* clear passwords that failed; set by mark */
	uint64_t user, slow_ns, told_stale_ns; /* the account that failed last; begin of slow_burst_s */
	uint32_t slow, stale;              /* failures since slow_ns; of accounts that had worked */
	bool opaque, several, quick; /* a proof that tells nothing; more than one account; faster than slow */
};

struct brute_source {
	struct sets_head head;
	uint64_t begin_ns, told_spray_ns, told_enum_ns, told_many_ns; /* many: findings */
	uint64_t accounts[4],
		unknown[4]; /* 256-bit sets by hash of those that failed; that are not there */
	uint32_t failed;
	uint64_t slow_ns, told_slow_ns;
	uint64_t slow[4], won[4]; /* accounts since slow_ns: failed and not worked since; worked */
};

struct brute_state {
	struct teller t; /* counts only */
	struct sets pairs, sources;
	struct count logins;
	bool desktops; /* a desktop login has been told */
};

enum {
	BRUTE_guess,
	BRUTE_spray,
	BRUTE_enum,
	BRUTE_won,
	BRUTE_tries,
	BRUTE_slow,
	BRUTE_community,
	BRUTE_kinds
};
#define BRUTE_SOURCE "ATT&CK T1110; Zeek detect-bruteforcing, Elastic's rules (thresholds)"
#define BRUTE_CHECK                                                                                \
	"failed logins on the target (event 4625, 4771, /var/log/auth.log): one person's stale "   \
	"password is one account again and again; is the source a scanner of yours?"
/* clang-format off */
static const struct about brute_abouts[] = {
	SAY_ABOUT("brute", 821, 2, FAMILY_credential, "Credential Access",
		"CREDENTIAL passwords guessed: many logins fail", "T1110.001", "TA0006", BRUTE_SOURCE, BRUTE_CHECK),
	SAY_ABOUT("brute", 822, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL passwords sprayed: many accounts fail", "T1110.003", "TA0006", BRUTE_SOURCE, BRUTE_CHECK),
	SAY_ABOUT("brute", 823, 2, FAMILY_credential, "Credential Access",
		"CREDENTIAL accounts enumerated: many do not exist", "T1087.002", "TA0007", BRUTE_SOURCE,
		BRUTE_CHECK),
	SAY_ABOUT("brute", 824, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a login works after many have failed", "T1110", "TA0006", BRUTE_SOURCE, BRUTE_CHECK),
	SAY_ABOUT("brute", 825, 2, FAMILY_credential, "Credential Access",
		"CREDENTIAL many logins tried, how they went cannot be seen", "T1110.001", "TA0006", BRUTE_SOURCE,
		BRUTE_CHECK),
	SAY_ABOUT("brute", 826, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL passwords sprayed slowly: many accounts fail within a day", "T1110.003", "TA0006",
		BRUTE_SOURCE, BRUTE_CHECK),
	SAY_ABOUT("brute", 827, 2, FAMILY_credential, "Credential Access",
		"CREDENTIAL SNMP communities guessed", "T1110.001", "TA0006", BRUTE_SOURCE,
		"is the source a monitoring system that looks for devices? Else: which community was answered, and may "
		"it write?"),
};
static const struct param brute_params[] = {
	PARAM(PARAM_U32, struct brute_config, failures, 3, 10000, 12, "logins",
	      "that fail at one target within window_s"),
	PARAM(PARAM_U32, struct brute_config, burst, 3, 1000, 5, "connections",
	      "of SSH, FTP, Telnet, a desktop or a database whose login fails within burst_s: no hand types so fast"),
	PARAM(PARAM_U32, struct brute_config, burst_s, 1, 60, 5, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct brute_config, attempts, 5, 10000, 20, "logins",
	      "tried at one target within window_s, where their outcome cannot be seen"),
	PARAM(PARAM_U32, struct brute_config, window_s, 10, 86400, 600, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct brute_config, accounts, 3, 200, 8, "accounts",
	      "of one source that fail within window_s"),
	PARAM(PARAM_U32, struct brute_config, unknown, 2, 200, 5, "accounts",
	      "of one source that do not exist, within window_s"),
	PARAM(PARAM_U32, struct brute_config, after, 2, 10000, 10, "logins",
	      "that failed before one works"),
	PARAM(PARAM_U32, struct brute_config, slow_accounts, 4, 200, 12, "accounts",
	      "of one source that fail within slow_s and do not work since"),
	PARAM(PARAM_U32, struct brute_config, slow_s, 3600, 604800, 86400, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct brute_config, communities, 3, 60, 8, "communities",
	      "of SNMP tried at one target within window_s"),
	PARAM(PARAM_U32, struct brute_config, secrets, 2, 60, 3, "passwords",
	      "different ones in clear text, that failures at one target are guesses"),
	PARAM(PARAM_U32, struct brute_config, slow_burst, 1, 1000, 4, "logins",
	      "of one account that fail within slow_burst_s at most: a program with an old password"),
	PARAM(PARAM_U32, struct brute_config, slow_burst_s, 1, 600, 30, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct brute_config, again_s, 60, 604800, 3600, "s",
	      "one alert a source, target and kind in this time"),
	PARAM(PARAM_U32, struct brute_config, pairs, 64, 1 << 22, 8192, "pairs",
	      "of source and target that are remembered"),
	{0},
};
static const char *const ways[LOGIN_count] = {
	[LOGIN_ntlm] = "NTLM", [LOGIN_kerberos] = "Kerberos", [LOGIN_ldap] = "LDAP", [LOGIN_ssh] = "SSH",
	[LOGIN_ftp] = "FTP", [LOGIN_telnet] = "Telnet", [LOGIN_http] = "HTTP", [LOGIN_smtp] = "SMTP",
	[LOGIN_pop3] = "POP3", [LOGIN_imap] = "IMAP", [LOGIN_rdp] = "RDP", [LOGIN_vnc] = "VNC",
	[LOGIN_mssql] = "SQL Server", [LOGIN_mysql] = "MySQL", [LOGIN_pgsql] = "PostgreSQL",
	[LOGIN_redis] = "Redis", [LOGIN_snmp] = "SNMP", [LOGIN_winrm] = "WinRM",
};
/* clang-format on */

struct login {
	const struct brute_config *c;
	struct brute_state *s;
	const struct observation *o;
	const struct fact_login *b;
	const struct detector_out *out;
	const char *user, *how;
};

/* due() has been asked: each kind has its own place in a pair or a source. */
static void tell_as(const struct login *k, bool alert, unsigned kind, double observed, double threshold,
		    const char *unit, const char *text)
{
	uint32_t doers = 1u << ROLE_scanner | 1u << ROLE_proxy | 1u << ROLE_vpn;

	if (k->b->how == LOGIN_snmp)
		doers |= 1u << ROLE_monitoring; /* it looks for devices */
	const struct telling m = {
		.about = &brute_abouts[kind],
		.host = &k->o->src,
		.other = &k->o->dst,
		.doers = doers,
		.alert = alert,
		.unit = unit,
		.observed = observed,
		.threshold = threshold,
	};

	teller_say(&k->s->t, k->out, k->o, &m, "%s", text);
}

static void tell(const struct login *k, unsigned kind, double observed, double threshold,
		 const char *unit, const char *text)
{
	tell_as(k, true, kind, observed, threshold, unit, text);
}

static bool due(uint64_t *told_ns, uint64_t now_ns, uint32_t again_s)
{
	if (*told_ns && now_ns < *told_ns + again_s * NS_PER_S)
		return false;
	*told_ns = now_ns ? now_ns : 1;
	return true;
}

static unsigned bits_of(const uint64_t set[4])
{
	unsigned n = 0;

	for (unsigned i = 0; i < 4; i++)
		n += (unsigned)__builtin_popcountll(set[i]);
	return n;
}

/* More accounts work from here than `failed`: a web mail, a terminal server, through which many log in. */
static bool is_portal(const struct brute_source *s, unsigned failed)
{
	return bits_of(s->won) > failed;
}

/* Failures before a success that are too many: half of them where they were of different accounts.
 */
static uint32_t too_many(const struct login *k)
{
	uint64_t key = hash_addr(&k->o->src, 11);
	const struct brute_source *s = sets_find(&k->s->sources, key ? key : 1);
	unsigned n = s ? bits_of(s->accounts) : 0;

	return n >= 3 && !is_portal(s, n) ? (k->c->after + 1) / 2 : k->c->after;
}

static uint64_t bit_of(uint64_t hash)
{
	return 1ull << (hash & 63);
}

/* Programs retry where they keep a password; nobody does so where people type one. */
static bool is_kept(uint8_t how)
{
	return how != LOGIN_ssh && how != LOGIN_telnet && how != LOGIN_rdp && how != LOGIN_vnc;
}

/* A failure of an account that has worked from here, at this target. */
static bool had_worked(const struct login *k, const struct brute_pair *p)
{
	return *k->user && p->worked & bit_of(hash_u64(once_text(k->user), 13));
}

/* What the failures of the window have been may be one old password. */
static bool may_be_old(const struct login *k, const struct brute_pair *p)
{
	if (p->several)
		return false;
	if (!p->opaque)
		return (uint32_t)__builtin_popcountll(p->secrets) < k->c->secrets;
	return is_kept(k->b->how) && !p->quick && p->user;
}

static void on_failure(const struct login *k, struct brute_pair *p)
{
	uint64_t user = *k->user ? hash_u64(once_text(k->user), 13) | 1 : 0;

	if (k->b->secret)
		p->secrets |= bit_of(k->b->secret);
	else
		p->opaque = true;
	p->several |= p->user && user && p->user != user; /* a lost segment may have had the name */
	p->user = user ? user : p->user;
	if (k->o->time_ns > p->slow_ns + k->c->slow_burst_s * NS_PER_S) {
		p->slow_ns = k->o->time_ns;
		p->slow = 0;
	}
	p->quick |= ++p->slow > k->c->slow_burst;
}

/* Of an account that has worked: told once as what it is. */
static void test_stale(const struct login *k, struct brute_pair *p)
{
	char text[FINDING_SUBJECT], a[ADDR_TEXT];

	if (++p->stale < k->c->failures || !due(&p->told_stale_ns, k->o->time_ns, k->c->again_s))
		return;
	snprintf(text, sizeof(text), "%s at %s: %u logins of accounts failed that had worked from here, the last \"%.39s\"",
		 k->how, addr_text(&k->o->dst, a), p->stale, k->user);
	tell_as(k, false, BRUTE_guess, p->stale, k->c->failures, "failures", text);
}

static void test_pair(const struct login *k, struct brute_pair *p)
{
	char text[FINDING_SUBJECT], a[ADDR_TEXT], span[24], last[64] = "";
	uint64_t now_ns = k->o->time_ns;
	uint32_t failed = p->failed + p->last_failed;

	addr_text(&k->o->dst, a);
	say_span(now_ns - p->begin_ns, span);
	if (*k->user)
		snprintf(last, sizeof(last), ", the last as \"%.39s\"", k->user);
	if (k->b->outcome == RESULT_ok && failed >= too_many(k) &&
	    due(&p->won_ns, now_ns, k->c->again_s)) {
		static const char *const proofs[] = {"", " by a password",
						     " by a key, or a padded password"};

		snprintf(text, sizeof(text), "%s at %s: %s%.39s%s gets in%s after %u failures",
			 k->how, a, *k->user ? "\"" : "somebody", k->user, *k->user ? "\"" : "",
			 proofs[k->b->proof <= PROOF_key ? k->b->proof : 0], failed);
		tell_as(k, !may_be_old(k, p), BRUTE_won, failed, too_many(k), "failures", text);
	}
	bool old = may_be_old(k, p);
	if (k->b->outcome == RESULT_failed && p->failed >= k->c->failures &&
	    due(old ? &p->told_stale_ns : &p->told_ns, now_ns, k->c->again_s)) {
		snprintf(text, sizeof(text), "%s at %s: %u logins failed within %s%s%s", k->how, a,
			 p->failed, span, last, old ? "; it may be one old password" : "");
		tell_as(k, !old, BRUTE_guess, p->failed, k->c->failures, "failures", text);
	}
	if (k->b->outcome == RESULT_unknown && p->tried >= k->c->attempts &&
	    due(&p->told_ns, now_ns, k->c->again_s)) {
		snprintf(text, sizeof(text), "%s at %s: %u logins tried within %s", k->how, a,
			 p->tried, span);
		tell(k, BRUTE_tries, p->tried, k->c->attempts, "attempts", text);
	}
}

/* Where guesses come in bursts. */
static bool is_typed(uint8_t how)
{
	return how == LOGIN_ssh || how == LOGIN_ftp || how == LOGIN_telnet || how == LOGIN_rdp ||
	       how == LOGIN_vnc || how == LOGIN_mssql || how == LOGIN_mysql || how == LOGIN_pgsql ||
	       how == LOGIN_redis;
}

static void test_burst(const struct login *k, struct brute_pair *p)
{
	char text[FINDING_SUBJECT], a[ADDR_TEXT], span[24];
	uint64_t now_ns = k->o->time_ns;

	if (k->b->outcome != RESULT_failed || !is_typed(k->b->how) ||
	    p->burst_flow == k->o->flow_id)
		return;
	if (now_ns > p->burst_ns + k->c->burst_s * NS_PER_S) {
		p->burst_ns = now_ns;
		p->burst = 0;
	}
	p->burst++;
	p->burst_flow = k->o->flow_id;
	if (p->burst < k->c->burst || may_be_old(k, p) || !due(&p->told_ns, now_ns, k->c->again_s))
		return;
	snprintf(text, sizeof(text), "%s at %s: %u connections failed to log in within %s", k->how,
		 addr_text(&k->o->dst, a), p->burst, say_span(now_ns - p->burst_ns, span));
	tell(k, BRUTE_guess, p->burst, k->c->burst, "connections", text);
}

/* A community that is wrong is not answered, so only that there are many says something. */
static void on_community(const struct login *k, struct brute_pair *p)
{
	char text[FINDING_SUBJECT], a[ADDR_TEXT], span[24];
	uint64_t now_ns = k->o->time_ns;

	if (k->b->outcome != RESULT_ok)
		p->communities |= 1ull << (hash_u64(once_text(k->user), 7) & 63);
	unsigned n = (unsigned)__builtin_popcountll(p->communities);
	if (n < k->c->communities)
		return;
	addr_text(&k->o->dst, a);
	if (k->b->outcome == RESULT_ok && due(&p->won_ns, now_ns, k->c->again_s)) {
		snprintf(text, sizeof(text), "SNMP at %s: \"%.39s\" is answered, %u were tried", a,
			 k->user, n);
		tell(k, BRUTE_won, n, k->c->communities, "communities", text);
	} else if (k->b->outcome != RESULT_ok && due(&p->told_ns, now_ns, k->c->again_s)) {
		snprintf(text, sizeof(text),
			 "%u communities tried at %s within %s, the last \"%.39s\"", n, a,
			 say_span(now_ns - p->begin_ns, span), k->user);
		tell(k, BRUTE_community, n, k->c->communities, "communities", text);
	}
}

static void on_pair(const struct login *k)
{
	bool fresh;
	uint64_t window_ns = k->c->window_s * NS_PER_S;
	uint64_t key = hash_u64(hash_addr(&k->o->src, k->b->how), hash_addr(&k->o->dst, 9));
	struct brute_pair *p = sets_get(&k->s->pairs, key ? key : 1, 0, &fresh);

	if (k->o->time_ns > p->begin_ns + window_ns) {
		p->last_failed = k->o->time_ns > p->begin_ns + 2 * window_ns ? 0 : p->failed;
		p->begin_ns = k->o->time_ns;
		p->failed = p->tried = p->stale = 0;
		p->communities = 0;
		if (!p->last_failed) {
			p->secrets = p->user = 0;
			p->opaque = p->several = p->quick = false;
		}
	}
	if (k->b->how == LOGIN_snmp && k->b->clear) {
		on_community(k, p);
		return;
	}
	/* A name that is not there is no guess at a password: on_source() counts those. */
	bool guess = k->b->how != LOGIN_kerberos || k->b->code == KRB_BAD_PASSWORD;
	bool failed = k->b->outcome == RESULT_failed && !k->b->user_unknown && guess;
	if (failed && had_worked(k, p)) {
		test_stale(k, p);
		return;
	}
	if (failed)
		on_failure(k, p);
	p->failed += failed;
	if (k->b->how == LOGIN_rdp && k->o->dport == DESKTOP_PORT)
		k->s->desktops = true; /* on_desktop() counts */
	else
		p->tried += k->b->outcome == RESULT_unknown;
	test_pair(k, p);
	test_burst(k, p);
	if (k->b->outcome != RESULT_ok)
		return;
	p->failed = p->last_failed = p->stale = 0; /* somebody who mistyped */
	if (*k->user)
		p->worked |= bit_of(hash_u64(once_text(k->user), 13));
}

#define DESKTOP_S     60u
#define DESKTOP_LEAST 300u   /* bytes of a client that says who it is: TLS, and a proof inside */
#define DESKTOP_MOST  16384u /* and of one that does not work there */

/* A connection has ended: one that only tried to log in at a desktop? */
static void on_desktop(const struct brute_config *c, struct brute_state *s, const struct observation *o,
		       const struct detector_out *out)
{
	static const struct fact_login tried = {.how = LOGIN_rdp, .outcome = RESULT_unknown};
	const struct obs_session *f = obs_body(o);
	uint64_t key = hash_u64(hash_addr(&o->src, LOGIN_rdp), hash_addr(&o->dst, 9));
	struct brute_pair *p = s->desktops ? sets_find(&s->pairs, key ? key : 1) : NULL;

	if (!p || o->dport != DESKTOP_PORT || f->payload[0] < DESKTOP_LEAST || f->payload[0] > DESKTOP_MOST ||
	    f->last_ns > f->start_ns + DESKTOP_S * NS_PER_S)
		return;
	struct login k = {.c = c, .s = s, .o = o, .b = &tried, .out = out, .user = "", .how = ways[LOGIN_rdp]};
	p->tried++;
	test_pair(&k, p);
}

static unsigned add_bit(uint64_t set[4], uint64_t h)
{
	set[h >> 6 & 3] |= 1ull << (h & 63);
	return bits_of(set);
}

/* An account that was sprayed works now: somebody is in. */
static void test_slow_won(const struct login *k, struct brute_source *s)
{
	char text[FINDING_SUBJECT], a[ADDR_TEXT];
	unsigned n = bits_of(s->slow);

	if (!s->told_slow_ns || k->o->time_ns > s->told_slow_ns + k->c->slow_s * NS_PER_S)
		return;
	snprintf(text, sizeof(text),
		 "%s at %s: \"%.39s\" gets in; it is one of %u accounts that failed from here "
		 "within %u h",
		 k->how, addr_text(&k->o->dst, a), k->user, n, k->c->slow_s / 3600);
	tell(k, BRUTE_won, n, k->c->slow_accounts, "accounts", text);
}

static void test_slow(const struct login *k, struct brute_source *s)
{
	char text[FINDING_SUBJECT], span[24];
	unsigned n = bits_of(s->slow);
	uint64_t fast_ns = s->told_spray_ns > s->told_enum_ns ? s->told_spray_ns : s->told_enum_ns;

	if (fast_ns && k->o->time_ns < fast_ns + k->c->slow_s * NS_PER_S)
		return; /* it has been told what this is */
	if (n < k->c->slow_accounts || n < 3 * bits_of(s->won) ||
	    !due(&s->told_slow_ns, k->o->time_ns, k->c->slow_s))
		return;
	snprintf(text, sizeof(text),
		 "%u accounts failed within %s and none of them has worked since, the last "
		 "\"%.39s\"; %u others work from here",
		 n, say_span(k->o->time_ns - s->slow_ns, span), k->user, bits_of(s->won));
	tell(k, BRUTE_slow, n, k->c->slow_accounts, "accounts", text);
}

/* What one source's accounts do over a day. */
static void on_slow(const struct login *k)
{
	bool fresh;
	uint64_t h = hash_u64(once_text(k->user), 5), bit = 1ull << (h & 63);
	unsigned at = h >> 6 & 3;
	struct brute_source *s;

	if (!*k->user || k->b->outcome == RESULT_unknown || k->b->how == LOGIN_snmp)
		return;
	s = sets_get(&k->s->sources, hash_addr(&k->o->src, 11), 0, &fresh);
	if (!s->slow_ns || k->o->time_ns > s->slow_ns + k->c->slow_s * NS_PER_S) {
		s->slow_ns = k->o->time_ns ? k->o->time_ns : 1;
		memset(s->slow, 0, sizeof(s->slow));
		memset(s->won, 0, sizeof(s->won));
	}
	if (k->b->outcome == RESULT_ok) {
		if (s->slow[at] & bit)
			test_slow_won(k, s);
		s->slow[at] &= ~bit;
		s->won[at] |= bit;
	} else if (!(s->won[at] & bit)) {
		s->slow[at] |= bit;
		test_slow(k, s);
	}
}

static void on_source(const struct login *k)
{
	bool fresh;
	uint64_t key = hash_addr(&k->o->src, 11), h = hash_u64(once_text(k->user), 5);
	struct brute_source *s;
	char text[FINDING_SUBJECT];

	if (k->b->outcome != RESULT_failed || !*k->user)
		return;
	s = sets_get(&k->s->sources, key ? key : 1, 0, &fresh);
	if (k->o->time_ns > s->begin_ns + k->c->window_s * NS_PER_S) {
		s->begin_ns = k->o->time_ns;
		s->failed = 0;
		memset(s->accounts, 0, sizeof(s->accounts));
		memset(s->unknown, 0, sizeof(s->unknown));
	}
	s->failed++;
	unsigned n = add_bit(s->accounts, h);
	if (k->b->user_unknown) {
		unsigned u = add_bit(s->unknown, h);
		uint64_t *told = is_portal(s, u) ? &s->told_many_ns : &s->told_enum_ns;
		if (u >= k->c->unknown && due(told, k->o->time_ns, k->c->again_s)) {
			snprintf(text, sizeof(text),
				 "%u accounts that do not exist within %u s, the last \"%.39s\"", u,
				 k->c->window_s, k->user);
			tell_as(k, !is_portal(s, u), BRUTE_enum, u, k->c->unknown, "accounts", text);
		}
		return; /* names that are not there are no spraying */
	}
	/* Who mistypes and then gets in is one of those that work from here. */
	uint64_t lost[4];
	for (unsigned i = 0; i < 4; i++)
		lost[i] = s->accounts[i] & ~s->won[i];
	unsigned left = bits_of(lost);
	bool portal = is_portal(s, left);
	if (left < k->c->accounts || s->failed > 3 * n ||
	    !due(portal ? &s->told_many_ns : &s->told_spray_ns, k->o->time_ns, k->c->again_s))
		return;
	snprintf(text, sizeof(text),
		 "%u accounts failed within %u s, %u times in all, the last \"%.39s\"; %u others work from here", left,
		 k->c->window_s, s->failed, k->user, bits_of(s->won));
	tell_as(k, !portal, BRUTE_spray, left, k->c->accounts, "accounts", text);
}

/* Of version 3 of SNMP the server says itself who is refused, the attempt says nothing. */
static bool is_told(const struct fact_login *b)
{
	return !b->anonymous && b->how < LOGIN_count &&
	       !(b->how == LOGIN_snmp && !b->clear && b->outcome == RESULT_unknown);
}

static void brute_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	struct login k = {.c = config, .s = state, .o = o, .b = obs_fact(o), .out = out};

	if (o->kind == OBS_session) {
		on_desktop(config, state, o, out);
		return;
	}
	if (!is_told(k.b) || (!hosts_ours(out->hosts, &o->src) && !hosts_ours(out->hosts, &o->dst)))
		return;
	k.user = obs_word(o, sizeof(*k.b), 0);
	k.how = ways[k.b->how];
	count_add(&k.s->logins, 1);
	on_pair(&k);
	on_source(&k);
	on_slow(&k);
}

static void brute_fini(void *state)
{
	struct brute_state *s = state;

	if (!s)
		return;
	sets_fini(&s->pairs);
	sets_fini(&s->sources);
	free(s);
}

static int brute_init(const void *config, void **state, struct err *err)
{
	const struct brute_config *c = config;
	struct brute_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for brute");
	if ((rc = sets_init(&s->pairs, sizeof(struct brute_pair), c->pairs, err)) ||
	    (rc = sets_init(&s->sources, sizeof(struct brute_source), c->pairs / 4, err))) {
		brute_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void brute_stats(const void *state, char *out, size_t size)
{
	const struct brute_state *s = state;

	snprintf(out, size,
		 "\"logins\":%llu,\"alerts\":%llu,\"findings\":%llu,\"pairs_evicted\":%llu",
		 (unsigned long long)count_get(&s->logins),
		 (unsigned long long)count_get(&s->t.alerts),
		 (unsigned long long)count_get(&s->t.findings),
		 (unsigned long long)count_get(&s->pairs.evicted));
	sets_say_evicted(&s->sources, "sources", out, size);
}

static bool brute_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	return kind != OBS_login || is_told(f->body);
}

const struct detector detect_brute = {
	.name = "brute",
	.what = "passwords guessed or sprayed, accounts enumerated, by the logins that fail",
	.source = BRUTE_SOURCE,
	.wants = 1ull << OBS_login | 1ull << OBS_session,
	.params = brute_params,
	.abouts = brute_abouts,
	.n_abouts = BRUTE_kinds,
	.config_size = sizeof(struct brute_config),
	.init = brute_init,
	.fini = brute_fini,
	.on_observation = brute_on_observation,
	.uses = brute_uses,
	.stats = brute_stats,
};
