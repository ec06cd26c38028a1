// SPDX-License-Identifier: Apache-2.0
#include "base/param.h"
#include "check.h"

#include <errno.h>

struct conf {
	bool on;
	double p;
	uint32_t n, wide;
	uint64_t mem, count;
	char *word, *none;
	struct strs list;
	struct strs checked;
};

static int no_x(const char *text, struct err *err)
{
	return text[0] == 'x' ? err_set(err, EINVAL, "'%s' begins with x", text) : 0;
}

static const struct param params[] = {
	PARAM(PARAM_BOOL, struct conf, on, 0, 1, 1, "", "whether it is on"),
	PARAM(PARAM_F64, struct conf, p, 0.001, 0.5, 0.01, "probability", "how often"),
	PARAM(PARAM_U32, struct conf, n, 1, 3600, 60, "s", "how long"),
	PARAM(PARAM_U32, struct conf, wide, 0, 1e18, 0, "", "wider than its field"),
	PARAM(PARAM_U64, struct conf, mem, 4096, 1073741824.0, 65536, "bytes", "how much"),
	PARAM(PARAM_U64, struct conf, count, 0, 18446744073709551615.0, 5, "", "how many"),
	PARAM_TEXT(PARAM_STR, struct conf, word, "auto", "a word"),
	PARAM_TEXT(PARAM_STR, struct conf, none, NULL, "no word"),
	PARAM_TEXT(PARAM_LIST, struct conf, list, "a, b", "some words"),
	PARAM_CHECKED(PARAM_LIST, struct conf, checked, NULL, no_x, "words without x"),
	{0},
};

static struct conf conf;
static const struct section section = {"sec.tion", params, &conf};

/* clang-format off */
/* Each row starts from the defaults. `want` is what param_get() gives, or the message. */
static const struct {
	const char *param, *value;
	int code;
	const char *want, *hint;
} rows[] = {
	{"on", "no", 0, "no", ""},
	{"on", "true", 0, "yes", ""},
	{"on", "false", 0, "no", ""},
	{"on", "maybe", -EINVAL, "sec.tion.on: 'maybe' is not yes or no", "whether it is on; default yes"},
	{"p", "0.001", 0, "0.001", ""},
	{"p", "1e-2", 0, "0.01", ""},
	{"p", "0.0009", -ERANGE, "sec.tion.p: 0.0009 is outside 0.001 .. 0.5 probability", "how often; default 0.01"},
	{"p", "0.51", -ERANGE, "sec.tion.p: 0.51 is outside 0.001 .. 0.5 probability", "how often; default 0.01"},
	{"p", "nan", -EINVAL, "sec.tion.p: 'nan' is not a number", "how often; default 0.01"},
	{"p", "0x1", -EINVAL, "sec.tion.p: '0x1' is not a number", "how often; default 0.01"},
	{"p", "0.1 ", -EINVAL, "sec.tion.p: '0.1 ' is not a number", "how often; default 0.01"},
	{"p", "1e999", -EINVAL, "sec.tion.p: '1e999' is not a number", "how often; default 0.01"},
	{"p", "", -EINVAL, "sec.tion.p: '' is not a number", "how often; default 0.01"},
	{"n", "1", 0, "1", ""},
	{"n", "3600", 0, "3600", ""},
	{"n", "0", -ERANGE, "sec.tion.n: 0 is outside 1 .. 3600 s", "how long; default 60"},
	{"n", "3601", -ERANGE, "sec.tion.n: 3601 is outside 1 .. 3600 s", "how long; default 60"},
	{"n", "-1", -EINVAL, "sec.tion.n: '-1' is not a whole number", "how long; default 60"},
	{"n", "-18446744073709551552", -EINVAL, "sec.tion.n: '-18446744073709551552' is not a whole number", "how long; default 60"},
	{"n", "1.5", -EINVAL, "sec.tion.n: '1.5' is not a whole number", "how long; default 60"},
	{"n", "1k", -EINVAL, "sec.tion.n: '1k' is not a whole number", "how long; default 60"},
	{"wide", "4294967295", 0, "4294967295", ""},
	{"wide", "4294967296", -ERANGE, "sec.tion.wide: 4294967296 is outside 0 .. 1e+18", "wider than its field; default 0"},
	{"mem", "4k", 0, "4096", ""},
	{"mem", "4K", 0, "4096", ""},
	{"mem", "1M", 0, "1048576", ""},
	{"mem", "1G", 0, "1073741824", ""},
	{"mem", "2G", -ERANGE, "sec.tion.mem: 2G is outside 4k .. 1G bytes", "how much; default 64k"},
	{"mem", "4095", -ERANGE, "sec.tion.mem: 4095 is outside 4k .. 1G bytes", "how much; default 64k"},
	{"mem", "1T", -EINVAL, "sec.tion.mem: '1T' is not a number of bytes (k, M and G may follow)", "how much; default 64k"},
	{"mem", "k", -EINVAL, "sec.tion.mem: 'k' is not a number of bytes (k, M and G may follow)",
	 "how much; default 64k"},
	{"list", "a\\b", 0, "a\\b", ""},
	{"mem", "1kk", -EINVAL, "sec.tion.mem: '1kk' is not a number of bytes (k, M and G may follow)", "how much; default 64k"},
	{"mem", "99999999999G", -EINVAL, "sec.tion.mem: '99999999999G' is not a number of bytes (k, M and G may follow)", "how much; default 64k"},
	{"count", "18446744073709551615", 0, "18446744073709551615", ""},
	{"count", "18446744073709551616", -EINVAL, "sec.tion.count: '18446744073709551616' is not a whole number", "how many; default 5"},
	{"count", "1k", -EINVAL, "sec.tion.count: '1k' is not a whole number", "how many; default 5"},
	{"word", "x y", 0, "x y", ""},
	{"word", "", 0, "", ""},
	{"none", "z", 0, "z", ""},
	{"list", "x", 0, "x", ""},
	{"list", " x , y ,,z ", 0, "x,y,z", ""},
	{"list", "a\\,b,c", 0, "a\\,b,c", ""},
	{"list", "", 0, "", ""},
	{"checked", "a,b", 0, "a,b", ""},
	{"checked", "a,xb", -EINVAL, "sec.tion.checked: 'xb' begins with x", "words without x; default empty"},
};
/* clang-format on */

static void test_rows(void)
{
	char was[256], now[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = {0};
		char name[128];

		snprintf(name, sizeof(name), "%s = '%s'", rows[i].param, rows[i].value);
		CASE(name);
		memset(&conf, 0, sizeof(conf));
		param_defaults(&section);
		const struct param *p = param_find(&section, rows[i].param);
		CHECK(p != NULL);
		param_get(&section, p, was, sizeof(was));
		CHECK_EQ(param_set(&section, p, rows[i].value, &err), rows[i].code);
		param_get(&section, p, now, sizeof(now));
		if (rows[i].code == 0) {
			CHECK_STR(now, rows[i].want);
		} else {
			CHECK_STR(err.msg, rows[i].want);
			CHECK_STR(now, was); /* untouched on failure */
		}
		CHECK_STR(err.hint, rows[i].hint);
		param_fini(&section);
	}
}

static void test_defaults(void)
{
	CASE("defaults");
	memset(&conf, 0, sizeof(conf));
	param_defaults(&section);
	CHECK(conf.on && conf.p == 0.01 && conf.n == 60 && conf.mem == 65536);
	CHECK_STR(conf.word, "auto");
	CHECK(conf.none == NULL);
	CHECK_EQ(conf.list.n, 2);
	CHECK_STR(conf.list.at[1], "b");

	CASE("an empty word is NULL only where the default is empty");
	struct err err;
	CHECK_EQ(param_set(&section, param_find(&section, "word"), "", &err), 0);
	CHECK_STR(conf.word, "");
	CHECK_EQ(param_set(&section, param_find(&section, "none"), "", &err), 0);
	CHECK(conf.none == NULL);

	CASE("unknown names");
	CHECK(param_find(&section, "m") == NULL);
	CHECK(param_find(&section, "") == NULL);
	param_fini(&section);
	CHECK(conf.word == NULL && conf.list.at == NULL && conf.list.n == 0);
}

static void test_append(void)
{
	const struct param *list = param_find(&section, "list");
	struct err err;
	char text[64];

	CASE("append: the first empties, order is kept, commas stay");
	memset(&conf, 0, sizeof(conf));
	param_defaults(&section);
	CHECK_EQ(param_append(&section, list, "x,1", true, &err), 0);
	CHECK_EQ(param_append(&section, list, "y", false, &err), 0);
	CHECK_EQ(conf.list.n, 2);
	CHECK_STR(conf.list.at[0], "x,1");
	param_get(&section, list, text, sizeof(text));
	CHECK_STR(text, "x\\,1,y");
	CHECK_EQ(param_set(&section, list, text, &err), 0); /* and back */
	CHECK_STR(conf.list.at[0], "x,1");

	CASE("a value cut at every size");
	for (size_t size = 1; size < 8; size++) {
		memset(text, 'Z', sizeof(text));
		CHECK_EQ(param_get(&section, list, text, size), size <= 6 ? size - 1 : 6);
		CHECK_EQ(strlen(text), size <= 6 ? size - 1 : 6);
		CHECK_EQ(text[size], 'Z');
		CHECK_EQ(param_get(&section, param_find(&section, "word"), text, size),
			 size <= 4 ? size - 1 : 4);
	}

	CASE("append to what is no list");
	CHECK_EQ(param_append(&section, param_find(&section, "n"), "1", true, &err), -EINVAL);
	CHECK_STR(err.msg, "sec.tion.n takes one value, not a list");
	param_fini(&section);
}

int main(void)
{
	test_rows();
	test_defaults();
	test_append();
	return check_done();
}
