// SPDX-License-Identifier: Apache-2.0
#include "wire/topic.h"

#include "check.h"

static const struct {
	const char *name;
	enum tier tier;
	enum family family;
	unsigned severity;
	const char *topic;
} rows[] = {
	{"an alert", TIER_alert, FAMILY_scan, 1, "alert.scan.high"},
	{"a finding", TIER_finding, FAMILY_lateral, 3, "finding.lateral.low"},
	{"medium", TIER_alert, FAMILY_c2, 2, "alert.c2.medium"},
	{"information", TIER_finding, FAMILY_other, 4, "finding.other.info"},
	{"no severity", TIER_finding, FAMILY_health, 0, "finding.health.info"},
	{"beyond the severities", TIER_finding, FAMILY_health, 255, "finding.health.info"},
	{"beyond the families", TIER_alert, FAMILY_count, 1, "alert.other.high"},
};

int main(void)
{
	char out[TOPIC_MAX];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		size_t n = topic_of(rows[i].tier, rows[i].family, rows[i].severity, out);
		CHECK_STR(out, rows[i].topic);
		CHECK_EQ(n, strlen(rows[i].topic));
	}
	CASE("the longest topic fits");
	for (unsigned f = 0; f < FAMILY_count; f++)
		CHECK(topic_of(TIER_finding, (enum family)f, 2, out) < TOPIC_MAX);
	return check_done();
}
