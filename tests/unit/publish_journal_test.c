// SPDX-License-Identifier: Apache-2.0
/* The journal: nothing whole is lost, whatever is torn, altered, removed or full. */
#include "publish/journal.h"

#include "base/clock.h"
#include "base/log.h"
#include "check.h"
#include "publish/segment.h"
#include "tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define KB 1024u

static struct publish_counters count;
static struct journal_reader reader;

static struct journal_config config(const char *dir)
{
	return (struct journal_config){.dir = dir,
				       .sensor = "s1",
				       .max = 1 << 30,
				       .segment_bytes = 8 << 20,
				       .fsync_ms = 50,
				       .count = &count};
}

static struct journal *opened(const struct journal_config *c)
{
	struct journal *j = NULL;
	struct err err = {0};

	memset(&count, 0, sizeof(count));
	CHECK_EQ(journal_open(&j, c, &err), 0);
	if (!j) {
		printf("# %s\n", err.msg);
		exit(1);
	}
	return j;
}

static void append(struct journal *j, unsigned n, size_t len)
{
	static char json[SEGMENT_ENTRY_MAX];

	memset(json, 'x', len);
	json[0] = '"';
	json[len - 1] = '"';
	for (unsigned i = 0; i < n; i++)
		journal_append(j, "alert.scan.high", json, len, clock_mono_ns());
}

/* Reads everything of an epoch after `seq`; checks the order; returns how many. */
static unsigned drain(struct journal *j, uint64_t epoch, uint64_t seq, uint32_t max,
		      struct journal_since_reply *last)
{
	unsigned total = 0;

	for (;;) {
		long n = journal_since(j, &reader, epoch, seq, max, JOURNAL_REPLY_MAX - 128, last);
		CHECK(n >= 0);
		if (n < 0 || last->n == 0)
			return total;
		CHECK(last->n <= max);
		const char *p = reader.reply;
		size_t left = (size_t)n;
		struct journal_record rec;
		unsigned got = 0;
		while (journal_record_parse(&p, &left, &rec)) {
			CHECK(rec.seq > seq);
			CHECK(rec.epoch == epoch);
			seq = rec.seq;
			got++;
		}
		CHECK_EQ(left, 0);
		CHECK_EQ(got, last->n);
		total += got;
	}
}

static void path_of(char *out, size_t size, const char *dir, const char *name)
{
	snprintf(out, size, "%s/%s", dir, name);
}

static void one_segment(const char *dir, unsigned number, char *out, size_t size)
{
	char name[32];

	snprintf(name, sizeof(name), "%016x.seg", number);
	path_of(out, size, dir, name);
}

static size_t slurp(const char *path, uint8_t *out, size_t cap)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, out, cap) : -1;

	CHECK(n >= 0);
	close(fd);
	return n < 0 ? 0 : (size_t)n;
}

static void spit(const char *path, const uint8_t *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK_EQ(write(fd, p, n), (ssize_t)n);
	close(fd);
}

static void simple(void)
{
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_since_reply r;

	CASE("what is appended is read back once it is synced, not before");
	struct journal *j = opened(&c);
	uint64_t epoch = journal_epoch(j);
	CHECK_EQ(journal_next_seq(j), 1);
	append(j, 3, 100);
	CHECK_EQ(drain(j, epoch, 0, 10, &r), 0);
	CHECK_EQ(r.last, 0);
	CHECK_EQ(journal_durable(j), 0);
	CHECK(journal_sync(j));
	CHECK_EQ(journal_durable(j), 3);
	CHECK_EQ(drain(j, epoch, 0, 10, &r), 3);
	CHECK(r.first == 1 && r.last == 3 && !r.has_next);
	CHECK(!journal_sync(j)); /* nothing new */

	CASE("since: from the middle, from the end, beyond it");
	CHECK_EQ(drain(j, epoch, 2, 10, &r), 1);
	CHECK_EQ(drain(j, epoch, 3, 10, &r), 0);
	CHECK_EQ(drain(j, epoch, UINT64_MAX, 10, &r), 0);
	CHECK_EQ(drain(j, epoch, 0, 1, &r), 3);
	CASE("an unknown epoch");
	CHECK_EQ(journal_since(j, &reader, epoch + 1, 0, 1, JOURNAL_REPLY_MAX, &r), -ENOENT);

	CASE("two sensors never share a journal");
	struct journal *other = NULL;
	struct err err = {0};
	CHECK_EQ(journal_open(&other, &c, &err), -EWOULDBLOCK);
	CHECK(strstr(err.msg, "in use by another sensor") != NULL);
	journal_close(j);

	CASE("a new start: another epoch, the old one still there");
	j = opened(&c);
	CHECK(journal_epoch(j) != epoch);
	CHECK_EQ(journal_found(j)->records, 3);
	CHECK_EQ(journal_found(j)->cut_bytes, 0);
	CHECK_EQ(drain(j, epoch, 0, 10, &r), 3);
	CHECK(r.has_next && r.next_epoch == journal_epoch(j));
	CHECK_EQ(journal_next_seq(j), 1);
	struct journal_epoch e[4];
	CHECK_EQ(journal_epochs(j, e, 4), 2);
	CHECK(e[0].epoch == epoch && e[0].first == 1 && e[0].last == 3);
	CHECK(e[1].epoch == journal_epoch(j) && e[1].first == 1 && e[1].last == 0);
	CHECK_EQ(journal_epochs(j, e, 1), 1);
	CHECK(e[0].epoch == journal_epoch(j));
	append(j, 1, 10);
	journal_close(j);
	struct journal_check check;
	CHECK_EQ(journal_check(dir, &check, &err), 0);
	CHECK(check.records == 4 && check.segments == 2 && check.missing == 0);

	CASE("a start without events leaves no file behind");
	journal_close(opened(&c));
	journal_close(opened(&c));
	j = opened(&c);
	CHECK_EQ(journal_found(j)->segments, 2);
	append(j, 1, 10);
	journal_close(j);
	CHECK_EQ(journal_check(dir, &check, &err), 0);
	CHECK(check.records == 5 && check.missing == 0);
	tmpdir_remove(dir);
}

/* The segment cut at every byte of its last two entries, and filled up with zeroes as a power cut
 * may leave it: reopening yields exactly the whole entries. */
static void torn(void)
{
	static uint8_t whole[4096], state[4096];
	char dir[64], segment[128], state_path[128];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_since_reply r;
	size_t entry = segment_entry_size(15, 100);

	CASE("a segment cut at every byte of its last two entries");
	struct journal *j = opened(&c);
	uint64_t epoch = journal_epoch(j);
	append(j, 5, 100);
	journal_close(j);
	one_segment(dir, 1, segment, sizeof(segment));
	path_of(state_path, sizeof(state_path), dir, "state");
	size_t n = slurp(segment, whole, sizeof(whole));
	size_t n_state = slurp(state_path, state, sizeof(state));
	CHECK_EQ(n, SEGMENT_HEADER + 5 * entry);
	for (size_t cut = n - 2 * entry; cut <= n; cut++) {
		for (unsigned zeroes = 0; zeroes < 2; zeroes++) {
			unsigned want = 3 + (cut >= n - entry) + (cut == n);
			tmpdir_remove(dir);
			mkdir(dir, 0700);
			static uint8_t bytes[8192];
			memset(bytes, 0, sizeof(bytes));
			memcpy(bytes, whole, cut);
			spit(segment, bytes, cut + (zeroes ? 300 : 0));
			spit(state_path, state, n_state);
			j = opened(&c);
			CHECK(journal_epoch(j) != epoch);
			CHECK_EQ(drain(j, epoch, 0, 10, &r), want);
			CHECK_EQ(journal_found(j)->records, want);
			CHECK(!journal_found(j)->altered);
			size_t rest = (cut - SEGMENT_HEADER) % entry + (zeroes ? 300 : 0);
			CHECK_EQ(journal_found(j)->cut_bytes, rest);
			/* It goes on, chained to what is left. */
			append(j, 1, 100);
			journal_close(j);
			struct journal_check check;
			struct err err = {0};
			CHECK_EQ(journal_check(dir, &check, &err), 0);
			CHECK_EQ(check.records, want + 1);
		}
	}

	CASE("a segment cut within its header had nothing in it");
	for (size_t cut = 0; cut < SEGMENT_HEADER; cut += 7) {
		tmpdir_remove(dir);
		mkdir(dir, 0700);
		spit(segment, whole, cut);
		j = opened(&c);
		CHECK_EQ(journal_found(j)->records, 0);
		append(j, 1, 100);
		journal_close(j);
		j = opened(&c);
		CHECK_EQ(journal_found(j)->records, 1);
		journal_close(j);
	}
	tmpdir_remove(dir);
}

/* Rewrites an entry with a CRC that is right, as an intruder would. */
static void forge(uint8_t *entry, uint8_t with)
{
	static uint8_t work[SEGMENT_CHAIN + SEGMENT_ENTRY_MAX];
	uint8_t chain[SEGMENT_CHAIN];
	struct segment_entry e;

	CHECK_EQ(segment_entry_parse(entry, 4096, &e), SEGMENT_ok);
	memcpy(chain, e.chain, sizeof(chain));
	entry[SEGMENT_ENTRY_HEAD + e.topic_len + 5] = with;
	size_t n = segment_entry_write(&e, chain, work);
	memcpy(entry, work + SEGMENT_CHAIN, n);
}

static void tampered(void)
{
	static uint8_t whole[8192], bytes[8192];
	char dir[64], segment[128];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_check check;
	struct err err = {0};
	struct journal_since_reply r;
	size_t entry = segment_entry_size(15, 100);

	struct journal *j = opened(&c);
	uint64_t epoch = journal_epoch(j);
	append(j, 5, 100);
	journal_close(j);
	one_segment(dir, 1, segment, sizeof(segment));
	size_t n = slurp(segment, whole, sizeof(whole));

	CASE("a flipped bit in the middle: found, said where, the neighbours still given out");
	memcpy(bytes, whole, n);
	bytes[SEGMENT_HEADER + 2 * entry + 60] ^= 1;
	spit(segment, bytes, n);
	CHECK_EQ(journal_check(dir, &check, &err), -EBADMSG);
	CHECK(check.damaged == 1 && check.records == 4);
	CHECK(strstr(err.msg, "is damaged after event 2") != NULL);
	j = opened(&c);
	CHECK_EQ(journal_found(j)->damaged, 1);
	CHECK(!journal_found(j)->altered);
	CHECK_EQ(drain(j, epoch, 0, 10, &r), 4);
	journal_close(j);

	CASE("an entry rewritten with a good CRC: the chain says so");
	memcpy(bytes, whole, n);
	forge(bytes + SEGMENT_HEADER + 2 * entry, 'y');
	spit(segment, bytes, n);
	CHECK_EQ(journal_check(dir, &check, &err), -EBADMSG);
	CHECK(check.altered >= 1 && check.damaged == 0);
	CHECK(strstr(err.msg, "has been altered after event 2") != NULL);
	j = opened(&c);
	CHECK(journal_found(j)->altered);
	journal_close(j);

	CASE("an entry taken out: the chain says so");
	one_segment(dir, 2, segment, sizeof(segment));
	unlink(segment); /* this run's, without events */
	one_segment(dir, 1, segment, sizeof(segment));
	memcpy(bytes, whole, n);
	memmove(bytes + SEGMENT_HEADER + 2 * entry, bytes + SEGMENT_HEADER + 3 * entry, 2 * entry);
	spit(segment, bytes, n - entry);
	CHECK_EQ(journal_check(dir, &check, &err), -EBADMSG);
	CHECK(check.altered == 1 && check.records == 4);

	CASE("an exchanged segment does not fit its neighbour");
	tmpdir_remove(dir);
	mkdir(dir, 0700);
	j = opened(&c);
	append(j, 5, 100);
	journal_close(j);
	j = opened(&c);
	append(j, 5, 100);
	journal_close(j);
	CHECK_EQ(journal_check(dir, &check, &err), 0);
	spit(segment, whole, n);
	CHECK_EQ(journal_check(dir, &check, &err), -EBADMSG);
	CHECK_EQ(check.altered, 1);
	CHECK(strstr(err.msg, "does not follow its neighbour") != NULL);

	CASE("a removed segment is counted");
	j = opened(&c);
	append(j, 1, 100);
	journal_close(j);
	one_segment(dir, 2, segment, sizeof(segment));
	unlink(segment);
	journal_check(dir, &check, &err);
	CHECK_EQ(check.missing, 1);
	tmpdir_remove(dir);
}

static uint64_t segments(struct journal *j)
{
	uint64_t bytes, n;

	journal_bytes(j, &bytes, &n);
	return n;
}

static void retention(void)
{
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_since_reply r;

	CASE("segments rotate; nobody has acknowledged: all stay");
	c.segment_bytes = 10 * KB;
	struct journal *j = opened(&c);
	uint64_t epoch = journal_epoch(j);
	append(j, 100, 900);
	journal_sync(j);
	journal_turn(j, 0, true);
	uint64_t all = segments(j);
	CHECK_EQ(all, 10);
	CHECK_EQ(drain(j, epoch, 0, 7, &r), 100);

	CASE("an ack frees what it covers, and no segment more");
	CHECK(journal_ack(j, "a", epoch, 55) == NULL);
	journal_turn(j, 0, true);
	CHECK_EQ(segments(j), 5);
	CHECK_EQ(drain(j, epoch, 55, 7, &r), 45);
	drain(j, epoch, 100, 7, &r);
	CHECK_EQ(r.first, 51);

	CASE("a second collector holds what it has not acknowledged");
	CHECK(journal_ack(j, "b", epoch, 50) == NULL);
	CHECK(journal_ack(j, "a", epoch, 100) == NULL);
	journal_turn(j, 0, true);
	CHECK_EQ(segments(j), 5);

	CASE("an ack never goes back, nor beyond what was given out");
	CHECK(journal_ack(j, "b", epoch, 3) == NULL);
	CHECK_STR(journal_ack(j, "b", epoch, 101), "beyond what was given out");
	CHECK_STR(journal_ack(j, "b", epoch ^ 1, 1), "unknown epoch");
	journal_turn(j, 0, true);
	CHECK_EQ(segments(j), 5);

	CASE("acks survive a restart, and so does a gone epoch's end");
	journal_close(j);
	j = opened(&c);
	CHECK(journal_ack(j, "b", epoch, 100) == NULL);
	journal_turn(j, 0, true);
	CHECK_EQ(segments(j), 1); /* this run's */
	struct journal_epoch e[4];
	CHECK_EQ(journal_epochs(j, e, 4), 2);
	CHECK(e[0].epoch == epoch && e[0].first == 101 && e[0].last == 100);
	CHECK_EQ(drain(j, epoch, 0, 7, &r), 0);
	CHECK(r.first == 101 && r.last == 100 && r.has_next);
	CHECK_EQ(count_get(&count.journal_lost), 0);
	journal_close(j);
	j = opened(&c);
	CHECK_EQ(journal_epochs(j, e, 4), 2); /* the one without events is forgotten */
	CHECK(e[0].epoch == epoch && e[0].last == 100);
	CHECK(journal_ack(j, "b", journal_epoch(j), 0) == NULL);

	CASE("at most 32 collectors");
	for (unsigned i = 2; i < JOURNAL_COLLECTORS; i++) {
		char name[16];
		snprintf(name, sizeof(name), "c%u", i);
		CHECK(journal_ack(j, name, epoch, 1) == NULL);
	}
	CHECK_STR(journal_ack(j, "more", epoch, 1), "too many collectors");
	journal_close(j);
	tmpdir_remove(dir);
}

static void configured(void)
{
	char dir[64];
	struct journal_config c;

	CASE("configured collectors hold everything until they have asked");
	char *names[] = {"x", "y"};
	struct strs must = {names, 2};
	c = config(tmpdir_make(dir));
	c.segment_bytes = 10 * KB;
	c.collectors = &must;
	struct journal *j = opened(&c);
	uint64_t epoch = journal_epoch(j);
	append(j, 100, 900);
	journal_sync(j);
	CHECK(journal_ack(j, "x", epoch, 100) == NULL);
	CHECK(journal_ack(j, "stranger", epoch, 100) == NULL);
	journal_turn(j, 0, true);
	CHECK_EQ(segments(j), 10);
	CHECK(journal_ack(j, "y", epoch, 100) == NULL);
	journal_turn(j, 0, true);
	CHECK_EQ(segments(j), 1);
	journal_close(j);
	tmpdir_remove(dir);
}

static void settled(void)
{
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));

	CASE("settled: nothing to fetch, or everything acknowledged by all");
	struct journal *j = opened(&c);
	uint64_t epoch = journal_epoch(j);
	CHECK(journal_settled(j));
	append(j, 2, 100);
	CHECK(!journal_settled(j)); /* not even synced */
	journal_sync(j);
	CHECK(!journal_settled(j)); /* nobody known */
	CHECK(journal_ack(j, "a", epoch, 1) == NULL);
	CHECK(!journal_settled(j));
	CHECK(journal_ack(j, "a", epoch, 2) == NULL);
	CHECK(journal_settled(j));
	append(j, 1, 100);
	CHECK(!journal_settled(j));
	journal_sync(j);
	CHECK(journal_ack(j, "b", epoch, 3) == NULL);
	CHECK(!journal_settled(j)); /* a lacks one */
	CHECK(journal_ack(j, "a", epoch, 3) == NULL);
	CHECK(journal_settled(j));
	CASE("an ack that comes late takes nothing back, nor does one of an older epoch");
	CHECK(journal_ack(j, "a", epoch, 2) == NULL);
	CHECK(journal_settled(j));
	journal_close(j);
	j = opened(&c);
	append(j, 1, 100);
	journal_sync(j);
	CHECK(!journal_settled(j));
	CHECK(journal_ack(j, "a", journal_epoch(j), 1) == NULL);
	CHECK(journal_ack(j, "b", journal_epoch(j), 1) == NULL);
	CHECK(journal_settled(j));
	CHECK(journal_ack(j, "a", epoch, 3) == NULL);
	CHECK(journal_settled(j));
	journal_close(j);
	tmpdir_remove(dir);
}

static void tombstones(void)
{
	struct journal_epoch e[2 * JOURNAL_TOMBSTONES];
	uint64_t epoch[JOURNAL_TOMBSTONES + 10];
	unsigned runs = sizeof(epoch) / sizeof(epoch[0]);
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));

	CASE("epochs of which nothing is kept: the newest 64 are remembered");
	for (unsigned i = 0; i < runs; i++) {
		struct journal *j = opened(&c);
		epoch[i] = journal_epoch(j);
		append(j, 1 + i, 10);
		journal_sync(j);
		CHECK(journal_ack(j, "a", epoch[i], 1 + i) == NULL);
		journal_close(j);
	}
	struct journal *j = opened(&c);
	append(j, 1, 10);
	journal_sync(j);
	CHECK(journal_ack(j, "a", journal_epoch(j), 1) == NULL);
	journal_turn(j, 0, true); /* the last run's segment goes */
	journal_close(j);
	j = opened(&c);
	unsigned n = journal_epochs(j, e, 2 * JOURNAL_TOMBSTONES);
	CHECK(n > JOURNAL_TOMBSTONES && n <= JOURNAL_TOMBSTONES + 3);
	for (unsigned i = 3; i <= JOURNAL_TOMBSTONES; i++) {
		CHECK(e[n - i].epoch == epoch[runs - i + 2]);
		CHECK(e[n - i].last == runs - i + 3 && e[n - i].first == e[n - i].last + 1);
	}
	journal_close(j);
	tmpdir_remove(dir);
}

static void cap(void)
{
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_since_reply r;
	uint64_t bytes, n;

	CASE("beyond the cap the oldest go, counted as lost, seen as a gap");
	c.segment_bytes = 10 * KB;
	c.max = 50 * KB;
	struct journal *j = opened(&c);
	append(j, 100, 900);
	journal_sync(j);
	CHECK(journal_ack(j, "a", journal_epoch(j), 15) == NULL);
	journal_turn(j, 0, true);
	journal_bytes(j, &bytes, &n);
	CHECK(bytes <= c.max && n == 5);
	CHECK_EQ(drain(j, journal_epoch(j), 15, 1000, &r), 50);
	CHECK_EQ(r.first, 51);
	CHECK_EQ(count_get(&count.journal_lost), 35); /* 16 … 50: 1 … 15 were acknowledged */
	journal_close(j);
	tmpdir_remove(dir);
}

static void big_replies(void)
{
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_since_reply r;

	CASE("a reply is cut at its room, and at least one record fits");
	struct journal *j = opened(&c);
	append(j, 100, 32000);
	journal_sync(j);
	long n = journal_since(j, &reader, journal_epoch(j), 0, 1000, JOURNAL_REPLY_MAX - 128, &r);
	CHECK(n <= (long)JOURNAL_REPLY_MAX - 128);
	CHECK_EQ(r.n, 32);
	CHECK_EQ(drain(j, journal_epoch(j), 0, 1000, &r), 100);
	CASE("an event longer than an entry may be is lost, and counted");
	append(j, 1, SEGMENT_ENTRY_MAX - 40);
	CHECK_EQ(count_get(&count.journal_lost), 1);
	append(j, 1, 10);
	journal_sync(j);
	CHECK_EQ(drain(j, journal_epoch(j), 100, 10, &r), 1);
	CHECK_EQ(r.last, 102);
	journal_close(j);
	tmpdir_remove(dir);
}

static void due(void)
{
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));
	uint64_t t = 1000 * NS_PER_S;

	c.fsync_ms = 60000; /* no pause of this machine is that long */
	CASE("when an fsync is due");
	struct journal *j = opened(&c);
	CHECK(!journal_due(j, t, true)); /* nothing to sync */
	journal_append(j, "a", "{}", 2, t);
	CHECK(journal_due(j, t, true)); /* idle, and the last one is long ago */
	CHECK(!journal_due(j, t, false));
	CHECK(!journal_due(j, t + 60 * NS_PER_S - 1, false));
	CHECK(journal_due(j, t + 60 * NS_PER_S, false));
	journal_sync(j);
	uint64_t now = clock_mono_ns();
	journal_append(j, "a", "{}", 2, now);
	CHECK(!journal_due(j, now, true)); /* the last one is not long ago */
	journal_close(j);
	tmpdir_remove(dir);
}

static void state_file(void)
{
	static const char *const bad[] = {"",
					  "x",
					  "vigie journal state 1\n",
					  "vigie journal state 1\nend\nmore",
					  "vigie journal state 1\nack a b c\nend\n",
					  "vigie journal state 2\nend\n"};
	char dir[64], path[128];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_since_reply r;

	CASE("a damaged state forgets acknowledgements, never events");
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tmpdir_remove(dir);
		mkdir(dir, 0700);
		struct journal *j = opened(&c);
		uint64_t epoch = journal_epoch(j);
		append(j, 3, 100);
		journal_sync(j);
		journal_ack(j, "a", epoch, 3);
		journal_close(j);
		path_of(path, sizeof(path), dir, "state");
		spit(path, (const uint8_t *)bad[i], strlen(bad[i]));
		j = opened(&c);
		journal_turn(j, 0, true);
		CHECK_EQ(drain(j, epoch, 0, 10, &r), 3);
		CHECK(r.first == 1 && r.last == 3);
		journal_close(j);
	}
	CASE("foreign files are left alone");
	path_of(path, sizeof(path), dir, "0000000000000009.seg");
	static uint8_t junk[4096];
	spit(path, junk, sizeof(junk));
	struct journal *j = opened(&c);
	append(j, 1, 10);
	journal_close(j);
	CHECK_EQ(access(path, F_OK), 0);
	tmpdir_remove(dir);
}

/* A real kill -9 in the middle of appending: everything whose append returned is there. */
static void killed(void)
{
	char dir[64];
	struct journal_config c = config(tmpdir_make(dir));
	struct journal_since_reply r;
	uint64_t total = 0;

	CASE("kill -9 loses nothing that was appended, 20 times");
	for (unsigned round = 0; round < 20; round++) {
		int fds[2];
		uint64_t last[2] = {0, 0}, got;
		CHECK_EQ(pipe(fds), 0);
		fflush(stdout);
		pid_t pid = fork();
		if (pid == 0) {
			struct journal *j = opened(&c);
			uint64_t msg[2] = {journal_epoch(j), 0};
			for (;;) {
				append(j, 1, 300);
				msg[1] = journal_next_seq(j) - 1;
				if (msg[1] % 64 == 0)
					journal_sync(j);
				if (write(fds[1], msg, sizeof(msg)) != sizeof(msg))
					_exit(1);
			}
		}
		close(fds[1]);
		unsigned want = 50 + round * 37;
		for (unsigned i = 0; i < want; i++)
			CHECK_EQ(read(fds[0], last, sizeof(last)), sizeof(last));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		while (read(fds[0], last, sizeof(last)) == sizeof(last))
			continue;
		close(fds[0]);
		struct journal *j = opened(&c);
		got = drain(j, last[0], 0, 1000, &r);
		CHECK(got == last[1] || got == last[1] + 1); /* one may not have been told */
		total += got;
		CHECK_EQ(journal_found(j)->records, total);
		journal_close(j);
	}
	tmpdir_remove(dir);
}

static void fill(const char *dir, bool limit)
{
	struct journal_config c = config(dir);
	struct journal_since_reply r;
	struct rlimit was, small;

	getrlimit(RLIMIT_FSIZE, &was);
	struct journal *j = opened(&c);
	append(j, 10, 1000);
	journal_sync(j);
	if (limit) {
		signal(SIGXFSZ, SIG_IGN);
		small = (struct rlimit){20 * KB, was.rlim_max};
		setrlimit(RLIMIT_FSIZE, &small);
	}
	append(j, 2000, 1000);
	journal_sync(j);
	uint64_t lost = count_get(&count.journal_lost);
	CHECK(lost > 0);
	CHECK_EQ(count_get(&count.journal_appended) + lost, 2010);
	CHECK_EQ(journal_next_seq(j), 2011);
	unsigned got = drain(j, journal_epoch(j), 0, 5000, &r);
	CHECK_EQ(got, count_get(&count.journal_appended));

	/* Room again: it goes on by itself, the hole is between two numbers. */
	setrlimit(RLIMIT_FSIZE, &was);
	char path[128];
	path_of(path, sizeof(path), dir, "ballast");
	unlink(path);
	append(j, 5, 1000);
	journal_sync(j);
	CHECK_EQ(drain(j, journal_epoch(j), 0, 5000, &r), got + 5);
	CHECK_EQ(r.last, 2015);
	journal_close(j);
	struct journal_check check;
	struct err err = {0};
	CHECK_EQ(journal_check(dir, &check, &err), 0);
	CHECK_EQ(check.records, got + 5);
}

static void full(void)
{
	char dir[64], path[128];
	static uint8_t ballast[300 * KB];

	CASE("a file that may not grow: counted, and it goes on when it may again");
	tmpdir_make(dir);
	fill(dir, true);
	tmpdir_remove(dir);

	tmpdir_make(dir);
	if (mount("tmpfs", dir, "tmpfs", 0, "size=600k") < 0) {
		printf("# no mount: the full disk is tried as root only\n");
		rmdir(dir);
		return;
	}
	CASE("a full disk: counted, and it goes on when there is room again");
	path_of(path, sizeof(path), dir, "ballast");
	spit(path, ballast, sizeof(ballast));
	fill(dir, false);
	CHECK_EQ(umount(dir), 0);
	rmdir(dir);
}

int main(void)
{
	log_init("test", LOG_error);
	CHECK(journal_reader_init(&reader));
	(void)!freopen("/dev/null", "w", stderr);
	simple();
	torn();
	tampered();
	retention();
	configured();
	settled();
	tombstones();
	cap();
	big_replies();
	due();
	state_file();
	killed();
	full();
	journal_reader_fini(&reader);
	return check_done();
}
