// SPDX-License-Identifier: Apache-2.0
/* rpc: who has others run, save or open something by remote procedure call.
 *
 * A table of calls (rpc_markers.def) says what each means. Those that nobody makes by chance (a
 * service created, a task registered, a WMI method called, a hive saved, a directory replicated)
 * are alerts, once a (caller, target, call) and window; those that Windows or an administrator
 * makes all day are findings. Together they say more:
 *   - a file written to an admin share and something executed on the same host within pair_s: the
 * way of psexec, smbexec, wmiexec and their kind;
 *   - a registry key that starts programs opened, then written to; a service of backups or shadow
 *     copies opened, then stopped, changed or deleted;
 *   - sessions and logged-on users asked of `collect_hosts` hosts: the way of SharpHound.
 * Whose work it is to do so (jump, monitoring, backup, scanner; a domain controller that
 * replicates) is never accused at alert tier.
 *
 * Units:  seconds of packet time.
 * Owns:   bounded tables: what was told; what a pair of hosts did lately; whom a host has asked.
 * Cost:   a walk over the marker table and two look-ups a call.
 * Source: MITRE BZAR for the pairing; the marker table's own sources.
 */
#include "detect/rpc.h"

#include "base/clock.h"
#include "detect/glob.h"
#include "detect/teller.h"
#include "flow/flow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DOERS       (1u << ROLE_jump | 1u << ROLE_monitoring | 1u << ROLE_scanner | 1u << ROLE_backup)
#define COLLECT_MAX 32u /* hosts of one source that are remembered */

struct rpc_config {
	uint32_t again_s, pair_s, collect_hosts, collect_s;
	uint32_t pairs, told;
};

struct rpc_pair { /* one host at another */
	struct sets_head head;
	uint64_t at_ns[ACT_count];
	char what[ACT_count][72]; /* in words */
	char opened[80];          /* the last registry key or service it opened by name */
};

struct rpc_source { /* whom a host asked who is there */
	struct sets_head head;
	uint64_t host[COLLECT_MAX], ns[COLLECT_MAX];
	uint32_t next;
	bool replicates; /* it serves the replication of a directory: a domain controller */
};

struct rpc_state {
	struct teller t;
	struct sets pairs, sources;
	struct count calls, marked;
};

enum { ABOUT_pair, ABOUT_collect, ABOUT_starts, ABOUT_backups, ABOUT_fixed };
#define RPC_SOURCE "MITRE BZAR; the protocols' specifications (rpc_markers.def)"
#define RPC_CHECK                                                                                  \
	"which account made the call (event 4624 type 3 on the target, 5145, 7045, 4698), from "   \
	"which program, and is this host meant to administer that one?"
/* clang-format off */
static const struct about rpc_abouts[] = {
	SAY_ABOUT("rpc", 790, 1, FAMILY_lateral, "Lateral Movement",
		"LATERAL a file written to an admin share and something executed there", "T1021.002", "TA0008",
		RPC_SOURCE, RPC_CHECK),
	SAY_ABOUT("rpc", 791, 2, FAMILY_lateral, "Discovery",
		"DISCOVERY sessions and logged-on users asked of many hosts", "T1033", "TA0007",
		RPC_SOURCE, RPC_CHECK),
	SAY_ABOUT("rpc", 792, 1, FAMILY_lateral, "Persistence",
		"RPC changes a registry key that starts programs", "T1547.001", "TA0003", RPC_SOURCE,
		"read the key on the target: which program does it start, and who wrote that there?"),
	SAY_ABOUT("rpc", 793, 1, FAMILY_ransomware, "Inhibit System Recovery",
		"RPC stops, changes or deletes a service of backups or shadow copies", "T1490", "TA0040",
		RPC_SOURCE, "does the service still run there (event 7036, 7040)? Do the shadow copies still exist "
		"(vssadmin list shadows)? Keep a backup out of reach now"),
#define INTERFACE(id, uuid, name)
#define OPS(...) 0
#define SEVERITY_find 3
#define SEVERITY_tell 1
#define MARK(number_, id_, ops_, weight_, act_, technique_, tactic_, words_) \
	SAY_ABOUT("rpc", number_, SEVERITY_##weight_, FAMILY_lateral, "Remote Procedure Call", \
		"RPC " words_, technique_, tactic_, RPC_SOURCE, RPC_CHECK),
#include "detect/rpc_markers.def"
#undef INTERFACE
#undef MARK
#undef OPS
};
static const struct param rpc_params[] = {
	PARAM(PARAM_U32, struct rpc_config, again_s, 60, 604800, 3600, "s",
	      "one alert a caller, target and kind of call in this time"),
	PARAM(PARAM_U32, struct rpc_config, pair_s, 10, 86400, 600, "s",
	      "between the write to an admin share and the execution"),
	PARAM(PARAM_U32, struct rpc_config, collect_hosts, 3, COLLECT_MAX, 5, "hosts",
	      "asked for sessions or users within collect_s"),
	PARAM(PARAM_U32, struct rpc_config, collect_s, 10, 86400, 600, "s", "within this time"),
	PARAM(PARAM_U32, struct rpc_config, pairs, 64, 1 << 22, 8192, "pairs",
	      "of hosts whose last acts are remembered"),
	PARAM(PARAM_U32, struct rpc_config, told, 64, 1 << 22, 16384, "",
	      "callers, targets and kinds that were told"),
	{0},
};
/* clang-format on */

struct call {
	const struct rpc_config *c;
	struct rpc_state *s;
	const struct observation *o;
	const struct detector_out *out;
	struct host_view src, dst;
};

static void rpc_fini(void *state)
{
	struct rpc_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->pairs);
	sets_fini(&s->sources);
	free(s);
}

static int rpc_init(const void *config, void **state, struct err *err)
{
	const struct rpc_config *c = config;
	struct rpc_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for rpc");
	if ((rc = teller_init(&s->t, c->told, err)) ||
	    (rc = sets_init(&s->pairs, sizeof(struct rpc_pair), c->pairs, err)) ||
	    (rc = sets_init(&s->sources, sizeof(struct rpc_source), c->pairs / 8, err))) {
		rpc_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void tell(const struct call *k, const struct about *about, bool alert, double observed,
		 double threshold, const char *unit, const char *text)
{
	const struct telling m = {
		.about = about,
		.host = &k->o->src,
		.other = &k->o->dst,
		.doers = DOERS,
		.again_s = k->c->again_s,
		.alert = alert,
		.unit = unit,
		.observed = observed,
		.threshold = threshold,
	};

	teller_say(&k->s->t, k->out, k->o, &m, "%s", text);
}

static struct rpc_pair *pair_of(const struct call *k)
{
	bool fresh;
	uint64_t key = hash_u64(k->src.id, k->dst.id);

	return sets_get(&k->s->pairs, key ? key : 1, 0, &fresh);
}

/* A copy and an execution on the same host, in either order. */
static void test_pair(const struct call *k, const struct rpc_pair *p)
{
	uint64_t now_ns = k->o->time_ns, window_ns = k->c->pair_s * NS_PER_S;
	unsigned exec = ACT_exec;
	char text[FINDING_SUBJECT], a[ADDR_TEXT];

	for (unsigned act = ACT_exec; act < ACT_copy; act++) {
		bool runs = act == ACT_activate || act == ACT_dump;
		if (runs && p->at_ns[act] > p->at_ns[exec])
			exec = act;
	}
	if (!p->at_ns[ACT_copy] || !p->at_ns[exec] || now_ns > p->at_ns[ACT_copy] + window_ns ||
	    now_ns > p->at_ns[exec] + window_ns)
		return;
	uint64_t apart_ns = p->at_ns[ACT_copy] > p->at_ns[exec]
				    ? p->at_ns[ACT_copy] - p->at_ns[exec]
				    : p->at_ns[exec] - p->at_ns[ACT_copy];
	snprintf(text, sizeof(text), "on %s: wrote %s, and %s, %.0f s apart (at most %u)",
		 addr_text(&k->o->dst, a), p->what[ACT_copy], p->what[exec],
		 (double)apart_ns / NS_PER_S, k->c->pair_s);
	tell(k, &rpc_abouts[ABOUT_pair], true, 2, 2, "acts", text);
}

static void remember(const struct call *k, enum rpc_act act, const char *what)
{
	struct rpc_pair *p = pair_of(k);

	p->at_ns[act] = k->o->time_ns ? k->o->time_ns : 1;
	snprintf(p->what[act], sizeof(p->what[act]), "%.71s", what);
	if (act != ACT_write && act != ACT_coerce)
		test_pair(k, p);
}

/* Sessions (srvsvc) or logged-on users (wkssvc) */
static bool collects(const struct about *a)
{
	return strcmp(a->technique, "T1049") == 0 || strcmp(a->technique, "T1033") == 0;
}

/* Replication and a new domain controller */
static bool replicates(const struct about *a)
{
	return strcmp(a->technique, "T1003.006") == 0 || strcmp(a->technique, "T1207") == 0;
}

static void test_collect(const struct call *k)
{
	bool fresh;
	uint64_t now_ns = k->o->time_ns, window_ns = k->c->collect_s * NS_PER_S;
	struct rpc_source *s = sets_get(&k->s->sources, k->src.id, 0, &fresh);
	unsigned n = 0;
	char text[FINDING_SUBJECT];

	for (unsigned i = 0; i < COLLECT_MAX; i++) {
		if (s->host[i] == k->dst.id) {
			s->ns[i] = now_ns;
			return;
		}
	}
	s->host[s->next % COLLECT_MAX] = k->dst.id;
	s->ns[s->next++ % COLLECT_MAX] = now_ns;
	for (unsigned i = 0; i < COLLECT_MAX; i++)
		n += s->host[i] && s->ns[i] + window_ns >= now_ns;
	if (n < k->c->collect_hosts)
		return;
	snprintf(text, sizeof(text), "%u hosts asked who is logged on within %u s", n,
		 k->c->collect_s);
	tell(k, &rpc_abouts[ABOUT_collect], true, n, k->c->collect_hosts, "hosts", text);
}

static bool is_replicas_bind(const struct fact_rpc_bind *b)
{
	const char *name = b->outcome == RESULT_ok ? rpc_interface_name(&b->interface) : NULL;

	return name && strcmp(name, "directory replication") == 0;
}

/* Who was asked for the directory's replication, and took the bind, is a domain controller, too. */
static void on_bind(const struct call *k)
{
	bool fresh;

	if (!is_replicas_bind(obs_fact(k->o)))
		return;
	struct rpc_source *s = sets_get(&k->s->sources, k->dst.id, 1, &fresh);
	s->replicates = true;
}

/* DCSync looks like what domain controllers do among themselves. */
static bool is_expected(const struct call *k, const struct about *a)
{
	const struct rpc_source *s = replicates(a) ? sets_find(&k->s->sources, k->src.id) : NULL;

	if (s && s->replicates && strcmp(a->technique, "T1207") != 0)
		return true;
	return replicates(a) && hosts_roles(k->out->hosts, &k->src, &k->o->src) & 1u << ROLE_dc;
}

static const char *const starts[] = {"currentversion\\run*",
				     "*currentversion\\run*",
				     "*image file execution options*",
				     "*\\winlogon*",
				     "*currentcontrolset\\services\\*",
				     "*silentprocessexit*",
				     "*control\\lsa*",
				     "*active setup*",
				     "*appcertdlls*"};
static const char *const backups[] = {"vss",      "swprv",      "wbengine",  "sdrsvc",
				      "*backup*", "veeam*",     "*acronis*", "*veritas*",
				      "bacula*",  "*arcserve*", "sqlwriter", "*shadow*",
				      "macrium*", "commvault*", "gxcimgr*"};

static bool is_one_of(const char *const *globs, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (glob_fits(globs[i], text))
			return true;
	}
	return false;
}

enum opener { OPENER_none, OPENER_registry, OPENER_service };

/* BaseRegCreateKey, BaseRegOpenKey; ROpenServiceW, ROpenServiceA */
static bool names_what(enum opener by, uint16_t op)
{
	return by == OPENER_registry ? op == 6 || op == 15 : op == 16 || op == 28;
}

/* BaseRegSetValue; RControlService, RDeleteService, RChangeServiceConfigW, A */
static bool changes_it(enum opener by, uint16_t op)
{
	return by == OPENER_registry ? op == 22 : op == 1 || op == 2 || op == 11 || op == 23;
}

/* Requests that open something by name, or then change it by handle. */
static enum opener opens_by_name(const struct fact_rpc_call *b)
{
	const char *name = b->type == 0 ? rpc_interface_name(&b->interface) : NULL;
	enum opener by;

	if (!name)
		return OPENER_none;
	by = strcmp(name, "registry") == 0          ? OPENER_registry
	     : strcmp(name, "service control") == 0 ? OPENER_service
						    : OPENER_none;
	return names_what(by, b->opnum) || changes_it(by, b->opnum) ? by : OPENER_none;
}

/* Opened by name, then changed by handle: the name is that of the open before. */
static void test_opened(const struct call *k, const struct fact_rpc_call *b, const char *what)
{
	enum opener by = opens_by_name(b);
	bool registry = by == OPENER_registry, service = by == OPENER_service;
	char text[FINDING_SUBJECT], a[ADDR_TEXT];
	uint16_t op = b->opnum;

	if (!by)
		return;
	struct rpc_pair *p = pair_of(k);
	if (names_what(by, op))
		snprintf(p->opened, sizeof(p->opened), "%.79s", what);
	bool value = registry && changes_it(by, op) &&
		     is_one_of(starts, sizeof(starts) / sizeof(starts[0]), p->opened);
	bool stop = service && changes_it(by, op) &&
		    is_one_of(backups, sizeof(backups) / sizeof(backups[0]), p->opened);
	if (!value && !stop)
		return;
	snprintf(text, sizeof(text), "on %s: %.79s, operation %u%s%.60s", addr_text(&k->o->dst, a),
		 p->opened, op, *what && value ? ", value " : "", value ? what : "");
	tell(k, &rpc_abouts[value ? ABOUT_starts : ABOUT_backups], true, 1, 1, "calls", text);
}

static void on_call(const struct call *k)
{
	const struct fact_rpc_call *b = obs_fact(k->o);
	const struct rpc_mark *m = rpc_mark_find(&b->interface, b->opnum);
	const char *what = obs_word(k->o, sizeof(*b), 1), *user = obs_word(k->o, sizeof(*b), 3);
	char text[FINDING_SUBJECT], a[ADDR_TEXT];

	count_add(&k->s->calls, 1); /* those that are told: rpc_uses() */
	test_opened(k, b, what);
	if (b->type != 0 || !m)
		return;
	const struct about *about = &rpc_abouts[ABOUT_fixed + rpc_mark_index(m)];
	if (is_expected(k, about))
		return;
	count_add(&k->s->marked, 1);
	snprintf(text, sizeof(text), "%s on %s (%s, operation %u)%s%.100s%s%.40s", m->words,
		 addr_text(&k->o->dst, a), rpc_interface_name(&b->interface), b->opnum,
		 *what ? ": " : "", what, *user ? ", as " : "", user);
	tell(k, about, m->tell, 1, 1, "calls", text);
	if (m->act != ACT_none && m->act != ACT_look) {
		snprintf(text, sizeof(text), "%s%s%.40s", m->words, *what ? ": " : "", what);
		remember(k, (enum rpc_act)m->act, text);
	}
	if (collects(about))
		test_collect(k);
}

static bool is_copy(const struct fact_smb_file *b)
{
	return b->admin && !b->pipe && !b->folder && b->status == 0 &&
	       (b->op == SMB_create || b->op == SMB_overwrite);
}

static void on_file(const struct call *k)
{
	const struct fact_smb_file *b = obs_fact(k->o);
	const char *path = obs_word(k->o, sizeof(*b), 1);

	if (is_copy(b))
		remember(k, ACT_copy, path);
}

static void on_io(const struct call *k)
{
	const struct fact_smb_io *b = obs_fact(k->o);

	if (b->admin && !b->pipe && b->written)
		remember(k, ACT_copy, obs_word(k->o, sizeof(*b), 1));
}

static void rpc_on_observation(const void *config, void *state, const struct observation *o,
			       const struct detector_out *out)
{
	struct call k = {.c = config, .s = state, .o = o, .out = out};
	const struct obs_link *link = obs_body(o);

	if (!hosts_ours(out->hosts, &o->src) && !hosts_ours(out->hosts, &o->dst))
		return;
	k.src = hosts_of(out->hosts, &o->src, link);
	k.dst = hosts_of(out->hosts, &o->dst, link);
	if (o->kind == OBS_rpc_call)
		on_call(&k);
	else if (o->kind == OBS_rpc_bind)
		on_bind(&k);
	else if (o->kind == OBS_smb_file)
		on_file(&k);
	else
		on_io(&k);
}

static void rpc_stats(const void *state, char *out, size_t size)
{
	const struct rpc_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size, "\"calls\":%llu,\"marked\":%llu,%s,\"pairs_evicted\":%llu",
		 (unsigned long long)count_get(&s->calls),
		 (unsigned long long)count_get(&s->marked), told,
		 (unsigned long long)count_get(&s->pairs.evicted));
	sets_say_evicted(&s->sources, "sources", out, size);
}

static bool rpc_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	const struct fact_rpc_call *b = f->body;
	const struct fact_smb_io *io = f->body;

	if (kind == OBS_rpc_call)
		return b->type == 0 && (opens_by_name(b) || rpc_mark_find(&b->interface, b->opnum));
	if (kind == OBS_rpc_bind)
		return is_replicas_bind(f->body);
	return kind == OBS_smb_io ? io->admin && !io->pipe && io->written : is_copy(f->body);
}

const struct detector detect_rpc = {
	.name = "rpc",
	.what = "hosts that have others run, save or open something by remote procedure call",
	.source = RPC_SOURCE,
	.wants = 1ull << OBS_rpc_call | 1ull << OBS_rpc_bind | 1ull << OBS_smb_file |
		 1ull << OBS_smb_io,
	.params = rpc_params,
	.abouts = rpc_abouts,
	.n_abouts = sizeof(rpc_abouts) / sizeof(rpc_abouts[0]),
	.config_size = sizeof(struct rpc_config),
	.init = rpc_init,
	.fini = rpc_fini,
	.on_observation = rpc_on_observation,
	.uses = rpc_uses,
	.stats = rpc_stats,
};
