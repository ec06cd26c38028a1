// SPDX-License-Identifier: Apache-2.0
/* Tickets, relays, WinRM, exploits, false answers: what is an alert, what a finding, what nothing.
 */
#include "detect_facts.h"

#define WS  "10.0.0.5"
#define WS2 "10.0.0.6"
#define FS  "10.0.0.9"
#define DC  "10.0.0.7"

/* A body that begins with its link. */
static void facts_say_raw(enum observation_kind kind, const char *src, const char *dst,
			  uint16_t dport, const void *body, size_t len)
{
	struct {
		struct observation o;
		uint8_t body[512];
	} r = {.o = {.kind = (uint8_t)kind,
		     .dport = dport,
		     .sport = 40000,
		     .flow_id = fx.flow ? fx.flow : 7,
		     .time_ns = fx.now_ns,
		     .len = (uint16_t)len,
		     .seq = ++fx.seq}};

	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	memcpy(r.body, body, len);
	detect_observation(fx.d, &r.o);
	facts_take();
}

static void krb(const char *src, uint8_t message, const char *service, uint64_t ticket,
		int8_t etype, uint32_t asked, uint32_t error)
{
	struct fact_krb b = {.message = message,
			     .ticket = ticket,
			     .ticket_etype = etype,
			     .reply_etype = etype,
			     .answers = message == 11 && asked ? 10 : 0,
			     .request_etypes = asked,
			     .bare = message == 11 && asked,
			     .error = error};
	const char *words[] = {"alice", service, "CORP", ""};

	facts_say(OBS_krb, src, DC, 88, &b, sizeof(b), words, 4);
}

static void check_roast(void)
{
	static const struct {
		const char *name;
		const char *service[8];
		int8_t etype;
		const char *told;
	} rows[] = {
		{"RC4 for three services",
		 {"A/x", "B/x", "C/x"},
		 23,
		 "-855 10.0.0.5 +851 10.0.0.5"},
		{"RC4 for one", {"A/x", "A/x", "A/x"}, 23, "-855 10.0.0.5"},
		{"AES for three", {"A/x", "B/x", "C/x"}, 18, ""},
		{"RC4 for machines", {"cifs/x", "HOST/x", "ws$", "krbtgt/CORP"}, 23, ""},
		{"AES for eight",
		 {"A/x", "B/x", "C/x", "D/x", "E/x", "F/x", "G/x", "H/x"},
		 18,
		 "+851 10.0.0.5"},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char told[256] = "";
		size_t n = 0;

		CASE(rows[i].name);
		facts_open(NULL, 0);
		for (unsigned k = 0; k < 8 && rows[i].service[k]; k++) {
			krb(WS, 13, rows[i].service[k], 100 + k, rows[i].etype, 0, 0);
			const char *t = facts_told();
			if (*t && !strstr(told, t))
				n += (size_t)snprintf(told + n, sizeof(told) - n, "%s%s",
						      n ? " " : "", t);
		}
		CHECK_STR(told, rows[i].told);
		facts_close();
	}
	CASE("AS-REP roasting: RC4 alone asked for, and got");
	facts_open(NULL, 0);
	krb(WS2, 30, "krbtgt/CORP", 0, 0, 0, 25); /* the realm demands a proof of others */
	krb(WS, 11, "krbtgt/CORP", 7, 23, 1u << 23, 0);
	CHECK_STR(facts_told(), "+852 10.0.0.5");
	facts_close();
	CASE("a realm that demands none");
	facts_open(NULL, 0);
	krb(WS, 11, "krbtgt/CORP", 7, 23, 1u << 23, 0);
	CHECK_STR(facts_told(), "-852 10.0.0.5");
	facts_close();
	CASE("AES was asked for, too");
	facts_open(NULL, 0);
	krb(WS, 11, "krbtgt/CORP", 7, 23, 1u << 23 | 1u << 18, 0);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void check_ledger(void)
{
	CASE("a ticket moves");
	facts_open(NULL, 0);
	krb(WS, 11, "krbtgt/CORP", 42, 18, 0, 0);
	krb(WS, 12, "cifs/fs", 42, 18, 0, 0);
	CHECK_STR(facts_told(), "");
	krb(WS2, 12, "cifs/fs", 42, 18, 0, 0);
	CHECK_STR(facts_told(), "+853 10.0.0.6");
	krb(WS2, 14, "cifs/fs", 42, 18, 0, 0);
	CHECK_STR(facts_told(), "");
	CASE("a forwarded ticket is meant to move");
	krb(WS, 13, "krbtgt/CORP", 43, 18, 0, 0);
	krb(WS2, 12, "cifs/fs", 43, 18, 0, 0);
	CHECK_STR(facts_told(), "");
	CASE("one that nobody issued, too early to say");
	krb(WS, 12, "cifs/fs", 999, 18, 0, 0);
	CHECK_STR(facts_told(), "");
	CASE("one that nobody issued");
	for (unsigned i = 0; i < 200; i++)
		krb(WS, 12, "cifs/fs", 42, 18, 0, 0);
	facts_told();
	facts_wait(43200);
	krb(WS, 12, "cifs/fs", 998, 18, 0, 0);
	CHECK_STR(facts_told(), "+854 10.0.0.5");
	facts_close();
	CASE("as before, but we see few of the tickets issued");
	facts_open(NULL, 0);
	krb(WS, 11, "krbtgt/CORP", 42, 18, 0, 0);
	for (unsigned i = 0; i < 200; i++)
		krb(WS, 12, "cifs/fs", i % 5 ? 42 : 1000 + i, 18, 0, 0);
	facts_wait(43200);
	krb(WS, 12, "cifs/fs", 998, 18, 0, 0);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void ntlm(const char *src, const char *dst, uint64_t challenge, uint64_t flow)
{
	struct fact_ntlm b = {.message = 2, .challenge = challenge};
	const char *words[] = {"", ""};

	fx.flow = flow;
	facts_say(OBS_ntlm, src, dst, 445, &b, sizeof(b), words, 2);
	fx.flow = 0;
}

static void contact(const char *src, const char *dst, uint16_t port)
{
	struct obs_contact b = {
		.link = {.proto = 6}, .outcome = 0, .start_ns = fx.now_ns, .count = 1};

	facts_say_raw(OBS_contact, src, dst, port, &b, sizeof(b));
}

static void check_relay(void)
{
	CASE("the challenge of FS, handed on by WS to WS2");
	facts_open(NULL, 0);
	ntlm(WS, FS, 77, 1);
	ntlm(WS, FS, 77, 1); /* told twice of one connection */
	CHECK_STR(facts_told(), "");
	facts_wait(1);
	ntlm(WS2, WS, 77, 2);
	CHECK_STR(facts_told(), "+861 10.0.0.5");
	CASE("two minutes later it is chance, or a fixed one");
	ntlm(WS, FS, 78, 3);
	facts_wait(120);
	ntlm(WS2, WS, 78, 4);
	CHECK_STR(facts_told(), "");
	CASE("one server's fixed challenge");
	for (unsigned i = 0; i < 3; i++) {
		ntlm(i ? WS : WS2, FS, 0x1122334455667788, 10 + i);
		CHECK_STR(facts_told(), i < 2 ? "" : "+863 10.0.0.9");
	}
	CASE("an old file server's constant, and a client that gives the same");
	for (unsigned i = 0; i < 3; i++)
		ntlm(i ? WS : WS2, DC, 79, 20 + i);
	CHECK_STR(facts_told(), "-863 10.0.0.7");
	ntlm(DC, WS2, 79, 23);
	CHECK_STR(facts_told(), "-865 10.0.0.6");
	facts_close();
	CASE("a mirror before and behind an address translation");
	facts_open(NULL, 0);
	ntlm(WS, FS, 80, 1);
	ntlm(WS, DC, 80, 2);
	CHECK_STR(facts_told(), "-865 10.0.0.5");
	CASE("what a third server gives is nobody's random number");
	ntlm(WS2, WS, 80, 3);
	ntlm(FS, DC, 80, 4);
	CHECK_STR(facts_told(), "");
	CASE("a constant, seen an hour before, in two connections that look handed on");
	ntlm(WS, FS, 81, 5);
	facts_wait(3600);
	ntlm(WS, FS, 81, 6);
	ntlm(WS2, WS, 81, 7);
	CHECK_STR(facts_told(), "");
	CASE("the same log-in on both sides of a router that translates, then handed on");
	ntlm(WS, FS, 82, 8);
	ntlm(DC, FS, 82, 9);
	ntlm(WS2, WS, 82, 10);
	CHECK_STR(facts_told(), "+861 10.0.0.5");
	facts_close();
	CASE("called, and connects back");
	facts_open(NULL, 0);
	facts_rpc(WS, DC, "df1941c5-fe89-4e79-bf10-463657acf44d", 0, "");
	CHECK_STR(facts_told(), "+733 10.0.0.5");
	contact(DC, FS, 445);
	contact(DC, WS, 3389);
	CHECK_STR(facts_told(), "");
	facts_wait(9);
	contact(DC, WS, 445);
	CHECK_STR(facts_told(), "+862 10.0.0.5");
	facts_close();
	CASE("a print client that is notified");
	facts_open(NULL, 0);
	facts_rpc(WS, FS, "12345678-1234-abcd-ef00-0123456789ab", 65, "");
	facts_told();
	contact(FS, WS, 445);
	CHECK_STR(facts_told(), "-862 10.0.0.5");
	facts_close();
}

static void odd(uint8_t kind, unsigned n, const char *dst)
{
	struct fact_smb_odd b = {.kind = kind, .number = 1};
	const char *words[] = {"it is odd"};

	for (unsigned i = 0; i < n; i++)
		facts_say(OBS_smb_odd, WS, dst, 445, &b, sizeof(b), words, 1);
}

static void check_exploits(void)
{
	static const struct {
		const char *name;
		struct {
			uint8_t kind;
			unsigned n;
		} say[3];
		const char *told;
	} rows[] = {
		{"an implant", {{3, 1}}, "+882 10.0.0.5"},
		{"a compressed lie", {{6, 1}}, "+883 10.0.0.5"},
		{"a probe", {{5, 3}}, "-885 10.0.0.5"},
		{"one huge transaction", {{2, 1}}, "-885 10.0.0.5"},
		{"a huge one and a wrong second", {{2, 1}, {1, 1}}, "-885 10.0.0.5 +881 10.0.0.5"},
		{"a reserved call six times", {{7, 6}}, "-885 10.0.0.5 +881 10.0.0.5"},
		{"five times", {{7, 5}}, "-885 10.0.0.5"},
		{"five that groom and one reserved call", {{4, 5}, {7, 1}}, "-885 10.0.0.5 -885 10.0.0.5"},
		{"six that groom", {{4, 6}}, "-885 10.0.0.5"},
		{"six that groom and a huge one", {{4, 6}, {2, 1}}, "-885 10.0.0.5 +881 10.0.0.5"},
		{"five that groom and a huge one", {{4, 5}, {2, 1}}, "-885 10.0.0.5 -885 10.0.0.5"},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		for (unsigned k = 0; k < 3; k++)
			odd(rows[i].say[k].kind, rows[i].say[k].n, FS);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
	CASE("a worm");
	facts_open(NULL, 0);
	odd(3, 1, FS);
	odd(3, 1, WS2);
	facts_told();
	odd(3, 1, DC);
	CHECK_STR(facts_told(), "+882 10.0.0.5 +886 10.0.0.5");
	facts_close();
	CASE("BlueKeep's channel");
	facts_open(NULL, 0);
	struct fact_rdp b = {.mst120 = 1};
	const char *words[] = {"", "PC"};
	facts_say(OBS_rdp, WS, FS, 3389, &b, sizeof(b), words, 2);
	CHECK_STR(facts_told(), "+884 10.0.0.5");
	b.mst120 = 0;
	facts_say(OBS_rdp, WS, DC, 3389, &b, sizeof(b), words, 2);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void check_winrm(void)
{
	static char *assets[] = {"10.0.0.6=jump"};
	static const struct {
		const char *name, *src, *method, *uri;
		uint16_t status, port;
		uint8_t auth;
		const char *told, *agent;
	} rows[] = {
		{"Server Manager", WS, "POST", "/wsman", 200, 5985, 2, "-831 10.0.0.5",
		 "Microsoft WinRM Client"},
		{"PowerShell", WS, "POST", "/wsman?PSVersion=5.1", 200, 5985, 2, "+831 10.0.0.5",
		 "Microsoft WinRM Client"},
		{"another client", WS, "POST", "/wsman", 200, 5985, 2, "+831 10.0.0.5",
		 "Ruby WinRM Client"},
		{"a shell", WS, "POST", "/wsman?PSVersion=5.1", 200, 5985, 2, "+831 10.0.0.5",
		 NULL},
		{"an administrator's host", WS2, "POST", "/wsman", 200, 5985, 2, "-831 10.0.0.6",
		 NULL},
		{"refused", WS, "POST", "/wsman", 401, 5985, 2, "", NULL},
		{"events forwarded", WS, "POST", "/wsman/SubscriptionManager/WEC", 200, 5985, 2, "",
		 NULL},
		{"another path", WS, "POST", "/wsmanager", 200, 5985, 2, "", NULL},
		{"no log-in at all", WS, "POST", "/wsman", 200, 5986, 0, "+832 10.0.0.5", NULL},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact_http b = {.status = rows[i].status, .auth = rows[i].auth};
		const char *words[] = {rows[i].method, "fs", rows[i].uri,
				       rows[i].agent ? rows[i].agent : "curl"};

		CASE(rows[i].name);
		facts_open(assets, 1);
		facts_say(OBS_http, rows[i].src, FS, rows[i].port, &b, sizeof(b), words, 4);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
}

static uint64_t asked_ns; /* what ARP replies say of when they were asked for */

static void arp(bool reply, const char *sender, uint8_t mac, const char *target)
{
	struct obs_neighbour b = {.link = {.smac = {{2, 0, 0, 0, 0, mac}}, .has_mac = 1},
				  .sender_mac = {{2, 0, 0, 0, 0, mac}},
				  .asked_ns = reply ? asked_ns : 0};

	facts_say_raw(reply ? OBS_arp_reply : OBS_arp_request, sender, target, 0, &b, sizeof(b));
}

static void name(const char *src, const char *text, const char *answer, uint8_t protocol)
{
	struct fact_name b = {.response = 1, .protocol = protocol, .type = 1};
	const char *words[] = {text};

	CHECK(addr_parse(answer, &b.answer));
	facts_say(OBS_name, src, WS2, 5355, &b, sizeof(b), words, 1);
}

static void ndp(uint16_t type, const char *src, const char *dst, uint8_t mac, uint8_t router)
{
	struct {
		struct observation o;
		struct obs_neighbour b;
	} r = {.o = {.kind = OBS_ndp,
		     .sport = type,
		     .time_ns = fx.now_ns,
		     .len = sizeof(struct obs_neighbour),
		     .seq = ++fx.seq},
	       .b = {.link = {.proto = 58, .smac = {{2, 0, 0, 0, 0, mac}}, .has_mac = 1},
		     .router = router,
		     .prefix_bits = 64}};
	struct mac *m = type == 136 ? &r.b.target_mac : &r.b.sender_mac;

	m->b[0] = 2;
	m->b[5] = mac;
	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	detect_observation(fx.d, &r.o);
	facts_take();
}

static void check_neighbours(void)
{
	CASE("an IPv6 address claimed by a second MAC, six times");
	facts_open(NULL, 0);
	ndp(135, "fe80::5", "fd00::9", 5, 0);
	ndp(136, "fd00::9", "fd00::9", 9, 0);
	facts_wait(10);
	for (unsigned i = 0; i < 6; i++) {
		CHECK_STR(facts_told(), "");
		ndp(136, "fd00::9", "fd00::9", 5, 0);
	}
	CHECK_STR(facts_told(), "+879 fe80::5");
	facts_close();
	CASE("another card, announced twice");
	facts_open(NULL, 0);
	ndp(136, "fd00::9", "fd00::9", 9, 0);
	ndp(136, "fd00::9", "fd00::9", 5, 0);
	ndp(136, "fd00::9", "fd00::9", 5, 0);
	CHECK_STR(facts_told(), "");
	facts_close();
	CASE("two routers with one prefix; one with another; one that is no default router");
	facts_open(NULL, 0);
	ndp(134, "fe80::1", "2001:db8::", 1, 2);
	ndp(134, "fe80::2", "2001:db8::", 2, 2);
	ndp(134, "fe80::4", "2001:db8:4::", 4, 1);
	CHECK_STR(facts_told(), "");
	ndp(134, "fe80::3", "2001:db8:3::", 3, 2);
	CHECK_STR(facts_told(), "-877 fe80::3");
	CASE("twelve of them are a flood, told once");
	char src[32], prefix[32];
	for (unsigned i = 10; i < 30; i++) {
		snprintf(src, sizeof(src), "fe80::%u", i);
		snprintf(prefix, sizeof(prefix), "2001:db8:%u::", i);
		ndp(134, src, prefix, (uint8_t)i, 2);
	}
	const char *t = facts_told(), *flood = strstr(t, "+878");
	CHECK(flood && !strstr(flood + 1, "+878"));
	facts_close();
}

static void dhcp6(const char *server, const char *dns, const char *your)
{
	struct fact_dhcp b = {.v6 = 1, .message = 7};
	const char *words[] = {"", "", ""};

	CHECK(addr_parse(dns, &b.dns) && addr_parse(your, &b.your));
	facts_say(OBS_dhcp, server, "fe80::20", 546, &b, sizeof(b), words, 3);
}

static void dhcp4(const char *server, const char *router)
{
	struct fact_dhcp b = {.message = 5};
	const char *words[] = {"", "", ""};

	CHECK(addr_parse(server, &b.server_id) && addr_parse(router, &b.router));
	b.dns = b.router;
	facts_say(OBS_dhcp, server, WS, 68, &b, sizeof(b), words, 3);
}

static void check_dhcp6(void)
{
	CASE("link-local addresses, whatever else");
	facts_open(NULL, 0);
	dhcp6("fe80::66", "2001:db8::53", "fe80::10");
	CHECK_STR(facts_told(), "+876 fe80::66");
	facts_close();
	CASE("its own name server, nothing known of IPv4");
	facts_open(NULL, 0);
	dhcp6("fe80::66", "fe80::66", "2001:db8::10");
	CHECK_STR(facts_told(), "-876 fe80::66");
	CASE("the router is another");
	facts_wait(3600);
	dhcp4("10.0.0.1", "10.0.0.1");
	dhcp6("fe80::66", "fe80::66", "2001:db8::10");
	CHECK_STR(facts_told(), "+876 fe80::66");
	CASE("a server that names others");
	dhcp6("fe80::67", "2001:db8::53", "2001:db8::10");
	CHECK(strstr(facts_told(), "876") == NULL);
	CASE("the router itself");
	ndp(134, "fe80::1", "2001:db8::", 1, 2);
	dhcp6("fe80::1", "fe80::1", "2001:db8::10");
	CHECK(strstr(facts_told(), "876") == NULL);
	facts_close();
}

static void check_asked(void)
{
	for (unsigned ago_s = 3; ago_s <= 4; ago_s++) {
		CASE(ago_s == 3 ? "the first was asked for, as it says" : "asked for too long ago");
		facts_open(NULL, 0);
		arp(false, WS, 5, FS);
		arp(true, FS, 9, WS);
		arp(false, WS2, 6, FS);
		facts_wait(10);
		for (unsigned i = 0; i < 3; i++) {
			asked_ns = i == 0 ? fx.now_ns - ago_s * NS_PER_S : 0;
			arp(true, FS, 5, WS2);
			arp(true, WS2, 5, FS);
		}
		asked_ns = 0;
		CHECK_STR(facts_told(), ago_s == 3 ? "" : "+873 10.0.0.5");
		facts_close();
	}
}

static void check_poison(void)
{
	static const char *const names[] = {"one", "two", "three", "four"};

	CASE("ARP replies nobody asked for, of two addresses");
	facts_open(NULL, 0);
	arp(false, WS, 5, FS);
	arp(true, FS, 9, WS);
	arp(false, WS2, 6, FS);
	facts_wait(10);
	for (unsigned i = 0; i < 3; i++) {
		CHECK_STR(facts_told(), "");
		arp(true, FS, 5, WS2);
		arp(true, WS2, 5, FS);
	}
	CHECK_STR(facts_told(), "+873 10.0.0.5");
	facts_close();
	CASE("cards that share an address tell each neighbour another's MAC, twice");
	facts_open(NULL, 0);
	arp(true, FS, 9, WS);
	for (unsigned i = 0; i < 20; i++) {
		char to[16];

		snprintf(to, sizeof(to), "10.0.1.%u", i / 2);
		arp(true, FS, 8, to);
	}
	CHECK_STR(facts_told(), "");
	CASE("one of them again and again");
	arp(true, FS, 8, "10.0.1.9");
	CHECK(strstr(facts_told(), "+873") != NULL);
	facts_close();
	CASE("a take-over: announced twice");
	facts_open(NULL, 0);
	arp(true, FS, 9, WS);
	facts_wait(10);
	arp(true, FS, 5, WS);
	arp(true, FS, 5, WS2);
	CHECK_STR(facts_told(), "");
	facts_close();
	CASE("four names with one address");
	facts_open(NULL, 0);
	for (unsigned i = 0; i < 4; i++) {
		name(WS, names[i], WS, 0);
		CHECK_STR(facts_told(), i < 3 ? "" : "+871 10.0.0.5");
	}
	facts_close();
	CASE("a WINS server answers with others' addresses");
	facts_open(NULL, 0);
	for (unsigned i = 0; i < 4; i++) {
		char a[32];

		snprintf(a, sizeof(a), "10.0.1.%u", i);
		name(WS, names[i], a, 1);
	}
	CHECK_STR(facts_told(), "");
	CASE("wpad");
	name(FS, "WPAD", FS, 0);
	CHECK_STR(facts_told(), "-872 10.0.0.9");
	CASE("over mDNS twice as many");
	for (unsigned i = 0; i < 8; i++) {
		char text[16];

		snprintf(text, sizeof(text), "name%u.local", i);
		name(WS, text, WS, 2);
		CHECK_STR(facts_told(), i < 7 ? "" : "+871 10.0.0.5");
	}
	facts_close();
}

static void lease(const char *server, const char *router, const char *dns)
{
	struct fact_dhcp b = {.message = 5};

	CHECK(addr_parse(server, &b.server_id) && addr_parse(router, &b.router) &&
	      addr_parse(dns, &b.dns));
	facts_say(OBS_dhcp, WS, server, 67, &b, sizeof(b), NULL, 0);
}

static void check_dhcp(void)
{
	CASE("a second server that says the same");
	facts_open(NULL, 0);
	lease(FS, "10.0.0.1", DC);
	lease(WS2, "10.0.0.1", DC);
	CHECK_STR(facts_told(), "");
	CASE("that names another router");
	lease(WS2, "10.0.0.2", DC);
	CHECK_STR(facts_told(), "-875 10.0.0.6");
	CASE("that makes itself router");
	lease(WS2, WS2, DC);
	CHECK_STR(facts_told(), "+874 10.0.0.6");
	facts_close();
}

static void search(const char *filter)
{
	struct fact_ldap b = {.op = 3};
	const char *words[] = {"DC=corp", filter, "", "alice"};

	facts_say(OBS_ldap, WS, DC, 389, &b, sizeof(b), words, 4);
}

static void check_discovery(void)
{
	static const char *const filters[] = {"(servicePrincipalName=*)",
					      "(&(sAMAccountType=805306368)(adminCount=1))",
					      "(objectClass=trustedDomain)"};

	CASE("topics of attack tools, in the directory");
	facts_open(NULL, 0);
	search("(objectClass=*)");
	search("(sAMAccountName=bob)");
	CHECK_STR(facts_told(), "");
	search(filters[0]);
	search(filters[0]);
	CHECK_STR(facts_told(), "-902 10.0.0.5");
	search(filters[1]);
	CHECK_STR(facts_told(), "-902 10.0.0.5");
	search(filters[2]);
	CHECK_STR(facts_told(), "+901 10.0.0.5");
	facts_close();
	CASE("what an object picker lists, too; then more than that");
	facts_open(NULL, 0);
	search("(&(objectCategory=person)(objectClass=user))");
	search("(|(objectCategory=group)(objectCategory=computer))");
	search("(objectClass=organizationalUnit)");
	search("(objectClass=groupPolicyContainer)");
	CHECK(strstr(facts_told(), "+901") == NULL);
	search("(adminCount=1)");
	CHECK_STR(facts_told(), "+901 10.0.0.5");
	facts_close();
	CASE("accounts listed, then one by one");
	facts_open(NULL, 0);
	facts_rpc(WS, DC, "12345778-1234-abcd-ef00-0123456789ac", 13, "");
	for (unsigned i = 0; i < 5; i++)
		facts_rpc(WS, DC, "12345778-1234-abcd-ef00-0123456789ac", 36, "");
	CHECK(strstr(facts_told(), "+903 10.0.0.5") != NULL);
	facts_close();
	CASE("a pipe for execution that does not open");
	facts_open(NULL, 0);
	for (unsigned i = 0; i < 3; i++) {
		struct fact_smb_file b = {.pipe = 1, .op = SMB_open, .status = 0xc0000034};
		const char *words[] = {"IPC$",
				       i == 0   ? "wkssvc"
				       : i == 1 ? "ATSVC"
						: "atsvc",
				       "", ""};

		facts_say(OBS_smb_file, WS, FS, 445, &b, sizeof(b), words, 4);
		CHECK_STR(facts_told(), i == 1 ? "-905 10.0.0.5" : "");
	}
	facts_close();
	CASE("one account asked about");
	facts_open(NULL, 0);
	facts_rpc(WS, DC, "12345778-1234-abcd-ef00-0123456789ac", 36, "");
	CHECK(strstr(facts_told(), "903") == NULL);
	facts_close();
}

static void conflict(uint8_t dir, bool http, uint64_t before)
{
	struct {
		struct obs_link link;
		struct fact_conflict b;
	} r = {.link = {.proto = 6, .dir = dir}, .b = {.before = before, .len = 300, .http = http}};

	facts_say_raw(OBS_conflict, WS, "198.51.100.9", 80, &r, sizeof(r));
}

static void check_injection(void)
{
	CASE("two answers of a web server");
	facts_open(NULL, 0);
	conflict(1, true, 600);
	CHECK_STR(facts_told(), "+891 10.0.0.5");
	CASE("elsewhere");
	conflict(0, true, 600);
	CHECK_STR(facts_told(), "-892 10.0.0.5");
	facts_close();
	CASE("late in a download, and no HTTP");
	facts_open(NULL, 0);
	conflict(1, true, 9000);
	conflict(1, false, 600);
	CHECK_STR(facts_told(), "-892 10.0.0.5");
	facts_close();
}

int main(void)
{
	check_roast();
	check_ledger();
	check_relay();
	check_exploits();
	check_winrm();
	check_asked();
	check_poison();
	check_neighbours();
	check_dhcp6();
	check_dhcp();
	check_discovery();
	check_injection();
	return check_done();
}
