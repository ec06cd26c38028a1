// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "http2_script.h"
#include "proto/http2.h"
#include "rig_only.h"

#define OPEN "> PRI\n"
#define GET  "@:method=GET @:path=/a%2fb @:authority=u@H.Example:81 ~x=1 ~x=2"

/* `of`: only the lines of these fields (the last word of their names), and events. */
static const struct {
	const char *name, *script, *of, *want;
} rows[] = {
	{"a request and its answer", OPEN "> H 5 1 " GET "\n< H 4 1 #88 ~server=s\n< D 1 1 abc\n",
	 "uri raw method protocol host request_line stat_code server data url",
	 "http.uri=/a/b\nhttp.uri.raw=/a%2fb\nhttp.method=GET\nhttp.protocol=HTTP/2\n"
	 "http.request_line=GET /a%2fb HTTP/2\\x0d\\x0a\n"
	 "http.header.raw=:method: GET\\x0d\\x0a:path: /a%2fb\\x0d\\x0a:authority: u@H.Example:81"
	 "\\x0d\\x0ax: 1\\x0d\\x0ax: 2\\x0d\\x0a\n"
	 "http.host=h.example\nhttp.host.raw=u@H.Example:81\nhttp.protocol=HTTP/2\n"
	 "http.header.raw=:status: 200\\x0d\\x0aserver: s\\x0d\\x0a\nhttp.stat_code=200\n"
	 "http.server=s\nfile.data=abc\nevent http2.userinfo_in_uri\n"},
	{"headers as rules see them", OPEN "> H 5 1 " GET " ~cookie=a ~cookie=b\n",
	 "header header_names cookie request_header header_name",
	 "http.header=:method: GET\\x0d\\x0a:path: /a%2fb\\x0d\\x0a:authority: u@H.Example:81"
	 "\\x0d\\x0ax: 1\\x0d\\x0ax: 2\\x0d\\x0a\n"
	 "http.header_names=\\x0d\\x0a:method\\x0d\\x0a:path\\x0d\\x0a:"
	 "authority\\x0d\\x0ax\\x0d\\x0ax"
	 "\\x0d\\x0acookie\\x0d\\x0acookie\\x0d\\x0a\\x0d\\x0a\n"
	 "http.cookie=a, b\n"
	 "http.request_header=:method: GET\nhttp.request_header=:path: /a%2fb\n"
	 "http.request_header=:authority: u@H.Example:81\nhttp.request_header=x: 1\n"
	 "http.request_header=x: 2\nhttp.request_header=cookie: a\nhttp.request_header=cookie: b\n"
	 "http2.header_name=:method\nhttp2.header_name=:path\nhttp2.header_name=:authority\n"
	 "http2.header_name=x\nhttp2.header_name=x\nhttp2.header_name=cookie\n"
	 "http2.header_name=cookie\nhttp2.header=::method: GET\nhttp2.header=::path: /a%2fb\n"
	 "http2.header=::authority: u@H.Example::81\nhttp2.header=x: 1\nhttp2.header=x: 2\n"
	 "http2.header=cookie: a\nhttp2.header=cookie: b\nevent http2.userinfo_in_uri\n"},
	{"two streams, answered out of order; what was indexed is known again",
	 OPEN "> H 5 1 @:path=/one\n> H 5 3 #be\n< H 5 3 #8d\n< H 5 1 #88\n", "uri stat_code",
	 "http.uri=/one\nhttp.uri=/one\nhttp.stat_code=404\nhttp.stat_code=200\n"},
	{"a block over CONTINUATION, cut inside a field",
	 OPEN "> H 1 1 @:path=/a #4002\n> C 0 1 #6e61\n> C 4 1 #0162\n", "uri request_header",
	 "http.uri=/a\nhttp.request_header=:path: /a\nhttp.request_header=na: b\n"},
	{"what follows no HEADERS is passed over", OPEN "> C 4 1 @:path=/lost\n> H 5 3 @:path=/b\n",
	 "uri", "http.uri=/b\n"},
	{"padding and priority, and a body",
	 OPEN "> X1 2c 1 02 80000003 10 84 0000\n> X0 9 1 01 6162 00\n< H 5 1 #88\n",
	 "uri priority request_body frametype",
	 "http.uri=/\nhttp.request_body=ab\nhttp2.frametype=0\nhttp2.frametype=1\n"
	 "http2.priority=16\nhttp2.frametype=1\n"},
	{"an interim answer, an answer, trailers",
	 OPEN "> H 5 1 #84\n< H 4 1 @:status=103 ~link=x\n< H 4 1 #88\n< D 0 1 x\n"
	      "< H 5 1 ~grpc-status=0\n",
	 "stat_code link response_header data",
	 "http.stat_code=200\nhttp.response_header=:status: 200\nfile.data=x\n"},
	{"frames of the connection are transactions of their own",
	 OPEN "> X4 0 0 000300000064 000400000001\n> X8 0 0 0000ffff\n< X4 1 0\n"
	      "< X7 0 0 0000000100000002 6279\n",
	 "frametype settings window errorcode",
	 "http2.frametype=4\nhttp2.settings=12884901988\nhttp2.settings=17179869185\n"
	 "http2.frametype=8\nhttp2.window=65535\nhttp2.frametype=7\nhttp2.errorcode=2\n"},
	{"a promise is a request, and what answers it",
	 OPEN "> H 5 1 #84\n< P 4 1 2 @:path=/pushed\n< H 5 2 #88\n", "uri stat_code",
	 "http.uri=/\nhttp.uri=/pushed\nhttp.stat_code=200\n"},
	{"a reset ends a stream; what was under way from the other side is no reuse",
	 OPEN "> H 5 1 #84\n> X3 0 1 00000008\n< H 4 1 #88\n< D 1 1 late\n",
	 "uri errorcode stat_code response_body",
	 "http.uri=/\nhttp2.errorcode=8\nhttp.stat_code=200\nhttp.response_body=late\n"},
	{"a stream that is over is used again",
	 OPEN "> H 5 1 #84\n< H 5 1 #88\n> D 1 1 late\n> H 5 1 #85\n", "uri request_body",
	 "http.uri=/\nevent http2.stream_id_reuse\nhttp.uri=/index.html\n"
	 "event http2.stream_id_reuse\n"},
	{"an answer before the request is over",
	 OPEN "> H 4 1 #83 ~content-type=application/dns-message\n< H 5 1 #8c\n> D 1 1 q\n",
	 "method stat_code request_body",
	 "http.method=POST\nhttp.stat_code=400\nhttp.request_body=q\n"},
	{"lengths that are wrong",
	 OPEN "> X3 0 1 000000\n> X2 0 1 00\n> X8 0 0 00\n> X7 0 0 00\n> X4 0 0 00\n> X0 8 0 ff\n"
	      "> X0 1 0\n> X1 c 7 ff82\n> X1 0 0 82\n",
	 "none",
	 "event http2.invalid_frame_length\nevent http2.invalid_frame_length\n"
	 "event http2.invalid_frame_length\nevent http2.invalid_frame_length\n"
	 "event http2.invalid_frame_data\nevent http2.data_stream0\n"
	 "event http2.invalid_frame_data\nevent http2.invalid_frame_header\nevent "
	 "http2.invalid_frame_data\n"},
	{"headers that are wrong",
	 OPEN "> H 5 1 #c0\n> H 5 3 #0001ff\n> H 5 5 #ffffffffffff\n> H 5 7 #4001617f82ff01\n",
	 "none",
	 "event http2.invalid_header\nevent http2.extra_header_data\n"
	 "event http2.header_integer_overflow\nevent http2.reassembly_limit_reached\n"},
};

static char kept[RIG_TEXT];

static void check_rows(void)
{
	static const uint32_t splits[] = {0, 1, 2, 5, 11};
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
			rig_init(&r, 40000, 80);
			r.split = splits[s];
			script_say(&r, rows[i].script);
			rig_fini(&r);
			CHECK_STR(only(r.text, rows[i].of, kept), rows[i].want);
		}
	}
}

static void check_holes(void)
{
	static struct rig r;
	static const uint8_t data[] = {0, 0, 10, 0, 1, 0, 0, 0, 1, 'a', 'b'};

	CASE("a hole inside DATA is counted off it");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN "> H 4 1 #84");
	rig_say(&r, FLOW_to_server, data, sizeof(data));
	rig_miss(&r, FLOW_to_server, 6);
	rig_say(&r, FLOW_to_server, "yz", 2);
	script_say(&r, "> H 5 3 #85\n");
	rig_fini(&r);
	CHECK_STR(only(r.text, "uri request_body", kept),
		  "http.uri=/\nhttp.request_body=abyz\nhttp.uri=/index.html\n");
	CASE("a conversation that was picked up later: what is not known of the table is no event");
	rig_init(&r, 40000, 8443);
	r.handshake = true; /* there was one, nobody saw it */
	script_say(&r, "> H 5 5 #c0 @:path=/x\n< H 5 5 #c1 #88\n");
	rig_fini(&r);
	CHECK_STR(only(r.text, "uri stat_code", kept), "http.uri=/x\nhttp.stat_code=200\n");
	CASE("behind any other, the next frames are found, and the table is known to be lost");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN "> H 5 1 @:path=/one\n");
	rig_miss(&r, FLOW_to_server, 100);
	rig_say(&r, FLOW_to_server, "neither\n", 8);
	script_say(&r, "> H 5 5 #be @:path=/two\n> H 5 7 #be\n");
	rig_fini(&r);
	CHECK_STR(only(r.text, "uri", kept), "http.uri=/one\nhttp.uri=/two\nhttp.uri=/two\n");
}

static void check_upgrade(void)
{
	static struct rig r;
	static const char get[] =
		"GET /up HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
	static const char yes[] =
		"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

	CASE("an upgrade: its request is that of stream 1");
	rig_init(&r, 40000, 80);
	rig_say(&r, FLOW_to_server, get, strlen(get));
	rig_say(&r, FLOW_to_client, yes, strlen(yes));
	script_say(&r, "< X4 0 0\n> PRI\n> X4 0 0\n< H 5 1 #8d\n> H 5 3 #85\n< H 5 3 #88\n");
	CHECK_EQ(r.flow->app, APP_http2);
	rig_fini(&r);
	CHECK_STR(only(r.text, "uri stat_code", kept),
		  "http.uri=/up\nhttp.stat_code=101\nhttp.uri=/up\nhttp.stat_code=404\n"
		  "http.uri=/index.html\nhttp.stat_code=200\n");
	CASE("an upgrade, HTTP/2 in the same segment");
	rig_init(&r, 40000, 80);
	rig_say(&r, FLOW_to_server, get, strlen(get));
	uint8_t both[256];
	memcpy(both, yes, strlen(yes));
	size_t n = strlen(yes) + script_frame("X4 0 0", both + strlen(yes));
	rig_say(&r, FLOW_to_client, both, n);
	script_say(&r, OPEN "> H 5 3 #85\n");
	rig_fini(&r);
	CHECK_STR(only(r.text, "uri", kept), "http.uri=/up\nhttp.uri=/up\nhttp.uri=/index.html\n");
	CASE("an upgrade that nobody makes use of");
	rig_init(&r, 40000, 80);
	rig_say(&r, FLOW_to_server, get, strlen(get));
	rig_say(&r, FLOW_to_client, yes, strlen(yes));
	rig_fini(&r);
}

static void check_doh(void)
{
	static struct rig r;

	CASE("DNS in a path and in a body; what is said of it is matched as DNS, too");
	rig_init(&r, 40000, 80);
	r.facts = true;
	script_say(&r, OPEN "> H 5 1 @:method=GET @accept=application/dns-message "
			    "@:path=/q?a=b&dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB\n"
			    "< H 4 1 #88 @content-type=application/dns-message\n"
			    "< X0 1 1 000081800001000000000000 03777777 076578616d706c65 03636f6d "
			    "00 0001 0001\n"
			    "> H 5 3 #82 @:path=/other\n");
	CHECK_EQ(r.flow->app, APP_doh2);
	CHECK_EQ(count_get(&proto_counters_of(r.proto)->flows[APP_doh2]), 1);
	rig_fini(&r);
	CHECK(strstr(r.text, "fact dns> [www.example.com]") != NULL);
	CHECK(strstr(r.text, "fact dns< [www.example.com]") != NULL);
	CHECK_STR(only(r.text, "uri query rcode", kept),
		  "http.uri=/q?a=b&dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB\n"
		  "dns.query=www.example.com\ndns.rcode=0\ndns.rcode=0\nhttp.uri=/other\n");
	CASE("what is no message; what is too long for one");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN "> H 5 1 @:path=/?dns=AAA @accept=application/dns-message\n"
			    "> H 5 3 @:path=/?dns= @accept=application/dns-message\n"
			    "> H 4 5 @content-type=application/dns-message\n");
	for (unsigned i = 0; i < 40; i++) {
		uint8_t frame[2009] = {0, 2000 >> 8, 2000 & 255, 0, 0, 0, 0, 0, 5};

		memset(frame + 9, 'x', 2000);
		rig_say(&r, FLOW_to_server, frame, sizeof(frame));
	}
	rig_fini(&r);
	CHECK(strstr(r.text, "dns.query") == NULL);
	CHECK(strstr(r.text, "event doh2.dns_request_too_long\n") != NULL);
}

static void check_eve(void)
{
	static struct rig r;

	CASE("the block of an alert");
	rig_init(&r, 40000, 80);
	r.eve = true;
	script_say(&r, OPEN "> H 5 1 " GET "\n< H 5 1 #88 ~content-type=text/html;x\n");
	rig_fini(&r);
	CHECK(strstr(r.text, "\"http\":{\"version\":\"2\",\"request_headers\":[{\"name\":\":method\",\"value\":\"GET\"},") !=
	      NULL);
	CHECK(strstr(r.text, "\"response_headers\":[{\"name\":\":status\",\"value\":\"200\"},"
			     "{\"name\":\"content-type\",\"value\":\"text/html;x\"}],") != NULL);
	CHECK(strstr(r.text, "\"hostname\":\"h.example\",\"http_port\":81,\"url\":\"/a%2fb\","
			     "\"http_content_type\":\"text/html\",\"http_method\":\"GET\","
			     "\"protocol\":\"HTTP/2\",\"status\":200,\"length\":0,"
			     "\"http2\":{\"stream_id\":1,\"request\":{},\"response\":{}}}") != NULL);
}

static uint64_t counted(const struct rig *r, size_t offset)
{
	return count_get(
		(const struct count *)(const void *)((const char *)proto_counters_of(r->proto) +
						     offset));
}
#define COUNTED(r, what) counted(r, offsetof(struct proto_counters, what))

/* A frame's head and payload of n bytes `fill`. */
static void say_frame(struct rig *r, uint8_t type, uint8_t flags, uint32_t stream, const void *p,
		      uint32_t n)
{
	static uint8_t frame[20000];

	frame[0] = 0, frame[1] = (uint8_t)(n >> 8), frame[2] = (uint8_t)n;
	frame[3] = type, frame[4] = flags;
	frame[5] = (uint8_t)(stream >> 24), frame[6] = (uint8_t)(stream >> 16);
	frame[7] = (uint8_t)(stream >> 8), frame[8] = (uint8_t)stream;
	memcpy(frame + 9, p, n);
	r->len = 0;
	rig_say(r, FLOW_to_server, frame, n + 9);
}

static void check_headers_bounded(void)
{
	static struct rig r;
	static uint8_t block[16000];

	CASE("HPACK bomb: a large entry, referred to without end");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN);
	uint32_t n = 0;
	block[n++] = 0x40, block[n++] = 1, block[n++] = 'b';
	block[n++] = 0x7f, block[n++] = 0xa1, block[n++] = 0x1e; /* 4000 bytes */
	memset(block + n, 'x', 4000);
	say_frame(&r, 1, 0, 1, block, n + 4000);
	memset(block, 0xbe, sizeof(block));
	for (unsigned i = 0; i < 50; i++)
		say_frame(&r, 9, 0, 1, block, sizeof(block));
	say_frame(&r, 9, 4, 1, block, 1);
	CHECK(r.proto->mem.peak < 600 << 10);
	CHECK(strstr(r.text, "http.header=b: xxx") != NULL);
	rig_fini(&r);

	CASE("CONTINUATION without end, whole fields");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN "> H 1 1 #84\n");
	for (unsigned i = 0; i < 30000; i++)
		say_frame(&r, 9, 0, 1, "\0\001a\005value", 9);
	say_frame(&r, 9, 4, 1, "\204", 1);
	CHECK(strstr(r.text, "http.uri=/\n") != NULL);
	CHECK(r.proto->mem.peak < 600 << 10);
	rig_fini(&r);

	CASE("CONTINUATION without end, one field, drop by drop");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN);
	say_frame(&r, 1, 0, 1, "\0\001a\177\240\376\001", 7); /* 32,671 bytes are to come */
	memset(block, 'x', sizeof(block));
	for (unsigned i = 0; i < 40; i++)
		say_frame(&r, 9, 0, 1, block, 800);
	CHECK(r.proto->mem.peak < 300 << 10);
	CHECK_EQ(COUNTED(&r, blocks_lost), 0);
	say_frame(&r, 9, 4, 1, block, 671);
	CHECK(strstr(r.text, "http.header_names=") != NULL);
	say_frame(&r, 1, 5, 3, "\0\001a\177\377\377\377\001", 8); /* 4 MiB, says this one */
	CHECK_EQ(COUNTED(&r, blocks_lost), 1);
	say_frame(&r, 1, 5, 5, "\205", 1);
	CHECK(strstr(r.text, "http.uri=/index.html\n") != NULL);
	rig_fini(&r);
	CHECK(strstr(r.text, "event http2.reassembly_limit_reached\n") != NULL);
}

static void check_streams_bounded(void)
{
	static struct rig r;

	CASE("rapid reset");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN);
	for (uint32_t i = 0; i < 20000; i++) {
		say_frame(&r, 1, 5, 2 * i + 1, "\204", 1);
		say_frame(&r, 3, 0, 2 * i + 1, "\0\0\0\010", 4);
	}
	CHECK(r.proto->mem.peak < 100 << 10);
	CHECK_EQ(COUNTED(&r, txs[APP_http2]), 20000);
	CHECK_EQ(COUNTED(&r, streams_over), 0);
	rig_fini(&r);

	CASE("streams that nobody ends");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN);
	for (uint32_t i = 0; i < 20000; i++)
		say_frame(&r, 1, 5, 2 * i + 1, "\204", 1);
	CHECK(r.proto->mem.peak < 2 << 20);
	CHECK_EQ(COUNTED(&r, streams_over), 20000 - HTTP2_STREAMS_MAX);
	rig_fini(&r);
	CHECK(strstr(r.text, "event http2.too_many_streams\n") != NULL);

	CASE("frames of one stream, and of the connection, without end");
	rig_init(&r, 40000, 80);
	script_say(&r, OPEN "> H 5 1 #84\n");
	for (uint32_t i = 0; i < 20000; i++) {
		say_frame(&r, 8, 0, 1, "\0\0\0\001", 4);
		say_frame(&r, 8, 0, 0, "\0\0\0\001", 4);
		say_frame(&r, 2, 0, 7, "\0\0\0\001\001", 5);
	}
	CHECK(r.proto->mem.peak < 100 << 10);
	rig_fini(&r);
}

int main(void)
{
	check_rows();
	check_holes();
	check_upgrade();
	check_doh();
	check_eve();
	check_headers_bounded();
	check_streams_bounded();
	return check_done();
}
