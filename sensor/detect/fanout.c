// SPDX-License-Identifier: Apache-2.0
/* fanout: who administers hosts that it never administered.
 *
 * Every answered contact between two of our hosts on a service of administration (remote shell,
 * desktop, files, RPC, WinRM) is an edge of a graph. Three tests on the edges that are new:
 *   201  fan-out: one host makes new edges to `hosts` different hosts within window_s, and
 *        usual_factor times more than it ever did in a window before;
 *   202  a chain: A reaches B for the first time, and within chain_s B reaches C for the first
 * time, neither being a host through which others are administered anyway; 203  a single new edge.
 * Of who asks the same hosts for other services as well, within the window and for half of them or
 * more, fan-out is a finding: monitors and inventories do, whom nobody gave a role. So it is, until
 * enough of the past has been learnt, where half of the new edges are SSH and nobody got in there by a password:
 * deployment, backups that are fetched, a check of the port look so in their first night; when passwords
 * work there afterwards it becomes an alert. Else it is an
 * absolute floor and alerts at once. In a graph that has just begun every edge is new: so a chain
 * alerts, and a single edge is told, only when enough of the past has been learnt (before, chains
 * are findings). Hosts whose work it is (domain controllers as destinations, scanners, monitoring,
 * jump hosts, backup, relays as sources) are findings. Failed contacts are scan.c's.
 *
 * Units:  different hosts; seconds of packet time.
 * Owns:   the graph, one window a source, and who asked whom for other services, bounded: below 11
 * MB with the defaults. Cost:   a look-up a contact among our hosts, two on such a service, one
 * pass over at most WINDOW_MAX destinations. Source: Ho, Dhiman, Akhawe, Paxson, Savage, Voelker,
 * Wagner, "Hopper", USENIX Security 2021 (paths of new logins); Apruzzese, Pierazzi, Colajanni,
 * Marchetti, IEEE TETC 2020 (A to B, B to C within a bound, from flows alone).
 */
#include "detect/edges.h"
#include "detect/say.h"
#include "detect/state.h"

#include "base/clock.h"
#include "base/hash.h"
#include "flow/flow.h"
#include "observe/fact.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TCP        6
#define SSH_PORT   22
#define WINDOW_MAX 64
#define DOERS      (SAY_WATCHERS | 1u << ROLE_jump | 1u << ROLE_backup | 1u << ROLE_dc)

struct fanout_config {
	uint32_t hosts, window_s;
	double usual_factor;
	uint32_t chain_s, again_s;
	uint32_t edges, sources;
};

enum fanout_kind { FANOUT_many, FANOUT_chain, FANOUT_edge, FANOUT_kinds };

struct source { /* one host that administers */
	struct sets_head head;
	struct { /* new edges of the window, a ring */
		uint64_t dst, ns;
		uint16_t port;
	} at[WINDOW_MAX];
	uint64_t n, next;
	uint64_t usual;             /* most different hosts in a window that has passed */
	uint64_t window_ns, window; /* begin of this window, most in it so far */
	uint64_t told_ns, chain_ns; /* last told */
	uint64_t held_ns;           /* fan-out was a finding that passwords may make an alert */
	uint64_t reached_ns;        /* last new edge that leads here, and from whom */
	struct addr reached_by;
};

struct asked {
	struct sets_head head;
	uint64_t ns;
};

struct fanout_state {
	struct edges edges;
	struct sets sources;
	struct sets asked; /* (source, destination): other services, when last */
	struct sets typed; /* (source, destination): SSH, got in by a password, when last */
	struct count contacts, fresh, alerts, findings;
};

/* clang-format off */
#define FANOUT_SOURCE "Hopper, USENIX Security 2021; Apruzzese et al., IEEE TETC 2020"
#define FANOUT_ABOUT(sid_, sev_, msg_, technique_, check_)                                          \
	SAY_ABOUT("fanout", sid_, sev_, FAMILY_lateral, "Lateral Movement", msg_, technique_,       \
		  "TA0008", FANOUT_SOURCE, check_)
static const struct about fanout_abouts[FANOUT_kinds] = {
	[FANOUT_many] = FANOUT_ABOUT(201, 1, "LATERAL a host administers many hosts it never did",
		"T1021", "who is logged in there, and is a roll-out or an inventory running? Such hosts "
		"should have a role in assets"),
	[FANOUT_chain] = FANOUT_ABOUT(202, 2, "LATERAL a new administrative contact leads on to another",
		"T1021", "compare the log-ins on the host in the middle: who came in, who went out?"),
	[FANOUT_edge] = FANOUT_ABOUT(203, 3, "LATERAL a new administrative contact", "T1021",
		"is it meant that this host administers that one?"),
};
static const struct param fanout_params[] = {
	PARAM(PARAM_U32, struct fanout_config, hosts, 3, WINDOW_MAX, 10, "hosts",
	      "different ones newly administered within window_s"),
	PARAM(PARAM_U32, struct fanout_config, window_s, 10, 86400, 600, "s", "within this time"),
	PARAM(PARAM_F64, struct fanout_config, usual_factor, 1, 100, 2, "times",
	      "more than in any window of the host's past"),
	PARAM(PARAM_U32, struct fanout_config, chain_s, 1, 86400, 600, "s",
	      "between the two steps of a chain"),
	PARAM(PARAM_U32, struct fanout_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host and kind in this time"),
	PARAM(PARAM_U32, struct fanout_config, edges, 64, 1 << 24, 65536, "edges",
	      "of the graph that are remembered"),
	PARAM(PARAM_U32, struct fanout_config, sources, 64, 1 << 22, 2048, "hosts",
	      "that administer others or are administered"),
	{0},
};
/* clang-format on */

struct call {
	const struct fanout_config *c;
	struct fanout_state *s;
	const struct observation *o;
	const struct obs_contact *b;
	const struct detector_out *out;
	struct host_view src, dst;
};

static void fanout_fini(void *state)
{
	struct fanout_state *s = state;

	if (!s)
		return;
	edges_fini(&s->edges);
	sets_fini(&s->sources);
	sets_fini(&s->asked);
	sets_fini(&s->typed);
	free(s);
}

static int fanout_init(const void *config, void **state, struct err *err)
{
	const struct fanout_config *c = config;
	struct fanout_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for fanout");
	if ((rc = edges_init(&s->edges, c->edges, err)) ||
	    (rc = sets_init(&s->sources, sizeof(struct source), c->sources, err)) ||
	    (rc = sets_init(&s->asked, sizeof(struct asked), c->edges, err)) ||
	    (rc = sets_init(&s->typed, sizeof(struct asked), c->edges / 16, err))) {
		fanout_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void tell(const struct call *k, enum fanout_kind kind, bool is_alert, double observed,
		 double usual, double threshold, const char *text)
{
	uint32_t roles = hosts_roles(k->out->hosts, &k->src, &k->o->src);
	struct finding f = say_of(k->o, &k->b->link, &k->o->src, &k->src, &k->o->dst);

	f.tier = is_alert && !(roles & DOERS) ? TIER_alert : TIER_finding;
	f.about = &fanout_abouts[kind];
	f.score = threshold > 0 ? fmax(1, observed / threshold) : 1;
	f.evidence[0] = (struct evidence){"new_hosts", observed, usual, threshold, "hosts"};
	f.n_evidence = 1;
	count_add(f.tier == TIER_alert ? &k->s->alerts : &k->s->findings, 1);
	k->out->add(k->out->ctx, &f, text);
}

/* The destinations of the window, without those that have left it; how many different ones. */
static unsigned add(const struct call *k, struct source *s, uint64_t window_ns, char *ports,
		    size_t size)
{
	uint64_t now_ns = k->o->time_ns, seen[WINDOW_MAX];
	unsigned i = (unsigned)(s->next++ % WINDOW_MAX), hosts = 0;
	size_t len = 0;

	s->at[i].dst = k->dst.id;
	s->at[i].ns = now_ns;
	s->at[i].port = k->o->dport;
	s->n = s->n < WINDOW_MAX ? s->n + 1 : WINDOW_MAX;
	ports[0] = 0;
	for (i = 0; i < s->n; i++) {
		unsigned h = 0;

		if (s->at[i].ns + window_ns < now_ns)
			continue;
		while (h < hosts && seen[h] != s->at[i].dst)
			h++;
		if (h == hosts)
			seen[hosts++] = s->at[i].dst;
		char port[8];
		snprintf(port, sizeof(port), "%u ", s->at[i].port);
		if (!strstr(ports, port) && len + sizeof(port) < size)
			len += (size_t)snprintf(ports + len, size - len, "%s", port);
	}
	return hosts;
}

static uint64_t asked_key(uint64_t src, uint64_t dst)
{
	uint64_t key = hash_u64(src, dst);

	return key ? key : 1;
}

static bool lately(struct sets *set, const struct call *k, uint64_t dst, uint64_t window_ns)
{
	const struct asked *a = sets_find(set, asked_key(k->src.id, dst));

	return a && a->ns + window_ns >= k->o->time_ns;
}

/* The new edges of the window that lead to hosts which were asked for other services, too, or where programs
 * log in, are at least as many as the others. */
static bool explained(const struct call *k, const struct source *s, uint64_t window_ns)
{
	uint64_t now_ns = k->o->time_ns;
	unsigned also = 0, only = 0;

	for (unsigned i = 0; i < s->n; i++) {
		if (s->at[i].ns + window_ns < now_ns)
			continue;
		bool fine = lately(&k->s->asked, k, s->at[i].dst, window_ns) ||
			    (s->at[i].port == SSH_PORT && !k->out->mature &&
			     !lately(&k->s->typed, k, s->at[i].dst, window_ns));
		also += fine;
		only += !fine;
	}
	return also >= only;
}

static void test_many(const struct call *k, struct source *s)
{
	uint64_t window_ns = k->c->window_s * NS_PER_S, now_ns = k->o->time_ns;
	char ports[64], text[FINDING_SUBJECT];

	if (now_ns >= s->window_ns + window_ns) {
		s->usual = s->window > s->usual ? s->window : s->usual;
		s->window = 0;
		s->window_ns = now_ns;
	}
	unsigned n = add(k, s, window_ns, ports, sizeof(ports));
	double threshold = fmax(k->c->hosts, k->c->usual_factor * (double)s->usual);
	if (n < threshold) {
		s->window = n > s->window ? n : s->window;
		return;
	}
	if (s->told_ns && now_ns < s->told_ns + k->c->again_s * NS_PER_S)
		return; /* a window that was told does not become usual */
	s->told_ns = now_ns;
	snprintf(text, sizeof(text),
		 "%u hosts newly administered within %u s, ports %s; at most %u before", n,
		 k->c->window_s, ports, (unsigned)s->usual);
	bool is_alert = !explained(k, s, window_ns);
	s->held_ns = is_alert ? 0 : now_ns;
	tell(k, FANOUT_many, is_alert, n, (double)s->usual, threshold, text);
}

/* Somebody got in by SSH and a password: where fan-out was told as a finding, is it one still? */
static void on_typed(const struct call *k)
{
	bool fresh;
	uint64_t now_ns = k->o->time_ns, window_ns = k->c->window_s * NS_PER_S;
	struct asked *a = sets_get(&k->s->typed, asked_key(k->src.id, k->dst.id), 0, &fresh);
	struct source *s = sets_find(&k->s->sources, k->src.id);
	char text[FINDING_SUBJECT];

	a->ns = now_ns;
	if (!s || !s->held_ns || now_ns > s->held_ns + window_ns || explained(k, s, window_ns))
		return;
	s->held_ns = 0;
	s->told_ns = now_ns;
	snprintf(text, sizeof(text), "%u and more hosts newly administered within %u s by SSH, at half of them by a password",
		 k->c->hosts, k->c->window_s);
	tell(k, FANOUT_many, true, k->c->hosts, (double)s->usual, k->c->hosts, text);
}

/* The edge at hand is new and leaves a host that a new edge has just led to. */
static void test_chain(const struct call *k, struct source *s)
{
	char text[FINDING_SUBJECT], a[ADDR_TEXT], b[ADDR_TEXT], c[ADDR_TEXT];
	uint64_t now_ns = k->o->time_ns;

	if (!s->reached_ns || now_ns < s->reached_ns ||
	    now_ns > s->reached_ns + k->c->chain_s * NS_PER_S ||
	    addr_eq(&s->reached_by, &k->o->dst) ||
	    (s->chain_ns && now_ns < s->chain_ns + k->c->again_s * NS_PER_S))
		return;
	s->chain_ns = now_ns;
	snprintf(text, sizeof(text),
		 "%s to %s, and %.0f s later on to %s port %u, none of it before",
		 addr_text(&s->reached_by, a), addr_text(&k->o->src, b),
		 (double)(now_ns - s->reached_ns) / NS_PER_S, addr_text(&k->o->dst, c),
		 k->o->dport);
	tell(k, FANOUT_chain, k->out->mature, 2, NAN, 2, text);
}

static void on_new_edge(const struct call *k)
{
	bool fresh;
	uint32_t dst_roles = hosts_roles(k->out->hosts, &k->dst, &k->o->dst);
	struct source *s = sets_get(&k->s->sources, k->src.id, 1, &fresh);

	count_add(&k->s->fresh, 1);
	test_many(k, s);
	if (dst_roles & 1u << ROLE_dc)
		return; /* everybody reaches these: no step of a chain */
	test_chain(k, s);
	if (k->out->mature) {
		char text[FINDING_SUBJECT], a[ADDR_TEXT], b[ADDR_TEXT];

		snprintf(text, sizeof(text), "%s administers %s port %u for the first time",
			 addr_text(&k->o->src, a), addr_text(&k->o->dst, b), k->o->dport);
		tell(k, FANOUT_edge, false, 1, 0, 1, text);
	}
	struct source *d = sets_get(&k->s->sources, k->dst.id, 0, &fresh);
	d->reached_ns = k->o->time_ns ? k->o->time_ns : 1;
	d->reached_by = k->o->src;
}

static bool is_typed(const struct fact_login *b)
{
	return b->how == LOGIN_ssh && b->outcome == RESULT_ok && b->proof == PROOF_password;
}

static void fanout_on_observation(const void *config, void *state, const struct observation *o,
				  const struct detector_out *out)
{
	struct call k = {.c = config, .s = state, .o = o, .b = obs_body(o), .out = out};
	bool fresh;

	if (o->kind == OBS_login) { /* of k.b only the link is there */
		if (is_typed(obs_fact(o)) && hosts_ours(out->hosts, &o->src) && hosts_ours(out->hosts, &o->dst)) {
			k.src = hosts_of(out->hosts, &o->src, &k.b->link);
			k.dst = hosts_of(out->hosts, &o->dst, &k.b->link);
			on_typed(&k);
		}
		return;
	}

	bool administers = k.b->link.proto == TCP && edges_administers(o->dport);

	if (k.b->guessed || (k.b->seen & FLOW_SYNACK_FIRST) ||
	    (administers && k.b->outcome != FLOW_answered) || !hosts_ours(out->hosts, &o->src) ||
	    !hosts_ours(out->hosts, &o->dst) || addr_is_multicast(&o->dst) ||
	    addr_is_broadcast(&o->dst))
		return;
	k.src = hosts_of(out->hosts, &o->src, &k.b->link);
	k.dst = hosts_of(out->hosts, &o->dst, &k.b->link);
	if (k.src.id == k.dst.id)
		return;
	if (!administers) {
		struct asked *a = sets_get(&k.s->asked, asked_key(k.src.id, k.dst.id), 0, &fresh);
		a->ns = o->time_ns;
		return;
	}
	count_add(&k.s->contacts, 1);
	edges_use(&k.s->edges, k.src.id, k.dst.id, o->dport, o->time_ns, &fresh);
	if (fresh)
		on_new_edge(&k);
}

static bool fanout_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	return kind != OBS_login || is_typed(f->body);
}

static void fanout_stats(const void *state, char *out, size_t size)
{
	const struct fanout_state *s = state;

	snprintf(out, size,
		 "\"contacts\":%llu,\"new_edges\":%llu,\"alerts\":%llu,\"findings\":%llu,"
		 "\"edges_evicted\":%llu,\"sources_evicted\":%llu",
		 (unsigned long long)count_get(&s->contacts),
		 (unsigned long long)count_get(&s->fresh),
		 (unsigned long long)count_get(&s->alerts),
		 (unsigned long long)count_get(&s->findings),
		 (unsigned long long)count_get(&s->edges.at.evicted),
		 (unsigned long long)count_get(&s->sources.evicted));
}

static bool take_source(void *entry)
{
	struct source *s = entry;

	return s->n <= WINDOW_MAX && s->usual <= WINDOW_MAX && s->window <= WINDOW_MAX;
}

static unsigned fanout_tables(void *state, struct state_table *out)
{
	struct fanout_state *s = state;

	out[0] = (struct state_table){"fanout.edges", &s->edges.at, edges_take};
	out[1] = (struct state_table){"fanout.sources", &s->sources, take_source};
	return 2;
}

const struct detector detect_fanout = {
	.name = "fanout",
	.what = "hosts that administer hosts they never administered",
	.source = FANOUT_SOURCE,
	.wants = 1ull << OBS_contact | 1ull << OBS_login,
	.params = fanout_params,
	.abouts = fanout_abouts,
	.n_abouts = FANOUT_kinds,
	.config_size = sizeof(struct fanout_config),
	.init = fanout_init,
	.fini = fanout_fini,
	.on_observation = fanout_on_observation,
	.uses = fanout_uses,
	.stats = fanout_stats,
	.tables = fanout_tables,
};
