// SPDX-License-Identifier: Apache-2.0
/* hosts: who an address is.
 *
 * A host is the MAC that ARP or NDP binds to an address on the same VLAN, never the source MAC of
 * routed data; where nothing binds it, the address itself. A host has many addresses. A router is
 * recognised by evidence: it announces itself, has a virtual router's MAC, or others reach many
 * foreign addresses through its MAC.
 *
 * Shape:  bounded by `max`; see sets.h for what goes first when full. An address outside home_net
 *         that nothing binds costs no memory at all.
 * Thread: the detect thread's.
 * Cost:   O(1) an observation.
 */
#pragma once

#include "base/addr.h"
#include "base/count.h"
#include "base/err.h"
#include "base/param.h"
#include "config/config.h"
#include "observe/observation.h"

struct hosts;

struct host_view {      /* what is known of an address, by value */
	uint64_t id;    /* the same for all addresses of a host; never 0 */
	struct mac mac; /* of the host; zero: not known */
	bool bound;     /* mac is known */
	bool home;      /* the address lies in home_net */
	bool router;    /* by evidence */
	bool asked_for; /* ARP: the neighbour most others look for, as hosts look for their gateway
			 */
};

struct hosts_config {
	uint32_t max;
	const struct strs *home_net; /* CIDR texts */
	const struct strs *assets;   /* "address|mac|cidr=role" */
	bool home_net_auto;
};

struct hosts_counters {
	struct count hosts, evicted, bindings, rebound, routers, learnt_nets;
};

int hosts_new(struct hosts **h, const struct hosts_config *c, struct err *err);
void hosts_free(struct hosts *h);

/* Learns from an observation. True: it bound an address to a MAC that was not known, had changed,
 * or was last told long ago; then *addr and *mac say which (a sighting for the collector). */
bool hosts_observation(struct hosts *h, const struct observation *o, struct addr *addr,
		       struct mac *mac);

/* `link` says on which VLAN the address was seen; NULL when that is not known. */
struct host_view hosts_of(struct hosts *h, const struct addr *a, const struct obs_link *link);
/* Bits 1 << enum role of the host behind `view`, by asset or by services answered; a router has
 * ROLE_gateway. Cost: one pass over the assets; for the moment of an alert. */
uint32_t hosts_roles(struct hosts *h, const struct host_view *view, const struct addr *a);
bool hosts_home(const struct hosts *h, const struct addr *a);
/* At home, or nobody is known to be (see home_guess.h): for acts, whose sides need not be told apart. */
bool hosts_ours(const struct hosts *h, const struct addr *a);
struct state_table;
unsigned hosts_tables(struct hosts *h, struct state_table *out); /* worth keeping; one */
const struct hosts_counters *hosts_counters_of(const struct hosts *h);
