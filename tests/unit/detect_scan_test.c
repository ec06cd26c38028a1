// SPDX-License-Identifier: Apache-2.0
/* The scan detector, by stories: what sources do, contact by contact, and what is said of it. */
#include "check.h"

#include "base/clock.h"
#include "detect/beta.h"
#include "detect/scan.h"
#include "flow/flow.h"

#include <math.h>
#include <stdlib.h>

extern const struct detector detect_scan;

static struct strs home = {.at = (char *[]){"10.0.0.0/8", "fd00::/8"}, .n = 2};
static struct strs none;

static struct rig { /* one detector with its hosts */
	struct scan_config config;
	struct hosts *hosts;
	void *state;
	struct detector_out out;
	uint64_t now_ns, seq;
	uint32_t next_dst;
	unsigned alerts, findings;
	struct finding last;
	char text[FINDING_SUBJECT + 1];
} r;

static void on_finding(void *ctx, const struct finding *f, const char *text)
{
	(void)ctx;
	if (f->tier == TIER_alert)
		r.alerts++;
	else
		r.findings++;
	r.last = *f;
	snprintf(r.text, sizeof(r.text), "%s", text);
}

static void rig_start_with(struct strs *assets)
{
	struct err err;

	memset(&r, 0, sizeof(r));
	param_defaults(&(struct section){
		.name = "detect.scan", .params = detect_scan.params, .config = &r.config});
	CHECK_EQ(hosts_new(&r.hosts,
			   &(struct hosts_config){.max = 256, .home_net = &home, .assets = assets},
			   &err),
		 0);
	CHECK_EQ(detect_scan.init(&r.config, &r.state, &err), 0);
	r.out = (struct detector_out){.add = on_finding, .hosts = r.hosts};
	r.now_ns = 1700000000 * NS_PER_S;
}

static void rig_start(void)
{
	rig_start_with(&none);
}

static void rig_restart(void) /* with r.config changed */
{
	struct err err;

	detect_scan.fini(r.state);
	CHECK_EQ(detect_scan.init(&r.config, &r.state, &err), 0);
}

static void rig_end(void)
{
	detect_scan.fini(r.state);
	hosts_free(r.hosts);
}

static struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

static struct addr ip_plus(const char *text, uint32_t n)
{
	struct addr a = ip(text);
	uint32_t host = (uint32_t)a.b[13] << 16 | (uint32_t)a.b[14] << 8 | a.b[15];

	host += n;
	a.b[13] = (uint8_t)(host >> 16);
	a.b[14] = (uint8_t)(host >> 8);
	a.b[15] = (uint8_t)host;
	return a;
}

struct record {
	struct observation o;
	union {
		struct obs_contact contact;
		struct obs_neighbour neighbour;
	};
};

static void feed(struct record *rec)
{
	struct addr a;
	struct mac m;

	rec->o.seq = r.seq++;
	rec->o.time_ns = r.now_ns;
	hosts_observation(r.hosts, &rec->o, &a, &m);
	detect_scan.on_observation(&r.config, r.state, &rec->o, &r.out);
}

static void tick(uint64_t ns)
{
	struct record t = {.o.kind = OBS_tick};

	r.now_ns += ns;
	feed(&t);
}

static struct record contact(struct addr src, struct addr dst, uint8_t proto, uint16_t dport,
			     enum flow_outcome outcome)
{
	struct record c = {
		.o = {.kind = OBS_contact, .src = src, .dst = dst, .sport = 40000, .dport = dport},
		.contact = {.link.proto = proto,
			    .outcome = (uint8_t)outcome,
			    .tcp_flags = TCP_SYN,
			    .start_ns = r.now_ns,
			    .first_seq = r.seq},
	};
	if (proto == 6)
		c.contact.seen = FLOW_SYN | (outcome == FLOW_answered ? FLOW_SYNACK : 0);
	return c;
}

static void touch(struct addr src, struct addr dst, uint8_t proto, uint16_t dport,
		  enum flow_outcome outcome)
{
	struct record c = contact(src, dst, proto, dport, outcome);

	feed(&c);
}

/* Contacts to 445/tcp of a new host each, one a second: a letter is a source, in upper case if it
 * was answered, '~' is source a once more at its last host, '.' a refusal to source a, '-' an hour
 * of silence. With the defaults a failure weighs ln 3.97 = 1.38 nats, a success as much the other
 * way, and the threshold ln 1e5 is 11.51: the ninth failure in a row crosses it. */
static const struct {
	const char *name, *story;
	unsigned alerts;
} stories[] = {
	{"nothing", "", 0},
	{"eight failures are not enough", "aaaaaaaa", 0},
	{"the ninth is", "aaaaaaaaa", 1},
	{"refusals weigh as much", ".........", 1},
	{"a success takes one step back", "aAaaaaaaaaa", 1},
	{"so eight after it are not enough", "aAaaaaaaaa", 0},
	{"successes pile up nothing", "AAAAAAAAAAaaaaaaaaa", 1},
	{"half and half never decides", "aAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaAaA", 0},
	{"two of three failed decides", "aaAaaAaaAaaAaaAaaAaaAaaAaaAaaAaaAaaAaaA", 1},
	{"one alert a window", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1},
	{"sources do not mix", "abababababababab", 0},
	{"each is judged for itself", "ababababababababab", 2},
	{"only first contacts count", "aaaaaaaa~~~~~~~~", 0},
	{"evidence fades: half after an hour", "aaaaaaaa-a", 0},
	{"what is left still counts, at the rate learnt", "aaaaaaaa-aaaaaaaaaaa", 1},
	{"a new window, a new alert", "aaaaaaaaa-aaaaaaaaa", 2},
};

static void play(const char *story)
{
	struct addr last = ip("10.1.0.0");

	for (; *story; story++) {
		struct addr src = ip("10.0.0.1");

		r.now_ns += NS_PER_S;
		if (*story == '-') {
			tick(3600 * NS_PER_S);
			continue;
		}
		if (*story == '~') {
			touch(src, last, 6, 445, FLOW_unanswered);
			continue;
		}
		last = ip_plus("10.1.0.0", ++r.next_dst);
		if (*story == '.') {
			touch(src, last, 6, 445, FLOW_refused);
			continue;
		}
		src.b[15] = (uint8_t)(*story | 0x20);
		touch(src, last, 6, 445,
		      *story & 0x20 ? FLOW_unanswered : FLOW_answered);
	}
}

static void test_stories(void)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		CASE(stories[i].name);
		rig_start();
		play(stories[i].story);
		CHECK_EQ(r.alerts, stories[i].alerts);
		rig_end();
	}
}

/* One contact repeated against new hosts (n times): what may count, and what not. */
static const struct {
	const char *name, *src, *dst;
	uint8_t proto;
	uint16_t sport, dport;
	uint8_t outcome, guessed, flags;
	uint32_t seen;
	unsigned n, alerts, findings;
	uint32_t sid;
} kinds[] = {
	/* clang-format off */
	{"TCP unanswered",               "10.0.0.1", "10.1.0.0", 6, 40000, 445, FLOW_unanswered, 0, TCP_SYN, FLOW_SYN, 9, 1, 0, 101},
	{"TCP refused",                  "10.0.0.1", "10.1.0.0", 6, 40000, 445, FLOW_refused, 0, TCP_SYN, FLOW_SYN, 9, 1, 0, 101},
	{"a NULL or FIN probe",          "10.0.0.1", "10.1.0.0", 6, 40000, 445, FLOW_unanswered, 0, TCP_FIN, 0, 9, 1, 0, 101},
	{"TCP answered",                 "10.0.0.1", "10.1.0.0", 6, 40000, 445, FLOW_answered, 0, TCP_SYN, FLOW_SYN | FLOW_SYNACK, 200, 0, 0, 0},
	{"direction guessed",            "10.0.0.1", "10.1.0.0", 6, 40000, 445, FLOW_refused, 1, TCP_ACK, FLOW_GUESSED, 200, 0, 0, 0},
	{"backscatter",                  "10.0.0.1", "10.1.0.0", 6, 40000, 445, FLOW_refused, 0, TCP_SYN, FLOW_SYNACK_FIRST, 200, 0, 0, 0},
	{"nothing decided",              "10.0.0.1", "10.1.0.0", 6, 40000, 445, FLOW_pending, 0, TCP_SYN, FLOW_SYN, 200, 0, 0, 0},
	{"UDP without an answer",        "10.0.0.1", "10.1.0.0", 17, 40000, 161, FLOW_unanswered, 0, 0, 0, 200, 0, 0, 0},
	{"UDP refused",                  "10.0.0.1", "10.1.0.0", 17, 40000, 161, FLOW_refused, 0, 0, 0, 9, 1, 0, 101},
	{"UDP: late replies",            "10.0.0.1", "10.1.0.0", 17, 53, 5353, FLOW_refused, 0, 0, 0, 200, 0, 0, 0},
	{"UDP: from 1024 it counts",     "10.0.0.1", "10.1.0.0", 17, 1024, 5353, FLOW_refused, 0, 0, 0, 9, 1, 0, 101},
	{"UDP: to 1023 it counts",       "10.0.0.1", "10.1.0.0", 17, 53, 1023, FLOW_refused, 0, 0, 0, 9, 1, 0, 101},
	{"UDP: traceroute",              "10.0.0.1", "10.1.0.0", 17, 40000, 33434, FLOW_refused, 0, 0, 0, 200, 0, 0, 0},
	{"UDP: traceroute's last port",  "10.0.0.1", "10.1.0.0", 17, 40000, 33534, FLOW_refused, 0, 0, 0, 200, 0, 0, 0},
	{"UDP: beside traceroute",       "10.0.0.1", "10.1.0.0", 17, 40000, 33535, FLOW_refused, 0, 0, 0, 9, 1, 0, 101},
	{"ping",                         "10.0.0.1", "10.1.0.0", 1, 8, 0, FLOW_unanswered, 0, 0, 0, 9, 1, 0, 102},
	{"ping6",                        "fd00::1", "fd00:1::", 58, 128, 129, FLOW_unanswered, 0, 0, 0, 9, 1, 0, 102},
	{"multicast",                    "10.0.0.1", "224.1.0.0", 6, 40000, 445, FLOW_unanswered, 0, TCP_SYN, FLOW_SYN, 200, 0, 0, 0},
	{"no address yet",               "0.0.0.0", "10.1.0.0", 6, 40000, 445, FLOW_unanswered, 0, TCP_SYN, FLOW_SYN, 200, 0, 0, 0},
	{"a protocol without contacts",  "10.0.0.1", "10.1.0.0", 47, 0, 0, FLOW_unanswered, 0, 0, 0, 200, 0, 0, 0},
	{"from outside",                 "192.0.2.1", "10.1.0.0", 6, 40000, 445, FLOW_unanswered, 0, TCP_SYN, FLOW_SYN, 9, 1, 0, 103},
	{"to outside, an inside port",   "10.0.0.1", "192.1.0.0", 6, 40000, 445, FLOW_unanswered, 0, TCP_SYN, FLOW_SYN, 9, 1, 0, 101},
	{"to outside, web: line is down","10.0.0.1", "192.1.0.0", 6, 40000, 443, FLOW_unanswered, 0, TCP_SYN, FLOW_SYN, 63, 0, 0, 0},
	{"to outside, web: too many",    "10.0.0.1", "192.1.0.0", 6, 40000, 443, FLOW_unanswered, 0, TCP_SYN, FLOW_SYN, 64, 1, 0, 101},
	/* clang-format on */
};

static void test_kinds(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		CASE(kinds[i].name);
		rig_start();
		for (unsigned n = 0; n < kinds[i].n; n++) {
			struct record c = contact(ip(kinds[i].src), ip_plus(kinds[i].dst, n + 1),
						  kinds[i].proto, kinds[i].dport,
						  (enum flow_outcome)kinds[i].outcome);

			if (n + 1 == kinds[i].n)
				CHECK_EQ(r.alerts + r.findings, 0);
			c.o.sport = kinds[i].sport;
			c.contact.guessed = kinds[i].guessed;
			c.contact.tcp_flags = kinds[i].flags;
			c.contact.seen = kinds[i].seen;
			r.now_ns += NS_PER_MS;
			feed(&c);
		}
		CHECK_EQ(r.alerts, kinds[i].alerts);
		CHECK_EQ(r.findings, kinds[i].findings);
		if (kinds[i].sid && (r.alerts || r.findings))
			CHECK_EQ(r.last.about->sid, kinds[i].sid);
		rig_end();
	}
}

static void fails(const char *src, const char *dst, uint16_t port, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		r.now_ns += NS_PER_MS;
		touch(ip(src), ip_plus(dst, ++r.next_dst), 6, port, FLOW_unanswered);
	}
}

static void test_alert_text(void)
{
	CASE("an alert carries what fired, who, and how to check it");
	rig_start();
	fails("10.0.0.1", "10.1.0.0", 445, 9);
	CHECK_EQ(r.alerts, 1);
	CHECK_STR(r.text, "9 hosts failed, 0 answered: 445/tcp (9) in 0 s; first 10.1.0.1 last "
			  "10.1.0.9");
	CHECK_STR(r.last.evidence[0].name, "failed_hosts");
	CHECK_EQ(r.last.evidence[0].observed, 9);
	CHECK_EQ(r.last.evidence[0].threshold, 7);
	CHECK(fabs(r.last.evidence[2].threshold - 11.5129) < 0.001);
	CHECK(r.last.evidence[2].observed >= r.last.evidence[2].threshold);
	CHECK(r.last.score >= 1 && r.last.score < 1.2);
	CHECK_EQ(r.last.seq, 8); /* of the SYN without an answer */
	CHECK_EQ(r.last.time_ns, r.now_ns);
	CHECK_EQ(r.last.dport, 445);
	struct addr src = ip("10.0.0.1"), dst = ip("10.1.0.9");
	CHECK(addr_eq(&r.last.src, &src) && addr_eq(&r.last.host, &src));
	CHECK(addr_eq(&r.last.dst, &dst));
	CHECK_STR(r.last.about->technique, "T1046");
	CHECK(r.last.about->check && r.last.about->source);
	rig_end();

	CASE("what went on is summed up at the window's end");
	rig_start();
	fails("10.0.0.1", "10.1.0.0", 445, 45);
	CHECK_EQ(r.alerts, 1);
	tick(3599 * NS_PER_S);
	CHECK_EQ(r.findings, 0);
	tick(NS_PER_S);
	CHECK_EQ(r.findings, 1);
	CHECK_EQ(r.last.count, 4);
	CHECK_EQ(r.last.tier, TIER_finding);
	tick(NS_PER_S);
	CHECK_EQ(r.findings, 1);
	rig_end();

	CASE("a window without more says nothing at its end");
	rig_start();
	fails("10.0.0.1", "10.1.0.0", 445, 9);
	tick(4000 * NS_PER_S);
	CHECK_EQ(r.alerts + r.findings, 1);
	rig_end();
}

static void test_service_answers(void)
{
	CASE("a service that answered before is an outage, not a scan");
	rig_start();
	for (unsigned i = 0; i < 200; i++)
		touch(ip("10.0.0.9"), ip_plus("10.1.0.0", i), 6, 445, FLOW_answered);
	for (unsigned i = 0; i < 200; i++)
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", i), 6, 445, FLOW_unanswered);
	CHECK_EQ(r.alerts, 0);

	CASE("another service of hosts that live is a scan");
	for (unsigned i = 0; i < 9; i++)
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", i), 6, 3389, FLOW_refused);
	CHECK_EQ(r.alerts, 1);
	rig_end();

	CASE("a host that answers on another service takes its failure back");
	rig_start();
	for (unsigned i = 0; i < 100; i++) {
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", i), 6, 139, FLOW_refused);
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", i), 6, 445, FLOW_answered);
	}
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("many ports of few hosts are few hosts");
	rig_start();
	for (unsigned i = 0; i < 6 * 12; i++)
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", i % 6), 6, (uint16_t)(50000 + i / 6),
		      FLOW_refused);
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("failures at a new port each time are a peer-to-peer client");
	rig_start();
	for (unsigned i = 0; i < 300; i++)
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", i), 6, (uint16_t)(10000 + i * 7),
		      FLOW_unanswered);
	CHECK_EQ(r.alerts, 0);
	CHECK_STR(r.text, "");

	CASE("three services over ten hosts are concentrated");
	static const uint16_t port[] = {80, 80, 8080, 80, 88, 80, 88, 80, 80, 8080};
	for (unsigned i = 0; i < 10; i++)
		touch(ip("10.0.0.2"), ip_plus("10.2.0.0", i), 6, port[i], FLOW_unanswered);
	CHECK_EQ(r.alerts, 1);
	rig_end();
}

static void test_far(void)
{
	CASE("the line is up: ordinary services far away count at the floor");
	rig_start();
	unsigned n;
	for (n = 0; n < 60 && !r.alerts; n++) {
		r.now_ns += NS_PER_S;
		struct record c = contact(ip("10.0.0.1"), ip_plus("192.1.0.0", n), 6, 443,
					  FLOW_unanswered);
		r.now_ns += NS_PER_S;
		touch(ip("10.0.0.2"), ip_plus("198.1.0.0", n), 6, 443, FLOW_answered);
		r.now_ns += 2 * NS_PER_S;
		feed(&c);
	}
	CHECK_EQ(n, 25); /* ln 1.6 each: 11.51 / 0.47, with two minutes' fading */
	CHECK_EQ(r.alerts, 1);
	rig_end();

	CASE("IPv4 that works proves nothing about IPv6");
	rig_start();
	for (n = 0; n < 63; n++) {
		struct record c = contact(ip("fd00::1"), ip_plus("2001:db8::", n), 6, 443,
					  FLOW_refused);
		r.now_ns += NS_PER_S;
		touch(ip("10.0.0.2"), ip_plus("198.1.0.0", n), 6, 443, FLOW_answered);
		r.now_ns += NS_PER_S;
		feed(&c);
	}
	CHECK_EQ(r.alerts, 0);
	rig_end();

	CASE("outside sources: ten alerts an hour, the rest are findings");
	rig_start();
	for (n = 0; n < 15; n++) {
		for (unsigned i = 0; i < 9; i++)
			touch(ip_plus("192.0.2.0", n), ip_plus("10.1.0.0", i), 6, 445,
			      FLOW_unanswered);
	}
	CHECK_EQ(r.alerts, 10);
	CHECK_EQ(r.findings, 5);
	CHECK_EQ(r.last.about->severity, 3);
	r.now_ns += 3600 * NS_PER_S;
	for (unsigned i = 0; i < 9; i++)
		touch(ip("192.0.3.1"), ip_plus("10.1.0.0", i), 6, 445, FLOW_unanswered);
	CHECK_EQ(r.alerts, 11);
	rig_end();
}

/* n handshakes of others, of which the SYN-ACK of `seen` is on the mirror. */
static void handshakes(unsigned n, unsigned seen)
{
	for (unsigned i = 0; i < n; i++) {
		struct record c = contact(ip("10.9.0.1"), ip_plus("10.8.0.0", ++r.next_dst), 6, 80,
					  FLOW_answered);
		if (i >= seen)
			c.contact.seen = FLOW_SYN | FLOW_CLIENT_ACK;
		feed(&c);
	}
}

static void test_visibility(void)
{
	static const struct {
		const char *name;
		unsigned known, seen;
		uint8_t outcome;
		unsigned alerts, contacts; /* contacts: at which the alert comes; 0 any */
	} rows[] = {
		{"no handshake at all: the mirror is believed", 0, 0, FLOW_unanswered, 1, 9},
		{"nine unseen are too few to judge", 9, 0, FLOW_unanswered, 1, 9},
		{"ten unseen: silence is no evidence", 10, 0, FLOW_unanswered, 0, 0},
		{"but refusal is", 10, 0, FLOW_refused, 1, 9},
		{"49 of 100 seen: blind", 100, 49, FLOW_unanswered, 0, 0},
		{"half seen: silence weighs little", 100, 50, FLOW_unanswered, 1, 41},
		{"nine of ten seen: somewhat less", 100, 90, FLOW_unanswered, 1, 12},
		{"all seen", 100, 100, FLOW_unanswered, 1, 9},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned n;

		CASE(rows[i].name);
		rig_start();
		handshakes(rows[i].known, rows[i].seen);
		for (n = 0; n < 60 && !r.alerts; n++)
			touch(ip("10.0.0.1"), ip_plus("10.1.0.0", n), 6, 445,
			      (enum flow_outcome)rows[i].outcome);
		CHECK_EQ(r.alerts, rows[i].alerts);
		if (rows[i].contacts)
			CHECK_EQ(n, rows[i].contacts);
		rig_end();
	}

	CASE("the gate judges the recent past, not the whole run");
	rig_start();
	handshakes(2000, 2000);
	handshakes(400, 0);
	fails("10.0.0.1", "10.1.0.0", 445, 40);
	CHECK_EQ(r.alerts, 0);
	handshakes(1000, 1000);
	fails("10.0.0.1", "10.1.0.0", 3389, 20);
	CHECK_EQ(r.alerts, 1);
	rig_end();
}

/* A benign host that succeeds at `rate` for `hours`, then a sweep; at which failure is the alert? */
static unsigned sweep_after(double rate, unsigned hours, unsigned *before)
{
	double due = 0;
	unsigned n;

	for (unsigned h = 0; h < hours; h++) {
		for (unsigned i = 0; i < 100; i++) {
			due += rate;
			bool ok = due >= 1;
			due -= ok;
			r.now_ns += 36 * NS_PER_S;
			touch(ip("10.0.0.1"), ip_plus("10.64.0.0", ++r.next_dst), 6, 445,
			      ok ? FLOW_answered : FLOW_unanswered);
		}
	}
	*before = r.alerts;
	for (n = 0; n < 60 && r.alerts == *before; n++)
		touch(ip("10.0.0.1"), ip_plus("10.1.0.0", n), 6, 3389, FLOW_unanswered);
	return n;
}

static void test_learning(void)
{
	unsigned before, n;

	CASE("a host that nearly always succeeds is found sooner");
	rig_start();
	n = sweep_after(0.98, 24, &before);
	CHECK_EQ(before, 0);
	CHECK(n >= 5 && n <= 7); /* ln 8 each; its last everyday failure may still count */
	rig_end();

	CASE("a host that fails often needs more");
	rig_start();
	n = sweep_after(0.6, 24, &before);
	CHECK_EQ(before, 0);
	CHECK(n >= 15 && n <= 20);
	rig_end();

	CASE("what is learnt has a floor");
	rig_start();
	r.config.window_s = 60; /* learns quickly, and is told again quickly */
	r.config.half_life_s = 604800;
	rig_restart();
	n = sweep_after(0.3, 24, &before);
	CHECK(before >= 1);
	CHECK(n >= 1 && n <= 25); /* ln 1.6 each, from wherever the walk stood */
	rig_end();

	CASE("the posterior's bound is below the rate it saw");
	CHECK(beta_quantile(27 + 60, 3 + 40, 0.05) < 0.6689);
	CHECK(beta_quantile(27 + 60, 3 + 40, 0.05) > 0.58);

	CASE("the factor: both sides of 1");
	r.config.scanner_success = 0.2;
	CHECK(fabs(scan_walk_factor(&r.config, 0.8, true) - log(4)) < 1e-12);
	CHECK(fabs(scan_walk_factor(&r.config, 0.8, false) + log(4)) < 1e-12);
	for (double p = 0.5; p < 1; p += 0.05) {
		double e = p * exp(scan_walk_factor(&r.config, p, false)) +
			   (1 - p) * exp(scan_walk_factor(&r.config, p, true));
		CHECK(fabs(e - 1) < 1e-9);
	}
}

/* A table of pseudo-random contacts: the promise "delays but never invents". */
static void test_false_alarms(void)
{
	uint64_t rng = 88172645463325252ull;

	CASE("2,000 benign hosts with success .85, 100 contacts each: none accused");
	rig_start();
	for (unsigned h = 0; h < 2000; h++) {
		for (unsigned i = 0; i < 100; i++) {
			rng ^= rng << 13;
			rng ^= rng >> 7;
			rng ^= rng << 17;
			r.now_ns += NS_PER_MS;
			touch(ip_plus("10.0.0.0", h), ip_plus("10.32.0.0", ++r.next_dst), 6, 445,
			      rng % 100 < 85 ? FLOW_answered : FLOW_unanswered);
		}
	}
	CHECK_EQ(r.alerts + r.findings, 0);
	rig_end();
}

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
		struct record c = contact(ip("10.0.0.77"), ip_plus("198.51.100.0", i), 6, 443,
					  FLOW_answered);
		c.contact.link.has_mac = 1;
		CHECK(mac_parse(mac, &c.contact.link.dmac));
		feed(&c);
	}
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
		struct record a = arp(ASKER, ip_plus("10.0.2.0", i), ip_plus("10.0.2.0", i),
				      OBS_arp_request);
		feed(&a);
	}
	tick(5 * NS_PER_S);
	CHECK_EQ(r.alerts, 0);
	rig_end();

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

static void test_roles(void)
{
	static const struct {
		const char *name, *asset;
		unsigned alerts, findings;
	} rows[] = {
		{"a vulnerability scanner does its work", "10.0.0.1=scanner", 0, 1},
		{"so does monitoring", "10.0.0.0/30=monitoring", 0, 1},
		{"a server has no reason to", "10.0.0.1=server", 1, 0},
		{"another host's role does not help", "10.0.0.2=scanner", 1, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *row = strdup(rows[i].asset);
		struct strs assets = {.at = &row, .n = 1};

		CASE(rows[i].name);
		rig_start_with(&assets);
		fails("10.0.0.1", "10.1.0.0", 445, 9);
		CHECK_EQ(r.alerts, rows[i].alerts);
		CHECK_EQ(r.findings, rows[i].findings);
		rig_end();
		free(row);
	}
}

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
	CHECK(strstr(r.text, "8 ports of 10.1.0.1 failed, 0 answered, in 0 s: 21/tcp 113/tcp") ==
	      r.text);
	rig_end();

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

static void test_bounded(void)
{
	CASE("a million outside sources: evictions counted, our host not forgotten");
	rig_start();
	r.config.sources = 1024;
	r.config.contacts = 8192;
	r.config.pairs = 64;
	r.config.services = 1024;
	rig_restart();
	fails("10.0.0.1", "10.1.0.0", 445, 8);
	for (unsigned i = 0; i < 1000000; i++)
		touch(ip_plus("80.0.0.0", i), ip("10.2.0.1"), 6, (uint16_t)(i & 0x3ff),
		      FLOW_unanswered);
	char stats[1024];
	detect_scan.stats(r.state, stats, sizeof(stats));
	CHECK(strstr(stats, "\"sources_evicted\":0,") == NULL);
	CHECK(strstr(stats, "\"contacts_evicted\":0,") == NULL);
	CHECK(strstr(stats, "\"pairs_evicted\":0,") == NULL);
	struct scan_state *s = r.state;
	CHECK(count_get(&s->sources.taken) <= 1024);
	CHECK(count_get(&s->sources.taken) + count_get(&s->sources.evicted) >= 1000000);
	CHECK_EQ(r.alerts, 0);
	fails("10.0.0.1", "10.1.1.0", 445, 1);
	CHECK_EQ(r.alerts, 1);
	CHECK_EQ(r.last.about->sid, 101);
	rig_end();
}

static void test_config(void)
{
	struct err err = {.msg = ""};
	void *state = NULL;

	CASE("the scanner must succeed less often than the floor");
	rig_start();
	r.config.benign_floor = 0.3;
	r.config.scanner_success = 0.3;
	CHECK_EQ(detect_scan.init(&r.config, &state, &err), -22);
	CHECK_STR(err.msg, "scan: scanner_success (0.3) must be below benign_floor (0.3)");
	r.config.scanner_success = 0.29;
	CHECK_EQ(detect_scan.init(&r.config, &state, &err), 0);
	detect_scan.fini(state);
	rig_end();

	CASE("floor above ceiling");
	rig_start();
	r.config.benign_floor = 0.8;
	r.config.benign_ceiling = 0.7;
	CHECK_EQ(detect_scan.init(&r.config, &state, &err), -22);
	rig_end();

	CASE("every alert has its technique, source and a way to check it");
	for (unsigned i = 0; i < detect_scan.n_abouts; i++) {
		const struct about *a = &detect_scan.abouts[i];

		CHECK_EQ(a->gid, ALERT_GID_DETECTOR);
		CHECK(a->technique && a->tactic && a->source && a->check && a->msg);
		CHECK(a->severity >= 1 && a->severity <= 3);
		CHECK_STR(a->detector, "scan");
		for (unsigned k = 0; k < i; k++)
			CHECK(detect_scan.abouts[k].sid != a->sid);
	}
}

int main(void)
{
	test_stories();
	test_kinds();
	test_alert_text();
	test_service_answers();
	test_far();
	test_visibility();
	test_learning();
	test_false_alarms();
	test_arp();
	test_roles();
	test_vertical();
	test_vertical_udp();
	test_bounded();
	test_config();
	return check_done();
}
