// SPDX-License-Identifier: Apache-2.0
/* detect: the thread that decides. Takes merged observations, keeps hosts, runs the detectors and
 * the rules' thresholds, and emits findings in order.
 *
 * Thread: detect_observation() on the detect thread only; detect_new()/free() around it.
 * Errors: a finding that finds no room in the writer's ring is counted as lost (live) or waits
 *         (file); see observe/ring.h.
 */
#pragma once

#include "base/err.h"
#include "base/param.h"
#include "detect/detector.h"
#include "observe/ring.h"

#include <stdio.h>

struct suppression;
struct detect_config {
	uint32_t hosts;       /* how many are remembered */
	uint32_t thresholds;  /* how many (rule, address) pairs are remembered */
	uint32_t xbits;       /* how many of hosts and pairs of hosts are remembered */
	uint32_t packet_alerts; /* of rules, that one packet tells at most */
	uint32_t datasets;    /* MiB of values that rules add to sets */
	bool flow_records;    /* pass flow records on to the writer */
	bool sightings;       /* pass address ↔ MAC on to the writer (live) */
	struct strs disable;  /* detectors that are off */
	struct strs home_net; /* CIDR texts: config/home_net's answer */
	bool home_net_auto;   /* learn more prefixes from RA, DHCP, ARP */
	uint32_t nets;        /* how many outside networks are remembered */
	char *state;          /* file of what was learnt; NULL: none */
	bool learn;           /* only learn: detectors tell nothing */
	struct strs assets;   /* "address|mac|cidr=role": config/assets */
};
extern const struct param detect_params[];

struct detect_counters {
	struct count observations, findings, alerts, suppressed; /* suppressed: by a threshold */
	struct count hosts, hosts_evicted, thresholds_evicted, xbits_evicted, lost;
	struct count packet_alerts_over; /* matches not told: the packet had told enough */
	struct count datasets_full; /* values without room: not added */
	struct count learnt;  /* what detectors would have told while they only learn */
	struct count nets, nets_evicted, learnt_s;
	struct count alerted_evicted; /* hosts that an alert was about, forgotten */
};

struct detect;
/* One section per detector, named "detect.NAME"; allocates their config structs. */
unsigned detect_sections(struct section *out, unsigned cap);
/* Whether detect_new() takes it, but for what was learnt. */
int detect_check(const struct detect_config *c, struct err *err);
int detect_new(struct detect **d, const struct detect_config *c, struct ring *out, struct err *err);
void detect_free(struct detect *d);
void detect_observation(struct detect *d, const struct observation *o);
/* Main thread, now and then: writes what the detect thread has packed. */
int detect_turn(struct detect *d, struct err *err);
/* Main thread, after the detect thread has ended: keeps what was learnt. */
int detect_save(struct detect *d, struct err *err);
struct dataset;
/* Main thread, after the detect thread has ended: writes the sets that rules keep in files of `folder`
 * (NULL: none are). */
int detect_save_sets(const struct detect *d, const struct dataset *sets, const char *folder,
		     struct err *err);
/* What of threshold.config is about detectors (gid 900) holds from now on; any thread. The list is the
 * rule set's: the old one is done with when the detect thread has gone on to another observation. */
void detect_suppress(struct detect *d, const struct suppression *list);
const struct detect_counters *detect_counters_of(const struct detect *d);
void detect_stats(const struct detect *d, char *out, size_t size); /* JSON members per detector */
/* Bits 1 << enum observation_kind that some detector hears, with this configuration. */
uint64_t detect_wants(const struct detect_config *c);
/* Who hears which facts; for detect_uses(), which any thread may ask. */
struct detect_ears {
	struct detect_ear {
		bool (*uses)(const void *config, enum observation_kind kind,
			     const struct proto_fact *f);
		const void *config;
	} at[OBS_count][DETECTORS_MAX];
	uint8_t n[OBS_count];
	bool all[OBS_count]; /* somebody uses every one */
};
void detect_ears(struct detect_ears *out, const struct detect_config *c);
bool detect_uses(const void *ears, enum observation_kind kind, const struct proto_fact *f);
void detect_list(FILE *out); /* --list-detectors */
