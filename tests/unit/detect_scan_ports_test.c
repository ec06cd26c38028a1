// SPDX-License-Identifier: Apache-2.0
/* Many ports of one host. */
#include "detect_scan_rig.h"

/* Ports of one host, one every `gap_ms`; '-' in `fails` means answered. */
static const struct {
	const char *name;
	uint16_t first;
	unsigned n, step, gap_ms;
	unsigned answered; /* this many of them, the first ones */
	uint8_t outcome;
	unsigned alerts;
} vertical[] = {
	{"fourteen ports are not enough", 6000, 14, 1, 100, 0, FLOW_refused, 0},
	{"the fifteenth is", 6000, 15, 1, 100, 0, FLOW_refused, 1},
	{"unanswered as well", 6000, 15, 1, 100, 0, FLOW_unanswered, 1},
	{"slowly, within the window", 6000, 15, 1, 21000, 0, FLOW_refused, 1},
	{"too slowly", 6000, 40, 1, 22000, 0, FLOW_refused, 0},
	{"one port again and again", 6000, 100, 0, 100, 0, FLOW_refused, 0},
	{"as many answered as failed", 6000, 30, 1, 100, 15, FLOW_refused, 1},
	{"more answered than failed", 6000, 31, 1, 100, 16, FLOW_refused, 0},
	{"negotiated ports count a quarter", 40000, 59, 1, 100, 0, FLOW_refused, 0},
	{"and sixty are enough", 40000, 60, 1, 100, 0, FLOW_refused, 1},
};

static void test_vertical(void)
{
	static const uint16_t admin[] = {21, 113, 23, 135, 111, 143, 445, 554, 22, 995};

	for (size_t i = 0; i < sizeof(vertical) / sizeof(vertical[0]); i++) {
		CASE(vertical[i].name);
		rig_start();
		for (unsigned n = 0; n < vertical[i].n; n++) {
			/* What answers first fails its share later: one failure opens the pair. */
			bool ok = n >= 1 && n <= vertical[i].answered;

			r.now_ns += vertical[i].gap_ms * NS_PER_MS;
			touch(ip("10.0.0.1"), ip("10.1.0.1"), 6,
			      (uint16_t)(vertical[i].first + n * vertical[i].step),
			      ok ? FLOW_answered : (enum flow_outcome)vertical[i].outcome);
		}
		CHECK_EQ(r.alerts, vertical[i].alerts);
		if (r.alerts)
			CHECK_EQ(r.last.about->sid, 105);
		rig_end();
	}

	CASE("eight ports with five sensitive ones in a minute");
	rig_start();
	for (unsigned i = 0; i < 7; i++)
		touch(ip("10.0.0.1"), ip("10.1.0.1"), 6, admin[i], FLOW_unanswered);
	CHECK_EQ(r.alerts, 0);
	touch(ip("10.0.0.1"), ip("10.1.0.1"), 6, admin[7], FLOW_unanswered);
	CHECK_EQ(r.alerts, 1);
	CHECK(strstr(r.text, "8 ports of 10.1.0.1 failed, 0 answered, within a second: 21/tcp 113/tcp") ==
	      r.text);
	rig_end();

	CASE("of a host that is off, by who finds what it asks for elsewhere; of one that refuses");
	for (unsigned tended = 19; tended <= 20; tended++) {
		rig_start();
		for (unsigned i = 0; i < tended; i++)
			touch(ip("10.0.0.1"), ip_plus("10.2.0.1", i), 6, 22, FLOW_answered);
		for (unsigned i = 0; i < 8; i++)
			touch(ip("10.0.0.1"), ip("10.1.0.1"), 6, admin[i], FLOW_unanswered);
		CHECK_EQ(r.alerts, tended < 20);
		for (unsigned i = 0; i < 8; i++)
			touch(ip("10.0.0.1"), ip("10.1.0.2"), 6, admin[i],
			      i ? FLOW_unanswered : FLOW_refused);
		CHECK_EQ(r.alerts, 1); /* the second is counted in the first */
		rig_end();
	}

	CASE("eight ports with four sensitive ones");
	rig_start();
	for (unsigned i = 0; i < 4; i++) {
		touch(ip("10.0.0.1"), ip("10.1.0.1"), 6, admin[i], FLOW_unanswered);
		touch(ip("10.0.0.1"), ip("10.1.0.1"), 6, (uint16_t)(7000 + i), FLOW_unanswered);
	}
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("two targets are two counts");
	rig_start();
	for (unsigned i = 0; i < 20; i++)
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", i % 2), 6, (uint16_t)(6000 + i),
		      FLOW_refused);
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("from outside it is another alert");
	rig_start();
	for (unsigned i = 0; i < 15; i++)
		touch(ip("192.0.2.1"), ip("10.1.0.1"), 6, (uint16_t)(6000 + i), FLOW_refused);
	CHECK_EQ(r.alerts, 1);
	CHECK_EQ(r.last.about->sid, 106);
	rig_end();
}

static void test_vertical_udp(void)
{
	static const struct {
		const char *name;
		unsigned refused, silent, alerts;
	} rows[] = {
		{"UDP: fourteen refused", 14, 0, 0},
		{"UDP: fifteen refused", 15, 0, 1},
		{"UDP: silence alone says nothing", 0, 60, 0},
		{"UDP: two refused, the rest silent", 2, 58, 0},
		{"UDP: three refused: it is one that refuses", 3, 12, 1},
		{"UDP: and counts all", 3, 11, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		rig_start();
		for (unsigned n = 0; n < rows[i].refused + rows[i].silent; n++)
			touch(ip("10.0.0.1"), ip("10.1.0.1"), 17, (uint16_t)(100 + n),
			      n < rows[i].refused ? FLOW_refused : FLOW_unanswered);
		CHECK_EQ(r.alerts, rows[i].alerts);
		rig_end();
	}
}

static void test_vertical_protocols(void)
{
	static const struct {
		const char *name;
		enum flow_outcome outcome;
		unsigned n, alerts;
	} rows[] = {
		{"fifteen IP protocols refused", FLOW_refused, 15, 1},
		{"fourteen are not enough", FLOW_refused, 14, 0},
		{"silent ones say nothing", FLOW_unanswered, 40, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		rig_start();
		for (unsigned n = 0; n < rows[i].n; n++)
			touch(ip("10.0.0.1"), ip("10.1.0.1"), (uint8_t)(140 + n), 0,
			      rows[i].outcome);
		CHECK_EQ(r.alerts, rows[i].alerts);
		if (r.alerts)
			CHECK(strstr(r.text, "protocol 140 protocol 141") != NULL);
		rig_end();
	}
	CASE("SCTP has ports");
	rig_start();
	for (unsigned n = 0; n < 15; n++)
		touch(ip("10.0.0.1"), ip("10.1.0.1"), 132, (uint16_t)(100 + n), FLOW_refused);
	CHECK_EQ(r.alerts, 1);
	rig_end();
	CASE("three protocols refused: it is one that refuses, and silence is its limit");
	rig_start();
	for (unsigned n = 0; n < 15; n++)
		touch(ip("10.0.0.1"), ip("10.1.0.1"), (uint8_t)(140 + n), 0,
		      n < 3 ? FLOW_refused : FLOW_unanswered);
	CHECK_EQ(r.alerts, 1);
	rig_end();
}

static void lone_ack(const char *dst, uint16_t port, uint32_t seen)
{
	struct record c = contact(ip("10.0.0.1"), ip(dst), 6, port, FLOW_refused);

	c.contact.seen = FLOW_MIDSTREAM | FLOW_GUESSED | seen;
	c.contact.guessed = 1;
	feed(&c);
}

static void test_vertical_ack(void)
{
	CASE("fifteen ports reset a lone ACK");
	rig_start();
	for (unsigned i = 0; i < 15; i++) {
		CHECK_EQ(r.alerts, 0);
		lone_ack("10.1.0.1", (uint16_t)(100 + i), FLOW_LONE_ACK);
	}
	CHECK_EQ(r.alerts, 1);
	CHECK_EQ(r.last.about->sid, 105);
	rig_end();
	CASE("other flows with a guessed direction accuse nobody");
	rig_start();
	for (unsigned i = 0; i < 40; i++)
		lone_ack("10.1.0.1", (uint16_t)(100 + i), 0);
	CHECK_EQ(r.alerts, 0);
	rig_end();
	CASE("stale connections to one service of many hosts");
	rig_start();
	for (unsigned i = 0; i < 100; i++) {
		char dst[16];

		snprintf(dst, sizeof(dst), "10.1.0.%u", i + 1);
		lone_ack(dst, 443, FLOW_LONE_ACK);
	}
	CHECK_EQ(r.alerts, 0);
	rig_end();
}

int main(void)
{
	test_vertical();
	test_vertical_ack();
	test_vertical_protocols();
	test_vertical_udp();
	return check_done();
}
