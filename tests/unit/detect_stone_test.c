// SPDX-License-Identifier: Apache-2.0
/* Stepping stones: sessions that wake together, beats, sessions of two people, who is told. */
#include "detect_facts.h"

#include "observe/wake.h"

#define OUTSIDE "198.51.100.7"

struct session {
	const char *src, *dst;
};
static const struct session sessions[] = {
	{"10.0.0.1", "10.0.0.2"}, /* 1 */
	{"10.0.0.2", "10.0.0.3"}, /* 2 */
	{"10.0.0.3", "10.0.0.4"}, /* 3 */
	{"10.0.0.2", "10.0.0.1"}, /* 4: back */
	{OUTSIDE, "10.0.0.2"},    /* 5 */
	{"10.0.0.1", "10.0.0.3"}, /* 6: has no host in common with 5 */
};

static void wake(unsigned n, bool guessed)
{
	const struct session *s = &sessions[n - 1];
	struct {
		struct observation o;
		struct obs_wake b;
	} r = {.o = {.kind = OBS_wake,
		     .dport = 22,
		     .sport = (uint16_t)(40000 + n),
		     .flow_id = n,
		     .time_ns = fx.now_ns,
		     .len = sizeof(struct obs_wake),
		     .seq = ++fx.seq},
	       .b = {.link = {.proto = 6}, .guessed = guessed}};

	CHECK(addr_parse(s->src, &r.o.src) && addr_parse(s->dst, &r.o.dst));
	detect_observation(fx.d, &r.o);
	facts_take();
}

/* "12" sessions 1 and 2 wake, 20 ms apart; "1-2" 100 ms apart; a space: a hand's pause, never the
 * same; "_" ten seconds to the tick; "g" what follows is guessed. */
static void types(const char *text)
{
	static const unsigned pause_ms[] = {900, 2300, 700, 1600, 3100, 1200};
	unsigned pauses = 0;
	bool guessed = false;

	for (; *text; text++) {
		if (*text == ' ')
			fx.now_ns += pause_ms[pauses++ % 6] * NS_PER_MS;
		else if (*text == '_')
			fx.now_ns = (fx.now_ns / (10 * NS_PER_S) + 1) * 10 * NS_PER_S;
		else if (*text == '-')
			fx.now_ns += 80 * NS_PER_MS;
		else if (*text == 'g')
			guessed = true;
		else
			wake((unsigned)(*text - '0'), guessed), fx.now_ns += 20 * NS_PER_MS;
	}
}

/* clang-format off */
static const struct {
	const char *name, *text, *told;
} rows[] = {
	{"two coincide",                    "12 12",                        ""},
	{"three in a row",                  "12 12 12",                     "-931 10.0.0.2"},
	{"told once",                       "12 12 12 12 12 12",            "-931 10.0.0.2"},
	{"an answer that comes late",       "12 21 12",                     "-931 10.0.0.2"},
	{"100 ms apart",                    "1-2 1-2 1-2 1-2 1-2",          ""},
	{"never two in a row",              "12 1 2 12 1 2 12 1 2 12",      ""},
	{"a third of them, two in a row",   "12 12 1 2 1 2 1 2 12 12",      "-931 10.0.0.2"},
	{"a tenth of them",
	 "1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2 12 12 12", ""},
	{"the quieter one decides",         "1 1 1 1 1 1 12 12 12",         "-931 10.0.0.2"},
	{"two keepalives beat together",    "_12_12_12_12_12_12_12_12",     ""},
	{"back to where it came from",      "14 14 14 14 14",               ""},
	{"no host in common",               "56 56 56 56 56",               ""},
	{"both lead in",                    "15 15 15 15 15",               ""},
	{"two of a row",                    "123 123 123 123 123",
	 "-931 10.0.0.2 -931 10.0.0.3 +931 10.0.0.2 +931 10.0.0.3"},
	{"from outside",                    "52 52 52 52 52",               "-931 10.0.0.2 +931 10.0.0.2"},
	{"direction not seen",              "g12 12 12 12",                 ""},
};
/* clang-format on */

static void check_rows(void)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		types(rows[i].text);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
	}
}

static void check_roles(void)
{
	static char *jump[] = {"10.0.0.2=jump"};

	CASE("a jump host, from outside");
	facts_open(jump, 1);
	types("52 52 52 52 52 52");
	CHECK(!strchr(facts_told(), '+'));
	facts_close();
}

static uint32_t next(uint32_t *seed) /* Numerical Recipes' generator */
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Two people at the same host, each for ten minutes, 200 times: 0.7 to 8.7 s from wake to wake. */
static void check_chance(void)
{
	unsigned findings = 0;
	uint32_t seed = 1;

	CASE("two people that have nothing to do with each other");
	for (unsigned i = 0; i < 200; i++) {
		uint64_t at[2] = {0, next(&seed) % 8000}, now = 0;

		facts_open(NULL, 0);
		uint64_t begin = fx.now_ns;
		while (now < 600000) {
			unsigned who = at[1] < at[0];

			now = at[who];
			fx.now_ns = begin + now * NS_PER_MS;
			wake(1 + who, false);
			at[who] += 700 + next(&seed) % 8000;
		}
		findings += *facts_told() != '\0';
		facts_close();
	}
	CHECK(findings <= 1);
}

int main(void)
{
	check_rows();
	check_roles();
	check_chance();
	return check_done();
}
