// SPDX-License-Identifier: Apache-2.0
#include "decode_run.h"

#define ETHER "ffffffffffff 020000000002 0806"
#define BODY  "020000000002 0a000001 020000000003 0a000002"

/* clang-format off */
static const struct {
	const char *name, *bytes;
	enum verdict want;
	unsigned op;
} rows[] = {
	{"request",               ETHER "0001 0800 06 04 0001" BODY,       VERDICT_ok, 1},
	{"reply with padding",    ETHER "0001 0800 06 04 0002" BODY "000000", VERDICT_ok, 2},
	{"on 802 networks",       ETHER "0006 0800 06 04 0001" BODY,       VERDICT_ok, 1},
	{"on something else",     ETHER "0007 0800 06 04 0001" BODY,       VERDICT_arp_kind, 0},
	{"not for IPv4",          ETHER "0001 86dd 06 04 0001" BODY,       VERDICT_arp_kind, 0},
	{"long hardware address", ETHER "0001 0800 08 04 0001" BODY,       VERDICT_arp_kind, 0},
	{"long protocol address", ETHER "0001 0800 06 10 0001" BODY,       VERDICT_arp_kind, 0},
	{"one byte short",        ETHER "0001 0800 06 04 0001 020000000002 0a000001 020000000003 0a0000", VERDICT_arp_short, 0},
};
/* clang-format on */

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run r;

		CASE(rows[i].name);
		run(&r, LINK_ether, rows[i].bytes, 0);
		CHECK_STR(verdict_name(r.verdict), verdict_name(rows[i].want));
		if (rows[i].want == VERDICT_ok) {
			CHECK_EQ(r.pkt.net, PKT_arp);
			CHECK_EQ(r.pkt.proto, 0);
			CHECK_EQ(r.pkt.arp.op, rows[i].op);
			CHECK_ADDR(r.pkt.src, "10.0.0.1");
			CHECK_ADDR(r.pkt.dst, "10.0.0.2");
			CHECK_MAC(r.pkt.arp.sender_mac, "02:00:00:00:00:02");
			CHECK_MAC(r.pkt.arp.target_mac, "02:00:00:00:00:03");
			CHECK_EQ(r.pkt.payload_len, 0);
			CHECK_EQ(r.pkt.payload_wire, 0);
		}
		run_end(&r);
	}
	return check_done();
}
