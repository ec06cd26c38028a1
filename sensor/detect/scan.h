// SPDX-License-Identifier: Apache-2.0
/* Inside of the scan detector: its configuration, its state, and its three tests
 * (scan_walk.c: many hosts; scan_ports.c: many ports; scan_arp.c: many silent neighbours), and what is too slow
 * for them (scan_slow.c). */
#pragma once

#include "detect/detector.h"
#include "detect/hosts.h"
#include "detect/scan_state.h"

struct scan_config {
	double alpha;
	double scanner_success, benign_floor, benign_ceiling;
	double prior_success, prior_weight;
	uint32_t min_hosts, unproven_hosts;
	double hosts_per_port;
	uint32_t half_life_s, window_s;
	uint32_t ports, ports_s, sensitive_ports, sensitive_of, sensitive_s;
	double failed_share;
	uint32_t arp_wait_ms;
	double visibility_min;
	uint32_t visibility_samples;
	uint32_t outside_per_hour;
	uint32_t slow_hosts, slow_neighbours, slow_s;
	uint32_t sources, contacts, pairs, services, slow, arp_pending;
};

extern const struct about scan_abouts[SCAN_kinds];

struct scan_call { /* what every test needs of the observation at hand */
	const struct scan_config *c;
	struct scan_state *s;
	const struct observation *o;
	const struct detector_out *out;
};

struct scan_step { /* one contact, as a walk sees it */
	struct host_view src;
	struct addr src_addr, dst_addr;
	const struct obs_link *link;
	uint64_t start_ns;
	uint16_t sport, dport;
	uint8_t proto; /* 0: ARP */
	bool failed;
	bool silent;      /* failed without a word: a bad mirror looks the same */
	bool far;         /* dst is outside home_net */
	bool excused;     /* of an alarm: something ordinary looks the same; a finding */
	uint64_t time_ns; /* of the decision */
	uint64_t seq;     /* of the frame that decided: the answer, or what got none */
	uint64_t flow_id;
};

#define SCAN_PROTO_ARP 0
#define SCAN_ICMP      1
#define SCAN_TCP       6
#define SCAN_UDP       17
#define SCAN_ICMP6     58
#define SCAN_SCTP      132

/* scan_port.c */
bool scan_port_is_sensitive(uint8_t proto, uint16_t port);
bool scan_port_is_other(uint8_t proto); /* an IP protocol whose contacts are judged by refusals */
bool scan_port_is_peer(uint16_t port);
bool scan_port_is_neighbour(uint16_t port); /* where programs look for peers on the own network */
bool scan_port_is_inside(uint8_t proto,
			 uint16_t port); /* never ordinary business with the outside */
int scan_port_text(uint8_t proto, uint16_t port, char *out, size_t size);
/* scan_walk.c */
void scan_walk_step(const struct scan_call *k, const struct scan_step *t);
double scan_visibility(const struct scan_config *c, const struct scan_state *s);
/* ln LR of one contact, `benign` being the success rate a benign host has at least. */
double scan_walk_factor(const struct scan_config *c, double benign, bool failed);
/* scan_ports.c */
void scan_ports_step(const struct scan_call *k, const struct scan_step *t);
/* scan_slow.c */
extern const uint32_t scan_slow_size; /* bytes an entry of scan_state.slow */
void scan_slow_step(const struct scan_call *k, const struct scan_step *t);
/* scan_arp.c */
void scan_arp_request(const struct scan_call *k);
void scan_arp_reply(const struct scan_call *k);
/* Decides what has waited long enough; at the end of the run a tenth of it will do. */
void scan_arp_due(const struct scan_call *k, uint64_t now_ns, bool end);
/* scan.c */
struct scan_source *scan_source_of(struct scan_state *s, const struct host_view *v);
uint64_t scan_service_key(const struct addr *a, uint8_t proto, uint16_t port);
bool scan_service_answered(struct scan_state *s, const struct addr *a, uint8_t proto,
			   uint16_t port);
void scan_tell(const struct scan_call *k, const struct scan_step *t, enum scan_kind kind,
	       struct finding *f, const char *text);
