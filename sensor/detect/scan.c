// SPDX-License-Identifier: Apache-2.0
/* scan: who looks for hosts and services, by how often its first contacts fail.
 *
 * Three tests over the same facts: many hosts (scan_walk.c, a sequential test), many ports of one
 * host (scan_ports.c, counting), many neighbours that do not exist (scan_arp.c, the same sequential
 * test over ARP). What all of them leave out:
 *   - flows whose direction was inferred, or that began with an answer (backscatter): they accuse
 *     nobody, but for a lone ACK that was reset: many ports of one host probed so are counted
 *     (nmap -sA), for stale connections end at the few ports that a server has;
 *   - multicast and broadcast; UDP without an answer (syslog, discovery and streaming never get
 *     one; but see scan_ports.c): only ICMP's refusal counts, and that not of late replies (from a
 * service port to a high one) nor of traceroute's ports;
 *   - failures of a service that answered before: an outage;
 *   - silence while the mirror misses handshakes (visibility).
 * Routers, and hosts whose role it is to look at the network, are told as findings, not as alerts.
 * One alert a (host, kind) and window; the rest is counted and summed up as a finding at its end.
 *
 * Units:  packet time; contacts; nats.
 * Owns:   all tables, bounded by the configuration: below 20 MB with the defaults.
 * Cost:   a few set look-ups a contact, nothing per packet.
 * Source: as its parts say.
 */
#include "detect/scan.h"

#include "base/clock.h"
#include "base/hash.h"
#include "detect/beta.h"
#include "flow/flow.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define QUANTILE         0.05
#define SHAKES_MAX       256 /* handshakes; then both counts are halved: the recent past */
#define TRACEROUTE_FIRST 33434
#define TRACEROUTE_LAST  33534
#define SERVICE_PORT     1024
#define WATCHERS                                                                                   \
	(1u << ROLE_scanner | 1u << ROLE_monitoring | 1u << ROLE_gateway | 1u << ROLE_vpn |        \
	 1u << ROLE_proxy)

/* clang-format off */
#define SCAN_ABOUT(sid_, sev, msg_, technique_, tactic_, source_, check_)                           \
	{.gid = ALERT_GID_DETECTOR, .sid = (sid_), .rev = 1, .severity = (sev),                     \
	 .family = FAMILY_scan, .msg = (msg_), .category = "Detection of a Network Scan",           \
	 .detector = "scan", .action = "allowed", .technique = (technique_), .tactic = (tactic_),   \
	 .source = (source_), .check = (check_)}
#define WALK_SOURCE  "Jung et al., IEEE S&P 2004; Shin, Ramdas, Rinaldo, E-detectors"
#define PORTS_SOURCE "counting of different failed ports; docs/DETECTORS.md has the derivation"

const struct about scan_abouts[SCAN_kinds] = {
	[SCAN_hosts] = SCAN_ABOUT(101, 1, "SCAN one of our hosts tries a service on many hosts",
		"T1046", "TA0007", WALK_SOURCE,
		"list this host's SYNs without SYN-ACK: tcp.flags.syn==1 && tcp.flags.ack==0 && "
		"ip.src==HOST; then ask its user what runs there (inventory, scanner, worm)"),
	[SCAN_ping] = SCAN_ABOUT(102, 2, "SCAN one of our hosts pings many hosts that do not answer",
		"T1018", "TA0007", WALK_SOURCE,
		"count the destinations of icmp.type==8 && ip.src==HOST that never replied; a "
		"monitoring system should have that role in assets"),
	[SCAN_outside] = SCAN_ABOUT(103, 3, "SCAN an outside address tries many of our hosts",
		"T1595.001", "TA0043", WALK_SOURCE,
		"look whether any of the targets answered: only those matter"),
	[SCAN_neighbours] = SCAN_ABOUT(104, 2, "SCAN a host asks ARP for many addresses nobody has",
		"T1018", "TA0007", WALK_SOURCE,
		"arp.opcode==1 && arp.src.hw_mac==MAC: are the targets consecutive and without a "
		"reply? A router that forwards an outside scan does the same"),
	[SCAN_ports] = SCAN_ABOUT(105, 2, "SCAN one of our hosts tries many ports of a host",
		"T1046", "TA0007", PORTS_SOURCE,
		"list the destination ports of tcp.flags.syn==1 && ip.src==HOST && ip.dst==TARGET and "
		"which of them answered"),
	[SCAN_ports_outside] = SCAN_ABOUT(106, 3, "SCAN an outside address tries many ports of a host",
		"T1595.001", "TA0043", PORTS_SOURCE,
		"look which of the ports answered: are they meant to be open to the world?"),
	[SCAN_slow] = SCAN_ABOUT(107, 3, "SCAN one of our hosts tries many hosts slowly",
		"T1046", "TA0007", "counting of different failed hosts; docs/DETECTORS.md",
		"list this host's failed contacts of the last day: a program's list of servers that are gone, or "
		"addresses nobody ever had?"),
};

static const struct param scan_params[] = {
	PARAM(PARAM_F64, struct scan_config, alpha, 1e-12, 0.01, 1e-5, "per first contact",
	      "accepted rate of false alarms of the sequential test"),
	PARAM(PARAM_F64, struct scan_config, scanner_success, 0.01, 0.4, 0.2, "probability",
	      "chance that a scanner's first contact is answered"),
	PARAM(PARAM_F64, struct scan_config, benign_floor, 0.3, 0.95, 0.5, "probability",
	      "no benign host is believed to succeed less often"),
	PARAM(PARAM_F64, struct scan_config, benign_ceiling, 0.5, 0.99, 0.9, "probability",
	      "no benign host is believed to succeed more often"),
	PARAM(PARAM_F64, struct scan_config, prior_success, 0.5, 0.99, 0.9, "probability",
	      "mean success rate of a host that is new"),
	PARAM(PARAM_F64, struct scan_config, prior_weight, 2, 10000, 30, "contacts",
	      "how many contacts that prior is worth"),
	PARAM(PARAM_U32, struct scan_config, min_hosts, 2, 10000, 7, "hosts",
	      "failed hosts below which there is no alert, whatever the evidence"),
	PARAM(PARAM_U32, struct scan_config, unproven_hosts, 2, 1000000, 64, "hosts",
	      "failed hosts far away that make an alert while nothing far away answers at all"),
	PARAM(PARAM_F64, struct scan_config, hosts_per_port, 1, 100, 2, "hosts/service",
	      "how much failures must concentrate on few services"),
	PARAM(PARAM_U32, struct scan_config, half_life_s, 60, 604800, 3600, "s",
	      "evidence of the sequential test halves in this time"),
	PARAM(PARAM_U32, struct scan_config, window_s, 60, 604800, 3600, "s",
	      "one alert a host and kind in this time; also how often the success rate is learnt"),
	PARAM(PARAM_U32, struct scan_config, ports, 2, 10000, 15, "ports",
	      "different failed ports of one host"),
	PARAM(PARAM_U32, struct scan_config, ports_s, 1, 86400, 300, "s", "within this time"),
	PARAM(PARAM_U32, struct scan_config, sensitive_ports, 2, 10000, 8, "ports",
	      "different failed ports of one host when sensitive ones are among them"),
	PARAM(PARAM_U32, struct scan_config, sensitive_of, 1, 10000, 5, "ports",
	      "how many of those must be sensitive"),
	PARAM(PARAM_U32, struct scan_config, sensitive_s, 1, 86400, 60, "s", "within this time"),
	PARAM(PARAM_F64, struct scan_config, failed_share, 0, 1, 0.5, "share",
	      "failed contacts among all of the pair"),
	PARAM(PARAM_U32, struct scan_config, arp_wait_ms, 100, 60000, 1000, "ms",
	      "an ARP request has failed after this"),
	PARAM(PARAM_F64, struct scan_config, visibility_min, 0, 1, 0.5, "share",
	      "of handshakes whose SYN-ACK is on the mirror; below, silence is no evidence"),
	PARAM(PARAM_U32, struct scan_config, visibility_samples, 1, 10000, 10, "handshakes",
	      "below this many the mirror is taken to be complete"),
	PARAM(PARAM_U32, struct scan_config, outside_per_hour, 0, 100000, 10, "alerts",
	      "alerts on outside sources an hour; the rest are findings"),
	PARAM(PARAM_U32, struct scan_config, slow_hosts, 4, 200, 12, "hosts",
	      "of ours that failed a source at one service within slow_s: a finding"),
	PARAM(PARAM_U32, struct scan_config, slow_neighbours, 4, 200, 24, "hosts",
	      "that never gave a sign of life, asked for by ARP within slow_s: a finding"),
	PARAM(PARAM_U32, struct scan_config, slow_s, 3600, 604800, 86400, "s",
	      "that slow scans are counted in"),
	PARAM(PARAM_U32, struct scan_config, sources, 64, 1 << 22, 4096, "hosts",
	      "sources remembered"),
	PARAM(PARAM_U32, struct scan_config, contacts, 1024, 1 << 26, 262144, "contacts",
	      "contacts remembered"),
	PARAM(PARAM_U32, struct scan_config, pairs, 64, 1 << 22, 4096, "pairs",
	      "(source, destination) pairs whose failed ports are remembered"),
	PARAM(PARAM_U32, struct scan_config, services, 1024, 1 << 26, 65536, "services",
	      "services remembered as having answered"),
	PARAM(PARAM_U32, struct scan_config, slow, 64, 1 << 22, 4096, "pairs",
	      "(source, service) whose failed hosts are remembered for slow_s"),
	PARAM(PARAM_U32, struct scan_config, arp_pending, 64, 1 << 20, 8192, "requests",
	      "ARP requests that wait for their reply"),
	{0},
};
/* clang-format on */

static void scan_fini(void *state)
{
	struct scan_state *s = state;

	if (!s)
		return;
	sets_fini(&s->sources);
	sets_fini(&s->contacts);
	sets_fini(&s->pairs);
	sets_fini(&s->services);
	sets_fini(&s->slow);
	free(s->pending);
	free(s);
}

static int check(const struct scan_config *c, struct scan_state *s, struct err *err)
{
	double q = beta_quantile(c->prior_success * c->prior_weight,
				 (1 - c->prior_success) * c->prior_weight, QUANTILE);

	if (c->scanner_success >= c->benign_floor)
		return err_set(err, EINVAL,
			       "scan: scanner_success (%g) must be below benign_floor (%g)",
			       c->scanner_success, c->benign_floor);
	if (c->benign_floor > c->benign_ceiling)
		return err_set(err, EINVAL,
			       "scan: benign_floor (%g) must not be above benign_ceiling (%g)",
			       c->benign_floor, c->benign_ceiling);
	s->prior_benign = fmin(fmax(q, c->benign_floor), c->benign_ceiling);
	s->threshold = -log(c->alpha);
	return 0;
}

static int scan_init(const void *config, void **state, struct err *err)
{
	const struct scan_config *c = config;
	struct scan_state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return err_set(err, ENOMEM, "no memory for scan");
	if ((rc = check(c, s, err)) ||
	    (rc = sets_init(&s->sources, sizeof(struct scan_source), c->sources, err)) ||
	    (rc = sets_init(&s->contacts, sizeof(struct sets_head) + 8, c->contacts, err)) ||
	    (rc = sets_init(&s->pairs, sizeof(struct scan_pair), c->pairs, err)) ||
	    (rc = sets_init(&s->services, sizeof(struct sets_head), c->services, err)) ||
	    (rc = sets_init(&s->slow, scan_slow_size, c->slow, err))) {
		scan_fini(s);
		return rc;
	}
	s->pairs.zeroed = offsetof(struct scan_pair, port); /* `n` of them are good */
	s->pending = calloc(c->arp_pending, sizeof(*s->pending));
	if (!s->pending) {
		scan_fini(s);
		return err_set(err, ENOMEM, "no memory for %u ARP requests", c->arp_pending);
	}
	*state = s;
	return 0;
}

struct scan_source *scan_source_of(struct scan_state *s, const struct host_view *v)
{
	bool fresh;

	/* A home host outranks strangers: a flood of them does not make us forget it. */
	return sets_get(&s->sources, v->id, v->home, &fresh);
}

uint64_t scan_service_key(const struct addr *a, uint8_t proto, uint16_t port)
{
	return hash_addr(a, 9 + ((uint64_t)proto << 16 | port));
}

bool scan_service_answered(struct scan_state *s, const struct addr *a, uint8_t proto, uint16_t port)
{
	return sets_find(&s->services, scan_service_key(a, proto, port)) != NULL;
}

/* Outside sources scan all the time: the first of an hour are for people, the rest for hunting. */
static bool outside_budget(const struct scan_call *k, enum scan_kind kind, uint64_t now_ns)
{
	struct scan_state *s = k->s;

	if (kind != SCAN_outside && kind != SCAN_ports_outside)
		return true;
	if (s->outside_hour_ns == 0 || now_ns >= s->outside_hour_ns + 3600 * NS_PER_S) {
		s->outside_hour_ns = now_ns;
		s->outside_n = 0;
	}
	if (s->outside_n >= k->c->outside_per_hour)
		return false;
	s->outside_n++;
	return true;
}

static void remember_told(struct scan_state *s, const struct scan_config *c, uint64_t key,
			  enum scan_kind kind, const struct scan_step *t)
{
	if (s->told_n == SCAN_TOLD_MAX) { /* its summary is lost, its alert is not */
		s->told_head = (s->told_head + 1) % SCAN_TOLD_MAX;
		s->told_n--;
		count_add(&s->told_lost, 1);
	}
	s->told[(s->told_head + s->told_n++) % SCAN_TOLD_MAX] = (struct scan_told){
		.source_key = key,
		.ends_ns = t->time_ns + c->window_s * NS_PER_S,
		.host = t->src_addr,
		.mac = t->src.mac,
		.kind = (uint8_t)kind,
	};
}

void scan_tell(const struct scan_call *k, const struct scan_step *t, enum scan_kind kind,
	       struct finding *f, const char *text)
{
	struct scan_source *src = scan_source_of(k->s, &t->src);
	uint64_t window_ns = k->c->window_s * NS_PER_S;

	if (src->told[kind].ns && t->time_ns < src->told[kind].ns + window_ns) {
		src->told[kind].more++;
		return;
	}
	src->told[kind].ns = t->time_ns ? t->time_ns : 1;
	src->told[kind].more = 0;
	remember_told(k->s, k->c, t->src.id, kind, t);

	uint32_t roles = hosts_roles(k->out->hosts, &t->src, &t->src_addr);
	bool demoted = t->excused || (roles & WATCHERS) || !outside_budget(k, kind, t->time_ns);
	if (t->proto == SCAN_PROTO_ARP || t->proto == SCAN_ICMP)
		demoted |= (roles & 1u << ROLE_dhcp) != 0; /* it probes before it leases */
	demoted |= kind == SCAN_neighbours && t->src.asked_for;
	f->tier = demoted ? TIER_finding : TIER_alert;
	f->about = &scan_abouts[kind];
	f->count = 1;
	f->time_ns = t->time_ns;
	f->seq = t->seq;
	f->flow_id = t->flow_id;
	f->link = *t->link;
	f->src = t->src_addr;
	f->dst = t->dst_addr;
	f->sport = t->sport;
	f->dport = t->dport;
	f->host = t->src_addr;
	f->host_mac = t->src.mac;
	count_add(demoted ? &k->s->demoted : &k->s->alerts, 1);
	k->out->add(k->out->ctx, f, text);
}

/* Windows that have ended: what was counted in them, in one finding. */
static void sum_up(const struct scan_call *k, uint64_t now_ns)
{
	struct scan_state *s = k->s;

	while (s->told_n && s->told[s->told_head].ends_ns <= now_ns) {
		const struct scan_told *told = &s->told[s->told_head];
		struct scan_source *src = sets_find(&s->sources, told->source_key);
		char text[FINDING_SUBJECT];

		if (src && src->told[told->kind].more) {
			struct finding f = {
				.tier = TIER_finding,
				.about = &scan_abouts[told->kind],
				.count = src->told[told->kind].more,
				.time_ns = now_ns,
				.seq = k->o->seq,
				.src = told->host,
				.host = told->host,
				.host_mac = told->mac,
				.score = 1,
			};
			snprintf(text, sizeof(text),
				 "went on: %u more times within %u s of the alert", f.count,
				 k->c->window_s);
			src->told[told->kind].more = 0;
			k->out->add(k->out->ctx, &f, text);
		}
		s->told_head = (s->told_head + 1) % SCAN_TOLD_MAX;
		s->told_n--;
	}
}

static void see_handshake(struct scan_state *s, bool synack, uint32_t times)
{
	s->known_total += times;
	s->seen_total += synack ? times : 0;
	s->shake.known += times;
	s->shake.seen += synack ? times : 0;
	while (s->shake.known >= SHAKES_MAX) {
		s->shake.known /= 2;
		s->shake.seen /= 2;
	}
}

/* Contacts of which neither outcome says anything about the source. */
static bool says_nothing(const struct observation *o, const struct obs_contact *b)
{
	uint8_t proto = b->link.proto;

	if ((b->guessed && !(b->seen & FLOW_LONE_ACK)) || (b->seen & FLOW_SYNACK_FIRST) ||
	    b->outcome == FLOW_pending)
		return true;
	if (addr_is_multicast(&o->dst) || addr_is_broadcast(&o->dst) || addr_is_any(&o->src) ||
	    addr_is_any(&o->dst) || addr_is_loopback(&o->src) || addr_eq(&o->src, &o->dst))
		return true;
	if (proto != SCAN_UDP || b->outcome == FLOW_answered)
		return false;
	return (o->sport < SERVICE_PORT && o->dport >= SERVICE_PORT) ||
	       (o->dport >= TRACEROUTE_FIRST && o->dport <= TRACEROUTE_LAST);
}

static void on_answered(const struct scan_call *k, const struct obs_contact *b,
			const struct scan_step *t)
{
	bool fresh;
	uint64_t *proven = &k->s->proven_ns[addr_is_v4(&t->dst_addr) ? 0 : 1];

	sets_get(&k->s->services, scan_service_key(&t->dst_addr, t->proto, t->dport), 0, &fresh);
	sets_get(&k->s->services, scan_service_key(&t->dst_addr, SCAN_PROTO_ARP, 0), 0, &fresh);
	if (t->proto == SCAN_TCP && (b->seen & FLOW_SYN))
		see_handshake(k->s, b->seen & FLOW_SYNACK, b->count ? b->count : 1);
	if (t->far && t->start_ns > *proven)
		*proven = t->start_ns;
}

static void on_contact(const struct scan_call *k)
{
	const struct observation *o = k->o;
	const struct obs_contact *b = obs_body(o);
	bool fresh;

	if (says_nothing(o, b))
		return;
	count_add(&k->s->contacts_seen, 1);
	struct scan_step t = {
		.src = hosts_of(k->out->hosts, &o->src, &b->link),
		.src_addr = o->src,
		.dst_addr = o->dst,
		.link = &b->link,
		.start_ns = b->start_ns,
		.sport = o->sport,
		.dport = o->dport,
		.proto = b->link.proto,
		.failed = b->outcome != FLOW_answered,
		.silent = b->outcome == FLOW_unanswered,
		.far = !hosts_home(k->out->hosts, &o->dst),
		.time_ns = o->time_ns,
		.seq = b->outcome == FLOW_unanswered ? b->first_seq : o->seq,
		.flow_id = o->flow_id,
	};
	if (t.src.home) /* a sign of life, for ARP */
		sets_get(&k->s->services, scan_service_key(&o->src, SCAN_PROTO_ARP, 0), 0, &fresh);
	if (!t.failed) {
		on_answered(k, b, &t);
	} else if (scan_service_answered(k->s, &o->dst, t.proto, t.dport)) {
		count_add(&k->s->outage, 1);
		return;
	} else if (t.silent && scan_visibility(k->c, k->s) < k->c->visibility_min) {
		count_add(&k->s->blind, 1);
		return;
	}
	if ((t.proto != SCAN_UDP || !t.silent) && !b->guessed && !scan_port_is_other(t.proto)) {
		scan_walk_step(k, &t);
		scan_slow_step(k, &t);
	}
	if (t.proto != SCAN_ICMP && t.proto != SCAN_ICMP6)
		scan_ports_step(k, &t);
}

static void scan_on_observation(const void *config, void *state, const struct observation *o,
				const struct detector_out *out)
{
	const struct scan_call k = {.c = config, .s = state, .o = o, .out = out};

	scan_arp_due(&k, o->time_ns, o->kind == OBS_end);
	switch (o->kind) {
	case OBS_contact:
		on_contact(&k);
		break;
	case OBS_arp_request:
		scan_arp_request(&k);
		break;
	case OBS_arp_reply:
		scan_arp_reply(&k);
		break;
	case OBS_tick:
	case OBS_end:
		sum_up(&k, o->time_ns);
		break;
	default:
		break;
	}
}

static void scan_stats(const void *state, char *out, size_t size)
{
	const struct scan_state *s = state;
	const struct {
		const char *name;
		uint64_t v;
	} rows[] = {
		{"contacts", count_get(&s->contacts_seen)},
		{"repeated", count_get(&s->repeated)},
		{"blind", count_get(&s->blind)},
		{"unproven", count_get(&s->unproven)},
		{"outage", count_get(&s->outage)},
		{"alerts", count_get(&s->alerts)},
		{"demoted", count_get(&s->demoted)},
		{"handshakes", s->known_total},
		{"handshakes_seen", s->seen_total},
		{"sources", count_get(&s->sources.taken)},
		{"sources_evicted", count_get(&s->sources.evicted)},
		{"contacts_evicted", count_get(&s->contacts.evicted)},
		{"pairs_evicted", count_get(&s->pairs.evicted)},
		{"services_evicted", count_get(&s->services.evicted)},
		{"slow_evicted", count_get(&s->slow.evicted)},
		{"arp_lost", count_get(&s->arp_lost)},
		{"summaries_lost", count_get(&s->told_lost)},
	};
	size_t len = 0;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s\"%s\":%llu", i ? "," : "",
					rows[i].name, (unsigned long long)rows[i].v);
}

const struct detector detect_scan = {
	.name = "scan",
	.what = "hosts that look for other hosts and services, by how often their first contacts "
		"fail",
	.source = WALK_SOURCE,
	.wants = 1ull << OBS_tick | 1ull << OBS_end | 1ull << OBS_arp_request | 1ull << OBS_arp_reply |
		 1ull << OBS_contact,
	.params = scan_params,
	.abouts = scan_abouts,
	.n_abouts = SCAN_kinds,
	.config_size = sizeof(struct scan_config),
	.init = scan_init,
	.fini = scan_fini,
	.on_observation = scan_on_observation,
	.stats = scan_stats,
};
