// SPDX-License-Identifier: Apache-2.0
#include "base/err.h"
#include "check.h"

#include <errno.h>

static const char *const words[] = {"window", "workers", "dns", "interface", "ring", NULL};

/* One edit per three letters, rounded: 2 letters allow one, 5 allow two. */
static const struct {
	const char *name, *word, *want;
} closest[] = {
	{"the word itself", "dns", "dns"},
	{"two letters swapped", "windwo", "window"},
	{"a swap is one edit", "dsn", "dns"},
	{"one letter too many", "windoow", "window"},
	{"one letter missing", "widow", "window"},
	{"one letter wrong", "dnz", "dns"},
	{"two wrong of three", "dzz", NULL},
	{"two edits of six", "windxy", "window"},
	{"three edits of six", "winxyz", NULL},
	{"the closer of two", "riing", "ring"},
	{"nothing alike", "zebra", NULL},
	{"empty", "", NULL},
	{"too long to be a slip",
	 "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", NULL},
};

static void test_closest(void)
{
	for (size_t i = 0; i < sizeof(closest) / sizeof(closest[0]); i++) {
		CASE(closest[i].name);
		const char *got = err_closest(closest[i].word, words);
		if (closest[i].want)
			CHECK_STR(got, closest[i].want);
		else
			CHECK(got == NULL);
	}
}

static const struct {
	const char *name;
	unsigned line, col, len;
	const char *hint, *path, *text, *want;
} reports[] = {
	{"the whole of it", 2, 3, 6, "did you mean 'window'?", "k.conf",
	 "a = 1\n  windwo = 30\nb\n",
	 "k.conf:2:3: error: it broke\n"
	 "    2 |   windwo = 30\n"
	 "      |   ^~~~~~\n"
	 "hint: did you mean 'window'?\n"},
	{"no hint", 1, 1, 1, "", "f", "x", "f:1:1: error: it broke\n    1 | x\n      | ^\n"},
	{"no text at hand", 3, 4, 2, "", "f", NULL, "f:3:4: error: it broke\n"},
	{"no place", 0, 0, 0, "try", "f", "x", "f: error: it broke\nhint: try\n"},
	{"no path", 2, 1, 1, "", NULL, NULL, "2:1: error: it broke\n"},
	{"neither", 0, 0, 0, "", NULL, NULL, "error: it broke\n"},
	{"a line without column", 1, 0, 0, "", "f", "x", "f:1: error: it broke\n    1 | x\n"},
	{"line beyond the text", 9, 1, 1, "", "f", "x\n", "f:9:1: error: it broke\n"},
	{"tab keeps its width", 1, 2, 1, "", "f", "\tx",
	 "f:1:2: error: it broke\n    1 | \tx\n      | \t^\n"},
	{"two bytes, one column", 1, 4, 2, "", "f", "\xc3\xa9 \xc3\xa8",
	 "f:1:4: error: it broke\n    1 | \xc3\xa9 \xc3\xa8\n      |   ^\n"},
	{"underline ends with the line", 1, 2, 99, "", "f", "abc",
	 "f:1:2: error: it broke\n    1 | abc\n      |  ^~\n"},
	{"control bytes are not passed on", 1, 1, 1, "", "f", "a\x1b[2J",
	 "f:1:1: error: it broke\n    1 | a?[2J\n      | ^\n"},
	{"DOS line end", 1, 1, 1, "", "f", "ab\r\n",
	 "f:1:1: error: it broke\n    1 | ab\n      | ^\n"},
	{"just past the end", 1, 3, 1, "", "f", "ab",
	 "f:1:3: error: it broke\n    1 | ab\n      |   ^\n"},
};

static void test_report(void)
{
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		struct err e = {0};
		char out[512];

		CASE(reports[i].name);
		err_set(&e, EINVAL, "it %s", "broke");
		if (reports[i].hint[0])
			err_hint(&e, "%s", reports[i].hint);
		err_at(&e, reports[i].line, reports[i].col, reports[i].len);
		int n = err_report(&e, reports[i].path, reports[i].text, out, sizeof(out));
		CHECK_STR(out, reports[i].want);
		CHECK_EQ(n, strlen(out));
	}
}

static void test_long_line(void)
{
	char text[1001], out[1024];
	struct err e = {0};

	CASE("a long line shows the part around the mistake");
	memset(text, 'a', 1000);
	text[1000] = '\0';
	memcpy(text + 500, "HERE", 4);
	err_set(&e, EINVAL, "x");
	err_at(&e, 1, 501, 4);
	err_report(&e, NULL, text, out, sizeof(out));
	CHECK(strstr(out, "HERE") != NULL);
	CHECK(strlen(out) < 400);
	const char *line = strstr(out, "| ...");
	const char *under = line ? strchr(line, '\n') + 1 : NULL;
	CHECK(under && strchr(under, '^') - under == strstr(line, "HERE") - (line - 6));
}

static void test_cut(void)
{
	struct err e = {0};
	char whole[256], out[256];

	err_set(&e, EINVAL, "it broke");
	err_at(&e, 1, 2, 3);
	err_hint(&e, "try");
	int n = err_report(&e, "f", "abcdef", whole, sizeof(whole));
	CASE("cut at every size, always terminated");
	for (int size = 1; size <= n + 1; size++) {
		memset(out, 'Z', sizeof(out));
		int got = err_report(&e, "f", "abcdef", out, (size_t)size);
		CHECK_EQ(got, size - 1);
		CHECK_EQ(strlen(out), size - 1);
		CHECK(memcmp(out, whole, (size_t)size - 1) == 0);
		CHECK_EQ(out[size], 'Z');
	}
}

int main(void)
{
	struct err e = {.hint = "old", .line = 3, .col = 4, .len = 5};

	CASE("err_set empties hint and place, returns -code");
	CHECK_EQ(err_set(&e, ERANGE, "%d", 7), -ERANGE);
	CHECK_STR(e.msg, "7");
	CHECK_STR(e.hint, "");
	CHECK_EQ(e.line + e.col + e.len, 0);

	test_closest();
	test_report();
	test_long_line();
	test_cut();
	return check_done();
}
