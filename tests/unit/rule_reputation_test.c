// SPDX-License-Identifier: Apache-2.0
/* iprep and geoip: lists and countries of addresses. */
#include "check.h"
#include "rule/reputation.h"
#include "rule_run.h"

static void write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert(fd >= 0);
	assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* The packet goes from 10.0.0.1 to 192.0.2.2. */
static const char categories[] = "# number,name,text\n1,bad,Bad hosts\n2,good,Good ones\n";
static const char scores[] = "10.0.0.0/8,1,30\n10.0.0.1,1,80\n10.0.0.2,1,5\n192.0.2.0/24,2,127\n"
			     "10.0.0.0/16,1,40\n10.0.0.0/8,1,31\n";
#define MISTAKES "61,no,Too many\nx\nhost,1,1\n10.0.0.1,1,200\n"
static const struct {
	const char *option;
	bool hit;
} rows[] = {
	{"iprep:src,bad,>,79;", true},    {"iprep:src,bad,>,80;", false},
	{"iprep:src,bad,=,80;", true},    {"iprep:any,bad,<=,80;", true},
	{"iprep:dst,bad,>,0;", false},    {"iprep:both,bad,>,0;", false},
	{"iprep:any,good,>=,127;", true}, {"iprep:dst,good,isset;", true},
	{"iprep:src,good,isset;", false}, {"iprep:src,good,isnotset;", true},
	{"iprep:src,good,<,127;", false}, /* nothing is said of it */
	{"geoip:src,CH;", true},          {"geoip:src,fr,CH;", true},
	{"geoip:dst,CH;", false},         {"geoip:CH;", true},
	{"geoip:both,CH,FR;", true},      {"geoip:both,CH;", false},
	{"geoip:src,!CH;", false},        {"geoip:src,!FR,!DE;", true},
};

static bool country(const void *ctx, const struct addr *a, char out[3])
{
	strcpy(out, a->b[12] == 10 ? "CH" : "FR");
	return ctx != NULL;
}

static const char *const wrong[] = {
	"iprep:src,bad,>;",   "iprep:src,bad,>,128;", "iprep:up,bad,>,1;", "iprep:src;",
	"iprep:src,bad,~,1;", "geoip:src;",           "geoip:CHE;",        "geoip:upward,CH;",
};

static void lookups(void)
{
	struct addr a;
	struct err err;
	struct reputation *r;
	char one[] = "/tmp/vigie-cat-XXXXXX", two[] = "/tmp/vigie-rep-XXXXXX";
	char *files[1] = {two};
	struct rule_config c = {.reputation_categories = one, .reputation = {files, 1}};
	struct arena arena = {0};
	static const struct {
		const char *ip;
		unsigned score;
	} of[] = {{"10.0.0.1", 80}, {"10.0.0.2", 5},      {"10.0.0.3", 40}, {"10.0.255.255", 40},
		  {"10.1.0.0", 31}, {"9.255.255.255", 0}, {"11.0.0.0", 0},  {"2001:db8::1", 0}};

	char text[1024];

	r = calloc(1, sizeof(*r));
	snprintf(text, sizeof(text), "%s" MISTAKES, categories);
	write_file(one, text);
	snprintf(text, sizeof(text), "%s" MISTAKES, scores);
	write_file(two, text);
	CHECK_EQ(rule_reputation_load(r, &arena, &c, NULL, &err), 0);
	for (unsigned i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		CASE(of[i].ip);
		CHECK(addr_parse(of[i].ip, &a));
		CHECK_EQ(rule_reputation_score(r, 1, &a), of[i].score);
	}
	CHECK_EQ(rule_reputation_category(r, span_of("good")), 2);
	CHECK_EQ(rule_reputation_category(r, span_of("no")), -1);
	CASE("a file that is not there");
	unlink(two);
	CHECK(rule_reputation_load(r, &arena, &c, NULL, &err) < 0);
	unlink(one);
	rule_arena_fini(&arena);
	free(r);
}

int main(void)
{
	static struct run r;
	struct rule_config c = run_config();
	char one[] = "/tmp/vigie-cat-XXXXXX", two[] = "/tmp/vigie-rep-XXXXXX", rule[512];
	char *files[1] = {two};

	write_file(one, categories);
	write_file(two, scores);
	c.reputation_categories = one;
	c.reputation = (struct strs){files, 1};
	c.country = country;
	c.country_ctx = &c;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].option);
		snprintf(rule, sizeof(rule), "alert udp any any -> any any (%s sid:1;)\n",
			 rows[i].option);
		run_init_with(&r, rule, &c);
		CHECK_EQ(r.set->n_matched, 1);
		r.flow.proto = 17;
		struct pkt p = run_pkt(&r, 0, "a", 1);
		rule_pkt(r.m, &p);
		CHECK_EQ(r.n, rows[i].hit);
		run_fini(&r);
	}
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CASE(wrong[i]);
		snprintf(rule, sizeof(rule), "alert udp any any -> any any (%s sid:1;)\n",
			 wrong[i]);
		struct rule_set *set = run_load(rule, &c, NULL);
		CHECK_EQ(set->n_failed, 1);
		rule_set_free(set);
	}
	unlink(one);
	unlink(two);
	lookups();
	CASE("without lists and databases the rules are named");
	c = run_config();
	struct rule_set *set = run_load("alert ip any any -> any any (iprep:src,bad,>,1; sid:1;)\n"
					"alert ip any any -> any any (geoip:CH; sid:2;)\n",
					&c, NULL);
	CHECK_EQ(set->n_matched, 0);
	CHECK_EQ(set->n_failed, 0);
	CHECK(strstr(set->rule[0]->unmatched, "reputation_categories"));
	CHECK(strstr(set->rule[1]->unmatched, "geo.databases"));
	rule_set_free(set);
	return check_done();
}
