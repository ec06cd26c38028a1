// SPDX-License-Identifier: Apache-2.0
#include "decode_run.h"

#define ADDRS "20010db8000000000000000000000001 20010db8000000000000000000000002"
#define UDP   "0035 0036 000a 0000 abcd" /* 10 bytes */
#define OPT8  "0104 00000000"            /* six bytes of padding option */

/* clang-format off */
static const struct {
	const char *name, *bytes;
	unsigned missing;
	enum verdict want;
	unsigned proto, payload, wire, odd;
} rows[] = {
	{"39 of 40 bytes", "60000000 0000 fd 40 20010db8000000000000000000000001 20010db80000000000000000000000", 0, VERDICT_ip6_short, 0, 0, 0, 0},
	{"no payload",     "60000000 0000 3b 40" ADDRS,            0, VERDICT_ok, 59, 0, 0, 0},
	{"padding",        "60000000 0001 fd 40" ADDRS "aa 00",    0, VERDICT_ok, 253, 1, 1, 0},
	{"length beyond the frame", "60000000 0002 fd 40" ADDRS "aa", 0, VERDICT_ip6_length, 0, 0, 0, 0},
	{"but on the wire", "60000000 0002 fd 40" ADDRS "aa",      1, VERDICT_ok, 253, 1, 2, 0},
	{"udp",            "60000000 000a 11 40" ADDRS UDP,        0, VERDICT_ok, 17, 2, 2, 0},
	{"hop by hop",     "60000000 0012 00 40" ADDRS "1100" OPT8 UDP, 0, VERDICT_ok, 17, 2, 2, 0},
	{"routing",        "60000000 0012 2b 40" ADDRS "1100 0200 00000000" UDP, 0, VERDICT_ok, 17, 2, 2, 0},
	{"destination options of 16 bytes", "60000000 001a 3c 40" ADDRS "1101" OPT8 "0000000000000000" UDP, 0, VERDICT_ok, 17, 2, 2, 0},
	{"all of them",    "60000000 003a 00 40" ADDRS "3c00" OPT8 "2b00" OPT8 "2c00 0200 00000000 3300 0000 00000001 1102 0000 00000001 00000001 00000000" UDP, 0, VERDICT_ok, 17, 2, 2, 1},
	{"ESP stops",      "60000000 0004 32 40" ADDRS "00000001", 0, VERDICT_ok, 50, 4, 4, 0},
	{"no next header", "60000000 0002 3b 40" ADDRS "abcd",     0, VERDICT_ok, 59, 2, 2, 1},
	{"header beyond the packet", "60000000 0008 00 40" ADDRS "1101" OPT8, 0, VERDICT_ip6_ext_short, 0, 0, 0, 0},
	{"header ends the packet", "60000000 0008 00 40" ADDRS "fd00" OPT8, 0, VERDICT_ok, 253, 0, 0, 0},
	{"header of one byte", "60000000 0001 00 40" ADDRS "11",   0, VERDICT_ip6_ext_short, 0, 0, 0, 0},
	{"fragment of 7 bytes", "60000000 0007 2c 40" ADDRS "1100 0000 000000", 0, VERDICT_ip6_ext_short, 0, 0, 0, 0},
	{"eight headers",  "60000000 004a 3c 40" ADDRS "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "1100" OPT8 UDP, 0, VERDICT_ok, 17, 2, 2, 0},
	{"nine are too many", "60000000 0052 3c 40" ADDRS "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "3c00" OPT8 "1100" OPT8 UDP, 0, VERDICT_ip6_ext_many, 0, 0, 0, 0},
	{"ends at byte 65535", "60000000 000f 2c 40" ADDRS "fd00 fff8 00000001 00000000000000", 0, VERDICT_ok, 253, 7, 7, 0},
	{"ends past it",   "60000000 0010 2c 40" ADDRS "fd00 fff8 00000001 0000000000000000", 0, VERDICT_ip6_frag_overrun, 0, 0, 0, 0},
};
/* clang-format on */

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r;

		CASE(rows[i].name);
		run(&r, LINK_raw, rows[i].bytes, rows[i].missing);
		CHECK_STR(verdict_name(r.verdict), verdict_name(rows[i].want));
		if (rows[i].want == VERDICT_ok) {
			CHECK_EQ(r.pkt.net, PKT_ip6);
			CHECK_ADDR(r.pkt.src, "2001:db8::1");
			CHECK_ADDR(r.pkt.dst, "2001:db8::2");
			CHECK_EQ(r.pkt.ttl, 64);
			CHECK_EQ(r.pkt.proto, rows[i].proto);
			CHECK_EQ(r.pkt.payload_len, rows[i].payload);
			CHECK_EQ(r.pkt.payload_wire, rows[i].wire);
			CHECK_EQ(r.pkt.has_ports, rows[i].proto == 17);
			CHECK_EQ(r.pkt.n_anomalies, rows[i].odd);
		}
		run_end(&r);
	}
}

int main(void)
{
	struct run r;

	test_rows();

	CASE("an atomic fragment is a whole packet (RFC 6946)");
	run(&r, LINK_raw, "60000000 0012 2c 40" ADDRS "1100 0000 00000001" UDP, 0);
	CHECK(!r.pkt.fragment && r.pkt.has_ports);
	run_end(&r);

	CASE("a first fragment has ports, its UDP length goes beyond it");
	run(&r, LINK_raw, "60000000 0012 2c 40" ADDRS "1100 0001 00000001 0035 0036 0100 0000 abcd",
	    0);
	CHECK_VERDICT(r, ok);
	CHECK(r.pkt.fragment && r.pkt.first_fragment && r.pkt.has_ports);
	CHECK_EQ(r.pkt.ip_flags, 1);
	CHECK_EQ(r.pkt.payload_len, 2);
	run_end(&r);

	CASE("a first fragment ends in an options header: the datagram may still come");
	run(&r, LINK_raw, "60000000 0010 2c 40" ADDRS "3c00 0001 00000001 1102 010c00000000", 0);
	CHECK_VERDICT(r, ok);
	CHECK(r.pkt.fragment && r.pkt.first_fragment && !r.pkt.has_ports);
	CHECK_EQ(r.pkt.proto, 60);
	CHECK_EQ(r.pkt.frag.len, 8);
	run_end(&r);

	CASE("a later one has not");
	run(&r, LINK_raw, "60000000 0012 2c 40" ADDRS "1100 0008 00000001" UDP, 0);
	CHECK(r.pkt.fragment && !r.pkt.first_fragment && !r.pkt.has_ports);
	CHECK_EQ(r.pkt.frag_off, 8);
	CHECK_EQ(r.pkt.payload_len, 10);
	run_end(&r);

	CASE("what looks like a header in a later fragment is data");
	run(&r, LINK_raw, "60000000 0010 2c 40" ADDRS "3c00 0008 00000001 1101" OPT8, 0);
	CHECK_VERDICT(r, ok);
	CHECK_EQ(r.pkt.proto, 60);
	run_end(&r);

	CASE("routing header of type 0 is counted");
	run(&r, LINK_raw, "60000000 0012 2b 40" ADDRS "1100 0000 00000000" UDP, 0);
	CHECK_VERDICT(r, ok);
	CHECK_ODD(r, ip6_rh0, 1);
	run_end(&r);

	CASE("payload length 0 goes to the end of the frame");
	run(&r, LINK_raw, "60000000 0000 fd 40" ADDRS "aabb", 3);
	CHECK_VERDICT(r, ok);
	CHECK_ODD(r, ip6_length_zero, 1);
	CHECK_EQ(r.pkt.payload_len, 2);
	CHECK_EQ(r.pkt.payload_wire, 5);
	run_end(&r);

	CASE("version field in an IPv6 frame");
	run(&r, LINK_ether, "020000000001 020000000002 86dd 40000000 0000 3b 40" ADDRS, 0);
	CHECK_VERDICT(r, ip6_version);
	run_end(&r);
	return check_done();
}
