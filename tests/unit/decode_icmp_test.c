// SPDX-License-Identifier: Apache-2.0
/* ICMP, ICMPv6, and the packets their errors quote. */
#include "decode_run.h"

#define ICMP(total) "45 00" total "0001 0000 40 01 0000 0a000009 0a000001"
#define QUOTED      "45 00 0100 0001 0000 40" /* up to the protocol; its length is not believed */
#define ICMP6(length)                                                                              \
	"60000000" length "3a 40 20010db8000000000000000000000009 "                                \
	"20010db8000000000000000000000001"
#define D8      "3c00 0104 00000000" /* destination options, and more of them */
#define QADDRS6 "20010db8000000000000000000000001 20010db8000000000000000000000002"

/* clang-format off */
static const struct {
	const char *name, *bytes;
	enum verdict want;
	bool quotes;
	unsigned proto, sport, dport, odd;
} rows[] = {
	{"7 of 8 bytes",      ICMP("001b") "08 00 0000 000000",    VERDICT_icmp_short, false, 0, 0, 0, 0},
	{"echo quotes nothing", ICMP("001c") "08 00 0000 00010002", VERDICT_ok, false, 0, 0, 0, 0},
	{"port unreachable",  ICMP("0038") "03 03 0000 00000000" QUOTED "11 0000 0a000001 0a000002 1234 0035 0008 0000", VERDICT_ok, true, 17, 0x1234, 53, 0},
	{"time exceeded",     ICMP("0038") "0b 00 0000 00000000" QUOTED "06 0000 0a000001 0a000002 1234 0050 01020304", VERDICT_ok, true, 6, 0x1234, 80, 0},
	{"quoted options",    ICMP("003c") "03 03 0000 00000000 46 00 0100 0001 0000 40 11 0000 0a000001 0a000002 01010100 1234 0035 0008 0000", VERDICT_ok, true, 17, 0x1234, 53, 0},
	{"quoted echo has no ports", ICMP("0038") "03 01 0000 00000000" QUOTED "01 0000 0a000001 0a000002 08000000 00010002", VERDICT_ok, true, 1, 0, 0, 0},
	{"quoted later fragment has no ports", ICMP("0038") "0b 01 0000 00000000 45 00 0100 0001 0001 40 11 0000 0a000001 0a000002 1234 0035 0008 0000", VERDICT_ok, true, 17, 0, 0, 0},
	{"quoted header only", ICMP("0030") "03 03 0000 00000000" QUOTED "11 0000 0a000001 0a000002", VERDICT_ok, true, 17, 0, 0, 0},
	{"quoted header cut", ICMP("002f") "03 03 0000 00000000" QUOTED "11 0000 0a000001 0a0000", VERDICT_ok, false, 0, 0, 0, 1},
	{"quotes no IPv4",    ICMP("0030") "03 03 0000 00000000 65 00 0100 0001 0000 40 11 0000 0a000001 0a000002", VERDICT_ok, false, 0, 0, 0, 1},
	{"v6: 7 of 8 bytes",  ICMP6("0007") "80 00 0000 000000",    VERDICT_icmp6_short, false, 0, 0, 0, 0},
	{"v6: echo",          ICMP6("0008") "80 00 0000 00010002",  VERDICT_ok, false, 0, 0, 0, 0},
	{"v6: unreachable",   ICMP6("0038") "01 04 0000 00000000 60000000 0100 11 40" QADDRS6 "1234 0035 0008 0000", VERDICT_ok, true, 17, 0x1234, 53, 0},
	{"v6: behind a header", ICMP6("0040") "01 04 0000 00000000 60000000 0100 3c 40" QADDRS6 "1100 0104 00000000 1234 0035 0008 0000", VERDICT_ok, true, 17, 0x1234, 53, 0},
	{"v6: behind a first fragment's", ICMP6("0040") "03 01 0000 00000000 60000000 0100 2c 40" QADDRS6 "1100 0001 00000000 1234 0035 0008 0000", VERDICT_ok, true, 17, 0x1234, 53, 0},
	{"v6: a later fragment's", ICMP6("0040") "03 01 0000 00000000 60000000 0100 2c 40" QADDRS6 "1100 0009 00000000 1234 0035 0008 0000", VERDICT_ok, true, 44, 0, 0, 0},
	{"v6: behind two, one of 16 bytes", ICMP6("0050") "01 04 0000 00000000 60000000 0100 00 40" QADDRS6 "2b01 0104 00000000 0000000000000000 1100 0000 00000000 1234 0035 0008 0000", VERDICT_ok, true, 17, 0x1234, 53, 0},
	{"v6: behind eight",  ICMP6("0078") "01 04 0000 00000000 60000000 0100 3c 40" QADDRS6 D8 D8 D8 D8 D8 D8 D8 "1100 0104 00000000" "1234 0035 0008 0000", VERDICT_ok, true, 17, 0x1234, 53, 0},
	{"v6: behind nine is not looked for", ICMP6("0080") "01 04 0000 00000000 60000000 0100 3c 40" QADDRS6 D8 D8 D8 D8 D8 D8 D8 D8 "1100 0104 00000000" "1234 0035 0008 0000", VERDICT_ok, true, 60, 0, 0, 0},
	{"v6: extension ends the quote", ICMP6("0038") "01 04 0000 00000000 60000000 0100 3c 40" QADDRS6 "1100 0104 00000000", VERDICT_ok, true, 17, 0, 0, 0},
	{"v6: extension overruns", ICMP6("0038") "01 04 0000 00000000 60000000 0100 3c 40" QADDRS6 "1105 0104 00000000", VERDICT_ok, true, 60, 0, 0, 0},
	{"v6: quoted header cut", ICMP6("002f") "01 04 0000 00000000 60000000 0100 11 40 20010db8000000000000000000000001 20010db80000000000000000000000", VERDICT_ok, false, 0, 0, 0, 1},
	{"v6: quotes no IPv6", ICMP6("0030") "01 04 0000 00000000 40000000 0100 11 40" QADDRS6, VERDICT_ok, false, 0, 0, 0, 1},
};
/* clang-format on */

int main(void)
{
	struct run r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		run(&r, LINK_raw, rows[i].bytes, 0);
		CHECK_STR(verdict_name(r.verdict), verdict_name(rows[i].want));
		if (rows[i].want == VERDICT_ok) {
			CHECK_EQ(r.pkt.quotes, rows[i].quotes);
			if (r.pkt.quotes) {
				CHECK_EQ(r.pkt.q_proto, rows[i].proto);
				CHECK_EQ(r.pkt.q_sport, rows[i].sport);
				CHECK_EQ(r.pkt.q_dport, rows[i].dport);
			}
			CHECK_ODD(r, icmp_no_quote, rows[i].odd);
			CHECK(!r.pkt.has_ports);
		}
		if (rows[i].quotes && r.pkt.net == PKT_ip4) {
			CHECK_ADDR(r.pkt.q_src, "10.0.0.1");
			CHECK_ADDR(r.pkt.q_dst, "10.0.0.2");
		} else if (rows[i].quotes) {
			CHECK_ADDR(r.pkt.q_src, "2001:db8::1");
			CHECK_ADDR(r.pkt.q_dst, "2001:db8::2");
		}
		run_end(&r);
	}

	CASE("type, code and the bytes after the header");
	run(&r, LINK_raw, ICMP("001e") "08 07 0000 00010002 abcd", 0);
	CHECK_EQ(r.pkt.icmp_type, 8);
	CHECK_EQ(r.pkt.icmp_code, 7);
	CHECK_EQ(r.pkt.payload_len, 2);
	run_end(&r);

	CASE("the types that quote: 3, 4, 5, 11, 12; of ICMPv6 those below 128");
	for (unsigned type = 0; type < 256; type++) {
		char text[512];
		bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;

		snprintf(text, sizeof(text),
			 ICMP("0038") "%02x 00 0000 00000000" QUOTED
				      "11 0000 0a000001 0a000002 1234 0035 0008 0000",
			 type);
		run(&r, LINK_raw, text, 0);
		CHECK_EQ(r.pkt.quotes, error);
		run_end(&r);
		snprintf(text, sizeof(text),
			 ICMP6("0030") "%02x 00 0000 00000000 60000000 0100 11 40" QADDRS6, type);
		run(&r, LINK_raw, text, 0);
		CHECK_EQ(r.pkt.quotes, type < 128);
		run_end(&r);
	}

	CASE("an error in a first fragment is not followed");
	run(&r, LINK_raw,
	    "45 00 0038 0001 2000 40 01 0000 0a000009 0a000001 03 03 0000 00000000" QUOTED
	    "11 0000 0a000001 0a000002 1234 0035 0008 0000",
	    0);
	CHECK_VERDICT(r, ok);
	CHECK(!r.pkt.quotes);
	CHECK_EQ(r.pkt.icmp_type, 3);
	run_end(&r);
	return check_done();
}
