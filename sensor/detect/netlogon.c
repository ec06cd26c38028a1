// SPDX-License-Identifier: Apache-2.0
/* netlogon: Zerologon, by how often somebody asks a domain controller for a secure channel.
 *
 * The attack tries an all-zero credential until it fits by chance, once in 256 times: a pair of
 * NetrServerReqChallenge (4) and NetrServerAuthenticate (5), 2 (15) or 3 (26) a try. A host that
 * joins or renews does a few. More than `tries` of both within window_s, from one host at one
 * controller, is an alert; a password set (6, 30) after them says that it worked. Proofs that are answered
 * with success do not count: an office behind one address comes in on a Monday morning.
 *
 * Units:  calls within window_s of packet time.
 * Owns:   a bounded table of (caller, target).
 * Cost:   one look-up a Netlogon call.
 * Source: CVE-2020-1472, Secura's white paper (2020); that all three operations count: SCIENCE,
 * because a widely used tool calls 15 and not 26.
 */
#include "base/clock.h"
#include "detect/rpc.h"
#include "detect/teller.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct netlogon_config {
	uint32_t tries, window_s, again_s, pairs;
};

struct netlogon_pair {
	struct sets_head head;
	uint64_t begin_ns, told_ns, won_ns;
	uint32_t challenges, proofs; /* proofs: but for those that are seen to work */
};

struct netlogon_state {
	struct teller t; /* counts only */
	struct sets pairs;
};

enum { NETLOGON_tries, NETLOGON_won, NETLOGON_kinds };
#define NETLOGON_SOURCE "CVE-2020-1472; Secura, Zerologon (2020)"
#define NETLOGON_CHECK                                                                             \
	"events 4742 and 5805, 5829 on the domain controller; is it patched, and does its "        \
	"machine "                                                                                 \
	"account's password still fit?"
/* clang-format off */
static const struct about netlogon_abouts[] = {
	SAY_ABOUT("netlogon", 811, 1, FAMILY_credential, "Attempted Administrator Privilege Gain",
		"CREDENTIAL Zerologon: a secure channel tried again and again", "T1210", "TA0008",
		NETLOGON_SOURCE, NETLOGON_CHECK),
	SAY_ABOUT("netlogon", 812, 1, FAMILY_credential, "Successful Administrator Privilege Gain",
		"CREDENTIAL Zerologon: a machine password set after many tries", "T1098", "TA0003",
		NETLOGON_SOURCE, NETLOGON_CHECK),
};
static const struct param netlogon_params[] = {
	PARAM(PARAM_U32, struct netlogon_config, tries, 5, 10000, 20, "calls",
	      "of each kind within window_s"),
	PARAM(PARAM_U32, struct netlogon_config, window_s, 10, 3600, 120, "s", "that they are counted in"),
	PARAM(PARAM_U32, struct netlogon_config, again_s, 60, 604800, 3600, "s",
	      "one alert a caller and target in this time"),
	PARAM(PARAM_U32, struct netlogon_config, pairs, 64, 1 << 20, 1024, "pairs", "remembered"),
	{0},
};
/* clang-format on */

static void netlogon_fini(void *state)
{
	struct netlogon_state *s = state;

	if (s)
		sets_fini(&s->pairs);
	free(s);
}

static int netlogon_init(const void *config, void **state, struct err *err)
{
	const struct netlogon_config *c = config;
	struct netlogon_state *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(err, ENOMEM, "no memory for netlogon");
	int rc = sets_init(&s->pairs, sizeof(struct netlogon_pair), c->pairs, err);
	if (rc) {
		netlogon_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

/* When it was told stands in the pair. */
static void tell(const struct netlogon_config *c, struct netlogon_state *s,
		 const struct netlogon_pair *p, unsigned kind, const struct observation *o,
		 const struct detector_out *out)
{
	const struct telling m = {
		.about = &netlogon_abouts[kind],
		.host = &o->src,
		.other = &o->dst,
		.alert = true,
		.name = "challenges",
		.unit = "calls",
		.observed = p->challenges,
		.threshold = c->tries,
		.also = {"proofs", p->proofs, NAN, c->tries, "calls"},
	};
	char a[ADDR_TEXT];

	teller_say(&s->t, out, o, &m, "at %s: %u challenges and %u proofs within %u s%s",
		   addr_text(&o->dst, a), p->challenges, p->proofs, c->window_s,
		   kind == NETLOGON_won ? ", then a password was set" : "");
}

static bool is_proof(const struct fact_rpc_call *b)
{
	return b->opnum == 5 || b->opnum == 15 || b->opnum == 26;
}

static bool is_of_interest(const struct fact_rpc_call *b)
{
	bool works = b->type == 1 && is_proof(b) && b->stated && b->status == 0;

	return (b->type == 0 || works) && rpc_is_netlogon(&b->interface) && b->opnum <= 30;
}

static void netlogon_on_observation(const void *config, void *state, const struct observation *o,
				    const struct detector_out *out)
{
	const struct netlogon_config *c = config;
	struct netlogon_state *s = state;
	const struct fact_rpc_call *b = obs_fact(o);
	uint64_t window_ns = c->window_s * NS_PER_S;
	bool fresh, set = b->type == 0 && (b->opnum == 6 || b->opnum == 30);

	if (!is_of_interest(b))
		return;
	uint64_t key = hash_u64(hash_addr(&o->src, 3), hash_addr(&o->dst, 4));
	struct netlogon_pair *p = sets_get(&s->pairs, key ? key : 1, 0, &fresh);
	bool many = p->challenges >= c->tries && p->proofs >= c->tries &&
		    o->time_ns <= p->begin_ns + 2 * window_ns;

	if (set && many && (!p->won_ns || o->time_ns > p->won_ns + c->again_s * NS_PER_S)) {
		p->won_ns = o->time_ns;
		tell(c, s, p, NETLOGON_won, o, out);
	}
	if (o->time_ns > p->begin_ns + window_ns) {
		p->begin_ns = o->time_ns;
		p->challenges = p->proofs = 0;
	}
	if (b->type == 1) {
		p->proofs -= p->proofs > 0;
		return;
	}
	p->challenges += b->opnum == 4;
	p->proofs += is_proof(b);
	if (p->challenges < c->tries || p->proofs < c->tries ||
	    (p->told_ns && o->time_ns < p->told_ns + c->again_s * NS_PER_S))
		return;
	p->told_ns = o->time_ns;
	tell(c, s, p, NETLOGON_tries, o, out);
}

static void netlogon_stats(const void *state, char *out, size_t size)
{
	const struct netlogon_state *s = state;

	snprintf(out, size, "\"alerts\":%llu,\"pairs_evicted\":%llu",
		 (unsigned long long)count_get(&s->t.alerts),
		 (unsigned long long)count_get(&s->pairs.evicted));
}

static bool netlogon_uses(const void *config, enum observation_kind kind,
			  const struct proto_fact *f)
{
	(void)config;
	(void)kind;
	return is_of_interest(f->body);
}

const struct detector detect_netlogon = {
	.name = "netlogon",
	.what = "Zerologon: a domain controller's secure channel tried again and again",
	.source = NETLOGON_SOURCE,
	.wants = 1ull << OBS_rpc_call,
	.params = netlogon_params,
	.abouts = netlogon_abouts,
	.n_abouts = NETLOGON_kinds,
	.config_size = sizeof(struct netlogon_config),
	.init = netlogon_init,
	.fini = netlogon_fini,
	.on_observation = netlogon_on_observation,
	.uses = netlogon_uses,
	.stats = netlogon_stats,
};
