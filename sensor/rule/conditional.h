// SPDX-License-Identifier: Apache-2.0
/* What a rule asks that crosses flows, and so is decided on the detect thread: thresholds, xbits,
 * suppressions. A rule that has any leaves the worker as conditional. */
#pragma once

#include "base/addr.h"

#include <stdbool.h>
#include <stdint.h>

enum threshold_type { THRESHOLD_none, THRESHOLD_limit, THRESHOLD_threshold, THRESHOLD_both,
		      THRESHOLD_detection_filter, THRESHOLD_backoff, THRESHOLD_rate };
enum threshold_track { TRACK_src, TRACK_dst, TRACK_both, TRACK_rule, TRACK_flow };
enum threshold_unique { UNIQUE_none, UNIQUE_sport, UNIQUE_dport };
enum rate_action { RATE_alert, RATE_drop, RATE_reject, RATE_pass };

struct threshold { /* Suricata's `threshold:`; finished on the detect thread */
	uint8_t type, track;
	uint32_t count, seconds;
	uint8_t unique; /* detection_filter: distinct ports are counted (enum threshold_unique) */
	uint8_t action; /* rate: enum rate_action, once there were more than count */
	uint32_t multiplier; /* backoff */
	uint32_t timeout_s;  /* rate: how long the action lasts */
};

/* xbits and hostbits: names that a host, or a pair of hosts, carries from flow to flow for a while.
 * Finished on the detect thread, in the order of a rule. */
enum xbit_kind { XBIT_set, XBIT_unset, XBIT_toggle, XBIT_isset, XBIT_isnotset };
enum xbit_track { XBIT_src, XBIT_dst, XBIT_pair };
struct xbit {
	uint8_t kind, track;
	uint32_t expire_s;
	uint64_t name; /* its hash: the same in the next rule set */
};

/* threshold.config: alerts that nobody wants. A list; later lines of the file first. */
enum suppress_track { SUPPRESS_any, SUPPRESS_src, SUPPRESS_dst, SUPPRESS_either };
struct net_set;
struct suppression {
	const struct suppression *next;
	const struct net_set *ip; /* NULL: whoever it is */
	uint32_t gid, sid;        /* 0: every one */
	uint8_t track;            /* enum suppress_track */
};
/* Whether an alert of that number between these two is not wanted. Rules and detectors alike. */
bool rule_suppressed(const struct suppression *list, uint32_t gid, uint32_t sid,
		     const struct addr *src, const struct addr *dst);
