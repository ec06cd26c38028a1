// SPDX-License-Identifier: Apache-2.0
/* SSH sessions that carry others: which volumes are the same connection's, who is told in which
 * tier; sessions that their server drives. */
#include "detect_facts.h"

#include "flow/flow.h"
#include "observe/wake.h"

#define A   "10.0.0.1"
#define B   "10.0.0.2"
#define C   "10.0.0.3"
#define OUT "198.51.100.7"

static void put(enum observation_kind kind, uint64_t flow, const char *src, const char *dst,
		const void *body, size_t len)
{
	struct {
		struct observation o;
		uint8_t body[256];
	} r = {.o = {.kind = (uint8_t)kind,
		     .sport = (uint16_t)(40000 + flow),
		     .dport = 22,
		     .flow_id = flow,
		     .time_ns = fx.now_ns,
		     .len = (uint16_t)len,
		     .seq = ++fx.seq}};

	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	memcpy(r.body, body, len);
	detect_observation(fx.d, &r.o);
	facts_take();
}

static void login(uint64_t flow, const char *src, const char *dst, uint64_t up, uint64_t down,
		  enum fact_result outcome)
{
	struct {
		struct obs_link link;
		struct fact_ssh b;
	} r = {.link = {.proto = 6},
	       .b = {.outcome = (uint8_t)outcome, .final = 1, .payload = {up, down}}};

	put(OBS_ssh, flow, src, dst, &r, sizeof(r));
}

static void wake(uint64_t flow, const char *src, const char *dst, bool by_server, uint64_t up,
		 uint64_t down)
{
	const struct obs_wake w = {
		.link = {.proto = 6}, .payload = {up, down}, .by_server = by_server};

	put(OBS_wake, flow, src, dst, &w, sizeof(w));
}

static void over(uint64_t flow, const char *src, const char *dst, uint64_t start_ns,
		 uint64_t last_ns, uint64_t up, uint64_t down, uint32_t pkts)
{
	const struct obs_session s = {.link = {.proto = 6},
				      .start_ns = start_ns,
				      .last_ns = last_ns,
				      .payload = {up, down},
				      .pkts = {pkts, pkts}};

	put(OBS_session, flow, src, dst, &s, sizeof(s));
}

static void grow_old(void)
{
	struct observation o = {.kind = OBS_tick};

	for (unsigned i = 0; i < 14 * 86400 / 60 + 2; i++) {
		fx.now_ns += 60 * NS_PER_S;
		o.time_ns = fx.now_ns;
		detect_observation(fx.d, &o);
	}
}

/* The outer session: log-in after 3000 and 4000 bytes; the inner one: 30 packets each way. */
/* clang-format off */
static const struct pass {
	const char *name, *from, *to;
	unsigned up, down;        /* said in the outer session after its log-in */
	unsigned in_up, in_down;  /* of the inner connection, all of it */
	int after_ms, longer_ms;  /* inner begins after the outer's log-in; ends after the outer */
	const char *told, *learnt;
} passes[] = {
	{"the same and SSH's overhead",    A, C, 4400, 18500, 3600, 17600, 20, 0,     "-951 " B, "+951 " B},
	{"to the byte",                    A, C, 3600, 17600, 3600, 17600, 20, 0,     "-951 " B, "+951 " B},
	{"up, one byte less",              A, C, 3599, 18500, 3600, 17600, 20, 0,     "", ""},
	{"down, one byte less",            A, C, 4400, 17599, 3600, 17600, 20, 0,     "", ""},
	{"all the overhead there can be",  A, C, 7928, 23328, 3600, 17600, 20, 0,     "-951 " B, "+951 " B},
	{"up, a byte more than that",      A, C, 7929, 18500, 3600, 17600, 20, 0,     "", ""},
	{"down, a byte more than that",    A, C, 4400, 23329, 3600, 17600, 20, 0,     "", ""},
	{"too little to say so",           A, C, 1100, 18500, 1023, 17600, 20, 0,     "", ""},
	{"typed: the handshake is missing", A, C, 900, 14500, 3600, 17600, 20, 0,     "", ""},
	{"three seconds later",            A, C, 4400, 18500, 3600, 17600, 3000, 0,   "-951 " B, "+951 " B},
	{"later: somebody typed it",       A, C, 4400, 18500, 3600, 17600, 3001, 0,   "", ""},
	{"before the log-in",              A, C, 4400, 18500, 3600, 17600, -1, 0,     "", ""},
	{"it outlives the outer one",      A, C, 4400, 18500, 3600, 17600, 20, 2001,  "", ""},
	{"back to where it came from",     A, A, 4400, 18500, 3600, 17600, 20, 0,     "", ""},
	{"from outside",                   OUT, C, 4400, 18500, 3600, 17600, 20, 0,   "+951 " B, "+951 " B},
	{"to the outside",                 A, OUT, 4400, 18500, 3600, 17600, 20, 0,   "-951 " B, "+951 " B},
};
/* clang-format on */

static void pass(const struct pass *p, bool inner_ends_first)
{
	uint64_t begin = fx.now_ns, start = begin + NS_PER_S;
	uint64_t inner = (uint64_t)((int64_t)start + p->after_ms * (int64_t)NS_PER_MS);
	uint64_t end = start + 60 * NS_PER_S, end_inner = end + (uint64_t)p->longer_ms * NS_PER_MS;

	fx.now_ns = start;
	login(1, p->from, B, 3000, 4000, RESULT_ok);
	fx.now_ns = inner + NS_PER_S / 2;
	login(2, B, p->to, 3000, 4000, RESULT_ok);
	fx.now_ns = end_inner + 10 * NS_PER_S;
	for (unsigned i = 0; i < 2; i++) {
		if (inner_ends_first == (i == 0))
			over(2, B, p->to, inner, end_inner, p->in_up, p->in_down, 30);
		else
			over(1, p->from, B, begin, end, 3000 + p->up, 4000 + p->down, 60);
	}
}

static void test_passes(void)
{
	for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
		CASE(passes[i].name);
		for (unsigned first = 0; first < 2; first++) {
			facts_open(NULL, 0);
			pass(&passes[i], first);
			CHECK_STR(facts_told(), passes[i].told);
			facts_close();
		}
		facts_open(NULL, 0);
		grow_old();
		pass(&passes[i], true);
		CHECK_STR(facts_told(), passes[i].learnt);
		facts_close();
	}
	CASE("what is said");
	facts_open(NULL, 0);
	pass(&passes[0], true);
	CHECK(strstr(fx.text, "what " A " said in its session with port 22 of this host"));
	CHECK(strstr(fx.text, "(4400 bytes, 18500 back)"));
	CHECK(strstr(fx.text, C " port 22 (3600, 17600), opened 0.0 s later"));
	facts_close();
}

static void test_known(void)
{
	static char *jump[] = {B "=jump"};
	struct pass again = passes[0];

	CASE("the host in the middle has called the third before");
	facts_open(NULL, 0);
	grow_old();
	login(9, B, C, 3000, 4000, RESULT_ok);
	pass(&again, true);
	CHECK_STR(facts_told(), "-951 " B);
	facts_close();

	CASE("a jump host");
	facts_open(jump, 1);
	grow_old();
	pass(&again, true);
	CHECK_STR(facts_told(), "-951 " B);
	facts_close();
}

/* A to B to C to D with -J B,C: each session carries the whole next one. */
static void test_row(void)
{
	uint64_t t = fx.now_ns;

	CASE("A to B to C to D");
	facts_open(NULL, 0);
	t = fx.now_ns;
	fx.now_ns = t + NS_PER_S;
	login(1, A, B, 3000, 4000, RESULT_ok);
	fx.now_ns += NS_PER_S;
	login(2, B, C, 3000, 4000, RESULT_ok);
	fx.now_ns += NS_PER_S;
	login(3, C, "10.0.0.4", 3000, 4000, RESULT_ok);
	fx.now_ns += 60 * NS_PER_S;
	over(3, C, "10.0.0.4", t + 2 * NS_PER_S + 1, fx.now_ns, 5000, 9000, 30);
	over(2, B, C, t + NS_PER_S + 1, fx.now_ns, 3000 + 5500, 4000 + 9500, 60);
	over(1, A, B, t, fx.now_ns, 3000 + 9500, 4000 + 14500, 90);
	CHECK_STR(facts_told(), "-951 10.0.0.3 +951 10.0.0.2");
	facts_close();
}

/* "s1000/5000": the server spoke first, it said 1000 bytes and the client 5000 before the next
 * silence; "c": the client spoke first, six seconds after; "C": after five. */
static void talk(const char *src, const char *dst, const char *text)
{
	uint64_t up = 3000, down = 4000;
	unsigned said[2];
	char who;
	int n;

	login(1, src, dst, up, down, RESULT_ok);
	for (; sscanf(text, " %c%u/%u%n", &who, &said[0], &said[1], &n) == 3; text += n) {
		fx.now_ns += (who == 'C' ? 5 : 6) * NS_PER_S;
		wake(1, src, dst, who == 's', up, down);
		down += said[0];
		up += said[1];
	}
	over(1, src, dst, fx.now_ns - 60 * NS_PER_S, fx.now_ns, up, down, 90);
}

static void meets(const char *src, const char *dst)
{
	struct {
		struct observation o;
		struct obs_contact b;
	} r = {.o = {.kind = OBS_contact,
		     .dport = 22,
		     .time_ns = fx.now_ns,
		     .len = sizeof(struct obs_contact),
		     .seq = ++fx.seq},
	       .b = {.link = {.proto = 6}, .outcome = FLOW_answered, .count = 1}};

	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	detect_observation(fx.d, &r.o);
}

/* clang-format off */
static const struct {
	const char *name, *src, *dst, *text, *told, *learnt;
} talks[] = {
	{"the server asks, the client answers", B, OUT, "s4000/12000",           "-952 " B, "+952 " B},
	{"a short question",                    B, OUT, "s100/2000",             "-952 " B, "+952 " B},
	{"too short",                           B, OUT, "s99/12000",             "", ""},
	{"a short answer",                      B, OUT, "s4000/1999",            "", ""},
	{"told once an hour",                   B, OUT, "s200/4000 s200/4000",   "-952 " B, "+952 " B},
	{"somebody types",                      B, OUT, "c900/300 c5000/80 c40/40", "", ""},
	{"and a program of his goes on",        B, OUT, "c900/300 s9000/80 s9000/0", "", ""},
	{"a copy, the server slow at times",    B, OUT, "c200/90000 s200/90000", "", ""},
	{"small things before",                 B, OUT, "c200/8191 s200/4000",   "-952 " B, "+952 " B},
	{"a slow client's answer",              B, OUT, "s300/0 C0/4000",        "-952 " B, "+952 " B},
	{"too slow: of its own accord",         B, OUT, "s300/0 c0/4000",        "", ""},
	{"keepalives",                          B, OUT, "s60/60 s60/60 s60/60",  "", ""},
	{"between two of ours",                 B, C,   "s4000/12000",           "", ""},
	{"from outside",                        OUT, B, "s4000/12000",           "", ""},
};
/* clang-format on */

static void test_talks(void)
{
	static const char task[] = "86d35949-83c9-4044-b424-db363231fd0c";

	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		CASE(talks[i].name);
		facts_open(NULL, 0);
		meets(talks[i].src, talks[i].dst);
		facts_told();
		talk(talks[i].src, talks[i].dst, talks[i].text);
		CHECK_STR(facts_told(), talks[i].told);
		facts_close();
		facts_open(NULL, 0);
		grow_old();
		meets(talks[i].src, talks[i].dst);
		facts_told();
		talk(talks[i].src, talks[i].dst, talks[i].text);
		CHECK_STR(facts_told(), talks[i].learnt);
		facts_close();
	}
	CASE("an alert of another detector about the host before");
	facts_open(NULL, 0);
	facts_rpc("10.0.0.9", B, task, 1, "x");
	facts_told();
	talk(B, OUT, talks[0].text);
	CHECK_STR(facts_told(), "+952 " B);
	facts_close();
	CASE("nobody logged in");
	facts_open(NULL, 0);
	login(1, B, OUT, 100, 100, RESULT_failed);
	wake(1, B, OUT, true, 100, 100);
	over(1, B, OUT, fx.now_ns, fx.now_ns, 9000, 9000, 9);
	CHECK_STR(facts_told(), "");
	facts_close();
}

int main(void)
{
	test_passes();
	test_known();
	test_row();
	test_talks();
	return check_done();
}
