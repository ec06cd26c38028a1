// SPDX-License-Identifier: Apache-2.0
/* relay: somebody in the middle of a log-in, and hosts that are made to log in somewhere.
 *
 *   The same NTLM challenge, eight random bytes of a server, in two connections with different ends
 *     within relay_s: the host that is client of the one and server of the other hands it through.
 *     That proves something only of a challenge that is random: one that comes from a third server,
 *     again after relay_s, or from one server `same` times is a program's constant. Without such a
 *     host in the middle it is a finding: a mirror before and behind an address translation shows
 *     each log-in twice.
 *   One server that gives the same challenge in `same` connections: an alert where it is one of
 *     those that tools give which collect answers to crack (tables are made for them), else a
 *     finding: old file servers and printers have such a constant.
 *   A call that has the target open a path (rpc_markers.def: coerce), and the target connects back
 *     to the caller's SMB or web port within callback_s.
 *
 * Units:  seconds of packet time.
 * Owns:   bounded tables of challenges and of coerced hosts.
 * Cost:   one look-up a challenge, coercion, or contact on such a port.
 * Source: MS-NLMP 3.1.5.1.2 (the challenge is random); ATT&CK T1557.001, T1187; SCIENCE H2, H3.
 */
#include "base/clock.h"
#include "detect/rpc.h"
#include "detect/teller.h"
#include "flow/flow.h"
#include "observe/fact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct relay_config {
	uint32_t relay_s, callback_s, same, again_s, challenges, coerced;
};

struct challenge {
	struct sets_head head;
	uint64_t flow_id, ns;
	struct addr src, dst; /* of the first connection */
	struct addr second;   /* another server that gave it */
	uint32_t n;           /* connections of the first server that had it */
	uint8_t servers;      /* that gave it, up to 3 */
	uint8_t fixed;        /* it is no random number */
	uint8_t pad[2];
};

struct coerced { /* B, whom A made open a path */
	struct sets_head head;
	struct addr by;
	uint64_t ns;
	uint8_t spooler; /* print clients have that done, too */
	uint8_t pad[7];
	char what[64];
};

struct relay_state {
	struct teller t;
	struct sets challenges, coerced;
};

enum { RELAY_through, RELAY_fixed, RELAY_callback, RELAY_twice, RELAY_kinds };
#define RELAY_SOURCE "MS-NLMP; ATT&CK T1557.001, T1187"
/* clang-format off */
static const struct about relay_abouts[RELAY_kinds] = {
	SAY_ABOUT("relay", 861, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL NTLM relay: one server's challenge in two connections", "T1557.001", "TA0006",
		RELAY_SOURCE, "is the accused host a proxy or load balancer that hands log-ins through (role "
		"proxy)? Else look at what was done on the second server with the account"),
	SAY_ABOUT("relay", 863, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a server that always gives the same NTLM challenge", "T1557.001", "TA0006",
		RELAY_SOURCE, "which program answers there? Change the passwords of the accounts that logged in"),
	SAY_ABOUT("relay", 862, 1, FAMILY_credential, "Credential Access",
		"CREDENTIAL a host made to log in: it was called, and connects back", "T1187", "TA0006",
		RELAY_SOURCE, "what listens on the caller? A print client may have itself notified by its server"),
	SAY_ABOUT("relay", 865, 3, FAMILY_credential, "Credential Access",
		"CREDENTIAL one NTLM challenge in two connections, with no host that handed it on", "T1557.001", "TA0006",
		RELAY_SOURCE, "are the two servers clones of one machine (the same snapshot started twice), or is it one "
		"connection seen before and behind an address translation? Else look for the host between them"),
};
static const struct param relay_params[] = {
	PARAM(PARAM_U32, struct relay_config, relay_s, 1, 3600, 60, "s",
	      "between the two connections with one challenge"),
	PARAM(PARAM_U32, struct relay_config, callback_s, 1, 600, 10, "s", "between the call and the way back"),
	PARAM(PARAM_U32, struct relay_config, same, 2, 1000, 3, "connections",
	      "of one server with one challenge"),
	PARAM(PARAM_U32, struct relay_config, again_s, 60, 604800, 3600, "s",
	      "one alert a host, target and kind in this time"),
	PARAM(PARAM_U32, struct relay_config, challenges, 64, 1 << 22, 16384, "challenges", "remembered"),
	PARAM(PARAM_U32, struct relay_config, coerced, 64, 1 << 20, 1024, "hosts",
	      "that were made to open a path, remembered"),
	{0},
};
/* clang-format on */

struct meet {
	const struct relay_config *c;
	struct relay_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void relay_fini(void *state)
{
	struct relay_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->challenges);
	sets_fini(&s->coerced);
	free(s);
}

static int relay_init(const void *config, void **state, struct err *err)
{
	const struct relay_config *c = config;
	struct relay_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for relay");
	if ((rc = teller_init(&s->t, c->coerced, err)) ||
	    (rc = sets_init(&s->challenges, sizeof(struct challenge), c->challenges, err)) ||
	    (rc = sets_init(&s->coerced, sizeof(struct coerced), c->coerced, err))) {
		relay_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static struct telling telling_of(const struct meet *k, unsigned kind, const struct addr *host,
				 const struct addr *other)
{
	return (struct telling){.about = &relay_abouts[kind],
				.host = host,
				.other = other,
				.doers = SAY_RELAYS,
				.again_s = k->c->again_s,
				.alert = true,
				.unit = "connections",
				.observed = 2,
				.threshold = 2};
}

/* Those that answers are precomputed for (Responder, Cain, Metasploit), and what Impacket's server
 * gives. */
static bool is_tools(uint64_t challenge)
{
	static const uint64_t known[] = {0x1122334455667788, 0x8877665544332211, 0xaaaaaaaaaaaaaaaa,
					 0x4141414141414141};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] == challenge)
			return true;
	}
	return false;
}

static void same_server(const struct meet *k, struct challenge *ch, uint64_t challenge)
{
	ch->n++;
	ch->fixed |= ch->n >= k->c->same;
	if (ch->n < k->c->same)
		return;
	struct telling m = telling_of(k, RELAY_fixed, &k->o->dst, &k->o->src);
	m.alert = is_tools(challenge);
	m.observed = ch->n;
	m.threshold = k->c->same;
	teller_say(&k->s->t, k->out, k->o, &m,
		   "%u connections were given the same challenge, %016llx%s", ch->n,
		   (unsigned long long)challenge,
		   m.alert ? ", as tools that collect answers do" : "");
}

/* It comes from the server of the first connection, whose client hands it on. */
static void handed_on(const struct meet *k, const struct challenge *ch, uint64_t challenge)
{
	char first[2][ADDR_TEXT], now[2][ADDR_TEXT];
	const struct addr *middle = addr_eq(&ch->src, &k->o->dst)   ? &k->o->dst
				    : addr_eq(&ch->dst, &k->o->src) ? &k->o->src
								    : NULL;
	bool proven = middle && !ch->fixed;
	struct telling m = telling_of(k, proven ? RELAY_through : RELAY_twice,
				      middle ? middle : &ch->src,
				      middle == &k->o->src ? &k->o->dst : &ch->dst);

	m.alert = proven;
	teller_say(&k->s->t, k->out, k->o, &m,
		   "challenge %016llx from %s to %s, and %.3f s later from %s to %s%s",
		   (unsigned long long)challenge, addr_text(&ch->dst, first[0]),
		   addr_text(&ch->src, first[1]), (double)(k->o->time_ns - ch->ns) / NS_PER_S,
		   addr_text(&k->o->dst, now[0]), addr_text(&k->o->src, now[1]),
		   ch->fixed ? "; it is a constant" : "");
}

static bool is_challenge(const struct fact_ntlm *b)
{
	return b->message == 2 && b->challenge;
}

static void on_ntlm(const struct meet *k)
{
	const struct fact_ntlm *b = obs_fact(k->o);
	bool fresh;

	if (!is_challenge(b))
		return;
	struct challenge *ch = sets_get(&k->s->challenges, b->challenge, 0, &fresh);
	if (fresh) {
		ch->flow_id = k->o->flow_id;
		ch->ns = k->o->time_ns;
		ch->src = k->o->src;
		ch->dst = k->o->dst;
		ch->n = ch->servers = 1;
		ch->fixed = is_tools(b->challenge);
		return;
	}
	if (ch->flow_id == k->o->flow_id)
		return;
	ch->fixed |= k->o->time_ns > ch->ns + k->c->relay_s * NS_PER_S;
	if (addr_eq(&ch->dst, &k->o->dst)) {
		ch->flow_id = k->o->flow_id;
		same_server(k, ch, b->challenge);
		return;
	}
	if (ch->servers == 1 || (ch->servers == 2 && !addr_eq(&ch->second, &k->o->dst))) {
		ch->second = k->o->dst;
		ch->servers++;
	}
	if (ch->servers == 2 && k->o->time_ns <= ch->ns + k->c->relay_s * NS_PER_S)
		handed_on(k, ch, b->challenge);
}

static const struct rpc_mark *coercion(const struct fact_rpc_call *b)
{
	const struct rpc_mark *m = b->type == 0 ? rpc_mark_find(&b->interface, b->opnum) : NULL;

	return m && m->act == ACT_coerce ? m : NULL;
}

static void on_call(const struct meet *k)
{
	const struct fact_rpc_call *b = obs_fact(k->o);
	const struct rpc_mark *mark = coercion(b);
	uint64_t key = hash_addr(&k->o->dst, 41);
	bool fresh;

	if (!mark)
		return;
	struct coerced *v = sets_get(&k->s->coerced, key ? key : 1, 0, &fresh);
	v->by = k->o->src;
	v->ns = k->o->time_ns;
	v->spooler = strstr(mark->words, "spooler") != NULL;
	snprintf(v->what, sizeof(v->what), "%.40s, operation %u", rpc_interface_name(&b->interface),
		 b->opnum);
}

static void on_contact(const struct meet *k)
{
	const struct obs_contact *b = obs_body(k->o);
	uint64_t key = hash_addr(&k->o->src, 41);
	char a[ADDR_TEXT];
	struct coerced *v;

	if (b->link.proto != 6 || b->guessed ||
	    (k->o->dport != 445 && k->o->dport != 139 && k->o->dport != 80 && k->o->dport != 8080 &&
	     k->o->dport != 443 && k->o->dport != 5985))
		return;
	v = sets_find(&k->s->coerced, key ? key : 1);
	/* a contact is told when it is decided: it may have begun before the call's answer */
	if (!v || !addr_eq(&v->by, &k->o->dst) || b->start_ns < v->ns ||
	    b->start_ns > v->ns + k->c->callback_s * NS_PER_S)
		return;
	struct host_view victim = hosts_of(k->out->hosts, &k->o->src, &b->link);
	uint32_t roles = hosts_roles(k->out->hosts, &victim, &k->o->src);
	struct telling m = telling_of(k, RELAY_callback, &k->o->dst, &k->o->src);
	m.alert = !v->spooler || roles & 1u << ROLE_dc;
	m.unit = "acts";
	teller_say(&k->s->t, k->out, k->o, &m,
		   "%s was called (%s), and %.3f s later connects back to port %u",
		   addr_text(&k->o->src, a), v->what, (double)(b->start_ns - v->ns) / NS_PER_S,
		   k->o->dport);
}

static void relay_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	const struct meet k = {.c = config, .s = state, .o = o, .out = out};

	if (o->kind == OBS_ntlm)
		on_ntlm(&k);
	else if (o->kind == OBS_rpc_call)
		on_call(&k);
	else
		on_contact(&k);
}

static void relay_stats(const void *state, char *out, size_t size)
{
	const struct relay_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size, "%s,\"challenges_evicted\":%llu", told,
		 (unsigned long long)count_get(&s->challenges.evicted));
	sets_say_evicted(&s->coerced, "coerced", out, size);
}

static bool relay_uses(const void *config, enum observation_kind kind, const struct proto_fact *f)
{
	(void)config;
	return kind == OBS_ntlm       ? is_challenge(f->body)
	       : kind == OBS_rpc_call ? coercion(f->body) != NULL
				      : true;
}

const struct detector detect_relay = {
	.name = "relay",
	.what = "log-ins handed through, and hosts that are made to log in somewhere",
	.source = RELAY_SOURCE,
	.wants = 1ull << OBS_ntlm | 1ull << OBS_rpc_call | 1ull << OBS_contact,
	.params = relay_params,
	.abouts = relay_abouts,
	.n_abouts = RELAY_kinds,
	.config_size = sizeof(struct relay_config),
	.init = relay_init,
	.fini = relay_fini,
	.on_observation = relay_on_observation,
	.uses = relay_uses,
	.stats = relay_stats,
};
