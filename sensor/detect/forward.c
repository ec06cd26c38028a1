// SPDX-License-Identifier: Apache-2.0
/* forward: SSH sessions that carry other connections.
 *
 * Passed on (ssh -J, -W): a client logs in to a host, and within jump_s that host opens a
 * connection to a third whose every byte the first session carries: what was said in it after the
 * login is, in both directions, what was said in the other from its first byte on, and SSH's own
 * overhead (a tenth, and 64 bytes a packet, and 2 KiB). Who only types into the host in the middle,
 * or has it run ssh, does not carry the second handshake, which has 2 KiB and more in either
 * direction. It is a finding: bastions are for that. It is an alert when enough of the past is
 * known and the host in the middle never called the third before; when the client is not ours; or
 * when one of two in a row (A to B to C to D). Roles that pass others on: a finding.
 *
 * Served back (ssh -R): one of ours is logged in to an outside server, and it is the *server* that
 * asks: after half a second of silence it speaks first, and the client answers with `served_bytes`
 * and more (what it says within 5 s is the answer, however slowly it begins). A session in which
 * the client itself sent much before (copies, pushes) is not judged. A finding; an alert when
 * something else accused the host within accused_s, or enough of the past is known and the network
 * is new to it.
 *
 * Not told apart: ssh -D and -L. That a host calls others right after its client spoke is what a
 * shell does as well; what is done through it is seen by scan, fanout, chain.
 *
 * Units:  bytes of TCP payload; packet time.
 * Owns:   bounded tables of sessions, hosts and edges: below 4 MB with the defaults.
 * Cost:   a look-up a wake; at the end of a session a walk over the last RECENT of a host.
 * Source: volumes: Zhang, Paxson, "Detecting Stepping Stones", USENIX Security 2000, discuss them
 * as the alternative to timing; the overhead: RFC 4253 6, RFC 4254 5.2. The rest is ours.
 */
#include "detect/alerted.h"
#include "detect/edges.h"
#include "detect/nets.h"
#include "detect/state.h"
#include "detect/teller.h"

#include "base/clock.h"
#include "observe/fact.h"
#include "observe/wake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RECENT      16u
#define PER_PACKET  64u /* bytes SSH adds to a packet of another connection, at most */
#define PER_SESSION 2048u
#define HANDSHAKE   1024u /* bytes each way of the inner connection: below them nothing is said */
#define SLACK_NS  (2 * NS_PER_S) /* the inner one may seem to end after the outer */
#define ANSWER_NS (5 * NS_PER_S)
#define ASKED     100u /* bytes: a request of the server's, not a keepalive */
#define PASSES    (SAY_WATCHERS | 1u << ROLE_jump)

struct forward_config {
	double jump_s;
	uint32_t served_bytes, upload_bytes, new_s, accused_s, again_s, sessions;
};

struct session {
	struct sets_head head;
	struct addr client, server;
	uint64_t client_id, server_id;
	uint64_t start_ns, login_ns, last_ns; /* last: 0 while it lives */
	uint64_t login[2];                    /* payload at the login */
	uint64_t said[2];                     /* at the last wake */
	uint64_t total[2];
	uint64_t asked_ns; /* the server began what is being said now; 0: the client did */
	uint32_t pkts[2];
	uint32_t served;
	uint16_t port;
	uint8_t outside; /* its client is not ours */
	uint8_t first;   /* nobody knew that the one administers the other */
	uint8_t uploads; /* the client has sent much of its own accord */
	uint8_t carries, carried;
};

struct forward_host {
	struct sets_head head;
	uint64_t in[RECENT], out[RECENT]; /* sessions, by flow */
	uint64_t n_in, n_out;
};

struct forward_state {
	struct teller t;
	struct edges edges;
	struct sets sessions, hosts;
	struct count logins, served;
};

enum { FORWARD_passed, FORWARD_served, FORWARD_kinds };
#define FORWARD_SOURCE "Zhang, Paxson, USENIX Security 2000; RFC 4253, RFC 4254"
/* clang-format off */
static const struct about forward_abouts[FORWARD_kinds] = {
	[FORWARD_passed] = SAY_ABOUT("forward", 951, 2, FAMILY_lateral, "Lateral Movement",
		"LATERAL an SSH session is passed on: it carries the host's connection to a third", "T1090.001",
		"TA0011", FORWARD_SOURCE,
		"auth.log of the host in the middle: who logged in, and is the host meant to be passed through? Then "
		"give it the role jump"),
	[FORWARD_served] = SAY_ABOUT("forward", 952, 2, FAMILY_c2, "Possible Command and Control",
		"C2 an SSH session to the outside is driven by its server, as a port forwarded back is", "T1572",
		"TA0011", FORWARD_SOURCE,
		"the process that holds the connection (ss -tnp on the host) and its arguments: ssh -R, autossh"),
};
static const struct param forward_params[] = {
	PARAM(PARAM_F64, struct forward_config, jump_s, 0.1, 60, 3, "s",
	      "from a login to the connection that it carries"),
	PARAM(PARAM_U32, struct forward_config, served_bytes, 256, 1 << 20, 2000, "bytes",
	      "of a client's answer when the server speaks first"),
	PARAM(PARAM_U32, struct forward_config, upload_bytes, 256, 1 << 20, 8192, "bytes",
	      "that a client sends of its own accord: it copies"),
	PARAM(PARAM_U32, struct forward_config, new_s, 60, 31536000, 86400, "s", "a network is new for so long"),
	PARAM(PARAM_U32, struct forward_config, accused_s, 60, 31536000, 86400, "s",
	      "since another alert about the host: two proofs"),
	PARAM(PARAM_U32, struct forward_config, again_s, 60, 604800, 3600, "s",
	      "one telling a host and target in this time"),
	PARAM(PARAM_U32, struct forward_config, sessions, 64, 1 << 22, 8192, "sessions", "remembered"),
	{0},
};
/* clang-format on */

struct call {
	const struct forward_config *c;
	struct forward_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void forward_fini(void *state)
{
	struct forward_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	edges_fini(&s->edges);
	sets_fini(&s->sessions);
	sets_fini(&s->hosts);
	free(s);
}

static int forward_init(const void *config, void **state, struct err *err)
{
	const struct forward_config *c = config;
	struct forward_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for forward");
	if ((rc = teller_init(&s->t, c->sessions / 4, err)) ||
	    (rc = edges_init(&s->edges, c->sessions, err)) ||
	    (rc = sets_init(&s->sessions, sizeof(struct session), c->sessions, err)) ||
	    (rc = sets_init(&s->hosts, sizeof(struct forward_host), c->sessions / 2, err))) {
		forward_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* A log-in has worked: from here on the session is somebody's. */
static void on_login(const struct call *k)
{
	const struct fact_ssh *b = obs_fact(k->o);
	struct host_view client = hosts_of(k->out->hosts, &k->o->src, obs_body(k->o));
	struct host_view server = hosts_of(k->out->hosts, &k->o->dst, obs_body(k->o));
	bool fresh, edge;

	if (b->outcome != RESULT_ok || (!client.home && !server.home) || client.id == server.id)
		return;
	struct session *s = sets_get(&k->s->sessions, k->o->flow_id, 0, &fresh);
	if (!fresh)
		return;
	count_add(&k->s->logins, 1);
	s->client = k->o->src;
	s->server = k->o->dst;
	s->client_id = client.id;
	s->server_id = server.id;
	s->port = k->o->dport;
	s->outside = !client.home;
	s->login_ns = k->o->time_ns;
	memcpy(s->login, b->payload, sizeof(s->login));
	memcpy(s->said, b->payload, sizeof(s->said));
	const struct edge *e =
		edges_use(&k->s->edges, client.id, server.id, k->o->dport, k->o->time_ns, &edge);
	s->first = edge && !e->learnt;

	struct forward_host *h = sets_get(&k->s->hosts, server.id, 0, &fresh);
	h->in[h->n_in++ % RECENT] = k->o->flow_id;
	h = sets_get(&k->s->hosts, client.id, 0, &fresh);
	h->out[h->n_out++ % RECENT] = k->o->flow_id;
}

/* Served back */

static void tell_served(const struct call *k, const struct session *s, uint64_t up, uint64_t down)
{
	const struct net *n = nets_find(k->out->nets, &s->server);
	const struct about *other = alerted_of(k->out->alerted, s->client_id, k->o->time_ns,
					       k->c->accused_s * NS_PER_S, "forward");
	bool is_new = nets_is_new(n, k->o->time_ns, k->c->new_s);
	char server[ADDR_TEXT];
	const struct telling m = {.about = &forward_abouts[FORWARD_served],
				  .host = &s->client,
				  .other = &s->server,
				  .doers = SAY_RELAYS,
				  .again_s = k->c->again_s,
				  .alert = other || (k->out->mature && is_new),
				  .unit = "bytes",
				  .observed = (double)up,
				  .threshold = k->c->served_bytes};

	teller_say(
		&k->s->t, k->out, k->o, &m,
		"after a silence %s port %u spoke first in the session of this host with it: %llu "
		"bytes, answered with %llu; %u such exchanges, and the host itself sent nothing of "
		"size before%s%s",
		addr_text(&s->server, server), s->port, (unsigned long long)down,
		(unsigned long long)up, s->served, other ? "; the host was accused: " : "",
		other ? other->msg : "");
}

/* What was being said is over; payload as of now. */
static void on_silence(const struct call *k, struct session *s, const uint64_t payload[2])
{
	uint64_t up = payload[0] - s->said[0], down = payload[1] - s->said[1];

	memcpy(s->said, payload, sizeof(s->said));
	if (!s->asked_ns) {
		s->uploads |= up >= k->c->upload_bytes;
		return;
	}
	if (s->uploads || up < k->c->served_bytes || down < ASKED ||
	    hosts_home(k->out->hosts, &s->server) || s->outside)
		return;
	s->served++;
	count_add(&k->s->served, 1);
	tell_served(k, s, up, down);
}

static void on_wake(const struct call *k)
{
	const struct obs_wake *b = obs_body(k->o);
	struct session *s = sets_find(&k->s->sessions, k->o->flow_id);

	if (!s || b->payload[0] < s->said[0] || b->payload[1] < s->said[1])
		return;
	if (!b->by_server && s->asked_ns && k->o->time_ns <= s->asked_ns + ANSWER_NS)
		return; /* a slow client answers */
	on_silence(k, s, b->payload);
	s->asked_ns = b->by_server ? k->o->time_ns : 0;
}

/* Passed on */

static bool carries(const struct session *outer, const struct session *inner, unsigned dir)
{
	uint64_t said = outer->total[dir] - outer->login[dir], all = inner->total[dir];

	return all >= HANDSHAKE && said >= all &&
	       said <= all + all / 10 + (uint64_t)PER_PACKET * inner->pkts[dir] + PER_SESSION;
}

static bool is_passed(const struct call *k, const struct session *outer,
		      const struct session *inner)
{
	uint64_t jump_ns = (uint64_t)(k->c->jump_s * (double)NS_PER_S);

	return outer->last_ns && inner->last_ns && outer->server_id == inner->client_id &&
	       outer->client_id != inner->server_id && inner->start_ns >= outer->login_ns &&
	       inner->start_ns <= outer->login_ns + jump_ns &&
	       inner->last_ns <= outer->last_ns + SLACK_NS && carries(outer, inner, 0) &&
	       carries(outer, inner, 1);
}

static void tell_passed(const struct call *k, struct session *outer, struct session *inner)
{
	bool row = outer->carried || inner->carries;
	bool alert = row || outer->outside || (k->out->mature && inner->first);
	char from[ADDR_TEXT], to[ADDR_TEXT];
	const struct telling m = {
		.about = &forward_abouts[FORWARD_passed],
		.host = &inner->client,
		.other = &inner->server,
		.what = alert,
		.doers = PASSES,
		.again_s = k->c->again_s,
		.alert = alert,
		.unit = "bytes",
		.observed = (double)(outer->total[1] - outer->login[1]),
		.threshold = (double)inner->total[1],
	};

	outer->carries = inner->carried = 1;
	teller_say(&k->s->t, k->out, k->o, &m,
		   "what %s said in its session with port %u of this host after the login (%llu "
		   "bytes, "
		   "%llu back) is this host's whole connection to %s port %u (%llu, %llu), opened "
		   "%.1f "
		   "s later: ssh -J%s%s",
		   addr_text(&outer->client, from), outer->port,
		   (unsigned long long)(outer->total[0] - outer->login[0]),
		   (unsigned long long)(outer->total[1] - outer->login[1]),
		   addr_text(&inner->server, to), inner->port, (unsigned long long)inner->total[0],
		   (unsigned long long)inner->total[1],
		   (double)(inner->start_ns - outer->login_ns) / (double)NS_PER_S,
		   row ? "; one of a row" : "", outer->outside ? "; from outside" : "");
}

static void try_pair(const struct call *k, struct session *outer, struct session *inner)
{
	if (outer && inner && is_passed(k, outer, inner))
		tell_passed(k, outer, inner);
}

static void on_session(const struct call *k)
{
	const struct obs_session *b = obs_body(k->o);
	struct session *s = sets_find(&k->s->sessions, k->o->flow_id);

	if (!s || b->payload[0] < s->said[0] || b->payload[1] < s->said[1])
		return;
	on_silence(k, s, b->payload);
	s->start_ns = b->start_ns;
	s->last_ns = b->last_ns ? b->last_ns : 1;
	memcpy(s->total, b->payload, sizeof(s->total));
	memcpy(s->pkts, b->pkts, sizeof(s->pkts));
	/* as the outer one of what its server went on to, and as the inner one of who came */
	const struct forward_host *h = sets_find(&k->s->hosts, s->server_id);
	for (unsigned i = 0; h && i < RECENT; i++)
		try_pair(k, s, h->out[i] ? sets_find(&k->s->sessions, h->out[i]) : NULL);
	h = sets_find(&k->s->hosts, s->client_id);
	for (unsigned i = 0; h && i < RECENT; i++)
		try_pair(k, h->in[i] ? sets_find(&k->s->sessions, h->in[i]) : NULL, s);
}

static void forward_on_observation(const void *config, void *state, const struct observation *o,
				   const struct detector_out *out)
{
	const struct call k = {.c = config, .s = state, .o = o, .out = out};

	if (o->kind == OBS_ssh)
		on_login(&k);
	else if (o->kind == OBS_wake)
		on_wake(&k);
	else
		on_session(&k);
}

static bool forward_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	const struct fact_ssh *b = f->body;

	(void)config;
	return kind != OBS_ssh || b->outcome == RESULT_ok;
}

static void forward_stats(const void *state, char *out, size_t size)
{
	const struct forward_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size, "%s,\"logins\":%llu,\"served\":%llu,\"edges_evicted\":%llu", told,
		 (unsigned long long)count_get(&s->logins),
		 (unsigned long long)count_get(&s->served),
		 (unsigned long long)count_get(&s->edges.at.evicted));
	sets_say_evicted(&s->sessions, "sessions", out, size);
	sets_say_evicted(&s->hosts, "hosts", out, size);
}

static unsigned forward_tables(void *state, struct state_table *out)
{
	struct forward_state *s = state;

	out[0] = (struct state_table){"forward.edges", &s->edges.at, edges_take};
	return 1;
}

const struct detector detect_forward = {
	.name = "forward",
	.what = "SSH sessions that carry other connections",
	.source = FORWARD_SOURCE,
	.wants = 1ull << OBS_ssh | 1ull << OBS_wake | 1ull << OBS_session,
	.params = forward_params,
	.abouts = forward_abouts,
	.n_abouts = FORWARD_kinds,
	.config_size = sizeof(struct forward_config),
	.init = forward_init,
	.fini = forward_fini,
	.on_observation = forward_on_observation,
	.uses = forward_uses,
	.stats = forward_stats,
	.tables = forward_tables,
};
