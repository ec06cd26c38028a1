// SPDX-License-Identifier: Apache-2.0
/* publish as the sensor uses it: eve.json, journal, PUB and REP together. */
#include "publish/publish.h"

#include "base/clock.h"
#include "base/log.h"
#include "check.h"
#include "publish/journal.h"
#include "tmpdir.h"
#include "wire/journal_api.h"
#include "wire/topic.h"

#include <errno.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/req.h>
#include <sys/stat.h>

#define LINE "{\"event_type\":\"alert\"}\n"

static void read_file(const char *dir, const char *name, char *out, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "r");
	CHECK(f != NULL);
	out[0] = 0;
	if (!f)
		return;
	out[fread(out, 1, size - 1, f)] = 0;
	fclose(f);
}

static struct publish *opened(const struct publish_config *c, bool live)
{
	struct publish *p = NULL;
	struct err err = {0};

	CHECK_EQ(publish_open(&p, c, live, NULL, NULL, &err), 0);
	if (!p) {
		printf("# %s\n", err.msg);
		exit(1);
	}
	return p;
}

static void files(void)
{
	char dir[64], text[256], away[128], path[128];
	struct publish_config c = {.dir = (char *)tmpdir_make(dir)};

	CASE("-l from a file: eve.json begins afresh, stats.json at the end");
	for (unsigned run = 0; run < 2; run++) {
		struct publish *p = opened(&c, false);
		CHECK(!publish_wants_identity(p));
		publish_event(p, "alert.scan.high", LINE, strlen(LINE), true);
		publish_turn(p);
		CHECK_EQ(count_get(&publish_counters_of(p)->eve_lines), 1);
		publish_close(p, "{\"a\":1}");
		read_file(dir, "eve.json", text, sizeof(text));
		CHECK_STR(text, LINE);
		read_file(dir, "stats.json", text, sizeof(text));
		CHECK_STR(text, "{\"a\":1}\n");
	}
	CASE("live appends, and makes eve.json again when it was renamed away");
	struct publish *p = opened(&c, true);
	publish_event(p, "alert.scan.high", LINE, strlen(LINE), true);
	publish_turn(p);
	snprintf(path, sizeof(path), "%s/eve.json", dir);
	snprintf(away, sizeof(away), "%s/eve.json.1", dir);
	CHECK_EQ(rename(path, away), 0);
	for (unsigned i = 0; i < 300 && access(path, F_OK) != 0; i++) {
		clock_sleep_ns(100 * NS_PER_MS);
		publish_turn(p);
	}
	publish_event(p, "flow", "{}\n", 3, false);
	publish_close(p, NULL);
	read_file(dir, "eve.json.1", text, sizeof(text));
	CHECK_STR(text, LINE LINE);
	read_file(dir, "eve.json", text, sizeof(text));
	CHECK_STR(text, "{}\n");
	tmpdir_remove(dir);

	CASE("a directory that cannot be made is the operator's error");
	struct err err = {0};
	c.dir = (char *)"/nowhere/at/all";
	CHECK_EQ(publish_open(&p, &c, false, NULL, NULL, &err), -ENOENT);
	CHECK(err.hint[0] != 0);
	CASE("so is a sensor id that is none");
	c = (struct publish_config){.sensor = (char *)"a b"};
	CHECK_EQ(publish_open(&p, &c, true, NULL, NULL, &err), -EINVAL);
	CASE("nothing to publish to is fine");
	c = (struct publish_config){.dir = NULL};
	p = opened(&c, false);
	publish_event(p, "flow", "{}\n", 3, false);
	publish_turn(p);
	publish_close(p, NULL);
}

static size_t ask(nng_socket s, const char *text, char *out, size_t size)
{
	size_t n = size - 1;

	CHECK_EQ(nng_send(s, (void *)(uintptr_t)text, strlen(text), 0), 0);
	CHECK_EQ(nng_recv(s, out, &n, 0), 0);
	out[n] = 0;
	return n;
}

/* PUB takes a subscriber on asynchronously: until it has heard a first word, and the last of them.
 */
static void meet(struct publish *p, nng_socket sub)
{
	bool met = false;
	char *m;
	size_t n;

	nng_socket_set_ms(sub, NNG_OPT_RECVTIMEO, 50);
	for (unsigned i = 0; i < 600 && !met; i++) {
		publish_event(p, "hello", "{}\n", 3, false);
		met = nng_recv(sub, &m, &n, NNG_FLAG_ALLOC) == 0;
		if (met)
			nng_free(m, n);
	}
	CHECK(met);
	nng_socket_set_ms(sub, NNG_OPT_RECVTIMEO, 30000);
	publish_event(p, "met", "{}\n", 3, false);
	for (met = false; !met && nng_recv(sub, &m, &n, NNG_FLAG_ALLOC) == 0;) {
		met = n > 3 && memcmp(m, "met", 3) == 0;
		nng_free(m, n);
	}
	CHECK(met);
}

/* The collector's way: woken by `durable`, since, ack. */
static void collector(struct publish *p, nng_socket req, nng_socket sub)
{
	static char reply[8192], text[8192];
	struct journal_request r = {.verb = JOURNAL_since, .seq = 0, .max = 100};
	struct journal_since_reply head;
	struct journal_record rec;
	struct event_id id;
	char *m;
	size_t n;

	uint64_t before = count_get(&publish_counters_of(p)->published);

	CASE("an event goes out with the identity promised; durable follows");
	publish_next_id(p, &id);
	CHECK_STR(id.sensor, "s1");
	CHECK_EQ(id.seq, 1);
	for (unsigned i = 0; i < 3; i++)
		publish_event(p, "alert.scan.high", LINE, strlen(LINE), true);
	publish_event(p, "flow", "{}\n", 3, false);
	publish_next_id(p, &id);
	CHECK_EQ(id.seq, 4); /* telemetry takes no number */
	r.epoch = id.epoch;
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQ(nng_recv(sub, &m, &n, NNG_FLAG_ALLOC), 0);
		snprintf(text, sizeof(text), "%.*s", (int)n, m);
		CHECK_STR(text, i < 3 ? "alert.scan.high\n" LINE : "flow\n{}\n");
		nng_free(m, n);
	}
	journal_request_write(&r, text, sizeof(text));
	n = ask(req, text, reply, sizeof(reply));
	const char *at = reply;
	CHECK(journal_since_reply_parse(&at, &n, &head));
	CHECK(head.n == 0 && head.last == 0); /* not on the disk yet */
	publish_turn(p);
	CHECK_EQ(nng_recv(sub, &m, &n, NNG_FLAG_ALLOC), 0);
	CHECK(n > 8 && memcmp(m, TOPIC_DURABLE "\n", 8) == 0);
	CHECK(memmem(m, n, "\"last\":3}\n", 10) != NULL);
	nng_free(m, n);

	CASE("REP gives the three, and takes the ack");
	n = ask(req, text, reply, sizeof(reply));
	at = reply;
	CHECK(journal_since_reply_parse(&at, &n, &head));
	CHECK(head.n == 3 && head.first == 1 && head.last == 3 && !head.has_next);
	for (unsigned i = 1; i <= 3; i++) {
		CHECK(journal_record_parse(&at, &n, &rec));
		CHECK(rec.seq == i && rec.epoch == id.epoch);
		CHECK(rec.json_len == strlen(LINE) - 1);
		CHECK(memcmp(rec.json, LINE, rec.json_len) == 0);
	}
	CHECK_EQ(n, 0);
	r = (struct journal_request){
		.verb = JOURNAL_ack, .collector = "main", .epoch = id.epoch, .seq = 3};
	journal_request_write(&r, text, sizeof(text));
	ask(req, text, reply, sizeof(reply));
	CHECK_STR(reply, "ok\n");
	ask(req, "nonsense", reply, sizeof(reply));
	CHECK(strncmp(reply, "error ", 6) == 0);
	CHECK_EQ(count_get(&publish_counters_of(p)->rep_bad), 1);
	CHECK_EQ(count_get(&publish_counters_of(p)->rep_requests), 4);
	CHECK_EQ(count_get(&publish_counters_of(p)->published) - before, 5);
}

static void sockets(void)
{
	char dir[64], journal[100], pub[100], rep[100];
	char *pubs[] = {pub}, *reps[] = {rep};
	struct publish_config c = {.journal_dir = journal,
				   .journal_max = 1 << 30,
				   .segment_bytes = 1 << 20,
				   .fsync_ms = 60000,
				   .pub = {pubs, 1},
				   .rep = {reps, 1},
				   .sensor = (char *)"s1"};
	nng_socket req, sub;

	tmpdir_make(dir);
	snprintf(journal, sizeof(journal), "%s/journal", dir);
	snprintf(pub, sizeof(pub), "ipc://%s/pub.sock", dir);
	snprintf(rep, sizeof(rep), "ipc://%s/rep.sock", dir);
	CASE("open");
	struct publish *p = opened(&c, true);
	CHECK(publish_wants_identity(p));
	CHECK_EQ(nng_req0_open(&req), 0);
	CHECK_EQ(nng_sub0_open(&sub), 0);
	nng_socket_set(sub, NNG_OPT_SUB_SUBSCRIBE, "", 0);
	nng_socket_set_ms(sub, NNG_OPT_RECVTIMEO, 30000);
	nng_socket_set_ms(req, NNG_OPT_RECVTIMEO, 30000);
	CHECK_EQ(nng_dial(req, rep, NULL, 0), 0);
	CHECK_EQ(nng_dial(sub, pub, NULL, 0), 0);
	meet(p, sub);
	collector(p, req, sub);
	nng_close(req);
	nng_close(sub);
	publish_event(p, "alert.scan.high", LINE, strlen(LINE), true); /* not acknowledged */
	publish_close(p, NULL);

	CASE("the next start goes on with another epoch, the journal still there");
	p = opened(&c, true);
	publish_close(p, NULL);
	struct journal_check check;
	struct err err = {0};
	CHECK_EQ(journal_check(journal, &check, &err), 0);
	CHECK_EQ(check.records, 4);
	tmpdir_remove(dir);
}

/* Events without a pause: no idle turn ever comes, the fsync does. */
static void flood(void)
{
	char dir[64];
	struct publish_config c = {.journal_dir = (char *)tmpdir_make(dir),
				   .journal_max = 1 << 30,
				   .segment_bytes = 1 << 29, /* a new one would be another reason */
				   .fsync_ms = 5};
	uint64_t n = 0, start = clock_mono_ns(), took = 0;

	CASE("under a flood the fsync comes all the same");
	struct publish *p = opened(&c, true);
	while (n < 5 && took < 30 * NS_PER_S) { /* however slow the disk and its other users */
		publish_event(p, "alert.scan.high", LINE, strlen(LINE), true);
		n = count_get(&publish_counters_of(p)->journal_fsyncs);
		took = clock_mono_ns() - start;
	}
	CHECK_EQ(n, 5);
	CHECK(took >= 4 * 5 * NS_PER_MS); /* but not one an event: the first may come at once */
	publish_close(p, NULL);
	tmpdir_remove(dir);
}

int main(void)
{
	log_init("test", LOG_error);
	files();
	sockets();
	flood();
	nng_fini();
	return check_done();
}
