// SPDX-License-Identifier: Apache-2.0
/* What a matcher counts. */
#pragma once

#include "base/count.h"

struct rule_counters {
	struct count scanned_bytes, scans, candidates, candidates_over, evaluated, hits;
	struct count pending_over;
	struct count eval_over; /* evaluations cut off: taken as no match */
	struct count regex_over; /* expressions that exceeded their limits: no match */
	struct count flowbits_over; /* conversations without room for their flowbits */
	struct count hits_over; /* matches of one packet beyond what is kept */
	struct count waiting_over; /* candidates of transactions decided for want of room to wait */
	struct count captures_over; /* matches whose expressions left something that found no room */
	struct count sets_over; /* matches without room for the values they ask sets for: not told */
	struct count eve_over; /* matches without their protocol's part for want of room */
};
