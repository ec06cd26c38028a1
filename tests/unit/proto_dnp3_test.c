// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "hex.h"
#include "proto_rig.h"
#include "rig_only.h"

/* Polynomial 0x3d65, a bit at a time: not the sensor's code. */
static void put_crc(uint8_t *p, size_t n)
{
	unsigned c = 0;

	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (unsigned b = 0; b < 8; b++)
			c = c & 1 ? c >> 1 ^ 0xa6bc : c >> 1;
	}
	p[n] = (uint8_t)~c;
	p[n + 1] = (uint8_t)(~c >> 8);
}

/* A frame around a transport octet and a part of a fragment. */
static size_t frame(uint8_t transport, const uint8_t *part, size_t n, uint8_t *out)
{
	uint8_t user[256] = {transport};
	size_t to = 10;

	memcpy(user + 1, part, n++);
	memcpy(out, "\5\144\0\304\1\0\2\0", 8);
	out[2] = (uint8_t)(n + 5);
	put_crc(out, 8);
	for (size_t at = 0; at < n; at += 16) {
		size_t k = n - at < 16 ? n - at : 16;

		memcpy(out + to, user + at, k);
		put_crc(out + to, k);
		to += k + 2;
	}
	return to;
}

/* Fragments, hex: control, function … */
static const struct {
	const char *name;
	bool down;
	const char *hex, *of, *want;
} rows[] = {
	{"classes are asked for", false, "c0 01 3c02 06 3c03 06 3c04 06 3c01 06", "func obj data",
	 "dnp3.data=\\xc0\\x01<\\x02\\x06<\\x03\\x06<\\x04\\x06<\\x01\\x06\ndnp3.func=1\n"
	 "dnp3.obj=15362\ndnp3.obj=15363\ndnp3.obj=15364\ndnp3.obj=15361\n"},
	{"an answer: packed bits, numbers in a range, and what follows them", true,
	 "c0 81 8010 0101 00 00 09 ffff 1e01 00 00 01 0101000000 0102000000 3c01 06",
	 "func ind obj",
	 "dnp3.func=129\ndnp3.ind=32784\ndnp3.obj=257\ndnp3.obj=7681\n"
	 "dnp3.obj=15361\n"},
	{"a range of 16 bits, an index before each", true,
	 "c0 81 0000 0202 28 0100 0500 01 010203040506 3c01 06", "obj",
	 "dnp3.obj=514\ndnp3.obj=15361\n"},
	{"a relay is operated", false, "c1 05 0c01 17 01 07 0301640000006400000000", "func obj",
	 "dnp3.func=5\ndnp3.obj=3073\n"},
	{"points are named, not sent, when they are read", false, "c0 01 1e02 00 00 63 3c01 06",
	 "obj", "dnp3.obj=7682\ndnp3.obj=15361\n"},
	{"a file brings its sizes", true, "c0 81 0000 4605 5b 01 0400 01020304 3c01 06", "obj",
	 "dnp3.obj=17925\ndnp3.obj=15361\n"},
	{"an object that nobody knows ends it", true, "c0 81 0000 c801 00 00 01 3c01 06", "obj",
	 "dnp3.obj=51201\nevent dnp3.unknown_object\n"},
	{"points that are not there end it", true, "c0 81 0000 1e01 00 00 09 3c01 06", "obj",
	 "dnp3.obj=7681\n"},
	{"a range of four billion points", true, "c0 81 0000 1e01 02 00000000 ffffffff 00", "obj",
	 "dnp3.obj=7681\nevent dnp3.too_many_points\n"},
	{"a range that goes down is none", true, "c0 81 0000 1e01 00 05 01 00", "func obj",
	 "dnp3.func=129\n"},
	{"a fragment of one octet", false, "c0", "func data", ""},
};

static char kept[RIG_TEXT];

static void check_rows(void)
{
	static const uint32_t splits[] = {0, 1, 3, 11};
	static struct rig r;
	uint8_t part[256], f[300];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = frame(0xc0, part, hex(rows[i].hex, part, sizeof(part)), f);

		CASE(rows[i].name);
		for (unsigned s = 0; s < sizeof(splits) / sizeof(splits[0]); s++) {
			rig_init(&r, 40000, 20000);
			r.split = splits[s];
			rig_say(&r, rows[i].down, f, n);
			CHECK_EQ(r.flow->app, APP_dnp3);
			rig_fini(&r);
			CHECK_STR(only(r.text, rows[i].of, kept), rows[i].want);
		}
	}
}

static void say(struct rig *r, uint8_t transport, const void *part, size_t n, int spoil)
{
	uint8_t f[300];
	size_t k = frame(transport, part, n, f);

	if (spoil >= 0)
		f[spoil] ^= 1;
	rig_say(r, FLOW_to_client, f, k);
}

static void check_frames(void)
{
	static struct rig r;

	CASE("a fragment in three segments");
	rig_init(&r, 40000, 20000);
	say(&r, 0x43, "\300\201\0\0\1", 5, -1);
	say(&r, 0x04, "\2\0\0", 3, -1);
	say(&r, 0x85, "\1\1\2<\2\6", 6, -1);
	rig_fini(&r);
	CHECK_STR(only(r.text, "obj", kept), "dnp3.obj=258\ndnp3.obj=15362\n");
	CASE("one of them is missing: nothing is made up");
	rig_init(&r, 40000, 20000);
	say(&r, 0x43, "\300\201\0\0\1", 5, -1);
	say(&r, 0x85, "\1\1\2<\2\6", 6, -1);
	say(&r, 0xc6, "\300\202\0\0", 4, -1);
	rig_fini(&r);
	CHECK_STR(only(r.text, "func", kept), "dnp3.func=130\n");
	CASE("checksums of a block, of a head; what comes after is read");
	rig_init(&r, 40000, 20000);
	say(&r, 0xc0, "\300\201\0\0", 4, -1);
	say(&r, 0xc1, "\300\201\0\0", 4, 12);
	say(&r, 0xc2, "\300\202\0\0", 4, 5);
	say(&r, 0xc3, "\300\203\0\0", 4, -1);
	rig_fini(&r);
	CHECK_STR(only(r.text, "func", kept), "dnp3.func=129\nevent dnp3.bad_transport_crc\n"
					      "event dnp3.bad_link_crc\ndnp3.func=131\n");
	CASE("a length that is too small");
	rig_init(&r, 40000, 20000);
	say(&r, 0xc0, "\300\201\0\0", 4, -1);
	rig_say(&r, FLOW_to_client, "\5\144\4\304\1\0\2\0\0\0", 10);
	say(&r, 0xc3, "\300\203\0\0", 4, -1);
	rig_fini(&r);
	CHECK_STR(only(r.text, "func", kept),
		  "dnp3.func=129\nevent dnp3.len_too_small\ndnp3.func=131\n");
	CASE("behind a hole the next frame is found");
	rig_init(&r, 40000, 20000);
	say(&r, 0xc0, "\300\201\0\0", 4, -1);
	rig_miss(&r, FLOW_to_client, 50);
	rig_say(&r, FLOW_to_client, "\5\144\5\5\144 rest of it", 16);
	say(&r, 0xc3, "\300\203\0\0", 4, -1);
	rig_fini(&r);
	CHECK_STR(only(r.text, "func", kept), "dnp3.func=129\ndnp3.func=131\n");
}

static void check_limits(void)
{
	static struct rig r;
	uint8_t part[250] = "\300\201";

	CASE("a fragment without end: said once, and not kept");
	rig_init(&r, 40000, 20000);
	for (unsigned i = 0; i < 1000; i++)
		say(&r, (uint8_t)((i ? 0 : 0x40) | (i & 63)), part, 249, -1);
	CHECK(r.proto->mem.peak < 64 << 10);
	rig_fini(&r);
	CHECK_STR(only(r.text, "func", kept), "event dnp3.too_long_reassembly\n");
	CASE("headers without end");
	rig_init(&r, 40000, 20000);
	memset(part, 6, sizeof(part));
	for (unsigned i = 4; i + 3 <= 249; i += 3)
		part[i] = 60, part[i + 1] = 1;
	memcpy(part, "\300\201\0\0", 4);
	uint8_t more[249];
	for (unsigned i = 0; i < 249; i += 3)
		more[i] = 60, more[i + 1] = 1, more[i + 2] = 6;
	say(&r, 0x40, part, 247, -1);
	for (unsigned i = 1; i < 60; i++)
		say(&r, (uint8_t)i | (i == 59 ? 0x80 : 0), more, 249, -1);
	rig_fini(&r);
	CHECK(strstr(r.text, "event dnp3.too_many_objects\n") != NULL);
}

int main(void)
{
	check_rows();
	check_frames();
	check_limits();
	return check_done();
}
