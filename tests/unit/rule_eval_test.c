// SPDX-License-Identifier: Apache-2.0
/* What the payload keywords mean. Each row is held against a UDP packet, and, as a TCP rule, against
 * a stream: whole, and cut in two at every byte; all must agree. */
#include "check.h"
#include "rule_run.h"

static const struct {
	const char *options, *payload;
	bool hit;
} rows[] = {
	{"content:\"abc\";", "xxabcxx", true},
	{"content:\"abc\";", "xxabxcx", false},
	{"content:\"abc\";", "abc", true},
	{"content:\"abc\";", "ab", false},
	{"content:\"ABC\"; nocase;", "xxaBcxx", true},
	{"content:\"ABC\";", "xxaBcxx", false},
	{"content:\"a|20|B\"; nocase;", "A b", true},
	/* Counted from the beginning. */
	{"content:\"abc\"; depth:3;", "abcx", true},
	{"content:\"abc\"; depth:3;", "xabc", false},
	{"content:\"abc\"; depth:4;", "xabc", true},
	{"content:\"abc\"; offset:1;", "abcx", false},
	{"content:\"abc\"; offset:1;", "xabc", true},
	{"content:\"abc\"; offset:1; depth:3;", "xabc", true},
	{"content:\"abc\"; offset:1; depth:3;", "xxabc", false},
	{"content:\"abc\"; offset:1; depth:4;", "xxabc", true},
	{"content:\"abc\"; startswith;", "abcx", true},
	{"content:\"abc\"; startswith;", "xabc", false},
	{"content:\"abc\"; endswith;", "xabc", true},
	{"content:\"abc\"; endswith;", "abcx", false},
	{"content:\"abc\"; endswith;", "abcabc", true},
	{"content:\"abc\"; startswith; endswith;", "abc", true},
	{"content:\"abc\"; startswith; endswith;", "abcabc", false},
	/* Counted from the match before. */
	{"content:\"a\"; content:\"b\"; distance:0;", "ab", true},
	{"content:\"a\"; content:\"b\"; distance:0;", "ba", false},
	{"content:\"a\"; content:\"b\"; distance:1;", "ab", false},
	{"content:\"a\"; content:\"b\"; distance:1;", "axb", true},
	{"content:\"a\"; content:\"b\"; distance:1;", "axxb", true},
	{"content:\"a\"; content:\"b\"; within:1;", "ab", true},
	{"content:\"a\"; content:\"b\"; within:1;", "axb", false},
	{"content:\"a\"; content:\"b\"; within:2;", "axb", true},
	{"content:\"a\"; content:\"b\"; distance:1; within:1;", "axb", true},
	{"content:\"a\"; content:\"b\"; distance:1; within:1;", "axxb", false},
	{"content:\"abc\"; content:\"abc\"; distance:0;", "abc", false},
	{"content:\"abc\"; content:\"abc\"; distance:0;", "abcabc", true},
	{"content:\"abc\"; content:\"ca\"; distance:-1;", "abca", true},
	{"content:\"abc\"; content:\"bca\"; distance:-1;", "abca", false},
	{"content:\"abc\"; content:\"bca\"; distance:-2;", "abca", true},
	{"content:\"abc\"; content:\"a\"; distance:-100;", "xabc", true},
	/* Each occurrence is tried. */
	{"content:\"a\"; content:\"b\"; within:1;", "axaxab", true},
	{"content:\"a\"; content:\"b\"; within:1; content:\"c\"; within:1;", "abxabxabc", true},
	{"content:\"a\"; content:\"b\"; distance:0; content:\"c\"; within:1;", "abxbbc", true},
	{"content:\"aa\"; content:\"b\"; within:1;", "aaab", true},
	{"content:\"a\"; content:\"b\"; within:1; content:\"z\";", "zaxab", true},
	{"content:\"a\"; content:\"z\"; content:\"b\"; within:1;", "azb", true},
	{"content:\"a\"; content:\"z\"; content:\"b\"; within:1;", "abz", false},
	/* Not there. */
	{"content:\"a\"; content:!\"b\";", "axc", true},
	{"content:\"a\"; content:!\"b\";", "axb", false},
	{"content:\"a\"; content:!\"b\";", "bxa", false},
	{"content:\"a\"; content:!\"b\"; within:1;", "axb", true},
	{"content:\"a\"; content:!\"b\"; within:1;", "ab", false},
	{"content:\"a\"; content:!\"b\"; within:1;", "abaxb", true},
	{"content:\"a\"; content:!\"b\"; within:1;", "abab", false},
	{"content:\"a\"; content:!\"b\"; within:1;", "xa", true},
	{"content:\"a\"; content:!\"b\"; distance:0;", "ba", true},
	{"content:\"a\"; content:!\"b\"; distance:0;", "aab", false},
	{"content:\"a\"; content:!\"x\"; depth:1;", "xa", false},
	{"content:\"a\"; content:!\"x\"; depth:1;", "ax", true},
	{"content:\"a\"; content:!\"x\"; offset:3;", "ax", true},
	{"content:\"a\"; content:!\"x\"; startswith;", "xa", false},
	{"content:\"a\"; content:!\"x\"; endswith;", "ax", false},
	{"content:\"a\"; content:!\"x\"; endswith;", "xa", true},
	{"content:\"a\"; content:!\"b\"; within:1; content:\"c\"; distance:0;", "abaxc", true},
	{"content:\"a\"; content:!\"b\"; within:1; content:\"c\"; within:1;", "abac", true},
	{"content:\"x\"; content:!\"a\"; isdataat:!1,relative;", "ax", true}, /* it is endswith */
	{"content:\"x\"; content:!\"a\"; isdataat:!1,relative;", "xa", false},
	{"content:\"a\"; pcre:!\"/z/\"; content:!\"b\"; within:1;", "abac", false}, /* the first a alone */
	/* Data at. */
	{"content:\"a\"; isdataat:1,relative;", "ab", true},
	{"content:\"a\"; isdataat:1,relative;", "ba", false},
	{"content:\"a\"; isdataat:2,relative;", "xab", false},
	{"content:\"a\"; isdataat:!1,relative;", "ba", true},
	{"content:\"a\"; isdataat:!1,relative;", "ab", false},
	{"content:\"a\"; isdataat:!1,relative;", "aba", true},
	{"content:\"a\"; isdataat:1;", "ab", true},
	{"content:\"a\"; isdataat:2;", "ab", false},
	{"content:\"a\"; isdataat:!2;", "ab", true},
	/* The literal that is looked for first is not always the first. */
	{"content:\"a\"; content:\"bcd\"; fast_pattern; within:3;", "axabcd", true},
	{"content:\"GET \"; depth:4; content:\"|0d 0a|Host\"; fast_pattern;", "GET / x\r\nHost", true},
	{"content:\"abcdef\"; fast_pattern:2,3; content:\"g\"; within:1;", "cdeabcdefg", true},
	{"content:\"abcdef\"; fast_pattern:only;", "abcdef", true},
	{"content:\"abcdef\"; fast_pattern:2,3;", "xxcdef", false},
	{"content:\"abc\"; rawbytes;", "abc", true},
	{"pkt_data; content:\"abc\";", "abc", true},
	/* pcre */
	{"content:\"a\"; pcre:\"/b.d/\";", "axbcd", true},
	{"content:\"a\"; pcre:\"/b.d/\";", "axbd", false},
	{"content:\"a\"; pcre:\"/B.D/\";", "axbcd", false},
	{"content:\"a\"; pcre:\"/B.D/i\";", "axbcd", true},
	{"content:\"a\"; pcre:\"/b.d/\";", "ab\nd", false},
	{"content:\"a\"; pcre:\"/b.d/s\";", "ab\nd", true},
	{"content:\"a\"; pcre:\"/^b/\";", "a\nb", false},
	{"content:\"a\"; pcre:\"/^b/m\";", "a\nb", true},
	{"content:\"a\"; pcre:\"/b c/x\";", "abc", true},
	{"content:\"a\"; pcre:\"/b c/\";", "abc", false},
	{"content:\"a\"; pcre:\"/b/A\";", "ab", false},
	{"content:\"a\"; pcre:\"/a/A\";", "ab", true},
	{"content:\"a\"; pcre:\"/^b/R\";", "xab", true},
	{"content:\"a\"; pcre:\"/^b/R\";", "xacb", false},
	{"content:\"a\"; pcre:\"/^b/R\";", "acab", true}, /* the second a */
	{"content:\"a\"; pcre:\"/x.*y/R\"; content:\"z\"; within:1;", "axyxyz", true},
	{"content:\"a\"; pcre:\"/x.*y/GR\"; content:\"q\"; within:1;", "axyqxy", true},
	{"content:\"a\"; pcre:\"/x.*?y/R\"; content:\"z\"; within:1;", "axyxyz", true},
	{"content:\"a\"; pcre:\"/\\x3b\\;/\";", "a;;", true},
	{"content:\"a\"; pcre:!\"/b/\";", "axc", true},
	{"content:\"a\"; pcre:!\"/b/\";", "axb", false},
	{"content:\"a\"; pcre:!\"/^b/R\";", "axb", true},
	{"content:\"a\"; pcre:!\"/^b/R\";", "ab", false},
	{"content:\"a\"; pcre:\"/b/R\"; content:\"c\"; distance:1; within:1;", "abxc", true},
	/* Numbers */
	{"content:\"a\"; byte_test:1,=,0x62,0,relative;", "ab", true},
	{"content:\"a\"; byte_math:bytes 1, offset 0, oper +, rvalue 1, result v, relative; "
	 "byte_test:1,=,v,0,relative;", "abc", true},
	{"content:\"a\"; byte_math:bytes 1, offset 0, oper -, rvalue 0x60, result v, relative; "
	 "content:\"c\"; offset:v; depth:1;", "abc", true},
	{"content:\"a\"; byte_math:bytes 1, offset 0, oper -, rvalue 0x61, result v, relative; "
	 "content:\"c\"; offset:v; depth:1;", "abc", false},
	{"content:\"a\"; byte_math:bytes 1, offset 1, oper <<, rvalue 2, result v, bitmask 0x188; "
	 "byte_test:1,=,v,2;", "ab1", true}, /* 0x62 << 2 & 0x188 = 0x188, down by 3: '1' */
	{"content:\"a\"; byte_math:bytes 2, offset 1, oper *, rvalue 4, result v, string dec; "
	 "byte_test:1,=,v,3;", "a120", true},
	{"content:\"a\"; byte_extract:1,1,n,string,dec; byte_math:bytes n, offset 2, oper /, rvalue n, "
	 "result v, string dec; byte_test:1,=,v,4;", "a2981", true},
	{"content:\"a\"; byte_math:bytes 1, offset 1, oper >>, rvalue 1, result v, endian little; "
	 "byte_test:1,=,v,2;", "ab1", true},
	{"content:\"a\"; byte_extract:1,1,n; byte_math:bytes 1, offset 0, oper /, rvalue n, result v;",
	 "a", false},
	{"content:\"a\"; byte_test:1,=,0x62,0,relative;", "ac", false},
	{"content:\"a\"; byte_test:1,=,0x62,0,relative;", "acab", true},
	{"content:\"a\"; byte_test:1,!=,0x62,0,relative;", "ab", false},
	{"content:\"a\"; byte_test:1,=,0x62,0,relative;", "xa", false},
	{"content:\"a\"; byte_test:2,>,0x6262,0;", "bca", true},
	{"content:\"a\"; byte_test:2,>,0x6263,0;", "bca", false},
	{"content:\"a\"; byte_test:2,>=,0x6263,0;", "bca", true},
	{"content:\"a\"; byte_test:2,<,0x6264,0;", "bca", true},
	{"content:\"a\"; byte_test:2,<,0x6263,0;", "bca", false},
	{"content:\"a\"; byte_test:2,<=,0x6263,0;", "bca", true},
	{"content:\"a\"; byte_test:2,=,0x6362,0,little;", "bca", true},
	{"content:\"a\"; byte_test:2,=,0x6362,0,big;", "bca", false},
	{"content:\"a\"; byte_test:1,&,0x02,0;", "bca", true},
	{"content:\"a\"; byte_test:1,&,0x04,0;", "bca", false},
	{"content:\"a\"; byte_test:1,!&,0x04,0;", "bca", true},
	{"content:\"a\"; byte_test:1,^,0x62,0;", "bca", false},
	{"content:\"a\"; byte_test:1,^,0x63,0;", "bca", true},
	{"content:\"a\"; byte_test:1,=,6,0,bitmask 0xf0;", "bca", true},
	{"content:\"a\"; byte_test:3,=,123,0,relative,string,dec;", "a123", true},
	{"content:\"a\"; byte_test:3,=,123,0,relative,string,dec;", "a12", false},
	{"content:\"a\"; byte_test:3,=,0x123,0,relative,string,hex;", "a123", true},
	{"content:\"a\"; byte_test:3,=,83,0,relative,string,oct;", "a123", true},
	{"content:\"a\"; byte_test:3,=,12,0,relative,string,dec;", "a12x", true},
	{"content:\"a\"; byte_test:3,>,0,0,relative,string,dec;", "axyz", false},
	{"content:\"a\"; byte_test:1,=,0x61,-1,relative;", "xa", true},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec; content:\"z\"; within:1;", "a2xyz", true},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec; content:\"z\"; within:1;", "a1xyz", false},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec,multiplier 2; content:\"z\"; within:1;",
	 "a1xyz", true},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec,align; content:\"z\"; within:1;", "a1zxyv",
	 false},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec,align; content:\"z\"; within:1;", "a1wxyvzz",
	 true},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec,from_beginning; content:\"z\"; within:1;",
	 "xza1", true},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec,post_offset -1; content:\"z\"; within:1;",
	 "a2xzy", true},
	{"content:\"a\"; byte_jump:1,0,relative,string,dec;", "a9", false}, /* beyond the end */
	{"content:\"a\"; byte_jump:1,0,relative,string,dec;", "a1b", true}, /* to the very end */
	{"content:\"a\"; byte_jump:1,0,relative,string,dec; isdataat:!1,relative;", "a1b", true},
	{"byte_jump:1,1,string,dec,post_offset -9; content:\"a\"; within:1;", "a1b", true}, /* no further back */
	{"byte_jump:3,0,string,dec; content:\"z\"; within:1;", "1xz", true}, /* behind the digits it took */
	{"byte_extract:3,0,n,string,dec; content:\"x\"; within:1;", "1xz", true},
	{"byte_math:bytes 1, offset 0, oper -, rvalue 3, result r, string dec; content:\"z\"; offset:r;", "1z",
	 false}, /* no sign: as far as can be */
	{"byte_math:bytes 1, offset 0, oper -, rvalue 3, result r, string dec; isdataat:!r;", "1z", true},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; content:\"z\"; distance:n; within:1;",
	 "a2xyz", true},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; content:\"z\"; distance:n; within:1;",
	 "a1xyz", false},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; content:\"z\"; distance:1; within:n;",
	 "a1xyz", false},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; content:\"z\"; offset:n; depth:1;",
	 "a2z", true},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; byte_test:1,=,n,0,relative,string,dec;",
	 "a22", true},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; byte_test:1,=,n,0,relative,string,dec;",
	 "a23", false},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; isdataat:n,relative;", "a2xy", true},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; isdataat:n,relative;", "a2x", false},
	{"content:\"a\"; byte_extract:1,0,n,relative,string,dec; isdataat:!n,relative;", "a2x", true},
};

static void rule_of(char *out, size_t size, const char *proto, const char *options)
{
	snprintf(out, size, "alert %s any any -> any any (msg:\"m\"; %s sid:1;)\n", proto, options);
}

static bool in_packet(const char *options, const char *payload)
{
	char rule[1024];
	struct run *r = malloc(sizeof(*r));

	rule_of(rule, sizeof(rule), "udp", options);
	run_init(r, rule);
	r->flow.proto = 17;
	CHECK_EQ(r->set->n_matched, 1);
	struct pkt p = run_pkt(r, 0, payload, strlen(payload));
	rule_pkt(r->m, &p);
	bool hit = r->n != 0;
	run_fini(r);
	free(r);
	return hit;
}

/* The stream in two pieces, the second beginning at `cut`, or in single bytes (cut < 0). */
static bool in_stream(const char *options, const char *payload, int cut)
{
	char rule[1024];
	struct run *r = malloc(sizeof(*r));
	size_t n = strlen(payload);

	rule_of(rule, sizeof(rule), "tcp-stream", options);
	run_init(r, rule);
	if (cut < 0) {
		for (size_t i = 0; i < n; i++)
			run_piece(r, 0, payload + i, 1, false, false);
	} else {
		if (cut > 0)
			run_piece(r, 0, payload, (size_t)cut, false, false);
		if ((size_t)cut < n)
			run_piece(r, 0, payload + cut, n - (size_t)cut, false, false);
	}
	run_end(r);
	bool hit = r->n != 0;
	run_fini(r);
	free(r);
	return hit;
}

static void budget(void)
{
	/* 'a' everywhere, and what must follow nowhere: the product of all places. */
	const char *options = "content:\"a\"; content:\"a\"; distance:0; content:\"a\"; distance:0; "
			      "content:\"b\"; within:1;";
	char rule[1024];
	struct run *r = malloc(sizeof(*r));
	static char payload[1400];

	CASE("hostile bytes end the search, counted");
	memset(payload, 'a', sizeof(payload));
	payload[0] = 'b'; /* the literal is there */
	rule_of(rule, sizeof(rule), "udp", options);
	run_init(r, rule);
	r->flow.proto = 17;
	struct pkt p = run_pkt(r, 0, payload, sizeof(payload));
	rule_pkt(r->m, &p);
	CHECK_EQ(r->n, 0);
	CHECK_EQ(count_get(&rule_matcher_counters(r->m)->eval_over), 1);
	run_fini(r);
	free(r);
}

/* Contents in either case at every place of payloads of every length about the width of a search. */
static void places(void)
{
	static const char *const words[] = {"x", "ab", "Z.z", "needle", "@`[{", "a0123456789abcdef!"};
	static struct run r;
	char rule[128], payload[96];

	CASE("a content in either case is found wherever it lies, and nowhere else");
	for (unsigned w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
		size_t len = strlen(words[w]);

		snprintf(rule, sizeof(rule), "alert udp any any -> any any (content:\"%s\"; nocase; sid:1;)",
			 words[w]);
		run_init(&r, rule);
		r.flow.proto = 17;
		for (size_t n = len; n <= 70; n++) {
			for (size_t at = 0; at <= n; at++) {
				memset(payload, '_', n);
				bool fits = at + len <= n;
				if (fits)
					memcpy(payload + at, words[w], len);
				for (size_t i = 0; i < n; i += 2)
					payload[i] = payload[i] >= 'a' && payload[i] <= 'z'
							     ? (char)(payload[i] - 32)
							     : payload[i];
				char *exact = malloc(n);
				memcpy(exact, payload, n);
				struct pkt p = run_pkt(&r, 0, exact, n);
				r.n = 0;
				rule_pkt(r.m, &p);
				CHECK_EQ(r.n, fits);
				free(exact);
			}
		}
		run_fini(&r);
	}
}

int main(void)
{
	places();
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* Two by turns: a case's name is printed when the next one begins. */
		static char names[2][256];
		char *name = names[i % 2];

		snprintf(name, sizeof(names[0]), "%s in '%s'", rows[i].options, rows[i].payload);
		for (char *c = name; *c; c++)
			*c = *c == '\n' || *c == '\r' || *c == '#' ? ' ' : *c;
		CASE(name);
		CHECK(in_packet(rows[i].options, rows[i].payload) == rows[i].hit);
		for (int cut = -1; cut < (int)strlen(rows[i].payload); cut++) {
			bool hit = in_stream(rows[i].options, rows[i].payload, cut);
			if (hit != rows[i].hit)
				printf("# cut at %d\n", cut);
			CHECK(hit == rows[i].hit);
		}
	}
	budget();
	return check_done();
}
