// SPDX-License-Identifier: Apache-2.0
/* Thresholds, as stories: a match each, told or not. */
#include "check.h"

#include "base/clock.h"
#include "detect/threshold.h"

#include <stdlib.h>

#define T0 (1700000000 * NS_PER_S)

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

static uint32_t pass(struct threshold_table *t, const struct rule *rule, const struct addr *src,
		     const struct addr *dst, uint64_t now)
{
	const struct threshold_match m = {.src = src, .dst = dst, .time_ns = now};

	return threshold_pass(t, rule, &m);
}

/* The story: one letter a match, in upper case if it is told; '+' is a second, '-' ten. */
static const struct {
	const char *name;
	uint8_t type;
	uint32_t count, seconds;
	const char *story;
} rows[] = {
	/* clang-format off */
	{"none tells all",                        THRESHOLD_none, 0, 0, "MMMM"},
	{"limit 1 tells the first",               THRESHOLD_limit, 1, 10, "Mmmm"},
	{"limit 2 tells two",                     THRESHOLD_limit, 2, 10, "MMmm+mm"},
	{"limit: the last second belongs to it",  THRESHOLD_limit, 1, 10, "Mm-m"},
	{"limit: the next begins anew",           THRESHOLD_limit, 1, 10, "Mm-+Mm"},
	{"threshold tells every third",           THRESHOLD_threshold, 3, 10, "mmMmmMmm"},
	{"threshold 1 tells all",                 THRESHOLD_threshold, 1, 10, "MMM-+MM"},
	{"threshold: a count ends with its window", THRESHOLD_threshold, 3, 10, "mm-+mmM"},
	{"threshold: within the last second",     THRESHOLD_threshold, 3, 10, "mm-M"},
	{"threshold: after one told the window stays", THRESHOLD_threshold, 2, 10, "mM-m+mM"},
	{"both tells the third only",             THRESHOLD_both, 3, 10, "mmMmmmmm"},
	{"both 1 tells the first only",           THRESHOLD_both, 1, 10, "Mmmm"},
	{"both: once a window",                   THRESHOLD_both, 2, 10, "mMm-+mMm"},
	{"both 1: the next window's first",       THRESHOLD_both, 1, 10, "Mm-+Mm"},
	{"detection_filter tells after the count", THRESHOLD_detection_filter, 3, 10, "mmmMMM"},
	{"detection_filter 1: not the first",     THRESHOLD_detection_filter, 1, 10, "mMMM"},
	{"detection_filter: a window each",       THRESHOLD_detection_filter, 2, 10, "mmM-+mmM"},
	/* clang-format on */
};

static void test_stories(void)
{
	struct addr a = ip("10.0.0.1"), b = ip("10.0.0.2");
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule rule = {
			.about = {.gid = 1, .sid = 5},
			.threshold = {.type = rows[i].type,
				      .track = TRACK_src,
				      .count = rows[i].count,
				      .seconds = rows[i].seconds},
		};
		struct threshold_table t;
		uint64_t now = T0;

		CASE(rows[i].name);
		CHECK_EQ(threshold_init(&t, 64, &err), 0);
		for (const char *s = rows[i].story; *s; s++) {
			if (*s == '+' || *s == '-') {
				now += (*s == '+' ? 1 : 10) * NS_PER_S;
				continue;
			}
			CHECK_EQ(pass(&t, &rule, &a, &b, now) != 0, *s == 'M');
		}
		threshold_fini(&t);
	}
}

/* The second match of count 2: told if it is counted with the first. */
static const struct {
	const char *name;
	uint8_t track;
	const char *src, *dst;
	bool same;
} tracks[] = {
	{"by src: the same source", TRACK_src, "10.0.0.1", "10.0.0.9", true},
	{"by src: another source", TRACK_src, "10.0.0.9", "10.0.0.2", false},
	{"by src: not the other way round", TRACK_src, "10.0.0.2", "10.0.0.1", false},
	{"by dst: the same destination", TRACK_dst, "10.0.0.9", "10.0.0.2", true},
	{"by dst: another one", TRACK_dst, "10.0.0.1", "10.0.0.9", false},
	{"by both: the same pair", TRACK_both, "10.0.0.1", "10.0.0.2", true},
	{"by both: in either order", TRACK_both, "10.0.0.2", "10.0.0.1", true},
	{"by both: another destination", TRACK_both, "10.0.0.1", "10.0.0.9", false},
	{"by rule: whoever", TRACK_rule, "10.0.0.8", "10.0.0.9", true},
};

static void test_tracks(void)
{
	struct addr a = ip("10.0.0.1"), b = ip("10.0.0.2");
	struct err err;

	for (size_t i = 0; i < sizeof(tracks) / sizeof(tracks[0]); i++) {
		struct rule rule = {.about = {.gid = 1, .sid = 5},
				    .threshold = {THRESHOLD_threshold, tracks[i].track, 2, 60}};
		struct addr src = ip(tracks[i].src), dst = ip(tracks[i].dst);
		struct threshold_table t;

		CASE(tracks[i].name);
		CHECK_EQ(threshold_init(&t, 64, &err), 0);
		CHECK_EQ(pass(&t, &rule, &a, &b, T0), 0);
		CHECK_EQ(pass(&t, &rule, &src, &dst, T0) != 0, tracks[i].same);
		threshold_fini(&t);
	}
}

static void test_rest(void)
{
	struct rule rule = {.about = {.gid = 1, .sid = 5},
			    .threshold = {THRESHOLD_threshold, TRACK_src, 3, 60}};
	struct rule other = rule;
	struct addr a = ip("10.0.0.1"), b = ip("10.0.0.2");
	struct threshold_table t;
	struct err err;

	CASE("an alert says how many matches it stands for");
	CHECK_EQ(threshold_init(&t, 64, &err), 0);
	pass(&t, &rule, &a, &b, T0);
	pass(&t, &rule, &a, &b, T0);
	CHECK_EQ(pass(&t, &rule, &a, &b, T0), 3);

	CASE("rules do not share counts, also of the same sid and another gid");
	other.about.gid = 3;
	pass(&t, &rule, &a, &b, T0);
	pass(&t, &rule, &a, &b, T0);
	CHECK_EQ(pass(&t, &other, &a, &b, T0), 0);
	CHECK_EQ(pass(&t, &rule, &a, &b, T0), 3);

	CASE("time that steps back stays in the window");
	pass(&t, &rule, &a, &b, T0 - 100 * NS_PER_S);
	pass(&t, &rule, &a, &b, T0 - 50 * NS_PER_S);
	CHECK_EQ(pass(&t, &rule, &a, &b, T0), 3);

	CASE("the window ends after its last microsecond");
	struct rule limit = {.about = {.gid = 1, .sid = 6},
			     .threshold = {THRESHOLD_limit, TRACK_src, 1, 1}};
	CHECK(pass(&t, &limit, &a, &b, T0));
	CHECK(!pass(&t, &limit, &a, &b, T0 + NS_PER_S));
	CHECK(!pass(&t, &limit, &a, &b, T0 + NS_PER_S + 999));
	CHECK(pass(&t, &limit, &a, &b, T0 + NS_PER_S + 1000));

	CASE("bounded: what is forgotten is counted");
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr src = a;
		src.b[13] = (uint8_t)(i >> 8);
		src.b[14] = (uint8_t)i;
		pass(&t, &rule, &src, &b, T0);
	}
	CHECK(count_get(&t.pairs.taken) <= 64);
	CHECK(count_get(&t.pairs.evicted) >= 900);
	threshold_fini(&t);
}

static void test_flow_and_ports(void)
{
	struct addr a = ip("10.0.0.1"), b = ip("10.0.0.2");
	struct rule rule = {.about = {.gid = 1, .sid = 5},
			    .threshold = {THRESHOLD_detection_filter, TRACK_dst, 2, 60, UNIQUE_dport}};
	struct threshold_match m = {.src = &a, .dst = &b, .time_ns = T0, .dport = 1};
	struct threshold_table t;
	struct err err;

	CASE("unique_on counts ports and not matches");
	CHECK_EQ(threshold_init(&t, 64, &err), 0);
	CHECK_EQ(threshold_pass(&t, &rule, &m), 0);
	CHECK_EQ(threshold_pass(&t, &rule, &m), 0);
	m.dport = 2;
	CHECK_EQ(threshold_pass(&t, &rule, &m), 0);
	CHECK_EQ(threshold_pass(&t, &rule, &m), 0);
	m.dport = 3;
	CHECK(threshold_pass(&t, &rule, &m));
	m.dport = 1; /* above the count every match is told */
	CHECK(threshold_pass(&t, &rule, &m));
	m.time_ns += 61 * NS_PER_S;
	CHECK_EQ(threshold_pass(&t, &rule, &m), 0);

	CASE("by flow: another flow of the same pair counts for itself");
	struct rule flow = {.about = {.gid = 1, .sid = 6},
			    .threshold = {THRESHOLD_limit, TRACK_flow, 1, 60}};
	m.flow_id = 7;
	CHECK(threshold_pass(&t, &flow, &m));
	CHECK(!threshold_pass(&t, &flow, &m));
	m.flow_id = 8;
	CHECK(threshold_pass(&t, &flow, &m));

	CASE("backoff tells 5, 10, 20");
	struct rule back = {.about = {.gid = 1, .sid = 7},
			    .threshold = {.type = THRESHOLD_backoff, .track = TRACK_flow, .count = 5,
					  .multiplier = 2}};
	for (unsigned i = 1; i <= 25; i++)
		CHECK_EQ(threshold_pass(&t, &back, &m) != 0, i == 5 || i == 10 || i == 20);
	threshold_fini(&t);
}

static void test_rate(void)
{
	struct addr a = ip("10.0.0.1"), b = ip("10.0.0.2");
	struct rule rule = {.about = {.gid = 1, .sid = 5},
			    .rate = {.type = THRESHOLD_rate, .track = TRACK_src, .count = 2,
				     .seconds = 10, .timeout_s = 5, .action = RATE_pass}};
	struct threshold_table t;
	struct err err;

	CASE("rate_filter with pass silences while its action holds");
	CHECK_EQ(threshold_init(&t, 64, &err), 0);
	CHECK(pass(&t, &rule, &a, &b, T0));
	CHECK(pass(&t, &rule, &a, &b, T0));
	CHECK(!pass(&t, &rule, &a, &b, T0));
	CHECK(!pass(&t, &rule, &a, &b, T0 + 5 * NS_PER_S));
	CHECK(pass(&t, &rule, &a, &b, T0 + 6 * NS_PER_S));
	CASE("another source is not concerned, and other actions tell");
	CHECK(pass(&t, &rule, &b, &a, T0));
	rule.rate.action = RATE_drop;
	CHECK(pass(&t, &rule, &b, &a, T0));
	CHECK(pass(&t, &rule, &b, &a, T0));
	threshold_fini(&t);
}

int main(void)
{
	test_flow_and_ports();
	test_rate();
	test_stories();
	test_tracks();
	test_rest();
	return check_done();
}
