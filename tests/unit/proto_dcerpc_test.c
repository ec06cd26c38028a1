// SPDX-License-Identifier: Apache-2.0
/* DCE/RPC over TCP: a bind refused and accepted, a call in fragments, a fault, Zerologon's zeroes,
 * the endpoint mapper's ports; split at every byte; lengths that lie; a call whose end is missing,
 * one whose bind is, one whose direction was guessed wrong. */
#include "proto/rpc.h"
#include "proto_rig.h"
#include "proto_windows.h"

static struct rig rig;

static void head(struct made *m, unsigned type, unsigned flags, uint32_t call)
{
	put_u8(m, 5);
	put_u8(m, 0);
	put_u8(m, type);
	put_u8(m, flags);
	put_hex(m, "10000000");
	put_32(m, 0);
	put_32(m, call);
}

static void send(uint8_t dir, struct made *m)
{
	set_16(m, 8, m->n);
	rig_say(&rig, dir, m->at, m->n);
}

static void put_uuid(struct made *m, const char *le)
{
	put_hex(m, le);
}
#define SVCCTL   "81bb7a364498f135ad3298f038001003"
#define NETLOGON "785634123412cdabef0001234567cffb"
#define EPM      "0883afe11f5dc91191a408002b14a0fa"
#define NDR      "045d888aeb1cc9119fe808002b104860 02000000"

static void bind(const char *uuid, unsigned result)
{
	struct made m = {.n = 0};

	head(&m, 11, 3, 1);
	put_hex(&m, "b810b810 00000000 01000000 0000 0100");
	put_uuid(&m, uuid);
	put_hex(&m, "02000000" NDR);
	send(0, &m);
	m.n = 0;
	head(&m, 12, 3, 1);
	put_hex(&m, "b810b810 01000000 0400 31333500 0000 01000000");
	put_16(&m, result);
	put_16(&m, 1);
	put_hex(&m, NDR);
	send(1, &m);
}

static void call(unsigned flags, uint32_t id, unsigned opnum, const struct made *stub,
		 uint32_t from, uint32_t to)
{
	struct made m = {.n = 0};

	head(&m, 0, flags, id);
	put_32(&m, stub->n);
	put_16(&m, 0);
	put_16(&m, opnum);
	put_at(&m, stub->at + from, to - from);
	send(0, &m);
}

static void answer(uint32_t id, const struct made *stub)
{
	struct made m = {.n = 0};

	head(&m, 2, 3, id);
	put_32(&m, stub->n);
	put_32(&m, 0);
	put_made(&m, stub);
	send(1, &m);
}

static void put_string(struct made *m, const char *text)
{
	uint32_t n = (uint32_t)strlen(text) + 1;

	put_32(m, n);
	put_32(m, 0);
	put_32(m, n);
	put_wide(m, text);
	put_16(m, 0);
	while (m->n % 4)
		put_u8(m, 0);
}

static void start(unsigned split)
{
	rig_init(&rig, 50000, 135);
	rig.facts = true;
	rig.split = split;
}

static void check_calls(void)
{
	struct made stub = {.n = 0}, back = {.n = 0};

	put_zero(&stub, 20);
	put_string(&stub, "updater");
	put_32(&back, 1060);
	for (unsigned split = 0; split < 2; split++) {
		CASE(split ? "a call in fragments, byte by byte" : "a call in fragments");
		start(split);
		bind(SVCCTL, 0);
		call(1, 7, 16, &stub, 0, 24);
		call(2, 7, 16, &stub, 24, stub.n);
		answer(7, &back);
		CHECK_STR(
			rig_fini(&rig),
			"fact rpc_bind> [] []\nfact rpc_bind< [] []\n"
			"fact rpc_call> [] [updater] [] []\n"
			"dcerpc.stub_data="
			"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
			"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x08\\x00\\x00\\x00\\x00\\x00\\x0"
			"0\\x00"
			"\\x08\\x00\\x00\\x00u\\x00p\\x00d\\x00a\\x00t\\x00e\\x00r\\x00\\x00\\x00\n"
			"dcerpc.opnum=16\ndcerpc.iface=1\n"
			"fact rpc_call< [] [updater] [] []\n"
			"dcerpc.stub_data=$\\x04\\x00\\x00\n"
			"dcerpc.opnum=16\ndcerpc.iface=1\nend 0\n");
	}
	CASE("two calls at a time, the second faults");
	start(0);
	rig.facts = false;
	bind(SVCCTL, 0);
	call(3, 8, 2, &stub, 0, 20);
	call(3, 9, 19, &stub, 0, 20);
	struct made fault = {.n = 0};
	head(&fault, 3, 3, 9);
	put_hex(&fault, "00000000 00000000 05000000 00000000");
	send(1, &fault);
	answer(8, &back);
	const char *t = rig_fini(&rig);
	CHECK(strstr(t, "end 1") && strstr(t, "end 0") && strstr(t, "end 1") < strstr(t, "end 0"));
}

static void check_zero(void)
{
	struct made stub = {.n = 0};

	CASE("a challenge of zeroes");
	put_32(&stub, 1);
	put_string(&stub, "\\\\DC1");
	put_string(&stub, "DC1");
	put_zero(&stub, 8);
	start(0);
	bind(NETLOGON, 0);
	call(3, 2, 4, &stub, 0, stub.n);
	CHECK(strstr(rig_fini(&rig), "fact rpc_call> [] [DC1] [zero] []\n"));
	CASE("a challenge");
	stub.at[stub.n - 3] = 9;
	start(0);
	bind(NETLOGON, 0);
	call(3, 2, 4, &stub, 0, stub.n);
	CHECK(strstr(rig_fini(&rig), "fact rpc_call> [] [DC1] [] []\n"));
}

static void check_map(void)
{
	struct made stub = {.n = 0}, none = {.n = 0};

	CASE("a port given out by the endpoint mapper is waited for");
	start(0);
	bind(EPM, 0);
	call(3, 2, 3, &none, 0, 0);
	put_zero(&stub, 20);
	put_32(&stub, 1);
	put_32(&stub, 4);
	put_32(&stub, 0);
	put_32(&stub, 1);
	put_32(&stub, 3);
	uint32_t at = stub.n;
	put_32(&stub, 0);
	put_32(&stub, 0);
	put_hex(&stub, "0500 1300 0d" SVCCTL "0200 0200 0000"
		       "1300 0d 045d888aeb1cc9119fe808002b104860 0200 0200 0000"
		       "0100 0b 0200 0000 0100 07 0200 c003 0100 09 0400 0a000002");
	set_32(&stub, at, stub.n - at - 8);
	set_32(&stub, at + 4, stub.n - at - 8);
	put_32(&stub, 0);
	answer(2, &stub);
	bool waits = false;
	for (unsigned i = 0; i < 64; i++)
		waits |= rig.proto->expected[i].port == 0xc003 &&
			 rig.proto->expected[i].app == APP_dcerpc &&
			 rig.proto->expected[i].with == 1;
	CHECK(waits);
	rig_fini(&rig);
}

/* Frames that a mirror cuts: a request's first 40 bytes, then the next whole one. */
static void check_cut(void)
{
	struct made stub = {.n = 0}, m = {.n = 0};

	put_zero(&stub, 100);
	for (unsigned sealed = 0; sealed < 2; sealed++) {
		CASE(sealed ? "a sealed call without its end" : "a call without its end");
		start(0);
		bind(SVCCTL, 0);
		m.n = 0;
		head(&m, 0, 3, 5);
		put_32(&m, stub.n);
		put_16(&m, 0);
		put_16(&m, 12);
		put_made(&m, &stub);
		set_16(&m, 8, m.n);
		if (sealed)
			set_16(&m, 10, 16);
		rig_say(&rig, 0, m.at, 40);
		rig_miss(&rig, 0, m.n - 40);
		call(3, 6, 19, &stub, 0, 28);
		const char *t = rig_fini(&rig);
		CHECK(strstr(t, "dcerpc.opnum=12\ndcerpc.iface=1\n"));
		CHECK(strstr(t, "dcerpc.opnum=19\ndcerpc.iface=1\n"));
		CHECK((strstr(t, "dcerpc.stub_data=\\x00") < strstr(t, "opnum=12")) == !sealed);
	}
	CASE("too little of a call to say what it is");
	start(0);
	bind(SVCCTL, 0);
	rig_say(&rig, 0, m.at, 23);
	rig_miss(&rig, 0, m.n - 23);
	call(3, 6, 19, &stub, 0, 28);
	CHECK(!strstr(rig_fini(&rig), "opnum=12"));
}

static void put_handle(struct made *m)
{
	put_hex(m, "00000000 0102030405060708090a0b0c0d0e0f10");
}

static bool has_shape(unsigned opnum, const struct made *stub, const char *name)
{
	struct rpc_tx t = {.opnum = (uint16_t)opnum, .stub_len = {stub->n}};
	struct rpc_uuid u;

	t.head.tx.little = 1;
	t.stub[0] = (struct proto_bytes){(uint8_t *)(uintptr_t)stub->at, stub->n, stub->n};
	return rpc_shape(&t, &u) && strcmp(rpc_name_of(&u), name) == 0;
}

/* Each shape fits as it is, not with a byte more than padding, not cut, not with another number. */
static void check_shape(const char *name, unsigned opnum, struct made *stub, bool open_end)
{
	uint32_t n = stub->n;

	CHECK(has_shape(opnum, stub, name));
	CHECK(!has_shape(opnum + 100, stub, name));
	put_32(stub, 0);
	CHECK_EQ(has_shape(opnum, stub, name), open_end);
	for (stub->n = 0; stub->n + 3 < n && !open_end; stub->n++)
		CHECK(!has_shape(opnum, stub, name));
	stub->n = n;
}

static void check_shapes(void)
{
	struct made m = {.n = 0};

	CASE("shapes: a domain opened by its SID");
	put_handle(&m);
	put_32(&m, 0x200);
	put_32(&m, 4);
	put_hex(&m, "0104000000000005 15000000 01020304 05060708 090a0b0c");
	check_shape("samr", 7, &m, false);
	m.at[28] = 2;
	CHECK(!has_shape(7, &m, "samr"));
	CASE("shapes: a service created, opened");
	m.n = 0;
	put_handle(&m);
	put_string(&m, "updater");
	put_32(&m, 0xf01ff);
	check_shape("svcctl", 16, &m, false);
	m.n -= 4;
	put_32(&m, 0);
	put_32(&m, 0xf01ff);
	put_32(&m, 0x10);
	put_32(&m, 3);
	put_32(&m, 0);
	uint32_t error = m.n - 4;
	put_string(&m, "c:\\x.exe");
	check_shape("svcctl", 12, &m, true);
	m.at[error] = 4;
	CHECK(!has_shape(12, &m, "svcctl"));
	CASE("shapes: a secure channel's challenge and proof");
	m.n = 0;
	put_32(&m, 0x20000);
	put_string(&m, "\\\\DC1");
	put_string(&m, "WS1");
	put_zero(&m, 8);
	check_shape("netlogon", 4, &m, false);
	m.n = 0;
	put_32(&m, 0x20000);
	put_string(&m, "\\\\DC1");
	put_string(&m, "WS01$"); /* ends on four bytes: a short number follows at once */
	put_16(&m, 6);
	put_16(&m, 0);
	put_string(&m, "WS1");
	put_zero(&m, 8);
	put_32(&m, 0x212fffff);
	check_shape("netlogon", 26, &m, true);
	CASE("shapes: a task, names of SIDs, shares");
	m.n = 0;
	put_wide(&m, "<Task version=\"1.2\">");
	check_shape("ITaskSchedulerService", 1, &m, true);
	m.n = 0;
	put_handle(&m);
	put_32(&m, 2);
	put_32(&m, 0x20000);
	put_32(&m, 2);
	put_zero(&m, 64);
	check_shape("lsarpc", 57, &m, true);
	m.at[20] = 3;
	CHECK(!has_shape(57, &m, "lsarpc"));
	m.n = 0;
	put_32(&m, 0x20000);
	put_string(&m, "\\\\FS1");
	put_32(&m, 1);
	put_32(&m, 1);
	check_shape("srvsvc", 15, &m, true);
	CASE("a sealed call has none");
	struct rpc_tx t = {.opnum = 15, .sealed = true, .stub_len = {m.n}};
	struct rpc_uuid u;
	t.head.tx.little = 1;
	t.stub[0] = (struct proto_bytes){m.at, m.n, m.n};
	CHECK(!rpc_shape(&t, &u));
}

static void check_midstream(void)
{
	struct made stub = {.n = 0}, back = {.n = 0};

	put_handle(&stub);
	put_string(&stub, "updater");
	put_32(&stub, 0xf01ff);
	put_32(&back, 0);
	CASE("no bind was seen, the server spoke first: its shape says what is asked, and who "
	     "asks");
	rig_init(&rig, 50000, 50001);
	rig.facts = rig.handshake = true;
	answer(1, &back);
	call(3, 2, 16, &stub, 0, stub.n);
	stub.n = 20;
	call(3, 3, 2, &stub, 0, stub.n); /* DeleteService: of the interface that is known now */
	const char *t = rig_fini(&rig);
	CHECK(strstr(t, "fact rpc_call> [] [updater] [] []\n"));
	CHECK(!strstr(t, "fact rpc_call<"));
	CHECK(strstr(t, "dcerpc.opnum=2\ndcerpc.iface=1\n"));
}

static void check_hostile(void)
{
	struct made m = {.n = 0}, stub = {.n = 0};

	CASE("each byte of a bind changed");
	head(&m, 11, 3, 1);
	put_hex(&m, "b810b810 00000000 01000000 0000 0100");
	put_uuid(&m, SVCCTL);
	put_hex(&m, "02000000" NDR);
	set_16(&m, 8, m.n);
	for (uint32_t i = 0; i < m.n; i++) {
		start(0);
		m.at[i] = (uint8_t)~m.at[i];
		rig_say(&rig, 0, m.at, m.n);
		rig_say(&rig, 0, m.at, m.n);
		m.at[i] = (uint8_t)~m.at[i];
		rig_fini(&rig);
	}
	CASE("strings whose lengths lie");
	put_zero(&stub, 20);
	put_string(&stub, "name");
	for (uint32_t i = 20; i < 32; i++) {
		for (unsigned v = 0; v < 256; v += 51) {
			uint8_t was = stub.at[i];

			start(0);
			stub.at[i] = (uint8_t)v;
			bind(SVCCTL, 0);
			call(3, 2, 12, &stub, 0, stub.n);
			stub.at[i] = was;
			rig_fini(&rig);
		}
	}
	CASE("more calls than are kept: the oldest go");
	start(0);
	rig.facts = false;
	bind(SVCCTL, 0);
	for (uint32_t i = 0; i < 100; i++)
		call(3, i, 2, &stub, 0, 20);
	CHECK(strstr(rig_fini(&rig), "end 99"));
}

static void check_datagram(void)
{
	struct made m = {.n = 0};

	CASE("a call over UDP");
	rig_init(&rig, 50000, 135);
	rig.facts = true;
	put_hex(&m, "04000800 10000000 00000000000000000000000000000000" SVCCTL
		    "00000000000000000000000000000001 00000000 02000000 05000000 0c00 ffff ffff "
		    "0400 0000 00 00"
		    "01020304");
	rig_datagram(&rig, 0, m.at, m.n);
	CHECK_STR(rig_fini(&rig), "fact rpc_call> [] [] [] []\n"
				  "dcerpc.stub_data=\\x01\\x02\\x03\\x04\ndcerpc.opnum=12\n"
				  "dcerpc.iface=1\nend 0\n");
}

int main(void)
{
	check_calls();
	check_zero();
	check_map();
	check_cut();
	check_shapes();
	check_midstream();
	check_hostile();
	check_datagram();
	return check_done();
}
