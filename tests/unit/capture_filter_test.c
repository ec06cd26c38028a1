// SPDX-License-Identifier: Apache-2.0
/* The capture filter: what matches on which link, tags that were taken out, mistakes. */
#include "capture/filter.h"

#include "check.h"
#include "hex.h"

#include <assert.h>

#define MACS "020000000002020000000001"
#define IP   "4500001c000100004011000a0a0000010a000002"
#define UDP  "0400003500080000"

static void test_match(void)
{
	/* clang-format off */
	static const struct {
		const char *name, *filter, *frame;
		unsigned link;
		int tci; /* -1: none was taken out */
		bool match;
	} rows[] = {
		{"port", "udp port 53", MACS "0800" IP UDP, LINK_ether, -1, true},
		{"another port", "udp port 54", MACS "0800" IP UDP, LINK_ether, -1, false},
		{"not", "not host 10.0.0.2", MACS "0800" IP UDP, LINK_ether, -1, false},
		{"raw IP", "udp port 53", IP UDP, LINK_raw, -1, true},
		{"raw IP, another host", "host 10.0.0.3", IP UDP, LINK_raw, -1, false},
		{"Ethernet on raw IP never matches", "ether host 02:00:00:00:00:01", IP UDP, LINK_raw, -1, false},
		{"loopback", "udp", "02000000" IP UDP, LINK_null, -1, true},
		{"cooked", "udp", "00000001000602000000000100000800" IP UDP, LINK_sll, -1, true},
		{"a link nobody knows", "udp", IP UDP, LINK_other, -1, false},
		{"a tag in the frame", "vlan 5 and udp", MACS "81000005" "0800" IP UDP, LINK_ether, -1, true},
		{"a tag taken out", "vlan 5 and udp", MACS "0800" IP UDP, LINK_ether, 5, true},
		{"another one", "vlan 6 and udp", MACS "0800" IP UDP, LINK_ether, 5, false},
		{"none taken out", "vlan and udp", MACS "0800" IP UDP, LINK_ether, -1, false},
		{"untagged text, a tag taken out", "udp", MACS "0800" IP UDP, LINK_ether, 5, false},
		{"a short frame", "udp", "0200", LINK_ether, -1, false},
		{"a short frame, a tag taken out", "vlan", "0200", LINK_ether, 5, false},
		{"length on the wire", "greater 1000", MACS "0800" IP UDP, LINK_ether, -1, true},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct capture_filter *f = NULL;
		struct err err = {0};
		uint8_t data[128];
		struct frame frame = {.data = data, .wire_len = 1400, .link = (uint16_t)rows[i].link};

		CASE(rows[i].name);
		frame.cap_len = (uint32_t)hex(rows[i].frame, data, sizeof(data));
		if (rows[i].tci >= 0) {
			frame.flags = FRAME_VLAN;
			frame.vlan_tci = (uint16_t)rows[i].tci;
		}
		CHECK_EQ(capture_filter_new(&f, rows[i].filter, &err), 0);
		CHECK(f != NULL);
		if (f)
			CHECK_EQ(capture_filter_match(f, &frame), rows[i].match);
		capture_filter_free(f);
	}
}

int main(void)
{
	struct capture_filter *f = (struct capture_filter *)&f;
	struct err err = {0};

	test_match();
	CASE("no text, no filter");
	CHECK_EQ(capture_filter_new(&f, "", &err), 0);
	CHECK(f == NULL);
	CHECK_EQ(capture_filter_new(&f, NULL, &err), 0);
	CHECK(f == NULL && capture_filter_ether(f) == NULL);
	CASE("a mistake is told with the text and libpcap's words");
	CHECK(capture_filter_new(&f, "tcp prot 80", &err) < 0);
	CHECK(f == NULL);
	CHECK(strstr(err.msg, "filter 'tcp prot 80': ") != NULL);
	CHECK(strlen(err.msg) > strlen("filter 'tcp prot 80': "));
	CHECK(strstr(err.hint, "pcap-filter(7)") != NULL);
	CHECK(capture_filter_check("host", &err) < 0);
	CHECK_EQ(capture_filter_check("host 10.0.0.1", &err), 0);
	CASE("what only Ethernet has is no mistake");
	CHECK_EQ(capture_filter_check("ether multicast", &err), 0);
	return check_done();
}
