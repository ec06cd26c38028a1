// SPDX-License-Identifier: Apache-2.0
/* The scan detector, by stories: what sources do, contact by contact, and what is said of it. */
#include "detect_scan_rig.h"

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
		touch(src, last, 6, 445, *story & 0x20 ? FLOW_unanswered : FLOW_answered);
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

static void test_alert_text(void)
{
	CASE("an alert carries what fired, who, and how to check it");
	rig_start();
	fails("10.0.0.1", "10.1.0.0", 445, 9);
	CHECK_EQ(r.alerts, 1);
	CHECK_STR(r.text, "9 hosts failed, 0 answered: 445/tcp (9) within a second; first 10.1.0.1 last "
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
		struct record c =
			contact(ip("10.0.0.1"), ip_plus("192.1.0.0", n), 6, 443, FLOW_unanswered);
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
		struct record c =
			contact(ip("fd00::1"), ip_plus("2001:db8::", n), 6, 443, FLOW_refused);
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

/* A table of pseudo-random contacts: the promise "delays but never invents". */
static void test_peers(void)
{
	static const struct {
		const char *name, *dst;
		uint16_t port;
		unsigned alerts, findings;
	} rows[] = {
		{"peers far away that are gone", "80.1.0.0", 6346, 0, 1},
		{"another port far away", "80.1.0.0", 2323, 1, 0},
		{"that port among ours", "10.1.0.0", 6346, 1, 0},
		{"neighbours that are off", "10.1.0.0", 7680, 0, 1},
	};
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		rig_start();
		touch(ip("10.0.0.1"), ip("80.9.9.9"), 6, 443, FLOW_answered);
		fails("10.0.0.1", rows[i].dst, rows[i].port, 80);
		CHECK_EQ(r.alerts, rows[i].alerts);
		CHECK_EQ(r.findings, rows[i].findings);
		rig_end();
	}
}

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

static struct strs jump = {.at = (char *[]){"10.0.0.1=jump"}, .n = 1};

/* Contacts to one service of ours, `every_s` apart; a finding, once. */
static unsigned slowly(unsigned n, unsigned every_s, uint16_t port, unsigned answered_each, const char *net)
{
	for (unsigned i = 0; i < n; i++) {
		r.now_ns += every_s * NS_PER_S;
		touch(ip("10.0.0.1"), ip_plus(net, 1 + i), 6, port,
		      answered_each && i % answered_each == 0 ? FLOW_answered : FLOW_unanswered);
	}
	CHECK_EQ(r.alerts, 0);
	return r.findings;
}

static void test_slow(void)
{
	const struct {
		const char *name;
		unsigned n, every_s;
		uint16_t port;
		unsigned answered_each;
		const char *net;
		unsigned findings;
		struct strs *assets;
	} rows[] = {
		{"slow: eleven hosts", 11, 1500, 445, 0, "10.1.0.0", 0, &none},
		{"slow: twelve are told, once", 30, 1500, 445, 0, "10.1.0.0", 1, &none},
		{"slow: a day's window", 40, 9000, 445, 0, "10.1.0.0", 0, &none},
		{"slow: one in two answers", 60, 1500, 445, 2, "10.1.0.0", 0, &none},
		{"slow: far away", 30, 1500, 445, 0, "198.51.100.0", 0, &none},
		{"slow: neighbours of a program", 30, 1500, 7680, 0, "10.1.0.0", 0, &none},
		{"slow: whose work it is", 30, 1500, 445, 0, "10.1.0.0", 0, &jump},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		rig_start_with(rows[i].assets);
		CHECK_EQ(slowly(rows[i].n, rows[i].every_s, rows[i].port, rows[i].answered_each, rows[i].net),
			 rows[i].findings);
		rig_end();
	}
}

int main(void)
{
	test_stories();
	test_slow();
	test_kinds();
	test_alert_text();
	test_service_answers();
	test_far();
	test_peers();
	test_false_alarms();
	test_roles();
	test_bounded();
	test_config();
	return check_done();
}
