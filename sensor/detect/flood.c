// SPDX-License-Identifier: Apache-2.0
/* flood: many packets that nobody asked for, by rates with absolute floors.
 *
 *   501  one of our hosts sends it, 502 one of our hosts gets it: UDP one way only (less than one
 *        packet back for a hundred) at udp_pps and more, or ICMP at icmp_pps, over two steps of a
 *        flow (8192 packets each) in a row; or failed connections to one service at syn_rate for
 *        syn_s seconds of the last ten;
 *   503  one of our hosts amplifies: it answers an outside address over a service known for it with
 *        amp_factor times what it got, amp_mb and more;
 *   504  one of our hosts is the target of amplifiers: amp_sources outside ones send it volumes it
 *        did not ask for, within a minute.
 * One-way UDP between our own hosts is a finding (measurements, streams); relays as well; and so is what
 * nobody answers while the mirror does not show answers (detect/visible.h).
 *
 * Units:  packets and contacts a second of packet time; bytes of the IP layer.
 * Owns:   bounded tables, below 2 MB with the defaults.
 * Cost:   one or two look-ups a volume (8192 packets) or failed contact.
 * Source: services and factors of amplification: Rossow, "Amplification Hell", NDSS 2014.
 */
#include "detect/say.h"
#include "base/sets.h"
#include "detect/visible.h"

#include "base/clock.h"
#include "base/hash.h"
#include "flow/flow.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TCP      6
#define UDP      17
#define ICMP     1
#define ICMP6    58
#define BACK_MAX 0.01 /* packets back for one sent: nobody answers */
#define SECONDS  10u

struct flood_config {
	uint32_t udp_pps, icmp_pps, syn_rate, syn_s;
	uint32_t amp_mb;
	double amp_factor;
	uint32_t amp_sources;
	uint32_t again_s, entries;
};

enum flood_kind { FLOOD_ours, FLOOD_on_us, FLOOD_amplifier, FLOOD_amplified, FLOOD_kinds };

struct entry { /* a flow, a pair or a host: what is counted differs, the shape does not */
	struct sets_head head;
	uint64_t since_ns, told_ns;
	uint64_t a, b; /* counted */
	uint32_t over;
};

struct service { /* failed contacts of the last seconds, by when they began */
	struct sets_head head;
	uint64_t newest_s;
	uint32_t n[SECONDS]; /* slot = second % SECONDS */
};

struct flood_state {
	struct sets flows, services, pairs, hosts, told;
	struct visible visible;
	struct count alerts, findings;
};

/* clang-format off */
#define FLOOD_ABOUT(sid_, sev_, msg_, technique_, source_, check_)                                  \
	SAY_ABOUT("flood", sid_, sev_, FAMILY_other, "Denial of Service", msg_, technique_,         \
		  "TA0040", source_, check_)
#define RATES  "rates with absolute floors; docs/DETECTORS.md"
#define ROSSOW "Rossow, Amplification Hell, NDSS 2014"
static const struct about flood_abouts[FLOOD_kinds] = {
	[FLOOD_ours] = FLOOD_ABOUT(501, 2, "FLOOD one of our hosts floods a target", "T1498.001", RATES,
		"which program sends it? A measurement (iperf) and a misrouted stream look the same"),
	[FLOOD_on_us] = FLOOD_ABOUT(502, 2, "FLOOD one of our hosts is flooded", "T1498.001", RATES,
		"does the service still answer? Ask the provider to filter the sources"),
	[FLOOD_amplifier] = FLOOD_ABOUT(503, 2, "FLOOD one of our hosts amplifies an attack",
		"T1498.002", ROSSOW, "close the service to the outside, or limit its answers; the "
		"address it answers is the victim, not the attacker"),
	[FLOOD_amplified] = FLOOD_ABOUT(504, 2, "FLOOD amplifiers send one of our hosts what it never "
		"asked for", "T1498.002", ROSSOW, "ask the provider to drop UDP from that source port"),
};
static const struct param flood_params[] = {
	PARAM(PARAM_U32, struct flood_config, udp_pps, 100, 100000000, 5000, "packets/s",
	      "one way, of one flow"),
	PARAM(PARAM_U32, struct flood_config, icmp_pps, 10, 100000000, 500, "packets/s",
	      "of one pair of hosts"),
	PARAM(PARAM_U32, struct flood_config, syn_rate, 10, 100000000, 500, "contacts/s",
	      "failed ones to one service"),
	PARAM(PARAM_U32, struct flood_config, syn_s, 1, 10, 3, "s", "of the last ten"),
	PARAM(PARAM_U32, struct flood_config, amp_mb, 1, 100000, 5, "MB",
	      "sent to one address by an amplifier"),
	PARAM(PARAM_F64, struct flood_config, amp_factor, 2, 1000, 5, "times",
	      "more bytes than it got"),
	PARAM(PARAM_U32, struct flood_config, amp_sources, 2, 64, 8, "hosts",
	      "that send volumes nobody asked for, within a minute"),
	PARAM(PARAM_U32, struct flood_config, again_s, 60, 604800, 3600, "s",
	      "one alert of a kind and pair in this time"),
	PARAM(PARAM_U32, struct flood_config, entries, 64, 1 << 22, 4096, "entries",
	      "of each table: flows, services, pairs, hosts"),
	{0},
};
/* clang-format on */

struct call {
	const struct flood_config *c;
	struct flood_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

static void flood_fini(void *state)
{
	struct flood_state *s = state;

	if (!s)
		return;
	sets_fini(&s->flows);
	sets_fini(&s->services);
	sets_fini(&s->pairs);
	sets_fini(&s->hosts);
	sets_fini(&s->told);
	free(s);
}

static int flood_init(const void *config, void **state, struct err *err)
{
	const struct flood_config *c = config;
	struct flood_state *s = calloc(1, sizeof(*s));

	if (!s)
		return err_set(err, ENOMEM, "no memory for flood");
	struct sets *all[] = {&s->services, &s->flows, &s->pairs, &s->hosts, &s->told};
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int rc = sets_init(all[i], i ? sizeof(struct entry) : sizeof(struct service),
				   c->entries, err);
		if (rc) {
			flood_fini(s);
			return rc;
		}
	}
	*state = s;
	return 0;
}

static struct entry *entry_of(struct sets *s, uint64_t key)
{
	bool fresh;

	return sets_get(s, key, 0, &fresh);
}

/* `host` of ours does it or suffers it, `other` is the other end. */
static void tell(const struct call *k, const struct obs_link *link, enum flood_kind kind,
		 const struct addr *host, const struct addr *other, bool is_alert,
		 struct evidence e, const char *text)
{
	uint64_t now_ns = k->o->time_ns ? k->o->time_ns : 1;
	/* Who suffers is told once whoever it is that sends: sources are many, or forged. */
	bool pair = kind == FLOOD_ours || kind == FLOOD_amplifier;
	uint64_t key =
		hash_addr(host, pair ? hash_addr(other, (uint64_t)kind) : 30 + (uint64_t)kind);
	struct entry *t = entry_of(&k->s->told, key);

	if (t->told_ns && now_ns < t->told_ns + k->c->again_s * NS_PER_S)
		return;
	t->told_ns = now_ns;
	struct host_view view = hosts_of(k->out->hosts, host, link);
	bool relays = hosts_roles(k->out->hosts, &view, host) & SAY_RELAYS;
	struct finding f = say_of(k->o, link, host, &view, other);

	f.tier = is_alert && !relays ? TIER_alert : TIER_finding;
	f.about = &flood_abouts[kind];
	f.score = e.threshold > 0 ? fmax(1, e.observed / e.threshold) : 1;
	f.evidence[0] = e;
	f.n_evidence = 1;
	count_add(f.tier == TIER_alert ? &k->s->alerts : &k->s->findings, 1);
	k->out->add(k->out->ctx, &f, text);
}

/* A flood goes from `src` to `dst`: whose is it? */
static void tell_flood(const struct call *k, const struct obs_link *link, const struct addr *src,
		       const struct addr *dst, bool inside_counts, struct evidence e,
		       const char *text)
{
	bool src_home = hosts_home(k->out->hosts, src), dst_home = hosts_home(k->out->hosts, dst);

	bool sure = visible_answers(&k->s->visible);

	if (src_home)
		tell(k, link, FLOOD_ours, src, dst, sure && (!dst_home || inside_counts), e, text);
	else if (dst_home)
		tell(k, link, FLOOD_on_us, dst, src, sure, e, text);
}

static void test_rate(const struct call *k, const struct obs_volume *v)
{
	bool icmp = v->link.proto == ICMP || v->link.proto == ICMP6;
	struct entry *f = entry_of(&k->s->flows, k->o->flow_id);
	uint64_t since = f->since_ns ? f->since_ns : v->start_ns;
	double s = k->o->time_ns > since ? (double)(k->o->time_ns - since) / NS_PER_S : 0;
	double sent[2] = {(double)(v->pkts[0] - f->a), (double)(v->pkts[1] - f->b)};
	unsigned up = sent[0] >= sent[1] ? 0 : 1;
	double rate = s > 0 ? sent[up] / s : sent[up],
	       floor = icmp ? k->c->icmp_pps : k->c->udp_pps;
	char text[FINDING_SUBJECT];

	/* Turned around in between: not the flow's history any more. */
	bool whole = v->pkts[0] >= f->a && v->pkts[1] >= f->b;
	f->a = v->pkts[0];
	f->b = v->pkts[1];
	f->since_ns = k->o->time_ns;
	bool one_way = icmp || sent[!up] <= BACK_MAX * sent[up];
	f->over = whole && one_way && rate >= floor ? f->over + 1 : 0;
	if (f->over < 2)
		return;
	snprintf(text, sizeof(text), "%.0f %s packets/s, %.0f back, for %.1f s", rate,
		 icmp ? "ICMP" : "UDP", sent[!up] / fmax(s, 1e-3), s);
	tell_flood(k, &v->link, up == 0 ? &k->o->src : &k->o->dst,
		   up == 0 ? &k->o->dst : &k->o->src, icmp,
		   (struct evidence){"rate", rate, NAN, floor, "packets/s"}, text);
}

static bool amplifies(uint16_t port)
{
	static const uint16_t ports[] = {17,  19,   53,   111,  123,  137,  161,   389,
					 520, 1434, 1900, 3283, 3702, 5353, 10001, 11211};

	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

static void test_amplifier(const struct call *k, const struct obs_volume *v)
{
	const struct observation *o = k->o;
	struct entry *p = entry_of(&k->s->pairs, hash_addr(&o->src, hash_addr(&o->dst, o->dport)));
	char text[FINDING_SUBJECT], sent[24];

	if (o->time_ns > p->since_ns + k->c->again_s * NS_PER_S) {
		p->since_ns = o->time_ns;
		p->a = p->b = 0;
	}
	p->a += v->bytes[1];
	p->b += v->bytes[0];
	double factor = (double)p->a / fmax(1, (double)p->b);
	if ((double)p->a < k->c->amp_mb * 1e6 || factor < k->c->amp_factor)
		return;
	snprintf(text, sizeof(text), "%u/udp sent %s, %.0f times what it was asked with", o->dport,
		 say_bytes((double)p->a, sent), fmin(factor, 1e6));
	tell(k, &v->link, FLOOD_amplifier, &o->dst, &o->src,
	     (!v->guessed || p->b > 0) && visible_answers(&k->s->visible),
	     (struct evidence){"factor", fmin(factor, 1e9), NAN, k->c->amp_factor, "times"}, text);
}

static void test_amplified(const struct call *k, const struct obs_volume *v)
{
	const struct observation *o = k->o;
	struct entry *h = entry_of(&k->s->hosts, hash_addr(&o->src, 31));
	char text[FINDING_SUBJECT];

	if (o->time_ns > h->since_ns + 60 * NS_PER_S) {
		h->since_ns = o->time_ns;
		h->a = 0;
	}
	h->a |= 1ull << (hash_addr(&o->dst, 32) >> 58);
	uint32_t n = (uint32_t)__builtin_popcountll(h->a);
	if (n < k->c->amp_sources)
		return;
	snprintf(text, sizeof(text), "%u hosts send it volumes from %u/udp that it never asked for",
		 n, o->dport);
	tell(k, &v->link, FLOOD_amplified, &o->src, &o->src, visible_answers(&k->s->visible),
	     (struct evidence){"sources", n, NAN, k->c->amp_sources, "hosts"}, text);
}

static void on_volume(const struct call *k)
{
	const struct obs_volume *v = obs_body(k->o);
	const struct observation *o = k->o;

	if (v->link.proto == TCP || addr_is_multicast(&o->dst) || addr_is_broadcast(&o->dst) ||
	    addr_is_multicast(&o->src))
		return;
	if (!v->ended && (v->link.proto == UDP || v->link.proto == ICMP || v->link.proto == ICMP6))
		test_rate(k, v);
	if (v->link.proto != UDP || !amplifies(o->dport))
		return;
	bool src_home = hosts_home(k->out->hosts, &o->src),
	     dst_home = hosts_home(k->out->hosts, &o->dst);
	if (dst_home && !src_home)
		test_amplifier(k, v);
	else if (src_home && !dst_home && v->bytes[0] == 0)
		test_amplified(k, v);
}

static void on_contact(const struct call *k)
{
	const struct obs_contact *b = obs_body(k->o);
	const struct observation *o = k->o;
	uint64_t at_s = b->start_ns / NS_PER_S;
	bool fresh;
	char text[FINDING_SUBJECT];

	visible_see(&k->s->visible, b);
	if (b->outcome == FLOW_answered || b->outcome == FLOW_pending || b->guessed ||
	    b->link.proto != TCP || (b->seen & FLOW_SYNACK_FIRST))
		return;
	struct service *e =
		sets_get(&k->s->services, hash_addr(&o->dst, 33 + (uint64_t)o->dport), 0, &fresh);
	if (at_s + SECONDS <= e->newest_s)
		return; /* of a time that is over */
	for (; e->newest_s < at_s; e->newest_s++) {
		if (e->newest_s + SECONDS < at_s)
			e->newest_s = at_s - SECONDS;
		e->n[(e->newest_s + 1) % SECONDS] = 0;
	}
	uint32_t *n = &e->n[at_s % SECONDS], before = *n;
	*n += b->count ? b->count : 1;
	if (before >= k->c->syn_rate || *n < k->c->syn_rate)
		return;
	unsigned over = 0, most = 0;
	for (unsigned i = 0; i < SECONDS; i++) {
		over += e->n[i] >= k->c->syn_rate;
		most = e->n[i] > most ? e->n[i] : most;
	}
	if (over < k->c->syn_s)
		return;
	snprintf(text, sizeof(text),
		 "%u and more failed connections a second to port %u, in %u of %u s",
		 k->c->syn_rate, o->dport, over, SECONDS);
	tell_flood(k, &b->link, &o->src, &o->dst, true,
		   (struct evidence){"rate", most, NAN, k->c->syn_rate, "contacts/s"}, text);
}

static void flood_on_observation(const void *config, void *state, const struct observation *o,
				 const struct detector_out *out)
{
	const struct call k = {.c = config, .s = state, .o = o, .out = out};

	if (o->kind == OBS_volume)
		on_volume(&k);
	else
		on_contact(&k);
}

static void flood_stats(const void *state, char *out, size_t size)
{
	const struct flood_state *s = state;

	snprintf(out, size, "\"alerts\":%llu,\"findings\":%llu,\"services_evicted\":%llu",
		 (unsigned long long)count_get(&s->alerts),
		 (unsigned long long)count_get(&s->findings),
		 (unsigned long long)count_get(&s->services.evicted));
}

const struct detector detect_flood = {
	.name = "flood",
	.what = "floods and amplification, from or at our hosts, by rates with absolute floors",
	.source = ROSSOW,
	.wants = 1ull << OBS_volume | 1ull << OBS_contact,
	.params = flood_params,
	.abouts = flood_abouts,
	.n_abouts = FLOOD_kinds,
	.config_size = sizeof(struct flood_config),
	.init = flood_init,
	.fini = flood_fini,
	.on_observation = flood_on_observation,
	.stats = flood_stats,
};
