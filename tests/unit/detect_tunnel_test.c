// SPDX-License-Identifier: Apache-2.0
/* tunnel_dns, tunnel_icmp, tunnel_http: what is an alert, what a finding, what nothing. */
#include "detect_facts.h"
#include "detect/once.h"
#include "flow/flow.h"

#define WS  "10.0.0.5"
#define DC  "10.0.0.2"
#define MON "10.0.0.9"
#define OUT "198.51.100.7"

static char *assets[] = {"10.0.0.9=monitoring", "10.0.0.3=dns"};

static void zone(const char *src, const char *dst, const char *domain, struct fact_dns_zone b)
{
	char name[80];

	b.zone = once_text(domain);
	snprintf(name, sizeof(name), "abc.%s", domain);
	facts_say(OBS_dns_zone, src, dst, 53, &b, sizeof(b), (const char *[]){domain, name}, 2);
}

/* What is told of `times` facts, `every` seconds apart. */
static const struct {
	const char *name, *domain;
	struct fact_dns_zone b;
	unsigned times, every;
	const char *told;
} zones[] = {
	{"a private type", "example.net",
	 {.asked = 16, .names = 16, .rare = 16, .answered = 16, .up = 128}, 2, 4, "+421 10.0.0.5"},
	{"one look at a private type", "example.net", {.asked = 16, .names = 4, .rare = 16}, 1, 4, ""},
	{"TXT, long, answered", "example.net",
	 {.asked = 16, .names = 16, .open = 16, .longs = 4, .answered = 16, .answers = 1, .up = 900},
	 4, 40, "+421 10.0.0.5"},
	{"TXT, long, no such names", "example.net",
	 {.asked = 16, .names = 16, .open = 16, .longs = 4, .answered = 16, .failed = 16, .up = 900},
	 4, 40, ""},
	{"TXT, short, little back: slow", "example.net",
	 {.asked = 16, .names = 16, .open = 16, .answered = 16, .answers = 16, .up = 128, .down = 900},
	 10, 40, "-422 10.0.0.5"},
	{"TXT, short, much back", "example.net",
	 {.asked = 16, .names = 16, .open = 16, .answered = 16, .answers = 16, .up = 128, .down = 16000},
	 7, 2, "-422 10.0.0.5 +421 10.0.0.5"},
	{"keys of DKIM", "example.net",
	 {.asked = 16, .names = 16, .open = 16, .answered = 16, .answers = 16, .mail = 16, .down = 16000},
	 20, 2, ""},
	{"addresses of long names, much", "example.net",
	 {.asked = 16, .names = 16, .longs = 16, .answered = 16, .answers = 1, .up = 1500}, 13, 4,
	 "-422 10.0.0.5 +421 10.0.0.5"},
	{"the same, never answered but with errors", "example.net",
	 {.asked = 16, .names = 16, .longs = 16, .answered = 16, .failed = 16, .up = 1500}, 13, 4,
	 "-422 10.0.0.5 +421 10.0.0.5"},
	{"the same, answers that the mirror does not show", "example.net",
	 {.asked = 16, .names = 16, .longs = 16, .answered = 3, .failed = 3, .up = 1500}, 13, 4,
	 "-422 10.0.0.5 -421 10.0.0.5"},
	{"the same, a quarter of them shown", "example.net",
	 {.asked = 16, .names = 16, .longs = 16, .answered = 4, .failed = 4, .up = 1500}, 13, 4,
	 "-422 10.0.0.5 +421 10.0.0.5"},
	{"a black list's answers", "example.net",
	 {.asked = 16, .names = 16, .longs = 16, .answered = 16, .local = 16, .up = 1500}, 20, 4, ""},
	{"a virus scanner's domain", "sophosxl.net",
	 {.asked = 16, .names = 16, .open = 16, .longs = 16, .answered = 16, .answers = 16, .up = 1500}, 20,
	 4, ""},
	{"a CDN: addresses, not long", "example.net",
	 {.asked = 16, .names = 16, .answered = 16, .answers = 16, .up = 500}, 40, 4, ""},
	{"long names, a few an hour, all day", "example.net",
	 {.asked = 4, .names = 4, .longs = 4, .open = 4, .answered = 4, .answers = 4, .up = 400}, 20, 3600,
	 "-422 10.0.0.5"},
};

static void check_zones(void)
{
	for (unsigned k = 0; k < sizeof(zones) / sizeof(zones[0]); k++) {
		CASE(zones[k].name);
		facts_open(assets, 2);
		for (unsigned i = 0; i < zones[k].times; i++) {
			zone(WS, OUT, zones[k].domain, zones[k].b);
			facts_wait(zones[k].every);
		}
		CHECK_STR(facts_told(), zones[k].told);
		facts_close();
	}
}

static void check_askers(void)
{
	const struct fact_dns_zone b = {.asked = 32, .names = 32, .rare = 32, .answered = 32};

	CASE("who passes on what he is asked is not accused");
	facts_open(assets, 2);
	zone(WS, DC, "example.net", b);
	zone(DC, OUT, "example.net", b);
	CHECK_STR(facts_told(), "+421 10.0.0.5");
	CASE("… of another domain he is");
	zone(DC, OUT, "example.org", b);
	CHECK_STR(facts_told(), "+421 10.0.0.2");
	CASE("a name server whose clients are not seen");
	zone("10.0.0.3", OUT, "example.net", b);
	CHECK_STR(facts_told(), "-421 10.0.0.3");
	CASE("a cluster's names, asked of a server inside; of one outside");
	zone(WS, DC, "cluster.local", b);
	CHECK_STR(facts_told(), "");
	zone(WS, OUT, "cluster.local", b);
	CHECK_STR(facts_told(), "+421 10.0.0.5");
	CASE("an outsider asks ours");
	zone(OUT, DC, "example.net", b);
	CHECK_STR(facts_told(), "");
	CASE("once an hour");
	zone(WS, DC, "example.net", b);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static const struct {
	const char *name, *src, *dst;
	struct fact_icmp_echo b;
	unsigned times;
	const char *told;
} pings[] = {
	{"replies that are not what was asked with", WS, OUT, {.odd = 2, .fresh = {0, 2}}, 3, "+423 10.0.0.5"},
	{"one odd reply", WS, OUT, {.odd = 1, .fresh = {0, 1}}, 1, ""},
	{"both ways, unasked", WS, OUT, {.fresh = {4, 4}, .stray = 4, .bytes = {200, 200}}, 2, "+423 10.0.0.5"},
	{"words", WS, OUT, {.again = 1}, 3, "+423 10.0.0.5"},
	{"two words", WS, OUT, {.again = 1}, 2, ""},
	{"out, echoed", WS, OUT, {.fresh = {16, 16}, .bytes = {16000, 16000}}, 4,
	 "-424 10.0.0.5 +423 10.0.0.5"},
	{"random bytes, few", WS, OUT, {.fresh = {16, 16}, .bytes = {900, 900}}, 4, "-424 10.0.0.5"},
	{"a monitor's random bytes", MON, OUT, {.fresh = {16, 16}, .bytes = {16000, 16000}}, 4,
	 "-424 10.0.0.9 -423 10.0.0.9"},
	{"ours answers an outsider with other bytes", OUT, WS, {.odd = 8, .fresh = {8, 8}}, 1, "+423 10.0.0.5"},
	{"both far away", OUT, "198.51.100.8", {.odd = 8}, 1, ""},
};

static void check_pings(void)
{
	for (unsigned k = 0; k < sizeof(pings) / sizeof(pings[0]); k++) {
		CASE(pings[k].name);
		facts_open(assets, 2);
		for (unsigned i = 0; i < pings[k].times; i++) {
			facts_say(OBS_icmp_echo, pings[k].src, pings[k].dst, 0, &pings[k].b,
				  sizeof(pings[k].b), NULL, 0);
			facts_wait(2);
		}
		CHECK_STR(facts_told(), pings[k].told);
		facts_close();
	}
	CASE("a tunnel whose replies come from another address of its server");
	facts_open(assets, 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct fact_icmp_echo up = {.fresh = {5, 5}}, down = {.fresh = {0, 5}, .stray = 5};
		facts_say(OBS_icmp_echo, WS, OUT, 0, &up, sizeof(up), NULL, 0);
		facts_say(OBS_icmp_echo, WS, "198.51.100.8", 0, &down, sizeof(down), NULL, 0);
	}
	CHECK_STR(facts_told(), "+423 10.0.0.5");
	facts_close();
}

static void carry(bool down, uint8_t bodies, bool known, const char *inside)
{
	const struct fact_http_carry b = {
		.bytes = 90, .crumbs = 16, .bodies = bodies, .known = known, .inside = *inside != 0};
	struct {
		struct observation o;
		uint8_t body[400];
	} r = {.o = {.kind = OBS_http_carry, .dport = 80, .sport = 40000, .time_ns = fx.now_ns, .seq = ++fx.seq}};
	struct obs_link link = {.proto = 6, .dir = down ? FLOW_to_client : FLOW_to_server};
	static const char words[] = "POST\0example.net\0/a\0\0";
	size_t at = sizeof(link) + sizeof(b);

	CHECK(addr_parse(WS, &r.o.src) && addr_parse(OUT, &r.o.dst));
	memcpy(r.body, &link, sizeof(link));
	memcpy(r.body + sizeof(link), &b, sizeof(b));
	memcpy(r.body + at, words, sizeof(words) - 1);
	at += sizeof(words) - 1;
	at += (size_t)sprintf((char *)r.body + at, "%s", inside) + 1;
	r.o.len = (uint16_t)at;
	detect_observation(fx.d, &r.o);
	facts_take();
}

static void web(const char *told, uint8_t up, bool up_known, const char *up_inside, uint8_t down,
		bool down_known, const char *down_inside, unsigned later)
{
	facts_open(assets, 2);
	carry(false, up, up_known, up_inside);
	facts_wait(later);
	carry(true, down, down_known, down_inside);
	CHECK_STR(facts_told(), told);
	facts_close();
}

static void http(uint8_t bodies, uint8_t upgrade, const char *uri, unsigned times)
{
	const struct fact_http b = {.request_body = 200,
				    .response_body = 900,
				    .status = 200,
				    .upgrade = upgrade,
				    .bodies = bodies};
	const char *words[] = {upgrade ? "CONNECT" : "POST", "example.net", uri, "", "", ""};

	for (unsigned i = 0; i < times; i++)
		facts_say(OBS_http, WS, OUT, 8080, &b, sizeof(b), words, 6);
}

static void check_web(void)
{
	enum { BYTES = BODY_binary | BODY_untyped, LIES = BODY_binary | BODY_text, TYPED = BODY_binary };

	CASE("crumbs both ways");
	web("+425 10.0.0.5", BYTES, true, "", LIES, true, "", 1);
	CASE("an hour apart");
	web("-426 10.0.0.5", BYTES, true, "", LIES, true, "", 3600);
	CASE("a typed upload, and a page");
	web("", TYPED, true, "", BODY_text, true, "", 1);
	CASE("chunks: somebody streams");
	web("", BYTES, false, "", LIES, false, "", 1);
	CASE("SSH in both");
	web("+425 10.0.0.5", TYPED, false, "ssh", TYPED, false, "ssh", 1);
	CASE("SSH in one of them, once: a page about it");
	web("", TYPED, false, "ssh", BODY_text, true, "", 1);

	CASE("polls of undeclared bytes");
	facts_open(assets, 2);
	http(BYTES << BODY_UP | LIES, 0, "/a", 60);
	CHECK_STR(facts_told(), "-426 10.0.0.5");
	CASE("polls of declared bytes");
	http(TYPED << BODY_UP | LIES, 0, "/b", 60);
	CHECK_STR(facts_told(), "");
	facts_close();

	CASE("CONNECT to the web, to SSH's port");
	facts_open(assets, 2);
	http(0, 2, "example.net:443", 1);
	CHECK_STR(facts_told(), "");
	http(0, 2, "example.net:22", 1);
	CHECK_STR(facts_told(), "-426 10.0.0.5");
	CASE("SSH behind CONNECT");
	http(0, 2, "example.net:443", 1);
	const struct fact_ssh ssh = {.attempts = 1};
	facts_say(OBS_ssh, WS, OUT, 8080, &ssh, sizeof(ssh), (const char *[]){"a", "b", "", ""}, 4);
	CHECK_STR(facts_told(), "-426 10.0.0.5");
	facts_close();
}

int main(void)
{
	check_zones();
	check_askers();
	check_pings();
	check_web();
	return check_done();
}
