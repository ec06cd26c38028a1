// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"
#include "check.h"

#include <math.h>

/* Bytes in, and the JSON string that comes out. */
static const struct {
	const char *name, *text;
	unsigned n;
	const char *want;
} rows[] = {
	{"plain", "abc", 3, "\"abc\""},
	{"empty", "", 0, "\"\""},
	{"quote and backslash", "a\"b\\c", 5, "\"a\\\"b\\\\c\""},
	{"short escapes", "\b\t\n\f\r", 5, "\"\\b\\t\\n\\f\\r\""},
	{"other controls", "\x01\x1f", 2, "\"\\u0001\\u001f\""},
	{"NUL in the middle", "a\0b", 3, "\"a\\u0000b\""},
	{"DEL and slash stand as they are", "\x7f/", 2, "\"\x7f/\""},
	{"two bytes of UTF-8", "\xc3\xa9", 2, "\"\xc3\xa9\""},
	{"three", "\xe2\x82\xac", 3, "\"\xe2\x82\xac\""},
	{"four", "\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\""},
	{"the last code point", "\xf4\x8f\xbf\xbf", 4, "\"\xf4\x8f\xbf\xbf\""},
	{"beyond it", "\xf4\x90\x80\x80", 4, "\"\\u00f4\\u0090\\u0080\\u0080\""},
	{"a lone continuation byte", "a\x80z", 3, "\"a\\u0080z\""},
	{"a lead byte at the end", "a\xc3", 2, "\"a\\u00c3\""},
	{"a lead byte before a letter", "\xc3z", 2, "\"\\u00c3z\""},
	{"three bytes cut to two", "\xe2\x82", 2, "\"\\u00e2\\u0082\""},
	{"overlong slash", "\xc0\xaf", 2, "\"\\u00c0\\u00af\""},
	{"overlong in three", "\xe0\x9f\xbf", 3, "\"\\u00e0\\u009f\\u00bf\""},
	{"shortest of three", "\xe0\xa0\x80", 3, "\"\xe0\xa0\x80\""},
	{"overlong in four", "\xf0\x8f\xbf\xbf", 4, "\"\\u00f0\\u008f\\u00bf\\u00bf\""},
	{"before the surrogates", "\xed\x9f\xbf", 3, "\"\xed\x9f\xbf\""},
	{"a surrogate", "\xed\xa0\x80", 3, "\"\\u00ed\\u00a0\\u0080\""},
	{"FE and FF", "\xfe\xff", 2, "\"\\u00fe\\u00ff\""},
};

static void test_strings(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[128];
		struct json j = json_of(out, sizeof(out));

		CASE(rows[i].name);
		json_strn(&j, NULL, rows[i].text, rows[i].n);
		CHECK(json_ok(&j));
		CHECK_STR(out, rows[i].want);
	}
}

static void write_all(struct json *j)
{
	json_open(j, NULL);
	json_u64(j, "u", UINT64_MAX);
	json_i64(j, "i", INT64_MIN);
	json_i64(j, "z", 0);
	json_f64(j, "f", 0.5);
	json_f64(j, "nan", NAN);
	json_f64(j, "inf", INFINITY);
	json_bool(j, "t", true);
	json_bool(j, "n", false);
	json_null(j, "o");
	json_array(j, "a");
	json_u64(j, NULL, 1);
	json_str(j, NULL, "x");
	json_open(j, NULL);
	json_close(j);
	json_array_end(j);
	json_raw(j, "r", "[]", 2);
	json_members(j, "\"k\":1,\"l\":2", 11);
	json_members(j, "", 0);
	json_open(j, "e");
	json_members(j, "\"k\":1", 5);
	json_close(j);
	json_close(j);
}

static const char whole[] =
	"{\"u\":18446744073709551615,\"i\":-9223372036854775808,\"z\":0,\"f\":0.5,\"nan\":null,"
	"\"inf\":null,\"t\":true,\"n\":false,\"o\":null,\"a\":[1,\"x\",{}],\"r\":[],\"k\":1,\"l\":"
	"2,"
	"\"e\":{\"k\":1}}";

int main(void)
{
	char out[512];
	struct json j = json_of(out, sizeof(out));

	test_strings();

	CASE("every kind of member");
	write_all(&j);
	CHECK(json_ok(&j));
	CHECK_STR(out, whole);
	CHECK_EQ(j.len, strlen(whole));

	CASE("a buffer that just fits, and all that do not");
	for (size_t cap = 0; cap <= sizeof(whole); cap++) {
		memset(out, 'Z', sizeof(out));
		j = json_of(out, cap);
		write_all(&j);
		CHECK_EQ(json_ok(&j), cap == sizeof(whole));
		CHECK_EQ(out[cap], 'Z');
	}
	return check_done();
}
