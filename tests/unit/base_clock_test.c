// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "check.h"

#include <time.h>

static const struct {
	uint64_t time_ns;
	const char *want;
} rows[] = {
	{0, "1970-01-01T00:00:00.000000+0000"},
	{999, "1970-01-01T00:00:00.000000+0000"},
	{1000, "1970-01-01T00:00:00.000001+0000"},
	{86399999999999, "1970-01-01T23:59:59.999999+0000"},
	{86400000000000, "1970-01-02T00:00:00.000000+0000"},
	{951782400000000000, "2000-02-29T00:00:00.000000+0000"},
	{951868800000000000, "2000-03-01T00:00:00.000000+0000"},
	{4107542400000000000, "2100-03-01T00:00:00.000000+0000"},
	{1769860800123456789, "2026-01-31T12:00:00.123456+0000"},
	{UINT64_MAX, "2554-07-21T23:34:33.709551+0000"},
};

int main(void)
{
	char out[CLOCK_TEXT], want[CLOCK_TEXT];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].want);
		CHECK_EQ(clock_text(rows[i].time_ns, out), strlen(rows[i].want));
		CHECK_STR(out, rows[i].want);
	}

	CASE("agrees with gmtime over 200 years");
	for (uint64_t s = 0; s < 200ull * 365 * 86400; s += 86400 * 3 + 12345) {
		time_t t = (time_t)s;
		struct tm tm;
		clock_text(s * NS_PER_S, out);
		strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000+0000", gmtime_r(&t, &tm));
		CHECK(strcmp(out, want) == 0);
	}

	CASE("clocks go forward, sleep sleeps");
	uint64_t a = clock_mono_ns();
	clock_sleep_ns(2 * NS_PER_MS);
	CHECK(clock_mono_ns() - a >= 2 * NS_PER_MS);
	CHECK(clock_real_ns() > 1700000000 * NS_PER_S);
	return check_done();
}
