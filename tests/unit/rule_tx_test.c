// SPDX-License-Identifier: Apache-2.0
/* Rules on transactions: buffers, transforms, what waits, what is missing, both sides, events. */
#include "check.h"
#include "rule_run.h"

#define A "alert http any any -> any any "
#define GET                                                                                        \
	"GET /one/two?q=%41b HTTP/1.1\r\nHost: www.Example.com\r\nUser-Agent: Some Agent\r\n"      \
	"Accept: x\r\n\r\n"
#define POST                                                                                       \
	"POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 16\r\n\r\nname=SGVsbG8=&x="
#define OK "HTTP/1.1 200 Fine\r\nServer: s/1\r\nContent-Length: 5\r\n\r\nhello"

/* "> " and "< " are one conversation: `up` is said first. Pieces of `cut` bytes (0: all at once). */
static const struct row {
	const char *name, *rules, *up, *down, *want;
} rows[] = {
	{"a buffer of the request", A "(http.uri; content:\"/one\"; startswith; sid:1;)", GET, "", "1"},
	{"what lies elsewhere is not there", A "(http.uri; content:\"Agent\"; sid:1;)", GET, "", ""},
	{"two buffers, each counts for itself",
	 A "(http.method; content:\"GET\"; http.uri; content:\"one\"; content:\"two\"; distance:1; "
	   "within:3; sid:1;)",
	 GET, "", "1"},
	{"one of them does not hold",
	 A "(http.method; content:\"GET\"; http.uri; content:\"three\"; sid:1;)", GET, "", ""},
	{"the old modifiers, in either order of buffers",
	 A "(content:\"one\"; http_uri; content:\"Some\"; http_user_agent; content:\"two\"; http_uri; "
	   "distance:1; sid:1;)",
	 GET, "", "1"},
	{"uricontent, urilen and pcre letters",
	 A "(uricontent:\"one\"; urilen:>5; pcre:\"/two\\?q=Ab$/U\"; sid:1;)", GET, "", "1"},
	{"urilen of the raw one differs", A "(urilen:15,raw; sid:1;)" "\n" A "(urilen:13; sid:2;)", GET, "",
	 "1 2"},
	{"bsize, both ends", A "(http.method; bsize:3; sid:1;)\n" A "(http.method; bsize:>3; sid:2;)\n"
			     A "(http.method; bsize:<3; sid:3;)\n" A "(http.method; bsize:2<>4; sid:4;)",
	 GET, "", "1 4"},
	{"a negated content on a buffer that is there, and on one that is not",
	 A "(http.uri; content:!\"nine\"; sid:1;)\n" A "(http.cookie; content:!\"nine\"; sid:2;)", GET, "",
	 "1"},
	{"absent, and absent or else",
	 A "(http.cookie; absent; http.uri; content:\"one\"; sid:1;)\n"
	 A "(http.user_agent; absent; http.uri; content:\"one\"; sid:2;)\n"
	 A "(http.user_agent; absent:or_else; content:\"Some\"; http.uri; content:\"one\"; sid:3;)\n"
	 A "(http.user_agent; absent:or_else; content:\"None\"; http.uri; content:\"one\"; sid:4;)",
	 GET, "", "1 3"},
	{"transforms, and chains of them",
	 A "(http.host.raw; to_lowercase; content:\"www.example\"; sid:1;)\n"
	 A "(http.user_agent; strip_whitespace; to_uppercase; content:\"SOMEAGENT\"; bsize:9; sid:2;)\n"
	 A "(http.host; dotprefix; content:\".www\"; startswith; sid:3;)\n"
	 A "(http.uri.raw; url_decode; content:\"q=Ab\"; endswith; sid:4;)\n"
	 A "(http.method; to_md5; content:\"|75 28 03 5a 93 ee 69 ce|\"; startswith; bsize:16; sid:5;)\n"
	 A "(http.method; xor:\"20\"; content:\"get\"; sid:6;)\n"
	 A "(http.user_agent; pcrexform:\"(\\w+)$\"; content:\"Agent\"; startswith; sid:7;)\n"
	 A "(http.user_agent; pcrexform:\"(\\d+)$\"; content:!\"Agent\"; sid:8;)\n"
	 A "(http.uri; subslice:1,3; content:\"one\"; bsize:3; sid:9;)",
	 GET, "", "1 2 3 4 5 6 7 9"},
	{"the domain and the public suffix of a name",
	 A "(http.host; domain; content:\"example.com\"; bsize:11; sid:1;)\n"
	 A "(http.host; tld; content:\"com\"; bsize:3; sid:2;)\n"
	 A "(http.host.raw; domain; content:\"Example.com\"; bsize:11; sid:3;)\n"
	 A "(http.method; domain; bsize:0; sid:4;)\n"
	 A "(http.user_agent; tld; content:\"Some\"; sid:5;)",
	 GET, "", "1 2 3 4"},
	{"a slice from either end, cut or not",
	 A "(http.method; subslice:-2; content:\"ET\"; bsize:2; sid:1;)\n"
	 A "(http.method; subslice:0,-1; content:\"GE\"; bsize:2; sid:2;)\n"
	 A "(http.method; subslice:1,9; bsize:0; sid:3;)\n"
	 A "(http.method; subslice:1,9,truncate; content:\"ET\"; bsize:2; sid:4;)\n"
	 A "(http.method; subslice:9; bsize:0; sid:5;)\n"
	 A "(http.method; subslice:-9,truncate; content:\"GET\"; bsize:3; sid:6;)\n"
	 A "(http.method; subslice:3,-2; content:\"ET\"; bsize:2; sid:7;)",
	 GET, "", "1 2 3 4 5 6 7"},
	{"JSON without its escapes",
	 A "(http.request_body; json_decode; content:\"{|22|a|22|:|22|x y/|c3 a9 f0 9f 9a 80|\\\\q|ed a0 80|z|0a|\\\\u12|22|}\"; bsize:29; sid:1;)",
	 "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60\r\n\r\n"
	 "{ \"a\" :\n\"x y\\/\\u00e9\\ud83d\\ude80\\q\\ud800z\\n\\u12\" }          ",
	 "", "1"},
	{"entropy of a buffer, of a part of it, of the payload",
	 A "(http.method; entropy:value >1.58, bytes 3; sid:1;)\n"
	 A "(http.method; entropy:value 1.5-1.6; sid:2;)\n"
	 A "(http.method; entropy:value !1.5-1.6; sid:3;)\n"
	 A "(http.method; entropy:bytes 1, offset 2, value = 0; sid:4;)\n"
	 A "(http.method; entropy:bytes 4, value < 8; sid:5;)\n"
	 A "(http.method; entropy:offset 4, value < 8; sid:6;)\n"
	 A "(http.uri; content:\"one\"; entropy:value >= 3; entropy:value <= 3.8; entropy:value != 3; sid:7;)\n"
	 A "(http.uri; entropy:value < 3; sid:8;)",
	 GET, "", "1 2 4 7"},
	{"base64 out of a body",
	 A "(http.request_body; content:\"name=\"; base64_decode:bytes 8, relative; base64_data; "
	   "content:\"Hello\"; startswith; endswith; sid:1;)\n"
	 A "(http.request_body; content:\"name=\"; base64_decode:relative; base64_data; "
	   "content:\"Hallo\"; sid:2;)",
	 POST, "", "1"},
	{"a field that comes later is waited for",
	 A "(http.uri; content:\"/form\"; http.request_body; content:\"name\"; sid:1;)\n"
	 A "(http.uri; content:\"/form\"; fast_pattern; http.request_body; content:\"nome\"; sid:2;)",
	 POST, "", "1"},
	{"the answer", A "(http.stat_code; content:\"200\"; http.response_body; content:\"hell\"; sid:1;)\n"
		       A "(flow:to_server; http.server; content:\"s\"; sid:2;)\n"
		       A "(file.data; content:\"ello\"; endswith; sid:3;)",
	 GET, OK, "1 3"},
	{"both sides", "alert http any any => any any (http.uri; content:\"one\"; http.stat_code; "
		       "content:\"200\"; sid:1;)\n"
		       "alert http any any => any any (http.uri; content:\"nine\"; http.stat_code; "
		       "content:\"200\"; sid:2;)",
	 GET, OK, "1"},
	{"payload beside a buffer", A "(content:\"HTTP/1.1\"; http.uri; content:\"one\"; sid:1;)\n"
				    A "(http.uri; content:\"one\"; pkt_data; content:\"nothing\"; sid:2;)",
	 GET, "", "1"},
	{"payload that comes behind the buffers it stands beside",
	 A "(content:\"name=SGV\"; http.uri; content:\"form\"; sid:1;)\n"
	   A "(content:\"name=SGX\"; http.uri; content:\"form\"; sid:2;)",
	 POST, OK, "1"},
	{"no literal at all", A "(http.uri; pcre:\"/ONE/i\"; sid:1;)", GET, "", "1"},
	{"an event, and one that is not there",
	 A "(app-layer-event:http.missing_host_header; sid:1;)\n"
	 A "(app-layer-event:http.missing_host_header; http.uri; content:\"/\"; sid:2;)\n"
	 A "(app-layer-event:http.uri_host_invalid; sid:3;)",
	 "GET / HTTP/1.1\r\nA: b\r\n\r\n", OK, "1 2"},
	{"the protocol alone, once a direction",
	 "alert tcp any any -> any any (app-layer-protocol:http; sid:1;)\n"
	 "alert tcp any any -> any any (app-layer-protocol:!tls; flow:to_server; sid:2;)\n"
	 "alert tcp any any -> any any (app-layer-protocol:dns; sid:3;)\n"
	 "alert tcp any any -> any any (app-layer-protocol:http; prefilter; sid:4;)",
	 GET, OK, "1 2 4 1"},
	{"payload of a flow that speaks it, or another",
	 A "(content:\"Some Agent\"; sid:1;)\nalert tls any any -> any any (content:\"Some Agent\"; sid:2;)",
	 GET, "", "1"},
	{"a pass rule takes the rest", "pass http any any -> any any (http.method; content:\"GET\"; sid:1;)\n"
				       A "(http.stat_code; content:\"200\"; sid:2;)",
	 GET, OK, ""},
	{"what an expression finds goes from side to side",
	 A "(http.uri; content:\"one\"; pcre:\"/\\/(?P<flow_a>\\w+)\\/(\\w+)/\"; noalert; sid:9;)\n"
	 A "(http.stat_code; content:\"200\"; flowvar:a,\"on\"; sid:1;)\n"
	 A "(http.stat_code; content:\"200\"; flowvar:a,\"two\"; sid:2;)\n"
	 A "(http.stat_code; content:\"200\"; flowvar:a,!\"two\"; sid:3;)\n"
	 A "(http.stat_code; content:\"200\"; flowvar:b,!\"two\"; sid:4;)\n"
	 A "(http.stat_code; content:\"200\"; pktvar:a,\"one\"; sid:5;)",
	 GET, OK, "1 3"},
	{"names behind the expression, of the conversation and of the packet",
	 A "(http.uri; content:\"one\"; pcre:\"/\\/(\\w+)\\/(\\w+)/R, flow:a, pkt:b\"; sid:1;)\n"
	 A "(http.uri; content:\"one\"; pcre:\"/^\\/(\\w+)\\/(\\w+)/, flow:a, pkt:b\"; sid:2;)\n"
	 A "(http.method; content:\"GET\"; pktvar:b,\"two\"; flowvar:a,\"|6f|ne\"; sid:3;)\n"
	 A "(http.stat_code; content:\"200\"; pktvar:b,\"two\"; sid:4;)",
	 GET, OK, "2 3"},
	{"a match that fails later leaves nothing",
	 A "(http.uri; pcre:\"/(?P<flow_a>one)/\"; content:\"nine\"; sid:1;)\n"
	 A "(http.stat_code; content:\"200\"; flowvar:a,\"one\"; sid:2;)",
	 GET, OK, ""},
	{"flowbits go from side to side",
	 A "(http.uri; content:\"one\"; flowbits:set,a; noalert; sid:1;)\n"
	 A "(http.stat_code; content:\"200\"; flowbits:isset,a; sid:2;)\n"
	 A "(http.stat_code; content:\"200\"; flowbits:isset,b; sid:3;)",
	 GET, OK, "2"},
};

static void say(struct run *r, uint8_t dir, const char *text, size_t cut)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i += cut ? cut : n)
		run_piece(r, dir, text + i, !cut ? n : n - i < cut ? n - i : cut, false, false);
}

static void conversations(struct run *r)
{
	static const size_t cuts[] = {0, 1, 7};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (unsigned k = 0; k < sizeof(cuts) / sizeof(cuts[0]); k++) {
			run_init(r, rows[i].rules);
			run_parse(r);
			say(r, 0, rows[i].up, cuts[k]);
			say(r, 1, rows[i].down, cuts[k]);
			run_end(r);
			CHECK_STR(run_sids(r), rows[i].want);
			run_fini(r);
		}
	}
}

static void transactions(struct run *r)
{
	CASE("each transaction counts, pipelined ones too; the alert says which");
	run_init(r, A "(http.uri; content:\"one\"; sid:1;)");
	run_parse(r);
	say(r, 0, GET GET, 0);
	CHECK_STR(run_sids(r), "1 1");
	CHECK(strstr(r->eve, "\"tx_id\":1,\"http\":{") == r->eve);
	CHECK_EQ(r->last.dir, 0);
	say(r, 0, GET, 0);
	CHECK_STR(run_sids(r), "1 1 1");
	run_end(r);
	CHECK_STR(run_sids(r), "1 1 1");
	run_fini(r);

	CASE("what waits is given back; without room it is decided at once, and counted");
	struct rule_config c = run_config();
	c.pending = 1;
	run_init_with(r, A "(http.uri; content:\"/form\"; http.request_body; content:\"name\"; sid:1;)\n"
			 A "(http.uri; content:\"/form\"; http.request_body; content:\"x=\"; sid:2;)\n",
		      &c);
	run_parse(r);
	say(r, 0, POST POST, 0);
	for (unsigned i = 0; i < 8; i++)
		say(r, 0, POST, 30);
	CHECK_STR(run_sids(r), "1 1 2 2 1 1 1 1 1 1 1 1");
	CHECK(count_get(&rule_matcher_counters(r->m)->waiting_over) > 0);
	run_fini(r);
}

#define PART(name_, text_)                                                                         \
	"--b\r\nContent-Type: application/x; name=" name_ "\r\n"                                  \
	"Content-Disposition: attachment; filename=" name_ "\r\n\r\n" text_ "\r\n"

static void files(struct run *r)
{
	CASE("conditions on a file's name, size and contents are on the same one");
	run_init(r, "alert smtp any any -> any any (file.name; content:\"a.txt\"; file.data; content:\"first\"; sid:1;)\n"
		    "alert smtp any any -> any any (file.name; content:\"a.txt\"; file.data; content:\"second\"; sid:2;)\n"
		    "alert smtp any any -> any any (file.name; content:\"b.txt\"; filesize:>8; sid:3;)\n"
		    "alert smtp any any -> any any (file.name; content:\"a.txt\"; filesize:>8; sid:4;)\n"
		    "alert smtp any any -> any any (fileext:\"txt\"; filesize:>8; sid:5;)\n");
	run_parse(r);
	r->flow.server_port = 25;
	say(r, 1, "220 h ESMTP\r\n", 0);
	say(r, 0, "EHLO c\r\n", 0);
	say(r, 1, "250 h\r\n", 0);
	say(r, 0, "MAIL FROM:<a@b>\r\n", 0);
	say(r, 1, "250 ok\r\n", 0);
	say(r, 0, "RCPT TO:<c@d>\r\n", 0);
	say(r, 1, "250 ok\r\n", 0);
	say(r, 0, "DATA\r\n", 0);
	say(r, 1, "354 go\r\n", 0);
	say(r, 0,
	    "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	    PART("a.txt", "first") PART("b.txt", "second one") "--b--\r\n.\r\n", 0);
	say(r, 1, "250 ok\r\n", 0);
	run_end(r);
	CHECK_STR(run_sids(r), "1 3 5");
	run_fini(r);
}

int main(void)
{
	struct run *r = calloc(1, sizeof(*r));

	conversations(r);
	transactions(r);
	files(r);
	free(r);
	return check_done();
}
