// SPDX-License-Identifier: Apache-2.0
#include "proto/http.h"
#include "proto_rig.h"
#include "rig_only.h"

#include <zlib.h>

/* Messages: "> " to the server, "< " to the client; "|" ends a message of the row. Told: only the
 * lines of the fields in `of`, and events. */
static const struct row {
	const char *name, *up, *down, *of, *want;
} rows[] = {
	{"a request and its answer",
	 "GET /a%2fb/./c/../d?q=%61%2f HTTP/1.1\r\nHost: EXAMPLE.com:80\r\nUser-Agent: x y\r\n"
	 "Cookie: s=1\r\n\r\n",
	 "HTTP/1.1 200 Fine with me\r\nContent-Length: 3\r\nServer: s\r\n\r\nabc",
	 "uri method protocol host raw user_agent cookie stat_code stat_msg server data",
	 "http.uri=/a/b/d?q=a/\nhttp.uri.raw=/a%2fb/./c/../d?q=%61%2f\nhttp.method=GET\n"
	 "http.protocol=HTTP/1.1\n"
	 "http.header.raw=Host: EXAMPLE.com:80\\x0d\\x0aUser-Agent: x y\\x0d\\x0aCookie: "
	 "s=1\\x0d\\x0a"
	 "\\x0d\\x0a\nhttp.cookie=s=1\nhttp.user_agent=x y\nhttp.host=example.com\n"
	 "http.host.raw=EXAMPLE.com:80\nhttp.protocol=HTTP/1.1\n"
	 "http.header.raw=Content-Length: 3\\x0d\\x0aServer: "
	 "s\\x0d\\x0a\\x0d\\x0a\nhttp.stat_code=200\n"
	 "http.stat_msg=Fine with me\nhttp.server=s\nfile.data=abc\n"},
	{"a path in UTF-8, full-width, not UTF-8, and cut off",
	 "GET /%c3%a9%e2%98%a0%ef%bc%8f%u2215x%ffy%e2%98 HTTP/1.1\r\nHost: h\r\n\r\n", "", "uri",
	 "http.uri=/\\xe9?//x?y\n"},
	{"a query is decoded once, a plus stays, %u too",
	 "GET /a?x=%253B%20+%u0041%zz%2#b%u0041 HTTP/1.1\r\nHost: h\r\n\r\n", "", "uri",
	 "http.uri=/a?x=%3B +%u0041%zz%2#bA\n"},
	{"dots at the end take the slash along", "GET /a/b/.. HTTP/1.1\r\nHost: h\r\n\r\n", "", "uri",
	 "http.uri=/a\n"},
	{"a scheme without an authority", "GET foo:/a HTTP/1.1\r\nHost: h\r\n\r\n", "", "uri",
	 "http.uri=/a\n"},
	{"the name's last dot: kept in a header, dropped in a target",
	 "GET / HTTP/1.1\r\nHost: A.b.\r\n\r\nGET http://C.d./ HTTP/1.1\r\nHost: x\r\n\r\n", "",
	 "host", "http.host=a.b.\nhttp.host=c.d\nevent http.host_header_ambiguous\n"},
	{"a body that is not encoded, whatever the head says", "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
	 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nabcdef", "data response_body",
	 "http.response_body=abcdef\nfile.data=abcdef\nevent http.gzip_decompression_failed\n"},
	{"a body is a file in POST and PUT alone",
	 "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nabPUT / HTTP/1.1\r\nHost: h\r\n"
	 "Content-Length: 2\r\n\r\ncd", "", "data request_body",
	 "http.request_body=ab\nhttp.request_body=cd\nfile.data=cd\n"},
	{"methods in small letters, behind them a tab", "get\t/x http/1.1\r\nHost: h\r\n\r\n",
	 "http/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "method uri stat_code",
	 "http.uri=/x\nhttp.method=get\nhttp.stat_code=200\nevent http.method_delim_non_compliant\n"},
	{"headers as rules see them",
	 "POST /x HTTP/1.0\r\nA:  b \r\nCookie: c\r\nD: e\r\n f\r\nA: g\r\n\r\n", "",
	 "header header_names",
	 "http.header=A: b, g\\x0d\\x0aD: e f\\x0d\\x0a\n"
	 "http.header_names=\\x0d\\x0aA\\x0d\\x0aCookie\\x0d\\x0aD\\x0d\\x0a\\x0d\\x0a\n"},
	{"chunks, an extension, a trailer",
	 "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	 "3;x=y\r\nabc\r\n5\r\ndefgh\r\n0\r\nT: t\r\n\r\nGET /next HTTP/1.1\r\nHost: "
	 "h\r\n\r\n",
	 "", "uri request_body",
	 "http.uri=/\nhttp.request_body=abcdefgh\nhttp.uri=/next\n"
	 "event http.request_chunk_extension\n"},
	{"a form with a file",
	 "POST /u HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; "
	 "boundary=\"b\"\r\nContent-Length: 108\r\n\r\n"
	 "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
	 "--b\r\nX: y; filename=\"f.exe\"\r\n\r\nMZ\r\n.\r\n--b--\r\n",
	 "", "data name", "file.data=MZ\\x0d\\x0a.\nfile.name=f.exe\n"},
	{"two lengths that differ: the first holds",
	 "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:2\r\nContent-Length: 3\r\n\r\nabGET "
	 "/2 "
	 "HTTP/1.1\r\nHost: h\r\n\r\n",
	 "", "uri content_len",
	 "http.uri=/\nhttp.content_len=2\n"
	 "http.uri=/2\nevent http.duplicate_content_length_field_in_request\n"},
	{"a request of HTTP/0.9 is a line", "GET /\r\n", "<p>old</p>", "uri data",
	 "http.uri=/\nfile.data=<p>old</p>\nevent http.request_line_missing_protocol\n"},
	{"an answer of HTTP/0.9 is a body", "GET /\r\n\r\n", "<p>old</p>", "uri data",
	 "http.uri=/\nfile.data=<p>old</p>\nevent http.request_line_missing_protocol\n"},
	{"a scheme that nobody knows",
	 "GET / HTTP/1.1\r\nHost: h:81\r\nAuthorization: Turbo x\r\n\r\n", "", "uri",
	 "http.uri=/\nevent http.request_server_port_tcp_port_mismatch\n"
	 "event http.request_auth_unrecognized\n"},
	{"answers in their order; one without a body for HEAD",
	 "HEAD /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
	 "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: "
	 "2\r\n\r\nno",
	 "uri stat_code response_body",
	 "http.uri=/1\nhttp.uri=/2\nhttp.stat_code=200\nhttp.stat_code=404\n"
	 "http.response_body=no\n"},
	{"100 Continue is no answer", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
	 "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n", "stat_code",
	 "http.stat_code=201\n"},
	{"bare line feeds, empty lines before it", "\r\n\nGET / HTTP/1.1\nHost: h\n\n", "",
	 "uri host", "http.uri=/\nhttp.host=h\n"},
	{"no host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", "", "uri",
	 "http.uri=/\nevent http.missing_host_header\n"},
	{"a target with its authority",
	 "GET http://u@H.Example:81/p?q HTTP/1.1\r\nHost: other\r\n\r\n", "", "uri host",
	 "http.uri=/p?q\nhttp.host=h.example\nevent http.host_header_ambiguous\n"},
	{"a chunk that has no length: the rest is body", "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
	 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", "response_body",
	 "http.response_body=zz\\x0d\\x0aabc\nevent http.invalid_response_chunk_len\n"},
};

static char kept[RIG_TEXT];

#define ASK "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
#define FINE "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* What belongs to a message depends on the segment that it is in. */
static const struct row whole[] = {
	{"a line behind a request that begins none is its body",
	 "PUT /1 HTTP/1.1\r\nHost: h\r\n\r\na=1 b\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", FINE FINE,
	 "uri request_body",
	 "http.uri=/1\nhttp.request_body=a=1 b\\x0d\\x0a\nhttp.uri=/2\nevent http.request_body_unexpected\n"},
	{"a line with a version is a request, whatever its method",
	 "PUT /1 HTTP/1.1\r\nHost: h\r\n\r\nFOO /2 HTTP/1.1\r\nHost: h\r\n\r\n", FINE FINE, "uri request_body",
	 "http.uri=/1\nhttp.uri=/2\n"},
	{"one that is cut may have a version", "PUT /1 HTTP/1.1\r\nHost: h\r\n\r\nFOO /2", FINE, "request_body", ""},
	{"an answer to HEAD that has a body", "HEAD /1 HTTP/1.1\r\nHost: h\r\n\r\n" ASK,
	 "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody\r\n" FINE, "response_body",
	 "http.response_body=body\\x0d\\x0a\nhttp.response_body=ok\n"},
	{"304, and the next one", ASK ASK, "HTTP/1.1 304 No\r\nContent-Length: 4\r\n\r\n" FINE,
	 "stat_code response_body",
	 "http.stat_code=304\nhttp.stat_code=200\nhttp.response_body=ok\n"},
	{"more than the length said", ASK, FINE " and more", "response_body", "http.response_body=ok and more\n"},
	{"a line before an answer", ASK, "what is this\r\n" FINE, "stat_code response_body",
	 "http.stat_code=200\nhttp.response_body=ok\n"},
	{"an answer without a line, though it begins with H", ASK, "Hello there\r\n", "response_body",
	 "http.response_body=Hello there\\x0d\\x0a\n"},
	{"trailers in the same bytes", ASK,
	 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n z\r\nServer: s\r\n\r\n",
	 "header header_names server",
	 "http.header=Host: h\\x0d\\x0a\n"
	 "http.header_names=\\x0d\\x0aHost\\x0d\\x0a\\x0d\\x0a\n"
	 "http.header=Transfer-Encoding: chunked\\x0d\\x0aX: y z\\x0d\\x0aServer: s\\x0d\\x0a\n"
	 "http.header_names=\\x0d\\x0aTransfer-Encoding\\x0d\\x0aX\\x0d\\x0aServer\\x0d\\x0a\\x0d\\x0a\n"
	 "http.server=s\n"},
};

static void check_whole(void)
{
	static struct rig r;

	for (unsigned i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		CASE(whole[i].name);
		rig_init(&r, 40000, 80);
		rig_say(&r, FLOW_to_server, whole[i].up, strlen(whole[i].up));
		rig_say(&r, FLOW_to_client, whole[i].down, strlen(whole[i].down));
		rig_fini(&r);
		CHECK_STR(only(r.text, whole[i].of, kept), whole[i].want);
	}
}

static void check_rows(void)
{
	static const uint32_t splits[] = {0, 1, 2, 3, 7};
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
			rig_init(&r, 40000, 80);
			r.split = splits[s];
			rig_say(&r, FLOW_to_server, rows[i].up, strlen(rows[i].up));
			if (rows[i].down[0])
				rig_say(&r, FLOW_to_client, rows[i].down, strlen(rows[i].down));
			rig_fini(&r);
			CHECK_STR(only(r.text, rows[i].of, kept), rows[i].want);
		}
	}
}

static uint32_t squeeze(const uint8_t *in, uint32_t n, int bits, uint8_t *out, uint32_t cap)
{
	z_stream z = {0};

	deflateInit2(&z, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)(uintptr_t)in;
	z.avail_in = n;
	z.next_out = out;
	z.avail_out = cap;
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return cap - z.avail_out;
}

static const char *answer(struct rig *r, const char *encoding, const uint8_t *body, uint32_t n)
{
	char head[256];
	static const char get[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

	rig_init(r, 40000, 80);
	snprintf(head, sizeof(head),
		 "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %u\r\n\r\n", encoding,
		 n);
	rig_say(r, FLOW_to_server, get, strlen(get));
	rig_say(r, FLOW_to_client, head, strlen(head));
	rig_say(r, FLOW_to_client, body, n);
	return NULL;
}

static void check_encodings(void)
{
	static const struct {
		const char *name, *encoding;
		int bits[2]; /* 0: no layer */
	} way[] = {
		{"gzip", "gzip", {31, 0}},
		{"deflate with zlib's header", "deflate", {15, 0}},
		{"deflate without", "deflate", {-15, 0}},
		{"two layers", "gzip, deflate", {31, 15}},
		{"identity", "identity", {0, 0}},
	};
	static struct rig r;
	static uint8_t a[4096], b[4096];
	static const char text[] = "hello hello hello hello";

	for (unsigned i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		uint32_t n = sizeof(text) - 1;

		CASE(way[i].name);
		memcpy(a, text, n);
		for (unsigned k = 0; k < 2 && way[i].bits[k]; k++) {
			n = squeeze(a, n, way[i].bits[k], b, sizeof(b));
			memcpy(a, b, n);
		}
		answer(&r, way[i].encoding, a, n);
		rig_fini(&r);
		CHECK_STR(only(r.text, "data", kept), "file.data=hello hello hello hello\n");
	}
	CASE("what is no gzip is said");
	answer(&r, "gzip", (const uint8_t *)"nonsense", 8);
	rig_fini(&r);
	CHECK(strstr(r.text, "event http.gzip_decompression_failed") != NULL);
}

static void check_limits(void)
{
	static struct rig r;
	static uint8_t zeroes[8 << 20], bomb[64 << 10], twice[64 << 10];

	CASE("a bomb ends at the body's limit");
	uint32_t n = squeeze(zeroes, sizeof(zeroes), 31, bomb, sizeof(bomb));
	answer(&r, "gzip", bomb, n);
	CHECK(r.proto->mem.peak < 2 << 20);
	rig_fini(&r);
	CASE("a bomb in a bomb ends at its ratio");
	uint32_t k = squeeze(bomb, n, 31, twice, sizeof(twice));
	answer(&r, "gzip, gzip", twice, k);
	CHECK(r.proto->mem.peak < 2 << 20);
	rig_fini(&r);
	CASE("an endless head, drop by drop");
	rig_init(&r, 40000, 80);
	rig_say(&r, FLOW_to_server, "GET / HTTP/1.1\r\n", 16);
	for (unsigned i = 0; i < 5000; i++)
		rig_say(&r, FLOW_to_server, "Name: a value that goes on and on\r\n", 35);
	CHECK(r.proto->mem.peak < 1 << 20);
	rig_fini(&r);
	CASE("a million requests that nobody answers");
	rig_init(&r, 40000, 80);
	static char many[1400];
	for (unsigned i = 0; i < 1400 / 14; i++)
		memcpy(many + i * 14, "GET / HTTP/1\n\n", 14);
	for (unsigned i = 0; i < 10000; i++) {
		r.len = 0;
		rig_say(&r, FLOW_to_server, many, sizeof(many));
	}
	CHECK(r.proto->mem.peak < 2 << 20);
	CHECK(count_get(&proto_counters_of(r.proto)->txs[APP_http]) > 70000);
	rig_fini(&r);
}

static void check_holes(void)
{
	static struct rig r;
	static const char post[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nab";
	static const char get[] = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";

	CASE("a hole inside a body of known length");
	rig_init(&r, 40000, 80);
	rig_say(&r, FLOW_to_server, post, strlen(post));
	rig_miss(&r, FLOW_to_server, 6);
	rig_say(&r, FLOW_to_server, "yz", 2);
	rig_say(&r, FLOW_to_server, get, strlen(get));
	rig_fini(&r);
	CHECK_STR(only(r.text, "uri request_body", kept),
		  "http.uri=/\nhttp.request_body=abyz\nhttp.uri=/next\n");
	CASE("a hole in a head: the next message is found again");
	rig_init(&r, 40000, 80);
	rig_say(&r, FLOW_to_server, "GET /lost HTTP/1.1\r\nHo", 22);
	rig_miss(&r, FLOW_to_server, 100);
	rig_say(&r, FLOW_to_server, "nothing\r\n", 9);
	rig_say(&r, FLOW_to_server, get, strlen(get));
	rig_fini(&r);
	CHECK_STR(only(r.text, "uri", kept),
		  "http.uri=/lost\nhttp.uri=/next\nevent http.request_field_missing_colon\n");
	CASE("an answer whose request was not seen");
	rig_init(&r, 40000, 80);
	rig_say(&r, FLOW_to_client, "HTTP/1.1 200 OK\r\n\r\nbody", 23);
	rig_fini(&r);
	CHECK_STR(only(r.text, "stat_code data", kept),
		  "http.stat_code=200\nfile.data=body\n"
		  "event http.unable_to_match_response_to_request\n");
}

/* NTLM in HTTP (MS-NTHT): a challenge in the answer, a proof in the next request. */
static void check_ntlm(void)
{
	static const char *const said[] = {
		"GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: NTLM "
		"TlRMTVNTUAABAAAABoIIAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
		"HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM "
		"TlRMTVNTUAACAAAACAAIADgAAAAGgokCubpnFgCaQ54AAAAAAAAAAAAAAABAAAAABgEAAAAAAA9DAE8AUgBQ"
		"AA==\r\nContent-Length: 0\r\n\r\n",
		"GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: NTLM "
		"TlRMTVNTUAADAAAAAAAAAEAAAAAAAAAAQAAAAAQABABAAAAABQAFAEQAAAAAAAAASQAAAAAAAAAAAAAABoKJAkNP"
		"UlBhbGljZQ==\r\n\r\n",
		"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"};
	static struct rig r;

	CASE("NTLM in the headers");
	rig_init(&r, 40000, 80);
	r.facts = true;
	for (unsigned i = 0; i < 4; i++)
		rig_say(&r, i % 2, said[i], strlen(said[i]));
	rig_fini(&r);
	CHECK(strstr(r.text, "fact ntlm< [] [] []\nfact ntlm< [C?O?R?P?] [] []\n") != NULL);
	CHECK(strstr(r.text, "fact ntlm< [alice] [CORP] []\n"
			     "fact login< how=0 outcome=2 code=401 clear=0 [alice] [CORP] []\n") !=
	      NULL);
}

static void check_facts(void)
{
	static struct rig r;
	static const char get[] =
		"GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\r\n";

	CASE("a login, and what it was");
	rig_init(&r, 40000, 80);
	r.facts = true;
	rig_say(&r, FLOW_to_server, get, strlen(get));
	rig_say(&r, FLOW_to_client, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 38);
	rig_fini(&r);
	CHECK(strstr(r.text, "fact http< [GET] [h] [/x] [] []\n") != NULL);
	CHECK(strstr(r.text, "fact login< how=6 outcome=2 code=401 clear=1 [user]") != NULL);
	CASE("a login that works");
	rig_init(&r, 40000, 80);
	r.facts = true;
	rig_say(&r, FLOW_to_server, get, strlen(get));
	rig_say(&r, FLOW_to_client, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 38);
	rig_fini(&r);
	CHECK(strstr(r.text, "fact login< how=6 outcome=1 code=200 clear=1 [user]") != NULL);
	check_ntlm();
}

int main(void)
{
	check_rows();
	check_whole();
	check_encodings();
	check_limits();
	check_holes();
	check_facts();
	return check_done();
}
