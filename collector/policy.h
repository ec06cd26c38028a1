// SPDX-License-Identifier: Apache-2.0
/* May this host be isolated, by whom, for how long? A pure function of the facts: the engine
 * gathers them, the helpers carry out the answer, and neither decides.
 *
 * Owns: the parsed configuration; policy_fini() frees it. policy_judge() keeps nothing.
 */
#pragma once

#include "isolate.h"
#include "isolators/protect.h"

#define POLICY_TTLS  8
#define POLICY_WHY   160
#define POLICY_ADDRS 64

enum policy_rail {
#define RAIL(name, what) RAIL_##name,
#include "isolate_rail.def"
#undef RAIL
	RAIL_count
};
const char *policy_rail_name(enum policy_rail r);
const char *policy_rail_asks(enum policy_rail r);

struct policy_asset {
	struct cidr net;
	struct mac mac;
	bool is_mac;
	char role[24];
};

struct policy {
	enum isolate_mode mode;
	struct protect protect;
	struct policy_asset *assets;
	unsigned n_assets;
	const struct strs *protect_roles; /* the configuration's */
	uint32_t ttl_s[POLICY_TTLS];
	unsigned n_ttls;
	uint64_t auto_families, auto_single; /* a bit per enum family */
	bool auto_lease;
	uint32_t rate_max, rate_window_s, uplink_max;
	double host_percent;
};

struct policy_facts {
	bool has_mac;
	struct mac mac;
	const char *ambiguous;           /* why the address is not one MAC, or NULL */
	struct addr addrs[POLICY_ADDRS]; /* seen behind the MAC */
	unsigned n_addrs, n_all;         /* n_all: host-like addresses, also those not in addrs */
	const char *learnt_role;         /* or NULL */
	unsigned macs_on_port;           /* the device's own answer; 0: not known */
	bool isolator_without_mac, isolator_times_out, profile_able;
	const char *unable; /* the isolator's own words, or NULL */
	bool frozen;
	uint32_t ttl_s; /* after policy_ttl(); 0: none possible */
	unsigned in_window, active, hosts;
	bool by_automatic, over_limit, approved, severe_again;
	bool has_requester, has_reason;
	enum family family;
	unsigned evidence_kinds;
};

struct policy_answer {
	bool allowed;
	enum policy_rail first; /* the first that refused */
	struct {
		bool pass;
		char why[POLICY_WHY];
	} rail[RAIL_count];
};

int policy_init(struct policy *p, const struct isolate_config *c, struct err *err);
void policy_fini(struct policy *p);
void policy_judge(const struct policy *p, const struct policy_facts *f, struct policy_answer *out);
/* The TTL of a host isolated `before` times: what was asked for, or the step, at most the last. */
uint32_t policy_ttl(const struct policy *p, uint32_t asked_s, unsigned before);
/* The configured role of the MAC or address, or NULL. */
const char *policy_role(const struct policy *p, const struct mac *m, const struct addr *a);
bool policy_role_protected(const struct policy *p, const char *role);
unsigned policy_share(const struct policy *p, unsigned hosts); /* isolated at once; at least 1 */
