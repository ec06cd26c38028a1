// SPDX-License-Identifier: Apache-2.0
/* A rule's `threshold:` and `detection_filter:`, and suppress, event_filter and rate_filter of
 * threshold.config, decided in the order of the run.
 *
 * Units:  packet time, whole microseconds as EVE shows them.
 * Shape:  bounded; the (rule, address) pair not seen for longest is forgotten first, counted.
 * Thread: the detect thread's, so that the outcome does not depend on the number of workers.
 */
#pragma once

#include "base/addr.h"
#include "base/sets.h"
#include "rule/rule.h"

struct threshold_table {
	struct sets pairs;
	struct sets ports; /* those that detection_filter's unique_on has seen in its windows */
};

struct threshold_match { /* where and when a rule matched */
	const struct addr *src, *dst;
	uint16_t sport, dport;
	uint64_t flow_id; /* 0: none */
	uint64_t time_ns; /* packet time */
};

int threshold_init(struct threshold_table *t, uint32_t entries, struct err *err);
void threshold_fini(struct threshold_table *t);

/* A match of `rule`. 0: it is not to be told; else how many matches the alert stands for, itself
 * included. */
uint32_t threshold_pass(struct threshold_table *t, const struct rule *rule,
			const struct threshold_match *m);
