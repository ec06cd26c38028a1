// SPDX-License-Identifier: Apache-2.0
/* threshold.config: what each line means, and what is said of a line that means nothing. */
#include "check.h"
#include "rule_run.h"

#define RULES                                                                                  \
	"alert tcp any any -> any any (content:\"a\"; sid:1;)\n"                               \
	"alert tcp any any -> any any (content:\"b\"; gid:3; sid:1;)\n"                         \
	"alert tcp any any -> any any (content:\"c\"; threshold:type both, track by_src, "     \
	"count 9, seconds 9; sid:2;)\n"

static struct rule_set *load(const char *lines, char **said)
{
	struct rule_config c = run_config();
	char path[] = "/tmp/vigie-filter-XXXXXX";
	size_t size;
	int fd = mkstemp(path);
	FILE *report = open_memstream(said, &size);

	assert(fd >= 0 && write(fd, lines, strlen(lines)) == (ssize_t)strlen(lines));
	close(fd);
	c.threshold_file = path;
	struct rule_set *set = run_load(RULES, &c, report);
	fclose(report);
	unlink(path);
	assert(set);
	return set;
}

/* Whether an alert of gid:sid from 10.0.0.1 to 192.0.2.2 is suppressed. */
static bool gone(const struct rule_set *set, uint32_t gid, uint32_t sid)
{
	struct addr src, dst;

	addr_parse("10.0.0.1", &src);
	addr_parse("192.0.2.2", &dst);
	return rule_suppressed(set->suppressions, gid, sid, &src, &dst);
}

static const struct {
	const char *line;
	uint32_t gid, sid;
	bool gone;
} rows[] = {
	{"suppress gen_id 1, sig_id 1", 1, 1, true},
	{"suppress gen_id 1, sig_id 1", 1, 2, false},
	{"suppress gen_id 1, sig_id 1", 3, 1, false},
	{"suppress gen_id 1, sig_id 0", 1, 2, true},
	{"suppress gen_id 0, sig_id 0", 900, 100, true},
	{"suppress gen_id 900, sig_id 100", 900, 100, true},
	{"suppress gen_id 900, sig_id 100", 900, 101, false},
	{"  suppress gen_id 1,sig_id 1,track by_src,ip 10.0.0.1  ", 1, 1, true},
	{"suppress gen_id 1, sig_id 1, track by_src, ip 10.0.0.2", 1, 1, false},
	{"suppress gen_id 1, sig_id 1, track by_src, ip 10.0.0.0/8", 1, 1, true},
	{"suppress gen_id 1, sig_id 1, track by_src, ip 192.0.2.2", 1, 1, false},
	{"suppress gen_id 1, sig_id 1, track by_dst, ip 192.0.2.2", 1, 1, true},
	{"suppress gen_id 1, sig_id 1, track by_dst, ip 10.0.0.1", 1, 1, false},
	{"suppress gen_id 1, sig_id 1, track by_either, ip 10.0.0.1", 1, 1, true},
	{"suppress gen_id 1, sig_id 1, track by_either, ip 192.0.2.2", 1, 1, true},
	{"suppress gen_id 1, sig_id 1, track by_either, ip 192.0.2.3", 1, 1, false},
	{"suppress gen_id 1, sig_id 1, track by_src, ip [10.9.0.0/16,10.0.0.1]", 1, 1, true},
	{"suppress gen_id 1, sig_id 1, track by_src, ip [10.0.0.0/8,!10.0.0.1]", 1, 1, false},
	{"# suppress gen_id 1, sig_id 1", 1, 1, false},
	{"suppress gen_id 1, sig_id 2\n\nsuppress gen_id 1, sig_id 1", 1, 1, true},
	{"suppress gen_id 1, sig_id 2\n\nsuppress gen_id 1, sig_id 1", 1, 2, true},
};

static const char *const wrong[] = {
	"supress gen_id 1, sig_id 1",
	"suppress gen_id 1",
	"suppress sig_id 1",
	"suppress gen_id x, sig_id 1",
	"suppress gen_id 1, sig_id 1, track by_src",
	"suppress gen_id 1, sig_id 1, ip 10.0.0.1",
	"suppress gen_id 1, sig_id 1, track by_rule, ip 10.0.0.1",
	"suppress gen_id 1, sig_id 1, track by_src, ip 10.0.0.300",
	"suppress gen_id 1, sig_id 1, count 3",
	"suppress gen_id",
	"event_filter gen_id 1, sig_id 1, type limit, track by_src, count 1",
	"event_filter gen_id 1, sig_id 1, type often, track by_src, count 1, seconds 1",
	"event_filter gen_id 1, sig_id 1, type limit, track by_either, count 1, seconds 1",
	"event_filter gen_id 1, sig_id 1, track by_src, count 1, seconds 1",
	"rate_filter gen_id 1, sig_id 1, track by_src, count 1",
	"rate_filter gen_id 1, sig_id 1, track by_src, count 1, seconds 1, timeout 1",
	"rate_filter gen_id 1, sig_id 1, track by_src, count 1, seconds 1, new_action eat, timeout 1",
};

int main(void)
{
	char *said;
	struct rule_set *set;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static char names[2][256];

		snprintf(names[i % 2], sizeof(names[0]), "%u:%u %s", rows[i].gid, rows[i].sid,
			 rows[i].line);
		for (char *c = names[i % 2]; *c; c++)
			*c = *c == '\n' || *c == '#' ? ' ' : *c;
		CASE(names[i % 2]);
		set = load(rows[i].line, &said);
		CHECK_STR(said, "");
		CHECK(gone(set, rows[i].gid, rows[i].sid) == rows[i].gone);
		rule_set_free(set);
		free(said);
	}
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CASE(wrong[i]);
		set = load(wrong[i], &said);
		CHECK(strstr(said, ":1:") && strstr(said, "error: "));
		CHECK_EQ(set->n_failed, 1);
		CHECK(!set->suppressions);
		rule_set_free(set);
		free(said);
	}
	CASE("a suppressed rule is decided on the detect thread, others are not");
	set = load("suppress gen_id 1, sig_id 1", &said);
	CHECK(set->rule[0]->conditional && set->rule[0]->suppressed);
	CHECK(!set->rule[1]->conditional && !set->rule[1]->suppressed); /* gid 3 */
	rule_set_free(set);
	free(said);
	CASE("event_filter takes the place of the rule's threshold");
	set = load("event_filter gen_id 1, sig_id 2, type limit, track by_dst, count 3, seconds 60",
		   &said);
	CHECK_EQ(set->rule[2]->threshold.type, THRESHOLD_limit);
	CHECK_EQ(set->rule[2]->threshold.track, TRACK_dst);
	CHECK_EQ(set->rule[2]->threshold.count, 3);
	CHECK_EQ(set->rule[2]->threshold.seconds, 60);
	CHECK_EQ(set->rule[0]->threshold.type, THRESHOLD_none);
	rule_set_free(set);
	free(said);
	CASE("rate_filter stands beside the rule's threshold; lines about strangers are said");
	set = load("suppress gen_id 1, sig_id 7\nrate_filter gen_id 1, sig_id 1, track by_rule, "
		   "count 1, seconds 1, new_action drop, timeout 9",
		   &said);
	CHECK(strstr(said, "1 lines are about rules that are not loaded"));
	CHECK_EQ(set->rule[0]->rate.type, THRESHOLD_rate);
	CHECK_EQ(set->rule[0]->rate.track, TRACK_rule);
	CHECK_EQ(set->rule[0]->rate.action, RATE_drop);
	CHECK_EQ(set->rule[0]->rate.timeout_s, 9);
	CHECK(set->rule[0]->conditional);
	CHECK_EQ(set->n_failed, 0);
	rule_set_free(set);
	free(said);
	return check_done();
}
