// SPDX-License-Identifier: Apache-2.0
/* The source `file` by one reader or many: each frame once, the same seconds at the same places,
 * both ends of a pair on one reader, streams and folders alike. */
#include "capture_run.h"

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
	while ((next_seq[0] < 1 || next_seq[1] < 1) && clock_mono_ns() < began + S(30)) {
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
	CHECK(slowest < S(5)); /* 1 ms, on a machine that others use; the pipe is silent for ever */
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
	test_seconds();
	test_far_times();
	test_readers();
	test_stdin();
	test_pairs();
	test_watermark();
	test_big_frames();
	return check_done();
}
