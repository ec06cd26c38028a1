// SPDX-License-Identifier: Apache-2.0
/* Whole files: mistakes reported byte for byte (tests/bad/rules), what an alert says of its rule, the
 * report of -T, and a real rule set when it is at hand. */
#include "rule/keyword.h"

#include "base/hash.h"
#include "check.h"
#include "rule_run.h"

#include <dirent.h>

static char *slurp(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = calloc(1, 65536);

	CHECK(in != NULL);
	if (in) {
		CHECK(fread(text, 1, 65535, in) > 0);
		fclose(in);
	}
	return text;
}

static void mistakes(void)
{
	struct rule_config c = run_config();
	struct dirent **entry;
	const char *source = getenv("VIGIE_SOURCE");
	char dir[4096];
	static char names[2][256]; /* by turns: a name is printed when the next case begins */
	unsigned seen = 0;

	snprintf(dir, sizeof(dir), "%s/tests/bad/rules", source ? source : VIGIE_SOURCE_DIR);
	if (chdir(dir) != 0)
		return;
	int n = scandir(".", &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *name = entry[i]->d_name, *dot = strstr(name, ".rules");
		char path[512], *got = NULL;
		size_t size;
		struct rule_set *set;
		struct err err;

		if (!dot || dot[6]) {
			free(entry[i]);
			continue;
		}
		snprintf(names[seen % 2], sizeof(names[0]), "%s", name);
		CASE(names[seen % 2]);
		seen++;
		FILE *report = open_memstream(&got, &size);
		c.files = (struct strs){&name, 1};
		CHECK_EQ(rule_set_load(&c, &set, report, &err), 0);
		fclose(report);
		snprintf(path, sizeof(path), "%.*s.expected", (int)(dot - name), name);
		char *want = slurp(path);
		CHECK_STR(got, want);
		rule_set_free(set);
		free(want);
		free(got);
		free(entry[i]);
	}
	free(entry);
	CASE("there are mistakes to look at");
	CHECK(seen >= 5);
}

static void about(void)
{
	struct rule_config c = run_config();
	struct rule_set *set = run_load(
		"drop tcp any any -> any any (msg:\"a \\\"b\\\"\\; c\"; classtype:trojan-activity; "
		"reference:url,example.org/x; reference:cve,2020-1; metadata: family lateral, "
		"mitre_technique_id T1021, mitre_tactic_id TA0008, created_at 2026_01_01; "
		"threshold: type both, count 3, track by_dst, seconds 60; target:src_ip; sid:7; rev:3;)\n"
		"alert udp any any -> any any (msg:\"b\"; priority:2; classtype:trojan-activity; "
		"metadata:tier finding; "
		"detection_filter:track by_both, count 2, seconds 5; sid:8; gid:3;)\n"
		"pass udp any any -> any any (classtype:ours; sid:9;)\n", &c, stdout);
	struct rule *r = set->rule[1], *s = set->rule[2];

	CASE("what an alert says of its rule");
	CHECK_EQ(set->n, 3);
	CHECK_EQ(set->n_matched, 3);
	CHECK(s->tier == RULE_TIER_finding && r->tier == RULE_TIER_alert);
	CHECK_STR(r->about.msg, "a \"b\"; c");
	CHECK_STR(r->about.category, "A Network Trojan was detected");
	CHECK_STR(r->about.action, "allowed"); /* we only look: nothing is dropped */
	CHECK_STR(r->about.source, "url,example.org/x");
	CHECK_STR(r->about.technique, "T1021");
	CHECK_STR(r->about.tactic, "TA0008");
	CHECK_EQ(r->about.family, FAMILY_lateral);
	CHECK_EQ(r->about.severity, 1);
	CHECK_EQ(r->about.gid, 1);
	CHECK_EQ(r->about.sid, 7);
	CHECK_EQ(r->about.rev, 3);
	CHECK_EQ(r->about.n_metadata, 4);
	CHECK_STR(r->about.metadata[3].key, "created_at");
	CHECK_STR(r->about.metadata[3].value, "2026_01_01");
	CHECK_EQ(r->line, 1);
	CHECK(r->conditional);
	CHECK_EQ(r->threshold.type, THRESHOLD_both);
	CHECK_EQ(r->threshold.track, TRACK_dst);
	CHECK_EQ(r->threshold.count, 3);
	CHECK_EQ(r->threshold.seconds, 60);
	CASE("priority wins over the class; the class gives the family");
	CHECK_EQ(s->about.severity, 2);
	CHECK_EQ(s->about.family, FAMILY_malware);
	CHECK_EQ(s->threshold.type, THRESHOLD_detection_filter);
	CHECK_EQ(s->threshold.track, TRACK_both);
	CASE("pass rules come first; a class we do not know is its name");
	CHECK(set->rule[0]->pass);
	CHECK_EQ(set->rule[0]->index, 0);
	CHECK_STR(set->rule[0]->about.category, "ours");
	CHECK_EQ(set->rule[0]->about.severity, 3);
	rule_set_free(set);
}

static const struct {
	const char *rule, *unmatched; /* NULL: matched */
} known[] = {
	{"alert http any any -> any any (content:\"a\"; sid:1;)", NULL},
	{"alert tcp any any -> any any (http.uri; content:\"a\"; sid:1;)", NULL},
	{"alert tcp any any -> any any (pcre:\"/a/\"; sid:1;)", NULL},
	{"alert tcp any any -> any any (pcre:\"/a/U\"; sid:1;)", NULL},
	{"alert tcp any any -> any any (pcre:\"/(a)/, pkt:v\"; sid:1;)", NULL},
	{"alert tcp any any -> any any (pcre:\"/(?P<flow_v>a)/\"; sid:1;)", NULL},
	{"alert tcp any any -> any any (byte_test:4,=,1,0,dce; sid:1;)", NULL},
	{"alert tcp any any -> any any (byte_math: bytes 1, offset 0, oper +, rvalue 1, result n; "
	 "content:\"a\"; depth:n; sid:1;)", NULL},
	{"alert tcp any any -> any any (byte_math: bytes 1, offset 0, oper +, rvalue 1, result n, dce; "
	 "content:\"a\"; depth:n; sid:1;)", NULL},
	{"alert tcp any any -> any any (content:\"a\"; http_uri; sid:1;)", NULL},
	{"alert tcp any any => any any (sid:1;)", "=> (both sides of a transaction)"},
	{"alert http1:request_headers any any -> any any (http.uri; content:\"a\"; sid:1;)", NULL},
	{"alert http1:wedding any any -> any any (sid:1;)", "protocol:hook"},
	{"alert tcp:pre_flow any any -> any any (sid:1;)", "protocol:hook"},
	{"config tcp any any -> any any (sid:1;)", NULL},
	{"accept tcp any any -> any any (sid:1;)", "action accept"},
	{"alert tcp any any -> any any (threshold:type limit, track by_flow, count 1, seconds 1; sid:1;)",
	 NULL},
	{"alert tcp any any -> any any (byte_extract:1,0,n; content:\"a\"; depth:n; sid:1;)",
	 NULL},
	{"alert tcp any any -> any any (file.data: to_client; content:\"a\"; sid:1;)", NULL},
	{"alert jabber any any -> any any (content:\"a\"; sid:1;)", "protocol jabber"},
	{"alert http any any -> any any (http.uri; content:\"a\"; http.stat_code; content:\"2\"; sid:1;)",
	 "buffers of both directions, or of protocols that exclude each other"},
	{"alert http any any -> any any (http.uri; content:\"a\"; ssh.proto; content:\"2\"; sid:1;)",
	 "buffers of both directions, or of protocols that exclude each other"},
	{"alert tcp !$HOME_NET any -> any any (content:\"a\"; sid:1;)", "empty address or port list"},
	{"reject tcp any any -> any any (content:\"a\"; sid:1;)", NULL},
	{"alert tcp-pkt any any -> any any (content:\"a\"; sid:1;)", NULL},
};

static void report(void)
{
	struct rule_config c = run_config();
	c.keep_text = true;
	char *got = NULL;
	size_t size;

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		CASE(known[i].rule);
		struct rule_set *set = run_load(known[i].rule, &c, stdout);
		CHECK_EQ(set->n, 1);
		CHECK_EQ(set->n_matched, known[i].unmatched == NULL);
		if (known[i].unmatched)
			CHECK_STR(set->rule[0]->unmatched, known[i].unmatched);
		rule_set_free(set);
	}
	CASE("the report, its last line, and what is written out");
	const char *text = "alert jabber any any -> any any (lua:x; content:\"a\"; sid:3;)\n"
			   "alert jabber any any -> any any (content:\"a\"; sid:2;)\n"
			   "alert tcp any any -> any any ( \\\n content:\"a\"; sid:1;)\n"
			   "alert tcp any any -> any any (sid:x;)\n";
	FILE *devnull = fopen("/dev/null", "w"), *out = open_memstream(&got, &size);
	struct rule_set *set = run_load(text, &c, devnull);
	rule_set_report(set, false, out);
	fclose(out);
	CHECK_STR(got, "Not matched yet, by keyword:\n"
		       "keyword                            rules   alone\n"
		       "-----------------------------------------------\n"
		       "protocol jabber                        2       1\n"
		       "lua                                    1       0\n"
		       "(alone: the rule waits for this keyword only)\n"
		       "1 rules have mistakes and are not used\n"
		       "1 of 4 rules can be matched\n");
	free(got);
	char path[] = "/tmp/vigie-matched-XXXXXX";
	struct err err;
	close(mkstemp(path));
	CHECK_EQ(rule_set_write_matched(set, path, &err), 0);
	char *matched = slurp(path);
	CHECK_STR(matched, "alert tcp any any -> any any (    content:\"a\"; sid:1;)\n");
	free(matched);
	unlink(path);
	uint8_t sum[32];
	char want[65];
	hash_sha256(text, strlen(text), sum);
	CHECK_STR(set->sha256, hash_hex(sum, 32, want));
	rule_set_free(set);
	fclose(devnull);
}

static void keywords(void)
{
	struct keywords *k = malloc(sizeof(*k));
	unsigned lines = 0;
	char *got = NULL;
	size_t size;

	CASE("keywords are found by name, each once");
	rule_keywords_init(k);
	for (unsigned i = 0; i < k->n; i++)
		CHECK(rule_keyword_find(k, span_of(k->at[i]->name)) == k->at[i]);
	CHECK(rule_keyword_find(k, span_of("conten")) == NULL);
	CHECK_STR(rule_keyword_closest(k, span_of("conten")), "content");
	CASE("and listed, one a line");
	FILE *out = open_memstream(&got, &size);
	rule_list_keywords(out);
	fclose(out);
	for (const char *c = got; *c; c++)
		lines += *c == '\n';
	CHECK_EQ(lines, k->n);
	CHECK(strstr(got, "\nttl                              matched             ttl: RANGE") != NULL);
	CHECK(strstr(got, "\nlua                              parsed, not matched lua: FILE") != NULL);
	free(got);
	free(k);
}

/* The 13,101 rules of ET Open, unpacked: VIGIE_ET_RULES names the file. */
static void real_rules(void)
{
	struct rule_config c = run_config();
	char *path = getenv("VIGIE_ET_RULES");
	struct rule_set *set;
	struct err err;

	CASE(path ? "a real rule set parses whole" : "a real rule set # SKIP VIGIE_ET_RULES not set");
	if (!path)
		return;
	c.files = (struct strs){&path, 1};
	CHECK_EQ(rule_set_load(&c, &set, stdout, &err), 0);
	CHECK_EQ(set->n_failed, 0);
	CHECK(set->n >= 13101);
	rule_set_free(set);
}

int main(void)
{
	struct rule_config c = run_config();
	struct rule_set *set;
	struct err err;
	char *none = "/nonexistent/x.rules";

	about();
	report();
	keywords();
	real_rules();
	CASE("a file that is not there: no set, and its name");
	c.files = (struct strs){&none, 1};
	CHECK(rule_set_load(&c, &set, stdout, &err) != 0);
	CHECK(strstr(err.msg, none) != NULL);
	CASE("a variable that is none: no set");
	char *bad = "NAME";
	c.files.n = 0;
	c.vars = (struct strs){&bad, 1};
	CHECK(rule_set_load(&c, &set, stdout, &err) != 0);
	mistakes();
	return check_done();
}
