// SPDX-License-Identifier: Apache-2.0
/* What a host fetched inside and sends on: how much, how long after, to whom, in which tier. */
#include "detect_facts.h"

#include "detect/upload_stage.h"

#define MB 1000000.0

static void test_stage(void)
{
	static const struct {
		const char *name;
		struct {
			unsigned from, mb, wait_s;
		} got[4];
		unsigned mb, from; /* at the end; 0: nothing is remembered */
	} rows[] = {
		{"one server", {{1, 20, 0}}, 20, 1},
		{"two: who sent most", {{1, 20, 0}, {2, 30, 0}}, 50, 2},
		{"and still", {{1, 20, 0}, {2, 12, 0}, {1, 5, 0}}, 37, 1},
		{"within the window", {{1, 20, 99}}, 20, 1},
		{"after it", {{1, 20, 100}}, 0, 0},
		{"half of it is forgotten", {{1, 20, 60}, {2, 5, 45}}, 5, 2},
		{"long ago", {{1, 20, 100000}, {2, 5, 0}}, 5, 2},
	};
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr from = {.q = {0, 0}};
		uint64_t now = 1000 * NS_PER_S, window = 100 * NS_PER_S;
		struct sets stages;

		CASE(rows[i].name);
		CHECK_EQ(sets_init(&stages, sizeof(struct stage), 64, &err), 0);
		CHECK(!stage_of(&stages, 7, now, window));
		for (unsigned k = 0; k < 4 && rows[i].got[k].from; k++) {
			from.b[15] = (uint8_t)rows[i].got[k].from;
			stage_receive(&stages, 7, &from, 445, rows[i].got[k].mb * MB, now, window);
			now += rows[i].got[k].wait_s * NS_PER_S;
		}
		const struct stage *s = stage_of(&stages, 7, now, window);
		CHECK_EQ(s ? (unsigned)(stage_bytes(s) / MB) : 0, rows[i].mb);
		CHECK_EQ(s ? stage_most(s)->from.b[15] : 0, rows[i].from);
		CHECK(!stage_of(&stages, 8, now, window));
		sets_fini(&stages);
	}
}

static void volume(const char *src, const char *dst, uint16_t port, double up, double down)
{
	struct {
		struct observation o;
		struct obs_volume b;
	} r = {.o = {.kind = OBS_volume,
		     .sport = 40000,
		     .dport = port,
		     .flow_id = 5,
		     .time_ns = fx.now_ns,
		     .len = sizeof(struct obs_volume),
		     .seq = ++fx.seq},
	       .b = {.link = {.proto = 6},
		     .start_ns = fx.now_ns,
		     .bytes = {(uint64_t)(up * MB), (uint64_t)(down * MB)}}};

	CHECK(addr_parse(src, &r.o.src) && addr_parse(dst, &r.o.dst));
	detect_observation(fx.d, &r.o);
	facts_take();
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

#define FILES "10.0.0.9"
#define PC    "10.0.0.5"
#define OUT   "198.51.100.7"

/* clang-format off */
static const struct {
	const char *name;
	double read, pushed;      /* MB, fetched by the host; sent to it by another one of ours */
	unsigned wait_s;
	double sent, back;        /* MB, then, to the outside and from there */
	unsigned users;           /* others of ours that use the network */
	const char *told, *learnt;
} rows[] = {
	{"as much",                   20, 0,  60,    20, 0,  0, "-304 " PC, "+304 " PC},
	{"packed to a third",         40, 0,  60,    12, 0,  0, "-304 " PC, "+304 " PC},
	{"pushed to it",              0,  20, 60,    18, 0,  0, "-304 " PC, "+304 " PC},
	{"less than a third",         40, 0,  60,    11, 0,  0, "", ""},
	{"more than it got",          10, 0,  60,    12, 0,  0, "", ""},
	{"too little",                9,  0,  60,    9,  0,  0, "", ""},
	{"nothing was fetched",       0,  0,  60,    20, 0,  0, "", ""},
	{"a day later",               20, 0,  86400, 20, 0,  0, "", ""},
	{"both ways",                 20, 0,  60,    20, 9,  0, "", ""},
	{"a network of two of ours",  20, 0,  60,    20, 0,  1, "-304 " PC, "+304 " PC},
	{"of three",                  20, 0,  60,    20, 0,  2, "", ""},
};
/* clang-format on */

static void story(size_t i)
{
	static const char *const other[] = {"10.0.0.21", "10.0.0.22", "10.0.0.23"};

	for (unsigned k = 0; k < rows[i].users; k++)
		volume(other[k], OUT, 443, 0.1, 0.1);
	if (rows[i].read > 0)
		volume(PC, FILES, 445, 0.2, rows[i].read);
	if (rows[i].pushed > 0)
		volume(FILES, PC, 445, rows[i].pushed, 0.1);
	fx.now_ns += rows[i].wait_s * NS_PER_S;
	volume(PC, OUT, 443, rows[i].sent, rows[i].back);
}

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		facts_open(NULL, 0);
		story(i);
		CHECK_STR(facts_told(), rows[i].told);
		facts_close();
		facts_open(NULL, 0);
		grow_old();
		story(i);
		CHECK_STR(facts_told(), rows[i].learnt);
		facts_close();
	}
	CASE("told once, with whence");
	facts_open(NULL, 0);
	story(0);
	CHECK_STR(facts_told(), "-304 " PC);
	CHECK(strstr(fx.text, "20.0 MB to 198.51.100.0/24, after 20.0 MB from others of ours"));
	CHECK(strstr(fx.text, "most of it from " FILES " port 445: 1.00 times"));
	volume(PC, OUT, 443, 1, 0);
	CHECK_STR(facts_told(), "");
	facts_close();
}

static void test_roles(void)
{
	static char *backup[] = {PC "=backup"};

	CASE("a backup server");
	facts_open(backup, 1);
	grow_old();
	story(0);
	CHECK_STR(facts_told(), "-304 " PC);
	facts_close();
}

int main(void)
{
	test_stage();
	test_rows();
	test_roles();
	return check_done();
}
