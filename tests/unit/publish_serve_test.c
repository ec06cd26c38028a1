// SPDX-License-Identifier: Apache-2.0
/* REP's answers, byte for byte, over a journal of three events. */
#include "publish/serve.h"

#include "base/clock.h"
#include "check.h"
#include "tmpdir.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <sys/stat.h>

static struct publish_counters count;
static struct journal_reader reader;
static struct serve_wait wait;
static char epoch_text[17];

/* '@' in a request or reply stands for the epoch. */
static const char *with_epoch(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text && n + 17 < size; text++)
		if (*text == '@')
			n += (size_t)snprintf(out + n, size - n, "%s", epoch_text);
		else
			out[n++] = *text;
	out[n] = 0;
	return out;
}

static const struct {
	const char *request, *reply;
} rows[] = {
	{"epochs", "ok 1\n@ 1 3\n"},
	{"since @ 0 10", "ok @ 1 3 3\n@ 1 2 a.b\n{}\n@ 2 2 a.b\n{}\n@ 3 2 a.b\n{}\n"},
	{"since @ 1 1\n", "ok @ 1 3 1\n@ 2 2 a.b\n{}\n"},
	{"since @ 3 10", "ok @ 1 3 0\n"},
	{"since 0000000000000000 0 1", "error unknown epoch\n"},
	{"ack c1 @ 3", "ok\n"},
	{"ack c1 @ 4", "error beyond what was given out\n"},
	{"ack c1 0000000000000000 1", "error unknown epoch\n"},
	{"watch i-1 02:00:00:00:00:05 60 -", "ok\n"},
	{"watch i-1 02:00:00:00:00:05 0 10.0.0.9,fd00::1", "ok\n"},
	{"watch taken 02:00:00:00:00:05 60 -", "error somebody else's\n"},
	{"reload", "ok 3 rules, 2 matched, 0 left out, 0.01 s\n"},
	{"status", "ok\n{\"sensor\":\"s1\",\"epoch\":\"@\",\"seq\":3,\"durable\":3,"
		   "\"journal_bytes\":355,\"journal_segments\":1,\"journal_lost\":0,"
		   "\"journal_errors\":0,\"run\":{\"workers\":2}}"},
	{"", "error not a request: since EPOCH SEQ MAX | ack COLLECTOR EPOCH SEQ | status | "
	     "epochs | evidence ID OFFSET | reload | watch ID MAC SECONDS ALLOW\n"},
	{"since @ 0 0", "error not a request: since EPOCH SEQ MAX | ack COLLECTOR EPOCH SEQ | "
			"status | epochs | evidence ID OFFSET | reload | watch ID MAC SECONDS ALLOW\n"},
};

static const struct {
	const char *request, *reply;
} without[] = {
	{"epochs", "ok 0\n"},
	{"since @ 0 10", "error this sensor keeps no journal\n"},
	{"ack c1 @ 3", "error this sensor keeps no journal\n"},
	{"status", "ok\n{\"sensor\":\"s1\",\"epoch\":\"@\",\"seq\":3,\"run\":{}}"},
	{"evidence a 0", "error this sensor keeps no evidence\n"},
	{"watch i-1 02:00:00:00:00:05 60 -", "error this sensor watches nobody\n"},
	{"reload", "error this sensor has nothing to read again\n"},
};

static const struct {
	const char *request, *reply;
} kept[] = {
	{"evidence a 0", "ok 5 0 5\nhello"},
	{"evidence a 4", "ok 5 4 1\no"},
	{"evidence a 5", "ok 5 5 0\n"},
	{"evidence a 99999999999", "ok 5 5 0\n"},
	{"evidence b 0", "error no such evidence\n"},
	{"evidence link 0", "error no such evidence\n"},
	{"evidence folder 0", "error no such evidence\n"},
	{"evidence ../a 0", "error not a request: since EPOCH SEQ MAX | ack COLLECTOR EPOCH SEQ | "
			    "status | epochs | evidence ID OFFSET | reload | watch ID MAC SECONDS ALLOW\n"},
};

static const char *watched(void *ctx, const struct journal_watch *w)
{
	(void)ctx;
	return strcmp(w->id, "taken") == 0 ? "somebody else's" : NULL;
}

static void *asked;
static unsigned reload_turns; /* until it has ended */

static uint64_t reload(void *ctx)
{
	asked = ctx;
	return 7;
}

static bool reloaded(void *ctx, uint64_t number, char *out, size_t size)
{
	CHECK(ctx == &count);
	CHECK_EQ(number, 7);
	if (reload_turns > 0 && reload_turns--)
		return false;
	snprintf(out, size, "ok 3 rules, 2 matched, 0 left out, 0.01 s");
	return true;
}

static void status(void *ctx, char *out, size_t size)
{
	CHECK(ctx == &count);
	snprintf(out, size, "{\"workers\":2}");
}

static void row(const struct serve *s, const char *request, const char *reply)
{
	char ask[256], want[1024], got[1024];
	size_t len = 0;

	CASE(request[0] ? request : "an empty request");
	with_epoch(request, ask, sizeof(ask));
	const char *answer = serve_answer(s, &reader, &wait, ask, strlen(ask), &len);
	CHECK(len < sizeof(got));
	snprintf(got, sizeof(got), "%.*s", (int)len, answer);
	CHECK_STR(got, with_epoch(reply, want, sizeof(want)));
}

static void put_file(const char *dir, const char *name, size_t n)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	CHECK(f != NULL);
	for (size_t i = 0; f && i < n; i++)
		fputc("hello"[i % 5], f);
	if (f)
		fclose(f);
}

static void slow_reload(struct serve *s)
{
	size_t len = 0;

	CASE("a reload that takes its time is answered when it has ended");
	reload_turns = 3;
	s->reload_max_ns = 60 * NS_PER_S;
	CHECK(!serve_answer(s, &reader, &wait, "reload", 6, &len));
	CHECK(!serve_again(s, &reader, &wait, &len));
	CHECK(!serve_again(s, &reader, &wait, &len));
	const char *answer = serve_again(s, &reader, &wait, &len);
	CHECK_EQ(len, 42);
	CHECK(answer && memcmp(answer, "ok 3 rules, 2 matched, 0 left out, 0.01 s\n", 42) == 0);

	CASE("and one that does not end is not waited for");
	reload_turns = 1000;
	s->reload_max_ns = 0;
	answer = serve_answer(s, &reader, &wait, "reload", 6, &len);
	CHECK(answer && strncmp(answer, "error the rules are still being read after 0 s", 46) == 0);
}

static void evidence_pieces(struct serve *s, const char *dir)
{
	char path[256];
	size_t len = 0, at = 0, pieces = 0;
	const size_t whole = 2 * JOURNAL_EVIDENCE_MAX + 7;

	s->evidence_dir = dir;
	put_file(dir, "a.pcapng", 5);
	put_file(dir, "big.pcapng", whole);
	snprintf(path, sizeof(path), "%s/link.pcapng", dir);
	CHECK_EQ(symlink("a.pcapng", path), 0);
	snprintf(path, sizeof(path), "%s/folder.pcapng", dir);
	CHECK_EQ(mkdir(path, 0700), 0);
	for (unsigned i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		row(s, kept[i].request, kept[i].reply);

	CASE("a large file in pieces");
	for (;; pieces++) {
		char ask[64];
		struct journal_evidence_reply r;
		int n = snprintf(ask, sizeof(ask), "evidence big %zu", at);
		const char *p = serve_answer(s, &reader, &wait, ask, (size_t)n, &len);
		CHECK(len <= JOURNAL_REPLY_MAX);
		if (!journal_evidence_reply_parse(&p, &len, &r) || r.n == 0)
			break;
		CHECK_EQ(r.offset, at);
		CHECK_EQ(r.size, whole);
		for (size_t i = 0; i < r.n; i++)
			if (p[i] != "hello"[(at + i) % 5]) {
				CHECK_EQ(i, r.n);
				break;
			}
		at += r.n;
	}
	CHECK_EQ(at, whole);
	CHECK_EQ(pieces, 3);
}

int main(void)
{
	char dir[64];
	struct journal_config c = {.dir = tmpdir_make(dir),
				   .sensor = "s1",
				   .max = 1 << 30,
				   .segment_bytes = 1 << 20,
				   .fsync_ms = 50,
				   .count = &count};
	struct journal *j;
	struct err err = {0};
	_Atomic uint64_t seq = 3;

	CASE("set up");
	CHECK(journal_reader_init(&reader));
	CHECK_EQ(journal_open(&j, &c, &err), 0);
	for (unsigned i = 0; i < 3; i++)
		journal_append(j, "a.b", "{}", 2, 1);
	journal_sync(j);
	snprintf(epoch_text, sizeof(epoch_text), "%016" PRIx64, journal_epoch(j));

	const struct publish_reload by_rep = {reload, reloaded};
	struct serve s = {.journal = j,
			  .count = &count,
			  .sensor = "s1",
			  .epoch = journal_epoch(j),
			  .seq = &seq,
			  .status = status,
			  .reload = &by_rep,
			  .watch = watched,
			  .ctx = &count};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		row(&s, rows[i].request, rows[i].reply);
	CASE("reload is told to who can");
	CHECK(asked == &count);
	CASE("requests are counted, bad ones too");
	CHECK_EQ(count_get(&count.rep_requests), sizeof(rows) / sizeof(rows[0]));
	CHECK_EQ(count_get(&count.rep_bad), 2);
	slow_reload(&s);

	s.journal = NULL;
	s.status = NULL;
	s.reload = NULL;
	s.watch = NULL;
	for (unsigned i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		row(&s, without[i].request, without[i].reply);
	evidence_pieces(&s, dir);
	journal_close(j);
	journal_reader_fini(&reader);
	tmpdir_remove(dir);
	return check_done();
}
