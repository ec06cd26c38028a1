// SPDX-License-Identifier: Apache-2.0
/* Checksums of whole packets; every kind, both versions, what cannot be summed. */
#include "capture/sums.h"

#include "check.h"
#include "hex.h"

#include <stdlib.h>

#define MACS "020000000002020000000001"
#define TAG  "81000005"
/* 10.0.0.1 to 10.0.0.2; sums worked out by hand from RFC 1071 */
#define IPU(sum)  "4500001f00010000" "4011" sum "0a0000010a000002"
#define UDP(sum)  "04000035000b" sum "616263"
#define IPT(sum)  "4500002800010000" "4006" sum "0a0000010a000002"
#define TCP(sum)  "0400005000000001000000005002ffff" sum "0000"
#define IP6U      "60000000000b1140" "fd000000000000000000000000000001" "fd000000000000000000000000000002"

int main(void)
{
	/* clang-format off */
	static const struct {
		const char *name, *frame;
		uint8_t ip, l4;
	} rows[] = {
		{"UDP, odd length", MACS "0800" IPU("66cb") UDP("233e"), SUM_ok, SUM_ok},
		{"UDP, one bit", MACS "0800" IPU("66cb") UDP("233f"), SUM_ok, SUM_bad},
		{"IP, one bit", MACS "0800" IPU("66ca") UDP("233e"), SUM_bad, SUM_ok},
		{"IP empty", MACS "0800" IPU("0000") UDP("233e"), SUM_empty, SUM_ok},
		{"UDP over IPv4 may have none", MACS "0800" IPU("66cb") UDP("0000"), SUM_ok, SUM_none},
		{"TCP", MACS "0800" IPT("66cd") TCP("978f"), SUM_ok, SUM_ok},
		{"TCP empty", MACS "0800" IPT("66cd") TCP("0000"), SUM_ok, SUM_empty},
		{"TCP, the pseudo header's", MACS "0800" IPT("66cd") TCP("141d"), SUM_ok, SUM_half},
		{"TCP bad", MACS "0800" IPT("66cd") TCP("9790"), SUM_ok, SUM_bad},
		{"tagged", MACS TAG "0800" IPT("66cd") TCP("978f"), SUM_ok, SUM_ok},
		{"two tags", MACS "88a80001" TAG "0800" IPT("66cd") TCP("978f"), SUM_ok, SUM_ok},
		{"padding is not summed", MACS "0800" IPT("66cd") TCP("978f") "ffff", SUM_ok, SUM_ok},
		{"cut", MACS "0800" IPT("66cd") "0400005000000001000000005002", SUM_ok, SUM_none},
		{"a fragment", MACS "0800" "4500002800012000" "4006" "46cd" "0a0000010a000002" TCP("978f"), SUM_ok, SUM_none},
		{"IPv6, UDP", MACS "86dd" IP6U UDP("3d3c"), SUM_none, SUM_ok},
		{"IPv6, UDP empty", MACS "86dd" IP6U UDP("0000"), SUM_none, SUM_empty},
		{"IPv6, UDP bad", MACS "86dd" IP6U UDP("3d3d"), SUM_none, SUM_bad},
		{"ARP", MACS "0806" "0001080006040001020000000001c0a80001000000000000c0a80002", SUM_none, SUM_none},
		{"short", MACS "0800" "45", SUM_none, SUM_none},
		{"a header too short", MACS "0800" "44" "00002800010000400666cd0a0000010a000002" TCP("978f"), SUM_none, SUM_none},
		{"tags to the end", MACS TAG TAG TAG TAG TAG TAG, SUM_none, SUM_none},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t data[256];
		size_t n = hex(rows[i].frame, data, sizeof(data));
		uint8_t *exact = malloc(n); /* so that a read beyond is seen */

		memcpy(exact, data, n);
		struct frame f = {.data = exact, .cap_len = (uint32_t)n, .wire_len = (uint32_t)n};
		struct capture_sums s = capture_sums_of(&f);
		CASE(rows[i].name);
		CHECK_EQ(s.ip, rows[i].ip);
		CHECK_EQ(s.l4, rows[i].l4);
		f.link = LINK_raw;
		s = capture_sums_of(&f);
		CHECK(s.ip == SUM_none && s.l4 == SUM_none);
		free(exact);
	}
	return check_done();
}
