// SPDX-License-Identifier: Apache-2.0
/* The table of spellings that tests/e2e/spellings.py holds beside Suricata: what this sensor reads of it. */
#include "check.h"
#include "rule_run.h"
#include "rule/set.h"
#include "rule/signature.h"

static bool is_matched(const char *text)
{
	struct rule_config c = run_config();
	char rule[1024];
	FILE *report = fopen("/dev/null", "w");

	snprintf(rule, sizeof(rule), "%s sid:1;)\n", text);
	struct rule_set *set = run_load(rule, &c, report);
	bool yes = set->n == 1 && set->n_matched == 1;
	rule_set_free(set);
	fclose(report);
	return yes;
}

int main(void)
{
	char line[1024];
	FILE *f = fopen(VIGIE_SOURCE_DIR "/tests/e2e/spellings.tsv", "r");
	unsigned n = 0;

	CHECK(f != NULL);
	while (f && fgets(line, sizeof(line), f)) {
		char *tab = strchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !tab)
			continue;
		bool want = strncmp(line, "both", 4) == 0 || strncmp(line, "ours", 4) == 0;
		CASE(tab + 1);
		CHECK(is_matched(tab + 1) == want);
		n++;
	}
	CASE("the table is there");
	CHECK(n > 400);
	if (f)
		fclose(f);
	return check_done();
}
