// SPDX-License-Identifier: Apache-2.0
#include "decode/tcp.h"

#include "decode_run.h"

#define ADDRS "0a000001 0a000002"
/* Total length and then TCP up to the data offset: 12 bytes of its header. */
#define IP(total) "45 00" total "0001 0000 40 06 0000" ADDRS "1234 0050 01020304 05060708"
#define REST      "0400 0000 0000" /* window, checksum, urgent pointer */

/* clang-format off */
static const struct {
	const char *name, *bytes;
	unsigned missing;
	enum verdict want;
	unsigned options, payload, wire;
} rows[] = {
	{"no payload",          IP("0028") "50 02" REST,                 0, VERDICT_ok, 0, 0, 0},
	{"19 of 20 bytes",      IP("0027") "50 02 0400 0000 00",         0, VERDICT_tcp_short, 0, 0, 0},
	{"19 captured of 20",   IP("0028") "50 02 0400 0000 00",         1, VERDICT_tcp_short, 0, 0, 0},
	{"payload",             IP("002a") "50 18" REST "abcd",          0, VERDICT_ok, 0, 2, 2},
	{"options",             IP("002e") "60 18" REST "01010101 abcd", 0, VERDICT_ok, 4, 2, 2},
	{"offset of 16 bytes",  IP("0028") "40 02" REST,                 0, VERDICT_tcp_offset, 0, 0, 0},
	{"offset past the packet", IP("0028") "60 02" REST,              0, VERDICT_tcp_offset, 0, 0, 0},
	{"offset into the padding", IP("0028") "60 02" REST "00000000",  0, VERDICT_tcp_offset, 0, 0, 0},
	{"options end the packet", IP("002c") "60 18" REST "01010101",   0, VERDICT_ok, 4, 0, 0},
	{"cut in the payload",  IP("0050") "50 18" REST "abcd",         38, VERDICT_ok, 0, 2, 40},
};
/* clang-format on */

/* Options as bytes; the kind asked for; what it holds, NULL when it must not be found. */
static const struct {
	const char *name, *options;
	unsigned kind;
	const char *want;
} options[] = {
	{"first", "0204 05b4", TCP_OPT_MSS, "05b4"},
	{"after padding", "01 01 0204 05b4 01 01", TCP_OPT_MSS, "05b4"},
	{"after another", "080a 11111111 22222222 0303 07 00", TCP_OPT_WSCALE, "07"},
	{"empty content", "0402 0000", TCP_OPT_SACK_OK, ""},
	{"not there", "0204 05b4", TCP_OPT_WSCALE, NULL},
	{"after the end mark", "00 030307 0204 05b4", TCP_OPT_WSCALE, NULL},
	{"length 1", "0301 0204", TCP_OPT_WSCALE, NULL},
	{"length 0", "0300 0204", TCP_OPT_WSCALE, NULL},
	{"overruns", "0101 0306", TCP_OPT_WSCALE, NULL},
	{"kind without length", "010101 03", TCP_OPT_WSCALE, NULL},
	{"of two the first", "030301 030302 0101", TCP_OPT_WSCALE, "01"},
};

static void test_options(void)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		uint8_t bytes[40], want[40];
		struct bytes got;
		struct pkt p = {.tcp_opt = bytes};

		p.tcp_opt_len = (uint8_t)hex(options[i].options, bytes, sizeof(bytes));
		CASE(options[i].name);
		bool found = decode_tcp_option(&p, (uint8_t)options[i].kind, &got);
		CHECK_EQ(found, options[i].want != NULL);
		if (found && options[i].want) {
			size_t n = hex(options[i].want, want, sizeof(want));
			CHECK_EQ(bytes_left(&got), n);
			CHECK(memcmp(got.at, want, n) == 0);
		}
	}
	CASE("no options at all");
	struct pkt none = {.tcp_opt = NULL};
	struct bytes got;
	CHECK(!decode_tcp_option(&none, TCP_OPT_MSS, &got));
}

int main(void)
{
	struct run r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		run(&r, LINK_raw, rows[i].bytes, rows[i].missing);
		CHECK_STR(verdict_name(r.verdict), verdict_name(rows[i].want));
		if (rows[i].want == VERDICT_ok) {
			CHECK(r.pkt.has_ports);
			CHECK_EQ(r.pkt.sport, 0x1234);
			CHECK_EQ(r.pkt.dport, 80);
			CHECK_EQ(r.pkt.tcp_seq, 0x01020304);
			CHECK_EQ(r.pkt.tcp_ack, 0x05060708);
			CHECK_EQ(r.pkt.tcp_win, 1024);
			CHECK_EQ(r.pkt.tcp_opt_len, rows[i].options);
			CHECK_EQ(r.pkt.tcp_opt != NULL, rows[i].options > 0);
			CHECK_EQ(r.pkt.payload_len, rows[i].payload);
			CHECK_EQ(r.pkt.payload_wire, rows[i].wire);
		}
		run_end(&r);
	}

	CASE("flags as on the wire");
	run(&r, LINK_raw, IP("0028") "50 d2" REST, 0);
	CHECK_EQ(r.pkt.tcp_flags, TCP_SYN | TCP_ACK | TCP_ECE | TCP_CWR);
	run_end(&r);

	CASE("options cut by the capture: counted, the payload is on the wire only");
	run(&r, LINK_raw, IP("0033") "70 18" REST "0204", 9);
	CHECK_VERDICT(r, ok);
	CHECK_ODD(r, tcp_options_cut, 1);
	CHECK_EQ(r.pkt.tcp_opt_len, 2);
	CHECK_EQ(r.pkt.payload_len, 0);
	CHECK_EQ(r.pkt.payload_wire, 3);
	run_end(&r);

	test_options();
	return check_done();
}
