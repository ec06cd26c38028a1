// SPDX-License-Identifier: Apache-2.0
/* The texts between collector and sensor: both sides of every comparison of the readers. */
#include "wire/journal_api.h"

#include "check.h"

#include <stdlib.h>

#define A15                                                                                        \
	"10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5,10.0.0.6,10.0.0.7,10.0.0.8,10.0.0.9,"        \
	"10.0.0.10,10.0.0.11,10.0.0.12,10.0.0.13,10.0.0.14,10.0.0.15"
#define E   "00000000deadbeef"
#define C47 "ccccccccccccccccccccccccccccccccccccccccccccccc"
#define C64 "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static const struct {
	const char *name, *text;
	enum journal_verb verb;
	uint64_t seq;
	uint32_t max;
} requests[] = {
	{"since", "since " E " 7 100", JOURNAL_since, 7, 100},
	{"since with a newline", "since " E " 7 100\n", JOURNAL_since, 7, 100},
	{"since 0", "since " E " 0 1", JOURNAL_since, 0, 1},
	{"the largest seq", "since " E " 18446744073709551615 1", JOURNAL_since, UINT64_MAX, 1},
	{"a seq that wraps", "since " E " 18446744073709551616 1", JOURNAL_bad, 0, 0},
	{"a seq that wraps far", "since " E " 99999999999999999999 1", JOURNAL_bad, 0, 0},
	{"the largest max", "since " E " 1 4294967295", JOURNAL_since, 1, UINT32_MAX},
	{"a max that wraps", "since " E " 1 4294967296", JOURNAL_bad, 0, 0},
	{"max 0", "since " E " 1 0", JOURNAL_bad, 0, 0},
	{"no max", "since " E " 1", JOURNAL_bad, 0, 0},
	{"no max but a space", "since " E " 1 ", JOURNAL_bad, 0, 0},
	{"a leading zero", "since " E " 01 1", JOURNAL_bad, 0, 0},
	{"a sign", "since " E " +1 1", JOURNAL_bad, 0, 0},
	{"a negative number", "since " E " -1 1", JOURNAL_bad, 0, 0},
	{"two spaces", "since " E "  1 1", JOURNAL_bad, 0, 0},
	{"a tab", "since\t" E " 1 1", JOURNAL_bad, 0, 0},
	{"a space at the end", "since " E " 1 1 ", JOURNAL_bad, 0, 0},
	{"two newlines", "since " E " 1 1\n\n", JOURNAL_bad, 0, 0},
	{"an epoch of 15 digits", "since 0000000deadbeef 1 1", JOURNAL_bad, 0, 0},
	{"an epoch of 17 digits", "since 000000000deadbeef 1 1", JOURNAL_bad, 0, 0},
	{"an epoch in upper case", "since 00000000DEADBEEF 1 1", JOURNAL_bad, 0, 0},
	{"an epoch with a g", "since 00000000deadbeeg 1 1", JOURNAL_bad, 0, 0},
	{"upper case", "SINCE " E " 1 1", JOURNAL_bad, 0, 0},
	{"ack", "ack main " E " 9", JOURNAL_ack, 9, 0},
	{"ack 0", "ack main " E " 0\n", JOURNAL_ack, 0, 0},
	{"a collector of 64", "ack " C64 " " E " 9", JOURNAL_ack, 9, 0},
	{"a collector of 65", "ack c" C64 " " E " 9", JOURNAL_bad, 0, 0},
	{"no collector", "ack  " E " 9", JOURNAL_bad, 0, 0},
	{"a collector with a slash", "ack a/b " E " 9", JOURNAL_bad, 0, 0},
	{"every kind of character", "ack aZ09_.- " E " 9", JOURNAL_ack, 9, 0},
	{"no seq", "ack main " E, JOURNAL_bad, 0, 0},
	{"status", "status", JOURNAL_status, 0, 0},
	{"status with a newline", "status\n", JOURNAL_status, 0, 0},
	{"reload", "reload", JOURNAL_reload, 0, 0},
	{"status and more", "status x", JOURNAL_bad, 0, 0},
	{"statu", "statu", JOURNAL_bad, 0, 0},
	{"epochs", "epochs", JOURNAL_epochs, 0, 0},
	{"epoch", "epoch", JOURNAL_bad, 0, 0},
	{"nothing", "", JOURNAL_bad, 0, 0},
	{"a newline", "\n", JOURNAL_bad, 0, 0},
	{"evidence", "evidence 000001 262144", JOURNAL_evidence, 0, 0},
	{"evidence with a newline", "evidence a-b_c.d 0\n", JOURNAL_evidence, 0, 0},
	{"evidence of 47", "evidence " C47 " 0", JOURNAL_evidence, 0, 0},
	{"evidence of 48", "evidence c" C47 " 0", JOURNAL_bad, 0, 0},
	{"evidence that climbs", "evidence ../x 0", JOURNAL_bad, 0, 0},
	{"evidence that hides", "evidence .x 0", JOURNAL_bad, 0, 0},
	{"evidence like an option", "evidence -x 0", JOURNAL_bad, 0, 0},
	{"evidence with _ first", "evidence _x 0", JOURNAL_bad, 0, 0},
	{"evidence with a slash", "evidence a/b 0", JOURNAL_bad, 0, 0},
	{"evidence without an offset", "evidence a", JOURNAL_bad, 0, 0},
	{"evidence without an id", "evidence  0", JOURNAL_bad, 0, 0},
	{"evidence and more", "evidence a 0 1", JOURNAL_bad, 0, 0},
	{"watch", "watch i-1 02:00:00:00:00:05 600 10.0.0.9,fd00::9", JOURNAL_watch, 0, 0},
	{"watch with nobody allowed", "watch i 02:00:00:00:00:05 0 -\n", JOURNAL_watch, 0, 0},
	{"watch with 16 allowed",
	 "watch i 02:00:00:00:00:05 1 " A15 ",10.0.0.16", JOURNAL_watch, 0, 0},
	{"watch with 17 allowed", "watch i 02:00:00:00:00:05 1 " A15 ",10.0.0.16,::1", JOURNAL_bad, 0, 0},
	{"watch for too long", "watch i 02:00:00:00:00:05 601 -", JOURNAL_bad, 0, 0},
	{"watch for ever", "watch i 02:00:00:00:00:05 -1 -", JOURNAL_bad, 0, 0},
	{"watch of a group", "watch i 03:00:00:00:00:05 60 -", JOURNAL_bad, 0, 0},
	{"watch of nobody", "watch i 00:00:00:00:00:00 60 -", JOURNAL_bad, 0, 0},
	{"watch of half a MAC", "watch i 02:00:00 60 -", JOURNAL_bad, 0, 0},
	{"watch of a MAC spelt otherwise", "watch i 02-00-00-00-00-0A 60 -", JOURNAL_bad, 0, 0},
	{"watch with an address spelt otherwise", "watch i 02:00:00:00:00:05 60 fd00:0::9",
	 JOURNAL_bad, 0, 0},
	{"watch with no address", "watch i 02:00:00:00:00:05 60 10.0.0.9,", JOURNAL_bad, 0, 0},
	{"watch with - and more", "watch i 02:00:00:00:00:05 60 -,10.0.0.9", JOURNAL_bad, 0, 0},
	{"watch without anything", "watch", JOURNAL_bad, 0, 0},
	{"watch without an id", "watch  02:00:00:00:00:05 60 -", JOURNAL_bad, 0, 0},
	{"watch that climbs", "watch ../x 02:00:00:00:00:05 60 -", JOURNAL_bad, 0, 0},
	{"an unknown verb", "evidences a 0", JOURNAL_bad, 0, 0},
};

/* Exact heap blocks, so that a sanitizer sees one byte too many. */
static char *exact(const char *text, size_t n)
{
	char *p = malloc(n ? n : 1);

	if (!p)
		abort();
	memcpy(p, text, n);
	return p;
}

static void request_rows(void)
{
	struct journal_request req, again;
	char text[512];

	for (unsigned i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		CASE(requests[i].name);
		size_t n = strlen(requests[i].text);
		char *p = exact(requests[i].text, n);
		bool ok = journal_request_parse(p, n, &req);
		CHECK_EQ(ok, requests[i].verb != JOURNAL_bad);
		CHECK_EQ(req.verb, requests[i].verb);
		CHECK_EQ(req.seq, requests[i].seq);
		CHECK_EQ(req.max, requests[i].max);
		free(p);
		if (!ok)
			continue;
		CHECK(req.verb == JOURNAL_status || req.verb == JOURNAL_reload || req.verb == JOURNAL_epochs ||
		      (req.verb == JOURNAL_evidence && req.evidence[0]) ||
		      (req.verb == JOURNAL_watch && req.watch.id[0]) ||
		      req.epoch == 0xdeadbeef);
		size_t w = journal_request_write(&req, text, sizeof(text));
		CHECK(w > 0);
		CHECK(strncmp(text, requests[i].text, w) == 0);
		CHECK(journal_request_parse(text, w, &again));
		CHECK(memcmp(&again, &req, sizeof(req)) == 0);
		CHECK_EQ(journal_request_write(&req, text, w), 0);
		CHECK_EQ(journal_request_write(&req, text, w + 1), w);
	}

	CASE("a NUL is no end");
	CHECK(!journal_request_parse("watch i 02:00:00:00:00:05 60 fd00::\0009", 37, &req));
	CHECK(!journal_request_parse("status\0", 7, &req));
	CASE("JOURNAL_bad is not written");
	req = (struct journal_request){.verb = JOURNAL_bad};
	CHECK_EQ(journal_request_write(&req, text, sizeof(text)), 0);
}

static const struct {
	const char *name, *text;
	bool ok;
} records[] = {
	{"a record", E " 3 2 alert.scan.high\n{}\n", true},
	{"followed by another", E " 3 2 a\n{}\n" E " 4 2 a\n{}\n", true},
	{"no JSON at all", E " 3 0 a\n\n", true},
	{"JSON longer than said", E " 3 1 a\n{}\n", false},
	{"JSON shorter than said", E " 3 3 a\n{}\n", false},
	{"the newline is missing", E " 3 2 a\n{}", false},
	{"a newline in the JSON", E " 3 3 a\n{\n}\n", false},
	{"a length that wraps", E " 3 18446744073709551615 a\n{}\n", false},
	{"no topic", E " 3 2 \n{}\n", false},
	{"a topic with a space", E " 3 2 a b\n{}\n", false},
	{"a topic of 63",
	 E " 3 2 ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
	   "\n{}\n",
	 true},
	{"a topic of 64",
	 E " 3 2 tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
	   "\n{}\n",
	 false},
	{"nothing", "", false},
};

static void record_rows(void)
{
	char text[512];

	for (unsigned i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		CASE(records[i].name);
		struct journal_record r;
		size_t n = strlen(records[i].text), left = n;
		char *block = exact(records[i].text, n);
		const char *p = block;
		bool ok = journal_record_parse(&p, &left, &r);
		CHECK_EQ(ok, records[i].ok);
		CHECK_EQ(p + left, block + n);
		if (ok) {
			size_t w = journal_record_write(&r, text, sizeof(text));
			CHECK_EQ(w, n - left);
			CHECK(memcmp(text, block, w) == 0);
			CHECK_EQ(journal_record_write(&r, text, w), w);
			CHECK_EQ(journal_record_write(&r, text, w - 1), 0);
		} else {
			CHECK_EQ(left, n);
		}
		free(block);
	}
}

static const struct {
	const char *name, *text;
	bool ok, has_next;
} replies[] = {
	{"ok", "ok " E " 1 9 2\nrest", true, false},
	{"ok with a next epoch", "ok " E " 1 9 0 0123456789abcdef\n", true, true},
	{"an error", "error unknown epoch\n", false, false},
	{"no newline", "ok " E " 1 9 2", false, false},
	{"a count that wraps", "ok " E " 1 9 4294967296\n", false, false},
	{"a short next epoch", "ok " E " 1 9 0 0123\n", false, false},
	{"a space at the end", "ok " E " 1 9 0 \n", false, false},
	{"nothing", "", false, false},
};

static void reply_rows(void)
{
	char text[256];

	for (unsigned i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		CASE(replies[i].name);
		struct journal_since_reply r;
		size_t n = strlen(replies[i].text), left = n;
		char *block = exact(replies[i].text, n);
		const char *p = block;
		bool ok = journal_since_reply_parse(&p, &left, &r);
		CHECK_EQ(ok, replies[i].ok);
		CHECK(ok || left == n);
		if (ok) {
			CHECK_EQ(r.has_next, replies[i].has_next);
			size_t w = journal_since_reply_write(&r, text, sizeof(text));
			CHECK_EQ(w, n - left);
			CHECK(memcmp(text, block, w) == 0);
		}
		free(block);
	}

	CASE("epochs");
	struct journal_epoch e = {.epoch = 0xdeadbeef, .first = 5, .last = 9}, back;
	uint32_t count;
	size_t n = (size_t)snprintf(text, sizeof(text), "ok 1\n");
	n += journal_epoch_write(&e, text + n, sizeof(text) - n);
	CHECK_STR(text, "ok 1\n" E " 5 9\n");
	const char *p = text;
	CHECK(journal_epochs_reply_parse(&p, &n, &count));
	CHECK_EQ(count, 1);
	CHECK(journal_epoch_parse(&p, &n, &back));
	CHECK(memcmp(&e, &back, sizeof(e)) == 0);
	CHECK_EQ(n, 0);
	CHECK(!journal_epoch_parse(&p, &n, &back));
	CHECK_EQ(journal_epoch_write(&e, text, 21), 0);
	CHECK_EQ(journal_epoch_write(&e, text, 22), 21);
	p = "error x\n";
	n = 8;
	CHECK(!journal_epochs_reply_parse(&p, &n, &count));
}

static const struct {
	const char *name, *text;
	bool ok;
} evidence_replies[] = {
	{"evidence: the last piece", "ok 10 6 4\nabcd", true},
	{"evidence: behind the last piece", "ok 10 10 0\n", true},
	{"evidence: an empty file", "ok 0 0 0\n", true},
	{"evidence: a byte too few", "ok 10 6 4\nabc", false},
	{"evidence: a byte too many", "ok 10 6 4\nabcde", false},
	{"evidence: more than the file has", "ok 10 7 4\nabcd", false},
	{"evidence: from behind the file", "ok 10 11 0\n", false},
	{"evidence: a space", "ok 10 6 4 \nabcd", false},
	{"evidence: an error", "error no such evidence\n", false},
	{"evidence: the largest file", "ok 18446744073709551615 18446744073709551611 4\nabcd", true},
	{"evidence: a piece too large", "ok 9999999 0 262145\n", false},
};

static void evidence_reply_rows(void)
{
	for (unsigned i = 0; i < sizeof(evidence_replies) / sizeof(evidence_replies[0]); i++) {
		struct journal_evidence_reply r;
		size_t n = strlen(evidence_replies[i].text), left = n;
		char *block = exact(evidence_replies[i].text, n), text[128];
		const char *p = block;

		CASE(evidence_replies[i].name);
		CHECK_EQ(journal_evidence_reply_parse(&p, &left, &r), evidence_replies[i].ok);
		CHECK(evidence_replies[i].ok ? left == r.n : left == n && p == block);
		if (evidence_replies[i].ok) {
			size_t w = journal_evidence_reply_write(&r, text, sizeof(text));
			CHECK_EQ(w, n - left);
			CHECK(memcmp(text, block, w) == 0);
			CHECK_EQ(journal_evidence_reply_write(&r, text, w), 0);
		}
		free(block);
	}
}

int main(void)
{
	evidence_reply_rows();
	request_rows();
	record_rows();
	reply_rows();
	return check_done();
}
