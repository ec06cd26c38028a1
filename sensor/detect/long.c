// SPDX-License-Identifier: Apache-2.0
/* long: connections to rare outside networks that stay open for hours.
 *
 * A remote-control channel that does not call back again and again stays open instead. Such a flow
 * is told when its age passes 1, 4, 8 and 12 hours, if packets still came in the last hour, one of
 * our hosts opened it, it was answered, and few of us use the network: no more than `users`, or
 * users_share of our hosts that talk to the outside at all. A finding, never an alert: a remote
 * desktop, a VPN or a video call is the same on the wire.
 *
 * Units:  hours of packet time.
 * Owns:   one bounded table of flows that were told.
 * Cost:   one look-up a long flow and hour.
 * Source: the tiers and the prevalence are those that RITA documents (Active Countermeasures).
 */
#include "detect/nets.h"
#include "detect/say.h"

#include "base/clock.h"
#include "base/hash.h"
#include "flow/flow.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HOUR_NS (3600 * NS_PER_S)

static const unsigned tiers[] = {1, 4, 8, 12};
#define TIERS (sizeof(tiers) / sizeof(tiers[0]))

struct long_config {
	uint32_t users;
	double users_share;
	uint32_t flows;
};

struct long_flow {
	struct sets_head head;
	uint64_t tiers_told;
};

struct long_state {
	struct sets flows;
	struct count findings, common;
};

/* clang-format off */
#define LONG_SOURCE "RITA's documentation: long connections, prevalence"
static const struct about long_abouts[] = {
	SAY_ABOUT("long", 401, 3, FAMILY_c2, "Possible Command and Control",
		"C2 a connection to a rare network stays open for hours", "T1071", "TA0011",
		LONG_SOURCE, "who is the other end (whois, SNI), which program holds the "
		"connection (ss -tnp on the host), and does its user know it?"),
};
static const struct param long_params[] = {
	PARAM(PARAM_U32, struct long_config, users, 1, 64, 1, "hosts",
	      "of ours that use a rare network at most"),
	PARAM(PARAM_F64, struct long_config, users_share, 0, 1, 0.02, "share",
	      "of our hosts that use a rare network at most, where that is more"),
	PARAM(PARAM_U32, struct long_config, flows, 64, 1 << 22, 4096, "flows",
	      "long flows remembered"),
	{0},
};
/* clang-format on */

static void long_fini(void *state)
{
	struct long_state *s = state;

	if (s)
		sets_fini(&s->flows);
	free(s);
}

static int long_init(const void *config, void **state, struct err *err)
{
	const struct long_config *c = config;
	struct long_state *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(err, ENOMEM, "no memory for long");
	int rc = sets_init(&s->flows, sizeof(struct long_flow), c->flows, err);
	if (rc) {
		long_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static bool is_rare(const struct long_config *c, const struct detector_out *out,
		    const struct addr *a, unsigned *users)
{
	const struct net *n = nets_find(out->nets, a);
	double all = __builtin_popcountll(out->nets->hosts);

	*users = n ? nets_users(n) : 0;
	return *users <= fmax(c->users, floor(all * c->users_share));
}

static void long_on_observation(const void *config, void *state, const struct observation *o,
				const struct detector_out *out)
{
	const struct obs_flow *b = obs_body(o);
	struct long_state *s = state;
	uint64_t age_ns = b->last_ns > b->start_ns ? b->last_ns - b->start_ns : 0;
	unsigned tier = 0, users;
	bool fresh;

	while (tier < TIERS && age_ns >= tiers[tier] * HOUR_NS)
		tier++;
	if (tier == 0 || o->time_ns > b->last_ns + HOUR_NS || b->outcome != FLOW_answered ||
	    (b->seen & FLOW_SYNACK_FIRST) || !hosts_home(out->hosts, &o->src) ||
	    hosts_home(out->hosts, &o->dst) || addr_is_multicast(&o->dst) ||
	    addr_is_link_local(&o->dst))
		return;
	struct long_flow *e = sets_get(&s->flows, o->flow_id, 0, &fresh);
	if (e->tiers_told >= tier)
		return;
	e->tiers_told = tier;
	if (!is_rare(config, out, &o->dst, &users)) {
		count_add(&s->common, 1);
		return;
	}
	struct host_view view = hosts_of(out->hosts, &o->src, &b->link);
	struct finding f = say_of(o, &b->link, &o->src, &view, &o->dst);
	double hours = (double)age_ns / (double)HOUR_NS;
	char text[FINDING_SUBJECT], net[ADDR_TEXT + 4], up[24], down[24];

	snprintf(text, sizeof(text),
		 "open for %.1f h to %s, which %u of our hosts use; %s up, %s down", hours,
		 nets_text(&o->dst, net, sizeof(net)), users, say_bytes((double)b->bytes[0], up),
		 say_bytes((double)b->bytes[1], down));
	f.about = &long_abouts[0];
	f.has_flow = 1;
	f.flow = *b;
	f.score = hours / tiers[0];
	f.evidence[0] = (struct evidence){"age", hours, NAN, tiers[tier - 1], "h"};
	f.evidence[1] = (struct evidence){"network_users", users, NAN,
					  ((const struct long_config *)config)->users, "hosts"};
	f.n_evidence = 2;
	count_add(&s->findings, 1);
	out->add(out->ctx, &f, text);
}

static void long_stats(const void *state, char *out, size_t size)
{
	const struct long_state *s = state;

	snprintf(out, size, "\"findings\":%llu,\"common\":%llu,\"flows_evicted\":%llu",
		 (unsigned long long)count_get(&s->findings),
		 (unsigned long long)count_get(&s->common),
		 (unsigned long long)count_get(&s->flows.evicted));
}

const struct detector detect_long = {
	.name = "long",
	.what = "connections to rare outside networks that stay open for hours",
	.source = LONG_SOURCE,
	.wants = 1ull << OBS_flow_interim | 1ull << OBS_flow_end,
	.params = long_params,
	.abouts = long_abouts,
	.n_abouts = 1,
	.config_size = sizeof(struct long_config),
	.init = long_init,
	.fini = long_fini,
	.on_observation = long_on_observation,
	.stats = long_stats,
};
