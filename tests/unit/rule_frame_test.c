// SPDX-License-Identifier: Apache-2.0
/* Rules on frames, and the frames that protocols say: whole and byte by byte, cut off, longer than is kept. */
#include "check.h"
#include "rule_run.h"

#define HELLO "\x16\3\1\0\6\1\0\0\2\3\3" /* a record of six bytes */
#define ALERT "\x15\3\1\0\2\2\x28"
#define SMB2(tail) "\xfeSMB" "0123456789abcdef" tail
#define ZERO40 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NEXT0 "\0\0\0\0" ZERO40
#define NEXT66 "\x42\0\0\0" ZERO40

#define SAID 3u
static const struct row {
	const char *name, *rules;
	uint8_t proto;
	uint16_t port;
	struct {
		uint8_t dir;
		const char *bytes;
		size_t n;
	} said[SAID];
	const char *want, *frame; /* numbers of what hit; part of the last one's object */
} rows[] = {
#define UP(x) {FLOW_to_server, x, sizeof(x) - 1}
#define DOWN(x) {FLOW_to_client, x, sizeof(x) - 1}
	{"a record of TLS: head, data, all of it",
	 "alert tls any any -> any any (frame:tls.hdr; content:\"|16 03|\"; startswith; bsize:5; sid:1;)\n"
	 "alert tls any any -> any any (frame:data; content:\"|01|\"; startswith; bsize:6; sid:2;)\n"
	 "alert tcp any any -> any any (frame:tls.PDU; bsize:11; sid:3;)\n"
	 "alert tls any any -> any any (frame:tls.hdr; content:\"|16|\"; offset:1; sid:4;)",
	 6, 443, {UP(HELLO)}, "1 2 3",
	 NULL},
	{"each of them is an alert", "alert tls any any -> any any (frame:tls.hdr; content:\"|03 01|\"; sid:1;)", 6, 443,
	 {UP(HELLO HELLO)}, "1 1",
	 "\"frame\":{\"type\":\"hdr\",\"id\":2,\"direction\":\"toserver\",\"stream_offset\":11,\"length\":5,"
	 "\"complete\":true}"},
	{"a TLS alert", "alert tls any any -> any any (frame:tls.alert; content:\"|28|\"; endswith; sid:1;)", 6, 443,
	 {UP(HELLO), DOWN(ALERT)}, "1", "\"type\":\"alert\",\"id\":1,\"direction\":\"toclient\",\"stream_offset\":5"},
	{"the direction counts", "alert tls any any -> any any (flow:to_client; frame:tls.hdr; content:\"|16|\"; sid:1;)", 6,
	 443, {UP(HELLO)}, "", NULL},
	{"a chain of SMB 2",
	 "alert smb any any -> any any (frame:smb2.pdu; bsize:66; sid:1;)\n"
	 "alert smb any any -> any any (frame:smb.smb2.data; content:\"yy\"; bsize:2; sid:2;)\n"
	 "alert smb any any -> any any (frame:smb.nbss.hdr; content:\"|00 00 00 84|\"; sid:3;)",
	 6, 445, {UP("\0\0\0\x84" SMB2(NEXT66) "xx" SMB2(NEXT0) "yy")}, "1 1 2 3",
	 "\"type\":\"nbss.hdr\",\"id\":1,\"direction\":\"toserver\",\"stream_offset\":0,\"length\":4"},
	{"a datagram of DNS", "alert dns any any -> any any (frame:dns.pdu; content:\"|03|www\"; offset:12; sid:1;)", 17, 53,
	 {UP("\0\1\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1")}, "1",
	 "\"frame\":{\"type\":\"pdu\",\"id\":1,\"direction\":\"toserver\",\"length\":21,\"complete\":true}"},
	{"a message of DNS in a stream", "alert dns any any -> any any (frame:dns.pdu; bsize:21; sid:1;)", 6, 53,
	 {UP("\0\x15\0\1\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1")}, "1", "\"stream_offset\":2,\"length\":21"},
	{"a request and an answer, with their transaction",
	 "alert http any any -> any any (frame:http1.request; content:\"GET\"; startswith; content:\"body\"; endswith; sid:1;)\n"
	 "alert http1 any any -> any any (frame:response; content:\"ok\"; endswith; sid:2;)",
	 6, 80,
	 {UP("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"),
	  DOWN("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1"), DOWN(" 200")},
	 "1", "\"tx_id\":0,\"http\":{\"hostname\":\"h\""},
	{"lines and commands of Telnet",
	 "alert telnet any any -> any any (frame:telnet.data; content:\"login: \"; endswith; sid:1;)\n"
	 "alert telnet any any -> any any (frame:telnet.ctl; content:\"|ff fa|\"; startswith; content:\"|ff f0|\"; endswith; sid:2;)",
	 6, 23, {DOWN("\xff\xfd\x18\xff\xfa\x18\1\xff\xf0welcome\r\nlin login: ")}, "1 2",
	 NULL},
	{"parts of SIP",
	 "alert sip any any -> any any (frame:sip.request.line; content:\"INVITE\"; startswith; content:\"|0d 0a|\"; endswith; sid:1;)\n"
	 "alert sip any any -> any any (frame:request.headers; content:\"Via: x|0d 0a|\"; bsize:8; sid:2;)\n"
	 "alert sip any any -> any any (frame:sip.request.body; content:\"v=0\"; sid:3;)",
	 17, 5060, {UP("INVITE sip:a@b SIP/2.0\r\nVia: x\r\n\r\nv=0")}, "1 2 3", NULL},
	{"the head of MQTT", "alert mqtt any any -> any any (frame:mqtt.data; content:\"MQTT\"; offset:2; depth:4; sid:1;)", 6,
	 1883, {UP("\x10\x0d\0\4MQTT\4\2\0\x3c\0\1x")}, "1", "\"stream_offset\":2,\"length\":13"},
	{"the stream is payload", "alert tls any any -> any any (frame:tls.stream; content:\"|03 01 00 06|\"; sid:1;)", 6, 443,
	 {UP(HELLO)}, "1", NULL},
	{"a head that is none: nothing is told after it",
	 "alert tls any any -> any any (frame:tls.hdr; content:\"|03 01|\"; sid:1;)", 6, 443, {UP(HELLO "\1\2\3\4\5" HELLO)},
	 "1", NULL},
};

static void say(struct run *r, const struct row *w, unsigned k, size_t step)
{
	for (size_t i = 0; i < w->said[k].n; i += step) {
		size_t n = w->said[k].n - i < step ? w->said[k].n - i : step;

		run_piece(r, w->said[k].dir, w->said[k].bytes + i, n, false, false);
	}
}

static void test_rows(size_t step)
{
	static struct run r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *w = &rows[i];

		CASE(w->name);
		run_init(&r, w->rules);
		r.flow.proto = w->proto;
		r.flow.server_port = w->port;
		run_parse(&r);
		for (unsigned k = 0; k < SAID && w->said[k].bytes; k++) {
			if (w->proto == 6)
				say(&r, w, k, step ? step : w->said[k].n);
			else
				run_datagram(&r, w->said[k].dir, w->said[k].bytes, w->said[k].n);
		}
		if (!step)
			CHECK_STR(run_sids(&r), w->want);
		else /* the order of those that end with one byte is another */
			CHECK_EQ(r.n, (strlen(w->want) + 1) / 2);
		bool right = !w->frame || (step && strlen(w->want) > 1) || strstr(r.eve, w->frame);
		if (!right)
			printf("# %s\n", r.eve);
		CHECK(right);
		run_end(&r);
		run_fini(&r);
	}
}

#define LONG "alert smb any any -> any any (frame:smb.nbss.pdu; content:\"needle\"; sid:1;)"

static void long_frames(void)
{
	static struct run r;
	static char big[20000];

	CASE("a frame that is longer than is kept is told as far as it is, counted");
	memcpy(big, "\0\0\x60\0" SMB2(NEXT0), 68);
	memcpy(big + 9000, "needle", 6);
	run_init(&r, LONG);
	r.flow.server_port = 445;
	run_parse(&r);
	for (unsigned i = 0; i < sizeof(big); i += 1000)
		run_piece(&r, FLOW_to_server, big + i, 1000, false, false);
	CHECK_STR(run_sids(&r), "1");
	CHECK(strstr(r.eve, "\"length\":24580,\"complete\":false"));
	CHECK_EQ(count_get(&proto_counters_of(r.proto)->frames_over), 1);
	run_end(&r);
	run_fini(&r);

	CASE("one that is cut off is told at the end");
	run_init(&r, LONG);
	r.flow.server_port = 445;
	run_parse(&r);
	for (unsigned i = 0; i < 10000; i += 1000)
		run_piece(&r, FLOW_to_server, big + i, 1000, false, false);
	CHECK_STR(run_sids(&r), "");
	run_end(&r);
	CHECK_STR(run_sids(&r), "1");
	run_fini(&r);

	CASE("after a gap in a head nothing is told, in data it goes on");
	run_init(&r, "alert tls any any -> any any (frame:tls.hdr; content:\"|03 01|\"; sid:1;)");
	r.flow.server_port = 443;
	run_parse(&r);
	run_piece(&r, FLOW_to_server, HELLO "\x16\3", 13, false, false);
	run_piece(&r, FLOW_to_server, HELLO, 11, true, false);
	CHECK_STR(run_sids(&r), "1");
	run_end(&r);
	run_fini(&r);
}

static void build(void)
{
	static const char *const bad[] = {
		"alert tls any any -> any any (frame:tls.none; content:\"x\"; sid:1;)",
		"alert tls any any -> any any (frame:tls.hdr; content:\"x\"; frame:tls.data; content:\"y\"; sid:1;)",
		"alert tls any any -> any any (frame:tls.hdr; content:\"x\"; tls.sni; content:\"y\"; sid:1;)",
		"alert tls any any -> any any (content:\"x\"; frame:tls.hdr; content:\"y\"; sid:1;)",
		"alert dns any any -> any any (frame:tls.hdr; content:\"y\"; sid:1;)",
	};
	struct rule_config c = run_config();

	CASE("what no frame has, and what is beside one, is not matched");
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rule_set *set = run_load(bad[i], &c, stdout);

		CHECK(set && set->n_matched == 0);
		rule_set_free(set);
	}
	CASE("nobody asks, nothing is done");
	struct rule_set *set = run_load("alert tls any any -> any any (tls.sni; content:\"x\"; sid:1;)", &c, stdout);
	for (unsigned a = 0; a < APP_count; a++)
		CHECK_EQ(rule_set_frames(set)[a], 0);
	rule_set_free(set);
}

int main(void)
{
	test_rows(0);
	test_rows(1);
	long_frames();
	build();
	return check_done();
}
