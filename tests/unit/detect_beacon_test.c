// SPDX-License-Identifier: Apache-2.0
/* Beacons: to whom, how rare, how new, and what makes an alert of one. */
#include "detect_facts.h"

#include "detect/rpc.h"
#include "flow/flow.h"
#include "observe/beat.h"

#define C2 "198.51.100.7"

struct beats_row {
	const char *name;
	const char *src, *dst;
	uint16_t port;
	const char *host, *agent; /* SNI or Host */
	struct obs_beat b;
	const char *told; /* before anything is learnt, and after */
	const char *learnt;
};

static void beat(const struct beats_row *w)
{
	struct {
		struct observation o;
		struct obs_beat b;
		char text[128];
	} r = {.o = {.kind = OBS_beat,
		     .dport = w->port,
		     .sport = 40001,
		     .flow_id = 9,
		     .time_ns = fx.now_ns,
		     .seq = ++fx.seq},
	       .b = w->b};
	size_t n = strlen(w->host) + 1;

	r.b.link.proto = 6;
	r.b.start_ns = fx.now_ns - 60 * NS_PER_S;
	r.b.median_ms = 2000;
	r.b.beats = r.b.beats ? r.b.beats : 12;
	r.b.flows = r.b.beats;
	memcpy(r.text, w->host, n);
	memcpy(r.text + n, w->agent, strlen(w->agent) + 1);
	r.o.len = (uint16_t)(sizeof(r.b) + n + strlen(w->agent) + 1);
	CHECK(addr_parse(w->src, &r.o.src) && addr_parse(w->dst, &r.o.dst));
	detect_observation(fx.d, &r.o);
	facts_take();
}

static void meets(const char *src, const char *dst)
{
	struct {
		struct observation o;
		struct obs_contact b;
	} r = {.o = {.kind = OBS_contact,
		     .dport = 443,
		     .time_ns = fx.now_ns,
		     .len = sizeof(struct obs_contact),
		     .seq = ++fx.seq},
	       .b = {.link = {.proto = 6}, .outcome = FLOW_answered, .count = 1}};

	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	detect_observation(fx.d, &r.o);
	fx.len = 0;
	facts_take();
	fx.len = 0;
	fx.told[0] = '\0';
}

/* Two weeks of seconds. */
static void grow_old(void)
{
	struct observation o = {.kind = OBS_tick};

	for (unsigned i = 0; i < 14 * 86400 / 60 + 2; i++) {
		fx.now_ns += 60 * NS_PER_S;
		o.time_ns = fx.now_ns;
		detect_observation(fx.d, &o);
	}
	facts_told();
}

/* clang-format off */
#define SAME .sized = 11, .same = 10
static const struct beats_row rows[] = {
	{"a rare server", "10.0.0.5", C2, 443, "c2.example", "ja4", {SAME, .tls = 1},
	 "-411 10.0.0.5", "-411 10.0.0.5"},
	{"by its bare address", "10.0.0.5", C2, 80, C2, "curl", {SAME, .http = 1},
	 "-411 10.0.0.5", "+412 10.0.0.5"},
	{"with a port", "10.0.0.5", C2, 8080, C2 ":8080", "curl", {SAME, .http = 1},
	 "-411 10.0.0.5", "+412 10.0.0.5"},
	{"of IPv6", "10.0.0.5", "2001:db8::7", 80, "[2001:db8::7]", "curl", {SAME, .http = 1},
	 "-411 10.0.0.5", "+412 10.0.0.5"},
	{"no name in TLS", "10.0.0.5", C2, 443, "", "ja4", {SAME, .tls = 1},
	 "-411 10.0.0.5", "+412 10.0.0.5"},
	{"neither TLS nor HTTP", "10.0.0.5", C2, 4444, "", "", {SAME},
	 "-411 10.0.0.5", "-411 10.0.0.5"},
	{"signed by itself", "10.0.0.5", C2, 443, "c2.example", "ja4", {SAME, .tls = 1, .self_signed = 1},
	 "-411 10.0.0.5", "+412 10.0.0.5"},
	{"TLS on another port", "10.0.0.5", C2, 4444, "c2.example", "ja4", {SAME, .tls = 1},
	 "-411 10.0.0.5", "+412 10.0.0.5"},
	{"HTTP on another port", "10.0.0.5", C2, 4444, "c2.example", "curl", {SAME, .http = 1},
	 "-411 10.0.0.5", "+412 10.0.0.5"},
	{"all three marks of TLS", "10.0.0.5", C2, 4444, "", "ja4", {SAME, .tls = 1, .self_signed = 1},
	 "+412 10.0.0.5", "+412 10.0.0.5"},
	{"but not of one size", "10.0.0.5", C2, 4444, "", "ja4", {.sized = 9, .tls = 1, .self_signed = 1},
	 "-411 10.0.0.5", "-411 10.0.0.5"},
	{"sizes differ", "10.0.0.5", C2, 80, C2, "curl", {.sized = 11, .same = 7, .http = 1},
	 "-411 10.0.0.5", "-411 10.0.0.5"},
	{"sizes not known", "10.0.0.5", C2, 80, C2, "curl", {.sized = 5, .same = 4, .http = 1},
	 "-411 10.0.0.5", "-411 10.0.0.5"},
	{"a name that begins as an address does", "10.0.0.5", C2, 80, "198.51.100.7.example", "curl",
	 {SAME, .http = 1}, "-411 10.0.0.5", "-411 10.0.0.5"},
	{"between two of ours", "10.0.0.5", "10.0.0.6", 80, "10.0.0.6", "curl", {SAME, .http = 1}, "", ""},
	{"from outside", C2, "10.0.0.6", 80, "10.0.0.6", "curl", {SAME, .http = 1}, "", ""},
	{"to a group", "10.0.0.5", "239.1.1.1", 80, "", "", {SAME}, "", ""},
};
/* clang-format on */

static void test_rows(void)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		beat(&rows[i]);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
		facts_open(NULL, 0);
		grow_old();
		beat(&rows[i]);
		CHECK_STR(facts_told(), rows[i].learnt);
		facts_close();
	}
}

static void test_rare(void)
{
	CASE("two of ours use the network");
	facts_open(NULL, 0);
	meets("10.0.0.5", C2);
	meets("10.0.0.6", "198.51.100.99");
	beat(&rows[1]);
	CHECK_STR(facts_told(), "");
	facts_close();

	CASE("it was met long before the beats");
	facts_open(NULL, 0);
	meets("10.0.0.5", C2);
	facts_wait(86400 + 61);
	beat(&rows[1]);
	CHECK_STR(facts_told(), "");
	facts_close();

	CASE("it was met a day before");
	facts_open(NULL, 0);
	meets("10.0.0.5", C2);
	facts_wait(86400 + 60);
	beat(&rows[1]);
	CHECK_STR(facts_told(), "-411 10.0.0.5");
	CASE("it is told once a day, and the numbers are in it");
	CHECK(strstr(fx.text, "12 calls to 198.51.100.0/24 port 80, 198.51.100.7, every 2.0 s"));
	beat(&rows[1]);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void test_accused(void)
{
	static char *assets[] = {"10.0.0.5=gateway", "10.0.0.5=backup"};
	static const char task[] = "86d35949-83c9-4044-b424-db363231fd0c";

	CASE("an alert of another detector about the host before");
	facts_open(NULL, 0);
	facts_rpc("10.0.0.9", "10.0.0.5", task, 1, "x");
	facts_told();
	beat(&rows[0]);
	CHECK_STR(facts_told(), "+412 10.0.0.5");
	CASE("and who did it is accused as well");
	struct beats_row r = rows[0];
	r.src = "10.0.0.9";
	beat(&r);
	CHECK_STR(facts_told(), "+412 10.0.0.9");
	CASE("but no other host");
	r.src = "10.0.0.8";
	beat(&r);
	CHECK_STR(facts_told(), "-411 10.0.0.8");
	CASE("its own alert does not hide the other's");
	r.src = "10.0.0.9";
	r.port = 8443;
	beat(&r);
	CHECK_STR(facts_told(), "+412 10.0.0.9");
	facts_close();

	CASE("an alert a day ago");
	facts_open(NULL, 0);
	facts_rpc("10.0.0.9", "10.0.0.5", task, 1, "x");
	facts_told();
	facts_wait(86400);
	beat(&rows[0]);
	CHECK_STR(facts_told(), "+412 10.0.0.5");
	facts_close();
	facts_open(NULL, 0);
	facts_rpc("10.0.0.9", "10.0.0.5", task, 1, "x");
	facts_told();
	facts_wait(86401);
	beat(&rows[0]);
	CHECK_STR(facts_told(), "-411 10.0.0.5");
	facts_close();

	CASE("its own alerts are no second proof");
	facts_open(NULL, 0);
	grow_old();
	beat(&rows[1]);
	CHECK_STR(facts_told(), "+412 10.0.0.5");
	r = rows[0];
	r.port = 8443;
	r.dst = "203.0.113.9";
	beat(&r);
	CHECK_STR(facts_told(), "-411 10.0.0.5");
	facts_close();

	for (unsigned i = 0; i < 2; i++) {
		CASE(assets[i]);
		facts_open(&assets[i], 1);
		grow_old();
		beat(&rows[1]);
		CHECK_STR(facts_told(), "-412 10.0.0.5");
		facts_close();
	}
}

/* clang-format off */
static const struct {
	const char *name, *src, *dst, *sni;
	uint16_t port;
	uint8_t server, self_signed;
	const char *told, *learnt;
} servers[] = {
	{"an improvised server",  "10.0.0.5", C2, "", 4782, 1, 1, "-413 10.0.0.5", "+413 10.0.0.5"},
	{"it has a name",         "10.0.0.5", C2, "nas.example", 4782, 1, 1, "", ""},
	{"somebody signed",       "10.0.0.5", C2, "", 4782, 1, 0, "", ""},
	{"on TLS's port",         "10.0.0.5", C2, "", 443, 1, 1, "", ""},
	{"a client's hello",      "10.0.0.5", C2, "", 4782, 0, 1, "", ""},
	{"between two of ours",   "10.0.0.5", "10.0.0.6", "", 4782, 1, 1, "", ""},
	{"from outside",          C2, "10.0.0.6", "", 4782, 1, 1, "", ""},
};
/* clang-format on */

static void server(size_t i)
{
	const struct fact_tls t = {.server = servers[i].server,
				   .self_signed = servers[i].self_signed};
	const char *words[] = {servers[i].sni, "", "ja3s", "", "CN=srv", "CN=srv"};

	facts_say(OBS_tls, servers[i].src, servers[i].dst, servers[i].port, &t, sizeof(t), words,
		  6);
}

static void test_servers(void)
{
	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		CASE(servers[i].name);
		facts_open(NULL, 0);
		server(i);
		CHECK_STR(facts_told(), servers[i].told);
		server(i);
		CHECK_STR(facts_told(), "");
		facts_close();
		facts_open(NULL, 0);
		grow_old();
		server(i);
		CHECK_STR(facts_told(), servers[i].learnt);
		facts_close();
	}
	CASE("two of ours use the network");
	facts_open(NULL, 0);
	meets("10.0.0.5", C2);
	meets("10.0.0.6", C2);
	server(0);
	CHECK_STR(facts_told(), "");
	facts_close();
}

int main(void)
{
	test_servers();
	test_rows();
	test_rare();
	test_accused();
	return check_done();
}
