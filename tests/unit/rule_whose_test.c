// SPDX-License-Identifier: Apache-2.0
/* Which transaction an alert on payload names. */
#include "check.h"
#include "rule_run.h"

#define GET(n) "GET /" n " HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\n\r\nhello"

#define SAID 4u
static const struct row {
	const char *name, *rule;
	uint8_t proto;
	uint16_t port;
	struct {
		uint8_t dir;
		const char *bytes;
		size_t n;
	} said[SAID];
	const char *want; /* of the last hit; "": a hit that names none; NULL: no hit */
} rows[] = {
#define UP(x) {FLOW_to_server, x, sizeof(x) - 1}
#define DOWN(x) {FLOW_to_client, x, sizeof(x) - 1}
	{"a request", "alert tcp any any -> any any (content:\"one\"; sid:1;)", 6, 80, {UP(GET("one"))},
	 "\"tx_id\":0,\"tx_guessed\":true,\"http\":{\"hostname\":\"h\",\"url\":\"/one\""},
	{"the second one, while the first is not answered",
	 "alert tcp any any -> any any (content:\"two\"; sid:1;)", 6, 80, {UP(GET("one")), UP(GET("two"))},
	 "\"tx_id\":1,\"tx_guessed\":true,\"http\":{\"hostname\":\"h\",\"url\":\"/two\""},
	{"both in one segment: the first", "alert tcp any any -> any any (content:\"two\"; sid:1;)", 6, 80,
	 {UP(GET("one") GET("two"))}, "\"tx_id\":0,\"tx_guessed\":true,\"http\":{\"hostname\":\"h\",\"url\":\"/one\""},
	{"an answer, with which its transaction is gone",
	 "alert tcp any any -> any any (content:\"hello\"; sid:1;)", 6, 80, {UP(GET("one")), DOWN(OK)},
	 "\"tx_id\":0,\"tx_guessed\":true,\"http\":{\"hostname\":\"h\",\"url\":\"/one\""},
	{"an answer whose head is not whole", "alert tcp any any -> any any (content:\"Fine\"; sid:1;)", 6, 80,
	 {UP(GET("one")), DOWN("HTTP/1.1 200 Fine\r\nA")}, "\"tx_id\":0,\"tx_guessed\":true,\"http\":{"},
	{"a body on its way", "alert tcp any any -> any any (content:\"llo\"; sid:1;)", 6, 80,
	 {UP(GET("one")), DOWN("HTTP/1.1 200 Fine\r\nContent-Length: 9\r\n\r\nhe"), DOWN("llo")},
	 "\"tx_id\":0,\"tx_guessed\":true,\"http\":{"},
	{"a beginning of the next request: none yet", "alert tcp any any -> any any (content:\"tw\"; sid:1;)", 6,
	 80, {UP(GET("one")), DOWN(OK), UP("GET /tw")}, ""},
	{"a packet alone", "alert tcp-pkt any any -> any any (content:\"one\"; sid:1;)", 6, 80, {UP(GET("one"))},
	 ""},
	{"bytes that are no protocol's", "alert tcp any any -> any any (content:\"one\"; sid:1;)", 6, 80,
	 {UP("\x01\x02\x03\x04\x05one\x06\x07\x08\x09\x0a\x0b")}, ""},
	{"a datagram, by a rule with its protocol", "alert dns any any -> any any (content:\"|03|www\"; sid:1;)",
	 17, 53, {UP("\0\1\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1")}, "\"tx_id\":0,\"dns\":{"},
	{"its answer", "alert dns any any <> any any (dsize:>3; sid:1;)", 17, 53,
	 {UP("\0\1\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1"), DOWN("\0\1\x81\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1")},
	 "\"tx_id\":1,\"dns\":{"},
	{"one without", "alert udp any any -> any any (content:\"|03|www\"; sid:1;)", 17, 53,
	 {UP("\0\1\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1")}, ""},
	{"app-layer-protocol is no header",
	 "alert udp any any -> any any (app-layer-protocol:dns; content:\"|03|www\"; sid:1;)", 17, 53,
	 {UP("\0\1\1\0\0\1\0\0\0\0\0\0\3www\0\0\1\0\1")}, ""},
	{"nothing is found twice", "alert tcp any any -> any any (content:\"none\"; sid:1;)", 6, 80,
	 {UP(GET("one")), DOWN(OK)}, NULL},
};

static void test_rows(void)
{
	static struct run r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *w = &rows[i];

		CASE(w->name);
		run_init(&r, w->rule);
		r.flow.proto = w->proto;
		r.flow.server_port = w->port;
		run_parse(&r);
		for (unsigned k = 0; k < SAID && w->said[k].bytes; k++) {
			if (w->proto == 6)
				run_piece(&r, w->said[k].dir, w->said[k].bytes, w->said[k].n, false, false);
			else
				run_datagram(&r, w->said[k].dir, w->said[k].bytes, w->said[k].n);
		}
		bool right = w->want ? r.n && (w->want[0] ? strstr(r.eve, w->want) == r.eve : !r.eve[0]) : !r.n;
		if (!right)
			printf("# %u hits, %s\n", r.n, r.eve);
		CHECK(right);
		run_end(&r);
		run_fini(&r);
	}
}

static void test_both(void)
{
	static struct run r;

	CASE("a rule on payload guesses, one on the transaction knows");
	run_init(&r, "alert tcp any any -> any any (content:\"one\"; sid:1;)\n"
		     "alert http any any -> any any (http.uri; content:\"/one\"; sid:2;)\n");
	run_parse(&r);
	run_piece(&r, FLOW_to_server, GET("one"), sizeof(GET("one")) - 1, false, false);
	CHECK(strcmp(run_sids(&r), "1 2") == 0);
	CHECK(strstr(r.eve, "\"tx_id\":0,\"http\":{") == r.eve);
	run_end(&r);
	run_fini(&r);
}

int main(void)
{
	test_rows();
	test_both();
	return check_done();
}
