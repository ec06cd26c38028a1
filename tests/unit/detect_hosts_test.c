// SPDX-License-Identifier: Apache-2.0
/* Who an address is, by what was seen before. */
#include "check.h"

#include "base/clock.h"
#include "detect/hosts.h"
#include "flow/flow.h"

#include <stdlib.h>

static char *home_rows[] = {"10.0.0.0/8", "fe80::/10"};
static struct strs home = {.at = home_rows, .n = 2}, none;
static struct hosts *h;
static uint64_t now_ns;
static struct addr told_addr;
static struct mac told_mac;

static void start(uint32_t max, struct strs *assets)
{
	struct err err;
	const struct hosts_config c = {
		.max = max, .home_net = &home, .assets = assets, .home_net_auto = true};

	CHECK_EQ(hosts_new(&h, &c, &err), 0);
	now_ns = 1700000000 * NS_PER_S;
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

static struct mac mac(uint8_t last)
{
	return (struct mac){{2, 0, 0, 0, 0, last}};
}

struct record {
	struct observation o;
	union {
		struct obs_contact contact;
		struct obs_neighbour neighbour;
		struct obs_flow flow;
	};
};

static bool feed(struct record *r)
{
	r->o.time_ns = now_ns;
	return hosts_observation(h, &r->o, &told_addr, &told_mac);
}

static bool arp_mac(unsigned kind, const char *src, struct mac m, const char *dst, uint16_t vlan)
{
	struct record r = {.o = {.kind = (uint8_t)kind, .src = ip(src), .dst = ip(dst)}};

	r.neighbour.sender_mac = m;
	r.neighbour.link.n_vlan = vlan != 0;
	r.neighbour.link.vlan[0] = vlan;
	r.neighbour.gratuitous = addr_eq(&r.o.src, &r.o.dst) || addr_is_any(&r.o.src);
	return feed(&r);
}

static bool arp(const char *src, uint8_t m, const char *dst)
{
	return arp_mac(OBS_arp_request, src, mac(m), dst, 0);
}

static struct host_view view(const char *text)
{
	struct addr a = ip(text);
	return hosts_of(h, &a, NULL);
}

static void contact(const char *src, const char *dst, uint8_t dmac, enum flow_outcome outcome,
		    uint8_t proto, uint16_t dport)
{
	struct record r = {
		.o = {.kind = OBS_contact, .src = ip(src), .dst = ip(dst), .dport = dport},
		.contact = {.outcome = (uint8_t)outcome},
	};
	r.contact.link.proto = proto;
	r.contact.link.has_mac = 1;
	r.contact.link.smac = mac(99);
	r.contact.link.dmac = mac(dmac);
	feed(&r);
}

static void test_identity(void)
{
	struct mac m1 = mac(1);

	CASE("an address nobody binds is its own host");
	start(64, &none);
	struct host_view v = view("10.0.0.1");
	CHECK(!v.bound && v.id != 0 && v.home);
	CHECK(v.id != view("10.0.0.2").id);
	CHECK(!view("192.0.2.1").home);

	CASE("ARP binds; the identity stays that of the address");
	uint64_t id = v.id;
	CHECK(arp("10.0.0.1", 1, "10.0.0.254"));
	v = view("10.0.0.1");
	CHECK(v.bound && mac_eq(&v.mac, &m1) && v.id == id);
	CHECK(!v.router);

	CASE("a host has many addresses");
	CHECK(arp("10.0.0.77", 1, "10.0.0.254"));
	CHECK(view("10.0.0.77").id == id);

	CASE("a reply binds as well, a probe does not");
	CHECK(arp_mac(OBS_arp_reply, "10.0.0.3", mac(3), "10.0.0.1", 0));
	CHECK(view("10.0.0.3").bound);
	CHECK(!arp_mac(OBS_arp_request, "0.0.0.0", mac(4), "10.0.0.4", 0));
	CHECK(!view("10.0.0.4").bound);

	CASE("a group MAC, a zero MAC, a group address bind nothing");
	CHECK(!arp_mac(OBS_arp_reply, "10.0.0.5", (struct mac){{1, 0, 0x5e, 0, 0, 1}}, "10.0.0.1",
		       0));
	CHECK(!arp_mac(OBS_arp_reply, "10.0.0.5", (struct mac){{0}}, "10.0.0.1", 0));
	CHECK(!arp_mac(OBS_arp_reply, "224.0.0.5", mac(5), "10.0.0.1", 0));
	CHECK(!view("10.0.0.5").bound);

	CASE("an address moves to another MAC, and that is told");
	CHECK(!arp("10.0.0.1", 1, "10.0.0.254"));
	CHECK(arp("10.0.0.1", 9, "10.0.0.254"));
	struct mac m9 = mac(9);
	v = view("10.0.0.1");
	CHECK(mac_eq(&v.mac, &m9) && mac_eq(&told_mac, &m9));
	CHECK_EQ(count_get(&hosts_counters_of(h)->rebound), 1);

	CASE("a sighting is told again after five minutes");
	now_ns += 299 * NS_PER_S;
	CHECK(!arp("10.0.0.1", 9, "10.0.0.254"));
	now_ns += NS_PER_S;
	CHECK(arp("10.0.0.1", 9, "10.0.0.254"));
	hosts_free(h);
}

static void test_vlans(void)
{
	struct obs_link on = {.n_vlan = 1, .vlan = {20}};
	struct addr a = ip("10.0.0.1");
	struct mac m1 = mac(1), m2 = mac(2);

	CASE("the same address on two VLANs is two hosts");
	start(64, &none);
	arp_mac(OBS_arp_request, "10.0.0.1", mac(1), "10.0.0.254", 10);
	arp_mac(OBS_arp_request, "10.0.0.1", mac(2), "10.0.0.254", 20);
	struct host_view v = hosts_of(h, &a, &on);
	CHECK(mac_eq(&v.mac, &m2));
	on.vlan[0] = 10;
	v = hosts_of(h, &a, &on);
	CHECK(mac_eq(&v.mac, &m1));

	CASE("routed into another VLAN it is still itself");
	on.vlan[0] = 30;
	CHECK(hosts_of(h, &a, &on).bound);
	hosts_free(h);

	CASE("never the source MAC of routed data");
	start(64, &none);
	contact("10.9.9.9", "10.0.0.1", 1, FLOW_answered, 6, 80);
	CHECK(!view("10.9.9.9").bound);
	hosts_free(h);
}

static void test_ndp(void)
{
	struct record r = {.o = {.kind = OBS_ndp, .sport = 135}};

	CASE("a solicitation binds its sender, an advertisement its target");
	start(64, &none);
	r.o.src = ip("fe80::1");
	r.o.dst = ip("fe80::2");
	r.neighbour.sender_mac = mac(1);
	CHECK(feed(&r));
	CHECK(view("fe80::1").bound && !view("fe80::2").bound);
	r = (struct record){.o = {.kind = OBS_ndp, .sport = 136}};
	r.o.src = r.o.dst = ip("fe80::2");
	r.neighbour.target_mac = mac(2);
	CHECK(feed(&r));
	CHECK(view("fe80::2").bound);

	CASE("a router advertisement makes a router and a home network");
	CHECK(!view("2001:db8:1::5").home);
	r = (struct record){.o = {.kind = OBS_ndp, .sport = 134}};
	r.o.src = ip("fe80::3");
	r.o.dst = ip("2001:db8:1::");
	r.neighbour.router = 1;
	r.neighbour.prefix_bits = 64;
	r.neighbour.sender_mac = mac(3);
	feed(&r);
	CHECK(!view("fe80::3").router); /* not for the default route */
	r.neighbour.router = 2;
	feed(&r);
	CHECK(view("fe80::3").router);
	CHECK(view("2001:db8:1::5").home);
	CHECK(!view("2001:db8:2::5").home);
	CHECK_EQ(count_get(&hosts_counters_of(h)->learnt_nets), 1);
	hosts_free(h);

	CASE("ARP among neighbours on public addresses makes a /24 ours");
	start(64, &none);
	arp("198.51.100.7", 1, "198.51.100.9");
	CHECK(view("198.51.100.200").home && !view("198.51.101.1").home);
	arp("203.0.113.1", 1, "198.51.100.9"); /* not in one /24: no proof of a link */
	CHECK(!view("203.0.113.1").home);
	hosts_free(h);
}

static void test_routers(void)
{
	char dst[32];

	CASE("a next hop for five foreign addresses is a router, for four not");
	start(64, &none);
	arp("10.0.0.254", 50, "10.0.0.1");
	for (unsigned i = 0; i < 4; i++) {
		snprintf(dst, sizeof(dst), "198.51.100.%u", i * 7);
		contact("10.0.0.1", dst, 50, FLOW_answered, 6, 443);
		contact("10.0.0.1", dst, 50, FLOW_answered, 6, 443);
	}
	CHECK(!view("10.0.0.254").router);
	for (unsigned i = 4; i < 9; i++) {
		snprintf(dst, sizeof(dst), "198.51.100.%u", i * 7);
		contact("10.0.0.1", dst, 50, FLOW_answered, 6, 443);
	}
	CHECK(view("10.0.0.254").router);

	CASE("a sweep that nobody answers makes no router of its target's MAC");
	arp("10.0.0.2", 60, "10.0.0.1");
	for (unsigned i = 0; i < 200; i++) {
		snprintf(dst, sizeof(dst), "198.51.100.%u", i);
		contact("10.0.0.1", dst, 60, FLOW_unanswered, 6, 443);
		contact("10.0.0.1", dst, 60, FLOW_refused, 6, 443);
	}
	CHECK(!view("10.0.0.2").router);

	CASE("its own address is not foreign");
	for (unsigned i = 0; i < 100; i++)
		contact("10.0.0.1", "10.0.0.2", 60, FLOW_answered, 6, 443);
	CHECK(!view("10.0.0.2").router);

	CASE("many IPv6 addresses of one /64 are one network");
	for (unsigned i = 1; i < 50; i++) {
		snprintf(dst, sizeof(dst), "2001:db8::%x", i);
		contact("10.0.0.1", dst, 60, FLOW_answered, 6, 443);
	}
	CHECK(!view("10.0.0.2").router);
	for (unsigned i = 1; i < 20; i++) {
		snprintf(dst, sizeof(dst), "2001:db8:0:%x::1", i);
		contact("10.0.0.1", dst, 60, FLOW_answered, 6, 443);
	}
	CHECK(view("10.0.0.2").router);

	CASE("VRRP's MAC is a router's");
	arp_mac(OBS_arp_reply, "10.0.0.253", (struct mac){{0, 0, 0x5e, 0, 1, 7}}, "10.0.0.1", 0);
	CHECK(view("10.0.0.253").router);
	hosts_free(h);

	CASE("handshakes completed for five foreign sources");
	start(64, &none);
	arp("10.0.0.254", 50, "10.0.0.1");
	for (unsigned i = 0; i < 12; i++) {
		struct record r = {.o = {.kind = OBS_flow_end, .dst = ip("10.0.0.1")}};

		snprintf(dst, sizeof(dst), "198.51.100.%u", i * 7);
		r.o.src = ip(dst);
		r.flow.link.has_mac = 1;
		r.flow.link.smac = mac(50);
		r.flow.seen = i < 6 ? FLOW_SYN | FLOW_SYNACK : /* invented addresses stop here */
				      FLOW_SYN | FLOW_SYNACK | FLOW_CLIENT_ACK;
		feed(&r);
		if (i == 5)
			CHECK(!view("10.0.0.254").router);
	}
	CHECK(view("10.0.0.254").router);

	CASE("a MAC with 65 addresses answers for others; with 64 it is a server");
	for (unsigned i = 0; i < 64; i++) {
		snprintf(dst, sizeof(dst), "10.0.1.%u", i);
		arp_mac(OBS_arp_reply, dst, mac(70), "10.0.0.1", 0);
	}
	CHECK(!view("10.0.1.0").router);
	arp_mac(OBS_arp_reply, "10.0.1.64", mac(70), "10.0.0.1", 0);
	CHECK(view("10.0.1.0").router);
	arp_mac(OBS_arp_reply, "10.0.1.65", mac(70), "10.0.0.1", 0);
	CHECK(!view("10.0.1.65").bound);
	hosts_free(h);
}

static void test_asked_for(void)
{
	CASE("the neighbour that most others ask for");
	start(64, &none);
	CHECK(!view("10.0.0.254").asked_for);
	arp("10.0.0.1", 1, "10.0.0.254");
	arp("10.0.0.2", 2, "10.0.0.254");
	arp("10.0.0.2", 2, "10.0.0.3");
	CHECK(view("10.0.0.254").asked_for);
	CHECK(!view("10.0.0.3").asked_for);
	CHECK(!view("10.0.0.9").asked_for);

	CASE("whoever is asked back was not looked for");
	for (unsigned i = 10; i < 40; i++) {
		char victim[32];
		snprintf(victim, sizeof(victim), "10.0.0.%u", i);
		arp("10.0.0.66", 66, victim);
		arp(victim, (uint8_t)i, "10.0.0.66");
	}
	CHECK(!view("10.0.0.66").asked_for);
	hosts_free(h);
}

static void test_roles(void)
{
	char *rows[] = {"10.0.0.5=backup", "02:00:00:00:00:07=scanner", "10.4.0.0/16=print"};
	struct strs assets = {.at = rows, .n = 3},
		    bad = {.at = (char *[]){"10.0.0.5=king"}, .n = 1};
	struct err err = {.msg = ""};
	struct addr a;
	struct host_view v;

	CASE("roles by asset: address, MAC, network");
	start(64, &assets);
	a = ip("10.0.0.5");
	v = view("10.0.0.5");
	CHECK_EQ(hosts_roles(h, &v, &a), 1u << ROLE_backup);
	arp("10.0.0.7", 7, "10.0.0.1");
	a = ip("10.0.0.7");
	v = view("10.0.0.7");
	CHECK_EQ(hosts_roles(h, &v, &a), 1u << ROLE_scanner);
	a = ip("10.4.1.1");
	v = view("10.4.1.1");
	CHECK_EQ(hosts_roles(h, &v, &a), 1u << ROLE_print);

	CASE("roles by services answered, of our own hosts only");
	contact("10.0.0.1", "10.0.0.8", 8, FLOW_answered, 6, 88);
	contact("10.0.0.1", "10.0.0.8", 8, FLOW_answered, 6, 389);
	contact("10.0.0.1", "10.0.0.8", 8, FLOW_refused, 6, 445);
	a = ip("10.0.0.8");
	v = view("10.0.0.8");
	CHECK_EQ(hosts_roles(h, &v, &a), 0);
	contact("10.0.0.1", "10.0.0.8", 8, FLOW_answered, 6, 445);
	CHECK_EQ(hosts_roles(h, &v, &a), 1u << ROLE_dc);
	contact("10.0.0.1", "192.0.2.8", 8, FLOW_answered, 6, 9100);
	a = ip("192.0.2.8");
	v = view("192.0.2.8");
	CHECK_EQ(hosts_roles(h, &v, &a), 0);
	hosts_free(h);

	CASE("a bad row is refused");
	const struct hosts_config c = {.max = 64, .home_net = &home, .assets = &bad};
	CHECK_EQ(hosts_new(&h, &c, &err), -22);
	CHECK(strstr(err.msg, "king") != NULL);
}

static void test_bounded(void)
{
	CASE("bounded: 100,000 addresses, evictions counted, the router kept");
	start(64, &none);
	arp_mac(OBS_arp_reply, "10.0.0.254", mac(50), "10.0.0.1", 0);
	for (unsigned i = 0; i < 12; i++) {
		char dst[32];
		snprintf(dst, sizeof(dst), "198.51.100.%u", i * 7);
		contact("10.0.0.1", dst, 50, FLOW_answered, 6, 443);
	}
	CHECK(view("10.0.0.254").router);
	for (unsigned i = 0; i < 100000; i++) {
		char src[32];
		struct mac m = {{2, 1, 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}};
		snprintf(src, sizeof(src), "10.%u.%u.%u", 1 + (i >> 16), i >> 8 & 255, i & 255);
		arp_mac(OBS_arp_request, src, m, "10.0.0.254", 0);
		if (i % 500 == 0)
			arp_mac(OBS_arp_reply, "10.0.0.254", mac(50), "10.0.0.1", 0);
	}
	const struct hosts_counters *n = hosts_counters_of(h);
	CHECK(count_get(&n->hosts) <= 64);
	CHECK(count_get(&n->bindings) <= 64 * 8);
	CHECK(count_get(&n->evicted) >= 99000);
	CHECK(view("10.0.0.254").router);
	hosts_free(h);
}

static bool ours(const char *text)
{
	struct addr a = ip(text);
	return hosts_ours(h, &a);
}

static void test_guess(void)
{
	CASE("nobody is known: acts are told as if they were ours; a private address ends it");
	start(64, &none);
	CHECK(ours("192.0.2.1") && !view("192.0.2.1").home && !ours("127.0.0.1"));
	contact("192.0.2.1", "198.51.100.1", 0, FLOW_answered, 6, 22);
	CHECK(ours("192.0.2.1") && !view("192.0.2.1").home);
	contact("fe80::1", "fe80::2", 0, FLOW_answered, 6, 22);
	CHECK(ours("192.0.2.1"));
	contact("10.0.0.1", "192.0.2.1", 0, FLOW_answered, 6, 22);
	CHECK(!ours("192.0.2.1") && ours("10.0.0.1"));
	for (unsigned i = 0; i < 20; i++) {
		char text[32];

		snprintf(text, sizeof(text), "198.18.%u.1", i);
		contact("192.0.2.1", text, 0, FLOW_answered, 6, 443);
	}
	CHECK(!view("192.0.2.1").home);
	hosts_free(h);

	CASE("the network on one side of every contact is ours");
	start(64, &none);
	for (unsigned i = 0; i < 20; i++) {
		char text[32];

		snprintf(text, sizeof(text), "198.18.%u.1", i);
		if (i % 2)
			contact("192.0.2.1", text, 0, FLOW_answered, 6, 443);
		else
			contact(text, "192.0.2.200", 0, FLOW_unanswered, 6, 25);
	}
	CHECK(view("192.0.2.77").home && !ours("198.18.3.1"));
	CHECK_EQ(count_get(&hosts_counters_of(h)->learnt_nets), 1);
	hosts_free(h);

	CASE("two sites that talk at random: none is on all sides");
	start(64, &none);
	for (unsigned i = 0; i < 20; i++) {
		char text[32];

		snprintf(text, sizeof(text), "198.18.%u.1", i);
		contact(i % 3 ? "192.0.2.1" : "203.0.113.1", text, 0, FLOW_answered, 6, 443);
	}
	CHECK(!view("192.0.2.1").home && !view("203.0.113.1").home);
	hosts_free(h);
}

int main(void)
{
	test_guess();
	test_identity();
	test_vlans();
	test_ndp();
	test_routers();
	test_asked_for();
	test_roles();
	test_bounded();
	return check_done();
}
