// SPDX-License-Identifier: Apache-2.0
/* pcapng block by block: what is legal and rare is read, what cannot be is said. */
#include "capture/pcapng.h"

#include "base/clock.h"
#include "check.h"
#include "hex.h"

/* clang-format off */
static const struct {
	const char *name, *hex;
	unsigned frames;
	uint64_t time_ns;
	const char *broken;
} rows[] = {
#define SHB "0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000 "
#define IDB "01000000 14000000 01000000 00000400 14000000 "
#define DATA "aabbccdd "
#define EPB "06000000 24000000 00000000 00000000 40420f00 04000000 04000000 " DATA "24000000 "
	{"a section alone", SHB, 0, 0, ""},
	{"an enhanced packet: us by default", SHB IDB EPB, 1, NS_PER_S, ""},
	{"an old packet block", SHB IDB "02000000 24000000 0000 ffff 00000000 40420f00 04000000 04000000" DATA "24000000", 1, NS_PER_S, ""},
	{"a simple packet has the time of the one before", SHB IDB EPB "03000000 14000000 04000000" DATA "14000000", 2, NS_PER_S, ""},
	{"a simple packet is cut at the snapshot length", SHB "01000000 14000000 01000000 04000000 14000000" "03000000 14000000 ff000000" DATA "14000000", 1, 0, ""},
	{"a simple packet longer than its block", SHB IDB "03000000 14000000 05000000" DATA "14000000", 0, 0, "a packet of 5 bytes in a block of 20"},
	{"an unknown block is passed over", SHB IDB "ad0b0000 10000000 00000000 10000000" EPB, 1, NS_PER_S, ""},
	{"a second section starts with no interface", SHB IDB EPB SHB EPB, 1, NS_PER_S, "a packet of interface 0"},
	{"a section of the other byte order", SHB IDB EPB "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
		"00000001 00000014 0001 0000 00040000 00000014" "00000006 00000024 00000000 00000000 001e8480 00000004 00000004" DATA "00000024", 2, 2 * NS_PER_S, ""},
	{"resolution 2^-10", SHB "01000000 20000000 01000000 00000400 09000100 8a000000 00000000 20000000"
		"06000000 24000000 00000000 00000000 00060000 04000000 04000000" DATA "24000000", 1, NS_PER_S * 3 / 2, ""},
	{"resolution 10^-12", SHB "01000000 20000000 01000000 00000400 09000100 0c000000 00000000 20000000"
		"06000000 24000000 00000000 74010000 00a2941a 04000000 04000000" DATA "24000000", 1, 1598173782, ""},
	{"resolution 10^-20 is none", SHB "01000000 20000000 01000000 00000400 09000100 14000000 00000000 20000000", 0, 0, "time resolution 20"},
	{"resolution 2^-64 is none", SHB "01000000 20000000 01000000 00000400 09000100 c0000000 00000000 20000000", 0, 0, "time resolution 192"},
	{"an offset of 10 s", SHB "01000000 24000000 01000000 00000400 0e000800 0a00000000000000 00000000 24000000" EPB, 1, 11 * NS_PER_S, ""},
	{"an offset before 1970", SHB "01000000 24000000 01000000 00000400 0e000800 0000000000000080 00000000 24000000" EPB, 1, 0, ""},
	{"an offset beyond time", SHB "01000000 24000000 01000000 00000400 0e000800 ffffffffffffff7f 00000000 24000000" EPB, 1, 9223372035 * NS_PER_S, ""},
	{"an option longer than its block", SHB "01000000 18000000 01000000 00000400 09000500 18000000", 0, 0, "an interface option of 5 bytes"},
	{"an interface block too short", SHB "01000000 10000000 01000000 10000000", 0, 0, "an interface block of 16 bytes"},
	{"a packet before its interface", SHB EPB, 0, 0, "a packet of interface 0"},
	{"a packet longer than its block", SHB IDB "06000000 24000000 00000000 00000000 40420f00 05000000 05000000" DATA "24000000", 0, 0, "a packet of 5 bytes in a block of 36"},
	{"a packet block too short", SHB IDB "06000000 1c000000 00000000 00000000 40420f00 04000000 1c000000", 0, 0, "a packet block of 28 bytes"},
	{"lengths that differ", SHB IDB "06000000 24000000 00000000 00000000 40420f00 04000000 04000000" DATA "28000000", 0, 0, "36 bytes at its begin and 40 at its end"},
	{"a length that is no multiple of 4", SHB IDB EPB "06000000 25000000", 1, NS_PER_S, "a block of 37 bytes"},
	{"a length below a block's least", SHB IDB EPB "05000000 08000000 00000000", 1, NS_PER_S, "a block of 8 bytes"},
	{"cut in a block's head", SHB IDB EPB "0600", 1, NS_PER_S, "truncated: 2 of 8 bytes"},
	{"cut after a block's head", SHB IDB EPB "06000000 24000000", 1, NS_PER_S, "truncated: 0 of 28 bytes"},
	{"version 2", SHB IDB EPB "0a0d0d0a 1c000000 4d3c2b1a 02000000 ffffffffffffffff 1c000000", 1, NS_PER_S, "pcapng version 2.0"},
	{"a section without its magic", SHB IDB EPB "0a0d0d0a 1c000000 11223344", 1, NS_PER_S, "byte-order magic"},
};
/* clang-format on */

static uint8_t bytes[512];

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t size = hex(rows[i].hex, bytes, sizeof(bytes));
		FILE *f = fmemopen(bytes, size, "rb");
		struct err err = {0};
		struct frame last = {0}, frame;
		unsigned n = 0;
		int r;

		CASE(rows[i].name);
		struct capture_pcapng *p = capture_pcapng_open(f, "x", &err);
		CHECK(p != NULL);
		if (!p)
			continue;
		while ((r = capture_pcapng_next(p, &frame)) > 0) {
			last = frame;
			n++;
			CHECK(frame.cap_len == 4 && memcmp(frame.data, "\xaa\xbb\xcc\xdd", 4) == 0);
			CHECK(frame.wire_len >= frame.cap_len && frame.link == 1);
		}
		CHECK_EQ(n, rows[i].frames);
		if (n > 0)
			CHECK_EQ(last.time_ns, rows[i].time_ns);
		CHECK_EQ(r, rows[i].broken[0] ? -1 : 0);
		CHECK(strstr(capture_pcapng_why(p), rows[i].broken) != NULL);
		capture_pcapng_close(p);
	}
}

static void test_limits(void)
{
	FILE *f = tmpfile();
	struct err err = {0};
	struct frame frame;

	CASE("more interfaces than fit");
	fwrite(bytes, 1, hex(SHB, bytes, sizeof(bytes)), f);
	for (unsigned i = 0; i <= 4096; i++)
		fwrite(bytes, 1, hex(IDB, bytes, sizeof(bytes)), f);
	rewind(f);
	struct capture_pcapng *p = capture_pcapng_open(f, "x", &err);
	CHECK_EQ(capture_pcapng_next(p, &frame), -1);
	CHECK_STR(capture_pcapng_why(p), "more than 4096 interfaces");
	capture_pcapng_close(p);

	CASE("a block of 16 MiB is passed over; one of 4 bytes more is not believed");
	f = tmpfile();
	fwrite(bytes, 1, hex(SHB "05000000 00000001", bytes, sizeof(bytes)), f);
	fseek(f, 28 + (16 << 20) - 4, SEEK_SET);
	fwrite(bytes, 1, hex("00000001" IDB EPB "05000000 04000001", bytes, sizeof(bytes)), f);
	rewind(f);
	p = capture_pcapng_open(f, "x", &err);
	CHECK_EQ(capture_pcapng_next(p, &frame), 1);
	CHECK_EQ(capture_pcapng_next(p, &frame), -1);
	CHECK_STR(capture_pcapng_why(p), "a block of 16777220 bytes");
	capture_pcapng_close(p);

	CASE("no section header to begin with");
	f = fmemopen(bytes, hex("0a0d0d0a 1c000000 4d3c2b1a 0200", bytes, sizeof(bytes)), "rb");
	CHECK(capture_pcapng_open(f, "x", &err) == NULL);
	CHECK_STR(err.msg, "x is not a capture: truncated: 2 of 16 bytes");
	fclose(f);
}

int main(void)
{
	test_rows();
	test_limits();
	return check_done();
}
