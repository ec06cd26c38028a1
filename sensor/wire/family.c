// SPDX-License-Identifier: Apache-2.0
/* Names of the families: second word of a topic, `family` of an event. */
#include "wire/alert.h"

#include <string.h>

static const char *const names[FAMILY_count] = {
	[FAMILY_scan] = "scan",
	[FAMILY_lateral] = "lateral",
	[FAMILY_exfil] = "exfil",
	[FAMILY_c2] = "c2",
	[FAMILY_ransomware] = "ransomware",
	[FAMILY_credential] = "credential",
	[FAMILY_policy] = "policy",
	[FAMILY_malware] = "malware",
	[FAMILY_exploit] = "exploit",
	[FAMILY_health] = "health",
	[FAMILY_other] = "other",
};

const char *family_name(enum family f)
{
	return (unsigned)f < FAMILY_count ? names[f] : names[FAMILY_other];
}

enum family family_parse(const char *name)
{
	for (unsigned f = 0; f < FAMILY_count; f++)
		if (strcmp(names[f], name) == 0)
			return (enum family)f;
	return FAMILY_other;
}
