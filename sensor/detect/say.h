// SPDX-License-Identifier: Apache-2.0
/* What every detector's finding has in common. */
#pragma once

#include "detect/detector.h"
#include "detect/hosts.h"

/* clang-format off */
#define SAY_ABOUT(detector_, sid_, sev_, family_, category_, msg_, technique_, tactic_, source_,     \
		  check_)                                                                          \
	{.gid = ALERT_GID_DETECTOR, .sid = (sid_), .rev = 1, .severity = (sev_),                    \
	 .family = (family_), .msg = (msg_), .category = (category_), .detector = (detector_),      \
	 .action = "allowed", .technique = (technique_), .tactic = (tactic_), .source = (source_),  \
	 .check = (check_)}
/* clang-format on */

/* Roles that explain contacts and volumes of many kinds: what routes, relays or watches for others. */
#define SAY_RELAYS   (1u << ROLE_gateway | 1u << ROLE_vpn | 1u << ROLE_proxy)
#define SAY_WATCHERS (SAY_RELAYS | 1u << ROLE_scanner | 1u << ROLE_monitoring)

/* A finding about the observation at hand: `host`, at `other`. */
struct finding say_of(const struct observation *o, const struct obs_link *link,
		      const struct addr *host, const struct host_view *view,
		      const struct addr *other);
/* Bytes for people: "28.0 MB". */
const char *say_bytes(double n, char out[24]);
/* A span for people, to stand behind "within": "a second", "70 s", "45 min" and "5.3 h" from ten
 * minutes and two hours upwards. */
const char *say_span(uint64_t ns, char out[24]);
