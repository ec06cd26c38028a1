// SPDX-License-Identifier: Apache-2.0
/* stone: a host between two others, through which somebody types (a stepping stone).
 *
 * An interactive connection is off while neither side speaks for half a second, and wakes. What is
 * typed into a session that leads to a host wakes, within delta_ms, the session by which that host
 * leads on, whatever encrypts both. Of each pair of a session into a host and one out of it are
 * counted: the wakes that coincide, and how often two in a row did. The pair is a stone when at
 * least `ratio` of the wakes of the quieter one coincide and `row` times two in a row did (more in
 * long sessions: a hundredth of the wakes for each of them). Coincidences at equal distances do not
 * count: two keepalives may beat together for hours, no hand types so.
 *
 * A stone is a finding: jump hosts are that, and administrators. It is an alert when it is the
 * second one of a row (A to B to C to D), or when the one who types sits outside.
 *
 * Units:  wakes; milliseconds of packet time.
 * Owns:   bounded tables of sessions, hosts and pairs: below 2 MB with the defaults.
 * Cost:   four look-ups a wake and one for each coincidence, at most RECENT twice; a session wakes
 * at most twice a second. Source: Zhang, Paxson, "Detecting Stepping Stones", USENIX Security 2000
 * (on, off, delta 80 ms, ratio 0.3, two in a row; their tool's scaling of long sessions); the rule
 * against beats and the tiers are ours.
 */
#include "detect/teller.h"

#include "base/clock.h"
#include "observe/wake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RECENT 8u
#define PASSES (SAY_WATCHERS | 1u << ROLE_jump)

struct stone_config {
	uint32_t delta_ms, row;
	double ratio;
	uint32_t again_s, sessions;
};

struct stone_session {
	struct sets_head head;
	uint64_t wakes;
	struct addr client, server;
	uint16_t port;
	uint8_t outside; /* its client is not ours */
	uint8_t drives;  /* is the inner half of a stone: it leads another on */
	uint8_t driven;  /* is the outer half of one */
	uint8_t pad[3];
};

struct stone_host { /* the last wakes at one host */
	struct sets_head head;
	struct {
		uint64_t ns, session;
		uint64_t in; /* it leads to the host */
	} at[RECENT];
	uint64_t next;
};

struct stone_pair {
	struct sets_head head;
	uint64_t hits, row;     /* coincidences; two in a row */
	uint64_t at_in, at_out; /* wakes of either at the last coincidence */
	uint64_t last_ns, gap_ns;
	uint64_t found;
};

struct stone_state {
	struct teller t;
	struct sets sessions, hosts, pairs;
	struct count wakes, hits;
};

#define STONE_SOURCE "Zhang, Paxson, Detecting Stepping Stones, USENIX Security 2000"
/* clang-format off */
static const struct about stone_abouts[] = {
	SAY_ABOUT("stone", 931, 2, FAMILY_lateral, "Lateral Movement",
		"LATERAL a stepping stone: what is typed into a host goes on to another", "T1021", "TA0008",
		STONE_SOURCE, "who is logged in on the host in the middle, and from where? A host through which "
		"others are meant to be reached should have the role jump"),
};
static const struct param stone_params[] = {
	PARAM(PARAM_U32, struct stone_config, delta_ms, 1, 400, 80, "ms",
	      "between the wakes of two sessions that coincide"),
	PARAM(PARAM_U32, struct stone_config, row, 1, 1000, 2, "times",
	      "that two wakes in a row coincide, for each hundred of the quieter session"),
	PARAM(PARAM_F64, struct stone_config, ratio, 0.05, 1, 0.3, "",
	      "share of the quieter session's wakes that coincide"),
	PARAM(PARAM_U32, struct stone_config, again_s, 60, 604800, 3600, "s",
	      "one telling a host and target in this time"),
	PARAM(PARAM_U32, struct stone_config, sessions, 64, 1 << 22, 4096, "sessions", "remembered"),
	{0},
};
/* clang-format on */

struct wake {
	const struct stone_config *c;
	struct stone_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void stone_fini(void *state)
{
	struct stone_state *s = state;

	if (!s)
		return;
	teller_fini(&s->t);
	sets_fini(&s->sessions);
	sets_fini(&s->hosts);
	sets_fini(&s->pairs);
	free(s);
}

static int stone_init(const void *config, void **state, struct err *err)
{
	const struct stone_config *c = config;
	struct stone_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for stone");
	if ((rc = teller_init(&s->t, c->sessions / 4, err)) ||
	    (rc = sets_init(&s->sessions, sizeof(struct stone_session), c->sessions, err)) ||
	    (rc = sets_init(&s->hosts, sizeof(struct stone_host), c->sessions / 2, err)) ||
	    (rc = sets_init(&s->pairs, sizeof(struct stone_pair), c->sessions, err))) {
		stone_fini(s);
		return rc;
	}
	*state = s;
	return 0;
}

static void tell(const struct wake *k, struct stone_session *in, struct stone_session *out,
		 const struct stone_pair *p, uint64_t quieter, uint64_t least)
{
	char from[ADDR_TEXT], to[ADDR_TEXT];
	bool row = in->driven || out->drives;
	bool alert = (row || in->outside) && p->row >= 2 * least;
	const struct telling m = {.about = &stone_abouts[0],
				  .host = &out->client,
				  .other = &out->server,
				  .what = alert,
				  .doers = PASSES,
				  .again_s = k->c->again_s,
				  .alert = alert,
				  .unit = "coincidences",
				  .observed = (double)p->hits,
				  .threshold = k->c->ratio * (double)quieter};

	in->drives = out->driven = 1;
	teller_say(&k->s->t, k->out, k->o, &m,
		   "what %s types into its session with port %u of this host goes on to %s port "
		   "%u: %u of %u wakes within %u ms, %u times two in a row%s%s",
		   addr_text(&in->client, from), in->port, addr_text(&out->server, to), out->port,
		   (unsigned)p->hits, (unsigned)quieter, k->c->delta_ms, (unsigned)p->row,
		   row ? "; one of a row of stones" : "", in->outside ? "; from outside" : "");
}

/* Beats come at equal distances, hands do not: within a tenth it is a beat. */
static bool is_beat(uint64_t gap_ns, uint64_t before_ns)
{
	uint64_t d = gap_ns > before_ns ? gap_ns - before_ns : before_ns - gap_ns;

	return d < gap_ns / 10;
}

/* Two sessions woke together. */
static void meet(const struct wake *k, uint64_t in_id, uint64_t out_id, bool now_out)
{
	struct stone_session *in = sets_find(&k->s->sessions, in_id);
	struct stone_session *out = sets_find(&k->s->sessions, out_id);
	bool fresh;

	if (!in || !out || addr_eq(&in->client, &out->server))
		return; /* back to where it came from */
	struct stone_pair *p = sets_get(&k->s->pairs, hash_u64(in_id, out_id), 0, &fresh);
	uint64_t gap_ns = k->o->time_ns > p->last_ns ? k->o->time_ns - p->last_ns : 0;
	bool beat = !fresh && is_beat(gap_ns, p->gap_ns);

	count_add(&k->s->hits, 1);
	if (!beat) {
		p->hits++;
		p->row += !fresh && in->wakes == p->at_in + 1 && out->wakes == p->at_out + 1;
	}
	p->at_in = in->wakes;
	p->at_out = out->wakes;
	p->gap_ns = fresh ? 0 : gap_ns;
	p->last_ns = k->o->time_ns;
	uint64_t quieter = in->wakes < out->wakes ? in->wakes : out->wakes;
	uint64_t least = k->c->row * (quieter < 200 ? 1 : quieter / 100);
	/* told with the packet that leaves the stone */
	if (now_out && p->row >= least && (double)p->hits >= k->c->ratio * (double)quieter)
		tell(k, in, out, p, quieter, least);
}

/* The session woke at one of its ends: what else just woke there, the other way? */
static void at_host(const struct wake *k, uint64_t host, bool in)
{
	bool fresh;
	uint64_t delta_ns = k->c->delta_ms * NS_PER_MS, now_ns = k->o->time_ns;
	struct stone_host *h = sets_get(&k->s->hosts, host, 0, &fresh);

	for (unsigned i = 0; i < RECENT; i++) {
		bool near = h->at[i].session && now_ns <= h->at[i].ns + delta_ns &&
			    h->at[i].ns <= now_ns;

		if (!near || h->at[i].in == in)
			continue;
		if (in)
			meet(k, k->o->flow_id, h->at[i].session, false);
		else
			meet(k, h->at[i].session, k->o->flow_id, true);
	}
	h->at[h->next % RECENT].ns = now_ns;
	h->at[h->next % RECENT].session = k->o->flow_id;
	h->at[h->next++ % RECENT].in = in;
}

static void stone_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	const struct obs_wake *b = obs_body(o);
	const struct wake k = {.c = config, .s = state, .o = o, .out = out};
	struct host_view client, server;
	bool fresh, ours[2] = {hosts_home(out->hosts, &o->src), hosts_home(out->hosts, &o->dst)};

	if (b->guessed || (!hosts_ours(out->hosts, &o->src) && !ours[0] && !ours[1]))
		return;
	client = hosts_of(out->hosts, &o->src, &b->link);
	server = hosts_of(out->hosts, &o->dst, &b->link);
	if (client.id == server.id)
		return;
	count_add(&k.s->wakes, 1);
	struct stone_session *s = sets_get(&k.s->sessions, o->flow_id, 0, &fresh);
	if (fresh) {
		s->client = o->src;
		s->server = o->dst;
		s->port = o->dport;
		s->outside = !ours[0];
	}
	s->wakes++;
	if (ours[0])
		at_host(&k, client.id, false);
	if (ours[1])
		at_host(&k, server.id, true);
}

static void stone_stats(const void *state, char *out, size_t size)
{
	const struct stone_state *s = state;
	char told[128];

	teller_stats(&s->t, told, sizeof(told));
	snprintf(out, size,
		 "%s,\"wakes\":%llu,\"coincidences\":%llu,\"sessions_evicted\":%llu,"
		 "\"pairs_evicted\":%llu",
		 told, (unsigned long long)count_get(&s->wakes),
		 (unsigned long long)count_get(&s->hits),
		 (unsigned long long)count_get(&s->sessions.evicted),
		 (unsigned long long)count_get(&s->pairs.evicted));
	sets_say_evicted(&s->hosts, "hosts", out, size);
}

const struct detector detect_stone = {
	.name = "stone",
	.what = "hosts through which somebody types into another (stepping stones)",
	.source = STONE_SOURCE,
	.wants = 1ull << OBS_wake,
	.params = stone_params,
	.abouts = stone_abouts,
	.n_abouts = sizeof(stone_abouts) / sizeof(stone_abouts[0]),
	.config_size = sizeof(struct stone_config),
	.init = stone_init,
	.fini = stone_fini,
	.on_observation = stone_on_observation,
	.stats = stone_stats,
};
