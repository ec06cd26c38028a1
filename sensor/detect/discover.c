// SPDX-License-Identifier: Apache-2.0
/* discover: who has the directory tell him who and what there is.
 *
 *   LDAP: filters that ask for something attackers look for (accounts with service names, without
 *     pre-authentication, trusted for delegation, all of a kind, trusts, group policies …) are a
 * finding each; `topics` different ones of one client within window_s are an alert: the way of
 * BloodHound, PowerView, ldapdomaindump. SAMR: accounts listed and then asked about one by one,
 * `accounts` of them. LSARPC: a call that has `sid_bytes` of identifiers translated: thousands
 * tried in a row (lookupsid). Handshakes that failed or were refused say who tried: an execution or
 * replication interface asked for and not given, by anybody who is no domain controller, is a
 * finding.
 *
 * Units:  seconds of packet time.
 * Owns:   a bounded table of clients.
 * Cost:   a walk over two dozen words an LDAP search; one look-up a SAMR or LSARPC call.
 * Source: ATT&CK T1087.002, T1069.002, T1482, T1018; the queries in the tools' own sources.
 */
#include "base/clock.h"
#include "base/ascii.h"
#include "detect/rpc.h"
#include "detect/teller.h"
#include "flow/flow.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LDAP_SEARCH  3
#define ADWS         9389
#define SEALED_MIN   12u  /* messages within a second or a session */
#define SEALED_BYTES 600u /* of one, with its overhead */

struct discover_config {
	uint32_t topics, accounts, sid_bytes, window_s, again_s, clients;
};

struct discover_client {
	struct sets_head head;
	uint64_t begin_ns;
	uint32_t topics; /* bits */
	uint32_t asked;  /* SAMR: accounts asked about */
	uint8_t listed;
	uint8_t pad[7];
};

struct discover_state {
	struct teller t;
	struct sets clients;
};

enum {
	DISCOVER_ldap,
	DISCOVER_topic,
	DISCOVER_samr,
	DISCOVER_sids,
	DISCOVER_refused,
	DISCOVER_sealed,
	DISCOVER_adws,
	DISCOVER_kinds
};
#define DISCOVER_SOURCE "ATT&CK T1087.002, T1069.002, T1482; queries of public tools"
#define DISCOVER_CHECK                                                                             \
	"which program and account asked (event 1644 on the controller, 4661)? Identity "          \
	"management, inventories and consoles of administrators ask like this: give them a role"
/* clang-format off */
static const struct about discover_abouts[DISCOVER_kinds] = {
	SAY_ABOUT("discover", 901, 2, FAMILY_lateral, "Discovery",
		"DISCOVERY the directory is read as attack tools read it (LDAP)", "T1087.002", "TA0007",
		DISCOVER_SOURCE, DISCOVER_CHECK),
	SAY_ABOUT("discover", 902, 3, FAMILY_lateral, "Discovery",
		"DISCOVERY a search of the directory that attackers begin with (LDAP)", "T1087.002", "TA0007",
		DISCOVER_SOURCE, DISCOVER_CHECK),
	SAY_ABOUT("discover", 903, 2, FAMILY_lateral, "Discovery",
		"DISCOVERY accounts listed and asked about one by one (SAMR)", "T1087.002", "TA0007",
		DISCOVER_SOURCE, DISCOVER_CHECK),
	SAY_ABOUT("discover", 904, 2, FAMILY_lateral, "Discovery",
		"DISCOVERY identifiers tried in a row for the names behind them (LSARPC)", "T1087.002", "TA0007",
		DISCOVER_SOURCE, DISCOVER_CHECK),
	SAY_ABOUT("discover", 905, 3, FAMILY_lateral, "Remote Procedure Call",
		"LATERAL an interface for execution or replication asked for, and refused", "T1021", "TA0008",
		DISCOVER_SOURCE, DISCOVER_CHECK),
	SAY_ABOUT("discover", 906, 3, FAMILY_lateral, "Discovery",
		"DISCOVERY an encrypted SMB session of small messages, as remote calls are", "T1087.002", "TA0007",
		DISCOVER_SOURCE, "which calls they were only the server's log says (events 5145, 4661)"),
	SAY_ABOUT("discover", 907, 3, FAMILY_lateral, "Discovery",
		"DISCOVERY the directory asked over its web service", "T1087.002", "TA0007",
		DISCOVER_SOURCE, "PowerShell's module for the directory does so; is an administrator there?"),
};
static const struct param discover_params[] = {
	PARAM(PARAM_U32, struct discover_config, topics, 2, 20, 4, "topics",
	      "that one client searches the directory for within window_s"),
	PARAM(PARAM_U32, struct discover_config, accounts, 2, 100000, 5, "accounts",
	      "asked about, after they were listed, within window_s"),
	PARAM(PARAM_U32, struct discover_config, sid_bytes, 1000, 1 << 24, 8192, "bytes",
	      "of identifiers in one call"),
	PARAM(PARAM_U32, struct discover_config, window_s, 10, 86400, 600, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct discover_config, again_s, 60, 604800, 3600, "s",
	      "one alert a client, server and kind in this time"),
	PARAM(PARAM_U32, struct discover_config, clients, 64, 1 << 20, 2048, "hosts", "remembered"),
	{0},
};
/* Users, computers, groups, group policies, units: object pickers and consoles list them all; what is
 * after more than that is one of the others, too. */
#define ORDINARY (1u << 4 | 1u << 5 | 1u << 6 | 1u << 8 | 1u << 9)
/* Words of filters in lower case, and what they are after; a topic is counted once. */
static const struct topic {
	const char *word, *what;
	uint8_t bit;
} topics[] = {
	{"serviceprincipalname=*", "accounts with service names", 0},
	{"1.2.840.113556.1.4.803:=4194304", "accounts without pre-authentication", 1},
	{"1.2.840.113556.1.4.803:=524288", "hosts trusted for delegation", 2},
	{"1.2.840.113556.1.4.803:=16777216", "accounts trusted to impersonate", 2},
	{"msds-allowedtodelegateto", "constrained delegation", 2},
	{"msds-allowedtoactonbehalf", "resource-based delegation", 2},
	{"admincount=1", "protected accounts", 3},
	{"samaccounttype=805306368", "all users", 4},
	{"samaccounttype:1.2.840.113556.1.4.803:=805306368", "all users", 4},
	{"(objectclass=user)", "all users", 4},
	{"objectcategory=person", "all users", 4},
	{"samaccounttype=805306369", "all computers", 5},
	{"(objectclass=computer)", "all computers", 5},
	{"objectcategory=computer", "all computers", 5},
	{"(objectclass=group)", "all groups", 6},
	{"objectcategory=group", "all groups", 6},
	{"samaccounttype=268435456", "all groups", 6},
	{"trusteddomain", "trusts", 7},
	{"grouppolicycontainer", "group policies", 8},
	{"organizationalunit", "organizational units", 9},
	{"ms-mcs-admpwd", "local administrators' passwords", 10},
	{"mslaps-", "local administrators' passwords", 10},
	{"pkienrollmentservice", "certificate services", 11},
	{"pkicertificatetemplate", "certificate templates", 11},
	{"domain admins", "domain administrators", 12},
	{"enterprise admins", "domain administrators", 12},
	{"msds-groupmsamembership", "managed service accounts", 13},
	{"userpassword", "passwords in attributes", 14},
	{"primarygroupid=516", "domain controllers", 15},
	{"1.2.840.113556.1.4.803:=8192", "domain controllers", 15},
};
/* clang-format on */

struct asked {
	const struct discover_config *c;
	struct discover_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void discover_fini(void *state)
{
	struct discover_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->clients);
	free(s);
}

static int discover_init(const void *config, void **state, struct err *err)
{
	const struct discover_config *c = config;
	struct discover_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for discover");
	if ((rc = teller_init(&s->t, c->clients, err)) ||
	    (rc = sets_init(&s->clients, sizeof(struct discover_client), c->clients, err))) {
		discover_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* One client at one server. */
static struct discover_client *client_of(const struct asked *k)
{
	bool fresh;
	uint64_t key = hash_u64(hash_addr(&k->o->src, 91), hash_addr(&k->o->dst, 92));
	struct discover_client *cl = sets_get(&k->s->clients, key ? key : 1, 0, &fresh);

	if (k->o->time_ns > cl->begin_ns + k->c->window_s * NS_PER_S)
		*cl = (struct discover_client){.head = cl->head, .begin_ns = k->o->time_ns};
	return cl;
}

static struct telling telling_of(const struct asked *k, unsigned kind, bool alert, double observed,
				 double threshold, const char *unit)
{
	return (struct telling){.about = &discover_abouts[kind],
				.host = &k->o->src,
				.other = &k->o->dst,
				.doers = SAY_WATCHERS | 1u << ROLE_dc | 1u << ROLE_jump |
					 1u << ROLE_backup,
				.again_s = k->c->again_s,
				.alert = alert,
				.unit = unit,
				.observed = observed,
				.threshold = threshold};
}

/* The topics that a filter asks for, as bits; what they are, in words (where `names` has room). */
static uint32_t topics_of(const char *filter, char *names, size_t size)
{
	char lower[FACT_WORD_MAX];
	size_t n = 0, len = 0;
	uint32_t bits = 0;

	if (size)
		names[0] = '\0';
	for (; filter[n] && n + 1 < sizeof(lower); n++)
		lower[n] = (char)ascii_lower((uint8_t)filter[n]);
	lower[n] = '\0';
	for (unsigned i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
		if (bits & 1u << topics[i].bit || !strstr(lower, topics[i].word))
			continue;
		bits |= 1u << topics[i].bit;
		if (len + 1 < size)
			len += (size_t)snprintf(names + len, size - len, "%s%s", len ? ", " : "",
						topics[i].what);
	}
	return bits;
}

static void on_search(const struct asked *k)
{
	const struct fact_ldap *b = obs_fact(k->o);
	const char *filter = obs_word(k->o, sizeof(*b), 1), *user = obs_word(k->o, sizeof(*b), 3);
	char names[160];
	uint32_t bits = b->op == LDAP_SEARCH ? topics_of(filter, names, sizeof(names)) : 0;

	if (!bits)
		return;
	struct discover_client *cl = client_of(k);
	cl->topics |= bits;
	unsigned many = (unsigned)__builtin_popcount(cl->topics);
	if (many >= k->c->topics && (cl->topics & ~ORDINARY)) {
		struct telling m = telling_of(k, DISCOVER_ldap, true, many, k->c->topics, "topics");
		teller_say(&k->s->t, k->out, k->o, &m,
			   "%u topics within %u s%s%.30s, the last: %.60s (%.80s)", many,
			   k->c->window_s, *user ? ", as " : "", user, names, filter);
	} else {
		struct telling m = telling_of(k, DISCOVER_topic, false, 1, 1, "searches");
		m.what = bits;
		teller_say(&k->s->t, k->out, k->o, &m, "%.100s: %.110s", names, filter);
	}
}

/* EnumerateDomainUsers, QueryDisplayInformation, 2, 3 */
static bool lists_accounts(uint16_t opnum)
{
	return opnum == 13 || opnum == 40 || opnum == 48 || opnum == 51;
}

/* QueryInformationUser, 2 */
static bool asks_about_one(uint16_t opnum)
{
	return opnum == 36 || opnum == 47;
}

static void on_samr(const struct asked *k, uint16_t opnum, const char *user)
{
	size_t n = strlen(user);

	if (!lists_accounts(opnum) && !asks_about_one(opnum))
		return;
	struct discover_client *cl = client_of(k);
	cl->listed |= lists_accounts(opnum);
	cl->asked += asks_about_one(opnum);
	if (!cl->listed || cl->asked < k->c->accounts || (n && user[n - 1] == '$'))
		return;
	struct telling m =
		telling_of(k, DISCOVER_samr, true, cl->asked, k->c->accounts, "accounts");
	teller_say(&k->s->t, k->out, k->o, &m, "listed, and %u asked about within %u s%s%.40s",
		   cl->asked, k->c->window_s, *user ? ", as " : "", user);
}

/* LookupSids, 2, 3 */
static bool is_lookup_of_sids(uint16_t opnum)
{
	return opnum == 15 || opnum == 57 || opnum == 76;
}

static bool is_asked_of_accounts(const struct fact_rpc_call *b)
{
	const char *name = rpc_interface_name(&b->interface);

	return name &&
	       ((strcmp(name, "accounts (SAMR)") == 0 &&
		 (lists_accounts(b->opnum) || asks_about_one(b->opnum))) ||
		(strncmp(name, "security authority", 18) == 0 && is_lookup_of_sids(b->opnum)));
}

static void on_call(const struct asked *k)
{
	const struct fact_rpc_call *b = obs_fact(k->o);
	const char *name = b->type == 0 ? rpc_interface_name(&b->interface) : NULL;
	const char *user = obs_word(k->o, sizeof(*b), 3);

	if (!name)
		return;
	if (strcmp(name, "accounts (SAMR)") == 0)
		on_samr(k, b->opnum, user);
	if (strncmp(name, "security authority", 18) != 0 || b->stub_len < k->c->sid_bytes ||
	    !is_lookup_of_sids(b->opnum))
		return;
	struct telling m =
		telling_of(k, DISCOVER_sids, true, b->stub_len, k->c->sid_bytes, "bytes");
	teller_say(&k->s->t, k->out, k->o, &m,
		   "%u bytes of identifiers in one call (operation %u)%s%.40s", b->stub_len,
		   b->opnum, *user ? ", as " : "", user);
}

static void on_bind(const struct asked *k)
{
	const struct fact_rpc_bind *b = obs_fact(k->o);
	const char *name = rpc_interface_name(&b->interface);
	uint32_t what = 0;

	if (b->outcome != RESULT_failed || !name)
		return;
	for (unsigned i = 0; i < rpc_n_marks; i++)
		what |= rpc_marks[i].tell || rpc_marks[i].act == ACT_activate
				? (uint32_t)rpc_mark_is(&rpc_marks[i], &b->interface)
				: 0;
	if (!what)
		return;
	struct telling m = telling_of(k, DISCOVER_refused, false, 1, 1, "binds");
	m.what = once_text(name);
	teller_say(&k->s->t, k->out, k->o, &m, "%.60s (pipe \"%.40s\")", name,
		   obs_word(k->o, sizeof(*b), 0));
}

static bool is_refused_pipe(const struct fact_smb_file *b)
{
	return b->pipe && (b->op == SMB_open || b->op == SMB_create) && b->status != 0 &&
	       b->status != UINT32_MAX;
}

/* A pipe that only execution, the registry or replication asks for, and that does not open. */
static void on_pipe(const struct asked *k)
{
	static const char *const pipes[] = {"svcctl",   "atsvc",  "winreg",
					    "eventlog", "efsrpc", "drsuapi"};
	const struct fact_smb_file *b = obs_fact(k->o);
	const char *path = obs_word(k->o, sizeof(*b), 1);

	if (!is_refused_pipe(b))
		return;
	path += strspn(path, "\\");
	for (unsigned i = 0; i < sizeof(pipes) / sizeof(pipes[0]); i++) {
		if (strcasecmp(path, pipes[i]) != 0)
			continue;
		struct telling m = telling_of(k, DISCOVER_refused, false, 1, 1, "opens");
		m.what = once_text(path);
		teller_say(&k->s->t, k->out, k->o, &m, "pipe \"%s\", status 0x%08x", pipes[i],
			   b->status);
	}
}

/* What an encrypted session carries cannot be read; remote calls are many small messages each way.
 */
static void on_sealed(const struct asked *k)
{
	const struct fact_smb_io *b = obs_fact(k->o);
	uint32_t n = b->reads + b->writes;

	if (*obs_word(k->o, sizeof(*b), 1) || n < SEALED_MIN || b->reads < n / 4 ||
	    b->writes < n / 4 || b->read + b->written > (uint64_t)n * SEALED_BYTES)
		return;
	struct telling m = telling_of(k, DISCOVER_sealed, false, n, SEALED_MIN, "messages");
	teller_say(&k->s->t, k->out, k->o, &m, "%u messages of %llu bytes on average", n,
		   (unsigned long long)((b->read + b->written) / n));
}

static void on_contact(const struct asked *k)
{
	const struct obs_contact *b = obs_body(k->o);

	if (k->o->dport != ADWS || b->link.proto != 6 || b->outcome != FLOW_answered || b->guessed)
		return;
	struct telling m = telling_of(k, DISCOVER_adws, false, 1, 1, "connections");
	teller_say(&k->s->t, k->out, k->o, &m, "Active Directory Web Services, port %u", ADWS);
}

static void discover_on_observation(const void *config, void *state, const struct observation *o,
				    const struct detector_out *out)
{
	const struct asked k = {.c = config, .s = state, .o = o, .out = out};

	if (!hosts_ours(out->hosts, &o->src) && !hosts_ours(out->hosts, &o->dst))
		return;
	if (o->kind == OBS_ldap)
		on_search(&k);
	else if (o->kind == OBS_rpc_call)
		on_call(&k);
	else if (o->kind == OBS_rpc_bind)
		on_bind(&k);
	else if (o->kind == OBS_smb_io)
		on_sealed(&k);
	else if (o->kind == OBS_smb_file)
		on_pipe(&k);
	else
		on_contact(&k);
}

static void discover_stats(const void *state, char *out, size_t size)
{
	const struct discover_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size, "%s,\"clients_evicted\":%llu", told,
		 (unsigned long long)count_get(&s->clients.evicted));
}

static bool discover_uses(const void *config, enum observation_kind kind,
			  const struct proto_fact *f)
{
	(void)config;
	const struct fact_rpc_call *call = f->body;
	const struct fact_rpc_bind *bind = f->body;
	const struct fact_ldap *ldap = f->body;
	const struct fact_smb_io *io = f->body;

	if (kind == OBS_smb_file)
		return is_refused_pipe(f->body);
	if (kind == OBS_smb_io) /* sealed ones alone: on_sealed() */
		return !*fact_word(f, 1) && io->reads + io->writes >= SEALED_MIN;
	if (kind == OBS_ldap)
		return ldap->op == LDAP_SEARCH && topics_of(fact_word(f, 1), NULL, 0);
	return kind == OBS_rpc_call   ? call->type == 0 && is_asked_of_accounts(call)
	       : kind == OBS_rpc_bind ? bind->outcome == RESULT_failed
				      : true;
}

const struct detector detect_discover = {
	.name = "discover",
	.what = "hosts that have the directory tell them who and what there is",
	.source = DISCOVER_SOURCE,
	.wants = 1ull << OBS_ldap | 1ull << OBS_rpc_call | 1ull << OBS_rpc_bind |
		 1ull << OBS_smb_io | 1ull << OBS_smb_file | 1ull << OBS_contact,
	.params = discover_params,
	.abouts = discover_abouts,
	.n_abouts = DISCOVER_kinds,
	.config_size = sizeof(struct discover_config),
	.init = discover_init,
	.fini = discover_fini,
	.on_observation = discover_on_observation,
	.uses = discover_uses,
	.stats = discover_stats,
};
