// SPDX-License-Identifier: Apache-2.0
/* ARP: neighbours that do not exist. */
#include "detect_scan_rig.h"

static struct record arp(const char *who, struct addr src, struct addr dst, unsigned kind)
{
	struct record a = {
		.o = {.kind = (uint8_t)kind, .src = src, .dst = dst},
		.neighbour = {.link.has_mac = 1},
	};
	CHECK(mac_parse(who, &a.neighbour.sender_mac));
	a.neighbour.link.smac = a.neighbour.sender_mac;
	a.neighbour.gratuitous = addr_eq(&src, &dst) || addr_is_any(&src);
	return a;
}

#define ASKER  "02:00:00:00:00:01"
#define ROUTER "02:00:00:00:00:fe"

static void ask(const char *who, const char *src, struct addr dst)
{
	struct record a = arp(who, ip(src), dst, OBS_arp_request);

	r.now_ns += NS_PER_MS;
	feed(&a);
}

static void reply(struct addr src)
{
	struct record a = arp("02:00:00:00:01:00", src, ip("10.0.0.1"), OBS_arp_reply);

	a.neighbour.sender_mac.b[5] = src.b[15];
	a.neighbour.sender_mac.b[4] = src.b[14];
	feed(&a);
}

static void make_router(const char *mac)
{
	for (unsigned i = 0; i < 5; i++) {
		struct record c =
			contact(ip("10.0.0.77"), ip_plus("198.51.100.0", i), 6, 443, FLOW_answered);
		c.contact.link.has_mac = 1;
		CHECK(mac_parse(mac, &c.contact.link.dmac));
		feed(&c);
	}
}

static void test_no_reply(void)
{
	CASE("no reply of anybody, addresses without order: a finding");
	rig_start();
	for (unsigned i = 0; i < 12; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", 7 * i + 1));
	tick(1005 * NS_PER_MS);
	CHECK_EQ(r.alerts, 0);
	CHECK_EQ(r.findings, 1);
	rig_end();
	CASE("one reply is enough");
	rig_start();
	reply(ip("10.0.0.9"));
	for (unsigned i = 0; i < 12; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", 7 * i + 1));
	tick(1005 * NS_PER_MS);
	CHECK_EQ(r.alerts, 1);
	rig_end();
}

static void test_arp(void)
{
	CASE("ARP for nine dead neighbours, a second later");
	rig_start();
	for (unsigned i = 0; i < 9; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", i));
	CHECK_EQ(r.alerts, 0);
	tick(985 * NS_PER_MS);
	CHECK_EQ(r.alerts, 0);
	tick(20 * NS_PER_MS);
	CHECK_EQ(r.alerts, 1);
	CHECK_EQ(r.last.about->sid, 104);
	CHECK_STR(r.last.about->technique, "T1018");
	char mac[MAC_TEXT];
	CHECK_STR(mac_text(&r.last.host_mac, mac), ASKER);
	rig_end();

	CASE("eight are not enough");
	rig_start();
	for (unsigned i = 0; i < 8; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", i));
	tick(5 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);

	CASE("asking the same again does not add");
	for (unsigned i = 0; i < 8; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", i));
	tick(5 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);
	rig_end();
}

static void test_arp_alive(void)
{
	CASE("neighbours that answer are no scan");
	rig_start();
	for (unsigned i = 0; i < 200; i++) {
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", i));
		reply(ip_plus("10.0.1.0", i));
	}
	tick(5 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("a late reply is a sign of life all the same");
	rig_start();
	for (unsigned i = 0; i < 8; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", i));
	r.now_ns += 500 * NS_PER_MS;
	reply(ip("10.0.1.3"));
	ask(ASKER, "10.0.0.1", ip("10.0.1.100"));
	tick(5 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("probes and announcements are no contacts");
	rig_start();
	for (unsigned i = 0; i < 100; i++) {
		ask(ASKER, "0.0.0.0", ip_plus("10.0.1.0", i));
		struct record a =
			arp(ASKER, ip_plus("10.0.2.0", i), ip_plus("10.0.2.0", i), OBS_arp_request);
		feed(&a);
	}
	tick(5 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);
	rig_end();
}

static void test_arp_mirror(void)
{
	CASE("replies are not mirrored: silence of neighbours that live opens no case");
	rig_start();
	for (unsigned i = 0; i < 20; i++) { /* they all speak, none is seen to reply */
		struct record a = arp("02:00:00:00:02:00", ip_plus("10.0.2.0", i), ip("10.0.0.1"),
				      OBS_arp_request);
		a.neighbour.sender_mac.b[5] = (uint8_t)i;
		feed(&a);
	}
	for (unsigned i = 0; i < 20; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.2.0", i));
	tick(2 * NS_PER_S);
	for (unsigned i = 0; i < 100; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.3.0", i));
	tick(2 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("a router that asks for dead hosts is told as a finding");
	rig_start();
	make_router(ROUTER);
	for (unsigned i = 0; i < 40; i++)
		ask(ROUTER, "10.0.0.254", ip_plus("10.0.1.0", i));
	tick(2 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);
	CHECK_EQ(r.findings, 1);
	rig_end();

	CASE("requests beyond the queue are left out and counted");
	rig_start();
	r.config.arp_pending = 64;
	rig_restart();
	for (unsigned i = 0; i < 100; i++)
		ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", i));
	char stats[1024];
	detect_scan.stats(r.state, stats, sizeof(stats));
	CHECK(strstr(stats, "\"arp_lost\":36") != NULL);
	tick(2 * NS_PER_S);
	CHECK_EQ(r.alerts, 1);
	rig_end();
}

static void test_arp_end(void)
{
	static const struct {
		const char *name;
		uint64_t ms;
		unsigned alerts;
	} rows[] = {{"at the end of the run a tenth of the wait will do", 120, 1},
		    {"but not less", 90, 0}};

	for (unsigned i = 0; i < 2; i++) {
		struct record last = {.o.kind = OBS_end};

		CASE(rows[i].name);
		rig_start();
		for (unsigned n = 0; n < 9; n++)
			ask(ASKER, "10.0.0.1", ip_plus("10.0.1.0", n));
		r.now_ns += rows[i].ms * NS_PER_MS;
		feed(&last);
		CHECK_EQ(r.alerts, rows[i].alerts);
		rig_end();
	}
}

int main(void)
{
	test_arp();
	test_no_reply();
	test_arp_end();
	test_arp_alive();
	test_arp_mirror();
	return check_done();
}
