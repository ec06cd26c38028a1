// SPDX-License-Identifier: Apache-2.0
/* directory: what is written to the directory (LDAP) that gives somebody rights or names.
 *
 * A host told whom it must believe (resource-based delegation), a key added to another's account
 * (shadow credentials), a person's account given a service's name and relieved of it again (roasted
 * in between), the wildcard or wpad put into the domain's names, a domain controller written into
 * the configuration: alerts, for administrators' own tools seal LDAP and are not seen doing so. A
 * service's name alone, a policy's path, an access list, a member of a group of administrators:
 * findings.
 *
 * Units:  seconds of packet time.
 * Owns:   what was told; a bounded table of names given to accounts.
 * Cost:   a walk over a dozen words an LDAP modify or add.
 * Source: ATT&CK T1098, T1556, T1558.003, T1557, T1207, T1484; Shamir, "Wagging the Dog" and
 * "Shadow Credentials"; MS-ADA1 … 3 for the attributes, MS-DNSP for the names.
 */
#include "base/clock.h"
#include "detect/teller.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LDAP_MODIFY 6
#define LDAP_ADD    8
#define DOERS       (1u << ROLE_dc | 1u << ROLE_jump | 1u << ROLE_monitoring)

struct directory_config {
	uint32_t again_s, spn_s, told;
};

struct spn { /* a service's name given to an account, by one host */
	struct sets_head head;
	uint64_t ns;
};

struct directory_state {
	struct teller t;
	struct sets spns;
};

enum {
	DIRECTORY_delegation,
	DIRECTORY_key,
	DIRECTORY_roast,
	DIRECTORY_spn,
	DIRECTORY_name,
	DIRECTORY_rights,
	DIRECTORY_controller,
	DIRECTORY_kinds
};
#define DIRECTORY_SOURCE                                                                           \
	"ATT&CK T1098, T1556, T1558.003; Shamir, Wagging the Dog, Shadow Credentials; MS-ADA2"
#define DIRECTORY_CHECK                                                                            \
	"event 5136 on the controller has account, object and value: who wrote it, and is it "     \
	"still there? Identity management writes some of these: give it the role jump"
/* clang-format off */
static const struct about directory_abouts[DIRECTORY_kinds] = {
	SAY_ABOUT("directory", 941, 1, FAMILY_lateral, "Account Manipulation",
		"DIRECTORY a host is told whom it must let act for others (delegation)", "T1098", "TA0003",
		DIRECTORY_SOURCE, DIRECTORY_CHECK),
	SAY_ABOUT("directory", 942, 1, FAMILY_lateral, "Modify Authentication Process",
		"DIRECTORY a key is added to another account (shadow credentials)", "T1556", "TA0006",
		DIRECTORY_SOURCE, DIRECTORY_CHECK),
	SAY_ABOUT("directory", 943, 1, FAMILY_lateral, "Kerberoasting",
		"DIRECTORY an account is given a service's name and relieved of it again", "T1558.003", "TA0006",
		DIRECTORY_SOURCE, DIRECTORY_CHECK),
	SAY_ABOUT("directory", 944, 3, FAMILY_lateral, "Account Manipulation",
		"DIRECTORY an account is given a service's name", "T1098", "TA0003",
		DIRECTORY_SOURCE, DIRECTORY_CHECK),
	SAY_ABOUT("directory", 945, 1, FAMILY_lateral, "Adversary-in-the-Middle",
		"DIRECTORY a name that catches others' traffic is put into the domain", "T1557", "TA0006",
		DIRECTORY_SOURCE, DIRECTORY_CHECK),
	SAY_ABOUT("directory", 946, 3, FAMILY_lateral, "Account Manipulation",
		"DIRECTORY rights, policies or names of the domain are written", "T1098", "TA0003",
		DIRECTORY_SOURCE, DIRECTORY_CHECK),
	SAY_ABOUT("directory", 947, 1, FAMILY_lateral, "Rogue Domain Controller",
		"DIRECTORY a domain controller is written into the configuration", "T1207", "TA0005",
		DIRECTORY_SOURCE, DIRECTORY_CHECK),
};
static const struct param directory_params[] = {
	PARAM(PARAM_U32, struct directory_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host, server and kind in this time"),
	PARAM(PARAM_U32, struct directory_config, spn_s, 10, 86400, 1800, "s",
	      "between a service's name given to an account and taken away"),
	PARAM(PARAM_U32, struct directory_config, told, 64, 1 << 22, 4096, "",
	      "hosts, servers and kinds that were told; names given"),
	{0},
};
static const struct {
	const char *attribute;
	unsigned kind;
} watched[] = {
	{"msDS-AllowedToActOnBehalfOfOtherIdentity", DIRECTORY_delegation},
	{"msDS-KeyCredentialLink", DIRECTORY_key},
	{"servicePrincipalName", DIRECTORY_spn},
	{"msDS-AllowedToDelegateTo", DIRECTORY_rights},
	{"nTSecurityDescriptor", DIRECTORY_rights},
	{"sIDHistory", DIRECTORY_rights},
	{"scriptPath", DIRECTORY_rights},
	{"gPCFileSysPath", DIRECTORY_rights},
	{"gPCMachineExtensionNames", DIRECTORY_rights},
	{"gPCUserExtensionNames", DIRECTORY_rights},
	{"gPLink", DIRECTORY_rights},
	{"dnsRecord", DIRECTORY_rights},
};
/* clang-format on */

/* Of an object's name the value of its first part: CN=alice,CN=Users,… */
static size_t first_value(const char *dn, const char **at)
{
	const char *eq = strchr(dn, '=');

	*at = eq ? eq + 1 : dn;
	return strcspn(*at, ",");
}

static bool is_first(const char *dn, const char *value)
{
	const char *at;
	size_t n = first_value(dn, &at);

	return n == strlen(value) && strncasecmp(at, value, n) == 0;
}

/* Does whoever is bound as user write to the own account? user: DOMAIN\name, name@domain or a name.
 */
static bool is_own(const char *user, const char *dn)
{
	const char *slash = strrchr(user, '\\'), *name = slash ? slash + 1 : user, *at;
	size_t n = strcspn(name, "@$"), k = first_value(dn, &at);

	return n && n == k && strncasecmp(name, at, n) == 0;
}

static bool is_of_administrators(const char *dn)
{
	static const char *const groups[] = {"Domain Admins",     "Enterprise Admins",
					     "Schema Admins",     "Administrators",
					     "Account Operators", "Backup Operators",
					     "DnsAdmins",         "Group Policy Creator Owners"};

	for (unsigned i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (is_first(dn, groups[i]))
			return true;
	}
	return false;
}

/* Is the attribute among types, a list with commas? */
static bool has(const char *types, const char *attribute)
{
	size_t len = strlen(attribute);

	for (const char *p = types; *p;) {
		size_t n = strcspn(p, ",");
		if (n == len && strncasecmp(p, attribute, n) == 0)
			return true;
		p += n + (p[n] == ',');
	}
	return false;
}

/* DIRECTORY_kinds: nothing that matters. *what: the attribute, or the object's part. */
static unsigned kind_of(uint8_t op, const char *dn, const char *types, const char **what)
{
	*what = "";
	if (op == LDAP_ADD && is_first(dn, "NTDS Settings"))
		return DIRECTORY_controller;
	if (has(types, "dnsRecord") &&
	    (is_first(dn, "*") || is_first(dn, "wpad") || is_first(dn, "isatap"))) {
		*what = "dnsRecord";
		return DIRECTORY_name;
	}
	for (unsigned i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		if (!has(types, watched[i].attribute))
			continue;
		/* Who adds an object writes its names: a computer that joins. */
		if (op == LDAP_ADD && watched[i].kind != DIRECTORY_delegation &&
		    watched[i].kind != DIRECTORY_key &&
		    strcmp(watched[i].attribute, "dnsRecord") != 0)
			continue;
		*what = watched[i].attribute;
		return watched[i].kind;
	}
	if (op == LDAP_MODIFY && has(types, "member") && is_of_administrators(dn)) {
		*what = "member";
		return DIRECTORY_rights;
	}
	return DIRECTORY_kinds;
}

/* True if the name was given by the same host not long ago: this change takes it away. */
static bool is_taken_back(const struct directory_config *c, struct directory_state *s,
			  const struct observation *o, uint64_t src, const char *dn, uint8_t how)
{
	bool fresh;
	uint64_t key = hash_u64(src, once_text(dn));
	struct spn *x = sets_get(&s->spns, key ? key : 1, 0, &fresh);
	bool back = !fresh && how != 0 && x->ns && o->time_ns <= x->ns + c->spn_s * NS_PER_S;

	if (!back && how != 1)
		x->ns = o->time_ns ? o->time_ns : 1;
	return back;
}

static void directory_on_observation(const void *config, void *state, const struct observation *o,
				     const struct detector_out *out)
{
	const struct directory_config *c = config;
	struct directory_state *s = state;
	const struct fact_ldap *b = obs_fact(o);
	const char *dn = obs_word(o, sizeof(*b), 0), *types = obs_word(o, sizeof(*b), 2);
	const char *user = obs_word(o, sizeof(*b), 3), *what;
	char a[ADDR_TEXT];

	if (b->op != LDAP_MODIFY && b->op != LDAP_ADD)
		return;
	unsigned kind = kind_of(b->op, dn, types, &what);
	if (kind == DIRECTORY_kinds || !hosts_ours(out->hosts, &o->dst))
		return;
	bool own = is_own(user, dn);
	uint64_t src = hosts_of(out->hosts, &o->src, obs_body(o)).id;
	if (kind == DIRECTORY_spn && own)
		return; /* hosts keep their own names */
	if (kind == DIRECTORY_spn && is_taken_back(c, s, o, src, dn, b->scope))
		kind = DIRECTORY_roast;
	bool finding = kind == DIRECTORY_spn || kind == DIRECTORY_rights || own;
	const struct telling m = {.about = &directory_abouts[kind],
				  .host = &o->src,
				  .other = &o->dst,
				  .what = once_text(dn),
				  .doers = DOERS,
				  .again_s = c->again_s,
				  .alert = !finding,
				  .unit = "writes",
				  .observed = 1,
				  .threshold = 1};
	teller_say(&s->t, out, o, &m, "on %s: %s%s%.110s%s%.40s", addr_text(&o->dst, a), what,
		   *what ? " of " : "", dn, *user ? ", as " : "", user);
}

static void directory_fini(void *state)
{
	struct directory_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->spns);
	free(s);
}

static int directory_init(const void *config, void **state, struct err *err)
{
	const struct directory_config *c = config;
	struct directory_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for directory");
	if ((rc = teller_init(&s->t, c->told, err)) ||
	    (rc = sets_init(&s->spns, sizeof(struct spn), c->told, err))) {
		directory_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void directory_stats(const void *state, char *out, size_t size)
{
	const struct directory_state *s = state;

	teller_stats(&s->t, out, size);
	sets_say_evicted(&s->spns, "spns", out, size);
}

static bool directory_uses(const void *config, enum observation_kind kind,
			   const struct proto_fact *f)
{
	const struct fact_ldap *b = f->body;
	const char *what;

	(void)config;
	(void)kind;
	return (b->op == LDAP_MODIFY || b->op == LDAP_ADD) &&
	       kind_of(b->op, fact_word(f, 0), fact_word(f, 2), &what) != DIRECTORY_kinds;
}

const struct detector detect_directory = {
	.name = "directory",
	.what = "rights and names written to the directory as attackers write them",
	.source = DIRECTORY_SOURCE,
	.wants = 1ull << OBS_ldap,
	.params = directory_params,
	.abouts = directory_abouts,
	.n_abouts = DIRECTORY_kinds,
	.config_size = sizeof(struct directory_config),
	.init = directory_init,
	.fini = directory_fini,
	.on_observation = directory_on_observation,
	.uses = directory_uses,
	.stats = directory_stats,
};
