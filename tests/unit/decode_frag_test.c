// SPDX-License-Identifier: Apache-2.0
/* Which byte a policy takes, row by row: an earlier part and a later one, in blocks of 8 bytes. */
#include "decode/frag.h"

#include "check.h"

#include <string.h>

/* The table of Novak 2005 in small: how the later part lies to the earlier one. */
static const struct {
	const char *name;
	uint32_t old_at, old_end, at, end;
	bool bsd, linux_, windows, first, last;
} rows[] = {
	{"the same place",             8, 24, 8, 24, false, true, false, false, true},
	{"begins earlier, ends inside", 8, 24, 0, 16, true, true, false, false, true},
	{"begins earlier, ends with it", 8, 24, 0, 24, true, true, false, false, true},
	{"covers it",                  8, 24, 0, 32, true, true, true, false, true},
	{"begins with it, ends later", 8, 24, 8, 32, false, true, false, false, true},
	{"begins inside, ends later",  8, 24, 16, 32, false, false, false, false, true},
	{"inside it",                  8, 32, 16, 24, false, false, false, false, true},
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		const bool want[FRAG_policy_count] = {
			[FRAG_bsd] = rows[i].bsd,	  [FRAG_linux] = rows[i].linux_,
			[FRAG_windows] = rows[i].windows, [FRAG_first] = rows[i].first,
			[FRAG_last] = rows[i].last,
		};
		for (int p = 0; p < FRAG_policy_count; p++)
			CHECK_EQ(frag_later_wins((enum frag_policy)p, rows[i].old_at,
						 rows[i].old_end, rows[i].at, rows[i].end),
				 want[p]);
	}
}

/* Shankar & Paxson's six fragments (their figure), each filled with its number, by policy. */
static const struct {
	uint8_t at, blocks;
} shankar[] = {{0, 3}, {4, 2}, {6, 3}, {1, 4}, {6, 3}, {9, 3}};
static const struct {
	enum frag_policy policy;
	const char *want; /* a digit a block */
} joined[] = {
	{FRAG_bsd,     "111442333666"}, {FRAG_linux, "111442555666"}, {FRAG_windows, "111422333666"},
	{FRAG_first,   "111422333666"}, {FRAG_last,  "144442555666"},
};

static void test_join(void)
{
	static uint8_t out[FRAG_DATA_MAX], owner[FRAG_BLOCKS_MAX];
	static struct frag_join j;

	for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++) {
		char got[13] = "";
		CASE(frag_policy_name(joined[i].policy));
		frag_join_begin(&j, joined[i].policy, out, owner, 96);
		for (unsigned k = 0; k < 6; k++) {
			uint8_t bytes[32];
			uint32_t at = shankar[k].at * 8u, len = shankar[k].blocks * 8u;
			CHECK_EQ(frag_join_whole(&j, 96), false);
			memset(bytes, '1' + (int)k, sizeof(bytes));
			frag_join_part(&j, at, at + len);
			frag_join_bytes(&j, at, bytes, len);
		}
		CHECK_EQ(frag_join_whole(&j, 96), true);
		for (unsigned b = 0; b < 12; b++)
			got[b] = (char)out[b * 8];
		CHECK_STR(got, joined[i].want);
		CHECK(j.differ);
	}
}

static void test_ends(void)
{
	static uint8_t out[FRAG_DATA_MAX], owner[FRAG_BLOCKS_MAX];
	static struct frag_join j;

	CASE("a last block of one byte");
	frag_join_begin(&j, FRAG_first, out, owner, 9);
	frag_join_part(&j, 0, 8);
	frag_join_bytes(&j, 0, (const uint8_t *)"abcdefgh", 8);
	CHECK_EQ(frag_join_whole(&j, 9), false);
	CHECK_EQ(frag_join_whole(&j, 8), true);
	frag_join_part(&j, 8, 9);
	frag_join_bytes(&j, 8, (const uint8_t *)"i", 1);
	CHECK_EQ(frag_join_whole(&j, 9), true);
	CHECK_EQ(memcmp(out, "abcdefghi", 9), 0);
	CHECK_EQ(j.differ, false);
	CASE("the same bytes twice are no disagreement");
	frag_join_part(&j, 8, 9);
	frag_join_bytes(&j, 8, (const uint8_t *)"i", 1);
	CHECK_EQ(j.differ, false);
	frag_join_part(&j, 8, 9);
	frag_join_bytes(&j, 8, (const uint8_t *)"j", 1);
	CHECK_EQ(j.differ, true);
	CHECK_EQ(out[8], 'i');
}

static void test_names(void)
{
	CASE("names of policies");
	for (int p = 0; p < FRAG_policy_count; p++)
		CHECK_EQ(frag_policy_find(frag_policy_name((enum frag_policy)p)), p);
	CHECK_EQ(frag_policy_find("solaris"), -1);
}

int main(void)
{
	test_rows();
	test_join();
	test_ends();
	test_names();
	return check_done();
}
