// SPDX-License-Identifier: Apache-2.0
#include "rule/range.h"

#include "check.h"

static const struct {
	const char *text;
	uint32_t max;
	int rc;
	uint32_t in, out; /* one value inside, one outside */
} rows[] = {
	{"0", 255, 0, 0, 1},
	{"255", 255, 0, 255, 254},
	{"256", 255, -1, 0, 0},
	{"=7", 255, 0, 7, 8},
	{"!7", 255, 0, 8, 7},
	{"<7", 255, 0, 6, 7},
	{"<=7", 255, 0, 7, 8},
	{">7", 255, 0, 8, 7},
	{">=7", 255, 0, 7, 6},
	{"<0", 255, -1, 0, 0},
	{">255", 255, -1, 0, 0},
	{"<=0", 255, 0, 0, 1},
	{">=255", 255, 0, 255, 254},
	{"1-4", 255, 0, 2, 1},
	{"1-4", 255, 0, 3, 4},
	{"1<>4", 255, 0, 3, 4},
	{"1<>3", 255, 0, 2, 3},
	{"1<>2", 255, -1, 0, 0},
	{"4-1", 255, -1, 0, 0},
	{"!1-4", 255, 0, 1, 2},
	{" 5 ", 255, 0, 5, 4},
	{"0x10", 255, 0, 16, 10},
	{"0x", 255, -1, 0, 0},
	{"&0xc0=0x80", 255, 0, 0x81, 0xc0},
	{"&0xc0!=0x80", 255, 0, 0xc0, 0x80},
	{"&0xc0=1", 255, -1, 0, 0},
	{"&0=0", 255, -1, 0, 0},
	{"&1", 255, -1, 0, 0},
	{"", 255, -1, 0, 0},
	{"!", 255, -1, 0, 0},
	{"-", 255, -1, 0, 0},
	{"1-", 255, -1, 0, 0},
	{"-1", 255, -1, 0, 0},
	{"+1", 255, -1, 0, 0},
	{"1 2", 255, -1, 0, 0},
	{"1a", 255, -1, 0, 0},
	{"--1", 255, -1, 0, 0},
	{"4294967295", UINT32_MAX, 0, UINT32_MAX, 0},
	{"4294967296", UINT32_MAX, -1, 0, 0},
	/* What strtoul() takes for 64, for 1, and for 0. */
	{"-18446744073709551552", UINT32_MAX, -1, 0, 0},
	{"18446744073709551617", UINT32_MAX, -1, 0, 0},
	{"99999999999999999999999", UINT32_MAX, -1, 0, 0},
};

static const struct {
	const char *text;
	int rc;
	int32_t v;
} signs[] = {
	{"5", 0, 5}, {"-5", 0, -5}, {"-0", 0, 0}, {"65535", 0, 65535}, {"-65535", 0, -65535},
	{"65536", -1, 0}, {"-65536", -1, 0}, {"- 5", 0, -5}, {"--5", -1, 0}, {"", -1, 0},
	{"-", -1, 0},
};

int main(void)
{
	struct err err;
	struct fault f = {.err = &err};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct range r = {0};

		CASE(rows[i].text);
		int rc = rule_range_parse(span_of(rows[i].text), rows[i].max, &r, &f);
		CHECK_EQ(rc != 0, rows[i].rc != 0);
		if (rows[i].rc)
			continue;
		CHECK(rule_range_has(&r, rows[i].in));
		CHECK(!rule_range_has(&r, rows[i].out));
	}
	for (unsigned i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		int32_t v = 0;

		CASE(signs[i].text);
		int rc = rule_number_signed(span_of(signs[i].text), 65535, &v, &f);
		CHECK_EQ(rc != 0, signs[i].rc != 0);
		CHECK_EQ(v, signs[i].v);
	}
	CASE("a range leaves its result alone when it fails");
	struct range r = {.lo = 3};
	CHECK(rule_range_parse(span_of("x"), 9, &r, &f) != 0);
	CHECK_EQ(r.lo, 3);
	return check_done();
}
