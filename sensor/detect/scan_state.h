// SPDX-License-Identifier: Apache-2.0
/* What the scan detector remembers; every table is bounded (sets.h). */
#pragma once

#include "base/sets.h"
#include "observe/observation.h"

enum scan_kind {                  /* of alert; index into scan_abouts */
		 SCAN_hosts,      /* one of ours: many hosts, one or few services */
		 SCAN_ping,       /* one of ours: ICMP echo to many hosts */
		 SCAN_outside,    /* the same, from outside */
		 SCAN_neighbours, /* ARP for many that never answer */
		 SCAN_ports,      /* one of ours: many ports of one host */
		 SCAN_ports_outside,
		 SCAN_slow,       /* one of ours: many hosts in a day, few an hour */
		 SCAN_kinds
};

enum scan_walk_name { /* one sequential test a source and medium, for their failures differ */
		      WALK_ip,  /* TCP, SCTP, ICMP echo */
		      WALK_udp, /* only where ICMP says no: silence is normal */
		      WALK_arp,
		      WALK_count
};

#define SCAN_TOP 8

struct scan_walk {
	double log_m;                        /* nats, >= 0 */
	uint64_t at_ns;                      /* of the last step */
	uint64_t since_ns, until_ns;         /* first and last failed contact of this walk */
	uint32_t serial;                     /* of this walk; changes when it starts afresh */
	uint32_t failed, answered, unproven; /* distinct hosts */
	uint32_t in_row;   /* failed ones that are the last one's neighbour by number */
	uint64_t port_map; /* distinct services that failed, by hash */
	struct {
		uint16_t port;
		uint8_t proto;
		uint32_t n;
	} top[SCAN_TOP]; /* the first ones met */
	struct addr first, last;
	/* The hosts counted: none, one (this one), more (in scan_state.contacts). Most walks end with
	 * their first. */
	uint8_t hosts, only_failed;
	struct addr only;
	/* What was learnt: contacts of past windows, and of this one. */
	double past_ok, past_failed;
	uint32_t window_ok, window_failed;
	uint64_t window_ns; /* when this window began; 0: not yet */
	double benign;      /* lower bound of its success rate from past windows; 0: prior */
};

struct scan_source {
	struct sets_head head;
	struct scan_walk walk[WALK_count];
	uint32_t tended, untended; /* sensitive services of ours that answered it, that did not */
	struct { /* 0: never told */
		uint64_t ns;
		uint32_t more; /* counted since */
	} told[SCAN_kinds];
};

#define SCAN_PORTS_KEPT 64

struct scan_pair { /* ports of one host that one source failed at */
	struct sets_head head;
	uint64_t ok_ns;
	uint32_t ok; /* answered in the window */
	uint16_t n, next;
	uint16_t refused; /* different UDP ports and IP protocols that ICMP refused */
	bool lives;	  /* it refused or answered something */
	struct {
		uint64_t ns;
		uint16_t port;
		uint8_t proto;
		uint8_t sensitive;
	} port[SCAN_PORTS_KEPT];
};

struct scan_pending { /* an ARP request whose second is running */
	uint64_t time_ns, seq;
	struct addr src, dst;
	struct mac mac;
	struct obs_link link;
};

struct scan_told { /* whose window ends when: windows are equal, so this is a queue */
	uint64_t source_key, ends_ns;
	struct addr host;
	struct mac mac;
	uint8_t kind;
};
#define SCAN_TOLD_MAX 1024

struct scan_state {
	struct sets sources, contacts, pairs, services, slow;
	double threshold; /* nats */
	double prior_benign;
	struct { /* handshakes of the recent past */
		uint32_t known, seen;
	} shake, arp;
	uint64_t known_total, seen_total;
	uint64_t arp_replies;
	uint64_t proven_ns[2]; /* by IP version: start of the latest contact far away that worked */
	struct scan_pending *pending;
	uint32_t pending_head, pending_n;
	struct scan_told told[SCAN_TOLD_MAX];
	uint32_t told_head, told_n;
	uint64_t outside_hour_ns;
	uint32_t outside_n;
	uint32_t serial; /* of the walks begun */
	struct count contacts_seen, repeated, blind, unproven, outage, alerts, demoted;
	struct count arp_lost, told_lost;
};
