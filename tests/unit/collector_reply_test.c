// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "reply.h"

#include <stdlib.h>

#define E "00000000000000aa"

static const struct {
	const char *name, *text;
	bool ok, broken, next;
	unsigned n, malformed;
	uint64_t last_seq; /* of the records read */
} rows[] = {
	{"nothing new", "ok " E " 1 5 0\n", true, false, false, 0, 0, 0},
	{"the epoch is over", "ok " E " 1 5 0 00000000000000bb\n", true, false, true, 0, 0, 0},
	{"an epoch that follows itself is none", "ok " E " 1 5 0 " E "\n", true, false, false, 0, 0,
	 0},
	{"one record", "ok " E " 1 5 1\n" E " 6 2 x\n{}\n", true, true, false, 0, 0, 0},
	{"one record within", "ok " E " 1 6 1\n" E " 6 2 x\n{}\n", true, false, false, 1, 0, 6},
	{"two, with a hole", "ok " E " 1 9 2\n" E " 6 2 x\n{}\n" E " 9 2 x\n{}\n", true, false,
	 false, 2, 0, 9},
	{"one that is no JSON is kept", "ok " E " 1 6 1\n" E " 6 2 x\n{{\n", true, false, false, 1,
	 1, 6},
	{"at the mark", "ok " E " 1 6 1\n" E " 5 2 x\n{}\n", true, true, false, 0, 0, 0},
	{"the same twice", "ok " E " 1 9 2\n" E " 6 2 x\n{}\n" E " 6 2 x\n{}\n", true, true, false,
	 1, 0, 6},
	{"of another epoch", "ok " E " 1 9 1\n00000000000000ab 6 2 x\n{}\n", true, true, false, 0, 0,
	 0},
	{"cut in the second", "ok " E " 1 9 2\n" E " 6 2 x\n{}\n" E " 7 200 x\n{}", true, true,
	 false, 1, 0, 6},
	{"fewer than said", "ok " E " 1 9 2\n" E " 6 2 x\n{}\n", true, true, false, 1, 0, 6},
	{"an answer about another epoch", "ok 00000000000000ab 1 5 0\n", false, false, false, 0, 0,
	 0},
	{"an error", "error no such epoch\n", false, false, false, 0, 0, 0},
	{"nothing at all", "", false, false, false, 0, 0, 0},
	{"numbers the database cannot hold", "ok " E " 1 18446744073709551615 0\n", true, true,
	 false, 0, 0, 0},
};

static void since(void)
{
	struct event e[4];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].text);
		char *copy = malloc(n ? n : 1);
		struct reply_since rs = {.n = 0};

		memcpy(copy, rows[i].text, n);
		CASE(rows[i].name);
		CHECK_EQ(reply_since(copy, n, 0xaa, 5, 77, e, 4, &rs), rows[i].ok);
		CHECK_EQ(rs.broken, rows[i].broken);
		CHECK_EQ(rs.has_next, rows[i].next);
		CHECK_EQ(rs.n, rows[i].n);
		CHECK_EQ(rs.malformed, rows[i].malformed);
		if (rs.n) {
			CHECK_EQ(e[rs.n - 1].seq, rows[i].last_seq);
			CHECK_EQ(e[0].received_ns, 77);
			CHECK_EQ(e[0].time_ns, 77); /* without one of its own */
		}
		free(copy);
	}
}

static void more_than_asked(void)
{
	static const char text[] = "ok " E " 1 9 3\n" E " 6 2 x\n{}\n" E " 7 2 x\n{}\n" E
				   " 8 2 x\n{}\n";
	struct event e[2];
	struct reply_since rs;

	CASE("a sensor that gives more than was asked for writes nothing past the end");
	CHECK(reply_since(text, sizeof(text) - 1, 0xaa, 5, 77, e, 2, &rs));
	CHECK_EQ(rs.n, 2);
	CHECK(!rs.broken);
}

static void epochs(void)
{
	static const char good[] = "ok 2\n" E " 1 5\n00000000000000bb 3 2\n";
	static const char cut[] = "ok 2\n" E " 1 5\n";
	static const char many[] = "ok 4000000000\n";
	struct reply_epochs list;

	CASE("epochs in their order");
	CHECK(reply_epochs(good, sizeof(good) - 1, &list));
	CHECK_EQ(list.n, 2);
	CHECK_EQ(list.range[0][0], 0xaa);
	CHECK_EQ(list.range[0][2], 5);
	CHECK_EQ(list.range[1][1], 3);
	free(list.range);
	CASE("a list that is cut, or lies, is refused");
	CHECK(!reply_epochs(cut, sizeof(cut) - 1, &list));
	CHECK(!reply_epochs(many, sizeof(many) - 1, &list));
	CHECK(!reply_epochs("error x\n", 8, &list));
	CASE("none");
	CHECK(reply_epochs("ok 0\n", 5, &list));
	CHECK_EQ(list.n, 0);
	free(list.range);
}

int main(void)
{
	since();
	more_than_asked();
	epochs();
	return check_done();
}
