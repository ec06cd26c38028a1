// SPDX-License-Identifier: Apache-2.0
/* UDP and SCTP. */
#include "decode_run.h"

#define ADDRS       "0a000001 0a000002"
#define UDP(total)  "45 00" total "0001 0000 40 11 0000" ADDRS
#define SCTP(total) "45 00" total "0001 0000 40 84 0000" ADDRS

/* clang-format off */
static const struct {
	const char *name, *bytes;
	unsigned missing;
	enum verdict want;
	unsigned payload, wire, odd;
} rows[] = {
	{"no payload",         UDP("001c") "1234 0035 0008 0000",          0, VERDICT_ok, 0, 0, 0},
	{"7 of 8 bytes",       UDP("001b") "1234 0035 0008 00",            0, VERDICT_udp_short, 0, 0, 0},
	{"payload",            UDP("001e") "1234 0035 000a 0000 abcd",     0, VERDICT_ok, 2, 2, 0},
	{"length of 7",        UDP("001c") "1234 0035 0007 0000",          0, VERDICT_udp_length, 0, 0, 0},
	{"length beyond IP's", UDP("001e") "1234 0035 000b 0000 abcd",     0, VERDICT_udp_length, 0, 0, 0},
	{"length below IP's: a trailer", UDP("0020") "1234 0035 000a 0000 abcd eeee", 0, VERDICT_ok, 2, 2, 0},
	{"length 0",           UDP("001e") "1234 0035 0000 0000 abcd",     0, VERDICT_ok, 2, 2, 1},
	{"cut in the payload", UDP("0028") "1234 0035 0014 0000 abcd",    10, VERDICT_ok, 2, 12, 0},
	{"cut, and a trailer", UDP("0028") "1234 0035 0012 0000 abcd",    10, VERDICT_ok, 2, 10, 0},
	{"sctp",               SCTP("0022") "1234 0035 00000001 00000000 abcd", 0, VERDICT_ok, 2, 2, 0},
	{"sctp, 11 of 12",     SCTP("001f") "1234 0035 00000001 000000",   0, VERDICT_sctp_short, 0, 0, 0},
};
/* clang-format on */

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r;

		CASE(rows[i].name);
		run(&r, LINK_raw, rows[i].bytes, rows[i].missing);
		CHECK_STR(verdict_name(r.verdict), verdict_name(rows[i].want));
		if (rows[i].want == VERDICT_ok) {
			CHECK(r.pkt.has_ports);
			CHECK_EQ(r.pkt.sport, 0x1234);
			CHECK_EQ(r.pkt.dport, 53);
			CHECK_EQ(r.pkt.payload_len, rows[i].payload);
			CHECK_EQ(r.pkt.payload_wire, rows[i].wire);
			CHECK_ODD(r, udp_length_zero, rows[i].odd);
		}
		run_end(&r);
	}
	return check_done();
}
