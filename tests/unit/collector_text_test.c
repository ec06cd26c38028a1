// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "text.h"

#include <stdlib.h>
#include <time.h>

#define S 1000000000ULL

static const struct {
	const char *text;
	bool ok;
	uint64_t seconds;
} durations[] = {
	{"90", true, 90},
	{"90s", true, 90},
	{"10m", true, 600},
	{"1h", true, 3600},
	{"1h30m", true, 5400},
	{"7d", true, 604800},
	{"0", true, 0},
	{"3660d", true, 316224000},
	{"3661d", false, 0},
	{"316224000", true, 316224000},
	{"316224001", false, 0},
	{"99999999999999999999", false, 0},
	{"", false, 0},
	{"1x", false, 0},
	{"m", false, 0},
	{"-5", false, 0},
	{" 5", false, 0},
	{"1h30", false, 0},
	{"1 h", false, 0},
};

static const struct {
	const char *text;
	bool ok;
	uint64_t ns;
} times[] = {
	{"1970-01-01T00:00:00Z", true, 0},
	{"1970-01-01T00:00:01.000000+0000", true, S},
	{"1970-01-01T01:00:01.5+01:00", true, S + S / 2},
	{"1970-01-01T00:00:00.123456789Z", true, 123456789},
	{"1970-01-01T00:00:00.1234567891Z", true, 123456789},
	{"1969-12-31T23:00:00-0100", false, 0},
	{"1970-01-01T00:00:00+0100", false, 0},
	{"2026-01-31T12:00:00.123456+0000", true, 1769860800 * S + 123456000},
	{"2026-13-31T12:00:00Z", false, 0},
	{"2026-01-32T12:00:00Z", false, 0},
	{"2026-01-31T24:00:00Z", false, 0},
	{"2026-01-31T12:60:00Z", false, 0},
	{"2026-01-31T12:00:00", false, 0},
	{"2026-01-31T12:00:00.Z", false, 0},
	{"2026-01-31T12:00:00Zx", false, 0},
	{"2026-01-31T12:00:00+15:00", false, 0},
	{"2026-01-31", false, 0},
	{"2255-01-01T00:00:00Z", true, 8993721600 * S},
	{"2256-01-01T00:00:00Z", false, 0},
	{"", false, 0},
};

static const struct {
	uint64_t seconds;
	const char *want;
} ages[] = {
	{0, "0s"},          {119, "119s"},       {120, "2m"},        {7199, "119m"},
	{7200, "2h0m"},     {172799, "47h59m"},  {172800, "2d0h"},   {180000, "2d2h"},
};

static const struct {
	const char *name, *in, *want;
	size_t size, columns;
} cleans[] = {
	{"plain", "abc", "abc", 16, 3},
	{"an escape sequence is no command", "\033[2Jx", ".[2Jx", 16, 5},
	{"bell, tab, newline, delete", "\a\t\n\177", "....", 16, 4},
	{"C1 control", "\xc2\x9b" "31m", ".31m", 16, 4},
	{"no control: U+00A0", "\xc2\xa0", "\xc2\xa0", 16, 1},
	{"two-byte letter is one column", "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", 16, 3},
	{"not UTF-8", "a\xff\xfe" "b", "a??b", 16, 4},
	{"overlong", "\xc0\xaf", "??", 16, 2},
	{"surrogate", "\xed\xa0\x80", "???", 16, 3},
	{"cut sequence", "\xe2\x82", "??", 16, 2},
	{"beyond U+10FFFF", "\xf4\x90\x80\x80", "????", 16, 4},
	{"four bytes", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 16, 1},
	{"cut between sequences", "a\xc3\xa9", "a", 3, 1},
	{"room to the byte", "a\xc3\xa9", "a\xc3\xa9", 4, 2},
	{"no room", "abc", "", 1, 0},
};

static void since(void)
{
	uint64_t t = 7;

	CASE("since: a duration counts back");
	CHECK(text_since("1h", 7200 * S, &t));
	CHECK_EQ(t, 3600 * S);
	CASE("since: not before the epoch");
	CHECK(text_since("3h", 7200 * S, &t));
	CHECK_EQ(t, 0);
	CASE("since: a time is a time");
	CHECK(text_since("1970-01-01T00:00:05Z", 7200 * S, &t));
	CHECK_EQ(t, 5 * S);
	CASE("since: nonsense leaves it alone");
	t = 7;
	CHECK(!text_since("yesterday", 7200 * S, &t));
	CHECK_EQ(t, 7);
}

int main(void)
{
	char out[64];

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		uint64_t s = 424242;
		CASE(durations[i].text[0] ? durations[i].text : "empty duration");
		CHECK_EQ(text_duration(durations[i].text, &s), durations[i].ok);
		CHECK_EQ(s, durations[i].ok ? durations[i].seconds : 424242);
	}
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		uint64_t ns = 424242;
		CASE(times[i].text[0] ? times[i].text : "empty time");
		CHECK_EQ(text_time(times[i].text, &ns), times[i].ok);
		CHECK_EQ(ns, times[i].ok ? times[i].ns : 424242);
	}
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		CASE(ages[i].want);
		CHECK_STR(text_age(ages[i].seconds, out), ages[i].want);
	}
	for (size_t i = 0; i < sizeof(cleans) / sizeof(cleans[0]); i++) {
		CASE(cleans[i].name);
		CHECK_EQ(text_clean(cleans[i].in, out, cleans[i].size), cleans[i].columns);
		CHECK_STR(out, cleans[i].want);
	}
	since();
	CASE("local time");
	setenv("TZ", "UTC-2", 1);
	tzset();
	CHECK_STR(text_local(1769860800 * S + 5000000, false, out), "2026-01-31 14:00:00");
	CHECK_STR(text_local(1769860800 * S + 5000000, true, out), "14:00:00.005");
	CASE("copy cuts and terminates");
	text_copy(out, 3, "abcdef");
	CHECK_STR(out, "ab");
	text_copy(out, 3, NULL);
	CHECK_STR(out, "");
	return check_done();
}
