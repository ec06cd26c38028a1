// SPDX-License-Identifier: Apache-2.0
/* Topics: what a subscriber filters by, so a prefix of one must mean something. */
#include "wire/topic.h"

#include <stdio.h>

const char *severity_name(unsigned severity)
{
	switch (severity) {
	case 1:
		return "high";
	case 2:
		return "medium";
	case 3:
		return "low";
	default:
		return "info";
	}
}

size_t topic_of(enum tier tier, enum family family, unsigned severity, char out[TOPIC_MAX])
{
	return (size_t)snprintf(out, TOPIC_MAX, "%s.%s.%s",
				tier == TIER_alert ? "alert" : "finding", family_name(family),
				severity_name(severity));
}
