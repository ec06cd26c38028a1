// SPDX-License-Identifier: Apache-2.0
/* Messages that a stream cuts where it likes: a length byte, then as many letters; a length of 0 is
 * no message. */
#include "check.h"
#include "proto/pieces.h"
#include "proto/state.h"

#include <stdlib.h>

#define MAX 64u

static struct proto *pr;
static struct pieces state;
static struct proto_call call;
static char said[512];
static size_t said_len;
static unsigned calls;

static uint32_t whole(struct proto_call *c, const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	calls++;
	while (at < n) {
		uint32_t len = p[at];

		if (len == 0)
			return PIECES_NOT;
		if (n - at < 1 + len)
			break;
		said_len +=
			(size_t)snprintf(said + said_len, sizeof(said) - said_len, "%c%.*s ",
					 c->dir ? '<' : '>', (int)len, (const char *)p + at + 1);
		at += 1 + len;
	}
	return at;
}

static bool begins(const uint8_t *p, uint32_t n)
{
	return n > 1 && p[0] > 0 && p[0] < 10 && p[1] == 'a';
}

static void start(void)
{
	memset(&state, 0, sizeof(state));
	call = (struct proto_call){.proto = pr, .state = &state};
	said[0] = '\0';
	said_len = 0;
	calls = 0;
	pr->mem.peak = 0;
}

static void end(void)
{
	pieces_end(&call);
	CHECK_EQ(pr->mem.used, 0);
}

static void data(uint8_t dir, const void *p, size_t n)
{
	/* exactly as long: what is read behind it is found by the sanitizers */
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, p, n);
	call.dir = dir;
	pieces_data(&call, copy, (uint32_t)n, MAX, whole, begins);
	free(copy);
}

static void check_cuts(void)
{
	static const char three[] = "\3abc\1d\5efghi";
	const size_t n = sizeof(three) - 1;

	CASE("three messages, cut at any two places");
	for (size_t i = 0; i <= n; i++) {
		for (size_t k = i; k <= n; k++) {
			start();
			data(0, three, i);
			data(0, three + i, k - i);
			data(0, three + k, n - k);
			CHECK_STR(said, ">abc >d >efghi ");
			CHECK_EQ(pr->mem.used, 0); /* nothing waits when all is whole */
			end();
		}
	}
	CASE("byte by byte, both ways in turn");
	start();
	for (size_t i = 0; i < n; i++) {
		data(0, three + i, 1);
		data(1, three + i, 1);
	}
	CHECK_STR(said, ">abc <abc >d <d >efghi <efghi ");
	end();
	CASE("what is whole when it comes does not wait");
	start();
	data(0, "\3abc\1d", 6);
	CHECK_EQ(calls, 1);
	CHECK_EQ(pr->mem.peak, 0);
	CASE("of what comes with it only the rest does");
	data(0, "\3abc\5ef", 7);
	CHECK_STR(said, ">abc >d >abc ");
	CHECK_EQ(state.wait[0].len, 3);
	CHECK_EQ(state.wait[1].len, 0);
	end();
}

static void check_lost(void)
{
	static const struct {
		const char *name, *first, *then, *said;
		size_t first_n, then_n;
		bool gap, lost;
	} rows[] = {
		{"what is no message: the direction is lost", "\1x\0", "\1b", ">x ", 3, 2, false,
		 true},
		{"no message, behind one that waited", "\2x", "y\0\1b", ">xy ", 2, 4, false, true},
		{"until something begins as a message does", "\0", "\2ab", ">ab ", 1, 3, false,
		 false},
		{"after a gap what waited is gone", "\5xy", "\2ab", ">ab ", 3, 3, true, false},
		{"and what does not begin as one is passed over", "\5xy", "zzz", "", 3, 3, true,
		 true},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		start();
		data(0, rows[i].first, rows[i].first_n);
		if (rows[i].gap) {
			call.dir = 0;
			pieces_gap(&call, 7);
			CHECK_EQ(pr->mem.used, 0);
		}
		data(0, rows[i].then, rows[i].then_n);
		CHECK_STR(said, rows[i].said);
		CHECK_EQ(state.lost[0], rows[i].lost);
		CHECK_EQ(state.lost[1], false);
		CHECK_EQ(state.wait[0].len, 0);
		end();
	}
	CASE("the other direction goes on");
	start();
	data(0, "\0", 1);
	data(1, "\1x", 2);
	CHECK_STR(said, "<x ");
	end();
	CASE("without a word on how messages begin: for good");
	start();
	call.dir = 0;
	pieces_lose(&call);
	pieces_data(&call, (const uint8_t *)"\2ab", 3, MAX, whole, NULL);
	CHECK_STR(said, "");
	CHECK(state.lost[0]);
	end();
}

static void check_max(void)
{
	char long_one[MAX + 2];

	memset(long_one, 'x', sizeof(long_one));
	long_one[0] = MAX - 1;
	CASE("a message as long as may wait");
	start();
	data(0, long_one, MAX - 1);
	data(0, long_one + MAX - 1, 1);
	CHECK_EQ(said_len, MAX - 1 + 2);
	end();
	CASE("one byte more is lost");
	start();
	long_one[0] = MAX;
	data(0, long_one, MAX);
	CHECK(!state.lost[0]);
	data(0, long_one + MAX, 1);
	CHECK(state.lost[0]);
	CHECK_STR(said, "");
	CHECK_EQ(pr->mem.used, 0);
	end();
	CASE("what comes behind a message that waits may be more than may wait");
	start();
	long_one[0] = MAX - 1;
	data(0, long_one, 3);
	{
		char rest[3 * MAX];

		memcpy(rest, long_one + 3, MAX - 3);
		memcpy(rest + MAX - 3, long_one, MAX);
		memcpy(rest + 2 * MAX - 3, long_one, MAX);
		data(0, rest, 3 * MAX - 3 - 5);
		CHECK(!state.lost[0]);
		CHECK_EQ(said_len, 2 * (MAX - 1 + 2));
		CHECK_EQ(state.wait[0].len, MAX - 5);
		data(0, rest + 3 * MAX - 3 - 5, 5);
		CHECK_EQ(said_len, 3 * (MAX - 1 + 2));
		CHECK_EQ(pr->mem.used, 0);
	}
	end();
	long_one[0] = MAX;
	CASE("whole at once it need not wait");
	start();
	data(0, long_one, MAX + 1);
	CHECK_EQ(said_len, MAX + 2);
	end();
}

static void check_hold(void)
{
	static const uint8_t bytes[MAX] = "ab";

	CASE("a parser that looks itself: it gets all that waits");
	start();
	CHECK(pieces_hold(&call, bytes, 2, MAX));
	CHECK(pieces_hold(&call, bytes, MAX - 2, MAX));
	CHECK_EQ(state.wait[0].len, MAX);
	CASE("too much: it is over, and nothing is kept");
	CHECK(!pieces_hold(&call, bytes, 1, MAX));
	CHECK(state.over);
	CHECK_EQ(pr->mem.used, 0);
	CASE("and stays over, in both directions");
	call.dir = 1;
	CHECK(!pieces_hold(&call, bytes, 1, MAX));
	CHECK_EQ(state.wait[1].len, 0);
	end();
	CASE("a gap ends it");
	start();
	CHECK(pieces_hold(&call, bytes, 2, MAX));
	pieces_gap_ends(&call, 1);
	CHECK(!pieces_hold(&call, bytes, 2, MAX));
	end();
}

static void check_memory(void)
{
	CASE("no memory: the direction is lost, not the flow");
	void *all = proto_take(&pr->mem, 4096);

	CHECK(all != NULL);
	start();
	data(0, "\5xy", 3);
	CHECK(state.lost[0]);
	data(1, "\1x", 2);
	CHECK_STR(said, "<x ");
	proto_give(&pr->mem, all, 4096);
	end();
}

int main(void)
{
	static struct count misses;

	pr = calloc(1, sizeof(*pr));
	CHECK(pr && proto_mem_init(&pr->mem, 4096, &misses) == 0);
	check_cuts();
	check_lost();
	check_max();
	check_hold();
	check_memory();
	proto_mem_fini(&pr->mem);
	free(pr);
	return check_done();
}
