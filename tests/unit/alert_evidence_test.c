// SPDX-License-Identifier: Apache-2.0
/* Evidence from the alert to the file: which frames, what bytes, what stays within the limits; live
 * with real threads, from a file by a second reading. */
#include "alert/evidence.h"

#include "alert/evidence_part.h"
#include "alert/evidence_store.h"
#include "base/clock.h"
#include "base/hash.h"
#include "capture/pcapng.h"
#include "check.h"
#include "tmpdir.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#define T0 1767225600000000000ULL

static const struct about rule = {.gid = 1, .sid = 77, .msg = "bad\n\xff thing", .severity = 1};
static const struct about detector = {.gid = 900, .sid = 1, .detector = "scan", .msg = "scan"};

static struct addr ip(unsigned last)
{
	return addr_v4_wire(htobe32(0x0a000000u | last));
}

static struct finding alert(const struct about *a, unsigned src, unsigned dst, uint64_t s,
			    uint64_t seq)
{
	return (struct finding){.kind = FINDING_alert,
				.tier = TIER_alert,
				.about = a,
				.src = ip(src),
				.dst = ip(dst),
				.host = ip(src),
				.seq = seq,
				.time_ns = T0 + s * NS_PER_S,
				.count = 1};
}

static void wants(void)
{
	const struct evidence_config c = {.before_s = 30, .after_s = 10};
	struct evidence_want w, x;
	struct addr one = ip(1), two = ip(2), three = ip(3);
	struct finding f = alert(&rule, 2, 1, 100, 5);
	char text[EVIDENCE_TEXT];

	CASE("a signature's pair, both ways, nothing else");
	CHECK(evidence_want_of(&f, &c, &w));
	CHECK(evidence_between(&w, &one, &two));
	CHECK(evidence_between(&w, &two, &one));
	CHECK(!evidence_between(&w, &one, &three));
	CHECK(!evidence_between(&w, &three, &two));
	CHECK(!evidence_between(&w, &one, &one));
	CASE("from before to after, both ends counted in");
	CHECK(!evidence_within(&w, T0 + 70 * NS_PER_S - 1));
	CHECK(evidence_within(&w, T0 + 70 * NS_PER_S));
	CHECK(evidence_within(&w, T0 + 110 * NS_PER_S));
	CHECK(!evidence_within(&w, T0 + 110 * NS_PER_S + 1));
	CASE("both ways are the same pair");
	f = alert(&rule, 1, 2, 100, 5);
	CHECK(evidence_want_of(&f, &c, &x));
	CHECK(evidence_same(&w, &x));
	CASE("a detector's host, whoever the other is");
	f = alert(&detector, 1, 2, 100, 5);
	CHECK(evidence_want_of(&f, &c, &x));
	CHECK(!evidence_same(&w, &x));
	CHECK(evidence_between(&x, &one, &three));
	CHECK(evidence_between(&x, &three, &one));
	CHECK(!evidence_between(&x, &three, &two));
	CASE("no address, no evidence");
	f = (struct finding){.kind = FINDING_alert, .about = &rule};
	CHECK(!evidence_want_of(&f, &c, &x));
	CASE("times at the ends of the clock");
	f = alert(&rule, 1, 2, 0, 0);
	f.time_ns = 5;
	CHECK(evidence_want_of(&f, &c, &x));
	CHECK_EQ(x.from_ns, 0);
	f.time_ns = UINT64_MAX;
	CHECK(evidence_want_of(&f, &c, &x));
	CHECK_EQ(x.to_ns, UINT64_MAX);
	CASE("a comment is printable");
	f.flow_id = 9;
	evidence_text(&f, "id1", text);
	CHECK_STR(text, "vigie evidence id1: alert 1:77 flow 9 bad?? thing");
}

static void pcapng(void)
{
	static const uint8_t data[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8, 0, 0x45};
	struct frame f = {.data = data,
			  .cap_len = 15,
			  .wire_len = 99,
			  .time_ns = T0 + 123456789,
			  .link = LINK_ether},
		     got;
	struct evidence_pcapng p;
	struct err err = {0};

	CASE("what is written is read back: bytes, lengths, nanoseconds, link types");
	evidence_pcapng_begin(&p, "a comment");
	CHECK(evidence_pcapng_frame(&p, &f, NULL));
	f.flags = FRAME_VLAN;
	f.vlan_tci = 0x6064;
	CHECK(evidence_pcapng_frame(&p, &f, "marked"));
	f.link = LINK_raw; /* has no place for a tag */
	CHECK(evidence_pcapng_frame(&p, &f, NULL));
	f.link = LINK_sll2;
	f.cap_len = 0;
	CHECK(evidence_pcapng_frame(&p, &f, NULL));
	f.link = LINK_other;
	CHECK(!evidence_pcapng_frame(&p, &f, NULL));
	CHECK_EQ(p.n % 4, 0);
	FILE *file = fmemopen(p.at, p.n, "rb");
	struct capture_pcapng *r = capture_pcapng_open(file, "test", &err);
	CHECK(r != NULL);
	if (!r)
		return;
	CHECK_EQ(capture_pcapng_next(r, &got), 1);
	CHECK_EQ(got.cap_len, 15);
	CHECK_EQ(got.wire_len, 99);
	CHECK_EQ(got.time_ns, T0 + 123456789);
	CHECK_EQ(got.link, 1);
	CHECK(memcmp(got.data, data, 15) == 0);
	CASE("a tag that was taken off is put back");
	CHECK_EQ(capture_pcapng_next(r, &got), 1);
	CHECK_EQ(got.cap_len, 19);
	CHECK_EQ(got.wire_len, 103);
	CHECK(memcmp(got.data, data, 12) == 0);
	CHECK(memcmp(got.data + 12, "\x81\x00\x60\x64\x08\x00\x45", 7) == 0);
	CASE("each link type is an interface");
	CHECK_EQ(capture_pcapng_next(r, &got), 1);
	CHECK_EQ(got.link, 101);
	CHECK_EQ(got.cap_len, 15);
	CHECK_EQ(capture_pcapng_next(r, &got), 1);
	CHECK_EQ(got.link, 276);
	CHECK_EQ(got.cap_len, 0);
	CHECK_EQ(capture_pcapng_next(r, &got), 0);
	capture_pcapng_close(r);
	evidence_pcapng_fini(&p);
}

static bool there(const char *dir, const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return stat(path, &st) == 0;
}

static void touch(const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	CHECK(f != NULL);
	if (f)
		fclose(f);
}

static void store(void)
{
	char dir[64], deep[128], hex[65];
	struct evidence_store s;
	struct evidence_counters count = {0};
	struct evidence_done d = {.id = ""};
	struct err err = {0};
	uint8_t sum[32];
	static char block[1000];

	tmpdir_make(dir);
	snprintf(deep, sizeof(deep), "%s/a/b", dir);
	CASE("the folders are made");
	CHECK_EQ(evidence_store_open(&s, deep, 2500, false, &count, &err), 0);
	CASE("a file has its name when it is whole, and its SHA-256");
	CHECK(evidence_store_append(&s, "one", "hel", 3));
	CHECK(!there(deep, "one.pcapng"));
	CHECK(evidence_store_append(&s, "one", "lo", 2));
	CHECK(evidence_store_finish(&s, "one", &d));
	CHECK(there(deep, "one.pcapng"));
	CHECK(!there(deep, "one.part"));
	CHECK_EQ(d.bytes, 5);
	hash_sha256("hello", 5, sum);
	CHECK_STR(d.sha256, hash_hex(sum, 32, hex));
	CASE("nothing was written");
	CHECK(!evidence_store_finish(&s, "none", &d));
	CHECK_EQ(d.bytes, 0);
	CASE("the oldest go when there are too many bytes");
	for (unsigned i = 0; i < 4; i++) {
		char id[8];
		snprintf(id, sizeof(id), "f%u", i);
		CHECK(evidence_store_append(&s, id, block, sizeof(block)));
		CHECK(evidence_store_finish(&s, id, &d));
	}
	CHECK(!there(deep, "one.pcapng") && !there(deep, "f0.pcapng") && !there(deep, "f1.pcapng"));
	CHECK(there(deep, "f2.pcapng") && there(deep, "f3.pcapng"));
	CHECK_EQ(count_get(&count.removed), 3);
	CHECK_EQ(count_get(&count.removed_bytes), 2005);
	CHECK_EQ(s.bytes, 2000);
	evidence_store_close(&s);
	CASE("the next run knows them, and removes what was half-written");
	touch(deep, "torn.part");
	touch(deep, "000001.pcapng");
	touch(deep, "notes.txt");
	CHECK_EQ(evidence_store_open(&s, deep, 1500, false, &count, &err), 0);
	CHECK(!there(deep, "torn.part"));
	CHECK(there(deep, "notes.txt") && there(deep, "000001.pcapng"));
	CHECK(!there(deep, "f2.pcapng") && there(deep, "f3.pcapng"));
	evidence_store_close(&s);
	CASE("a run over a file begins anew, and touches only its own");
	touch(deep, "0000001.pcapng");
	CHECK_EQ(evidence_store_open(&s, deep, 1500, true, &count, &err), 0);
	CHECK(!there(deep, "000001.pcapng") && there(deep, "f3.pcapng"));
	CHECK(there(deep, "0000001.pcapng") && there(deep, "notes.txt"));
	evidence_store_close(&s);
	CASE("a file larger than everything allowed stays until the next");
	CHECK_EQ(evidence_store_open(&s, deep, 500, false, &count, &err), 0);
	CHECK(evidence_store_append(&s, "large", block, sizeof(block)));
	CHECK(evidence_store_finish(&s, "large", &d));
	CHECK(there(deep, "large.pcapng"));
	evidence_store_close(&s);
	CASE("a directory that cannot be");
	touch(dir, "file");
	snprintf(deep, sizeof(deep), "%s/file/x", dir);
	CHECK(evidence_store_open(&s, deep, 500, false, &count, &err) < 0);
	CHECK(strstr(err.msg, "file") != NULL);
	evidence_store_close(&s);
	tmpdir_remove(dir);
}

static void frame_of(struct evidence_tap *t, uint64_t seq, uint64_t ns, unsigned src, unsigned dst)
{
	static const uint8_t data[64];
	struct frame f = {.data = data, .cap_len = 60, .wire_len = 60, .time_ns = ns, .seq = seq};
	struct pkt p = {.net = PKT_ip4, .payload = data, .src = ip(src), .dst = ip(dst)};

	evidence_frame(t, &f, &p);
}

static void live(void)
{
	char dir[64];
	struct evidence_config c = {.enabled = (char *)"yes",
				    .dir = dir,
				    .memory = 4 << 20,
				    .before_s = 5,
				    .after_s = 2,
				    .max_bytes = 1 << 20,
				    .total = 1 << 30};
	struct evidence_keeper *e;
	struct evidence_done d = {.id = ""};
	struct event_id id = {"s", 0xabc, 7};
	struct err err = {0};
	struct finding f = alert(&rule, 1, 2, 10, 100), g = alert(&rule, 2, 1, 11, 101),
		       h = alert(&rule, 1, 2, 12, 102), far = alert(&rule, 1, 2, 13, 103),
		       hunt = alert(&rule, 1, 2, 10, 1);

	tmpdir_make(dir);
	CASE("live: an alert's frames from two workers, before and after, in order");
	CHECK_EQ(evidence_open(&e, &c, true, 2, &err), 0);
	struct evidence_tap *t[2] = {evidence_tap_of(e, 0), evidence_tap_of(e, 1)};
	CHECK_EQ(evidence_start(e, &err), 0);
	for (uint64_t i = 0; i < 200;
	     i++) /* a frame each 100 ms, from 0 to 20 s; one of two ours */
		if (i <= 100)
			frame_of(t[i % 2], i, T0 + i * 100000000, 1, i % 2 ? 3 : 2);
	const char *name = evidence_name(e, &f, &id);
	CHECK_STR(name ? name : "", "0000000000000abc-7");
	CASE("live: an alert close by joins; a finding has none; a later one begins its own");
	id.seq = 8;
	name = evidence_name(e, &g, &id);
	CHECK_STR(name ? name : "", "0000000000000abc-7");
	name = evidence_name(e, &h, &id);
	CHECK_STR(name ? name : "", "0000000000000abc-7");
	hunt.tier = TIER_finding;
	CHECK(evidence_name(e, &hunt, &id) == NULL);
	name = evidence_name(e, &far, &id);
	CHECK_STR(name ? name : "", "0000000000000abc-8");
	CHECK_EQ(count_get(&evidence_counters_of(e)->shared), 2);
	for (unsigned i = 0; i < 5000 && (t[0]->n_open < 2 || t[1]->n_open < 2); i++) {
		evidence_turn(t[0], T0 + 10 * NS_PER_S);
		evidence_turn(t[1], T0 + 10 * NS_PER_S);
		clock_sleep_ns(NS_PER_MS);
	}
	for (uint64_t i = 101; i < 200; i++)
		frame_of(t[i % 2], i, T0 + i * 100000000, 1, i % 2 ? 3 : 2);
	evidence_last(e);
	evidence_tap_end(t[0]);
	evidence_tap_end(t[1]);
	unsigned n = 0;
	for (unsigned i = 0; i < 5000 && n < 2; i++) {
		if (!evidence_next(e, &d)) {
			clock_sleep_ns(NS_PER_MS);
			continue;
		}
		n++;
		CHECK_EQ(d.state, EVIDENCE_kept);
		CHECK(!d.before_partial && !d.after_partial);
		uint64_t at = strcmp(d.id, "0000000000000abc-7") == 0 ? 10 : 13;
		CHECK_EQ(d.first_ns, T0 + (at * 10 - 50 + (at * 10 - 50) % 2) * 100000000);
		CHECK_EQ(d.last_ns, T0 + (at + 2) * NS_PER_S);
		CHECK_EQ(d.frames, 36); /* one of two, in 7 s, each 100 ms, both ends */
		CHECK_EQ(strlen(d.sha256), 64);
	}
	CHECK_EQ(n, 2);
	evidence_join(e);
	CHECK(evidence_ended(e));
	CHECK(there(dir, "0000000000000abc-7.pcapng") && there(dir, "0000000000000abc-8.pcapng"));
	for (unsigned w = 0; w < 2; w++)
		for (uint32_t k = 0; k < t[w]->n_pages; k++)
			CHECK_EQ(atomic_load(&t[w]->page[k].pins), 0);
	evidence_close(e);
	tmpdir_remove(dir);
}

static void limits(void)
{
	char dir[64];
	struct evidence_config c = {.enabled = (char *)"yes",
				    .dir = dir,
				    .memory = 4 << 20,
				    .before_s = 50,
				    .after_s = 2,
				    .max_bytes = 64 << 10,
				    .total = 1 << 30};
	struct evidence_keeper *e;
	struct evidence_done d;
	struct err err = {0};
	unsigned n = 0, failed = 0, kept = 0;

	tmpdir_make(dir);
	CASE("live: beyond EVIDENCE_OPEN an alert names none, and is counted");
	CHECK_EQ(evidence_open(&e, &c, true, 1, &err), 0);
	struct evidence_tap *t = evidence_tap_of(e, 0);
	for (uint64_t i = 0; i < 2000; i++)
		frame_of(t, i, T0 + i * 1000000, 1, 2);
	for (unsigned i = 0; i < EVIDENCE_OPEN + 3; i++) {
		struct finding f = alert(&rule, i ? 100 + i : 1, 2, 2, 1999);
		CHECK_EQ(evidence_name(e, &f, NULL) != NULL, i < EVIDENCE_OPEN);
	}
	CHECK_EQ(count_get(&evidence_counters_of(e)->skipped), 3);
	CASE("live: at most half of max_bytes from before; what is missing is said");
	CHECK_EQ(evidence_start(e, &err), 0);
	evidence_last(e);
	evidence_tap_end(t);
	while (!evidence_ended(e) || n < EVIDENCE_OPEN) {
		if (!evidence_next(e, &d)) {
			clock_sleep_ns(NS_PER_MS);
			continue;
		}
		n++;
		failed += d.state == EVIDENCE_failed;
		if (d.state == EVIDENCE_kept) {
			kept++;
			CHECK(d.before_partial);
			CHECK(d.frames > 200);
			CHECK_EQ(d.last_ns, T0 + 1999 * 1000000);
			CHECK_EQ(d.first_ns, T0 + (2000 - d.frames) * 1000000);
			CHECK(d.bytes <= 32 << 10);
		}
	}
	CHECK_EQ(n, EVIDENCE_OPEN);
	CHECK_EQ(failed, 0);
	CHECK_EQ(kept, 1); /* the others' addresses were never seen */
	evidence_join(e);
	evidence_close(e);
	tmpdir_remove(dir);
}

static void switches(void)
{
	struct evidence_keeper *e;
	struct err err = {0};
	char dir[64];
	struct evidence_config c = {
		.enabled = (char *)"auto", .dir = dir, .memory = 1 << 20, .total = 1 << 20};

	tmpdir_make(dir);
	CASE("auto: off from a file, off without a directory; yes needs one");
	CHECK_EQ(evidence_open(&e, &c, false, 1, &err), 0);
	CHECK(e == NULL);
	c.dir = NULL;
	CHECK_EQ(evidence_open(&e, &c, true, 1, &err), 0);
	CHECK(e == NULL);
	c.enabled = (char *)"yes";
	CHECK(evidence_open(&e, &c, true, 1, &err) < 0);
	CHECK_STR(err.msg, "evidence has no directory");
	c.enabled = (char *)"no";
	c.dir = dir;
	CHECK_EQ(evidence_open(&e, &c, true, 1, &err), 0);
	CHECK(e == NULL);
	CHECK(evidence_tap_of(NULL, 0) == NULL);
	CHECK(evidence_ended(NULL));
	evidence_close(NULL);
	tmpdir_remove(dir);
}

int main(void)
{
	wants();
	pcapng();
	store();
	live();
	limits();
	switches();
	return check_done();
}
