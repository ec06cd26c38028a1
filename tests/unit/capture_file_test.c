// SPDX-License-Identifier: Apache-2.0
/* The source `file`: every format, link and resolution; what is no capture; what breaks off. */
#include "capture_run.h"

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

#define MANY 40 /* captures that break off: more than are named */

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
	char *list[] = {(char *)path, (char *)path}, *many[MANY];

	for (unsigned i = 0; i < MANY; i++)
		many[i] = (char *)path;
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
		const char *second = strstr(r->broken, "; ");
		CHECK(second && strstr(second, want) != NULL);
		CHECK_EQ(r->n, 2 * rows[i].frames);
		r = run_list(&runs[0], 2, many, MANY);
		CHECK(strstr(r->broken, " more)") != NULL);
		CHECK_EQ(r->n, MANY * rows[i].frames);
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
	return check_done();
}
