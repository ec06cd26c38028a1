// SPDX-License-Identifier: Apache-2.0
/* Streams: what waits and until when, what is new, what both sides and packets add. */
#include "check.h"
#include "rule_run.h"

#define TCP "alert tcp any any -> any any "
#define STREAM "alert tcp-stream any any -> any any "

static void give(struct run *r, uint8_t dir, const char *text)
{
	run_piece(r, dir, text, strlen(text), false, false);
}

static void waiting(struct run *r)
{
	CASE("a match is told with the packet that completes it");
	run_init(r, STREAM "(content:\"abc\"; content:\"def\"; distance:0; sid:1;)");
	give(r, 0, "xabc");
	CHECK_EQ(r->n, 0);
	give(r, 0, "de");
	CHECK_EQ(r->n, 0);
	give(r, 0, "f");
	CHECK_STR(run_sids(r), "1");
	CHECK_EQ(r->last.at.seq, 2);
	CHECK_EQ(r->last.at.stage, ORDER_rule);
	CHECK(r->last.pkt != NULL);
	CHECK(r->flow.seen & FLOW_ALERTED);
	CASE("it is told once");
	give(r, 0, "more");
	run_end(r);
	CHECK_STR(run_sids(r), "1");
	CHECK_EQ(r->flow.rule_state, 0);
	run_fini(r);

	CASE("the same bytes again in new bytes match again");
	run_init(r, STREAM "(content:\"abc\"; sid:1;)");
	give(r, 0, "abc");
	give(r, 0, "xxx");
	give(r, 0, "abc");
	CHECK_STR(run_sids(r), "1 1");
	CASE("but each direction is a stream of its own");
	give(r, 1, "ab");
	give(r, 0, "c");
	CHECK_STR(run_sids(r), "1 1");
	give(r, 1, "c");
	CHECK_STR(run_sids(r), "1 1 1");
	CHECK_EQ(r->last.dir, 1);
	run_fini(r);

	CASE("a new end does not make an old beginning match again");
	run_init(r, STREAM "(content:\"abc\"; fast_pattern; content:\"x\"; sid:1;)");
	give(r, 0, "abcx");
	give(r, 0, "x");
	CHECK_STR(run_sids(r), "1");
	run_fini(r);
}

static void deciding(struct run *r)
{
	const char *rules = STREAM "(content:\"abc\"; content:!\"no\"; sid:1;)";

	CASE("a negated content waits for the message's end: the other side answers");
	run_init(r, rules);
	give(r, 0, "abc");
	CHECK_EQ(r->n, 0);
	give(r, 1, "hello");
	CHECK_STR(run_sids(r), "1");
	CHECK_EQ(r->last.dir, 0);
	CHECK(r->last.pkt == NULL); /* the packet goes the other way */
	run_fini(r);

	CASE("or the flow's end");
	run_init(r, rules);
	give(r, 0, "abc");
	run_end(r);
	CHECK_STR(run_sids(r), "1");
	CHECK_EQ(r->last.at.stage, ORDER_timer);
	run_fini(r);

	CASE("or a FIN");
	run_init(r, rules);
	run_piece(r, 0, "abc", 3, false, true);
	CHECK_STR(run_sids(r), "1");
	run_fini(r);

	CASE("or a gap");
	run_init(r, rules);
	give(r, 0, "abc");
	run_piece(r, 0, "zz", 2, true, false);
	CHECK_STR(run_sids(r), "1");
	run_fini(r);

	CASE("and what comes in time forbids it");
	run_init(r, rules);
	give(r, 0, "abc");
	give(r, 0, "n");
	give(r, 0, "o");
	give(r, 1, "hello");
	run_end(r);
	CHECK_EQ(r->n, 0);
	run_fini(r);

	CASE("a gap ends what waits for bytes");
	run_init(r, STREAM "(content:\"abc\"; content:\"def\"; distance:0; sid:1;)");
	give(r, 0, "abc");
	run_piece(r, 0, "def", 3, true, false);
	run_end(r);
	CHECK_EQ(r->n, 0);
	CHECK_EQ(r->flow.rule_state, 0);
	run_fini(r);
}

static void turns(struct run *r)
{
	CASE("depth counts from the stream's beginning, and from that of each answer");
	run_init(r, STREAM "(content:\"ab\"; depth:2; content:\"cd\"; distance:0; sid:1;)");
	r->flow.app = APP_smtp;
	give(r, 0, "xxab");
	give(r, 1, "ok");
	give(r, 0, "ab..");
	CHECK_EQ(r->n, 0);
	give(r, 0, "cd");
	CHECK_STR(run_sids(r), "1");
	run_fini(r);

	CASE("what a side goes on saying is no beginning");
	run_init(r, STREAM "(content:\"ab\"; depth:2; sid:1;)");
	r->flow.app = APP_smtp;
	give(r, 0, "xx");
	give(r, 0, "ab");
	CHECK_EQ(r->n, 0);
	give(r, 1, "ab");
	CHECK_STR(run_sids(r), "1");
	run_fini(r);

	CASE("of a protocol that nobody knows it counts from the stream's beginning alone");
	run_init(r, STREAM "(content:\"ab\"; depth:2; sid:1;)");
	give(r, 0, "xx");
	give(r, 1, "ok");
	give(r, 0, "ab");
	CHECK_EQ(r->n, 0);
	run_fini(r);

	CASE("two messages of HTTP are not put together");
	run_init(r, STREAM "(content:\"ab\"; content:\"cd\"; sid:1;)");
	r->flow.app = APP_http;
	give(r, 0, "ab");
	give(r, 1, "ok");
	give(r, 0, "cd");
	CHECK_EQ(r->n, 0);
	give(r, 0, "ab");
	CHECK_STR(run_sids(r), "1");
	run_fini(r);
}

static void window(struct run *r)
{
	static char filler[4000];

	memset(filler, '.', sizeof(filler));
	CASE("inside the window");
	run_init(r, STREAM "(content:\"abc\"; content:\"def\"; distance:0; sid:1;)");
	give(r, 0, "abc");
	run_piece(r, 0, filler, sizeof(filler), false, false);
	give(r, 0, "def");
	CHECK_STR(run_sids(r), "1");
	CASE("beyond it nothing waits any longer");
	give(r, 0, "abc");
	run_piece(r, 0, filler, sizeof(filler), false, false);
	run_piece(r, 0, filler, sizeof(filler), false, false);
	CHECK(r->flow.rule_state != 0);
	run_piece(r, 0, filler, 200, false, false);
	CHECK_EQ(r->flow.rule_state, 0);
	give(r, 0, "def");
	CHECK_STR(run_sids(r), "1");
	run_fini(r);
	CASE("depth counts from the stream's beginning, not the window's");
	run_init(r, STREAM "(content:\"abc\"; depth:3; sid:1;) \n" STREAM
			   "(content:\"xyz\"; offset:8000; sid:2;)");
	run_piece(r, 0, filler, sizeof(filler), false, false);
	run_piece(r, 0, filler, sizeof(filler), false, false);
	give(r, 0, "abcxyz");
	CHECK_STR(run_sids(r), "2");
	run_fini(r);
}

static void bounds(struct run *r)
{
	struct rule_config c = run_config();

	CASE("a full pool is counted");
	c.pending = 1;
	run_init_with(r, STREAM "(content:\"abc\"; content:\"1\"; distance:0; sid:1;)\n" STREAM
				"(content:\"abc\"; content:\"2\"; distance:0; sid:2;)", &c);
	give(r, 0, "abc");
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->pending_over), 1);
	give(r, 0, "12");
	CHECK_STR(run_sids(r), "1");
	CASE("and is given back");
	give(r, 0, "abc");
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->pending_over), 2);
	run_end(r);
	run_fini(r);
}

static void packets(struct run *r)
{
	CASE("a rule that counts from the beginning also looks at each packet");
	run_init(r, TCP "(content:\"abc\"; depth:3; sid:1;)\n" STREAM
			"(content:\"abc\"; depth:3; sid:2;)\n" TCP "(content:\"abc\"; sid:3;)\n" TCP
			"(content:\"abc\"; depth:3; flow:only_stream; sid:4;)\n"
			"alert tcp-pkt any any -> any any (content:\"abc\"; sid:5;)\n" TCP
			"(content:\"abc\"; dsize:3; sid:6;)\n" TCP
			"(content:\"abc\"; flow:no_stream; sid:7;)");
	give(r, 0, "abc");
	CHECK_STR(run_sids(r), "1 2 3 4 5 6 7"); /* one each, though two ways lead there */
	r->n = 0;
	give(r, 0, "abc");
	CHECK_STR(run_sids(r), "1 3 5 6 7");
	r->n = 0;
	give(r, 0, "ab");
	give(r, 0, "c");
	CHECK_STR(run_sids(r), "3");
	run_fini(r);

	CASE("the literal lies across pieces");
	run_init(r, TCP "(content:\"abcdefgh\"; sid:1;)");
	for (const char *c = "xxabcdefghxx"; *c; c++)
		run_piece(r, 0, c, 1, false, false);
	CHECK_STR(run_sids(r), "1");
	run_fini(r);

	CASE("direction and state");
	run_init(r, TCP "(content:\"a\"; flow:to_client; sid:1;)\n" TCP
			"(content:\"a\"; flow:established,to_server; sid:2;)\n" TCP
			"(content:\"a\"; flow:not_established; sid:3;)\n"
			"alert tcp any 80 -> any any (content:\"a\"; sid:4;)\n"
			"alert tcp any 80 <> any any (content:\"a\"; sid:5;)");
	give(r, 0, "a");
	CHECK_STR(run_sids(r), "2 5");
	r->n = 0;
	give(r, 1, "a");
	CHECK_STR(run_sids(r), "1 4 5");
	run_fini(r);
}

/* A packet of several pieces. `odd`: its last piece is not what the packet says. */
static void give_in_pieces(struct run *r, const char *text, uint32_t cut, bool odd)
{
	uint32_t n = (uint32_t)strlen(text);
	struct pkt p = run_pkt(r, 0, text, n);
	struct order at = {.seq = p.seq, .time_ns = p.time_ns, .stage = ORDER_flow};
	char window[64];

	memcpy(window, text, n);
	if (odd)
		window[n - 1] = '?';
	for (uint32_t done = 0; done < n; done += cut) {
		uint32_t len = n - done < cut ? n - done : cut;
		struct flow_piece piece = {.window = (const uint8_t *)window, .window_len = done + len,
					   .piece_len = len, .offset = done, .dir = 0,
					   .mark = &r->mark[0]};

		rule_piece(r->m, &r->flow, &piece, &p, &at);
	}
	rule_pkt(r->m, &p);
}

static void covered(struct run *r)
{
	static const char rules[] = "alert tcp-pkt any any -> any any (content:\"abc\"; sid:1;)\n"
				    "alert tcp-pkt any any -> any any (content:\"xyz\"; sid:2;)\n" STREAM
				    "(content:\"abcdef\"; sid:3;)";

	CASE("a packet of several pieces: its bytes are scanned once, its rules match once each");
	for (uint32_t cut = 1; cut <= 24; cut++) {
		run_init(r, rules);
		give_in_pieces(r, "..abcdef..abc..xyz..xyz.", cut, false);
		CHECK_STR(run_sids(r), "1 2 3");
		CHECK_EQ(count_get(&rule_matcher_counters(r->m)->scans), (24 + cut - 1) / cut);
		run_fini(r);
	}
	CASE("pieces that are not just its bytes: it is scanned by itself");
	run_init(r, rules);
	give_in_pieces(r, "..abcdef..xyz", 6, true);
	CHECK_STR(run_sids(r), "1 2 3");
	run_fini(r);

	CASE("what is encrypted both ways is not searched");
	run_init(r, rules);
	r->flow.seen |= FLOW_SEALED;
	struct pkt p = run_pkt(r, 0, "abc", 3);
	rule_pkt(r->m, &p);
	CHECK_STR(run_sids(r), "");
	run_fini(r);
}

int main(void)
{
	struct run *r = malloc(sizeof(*r));

	waiting(r);
	deciding(r);
	turns(r);
	window(r);
	bounds(r);
	packets(r);
	covered(r);
	free(r);
	return check_done();
}
