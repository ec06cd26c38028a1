// SPDX-License-Identifier: Apache-2.0
/* Contacts that a full flow table forgot before anybody could know how they went: in a flood of new
 * flows there is no room to wait for silence. They are told as unanswered once a second, added up
 * by the source's /24 (/64), the service that was asked, and the second they began in.
 *
 * A flood from anywhere has as many sources as packets: prefixes share CROWD_BUCKETS places a
 * service. So a service under attack is at most that many observations a second, whatever comes.
 *
 * Shape:  CROWD_ENTRIES places; a sum that must make room for another is told at once.
 * Thread: the worker's. Cost: one place a flow that is evicted; nothing otherwise.
 */
#pragma once

#include "base/err.h"
#include "flow/flow.h"

#include <stdint.h>

#define CROWD_BUCKETS 64u
#define CROWD_ENTRIES 2048u

struct crowd_sum {    /* the first of them, and how many */
	uint64_t key; /* 0: free */
	struct flow first;
	uint32_t count;
};

struct crowd {
	struct crowd_sum *at;
	uint32_t n; /* in use */
};

int crowd_init(struct crowd *c, struct err *err);
void crowd_fini(struct crowd *c);
