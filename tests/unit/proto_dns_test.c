// SPDX-License-Identifier: Apache-2.0
#include "hex.h"
#include "proto/dns_msg.h"
#include "proto_rig.h"

/* clang-format off */
/* Messages in hex; the names stand in them as in RFC 1035 4.1. */
#define Q_WWW "1234 0100 0001 0000 0000 0000 03777777 076578616d706c65 03636f6d 00 0001 0001"
#define A_WWW "1234 8180 0001 0002 0000 0000 03777777 076578616d706c65 03636f6d 00 0001 0001" \
	      "c00c 0005 0001 0000003c 0006 0363646e c010" \
	      "c02d 0001 0001 0000003c 0004 c0000201"
static const struct row {
	const char *name;
	bool to_client;
	const char *message, *want;
} rows[] = {
	{"a question", false, Q_WWW,
	 "fact dns> [www.example.com] []\n"
	 "dns.query=www.example.com\ndns.queries.rrname=www.example.com\n"
	 "dns.opcode=0\ndns.rcode=0\ndns.rrtype=1\nend 0\n"},
	{"an answer by way of an alias", true, A_WWW,
	 "fact dns< [www.example.com] [cdn.example.com]\n"
	 "dns.queries.rrname=www.example.com\n"
	 ""
	 "dns.answers.rrname=www.example.com\ndns.answers.rrname=cdn.example.com\n"
	 "dns.response.rrname=www.example.com\ndns.response.rrname=www.example.com\n"
	 "dns.response.rrname=cdn.example.com\n"
	 "dns.opcode=0\ndns.rcode=0\ndns.rrtype=5\ndns.rrtype=1\nend 0\n"},
	{"NXDOMAIN with the zone's SOA, its numbers missing", true,
	 "1234 8183 0001 0000 0001 0000 01780000010001 c00c 0006 0001 0000000a 0002 c00c",
	 "fact dns< [x] []\n"
	 "dns.queries.rrname=x\ndns.authorities.rrname=x\n"
	 "dns.response.rrname=x\ndns.response.rrname=x\n"
	 "dns.opcode=0\ndns.rcode=3\nend 0\n"},
	{"the root", false, "1234 0100 0001 0000 0000 0000 00 0002 0001",
	 "fact dns> [] []\ndns.query=\ndns.queries.rrname=\n"
	 "dns.opcode=0\ndns.rcode=0\ndns.rrtype=2\nend 0\n"},
	{"Z is set", false, "1234 0140 0001 0000 0000 0000 0178 00 0001 0001",
	 "fact dns> [x] []\ndns.query=x\ndns.queries.rrname=x\n"
	 "dns.opcode=0\ndns.rcode=0\ndns.rrtype=1\nevent dns.z_flag_set\nend 0\n"},
};

/* Second messages of a conversation that is known: what is wrong with them */
static const struct bad {
	const char *name;
	bool to_client;
	const char *message, *want;
} bad[] = {
	{"eleven bytes", false, "1234 0100 0001 0000 0000 00", "event dns.malformed_data\nend 1\n"},
	{"a name that points to itself", false, "1234 0100 0001 0000 0000 0000 c00c 0001 0001",
	 "event dns.infinite_loop\nend 1\n"},
	{"two names that point to each other", false,
	 "1234 0100 0002 0000 0000 0000 c00e c00c 0001 0001", "event dns.infinite_loop\nend 1\n"},
	{"a label beyond the message", false, "1234 0100 0001 0000 0000 0000 3f 0001 0001",
	 "event dns.malformed_data\nend 1\n"},
	{"a pointer beyond the message", false, "1234 0100 0001 0000 0000 0000 ffff 0001 0001",
	 "event dns.malformed_data\nend 1\n"},
	{"half a pointer", false, "1234 0100 0001 0000 0000 0000 c0", "event dns.malformed_data\nend 1\n"},
	{"data beyond the message", true,
	 "1234 8100 0000 0001 0000 0000 00 0001 0001 00000000 0005 c0000201",
	 "event dns.malformed_data\nend 1\n"},
	{"an additional record that is cut keeps the question", true,
	 "1234 8100 0001 0000 0000 0001 0178 00 0001 0001 00 0029",
	 "dns.queries.rrname=x\ndns.response.rrname=x\ndns.opcode=0\ndns.rcode=0\n"
	 "event dns.invalid_additionals\nend 1\n"},
	{"an answer from the client", false, "1234 8100 0001 0000 0000 0000 0178 00 0001 0001",
	 "event dns.not_request\nevent dns.not_a_request\nend 1\n"},
	{"operation 15", false, "1234 7900 0001 0000 0000 0000 0178 00 0001 0001",
	 "dns.query=x\ndns.queries.rrname=x\ndns.opcode=15\ndns.rcode=0\n"
	 "dns.rrtype=1\nevent dns.invalid_opcode\nend 1\n"},
};
/* clang-format on */

static uint8_t message[1024];

static void check_rows(void)
{
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = hex(rows[i].message, message + 2, sizeof(message) - 2);

		CASE(rows[i].name);
		rig_init(&r, 40000, 53);
		r.facts = true;
		rig_datagram(&r, rows[i].to_client, message + 2, n);
		CHECK_STR(rig_fini(&r), rows[i].want);
		message[0] = (uint8_t)(n >> 8);
		message[1] = (uint8_t)n;
		for (unsigned split = 0; split < 4; split++) {
			rig_init(&r, 40000, 53);
			r.facts = true;
			r.split = split;
			rig_say(&r, rows[i].to_client, message, n + 2);
			CHECK_STR(rig_fini(&r), rows[i].want);
		}
	}
}

static void check_bad(void)
{
	static struct rig r;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t n;

		CASE(bad[i].name);
		rig_init(&r, 40000, 53);
		n = hex(Q_WWW, message, sizeof(message));
		rig_datagram(&r, FLOW_to_server, message, n);
		r.len = 0;
		n = hex(bad[i].message, message, sizeof(message));
		rig_datagram(&r, bad[i].to_client, message, n);
		CHECK_STR(rig_fini(&r), bad[i].want);
		rig_init(&r, 40000, 53);
		n = hex(Q_WWW, message, sizeof(message));
		for (size_t cut = 0; cut <= n; cut++) /* every length */
			rig_datagram(&r, FLOW_to_server, message, cut);
		rig_fini(&r);
	}
}

static void check_stream(void)
{
	static struct rig r;
	size_t n = hex("0023" Q_WWW, message, sizeof(message));

	CASE("messages in a row, a hole in the third, the fourth is found again");
	CHECK_EQ(n, 0x21 + 2);
	message[1] = 0x21;
	rig_init(&r, 40000, 53);
	rig_say(&r, FLOW_to_server, message, n);
	rig_say(&r, FLOW_to_server, message, n);
	rig_say(&r, FLOW_to_server, message, 9);
	rig_miss(&r, FLOW_to_server, (uint32_t)n - 9);
	rig_say(&r, FLOW_to_server, message, n);
	unsigned ends = 0;
	for (const char *at = rig_fini(&r); (at = strstr(at, "end ")); at++)
		ends++;
	CHECK_EQ(ends, 3);
}

static void check_many(void)
{
	static uint8_t big[60000];
	static struct rig r;
	size_t n = hex("1234 8180 0001 1000 0000 0000 0178 00 0001 0001", big, sizeof(big));

	CASE("4096 answers: those that fit are kept, the rest is counted");
	for (unsigned i = 0; i < 4096 && n + 12 <= sizeof(big); i++)
		n += hex("c00c 0001 0001 00000000 0000", big + n, sizeof(big) - n);
	rig_init(&r, 40000, 53);
	rig_datagram(&r, FLOW_to_client, big, n);
	CHECK_EQ(count_get(&r.proto->count.decode_limit), 1);
	CHECK(strstr(rig_fini(&r), "") == NULL ||
	      strstr(r.text, "end 0\n") != NULL);
}

static void check_eve(void)
{
	static struct rig r;

	CASE("the block of an alert");
	rig_init(&r, 40000, 53);
	r.eve = true;
	size_t n = hex(Q_WWW, message, sizeof(message));
	rig_datagram(&r, FLOW_to_server, message, n);
	n = hex(A_WWW, message, sizeof(message));
	rig_datagram(&r, FLOW_to_client, message, n);
	rig_fini(&r);
	CHECK(strstr(r.text, "\"dns\":{\"query\":[{\"type\":\"query\",\"id\":4660,\"rrname\":"
			     "\"www.example.com\",\"rrtype\":\"A\",\"tx_id\":0,\"opcode\":0}],\"version\":2}"));
	CHECK(strstr(
		r.text,
		"\"dns\":{\"answer\":{\"version\":2,\"type\":\"answer\",\"id\":4660,\"flags\":"
		"\"8180\",\"qr\":true,\"rd\":true,\"ra\":true,\"opcode\":0,\"rrname\":"
		"\"www.example.com\",\"rrtype\":\"A\",\"rcode\":\"NOERROR\",\"answers\":["
		"{\"rrname\":\"www.example.com\",\"rrtype\":\"CNAME\",\"ttl\":60,\"rdata\":"
		"\"cdn.example.com\"},{\"rrname\":\"cdn.example.com\",\"rrtype\":\"A\",\"ttl\":"
		"60,\"rdata\":\"192.0.2.1\"}],\"grouped\":{\"CNAME\":[\"cdn.example.com\"],"
		"\"A\":[\"192.0.2.1\"]}},\"version\":2}"));
}

int main(void)
{
	check_rows();
	check_bad();
	check_stream();
	check_many();
	check_eve();
	return check_done();
}
