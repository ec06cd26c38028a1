// SPDX-License-Identifier: Apache-2.0
/* Rules on TCP payload without a literal: when a chunk of a stream is looked at, and what of. */
#include "check.h"
#include "rule_run.h"

#define TCP "alert tcp any any -> any any "

enum ending { OPEN, FIN, FIN_ACKED };

/* clang-format off */
static const struct {
	const char *rule, *said; /* by the client, in one piece */
	enum ending ending;
	bool hit;
} rows[] = {
	/* at the flow's end: its bytes alone */
	{TCP "(content:!\"abc\";",                "..abc..",  OPEN,      false},
	{TCP "(content:!\"abc\";",                "..abd..",  OPEN,      true},
	{TCP "(isdataat:!8;",                     "1234567",  OPEN,      true},
	{TCP "(isdataat:!8;",                     "1234567890", OPEN,    false},
	{TCP "(byte_test:1,=,0x61,0;",            "a",        OPEN,      true},
	{TCP "(pcre:\"/a.*z/\";",                 "a..z",     OPEN,      true},
	{TCP "(pcre:\"/a.*z/\";",                 "a..y",     OPEN,      false},
	/* at a FIN of no bytes: those, too */
	{TCP "(isdataat:!8;",                     "1234567890", FIN_ACKED, true},
	{TCP "(isdataat:!8; flow:only_stream;",   "1234567890", FIN_ACKED, false},
	{"alert tcp-stream any any -> any any (isdataat:!8;", "1234567890", FIN_ACKED, true},
	/* … but for a content that the prefilter has found */
	{TCP "(content:!\"abc\";",                "..abc..",  FIN_ACKED, false},
	{TCP "(content:!\"zz\"; content:!\"abc\";", "..abc..", FIN_ACKED, false},
	{TCP "(content:!\"abc\"; within:5;",      "..abc..",  FIN_ACKED, true},
	/* where it stands does not matter then */
	{TCP "(content:!\"abc\"; endswith;",      "..abc..",  OPEN,      false},
	{TCP "(content:!\"abc\"; endswith; content:!\"longer\";", "..abc..", OPEN, true},
	{TCP "(content:!\"abc\"; endswith; dsize:<20;", "..abc..", OPEN,   true},
	{TCP "(content:!\"abc\"; endswith; dsize:>2;", "..abc..", OPEN,    false},
	/* a packet's own conditions look at packets, those at which a chunk is looked at, too */
	{TCP "(content:!\"abc\"; depth:20;",      "..abc..",  OPEN,      false},
	{TCP "(content:!\"abc\"; depth:20;",      "..abc..",  FIN_ACKED, true},
	{TCP "(isdataat:!3; dsize:<3;",           "..abc..",  FIN_ACKED, true},
	{TCP "(isdataat:!3; dsize:<3;",           "..abc..",  OPEN,      false},
};
/* clang-format on */

static bool hits(const char *rule, const char *said, enum ending ending)
{
	struct run *r = malloc(sizeof(*r));
	char text[1024];

	/* Another rule on streams, so that this port has some. */
	snprintf(text, sizeof(text), "%s sid:1;)\n" TCP "(content:\"never said\"; sid:2;)", rule);
	run_init(r, text);
	run_piece(r, 0, said, strlen(said), false, false);
	if (ending == FIN_ACKED)
		r->acked[0] = r->sent[0];
	if (ending != OPEN)
		run_piece(r, 0, "", 0, false, true);
	run_end(r);
	bool hit = r->n != 0;
	run_fini(r);
	free(r);
	return hit;
}

static void sizes(void)
{
	struct run *r = malloc(sizeof(*r));
	char bytes[1000];

	CASE("a chunk is looked at when 2560 bytes of it are acknowledged, once");
	memset(bytes, 'a', sizeof(bytes));
	run_init(r, TCP "(content:!\"z\"; sid:1;)\n" TCP "(isdataat:2999; sid:2;)");
	for (unsigned i = 0; i < 3; i++) {
		run_piece(r, 0, bytes, sizeof(bytes), false, false);
		CHECK_EQ(r->n, 0);
		r->acked[0] = r->sent[0];
	}
	run_piece(r, 0, bytes, sizeof(bytes), false, false);
	CHECK_STR(run_sids(r), "1 2");
	CHECK_EQ(r->mark[0], 3000);
	r->n = 0;
	run_piece(r, 0, bytes, sizeof(bytes), true, false); /* what a gap cuts off is not looked at */
	CHECK_EQ(r->mark[0], 4000);
	run_end(r);
	CHECK_STR(run_sids(r), "1");
	run_fini(r);

	CASE("each direction by itself");
	run_init(r, TCP "(content:!\"z\"; flow:to_client; sid:1;)");
	run_piece(r, 0, "aaa", 3, false, false);
	run_piece(r, 1, "zzz", 3, false, false);
	run_end(r);
	CHECK_EQ(r->n, 0);
	run_fini(r);
	free(r);
}

int main(void)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].rule);
		if (hits(rows[i].rule, rows[i].said, rows[i].ending) != rows[i].hit)
			printf("# row %u\n", i);
		CHECK(hits(rows[i].rule, rows[i].said, rows[i].ending) == rows[i].hit);
	}
	sizes();
	return check_done();
}
