// SPDX-License-Identifier: Apache-2.0
#include "decode_run.h"

#define ADDRS "0a000001 0a000002"

/* Protocol 253 is for experiments: nothing reads on. `missing`, payload, wire and off in bytes. */
/* clang-format off */
static const struct {
	const char *name, *bytes;
	unsigned missing;
	enum verdict want;
	unsigned payload, wire, off;
} rows[] = {
	{"19 of 20 bytes",      "45 00 0014 0001 0000 40 fd 0000 0a000001 0a0000",            0, VERDICT_ip4_short,        0, 0, 0},
	{"no payload",          "45 00 0014 0001 0000 40 fd 0000" ADDRS,                      0, VERDICT_ok,               0, 0, 0},
	{"header of 16 bytes",  "44 00 0014 0001 0000 40 fd 0000" ADDRS,                      0, VERDICT_ip4_ihl,          0, 0, 0},
	{"options past frame",  "46 00 0018 0001 0000 40 fd 0000" ADDRS,                      0, VERDICT_ip4_ihl,          0, 0, 0},
	{"options past the cut", "46 00 0018 0001 0000 40 fd 0000" ADDRS,                     4, VERDICT_ip4_ihl,          0, 0, 0},
	{"total below header",  "45 00 0013 0001 0000 40 fd 0000" ADDRS,                      0, VERDICT_ip4_length,       0, 0, 0},
	{"total beyond frame",  "45 00 0015 0001 0000 40 fd 0000" ADDRS,                      0, VERDICT_ip4_length,       0, 0, 0},
	{"but on the wire",     "45 00 0015 0001 0000 40 fd 0000" ADDRS,                      1, VERDICT_ok,               0, 1, 0},
	{"beyond the wire too", "45 00 0016 0001 0000 40 fd 0000" ADDRS,                      1, VERDICT_ip4_length,       0, 0, 0},
	{"cut in the payload",  "45 00 0020 0001 0000 40 fd 0000" ADDRS "abcd",              10, VERDICT_ok,               2, 12, 0},
	{"padding is no data",  "45 00 0016 0001 0000 40 fd 0000" ADDRS "abcd 0000",          0, VERDICT_ok,               2, 2, 0},
	{"padding cut off",     "45 00 0016 0001 0000 40 fd 0000" ADDRS "abcd",              24, VERDICT_ok,               2, 2, 0},
	{"options are skipped", "46 00 001a 0001 0000 40 fd 0000" ADDRS "01010100 abcd",      0, VERDICT_ok,               2, 2, 0},
	{"last fragment",       "45 00 0016 0001 00b9 40 11 0000" ADDRS "abcd",               0, VERDICT_ok,               2, 2, 1480},
	{"ends at byte 65535",  "45 00 0017 0001 1ffd 40 fd 0000" ADDRS "000000",             0, VERDICT_ok,               3, 3, 65512},
	{"ping of death",       "45 00 0018 0001 1ffd 40 fd 0000" ADDRS "00000000",           0, VERDICT_ip4_frag_overrun, 0, 0, 0},
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
			CHECK_EQ(r.pkt.net, PKT_ip4);
			CHECK_ADDR(r.pkt.src, "10.0.0.1");
			CHECK_ADDR(r.pkt.dst, "10.0.0.2");
			CHECK_EQ(r.pkt.payload_len, rows[i].payload);
			CHECK_EQ(r.pkt.payload_wire, rows[i].wire);
			CHECK_EQ(r.pkt.frag_off, rows[i].off);
			CHECK_EQ(r.pkt.n_anomalies, 0);
		}
		run_end(&r);
	}
}

static void test_fields(void)
{
	struct run r;

	CASE("fields in host order, what is not there is zero");
	run(&r, LINK_raw, "45 00 0015 1234 4000 3f fd 0000" ADDRS "aa", 0);
	CHECK_EQ(r.pkt.ip_id, 0x1234);
	CHECK_EQ(r.pkt.ttl, 63);
	CHECK_EQ(r.pkt.proto, 253);
	CHECK_EQ(r.pkt.ip_flags, 2);
	CHECK_EQ(r.pkt.ether_type, 0x0800);
	CHECK(!r.pkt.fragment && !r.pkt.has_ports && !r.pkt.has_mac && !r.pkt.quotes);
	CHECK_EQ(r.pkt.n_vlan, 0);
	CHECK_EQ(r.pkt.sport | r.pkt.dport | r.pkt.tcp_flags, 0);
	CHECK(r.pkt.tcp_opt == NULL && r.pkt.flow == NULL);
	CHECK_EQ(r.pkt.time_ns, 77);
	CHECK_EQ(r.pkt.seq, 5);
	CHECK_EQ(r.pkt.source, 3);
	CHECK_EQ(r.pkt.wire_len, 21);
	CHECK_EQ(r.pkt.payload[0], 0xaa);
	run_end(&r);

	CASE("reserved and more-fragments bits");
	run(&r, LINK_raw, "45 00 0015 1234 a000 3f fd 0000" ADDRS "aa", 0);
	CHECK_EQ(r.pkt.ip_flags, 5);
	CHECK(r.pkt.fragment && r.pkt.first_fragment);
	run_end(&r);

	CASE("a later fragment has no ports, whatever its bytes look like");
	run(&r, LINK_raw, "45 00 001c 0001 2001 40 11 0000" ADDRS "0035 0035 0008 0000", 0);
	CHECK(r.pkt.fragment && !r.pkt.first_fragment && !r.pkt.has_ports);
	CHECK_EQ(r.pkt.proto, 17);
	CHECK_EQ(r.pkt.payload_len, 8);
	run_end(&r);

	CASE("the first one has");
	run(&r, LINK_raw, "45 00 001c 0001 2000 40 11 0000" ADDRS "0035 0036 0100 0000", 0);
	CHECK(r.pkt.first_fragment && r.pkt.has_ports);
	CHECK_EQ(r.pkt.sport, 53);
	CHECK_EQ(r.pkt.dport, 54);
	run_end(&r);

	CASE("unless it is too short: counted, and the datagram goes on");
	run(&r, LINK_raw, "45 00 0018 0001 2000 40 06 0000" ADDRS "00350036", 0);
	CHECK_VERDICT(r, ok);
	CHECK(!r.pkt.has_ports);
	CHECK_ODD(r, frag_tiny, 1);
	run_end(&r);

	CASE("total length 0 goes to the end of the frame, on the wire");
	run(&r, LINK_raw, "45 00 0000 0001 0000 40 fd 0000" ADDRS "aabbcc", 7);
	CHECK_VERDICT(r, ok);
	CHECK_ODD(r, ip4_total_zero, 1);
	CHECK_EQ(r.pkt.payload_len, 3);
	CHECK_EQ(r.pkt.payload_wire, 10);
	run_end(&r);

	CASE("version field in an IPv4 frame");
	run(&r, LINK_ether, "020000000001 020000000002 0800 65 00 0014 0001 0000 40 06 0000" ADDRS,
	    0);
	CHECK_VERDICT(r, ip4_version);
	run_end(&r);
}

static void test_ah(void)
{
	struct run r;

	CASE("AH is looked through");
	run(&r, LINK_raw,
	    "45 00 0028 0001 0000 40 33 0000" ADDRS
	    "11 01 0000 00000001 00000001 0035 0036 0008 0000",
	    0);
	CHECK_VERDICT(r, ok);
	CHECK_EQ(r.pkt.proto, 17);
	CHECK_EQ(r.pkt.dport, 54);
	run_end(&r);
	CASE("AH beyond the packet");
	run(&r, LINK_raw,
	    "45 00 0020 0001 0000 40 33 0000" ADDRS "11 02 0000 00000001 00000001 00000000", 0);
	CHECK_VERDICT(r, ah_short);
	run_end(&r);
	CASE("AH shorter than AH");
	run(&r, LINK_raw,
	    "45 00 0020 0001 0000 40 33 0000" ADDRS "11 00 0000 00000001 00000001 00000000", 0);
	CHECK_VERDICT(r, ah_short);
	run_end(&r);
	CASE("ESP stops");
	run(&r, LINK_raw, "45 00 0018 0001 0000 40 32 0000" ADDRS "00350036", 0);
	CHECK_VERDICT(r, ok);
	CHECK_EQ(r.pkt.proto, 50);
	CHECK_EQ(r.pkt.payload_len, 4);
	run_end(&r);
}

int main(void)
{
	test_rows();
	test_fields();
	test_ah();
	return check_done();
}
