// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "hex.h"
#include "proto_rig.h"
#include "rig_only.h"

#include <zlib.h>

/* Frames after the upgrade, hex; what rules see of them. */
static const struct {
	const char *name, *up, *down, *of, *want;
} rows[] = {
	{"a text of the server", "", "8105 48656c6c6f", "payload flags opcode mask",
	 "websocket.payload=Hello\nwebsocket.flags=128\nwebsocket.opcode=1\n"},
	{"a masked one of the client (RFC 6455 5.7)", "8185 37fa213d 7f9f4d5158", "",
	 "payload flags opcode mask",
	 "websocket.payload=Hello\nwebsocket.flags=128\nwebsocket.mask=939139389\n"
	 "websocket.opcode=1\n"},
	{"fragments: the last one shows all; a ping between them does not belong", "",
	 "0103 48656c  8902 7069 8002 6c6f", "payload opcode",
	 "websocket.payload=Hel\nwebsocket.opcode=1\nwebsocket.payload=pi\nwebsocket.opcode=9\n"
	 "websocket.payload=Hello\nwebsocket.opcode=0\n"},
	{"compressed (RFC 7692 7.2.3.1)", "", "c107 f248cdc9c90700", "payload",
	 "websocket.payload=Hello\n"},
	{"in fragments (7.2.3.1)", "", "4103 f248cd 8004 c9c90700", "payload",
	 "websocket.payload=\\xf2H\\xcd\nwebsocket.payload=Hello\n"},
	{"with the window of the one before (7.2.3.2)", "", "c107 f248cdc9c90700 c105 f200110000",
	 "payload", "websocket.payload=Hello\nwebsocket.payload=Hello\n"},
	{"without it (7.2.3.2)", "", "c107 f248cdc9c90700 c107 f248cdc9c90700", "payload",
	 "websocket.payload=Hello\nwebsocket.payload=Hello\n"},
	{"with a final block (7.2.3.4), and one after it", "",
	 "c108 f348cdc9c9070000 c107 f248cdc9c90700", "payload",
	 "websocket.payload=Hello\nwebsocket.payload=Hello\n"},
	{"with a stored block (7.2.3.3)", "", "c10b 000500faff48656c6c6f00", "payload",
	 "websocket.payload=Hello\n"},
	{"what is not compressed although it says so stays as it is", "", "c103 ffffff 8101 61",
	 "payload", "websocket.payload=\\xff\\xff\\xff\nwebsocket.payload=a\n"},
	{"empty frames, closing", "8180 01020304 8880 00000000", "8100 8802 03e8", "payload opcode",
	 "websocket.payload=\nwebsocket.opcode=1\nwebsocket.payload=\nwebsocket.opcode=8\n"
	 "websocket.payload=\nwebsocket.opcode=1\nwebsocket.payload=\\x03\\xe8\n"
	 "websocket.opcode=8\n"},
	{"a long length that is short", "", "827f0000000000000002 6162 817e0001 63", "payload",
	 "websocket.payload=ab\nwebsocket.payload=c\n"},
	{"a frame that the capture ends in", "", "8105 4865", "payload",
	 "websocket.payload=He\nevent websocket.skip_end_of_payload\n"},
};

static const char get[] = "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n";
static const char yes[] = "HTTP/1.1 101 Yes\r\nUpgrade: WebSocket\r\n\r\n";

static void upgraded(struct rig *r)
{
	rig_init(r, 40000, 80);
	rig_say(r, FLOW_to_server, get, strlen(get));
	rig_say(r, FLOW_to_client, yes, strlen(yes));
	r->len = 0;
}

static char kept[RIG_TEXT];

static void check_rows(void)
{
	static const uint32_t splits[] = {0, 1, 2, 3, 7};
	static struct rig r;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
			uint8_t b[256];

			upgraded(&r);
			r.split = splits[s];
			rig_say(&r, FLOW_to_server, b, hex(rows[i].up, b, sizeof(b)));
			rig_say(&r, FLOW_to_client, b, hex(rows[i].down, b, sizeof(b)));
			rig_fini(&r);
			CHECK_STR(only(r.text, rows[i].of, kept), rows[i].want);
		}
	}
}

static void check_limits(void)
{
	static struct rig r;
	static uint8_t b[128 << 10], zeroes[4 << 20];

	CASE("a frame without end is told when no more of it is kept");
	upgraded(&r);
	rig_say(&r, FLOW_to_client, "\202\177\100\0\0\0\0\0\0\0", 10);
	memset(b, 'x', sizeof(b));
	rig_say(&r, FLOW_to_client, b, sizeof(b));
	CHECK(strstr(r.text, "event websocket.skip_end_of_payload\n") != NULL);
	CHECK(r.proto->mem.peak < 300 << 10);
	rig_fini(&r);

	CASE("a message without end");
	upgraded(&r);
	memset(b, 'x', 1000);
	b[0] = 0x01, b[1] = 126, b[2] = 996 >> 8, b[3] = 996 & 255;
	for (unsigned i = 0; i < 600; i++) {
		r.len = 0;
		rig_say(&r, FLOW_to_client, b, 1000);
		b[0] = 0;
	}
	CHECK(strstr(r.text, "event websocket.reassembly_limit_reached\n") != NULL);
	CHECK(r.proto->mem.peak < 400 << 10);
	rig_fini(&r);

	CASE("a bomb ends at the payload's limit, and what comes after it is read");
	z_stream z = {0};
	deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
	z.next_in = zeroes, z.avail_in = sizeof(zeroes);
	z.next_out = b + 4, z.avail_out = 32768;
	deflate(&z, Z_SYNC_FLUSH);
	uint32_t n = 32768 - z.avail_out - 4;
	deflateEnd(&z);
	b[0] = 0xc2, b[1] = 126, b[2] = (uint8_t)(n >> 8), b[3] = (uint8_t)n;
	upgraded(&r);
	rig_say(&r, FLOW_to_client, b, n + 4);
	CHECK(r.proto->mem.peak < 500 << 10);
	CHECK_EQ(count_get(&proto_counters_of(r.proto)->decode_limit), 1);
	r.len = 0;
	rig_say(&r, FLOW_to_client, "\301\007\362\110\315\311\311\007\0", 9);
	CHECK(strstr(r.text, "websocket.payload=Hello\n") != NULL);
	rig_fini(&r);
}

static void check_holes(void)
{
	static struct rig r;

	CASE("a hole inside a payload: the mask goes on behind it");
	upgraded(&r);
	rig_say(&r, FLOW_to_server, "\201\212\1\2\3\4\140\140", 8); /* ab */
	rig_miss(&r, FLOW_to_server, 5);
	rig_say(&r, FLOW_to_server, "\174\170\170\201\201\0\0\0\0z", 10);
	rig_fini(&r);
	CHECK_STR(only(r.text, "payload", kept), "websocket.payload=abxyz\nwebsocket.payload=z\n");
	CASE("any other ends the direction; the other one goes on");
	upgraded(&r);
	rig_say(&r, FLOW_to_server, "\201\200\0\0\0\0", 6);
	rig_miss(&r, FLOW_to_server, 5);
	rig_say(&r, FLOW_to_server, "\201\201\0\0\0\0z", 7);
	rig_say(&r, FLOW_to_client, "\201\001y", 3);
	rig_fini(&r);
	CHECK_STR(only(r.text, "payload", kept), "websocket.payload=\nwebsocket.payload=y\n");
}

static void check_eve(void)
{
	static struct rig r;

	CASE("the block of an alert; frames in the segment of the answer");
	rig_init(&r, 40000, 80);
	r.eve = true;
	rig_say(&r, FLOW_to_server, get, strlen(get));
	uint8_t b[256];
	memcpy(b, yes, strlen(yes));
	memcpy(b + strlen(yes), "\212\000\201\001a", 5);
	rig_say(&r, FLOW_to_client, b, strlen(yes) + 5);
	rig_say(&r, FLOW_to_server, "\001\201\0\0\0\005a", 7);
	CHECK_EQ(r.flow->app, APP_websocket);
	rig_fini(&r);
	CHECK(strstr(r.text, "\"websocket\":{\"fin\":true,\"opcode\":\"pong\"}") != NULL);
	CHECK(strstr(r.text, "\"websocket\":{\"fin\":true,\"opcode\":\"text\"}") != NULL);
	CHECK(strstr(r.text, "\"websocket\":{\"fin\":false,\"mask\":5,\"opcode\":\"text\"}") !=
	      NULL);
}

int main(void)
{
	check_rows();
	check_limits();
	check_holes();
	check_eve();
	return check_done();
}
