// SPDX-License-Identifier: Apache-2.0
/* chain: who goes on from a host that was just reached, and what spreads by itself.
 *
 * A step is an act of administration of one of our hosts on another: a login to a shell or a
 * desktop, a command (service, task, WMI, WinRM), an admin share opened. A host keeps the last
 * steps that led to it; a step that leaves it within window_s goes on from one of those: the one of
 * the same account if there is one (the credential joins them), else the last (time does). Steps so
 * joined are a path. It is an alert when
 *   - a step of it ran something, and the last step is one that was never taken before; or
 *   - the last step was never taken before, and enough of the past is known to say so; or
 *   - it has `hops` steps, none of them ever taken before;
 * else a finding. Where the host in the middle is a jump host or another whose work it is to go on,
 * it is a finding as well. What follows by time alone on a step from a jump host is a finding; on
 * one from a monitor, a scanner, a backup or the like it is nothing.
 *
 * What spreads: a host that was reached by an act, and then does the same act to `spread` hosts for
 * the first time, is a spreader; two of one origin within worm_s are a worm. Acts are the steps;
 * of a mere contact with a service of administration it takes `worm_contacts` hosts.
 *
 * Units:  steps; hosts; seconds of packet time.
 * Owns:   bounded tables of hosts, edges, spreads, and of accounts by ticket and by connection:
 *         below 8 MB with the defaults.
 * Cost:   four look-ups a step, two a contact; nothing a packet.
 * Source: Ho et al., "Hopper", USENIX Security 2021 (paths joined by account, new destinations);
 *         Apruzzese et al., IEEE TETC 2020 (A to B, B to C within a bound); for worms Staniford,
 *         Paxson, Weaver, USENIX Security 2002, and Ellis et al., WORM 2004 (a host reached does to
 *         others what was done to it).
 */
#include "detect/edges.h"
#include "detect/rpc.h"
#include "detect/state.h"
#include "detect/teller.h"

#include "base/clock.h"
#include "flow/flow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define TCP      6
#define ARRIVALS 4u
#define ACCOUNT  32u
#define HOPS_MAX 15u
#define GOES_ON  (SAY_WATCHERS | 1u << ROLE_jump | 1u << ROLE_backup | 1u << ROLE_dc)

struct chain_config {
	uint32_t window_s, hops, spread, spreaders, worm_contacts, worm_s, again_s;
	uint32_t hosts, edges, accounts;
};

enum way { WAY_ssh, WAY_telnet, WAY_rdp, WAY_vnc, WAY_winrm, WAY_rpc, WAY_share, WAY_contact };
static const char *const way_names[] = {"SSH",   "Telnet", "RDP",         "VNC",
					"WinRM", "RPC",    "admin share", "port"};

/* By whom a step was taken: those whose work it is (jump hosts, for people that come through them)
 */
enum meant { MEANT_no, MEANT_work, MEANT_jump };

struct arrival { /* a step that led to a host */
	uint64_t ns, by;
	uint64_t account; /* as a key; 0 not known */
	struct addr from, origin;
	uint8_t hops;  /* of the path that ends with it */
	uint8_t runs;  /* a step of the path ran something */
	uint8_t first; /* no step of it was ever taken before */
	uint8_t way;
	uint8_t meant; /* enum meant */
	uint8_t pad[3];
};

struct chain_host {
	struct sets_head head;
	struct arrival at[ARRIVALS];
};

struct chain_account { /* of a ticket or a connection */
	struct sets_head head;
	char name[ACCOUNT];
};

struct chain_spread { /* one host and act */
	struct sets_head head;
	uint64_t acted_ns;   /* last did it; 0 never */
	uint64_t reached_ns; /* had it done to it before it did; 0 never */
	uint64_t root, by;
	struct addr origin;
	uint64_t targets; /* set by hash */
	uint64_t counted;
};

struct chain_worm { /* one origin and act */
	struct sets_head head;
	uint64_t ns, spreaders;
};

struct chain_state {
	struct teller t;
	struct edges edges;
	struct sets hosts, tickets, flows, spreads, worms;
	struct count steps, joined;
};

enum { CHAIN_path, CHAIN_worm, CHAIN_kinds };
#define CHAIN_SOURCE                                                                               \
	"Hopper, USENIX Security 2021; Apruzzese et al., IEEE TETC 2020; Ellis et al., WORM 2004"
/* clang-format off */
static const struct about chain_abouts[CHAIN_kinds] = {
	SAY_ABOUT("chain", 911, 1, FAMILY_lateral, "Lateral Movement",
		"LATERAL a path: from a host just reached on to another", "T1021", "TA0008", CHAIN_SOURCE,
		"log-ins on the host in the middle: who came in (4624 type 3 and 10, auth.log), who went out, and as "
		"which account? A host through which others are meant to be reached should have the role jump"),
	SAY_ABOUT("chain", 912, 1, FAMILY_lateral, "Lateral Movement",
		"LATERAL something spreads: hosts reached do to others what was done to them", "T1210", "TA0008",
		CHAIN_SOURCE, "what did the first spreader run after it was reached? Insulate spreaders before the "
		"origin: it is they that go on"),
};
static const struct param chain_params[] = {
	PARAM(PARAM_U32, struct chain_config, window_s, 1, 86400, 600, "s", "between two steps of a path"),
	PARAM(PARAM_U32, struct chain_config, hops, 2, HOPS_MAX, 3, "steps",
	      "of a path, all new, that are an alert before enough is learnt"),
	PARAM(PARAM_U32, struct chain_config, spread, 1, 64, 2, "hosts",
	      "to which a host reached must do the same to be a spreader"),
	PARAM(PARAM_U32, struct chain_config, spreaders, 1, 1000, 2, "hosts", "of one origin that spread"),
	PARAM(PARAM_U32, struct chain_config, worm_contacts, 2, 64, 5, "hosts",
	      "as spread, where only contacts are seen"),
	PARAM(PARAM_U32, struct chain_config, worm_s, 10, 604800, 3600, "s",
	      "from being reached to spreading"),
	PARAM(PARAM_U32, struct chain_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host, target and kind in this time"),
	PARAM(PARAM_U32, struct chain_config, hosts, 64, 1 << 22, 2048, "hosts", "remembered"),
	PARAM(PARAM_U32, struct chain_config, edges, 64, 1 << 24, 32768, "edges", "remembered"),
	PARAM(PARAM_U32, struct chain_config, accounts, 64, 1 << 22, 8192, "tickets",
	      "and connections whose account is remembered"),
	{0},
};
/* clang-format on */

struct step {
	const struct chain_config *c;
	struct chain_state *s;
	const struct observation *o;
	const struct detector_out *out;
	struct host_view src, dst;
	enum way way;
	uint16_t port; /* of WAY_contact: what it is beside the way */
	bool runs;     /* it is a command */
	bool first;    /* it was never taken before this path */
	char account[ACCOUNT];
};

static void chain_fini(void *state)
{
	struct chain_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	edges_fini(&s->edges);
	sets_fini(&s->hosts);
	sets_fini(&s->tickets);
	sets_fini(&s->flows);
	sets_fini(&s->spreads);
	sets_fini(&s->worms);
	free(s);
}

static int chain_init(const void *config, void **state, struct err *err)
{
	const struct chain_config *c = config;
	struct chain_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for chain");
	if ((rc = teller_init(&s->t, c->hosts, err)) ||
	    (rc = edges_init(&s->edges, c->edges, err)) ||
	    (rc = sets_init(&s->hosts, sizeof(struct chain_host), c->hosts, err)) ||
	    (rc = sets_init(&s->tickets, sizeof(struct chain_account), c->accounts, err)) ||
	    (rc = sets_init(&s->flows, sizeof(struct chain_account), c->accounts, err)) ||
	    (rc = sets_init(&s->spreads, sizeof(struct chain_spread), c->hosts * 2, err)) ||
	    (rc = sets_init(&s->worms, sizeof(struct chain_worm), c->hosts, err))) {
		chain_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* Accounts */

/* "CORP\alice", "alice@corp.example" and "Alice" are one account. */
static void account_of(const char *text, char out[ACCOUNT])
{
	const char *back = strrchr(text, '\\');
	size_t n;

	text = back ? back + 1 : text;
	n = strcspn(text, "@");
	snprintf(out, ACCOUNT, "%.*s", (int)(n < ACCOUNT ? n : ACCOUNT - 1), text);
}

static uint64_t account_key(const char *account)
{
	uint64_t h = *account ? once_text(account) : 0;

	return *account && !h ? 1 : h;
}

/* A ticket says whose it is where it is issued; where it is presented nothing does. */
static void on_krb(struct chain_state *s, const struct observation *o)
{
	const struct fact_krb *b = obs_fact(o);
	const char *client = obs_word(o, sizeof(*b), 0);
	bool fresh;

	if (!b->ticket)
		return;
	if ((b->message == 11 || b->message == 13) && *client) {
		struct chain_account *t = sets_get(&s->tickets, b->ticket, 0, &fresh);

		account_of(client, t->name);
	} else if (b->message == 14) {
		const struct chain_account *t = sets_find(&s->tickets, b->ticket);
		struct chain_account *f = t ? sets_get(&s->flows, o->flow_id, 0, &fresh) : NULL;

		if (f)
			memcpy(f->name, t->name, sizeof(f->name));
	}
}

/* Paths */

static struct chain_host *host_of(struct chain_state *s, uint64_t id)
{
	bool fresh;

	return sets_get(&s->hosts, id, 0, &fresh);
}

/* The step at the host it leaves that this one goes on from, or NULL. *same: by the account. */
static const struct arrival *comes_from(const struct step *k, const struct chain_host *h,
					bool *same)
{
	uint64_t window_ns = k->c->window_s * NS_PER_S, account = account_key(k->account);
	const struct arrival *best = NULL;

	*same = false;
	for (unsigned i = 0; i < ARRIVALS; i++) {
		const struct arrival *a = &h->at[i];
		bool mine = account && a->account == account;

		if (!a->ns || a->ns > k->o->time_ns || k->o->time_ns > a->ns + window_ns ||
		    a->by == k->dst.id || addr_eq(&a->origin, &k->o->dst) ||
		    (a->meant == MEANT_work && !mine))
			continue;
		if (!best || (mine && !*same) || (mine == *same && a->ns > best->ns)) {
			best = a;
			*same = mine;
		}
	}
	return best;
}

/* Where the step is kept at the host it leads to: in its own place, else in the oldest. */
static struct arrival *place(const struct step *k, struct chain_host *h, uint64_t account)
{
	struct arrival *at = &h->at[0];

	for (unsigned i = 0; i < ARRIVALS; i++) {
		struct arrival *a = &h->at[i];

		if (a->ns && a->by == k->src.id && (a->account == account || !account))
			return a;
		if (a->ns < at->ns)
			at = a;
	}
	*at = (struct arrival){0};
	return at;
}

static void arrive(const struct step *k, const struct arrival *from)
{
	uint64_t account = account_key(k->account);
	struct arrival *a = place(k, host_of(k->s, k->dst.id), account);
	bool again = a->ns && k->o->time_ns < a->ns + k->c->window_s * NS_PER_S;
	uint8_t hops = from ? from->hops + 1 : 1;
	uint32_t roles = hosts_roles(k->out->hosts, &k->src, &k->o->src);

	a->runs = (again && a->runs) || k->runs || (from && from->runs);
	a->first = k->first && (!from || from->first);
	a->account = account ? account : a->account;
	a->hops = again && a->hops > hops ? a->hops : hops < HOPS_MAX ? hops : HOPS_MAX;
	a->origin = from ? from->origin : k->o->src;
	a->ns = k->o->time_ns ? k->o->time_ns : 1;
	a->by = k->src.id;
	a->from = k->o->src;
	a->way = (uint8_t)k->way;
	a->meant = roles & 1u << ROLE_jump ? MEANT_jump : roles & GOES_ON ? MEANT_work : MEANT_no;
}

static void test_path(const struct step *k, const struct arrival *a, bool same)
{
	char text[3][ADDR_TEXT], as[ACCOUNT + 16] = "";
	unsigned hops = a->hops + 1u;
	bool alert = k->first && (same || !a->meant) &&
		     (k->runs || a->runs || k->out->mature || (hops >= k->c->hops && a->first));
	const struct telling m = {.about = &chain_abouts[CHAIN_path],
				  .host = &k->o->src,
				  .other = &k->o->dst,
				  .what = alert, /* what was a finding may yet be one */
				  .doers = GOES_ON,
				  .again_s = k->c->again_s,
				  .alert = alert,
				  .unit = "hops",
				  .observed = hops,
				  .threshold = 2};

	if (*k->account)
		snprintf(as, sizeof(as), "%s \"%s\"", same ? ", both as" : ", as", k->account);
	count_add(&k->s->joined, 1);
	teller_say(&k->s->t, k->out, k->o, &m,
		   "%s came in by %s, and %.0f s later this host went on to %s by %s%s%s; the path "
		   "of %u steps began at %s",
		   addr_text(&a->from, text[0]), way_names[a->way],
		   (double)(k->o->time_ns - a->ns) / NS_PER_S, addr_text(&k->o->dst, text[1]),
		   way_names[k->way], as, k->first ? ", which it never did" : "", hops,
		   addr_text(&a->origin, text[2]));
}

/* Worms */

static struct chain_spread *spread_of(const struct step *k, uint64_t id)
{
	bool fresh;

	return sets_get(&k->s->spreads,
			hash_u64(hash_u64(id, 61), (uint64_t)k->way << 16 | k->port), 0, &fresh);
}

static void test_worm(const struct step *k, struct chain_spread *s)
{
	bool fresh, seen_only = k->way == WAY_contact;
	char origin[ADDR_TEXT], by[24];
	struct chain_worm *w = sets_get(
		&k->s->worms, hash_u64(s->root, (uint64_t)k->way << 16 | k->port), 0, &fresh);

	if (k->o->time_ns > w->ns + k->c->worm_s * NS_PER_S)
		w->spreaders = 0;
	w->ns = k->o->time_ns;
	w->spreaders++;
	if (w->spreaders < k->c->spreaders)
		return;
	const struct telling m = {.about = &chain_abouts[CHAIN_worm],
				  .host = &k->o->src,
				  .other = &k->o->dst,
				  .what = s->root,
				  .doers = SAY_WATCHERS,
				  .again_s = k->c->again_s,
				  .alert = !seen_only || k->out->mature,
				  .unit = "spreaders",
				  .observed = (double)w->spreaders,
				  .threshold = k->c->spreaders};
	snprintf(by, sizeof(by), seen_only ? "%s %u" : "%s", way_names[k->way], k->port);
	teller_say(&k->s->t, k->out, k->o, &m,
		   "reached by %s %.0f s before, it does the same to %u hosts; %u hosts that %s "
		   "reached, or whom it reached, now do so",
		   by, (double)(k->o->time_ns - s->reached_ns) / NS_PER_S,
		   (unsigned)__builtin_popcountll(s->targets), (unsigned)w->spreaders,
		   addr_text(&s->origin, origin));
}

/* An act that was never done before between the two. */
static void spread(const struct step *k)
{
	uint64_t now_ns = k->o->time_ns, worm_ns = k->c->worm_s * NS_PER_S;
	struct chain_spread s = *spread_of(k, k->src.id), *at;
	unsigned least = k->way == WAY_contact ? k->c->worm_contacts : k->c->spread;
	bool lives = s.reached_ns && now_ns <= s.reached_ns + worm_ns && s.by != k->dst.id;

	at = spread_of(k, k->dst.id);
	if (!(at->acted_ns && now_ns <= at->acted_ns + worm_ns) &&
	    !(at->reached_ns && now_ns <= at->reached_ns + worm_ns)) {
		at->reached_ns = now_ns ? now_ns : 1;
		at->by = k->src.id;
		at->root = lives ? s.root : k->src.id;
		at->origin = lives ? s.origin : k->o->src;
		at->targets = at->counted = 0;
	}
	at = spread_of(k, k->src.id); /* the other look-up may have moved it */
	at->acted_ns = now_ns ? now_ns : 1;
	if (!lives)
		return;
	at->targets |= 1ull << (hash_u64(k->dst.id, 63) & 63);
	if ((unsigned)__builtin_popcountll(at->targets) < least || at->counted)
		return;
	at->counted = 1;
	test_worm(k, at);
}

/* Steps */

/* False: not between two hosts of ours. */
static bool take(struct step *k, const char *account)
{
	const struct obs_link *link = obs_body(k->o);
	uint64_t now_ns = k->o->time_ns;
	bool fresh;

	if (!hosts_ours(k->out->hosts, &k->o->src) || !hosts_ours(k->out->hosts, &k->o->dst))
		return false;
	k->src = hosts_of(k->out->hosts, &k->o->src, link);
	k->dst = hosts_of(k->out->hosts, &k->o->dst, link);
	if (k->src.id == k->dst.id)
		return false;
	account_of(account, k->account);
	if (!*k->account) {
		const struct chain_account *f = sets_find(&k->s->flows, k->o->flow_id);

		if (f)
			memcpy(k->account, f->name, sizeof(k->account));
	}
	const struct edge *e = edges_use(&k->s->edges, k->src.id, k->dst.id,
					 (uint16_t)(k->way << 12 ^ k->port), now_ns, &fresh);
	k->first = !e->learnt && now_ns <= e->first_ns + k->c->window_s * NS_PER_S;
	if (fresh)
		spread(k);
	return true;
}

static void step(struct step *k, const char *account)
{
	bool same;

	if (!take(k, account))
		return;
	count_add(&k->s->steps, 1);
	struct chain_host h = *host_of(k->s, k->src.id);
	const struct arrival *from = comes_from(k, &h, &same);
	if (from)
		test_path(k, from, same);
	arrive(k, from);
}

/* By which way a log-in leads on, + 1; 0: it does not. */
static unsigned login_way(const struct fact_login *b)
{
	static const uint8_t ways[LOGIN_count] = {
		[LOGIN_ssh] = WAY_ssh + 1,
		[LOGIN_telnet] = WAY_telnet + 1,
		[LOGIN_rdp] = WAY_rdp + 1,
		[LOGIN_vnc] = WAY_vnc + 1,
	};

	if (b->how >= LOGIN_count || b->outcome == RESULT_failed ||
	    (b->outcome != RESULT_ok && b->how != LOGIN_rdp))
		return 0; /* a desktop's outcome is inside TLS */
	return ways[b->how];
}

static void on_login(struct step *k)
{
	const struct fact_login *b = obs_fact(k->o);
	unsigned way = login_way(b);

	if (!way)
		return;
	k->way = way - 1;
	step(k, obs_word(k->o, sizeof(*b), 0));
}

static const struct rpc_mark *call_mark(const struct fact_rpc_call *b)
{
	const struct rpc_mark *m = b->type == 0 ? rpc_mark_find(&b->interface, b->opnum) : NULL;
	bool leads = m && (m->act == ACT_exec || m->act == ACT_activate || m->act == ACT_dump);

	return leads ? m : NULL;
}

static void on_call(struct step *k)
{
	const struct fact_rpc_call *b = obs_fact(k->o);
	const struct rpc_mark *m = call_mark(b);

	if (!m)
		return;
	k->way = WAY_rpc;
	k->runs = m->act == ACT_exec;
	step(k, obs_word(k->o, sizeof(*b), 3));
}

static void on_tree(struct step *k)
{
	const struct fact_smb_tree *b = obs_fact(k->o);

	if (!b->admin || b->status)
		return;
	k->way = WAY_share;
	step(k, obs_word(k->o, sizeof(*b), 1));
}

static bool is_shell(const struct fact_http *b, const char *method, const char *uri)
{
	return b->status / 100 == 2 && strcasecmp(uri, "/wsman") == 0 &&
	       strcmp(method, "POST") == 0;
}

static void on_http(struct step *k)
{
	const struct fact_http *b = obs_fact(k->o);

	if (!is_shell(b, obs_word(k->o, sizeof(*b), 0), obs_word(k->o, sizeof(*b), 2)))
		return;
	k->way = WAY_winrm;
	k->runs = true;
	step(k, "");
}

static void on_contact(struct step *k)
{
	const struct obs_contact *b = obs_body(k->o);

	if (b->link.proto != TCP || b->guessed || b->outcome == FLOW_pending ||
	    (b->seen & FLOW_SYNACK_FIRST) || !edges_administers(k->o->dport))
		return;
	k->way = WAY_contact;
	k->port = k->o->dport;
	take(k, "");
}

static void chain_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	struct step k = {.c = config, .s = state, .o = o, .out = out};

	switch (o->kind) {
	case OBS_login:
		on_login(&k);
		break;
	case OBS_rpc_call:
		on_call(&k);
		break;
	case OBS_smb_tree:
		on_tree(&k);
		break;
	case OBS_http:
		on_http(&k);
		break;
	case OBS_contact:
		on_contact(&k);
		break;
	default:
		on_krb(state, o);
		break;
	}
}

static void chain_stats(const void *state, char *out, size_t size)
{
	const struct chain_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size,
		 "%s,\"steps\":%llu,\"joined\":%llu,\"hosts_evicted\":%llu,\"edges_evicted\":%llu",
		 told, (unsigned long long)count_get(&s->steps),
		 (unsigned long long)count_get(&s->joined),
		 (unsigned long long)count_get(&s->hosts.evicted),
		 (unsigned long long)count_get(&s->edges.at.evicted));
	sets_say_evicted(&s->tickets, "tickets", out, size);
	sets_say_evicted(&s->flows, "flows", out, size);
	sets_say_evicted(&s->spreads, "spreads", out, size);
	sets_say_evicted(&s->worms, "worms", out, size);
}

static unsigned chain_tables(void *state, struct state_table *out)
{
	struct chain_state *s = state;

	out[0] = (struct state_table){"chain.edges", &s->edges.at, edges_take};
	return 1;
}

static bool chain_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	const struct fact_krb *krb = f->body;
	const struct fact_smb_tree *tree = f->body;

	switch (kind) {
	case OBS_login:
		return login_way(f->body) != 0;
	case OBS_rpc_call:
		return call_mark(f->body) != NULL;
	case OBS_smb_tree:
		return tree->admin && !tree->status;
	case OBS_http:
		return is_shell(f->body, fact_word(f, 0), fact_word(f, 2));
	case OBS_krb:
		return krb->message == 11 || krb->message == 13 || krb->message == 14;
	default:
		return true;
	}
}

const struct detector detect_chain = {
	.name = "chain",
	.what = "paths from a host just reached on to another, and what spreads by itself",
	.source = CHAIN_SOURCE,
	.wants = 1ull << OBS_login | 1ull << OBS_rpc_call | 1ull << OBS_smb_tree |
		 1ull << OBS_http | 1ull << OBS_contact | 1ull << OBS_krb,
	.params = chain_params,
	.abouts = chain_abouts,
	.n_abouts = CHAIN_kinds,
	.config_size = sizeof(struct chain_config),
	.init = chain_init,
	.fini = chain_fini,
	.on_observation = chain_on_observation,
	.uses = chain_uses,
	.stats = chain_stats,
	.tables = chain_tables,
};
