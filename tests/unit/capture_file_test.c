// SPDX-License-Identifier: Apache-2.0
/* The source `file`: every format, link and resolution; what is no capture; what breaks off; and
 * the contract of bursts and seconds for any number of readers. */
#include "capture/source.h"

#include "base/hash.h"
#include "capture_files.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

extern const struct source capture_file;

#define FRAMES_MAX 20000
#define TICKS_MAX  4096

struct tick {
	uint64_t ns, next_seq;
};

struct run { /* everything a run gave */
	unsigned n, ticks[64], turns;
	struct tick tick[64][TICKS_MAX];
	uint8_t times_seen[FRAMES_MAX]; /* by seq */
	uint64_t time_ns[FRAMES_MAX];
	uint32_t cap[FRAMES_MAX], wire[FRAMES_MAX], sum[FRAMES_MAX];
	uint16_t link[FRAMES_MAX], source[FRAMES_MAX];
	uint8_t reader[FRAMES_MAX];
	uint64_t max_seq;
	bool order_kept; /* seqs rise within a reader; between ticks as the contract says */
	uint64_t frames, bytes, kept, truncated, back, jump, unknown, skipped;
	char broken[300];
	struct err err;
	int opened;
};

static struct run runs[2]; /* too large for a stack */

static void note_frame(struct run *r, unsigned reader, const struct frame *f)
{
	assert(f->seq < FRAMES_MAX);
	r->n++;
	r->times_seen[f->seq]++;
	r->time_ns[f->seq] = f->time_ns;
	r->cap[f->seq] = f->cap_len;
	r->wire[f->seq] = f->wire_len;
	r->sum[f->seq] = hash_crc32c(f->data, f->cap_len);
	r->link[f->seq] = f->link;
	r->source[f->seq] = f->source;
	r->reader[f->seq] = (uint8_t)reader;
	if (f->seq > r->max_seq)
		r->max_seq = f->seq;
}

struct progress {
	uint64_t next_seq, tick_ns, told_ns;
	bool any, end;
};

static void note_burst(struct run *r, unsigned reader, const struct burst *b, struct progress *p)
{
	for (unsigned i = 0; i < b->n; i++) {
		/* Not below what was promised, below what is promised now, and within its second.
		 */
		r->order_kept &= b->frame[i].seq >= p->next_seq;
		r->order_kept &= b->frame[i].seq < b->next_seq;
		r->order_kept &= i == 0 || b->frame[i].seq > b->frame[i - 1].seq;
		r->order_kept &= b->frame[i].time_ns < p->told_ns + NS_PER_S;
		note_frame(r, reader, &b->frame[i]);
	}
	r->order_kept &= b->next_seq >= p->next_seq;
	r->order_kept &= !b->end || b->tick;
	if (b->tick) {
		r->order_kept &= b->tick_ns >= p->tick_ns && b->tick_ns % NS_PER_S == 0;
		assert(r->ticks[reader] < TICKS_MAX);
		r->tick[reader][r->ticks[reader]++] = (struct tick){b->tick_ns, b->next_seq};
		p->tick_ns = p->told_ns = b->tick_ns;
	}
	p->next_seq = b->next_seq;
	p->end = b->end;
	r->turns++;
}

static void collect(struct run *r, void *s, unsigned workers)
{
	for (unsigned i = 0; i < workers; i++) {
		const struct capture_counters *c = capture_file.counters(s, i);

		r->frames += count_get(&c->frames);
		r->bytes += count_get(&c->bytes);
		r->kept += count_get(&c->kept);
		r->truncated += count_get(&c->truncated);
		r->back += count_get(&c->clock_back);
		r->jump += count_get(&c->clock_jump);
		r->unknown += count_get(&c->unknown_link);
		r->skipped += count_get(&c->skipped_files);
	}
	const char *broken = capture_file.broken(s);
	snprintf(r->broken, sizeof(r->broken), "%s", broken ? broken : "");
}

/* Reads everything with `workers` readers, turn by turn. */
static struct run *run_list(struct run *r, unsigned workers, char **paths, unsigned n)
{
	struct capture_config c = {.workers = workers, .files = {paths, n}};
	struct progress p[64] = {0};
	static struct burst b;
	unsigned ended = 0;
	void *s;

	memset(r, 0, sizeof(*r));
	r->order_kept = true;
	r->opened = capture_file.open(&c, &s, &r->err);
	if (r->opened < 0)
		return r;
	while (ended < workers) {
		for (unsigned i = 0; i < workers; i++) {
			if (p[i].end)
				continue;
			capture_file.next(s, i, &b);
			note_burst(r, i, &b, &p[i]);
			ended += p[i].end;
		}
	}
	capture_file.next(s, 0, &b); /* after the end the end stays */
	r->order_kept &= b.end && b.tick && b.n == 0 && b.next_seq == p[0].next_seq;
	collect(r, s, workers);
	capture_file.close(s);
	return r;
}

static struct run *run(unsigned workers, const char *path)
{
	return run_list(&runs[0], workers, &(char *){(char *)path}, 1);
}

static void check_tick(const struct run *r, unsigned i, uint64_t ns, uint64_t seq)
{
	CHECK(i < r->ticks[0]);
	CHECK_EQ(r->tick[0][i].ns, ns);
	CHECK_EQ(r->tick[0][i].next_seq, seq);
}

#define S(x) ((x)*NS_PER_S)

static void test_classic(void)
{
	/* Not a multiple of a microsecond, so that a lost resolution shows. */
	const uint64_t t = S(1700000000) + 123456789;
	static const char *const names[] = {"little endian, us", "big endian, us",
					    "little endian, ns", "big endian, ns"};
	uint8_t f[UDP_BYTES];

	for (unsigned i = 0; i < 4; i++) {
		struct out o = {.big = i & 1, .nano = i & 2};
		const char *path = scratch_path("classic.pcap");

		CASE(names[i]);
		pcap_begin(&o, path, 1);
		udp_frame(f, 1, 2, 7);
		pcap_record(&o, t, f, UDP_BYTES, UDP_BYTES);
		pcap_record(&o, t, f, 20, 1500);
		out_end(&o);
		struct run *r = run(1, path);
		CHECK_EQ(r->opened, 0);
		CHECK_EQ(r->n, 2);
		CHECK_EQ(r->time_ns[0], o.nano ? t : t - t % 1000);
		CHECK_EQ(r->cap[0], UDP_BYTES);
		CHECK_EQ(r->sum[0], hash_crc32c(f, UDP_BYTES));
		CHECK_EQ(r->link[0], LINK_ether);
		CHECK_EQ(r->cap[1], 20);
		CHECK_EQ(r->wire[1], 1500);
		CHECK_EQ(r->truncated, 1);
		CHECK_EQ(r->bytes, UDP_BYTES + 1500);
		CHECK_STR(r->broken, "");
		CHECK(r->order_kept);
		CHECK_EQ(r->ticks[0], 2);
		check_tick(r, 0, S(1700000000), 0);
		check_tick(r, 1, S(1700000001), 2);
	}
}

static void test_fractions(void)
{
	/* clang-format off */
	static const struct {
		const char *name;
		uint32_t s, us;
		uint64_t want;
	} rows[] = {
		{"a fraction just below a second", 100, 999999, S(100) + 999999000},
		{"a fraction above a second is carried", 100, 1000000, S(101)},
		{"a fraction below zero is borrowed", 100, (uint32_t)-1139092, S(98) + 860908000},
		{"a fraction below the epoch", 0, (uint32_t)-1, 0},
		{"the last second of 32 bits, signed", 0x7fffffff, 0, S(0x7fffffffULL)},
		{"the first beyond", 0x80000000, 0, S(0x80000000ULL)},
		{"the last second of 32 bits", 0xffffffff, 999999, S(0xffffffffULL) + 999999000},
	};
	/* clang-format on */
	uint8_t f[UDP_BYTES];

	udp_frame(f, 1, 2, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct out o = {0};
		const char *path = scratch_path("fraction.pcap");

		CASE(rows[i].name);
		pcap_begin(&o, path, 1);
		put32(&o, rows[i].s);
		put32(&o, rows[i].us);
		put32(&o, UDP_BYTES);
		put32(&o, UDP_BYTES - 1); /* less than was captured: cannot be */
		fwrite(f, 1, UDP_BYTES, o.f);
		out_end(&o);
		struct run *r = run(1, path);
		CHECK_EQ(r->n, 1);
		CHECK_EQ(r->time_ns[0], rows[i].want);
		CHECK_EQ(r->wire[0], UDP_BYTES);
		CHECK(r->order_kept);
	}
}

static void test_links(void)
{
	static const struct {
		const char *name;
		unsigned linktype;
		uint16_t want;
	} rows[] = {
		{"Ethernet", 1, LINK_ether},     {"raw IP (12)", 12, LINK_raw},
		{"raw IP (14)", 14, LINK_raw},   {"raw IP (101)", 101, LINK_raw},
		{"IPv4", 228, LINK_raw},         {"IPv6", 229, LINK_raw},
		{"BSD loopback", 0, LINK_null},  {"OpenBSD loopback", 108, LINK_null},
		{"Linux cooked", 113, LINK_sll}, {"Linux cooked v2", 276, LINK_sll2},
		{"802.11", 105, LINK_other},     {"PPP", 9, LINK_other},
	};
	uint8_t f[UDP_BYTES] = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct out o = {0};
		const char *path = scratch_path("link.pcap");

		CASE(rows[i].name);
		pcap_begin(&o, path, rows[i].linktype);
		pcap_record(&o, S(5), f, UDP_BYTES, UDP_BYTES);
		out_end(&o);
		struct run *r = run(2, path);
		CHECK_EQ(r->n, 1);
		CHECK_EQ(r->link[0], rows[i].want);
		CHECK_EQ(r->unknown, rows[i].want == LINK_other);
		CHECK_EQ(r->reader[0], 0); /* no pair of addresses: worker 0's */
	}
}

static void test_pcapng(void)
{
	struct out o = {0};
	const char *path = scratch_path("two.pcapng");
	uint8_t f[UDP_BYTES];

	udp_frame(f, 1, 2, 0);
	CASE("pcapng, two interfaces, us and ns");
	pcapng_begin(&o, path);
	pcapng_interface(&o, 1, 6);
	pcapng_interface(&o, 1, 9);
	pcapng_packet(&o, 0, 1700000000123456, f, UDP_BYTES, UDP_BYTES);
	pcapng_packet(&o, 1, S(1700000000) + 123456789, f, 45, 60);
	out_end(&o);
	struct run *r = run(1, path);
	CHECK_EQ(r->n, 2);
	CHECK_EQ(r->time_ns[0], S(1700000000) + 123456000);
	CHECK_EQ(r->time_ns[1], S(1700000000) + 123456789);
	CHECK_EQ(r->cap[1], 45);
	CHECK_EQ(r->wire[1], 60);
	CHECK_STR(r->broken, "");

	CASE("pcapng, big endian");
	o.big = true;
	pcapng_begin(&o, path);
	pcapng_interface(&o, 1, 9);
	pcapng_packet(&o, 0, S(1700000000) + 1, f, UDP_BYTES, UDP_BYTES);
	out_end(&o);
	r = run(1, path);
	CHECK_EQ(r->n, 1);
	CHECK_EQ(r->time_ns[0], S(1700000000) + 1);

	CASE("pcapng, interfaces with different links");
	pcapng_begin(&o, path);
	pcapng_interface(&o, 1, 9);
	pcapng_packet(&o, 0, S(1), f, UDP_BYTES, UDP_BYTES);
	pcapng_interface(&o, 101, 9);
	pcapng_packet(&o, 1, S(2), f + 14, 30, 30);
	pcapng_packet(&o, 0, S(3), f, UDP_BYTES, UDP_BYTES);
	out_end(&o);
	r = run(1, path);
	CHECK_EQ(r->n, 3);
	CHECK_EQ(r->link[0], LINK_ether);
	CHECK_EQ(r->link[1], LINK_raw);
	CHECK_EQ(r->link[2], LINK_ether);
	CHECK_STR(r->broken, "");
}

static void write_three(const char *path, uint64_t first_ns)
{
	struct out o = {0};
	uint8_t f[UDP_BYTES];

	pcap_begin(&o, path, 1);
	for (unsigned i = 0; i < 3; i++) {
		udp_frame(f, 1, (uint8_t)(i + 2), i);
		pcap_record(&o, first_ns + S(i), f, UDP_BYTES, UDP_BYTES);
	}
	out_end(&o);
}

static void test_cut(void)
{
	static const struct {
		const char *name;
		unsigned size, frames;
		bool broken;
	} rows[] = {
		{"whole file", 24 + 3 * 62, 3, false},
		{"cut in the last byte", 24 + 3 * 62 - 1, 2, true},
		{"cut in a record header", 24 + 2 * 62 + 7, 2, true},
		{"cut after a record header", 24 + 2 * 62 + 16, 2, true},
		{"cut between records", 24 + 2 * 62, 2, false},
		{"cut in the first record", 24 + 1, 0, true},
		{"header only", 24, 0, false},
	};
	const char *path = scratch_path("cut.pcap");
	char *list[] = {(char *)path, (char *)path};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		write_three(path, S(100));
		assert(truncate(path, rows[i].size) == 0);
		for (unsigned workers = 1; workers <= 5; workers += 4) {
			struct run *r = run(workers, path);
			CHECK_EQ(r->opened, 0);
			CHECK_EQ(r->n, rows[i].frames);
			CHECK_EQ(r->broken[0] != 0, rows[i].broken);
			CHECK(r->order_kept);
		}
		if (!rows[i].broken)
			continue;
		char want[64];
		struct run *r = run_list(&runs[0], 1, list, 2);
		snprintf(want, sizeof(want), "cut.pcap breaks off after %u frames: truncated",
			 rows[i].frames);
		CHECK(strstr(r->broken, want) != NULL);
		CHECK(strstr(r->broken, "(1 captures after it were not read)") != NULL);
		CHECK_EQ(r->n, rows[i].frames);
	}
}

static void test_bad_block(void)
{
	struct out o = {0};
	uint8_t f[UDP_BYTES];
	const char *path = scratch_path("block.pcapng");

	CASE("a block whose length is absurd");
	udp_frame(f, 1, 2, 0);
	pcapng_begin(&o, path);
	pcapng_interface(&o, 1, 9);
	pcapng_packet(&o, 0, S(1), f, UDP_BYTES, UDP_BYTES);
	put32(&o, 6);
	put32(&o, 0xfffffff0);
	out_end(&o);
	struct run *r = run(1, path);
	CHECK_EQ(r->n, 1);
	CHECK(strstr(r->broken, "block.pcapng breaks off after 1 frames: ") != NULL);
}

static void write_text(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "wb");

	fwrite(text, 1, n, f);
	fclose(f);
}

static void test_no_capture(void)
{
	CASE("an empty file");
	write_text(scratch_path("empty.pcap"), "", 0);
	struct run *r = run(1, scratch_path("empty.pcap"));
	CHECK_EQ(r->opened, -EINVAL);
	CHECK(strstr(r->err.msg, "empty.pcap is empty") != NULL);

	CASE("text");
	write_text(scratch_path("text.pcap"), "alert tcp any any -> any any\n", 29);
	r = run(1, scratch_path("text.pcap"));
	CHECK_EQ(r->opened, -EINVAL);
	CHECK(strstr(r->err.msg, "text.pcap is not a capture: ") != NULL);
	CHECK_STR(r->err.hint, "pcap and pcapng are read");

	CASE("gzip");
	write_text(scratch_path("zip.pcap.gz"), "\x1f\x8b\x08\x00", 4);
	r = run(1, scratch_path("zip.pcap.gz"));
	CHECK_EQ(r->opened, -EINVAL);
	CHECK(strstr(r->err.hint, "gunzip -c") != NULL);

	CASE("a header cut short");
	write_text(scratch_path("short.pcap"), "\xd4\xc3\xb2\xa1\x02\x00", 6);
	r = run(1, scratch_path("short.pcap"));
	CHECK_EQ(r->opened, -EINVAL);

	CASE("no such file");
	r = run(1, scratch_path("nobody.pcap"));
	CHECK_EQ(r->opened, -ENOENT);
	CHECK(strstr(r->err.msg, "No such file") != NULL);

	CASE("nothing named");
	r = run_list(&runs[0], 1, NULL, 0);
	CHECK_EQ(r->opened, -EINVAL);
}

static void test_folder(void)
{
	char *list[2];

	mkdir(scratch_path("dir"), 0700);
	CASE("a folder without a capture");
	write_text(scratch_path("dir/note.txt"), "hello", 5);
	struct run *r = run(1, scratch_path("dir"));
	CHECK_EQ(r->opened, -ENOENT);
	CHECK(strstr(r->err.msg, "1 files looked at") != NULL);

	CASE("a folder: captures by path, the rest skipped and counted, one run");
	mkdir(scratch_path("dir/m"), 0700);
	mkfifo(scratch_path("dir/pipe"), 0600); /* opening it would wait for ever */
	write_text(scratch_path("dir/empty.pcap"), "", 0);
	write_three(scratch_path("dir/z.pcap"), S(300));
	write_three(scratch_path("dir/m/b.pcap"), S(200));
	write_three(scratch_path("dir/a.pcap"), S(100));
	r = run(2, scratch_path("dir"));
	CHECK_EQ(r->opened, 0);
	CHECK_EQ(r->n, 9);
	CHECK_EQ(r->skipped, 3);
	CHECK_EQ(r->time_ns[0], S(100));
	CHECK_EQ(r->time_ns[3], S(200));
	CHECK_EQ(r->time_ns[8], S(302));
	CHECK_EQ(r->source[2], 0);
	CHECK_EQ(r->source[3], 1);
	CHECK_EQ(r->source[8], 2);

	CASE("named files keep the order given; names can be asked for");
	list[0] = (char *)scratch_path("dir/z.pcap");
	list[1] = (char *)scratch_path("dir/a.pcap");
	r = run_list(&runs[0], 1, list, 2);
	CHECK_EQ(r->time_ns[0], S(300));
	CHECK_EQ(r->time_ns[3], S(100));
	CHECK_EQ(r->back, 1);

	struct capture_config c = {.workers = 1, .files = {list, 2}};
	struct err err;
	void *s;
	CHECK_EQ(capture_file.open(&c, &s, &err), 0);
	CHECK_STR(capture_file.file_name(s, 1), list[1]);
	CHECK_STR(capture_file.file_name(s, 2), "");
	CHECK(capture_file.drops_known(s));
	capture_file.close(s); /* before the end */
}

/* Writes frames with these times, one after the other, from 10.0.0.1 to .2, .3 … */
static void write_times(const char *path, const uint64_t *ns, unsigned n)
{
	struct out o = {.nano = true};
	uint8_t f[UDP_BYTES];

	pcap_begin(&o, path, 1);
	for (unsigned i = 0; i < n; i++) {
		udp_frame(f, 1, (uint8_t)(2 + i % 200), i);
		pcap_record(&o, ns[i], f, UDP_BYTES, UDP_BYTES);
	}
	out_end(&o);
}

static void test_seconds(void)
{
	const char *path = scratch_path("seconds.pcap");
	static const uint64_t edge[] = {S(10) + 999999998, S(10) + 999999999, S(11), S(11) + 1};
	static const uint64_t back[] = {S(20), S(20) + 2, S(19), S(20) + 3, S(25), S(24), S(26)};
	static const uint64_t odd[] = {0, S(5), S(4294967295), 0, S(7)};
	static const uint64_t ms[] = {S(30) + NS_PER_MS, S(30), S(30) - 1, S(30) - 1 + S(3600),
				      S(30) - 1 + S(7200)};

	CASE("a second is told before the first frame in it");
	write_times(path, edge, 4);
	struct run *r = run(1, path);
	CHECK_EQ(r->ticks[0], 3);
	check_tick(r, 0, S(10), 0);
	check_tick(r, 1, S(11), 2);
	check_tick(r, 2, S(12), 4);
	CHECK(r->order_kept);

	CASE("time going back tells nothing and is counted");
	write_times(path, back, 7);
	r = run(1, path);
	CHECK_EQ(r->ticks[0], 4);
	check_tick(r, 0, S(20), 0);
	check_tick(r, 1, S(25), 4);
	check_tick(r, 2, S(26), 6);
	check_tick(r, 3, S(26), 7); /* the largest time is a whole second already */
	CHECK_EQ(r->back, 2);
	CHECK_EQ(r->time_ns[2], S(19)); /* the frame keeps its own time */
	CHECK(r->order_kept);

	CASE("the year 0, the year 2106, and back");
	write_times(path, odd, 5);
	r = run(1, path);
	CHECK_EQ(r->n, 5);
	CHECK_EQ(r->ticks[0], 3); /* the epoch itself is told by being the start */
	check_tick(r, 0, S(5), 1);
	check_tick(r, 1, S(4294967295), 2);
	check_tick(r, 2, S(4294967295), 5);
	CHECK_EQ(r->time_ns[2], S(4294967295));
	CHECK_EQ(r->jump, 1);
	CHECK_EQ(r->back, 1);

	CASE("1 ms back and 1 h forward are no steps; a little more is");
	write_times(path, ms, 5);
	r = run(1, path);
	CHECK_EQ(r->back, 0);
	CHECK_EQ(r->jump, 0);
	write_times(path, (uint64_t[]){S(30) + NS_PER_MS + 1, S(30), S(3630) + 1}, 3);
	r = run(1, path);
	CHECK_EQ(r->back, 1);
	CHECK_EQ(r->jump, 1);
	CHECK(r->order_kept);
}

static void test_far_times(void)
{
	struct out o = {0};
	uint8_t f[UDP_BYTES];
	const char *path = scratch_path("far.pcapng");

	CASE("a time beyond what 64 bits of ns can say");
	udp_frame(f, 1, 2, 0);
	pcapng_begin(&o, path);
	pcapng_interface(&o, 1, 0);                                /* whole seconds */
	pcapng_packet(&o, 0, 8867404800, f, UDP_BYTES, UDP_BYTES); /* the year 2251 */
	pcapng_packet(&o, 0, 1ULL << 62, f, UDP_BYTES, UDP_BYTES);
	pcapng_packet(&o, 0, UINT64_MAX, f, UDP_BYTES, UDP_BYTES);
	pcapng_packet(&o, 0, 10, f, UDP_BYTES, UDP_BYTES);
	out_end(&o);
	struct run *r = run(2, path);
	CHECK_EQ(r->n, 4);
	CHECK_EQ(r->time_ns[0], S(8867404800));
	CHECK(r->time_ns[1] <= INT64_MAX);
	CHECK_EQ(r->time_ns[3], S(10));
	CHECK(r->order_kept);
}

#define MANY 12000

/* A capture with everything in it that could make readers disagree: quiet and busy seconds, many
 * pairs, ARP, fragments of nothing, times that step. */
static void write_many(const char *path)
{
	struct out o = {.nano = true};
	uint8_t f[1500] = {0};
	uint64_t t = S(1700000000) + 1, x = 1;

	pcap_begin(&o, path, 1);
	for (unsigned i = 0; i < MANY; i++) {
		x = hash_u64(x, i);
		udp_frame(f, (uint8_t)(x >> 8 & 31), (uint8_t)(x >> 16 & 31), i);
		if (x % 11 == 0)
			f[12] = f[13] = 0x88; /* not IP */
		t += x % 97 == 0 ? S(x % 5) : x % 100000;
		uint64_t shown = x % 53 == 0 ? t - S(3) : t;
		uint32_t n = x % 7 == 0 ? 1500 : UDP_BYTES;
		pcap_record(&o, shown, f, n, n);
	}
	out_end(&o);
}

static bool same_ticks(const struct run *a, unsigned i, const struct run *b, unsigned k)
{
	return a->ticks[i] == b->ticks[k] &&
	       memcmp(a->tick[i], b->tick[k], a->ticks[i] * sizeof(struct tick)) == 0;
}

static void test_readers(void)
{
	static const unsigned counts[] = {2, 3, 4, 5, 16, 64};
	const char *path = scratch_path("many.pcap");
	struct run *one = &runs[1];
	unsigned used[64];

	write_many(path);
	CASE("one reader sees everything");
	run_list(one, 1, &(char *){(char *)path}, 1);
	CHECK_EQ(one->n, MANY);
	CHECK(one->order_kept);
	CHECK(one->ticks[0] > 100);
	CHECK_EQ(one->kept, MANY);

	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		static char name[6][64];
		unsigned workers = counts[c], twice = 0, differ = 0;

		snprintf(name[c], 64, "%u readers: each frame once, the same seconds", workers);
		CASE(name[c]);
		struct run *r = run(workers, path);
		memset(used, 0, sizeof(used));
		for (unsigned i = 0; i < MANY; i++) {
			twice += r->times_seen[i] != 1;
			differ += r->sum[i] != one->sum[i] || r->time_ns[i] != one->time_ns[i] ||
				  r->cap[i] != one->cap[i];
			used[r->reader[i]]++;
		}
		CHECK_EQ(twice, 0);
		CHECK_EQ(differ, 0);
		CHECK(r->order_kept);
		for (unsigned i = 0; i < workers; i++) {
			CHECK(same_ticks(r, i, one, 0));
			CHECK(used[i] > 0);
		}
		CHECK_EQ(r->frames, MANY); /* the sum over readers is true */
		CHECK_EQ(r->kept, MANY);
		CHECK_EQ(r->bytes, one->bytes);
		CHECK_EQ(r->back, one->back);
	}
}

/* An ICMP error meets the packet it quotes; both directions meet. */
static void test_pairs(void)
{
	const char *path = scratch_path("pairs.pcap");
	struct out o = {0};
	uint8_t f[128];
	unsigned apart = 0;

	CASE("both directions of a pair, and an error that quotes it, on one reader");
	pcap_begin(&o, path, 1);
	for (uint8_t i = 2; i < 102; i++) {
		udp_frame(f, 1, i, 0);
		pcap_record(&o, S(1), f, UDP_BYTES, UDP_BYTES);
		udp_frame(f, i, 1, 0);
		pcap_record(&o, S(1), f, UDP_BYTES, UDP_BYTES);
		/* A router, 10.0.0.254, says to 10.0.0.1: port unreachable; 28 bytes quoted. */
		udp_frame(f, 1, i, 0);
		memmove(f + 42, f + 14, 28);
		udp_frame(f, 254, 1, 0);
		f[17] = 56;
		f[23] = 1;
		memset(f + 34, 0, 8);
		f[34] = f[35] = 3;
		uint8_t quoted[28] = {0x45, 0, 0,  32, 0, 0, 0, 0, 64, 17, 0, 0,  10, 0,
				      0,    1, 10, 0,  0, i, 4, 0, 5,  0,  0, 12, 0,  0};
		memcpy(f + 42, quoted, 28);
		pcap_record(&o, S(1), f, 70, 70);
	}
	out_end(&o);
	struct run *r = run(4, path);
	for (unsigned i = 0; i < 300; i += 3)
		apart += r->reader[i] != r->reader[i + 1] || r->reader[i] != r->reader[i + 2];
	CHECK_EQ(r->n, 300);
	CHECK_EQ(apart, 0);
}

static void test_watermark(void)
{
	const char *path = scratch_path("mark.pcap");

	CASE("a reader that keeps nothing still says how far it is");
	struct out o = {0};
	uint8_t f[UDP_BYTES];
	pcap_begin(&o, path, 1);
	udp_frame(f, 1, 2, 0);
	for (unsigned i = 0; i < FRAMES_MAX; i++)
		pcap_record(&o, S(1), f, UDP_BYTES, UDP_BYTES);
	out_end(&o);
	struct run *r = run(2, path);
	unsigned other = !r->reader[0];
	char *list[] = {(char *)path};
	struct capture_config c = {.workers = 2, .files = {list, 1}};
	static struct burst b;
	struct err err;
	void *s;
	CHECK_EQ(capture_file.open(&c, &s, &err), 0);
	capture_file.next(s, other, &b);
	CHECK(b.tick && b.next_seq == 0);
	for (unsigned turn = 1; turn <= FRAMES_MAX / 4096; turn++) {
		capture_file.next(s, other, &b);
		CHECK_EQ(b.n, 0);
		CHECK(!b.tick);
		CHECK_EQ(b.next_seq, turn * 4096 + 1);
	}
	capture_file.close(s);
}

static void test_big_frames(void)
{
	const char *path = scratch_path("big.pcap");
	static uint8_t f[262144];
	struct out o = {0};

	CASE("frames of 256 KiB, more of them than a burst can hold");
	pcap_begin(&o, path, 1);
	for (unsigned i = 0; i < 20; i++) {
		udp_frame(f, (uint8_t)i, 99, i);
		f[sizeof(f) - 1] = (uint8_t)i;
		pcap_record(&o, S(i / 10), f, sizeof(f), sizeof(f));
	}
	out_end(&o);
	run_list(&runs[1], 1, &(char *){(char *)path}, 1);
	CHECK_EQ(runs[1].n, 20);
	for (unsigned workers = 2; workers <= 5; workers += 3) {
		struct run *r = run(workers, path);
		CHECK_EQ(r->n, 20);
		CHECK(memcmp(r->sum, runs[1].sum, 20 * sizeof(r->sum[0])) == 0);
	}
}

static void test_stdin(void)
{
	static const char *const names[] = {"stdin, one worker", "stdin, three workers"};
	const char *path = scratch_path("many.pcap");

	for (unsigned i = 0; i < 2; i++) {
		int keep = dup(STDIN_FILENO), fd = open(path, O_RDONLY);

		CASE(names[i]);
		dup2(fd, STDIN_FILENO);
		close(fd);
		struct run *r = run(1 + 2 * i, "-");
		CHECK_EQ(r->opened, 0);
		CHECK_EQ(r->n, MANY);
		CHECK(same_ticks(r, 0, &runs[1], 0) || runs[1].n != MANY);
		CHECK(r->order_kept);
		dup2(keep, STDIN_FILENO);
		close(keep);
	}
	CASE("stdin is named twice");
	int fds[2], keep = dup(STDIN_FILENO);
	assert(pipe(fds) == 0);
	dup2(fds[0], STDIN_FILENO);
	struct out o = {.f = fdopen(fds[1], "wb")};
	write_three(scratch_path("three.pcap"), S(1));
	uint8_t bytes[128];
	int fd = open(scratch_path("three.pcap"), O_RDONLY);
	ssize_t n = read(fd, bytes, 24 + 62);
	fwrite(bytes, 1, (size_t)n, o.f);
	fflush(o.f);
	char *list[] = {"-", "-"};
	struct run *r = run_list(&runs[0], 1, list, 2);
	CHECK_EQ(r->opened, -EINVAL);
	CHECK(strstr(r->err.msg, "named twice") != NULL);

	CASE("a pipe that stays silent: what came is given out, next returns, close returns");
	fwrite(bytes, 1, (size_t)n, o.f);
	fflush(o.f);
	struct capture_config c = {.workers = 2, .files = {list, 1}};
	static struct burst b;
	struct err err;
	unsigned got = 0;
	uint64_t next_seq[2] = {0}, slowest = 0, began = clock_mono_ns();
	void *s;
	CHECK_EQ(capture_file.open(&c, &s, &err), 0);
	while ((next_seq[0] < 1 || next_seq[1] < 1) && clock_mono_ns() < began + S(5)) {
		for (unsigned i = 0; i < 2; i++) {
			uint64_t t = clock_mono_ns();
			capture_file.next(s, i, &b);
			t = clock_mono_ns() - t;
			slowest = t > slowest ? t : slowest;
			got += b.n;
			next_seq[i] = b.next_seq;
			CHECK(!b.end);
		}
	}
	CHECK_EQ(got, 1);
	CHECK_EQ(next_seq[0], 1);
	CHECK_EQ(next_seq[1], 1);
	CHECK(slowest < 200 * NS_PER_MS); /* 1 ms, on a machine that others use */
	capture_file.close(s);
	fclose(o.f);
	close(fds[0]);
	close(fd);
	dup2(keep, STDIN_FILENO);
	close(keep);
}

int main(void)
{
	scratch_make();
	test_classic();
	test_fractions();
	test_links();
	test_pcapng();
	test_cut();
	test_bad_block();
	test_no_capture();
	test_folder();
	test_seconds();
	test_far_times();
	test_readers();
	test_stdin();
	test_pairs();
	test_watermark();
	test_big_frames();
	return check_done();
}
