// SPDX-License-Identifier: Apache-2.0
/* An incident: what one host is accused of, as a chain of steps in time order.
 *
 * Model:  one open incident a host. An alert opens it, alerts and findings add to it, and it closes
 *         when nothing was added for the configured quiet time. A step is one (family, technique,
 *         detector or signature); its repetitions are counted. The score is a noisy-or over the
 *         distinct steps, 100 * (1 - prod(1 - w)), with w = 0.5, 0.25, 0.1, 0.02 for an alert of
 *         severity 1, 2, 3, 4 and a tenth of that for a finding: two different high alerts weigh
 *         more (75) than a thousand equal ones (50).
 * Shape:  at most INCIDENT_STEPS steps; the steps beyond are counted, not kept.
 * Thread: values only, no state.
 */
#pragma once

#include "event.h"

#include <jansson.h>

#define INCIDENT_STEPS 32u

struct incident_step {
	char family[16], technique[24], tactic[24], what[200];
	uint32_t severity;
	bool alert; /* else finding */
	uint64_t first_ns, last_ns, count;
};

struct incident {
	int64_t id; /* 0: not stored yet */
	char host[ADDR_TEXT], mac[MAC_TEXT];
	bool open;
	uint64_t first_ns, last_ns; /* packet time */
	uint64_t updated_ns;        /* receipt of the last addition */
	uint64_t alerts, findings;
	uint32_t severity; /* the highest: the smallest number */
	uint64_t steps_lost;
	unsigned n;
	struct incident_step step[INCIDENT_STEPS]; /* by first_ns */
};

/* Starts an incident with its first alert. */
void incident_start(struct incident *inc, const struct event *e);
void incident_add(struct incident *inc, const struct event *e);
/* Whether `e` still belongs to it: packet times closer than the quiet time. */
bool incident_takes(const struct incident *inc, const struct event *e, uint64_t quiet_ns);
bool incident_is_quiet(const struct incident *inc, uint64_t now_ns, uint64_t quiet_ns);
double incident_score(const struct incident *inc); /* 0 … 100 */
/* Distinct families of the alert steps: what "two independent kinds of evidence" counts. */
unsigned incident_families(const struct incident *inc);
json_t *incident_chain(const struct incident *inc); /* new reference; NULL without memory */
bool incident_chain_read(struct incident *inc, const char *json);
