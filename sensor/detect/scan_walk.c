// SPDX-License-Identifier: Apache-2.0
/* Many hosts: a sequential test over a source's first contacts, in e-detector form.
 *
 * A benign host's first contacts succeed with probability p >= benign; a scanner's with about
 * scanner_success. Each first contact multiplies the evidence M by the likelihood ratio
 *
 *     answered:  LR = scanner_success / benign
 *     failed:    LR = (1 - scanner_success) / (1 - benign)
 *     M := max(M, 1) * LR, alarm when M >= 1 / alpha
 *
 * For p >= benign, E[LR] <= 1: the expected number of first contacts of a benign host between two
 * false alarms is at least 1/alpha. That holds for the host at hand only if `benign` is a rate it
 * really has; so it is learnt: the 5th percentile of a beta posterior over the contacts of *past*
 * windows (the present one does not teach: a scan must not make itself normal), between a floor and
 * a ceiling (failures come in clusters: no rate near 1 is believed), and the prior is that of a
 * client network.
 *
 * What counts, and how much:
 *   - a contact counts once a (source, destination, service) and once a destination in a walk; a
 *     host that then answers on another service takes its failure back;
 *   - silence counts as far as the mirror is complete: benign * visibility, nothing below
 *     visibility_min; a refusal always counts;
 *   - ordinary services far away are tested at the floor, and until some contact far away that
 *     began later has worked, the line itself may be down: such failures alone need unproven_hosts;
 *   - failures must concentrate: hosts / services >= hosts_per_port. A peer-to-peer client fails as
 *     often as a scanner, but each time at another port;
 *   - evidence fades by half_life: the test is for a rate, not for a life's worth of misses.
 *     Fading only lowers M, so the bound on false alarms stays.
 *
 * Units:  nats; contacts are distinct hosts.
 * Shape:  three walks a source (scan.h), bounded memories of contacts.
 * Cost:   two set look-ups, one log, one exp2 a first contact.
 * Source: Jung, Paxson, Berger, Balakrishnan, "Fast Portscan Detection Using Sequential Hypothesis
 *         Testing", IEEE S&P 2004 (the test; scanner_success .2, benign .8); Schechter, Jung,
 *         Berger, RAID 2004 (restart at 1); Shin, Ramdas, Rinaldo, "E-detectors" (the bound);
 *         Sridharan, Ye, Bhattacharyya 2006, TAPS (the ratio of hosts to ports).
 */
#include "detect/scan.h"

#include "base/clock.h"
#include "base/hash.h"
#include "detect/beta.h"
#include "detect/say.h"

#include <math.h>
#include <stdio.h>

#define QUANTILE  0.05
#define LEARN_MAX 2000.0 /* contacts; beyond, the past counts half: what was long ago fades */
#define CAP       4.0    /* thresholds; what a scattered source can pile up */
#define FORGOTTEN 0.05   /* nats */
#define MAP_BITS  64

struct met { /* a contact that has been seen */
	struct sets_head head;
	uint64_t failed;
};

double scan_walk_factor(const struct scan_config *c, double benign, bool failed)
{
	return failed ? log((1 - c->scanner_success) / (1 - benign))
		      : log(c->scanner_success / benign);
}

double scan_visibility(const struct scan_config *c, const struct scan_state *s)
{
	if (s->shake.known < c->visibility_samples)
		return 1;
	return (double)s->shake.seen / s->shake.known;
}

static void begin(struct scan_state *s, struct scan_walk *w)
{
	w->log_m = 0;
	w->serial = ++s->serial;
	w->failed = w->answered = w->unproven = w->in_row = 0;
	w->port_map = 0;
	memset(w->top, 0, sizeof(w->top));
	w->since_ns = w->until_ns = 0;
	w->hosts = 0;
}

static void learn(const struct scan_config *c, struct scan_walk *w, uint64_t now_ns)
{
	if (w->window_ns == 0)
		w->window_ns = now_ns;
	if (now_ns < w->window_ns + c->window_s * NS_PER_S)
		return;
	w->past_ok += w->window_ok;
	w->past_failed += w->window_failed;
	if (w->past_ok + w->past_failed > LEARN_MAX) {
		w->past_ok /= 2;
		w->past_failed /= 2;
	}
	if (w->window_ok + w->window_failed) {
		double q = beta_quantile(c->prior_success * c->prior_weight + w->past_ok,
					 (1 - c->prior_success) * c->prior_weight + w->past_failed,
					 QUANTILE);
		w->benign = fmin(fmax(q, c->benign_floor), c->benign_ceiling);
	}
	w->window_ok = w->window_failed = 0;
	w->window_ns = now_ns;
}

static void fade(const struct scan_config *c, struct scan_state *s, struct scan_walk *w,
		 uint64_t now_ns)
{
	if (now_ns > w->at_ns && w->log_m > 0) {
		double s_gone = (double)(now_ns - w->at_ns) / NS_PER_S;

		w->log_m *= exp2(-s_gone / c->half_life_s);
	}
	if (now_ns > w->at_ns)
		w->at_ns = now_ns;
	if (w->log_m < FORGOTTEN)
		begin(s, w);
}

static uint64_t contact_key(const struct scan_step *t)
{
	uint64_t k = hash_addr(&t->dst_addr, t->src.id);
	return hash_u64(k, (uint64_t)t->proto << 16 | t->dport);
}

/* Whether this (source, destination, service) had not been seen before. */
static bool is_first(struct scan_state *s, const struct scan_step *t)
{
	bool fresh;

	sets_get(&s->contacts, contact_key(t), t->src.home, &fresh);
	return fresh;
}

static void add_port(struct scan_walk *w, const struct scan_step *t)
{
	/* Twice: one multiplication leaves the ports of an arithmetic sequence in a lattice. */
	uint64_t h = hash_u64(hash_u64((uint64_t)t->proto << 16 | t->dport, 7), 11);

	w->port_map |= 1ull << (h >> 58);
	for (unsigned i = 0; i < SCAN_TOP; i++) {
		if (w->top[i].n && (w->top[i].port != t->dport || w->top[i].proto != t->proto))
			continue;
		w->top[i].port = t->dport;
		w->top[i].proto = t->proto;
		w->top[i].n++;
		return;
	}
}

static bool is_next(const struct addr *a, const struct addr *b)
{
	int step = b->b[15] - a->b[15];

	return memcmp(a->b, b->b, 15) == 0 && (step == 1 || step == -1);
}

static void add_failure(struct scan_walk *w, const struct scan_step *t)
{
	w->in_row += w->failed && is_next(&w->last, &t->dst_addr);
	if (w->failed++ == 0) {
		w->first = t->dst_addr;
		w->since_ns = w->until_ns = t->start_ns;
	}
	w->last = t->dst_addr;
	if (t->start_ns < w->since_ns)
		w->since_ns = t->start_ns;
	if (t->start_ns > w->until_ns)
		w->until_ns = t->start_ns;
	add_port(w, t);
}

/* Distinct services that failed, estimated from the bitmap by linear counting (Whang 1990); as many
 * as hosts once the bitmap is full. */
static double services_of(const struct scan_walk *w)
{
	int zeros = MAP_BITS - __builtin_popcountll(w->port_map);

	return zeros ? round(MAP_BITS * log((double)MAP_BITS / zeros)) : w->failed;
}

static bool is_alarm(const struct scan_call *k, const struct scan_walk *w, bool arp)
{
	const struct scan_config *c = k->c;

	if (w->log_m < k->s->threshold || w->failed < c->min_hosts)
		return false;
	if (w->failed - w->unproven < c->min_hosts && w->failed < c->unproven_hosts)
		return false;
	return arp || services_of(w) * c->hosts_per_port <= w->failed;
}

static void ports_text(const struct scan_walk *w, char *out, size_t size)
{
	size_t len = 0;
	uint32_t listed = 0;

	out[0] = 0;
	for (unsigned i = 0; i < SCAN_TOP && w->top[i].n && len + 24 < size; i++) {
		char port[16];

		scan_port_text(w->top[i].proto, w->top[i].port, port, sizeof(port));
		len += (size_t)snprintf(out + len, size - len, "%s%s (%u)", i ? ", " : "", port,
					w->top[i].n);
		listed += w->top[i].n;
	}
	if (listed < w->failed && len + 16 < size)
		snprintf(out + len, size - len, ", others (%u)", w->failed - listed);
}

static enum scan_kind kind_of(const struct scan_walk *w, const struct scan_step *t)
{
	uint32_t pings = 0;

	if (t->proto == SCAN_PROTO_ARP)
		return SCAN_neighbours;
	if (!t->src.home)
		return SCAN_outside;
	for (unsigned i = 0; i < SCAN_TOP; i++) {
		if (w->top[i].proto == SCAN_ICMP || w->top[i].proto == SCAN_ICMP6)
			pings += w->top[i].n;
	}
	return pings * 2 > w->failed ? SCAN_ping : SCAN_hosts;
}

/* Peers far away that are gone, or near and off; on a mirror that has shown no ARP reply of anybody, requests that
 * do not walk from number to number: a router asks so for whom the world looks for. */
static bool is_excused(const struct scan_state *s, const struct scan_walk *w,
		       const struct scan_step *t)
{
	uint32_t peers = 0, neighbours = 0;

	for (unsigned i = 0; i < SCAN_TOP; i++) {
		if (w->top[i].proto != SCAN_ICMP && scan_port_is_peer(w->top[i].port))
			peers += w->top[i].n;
		if (w->top[i].proto != SCAN_ICMP && scan_port_is_neighbour(w->top[i].port))
			neighbours += w->top[i].n;
	}
	if (t->proto == SCAN_PROTO_ARP)
		return !s->arp_replies && w->in_row * 2 < w->failed;
	return (t->far && peers * 2 > w->failed) || neighbours * 2 > w->failed;
}

static void alarm_walk(const struct scan_call *k, const struct scan_step *t,
		       const struct scan_walk *w, double benign)
{
	struct scan_step told = *t;

	char ports[128], first[ADDR_TEXT], last[ADDR_TEXT], within[24], text[FINDING_SUBJECT];
	double all = w->failed + w->answered, span = (double)(w->until_ns - w->since_ns) / NS_PER_S;
	bool arp = t->proto == SCAN_PROTO_ARP;

	ports_text(w, ports, sizeof(ports));
	snprintf(text, sizeof(text), "%u hosts failed, %u answered: %s within %s; first %s last %s",
		 w->failed, w->answered, arp ? "ARP without reply" : ports,
		 say_span(w->until_ns - w->since_ns, within), addr_text(&w->first, first),
		 addr_text(&w->last, last));
	struct finding f = {
		.score = w->log_m / k->s->threshold,
		.evidence =
			{
				{"failed_hosts", w->failed, (1 - benign) * all, k->c->min_hosts,
				 "hosts"},
				{"success_rate", w->answered / all, benign, k->c->scanner_success,
				 "probability"},
				{"log_evidence", w->log_m, NAN, k->s->threshold, "nats"},
				{"duration", span, NAN, NAN, "s"},
				{"visibility", scan_visibility(k->c, k->s), NAN,
				 k->c->visibility_min, "share"},
				{"hosts_per_service", w->failed / fmax(1, services_of(w)), NAN,
				 k->c->hosts_per_port, "hosts/service"},
			},
		.n_evidence = arp ? 4 : 6,
	};
	told.excused = is_excused(k->s, w, t);
	scan_tell(k, &told, kind_of(w, t), &f, text);
}

/* A host of this walk is met again. Whether it still counts as failed. */
static bool meet_again(const struct scan_config *c, struct scan_walk *w, const struct scan_step *t,
		       double benign, bool failed)
{
	if (!failed || t->failed || !w->failed)
		return failed;
	/* it lives: the failure is taken back */
	w->failed--;
	w->answered++;
	w->log_m = fmax(0, w->log_m + scan_walk_factor(c, benign, false) -
				   scan_walk_factor(c, benign, true));
	return false;
}

static struct met *met_of(struct scan_state *s, const struct scan_walk *w,
			  const struct scan_step *t, const struct addr *host, bool *fresh)
{
	return sets_get(&s->contacts, hash_addr(host, t->src.id + w->serial), t->src.home, fresh);
}

/* Counts the destination in this walk. False: it has been counted already. */
static bool count_host(const struct scan_config *c, struct scan_state *s, struct scan_walk *w,
		       const struct scan_step *t, double benign)
{
	bool fresh;

	if (w->hosts == 0) {
		w->hosts = 1;
		w->only = t->dst_addr;
		w->only_failed = t->failed;
		return true;
	}
	if (w->hosts == 1 && addr_eq(&w->only, &t->dst_addr)) {
		w->only_failed = meet_again(c, w, t, benign, w->only_failed);
		return false;
	}
	if (w->hosts == 1) {
		w->hosts = 2;
		met_of(s, w, t, &w->only, &fresh)->failed = w->only_failed;
	}
	struct met *m = met_of(s, w, t, &t->dst_addr, &fresh);
	if (fresh)
		m->failed = t->failed;
	else
		m->failed = meet_again(c, w, t, benign, m->failed);
	return fresh;
}

void scan_walk_step(const struct scan_call *k, const struct scan_step *t)
{
	const struct scan_config *c = k->c;
	struct scan_state *s = k->s;
	bool arp = t->proto == SCAN_PROTO_ARP;
	bool ordinary = !arp && t->far && !scan_port_is_inside(t->proto, t->dport);

	if (!is_first(s, t)) {
		count_add(&s->repeated, 1);
		return;
	}
	struct scan_source *src = scan_source_of(s, &t->src);
	struct scan_walk *w = &src->walk[arp                    ? WALK_arp
					 : t->proto == SCAN_UDP ? WALK_udp
								: WALK_ip];
	if (!t->far && scan_port_is_sensitive(t->proto, t->dport)) {
		src->tended += !t->failed;
		src->untended += t->failed;
	}
	learn(c, w, t->time_ns);
	fade(c, s, w, t->time_ns);
	w->window_ok += !t->failed;
	w->window_failed += t->failed;

	double known = w->benign > 0 ? w->benign : s->prior_benign;
	double benign = ordinary ? c->benign_floor : known;
	if (t->silent && !arp)
		benign *= scan_visibility(c, s);
	if (benign <= c->scanner_success) {
		count_add(&s->blind, 1);
		return;
	}
	if (!count_host(c, s, w, t, benign))
		return;

	w->log_m += scan_walk_factor(c, benign, t->failed);
	if (!t->failed) {
		w->answered++;
		if (w->log_m <= 0)
			begin(s, w);
		return;
	}
	add_failure(w, t);
	if (ordinary && s->proven_ns[addr_is_v4(&t->dst_addr) ? 0 : 1] <= t->start_ns) {
		w->unproven++;
		count_add(&s->unproven, 1);
	}
	w->log_m = fmin(w->log_m, CAP * s->threshold);
	if (is_alarm(k, w, arp)) {
		struct scan_walk told = *w;

		begin(s, w);
		w->window_ok = w->window_failed = 0; /* a scan does not teach what is normal */
		alarm_walk(k, t, &told, known);
	}
}
