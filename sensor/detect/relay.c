// SPDX-License-Identifier: Apache-2.0
/* relay: logins that somebody in the middle hands on, and hosts that are made to log in to him.
 *
 *   relay:    the same eight-byte NTLM challenge from two servers within window_s: the second
 * server's challenge was handed to the first's client. Eight random bytes do not meet by chance.
 *   callback: a call that makes A open a path (spooler, EFS, DFS …), and within callback_s A opens
 * a connection for files or HTTP to the caller, or to another host it had not met: the bait was
 * taken.
 *
 * Units:  seconds of packet time.
 * Owns:   bounded tables: challenges, hosts that were called.
 * Cost:   one look-up an NTLM message, a contact to a port for files or HTTP, or a remote call.
 * Source: MS-NLMP 2.2.1.2 (the challenge); ATT&CK T1557.001, T1187; SCIENCE H2, H3.
 */
#include "base/clock.h"
#include "detect/once.h"
#include "detect/rpc.h"
#include "detect/say.h"
#include "flow/flow.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct relay_config {
	uint32_t window_s, callback_s, again_s, challenges, hosts;
};

struct relay_challenge {
	struct sets_head head;
	struct addr client, server;
	uint64_t when_ns;
};

struct relay_called { /* a host that was made to open a path */
	struct sets_head head;
	struct addr caller;
	uint64_t when_ns;
	char what[64];
};

struct relay_state {
	struct sets challenges, called, once;
	struct count alerts;
};

enum { RELAY_relay, RELAY_callback, RELAY_kinds };
#define RELAY_SOURCE "MS-NLMP 2.2.1.2; ATT&CK T1557.001, T1187"
#define RELAY_CHECK                                                                                \
	"event 4624 type 3 on the last server: does its workstation name fit its source address? " \
	"Is SMB signing required there?"
/* clang-format off */
static const struct about relay_abouts[] = {
	SAY_ABOUT("relay", 861, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL NTLM relay: one challenge in two logins", "T1557.001", "TA0006", RELAY_SOURCE,
		RELAY_CHECK),
	SAY_ABOUT("relay", 862, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a host was called and at once logs in to the caller", "T1187", "TA0006", RELAY_SOURCE,
		RELAY_CHECK),
};
static const struct param relay_params[] = {
	PARAM(PARAM_U32, struct relay_config, window_s, 1, 3600, 60, "s", "between the two logins"),
	PARAM(PARAM_U32, struct relay_config, callback_s, 1, 600, 10, "s", "from the call to the connection"),
	PARAM(PARAM_U32, struct relay_config, again_s, 60, 604800, 3600, "s",
	      "one alert a pair of hosts and kind in this time"),
	PARAM(PARAM_U32, struct relay_config, challenges, 64, 1 << 22, 4096, "challenges", "remembered"),
	PARAM(PARAM_U32, struct relay_config, hosts, 64, 1 << 20, 1024, "hosts", "remembered"),
	{0},
};
/* clang-format on */

struct seen {
	const struct relay_config *c;
	struct relay_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void tell(const struct seen *k, unsigned kind, const struct addr *host,
		 const struct addr *other, double observed, double threshold, const char *unit,
		 const char *text)
{
	const struct obs_link *link = obs_body(k->o);
	struct host_view view = hosts_of(k->out->hosts, host, link);
	struct once_entry *e = once_get(&k->s->once, kind, hash_addr(host, 1), hash_addr(other, 2),
					0, k->o->time_ns);
	uint32_t n = once_due(e, k->o->time_ns, k->c->again_s * NS_PER_S);

	if (n == 0)
		return;
	struct finding f = say_of(k->o, link, host, &view, other);
	f.tier = TIER_alert;
	f.about = &relay_abouts[kind];
	f.count = n;
	f.evidence[0] = (struct evidence){unit, observed, NAN, threshold, unit};
	f.n_evidence = 1;
	count_add(&k->s->alerts, 1);
	k->out->add(k->out->ctx, &f, text);
}

static void on_ntlm(const struct seen *k)
{
	const struct fact_ntlm *b = obs_fact(k->o);
	char text[FINDING_SUBJECT], x[ADDR_TEXT], y[ADDR_TEXT], z[ADDR_TEXT];
	bool fresh;

	if (b->message != 2 || !b->challenge)
		return;
	struct relay_challenge *e = sets_get(&k->s->challenges, b->challenge, 0, &fresh);
	if (fresh || k->o->time_ns > e->when_ns + k->c->window_s * NS_PER_S) {
		*e = (struct relay_challenge){.head = e->head,
					      .client = k->o->src,
					      .server = k->o->dst,
					      .when_ns = k->o->time_ns};
		return;
	}
	if (addr_eq(&e->server, &k->o->dst) || addr_eq(&e->client, &k->o->src))
		return; /* seen twice, or a proxy's two sides of one login */
	/* The man in the middle is the client of the one and the server of the other. */
	const struct addr *middle = addr_eq(&e->client, &k->o->dst)   ? &e->client
				    : addr_eq(&e->server, &k->o->src) ? &e->server
								      : &k->o->dst;
	const struct addr *target = addr_eq(middle, &e->server) ? &k->o->dst : &e->server;
	const struct addr *victim = addr_eq(middle, &e->client) ? &k->o->src : &e->client;

	snprintf(text, sizeof(text), "%s logs in to %s, and %s hands it on to %s within %.1f s",
		 addr_text(victim, x), addr_text(middle, y), y, addr_text(target, z),
		 (double)(k->o->time_ns - e->when_ns) / NS_PER_S);
	tell(k, RELAY_relay, middle, target, 2, 1, "servers", text);
}

static void on_call(const struct seen *k)
{
	const struct fact_rpc_call *b = obs_fact(k->o);
	const struct rpc_mark *m = rpc_mark_find(&b->interface, b->opnum);
	bool fresh;

	if (b->type != 0 || !m || m->act != ACT_coerce)
		return;
	uint64_t key = hash_addr(&k->o->dst, 31);
	struct relay_called *e = sets_get(&k->s->called, key ? key : 1, 0, &fresh);
	e->caller = k->o->src;
	e->when_ns = k->o->time_ns ? k->o->time_ns : 1;
	snprintf(e->what, sizeof(e->what), "%.63s", m->words);
}

static void on_contact(const struct seen *k)
{
	char text[FINDING_SUBJECT], x[ADDR_TEXT], y[ADDR_TEXT];
	uint16_t port = k->o->dport;

	if (port != 445 && port != 139 && port != 80 && port != 8080)
		return;
	uint64_t key = hash_addr(&k->o->src, 31);
	struct relay_called *e = sets_find(&k->s->called, key ? key : 1);
	if (!e || k->o->time_ns > e->when_ns + k->c->callback_s * NS_PER_S ||
	    !addr_eq(&e->caller, &k->o->dst))
		return;
	snprintf(text, sizeof(text), "%s %s of %s, which connects to it on port %u %.1f s later",
		 addr_text(&e->caller, x), e->what, addr_text(&k->o->src, y), port,
		 (double)(k->o->time_ns - e->when_ns) / NS_PER_S);
	tell(k, RELAY_callback, &k->o->dst, &k->o->src, 1, 1, "connections", text);
}

static void relay_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	const struct seen k = {.c = config, .s = state, .o = o, .out = out};

	if (o->kind == OBS_ntlm)
		on_ntlm(&k);
	else if (o->kind == OBS_rpc_call)
		on_call(&k);
	else
		on_contact(&k);
}

static void relay_fini(void *state)
{
	struct relay_state *s = state;

	if (!s)
		return;
	sets_fini(&s->challenges);
	sets_fini(&s->called);
	sets_fini(&s->once);
	free(s);
}

static int relay_init(const void *config, void **state, struct err *err)
{
	const struct relay_config *c = config;
	struct relay_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for relay");
	if ((rc = sets_init(&s->challenges, sizeof(struct relay_challenge), c->challenges, err)) ||
	    (rc = sets_init(&s->called, sizeof(struct relay_called), c->hosts, err)) ||
	    (rc = sets_init(&s->once, sizeof(struct once_entry), c->hosts, err))) {
		relay_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void relay_stats(const void *state, char *out, size_t size)
{
	const struct relay_state *s = state;

	snprintf(out, size, "\"alerts\":%llu,\"challenges_evicted\":%llu",
		 (unsigned long long)count_get(&s->alerts),
		 (unsigned long long)count_get(&s->challenges.evicted));
}

const struct detector detect_relay = {
	.name = "relay",
	.what = "logins handed on by somebody in the middle, hosts made to log in",
	.source = RELAY_SOURCE,
	.wants = 1ull << OBS_ntlm | 1ull << OBS_rpc_call | 1ull << OBS_contact,
	.params = relay_params,
	.abouts = relay_abouts,
	.n_abouts = RELAY_kinds,
	.config_size = sizeof(struct relay_config),
	.init = relay_init,
	.fini = relay_fini,
	.on_observation = relay_on_observation,
	.stats = relay_stats,
};
