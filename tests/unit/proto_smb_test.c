// SPDX-License-Identifier: Apache-2.0
/* SMB1 and SMB2 by hand: a session, a tree, a file written and read, a pipe with DCE/RPC; whole and
 * byte by byte; picked up in the middle, with bytes missing; lengths that lie. */
#include "proto_ntlm.h"
#include "proto_rig.h"

static struct rig rig;
static uint64_t id;
static uint32_t cut; /* bytes of a message that the capture has; 0: all */

#define SESSION 0x11u
#define TREE    5u

static void head2(struct made *m, unsigned command, bool response, uint32_t status,
		  uint64_t session, uint32_t tree)
{
	put_hex(m, "fe534d42 4000 0000");
	put_32(m, status);
	put_16(m, command);
	put_16(m, 1);
	put_32(m, response);
	put_32(m, 0);
	put_64(m, response ? id : ++id);
	put_32(m, 0);
	put_32(m, tree);
	put_64(m, session);
	put_zero(m, 16);
}

static void send(uint8_t dir, const struct made *m)
{
	struct made out = {.n = 0};

	put_nbss(&out, m);
	if (cut && cut < out.n) {
		rig_say(&rig, dir, out.at, cut);
		rig_miss(&rig, dir, out.n - cut);
		return;
	}
	rig_say(&rig, dir, out.at, out.n);
}

static void setup(uint64_t session, const struct made *token)
{
	struct made m = {.n = 0};

	head2(&m, 1, false, 0, session, 0);
	put_16(&m, 25);
	put_16(&m, 0);
	put_zero(&m, 8);
	put_16(&m, 88);
	put_16(&m, token->n);
	put_zero(&m, 8);
	put_made(&m, token);
	send(0, &m);
}

static void setup_answer(uint32_t status, const struct made *token)
{
	struct made m = {.n = 0};

	head2(&m, 1, true, status, SESSION, 0);
	put_16(&m, 9);
	put_16(&m, 0);
	put_16(&m, 72);
	put_16(&m, token->n);
	put_made(&m, token);
	send(1, &m);
}

static void login(uint32_t status)
{
	struct made token = {.n = 0}, m = {.n = 0}, none = {.n = 0};

	head2(&m, 0, false, 0, 0, 0);
	put_16(&m, 36);
	put_zero(&m, 40);
	send(0, &m);
	m.n = 0;
	head2(&m, 0, true, 0, 0, 0);
	put_16(&m, 65);
	put_16(&m, 3);
	put_16(&m, 0x0311);
	put_zero(&m, 60);
	send(1, &m);
	put_ntlm_negotiate(&token);
	setup(0, &token);
	token.n = 0;
	put_ntlm_challenge(&token, "CORP", "fs1.corp.test");
	setup_answer(0xc0000016, &token);
	token.n = 0;
	put_ntlm_authenticate(&token, "CORP", "alice", "WS1", 100);
	setup(SESSION, &token);
	setup_answer(status, &none);
}

static void connect(const char *share, unsigned kind)
{
	struct made m = {.n = 0};

	head2(&m, 3, false, 0, SESSION, 0);
	put_16(&m, 9);
	put_16(&m, 0);
	put_16(&m, 72);
	put_16(&m, 2 * (unsigned)strlen(share));
	put_wide(&m, share);
	send(0, &m);
	m.n = 0;
	head2(&m, 3, true, 0, SESSION, TREE);
	put_16(&m, 16);
	put_u8(&m, kind);
	put_zero(&m, 13);
	send(1, &m);
}

static void create_ask(struct made *m, const char *path, unsigned disposition)
{
	head2(m, 5, false, 0, SESSION, TREE);
	put_16(m, 57);
	put_zero(m, 22);
	put_32(m, 0x12019f);
	put_zero(m, 8);
	put_32(m, disposition);
	put_32(m, 0);
	put_16(m, 120);
	put_16(m, 2 * (unsigned)strlen(path));
	put_zero(m, 8);
	put_wide(m, path);
}

static void create_tell(struct made *m, unsigned action)
{
	head2(m, 5, true, 0, SESSION, TREE);
	put_16(m, 89);
	put_16(m, 0);
	put_32(m, action);
	put_zero(m, 40);
	put_64(m, 4096);
	put_zero(m, 8);
	put_64(m, 7);
	put_64(m, 9);
	put_zero(m, 8);
}

static void create(const char *path, unsigned disposition, unsigned action)
{
	struct made m = {.n = 0};

	create_ask(&m, path, disposition);
	send(0, &m);
	m.n = 0;
	create_tell(&m, action);
	send(1, &m);
}

static void write_file(const void *p, unsigned n, uint64_t offset)
{
	struct made m = {.n = 0};

	head2(&m, 9, false, 0, SESSION, TREE);
	put_16(&m, 49);
	put_16(&m, 112);
	put_32(&m, n);
	put_64(&m, offset);
	put_64(&m, 7);
	put_64(&m, 9);
	put_zero(&m, 16);
	put_at(&m, p, n);
	send(0, &m);
	m.n = 0;
	head2(&m, 9, true, 0, SESSION, TREE);
	put_16(&m, 17);
	put_zero(&m, 15);
	send(1, &m);
}

static void read_file(const void *p, unsigned n, uint64_t offset)
{
	struct made m = {.n = 0};

	head2(&m, 8, false, 0, SESSION, TREE);
	put_16(&m, 49);
	put_16(&m, 0);
	put_32(&m, n);
	put_64(&m, offset);
	put_64(&m, 7);
	put_64(&m, 9);
	put_zero(&m, 17);
	send(0, &m);
	m.n = 0;
	head2(&m, 8, true, 0, SESSION, TREE);
	put_16(&m, 17);
	put_16(&m, 80);
	put_32(&m, n);
	put_zero(&m, 8);
	put_at(&m, p, n);
	send(1, &m);
}

static void set_info(unsigned class, const struct made *data)
{
	struct made m = {.n = 0};

	head2(&m, 17, false, 0, SESSION, TREE);
	put_16(&m, 33);
	put_u8(&m, 1);
	put_u8(&m, class);
	put_32(&m, data->n);
	put_16(&m, 96);
	put_zero(&m, 6);
	put_64(&m, 7);
	put_64(&m, 9);
	put_made(&m, data);
	send(0, &m);
	m.n = 0;
	head2(&m, 17, true, 0, SESSION, TREE);
	put_16(&m, 2);
	send(1, &m);
}

static void rename_file(const char *to)
{
	struct made d = {.n = 0};

	put_zero(&d, 16);
	put_32(&d, 2 * (uint32_t)strlen(to));
	put_wide(&d, to);
	set_info(10, &d);
}

static void close_file(void)
{
	struct made m = {.n = 0};

	head2(&m, 6, false, 0, SESSION, TREE);
	put_16(&m, 24);
	put_zero(&m, 6);
	put_64(&m, 7);
	put_64(&m, 9);
	send(0, &m);
	m.n = 0;
	head2(&m, 6, true, 0, SESSION, TREE);
	put_16(&m, 60);
	put_zero(&m, 58);
	send(1, &m);
}

static void start(unsigned split)
{
	rig_init(&rig, 50000, 445);
	rig.facts = true;
	rig.split = split;
	id = 0;
}

static bool has(const char *text, const char *what)
{
	bool ok = strstr(text, what) != NULL;

	if (!ok)
		printf("# missing: %s\n", what);
	return ok;
}

static void check_files(void)
{
	static uint8_t noise[1200];
	char text[1201];

	for (unsigned i = 0; i < sizeof(noise); i++) {
		noise[i] = (uint8_t)(i * 167 + (i >> 3) * 59);
		text[i] = "plain text of an ordinary letter "[i % 33];
	}
	for (unsigned split = 0; split < 3; split++) {
		CASE(split == 0   ? "a file overwritten and renamed"
		     : split == 1 ? "byte by byte"
				  : "by elevens");
		start(split == 2 ? 11 : split);
		login(0);
		connect("\\\\fs1\\C$", 1);
		create("docs\\letter.txt", 1, 1);
		read_file(text, 1200, 0);
		write_file(noise, 1200, 0);
		rename_file("docs\\letter.txt.locked");
		close_file();
		const char *t = rig_fini(&rig);
		CHECK(has(t, "fact ntlm> [alice] [CORP] [WS1]\n"));
		CHECK(has(t, "fact login< how=0 outcome=1 code=0 clear=0 [alice] [CORP] [WS1]\n"));
		CHECK(has(t, "smb.ntlmssp_user=alice\nsmb.ntlmssp_domain=CORP\n"));
		CHECK(has(t, "fact smb_tree< [\\\\fs1\\C$] [CORP\\alice]\n"));
		CHECK(has(t, "smb.share=\\\\fs1\\C$\n"));
		CHECK(has(t, "fact smb_file< [\\\\fs1\\C$] [docs\\letter.txt] [] [CORP\\alice]\n"));
		CHECK(has(t, "fact smb_file< [\\\\fs1\\C$] [docs\\letter.txt] "
			     "[docs\\letter.txt.locked] [CORP\\alice]\n"));
		CHECK(has(t, "fact smb_io< [\\\\fs1\\C$] [docs\\letter.txt.locked]\n"));
		CHECK(has(t, "file.name=docs\\letter.txt\n"));
		CHECK(has(t, "file.data=plain text of an ordinary letter plain"));
		CHECK(has(t, "filesize=1200\n"));
	}
	CASE("refused");
	start(0);
	login(0xc000006d);
	CHECK(has(rig_fini(&rig),
		  "how=0 outcome=2 code=3221225581 clear=0 [alice] [CORP] [WS1]\n"));
}

static void rpc_bind(struct made *m)
{
	put_hex(m, "05000b03 10000000 4800 0000 01000000 b810b810 00000000 01000000 0000 0100"
		   "81bb7a364498f135ad3298f038001003 02000000 045d888aeb1cc9119fe808002b104860 "
		   "02000000");
}

static void rpc_ack(struct made *m)
{
	put_hex(m, "05000c03 10000000 3c00 0000 01000000 b810b810 01000000 0200 6100 01000000"
		   "0000 0000 045d888aeb1cc9119fe808002b104860 02000000");
	put_zero(m, 4);
}

static void rpc_create(struct made *m)
{
	static const char name[] = "evil", path[] = "%COMSPEC% /C calc";

	put_hex(m, "05000003 10000000 0000 0000 02000000 00000000 0000 0c00");
	put_zero(m, 20);
	put_32(m, sizeof(name));
	put_32(m, 0);
	put_32(m, sizeof(name));
	put_wide(m, name);
	put_16(m, 0);
	put_16(m, 0);
	put_32(m, 0);
	put_zero(m, 16);
	put_32(m, sizeof(path));
	put_32(m, 0);
	put_32(m, sizeof(path));
	put_wide(m, path);
	put_16(m, 0);
	put_zero(m, 2);
	set_16(m, 8, m->n);
}

static void check_pipe(void)
{
	struct made bind = {.n = 0}, ack = {.n = 0}, call = {.n = 0}, answer = {.n = 0};

	rpc_bind(&bind);
	rpc_ack(&ack);
	rpc_create(&call);
	put_hex(&answer, "05000203 10000000 3000 0000 02000000 18000000 0000 0000");
	put_zero(&answer, 20);
	put_32(&answer, 0x431);
	for (unsigned split = 0; split < 2; split++) {
		CASE(split ? "a service over a pipe, byte by byte" : "a service over a pipe");
		start(split);
		login(0);
		connect("\\\\fs1\\IPC$", 2);
		create("svcctl", 1, 1);
		write_file(bind.at, bind.n, 0);
		read_file(ack.at, ack.n, 0);
		write_file(call.at, call.n, 0);
		read_file(answer.at, answer.n, 0);
		close_file();
		const char *t = rig_fini(&rig);
		CHECK(has(t, "smb.named_pipe=\\\\fs1\\IPC$\n"));
		CHECK(has(t, "fact rpc_bind> [svcctl] [CORP\\alice]\n"));
		CHECK(has(t, "fact rpc_bind< [svcctl] [CORP\\alice]\n"));
		CHECK(has(t, "fact rpc_call> [svcctl] [evil] [%COMSPEC% /C calc] [CORP\\alice]\n"));
		CHECK(has(t, "dcerpc.opnum=12\ndcerpc.iface=1\n"));
		CHECK(has(t, "fact rpc_call< [svcctl] [evil]"));
	}
	CASE("the tree was connected before we looked: the pipe's name tells");
	start(0);
	create("svcctl", 1, 1);
	write_file(call.at, call.n, 0);
	const char *late = rig_fini(&rig);
	CHECK(has(late, "fact rpc_call> [svcctl] [evil]"));
	CASE("… or what is written first");
	start(0);
	create("unheard-of", 1, 1);
	write_file(bind.at, bind.n, 0);
	write_file(call.at, call.n, 0);
	CHECK(has(rig_fini(&rig), "fact rpc_call> [unheard-of] [evil]"));
	CASE("the bind was not seen: its answer names the pipe");
	start(0);
	struct made named = {.n = 0};
	put_at(&named, ack.at, 24);
	put_hex(&named, "0d00 5c504950455c73766363746c00 00");
	put_at(&named, ack.at + 28, ack.n - 28);
	named.at[8] = (uint8_t)named.n;
	read_file(named.at, named.n, 0);
	write_file(call.at, call.n, 0);
	late = rig_fini(&rig);
	CHECK(strstr(late, "dcerpc.opnum=12\n") && strstr(late, "dcerpc.iface=1\n"));
	CASE("frames cut by the mirror: behind the call's head, before it");
	for (uint32_t n = 4 + 64 + 48 + 24; n >= 4 + 64 + 48 + 23; n--) {
		start(0);
		create("svcctl", 1, 1);
		cut = n;
		write_file(call.at, call.n, 0);
		write_file(call.at, call.n, 0);
		cut = 0;
		bool heard = strstr(rig_fini(&rig), "dcerpc.opnum=12\ndcerpc.iface=1\n");
		CHECK_EQ(heard, n == 4 + 64 + 48 + 24);
	}
	CASE("a pipe opened before we looked, bytes missing before");
	start(0);
	rig.handshake = true; /* none was seen */
	rig_say(&rig, 0, "the end of something", 20);
	write_file(call.at, call.n, 0);
	rig_miss(&rig, 0, 50);
	write_file(call.at, call.n, 0);
	const char *t = rig_fini(&rig);
	CHECK(has(t, "dcerpc.opnum=12\n"));
}

static void check_compound(void)
{
	struct made m = {.n = 0}, one = {.n = 0};

	CASE("create and close in one message");
	start(0);
	login(0);
	connect("\\\\fs1\\data", 1);
	create_ask(&one, "a.txt", 2);
	while (one.n % 8)
		put_u8(&one, 0);
	set_32(&one, 20, one.n);
	uint64_t first = id;
	head2(&m, 6, false, 0, UINT64_MAX, UINT32_MAX);
	set_32(&m, 16, 4);
	put_16(&m, 24);
	put_zero(&m, 6);
	put_64(&m, UINT64_MAX);
	put_64(&m, UINT64_MAX);
	put_made(&one, &m);
	send(0, &one);
	id = first;
	m.n = one.n = 0;
	create_tell(&one, 2);
	while (one.n % 8)
		put_u8(&one, 0);
	set_32(&one, 20, one.n);
	id = first + 1;
	head2(&m, 6, true, 0, SESSION, TREE);
	set_32(&m, 16, 5);
	put_16(&m, 60);
	put_zero(&m, 58);
	put_made(&one, &m);
	send(1, &one);
	const char *t = rig_fini(&rig);
	const char *opened = strstr(t, "fact smb_file< [\\\\fs1\\data] [a.txt]");
	CHECK(opened && strstr(opened + 10, "fact smb_file< [\\\\fs1\\data] [a.txt]"));
}

static void head1(struct made *m, unsigned command, bool response, uint32_t status)
{
	put_hex(m, "ff534d42");
	put_u8(m, command);
	put_32(m, status);
	put_u8(m, response ? 0x98 : 0x18);
	put_16(m, 0x4001);
	put_zero(m, 12);
	put_16(m, 2048); /* tree */
	put_16(m, 77);
	put_16(m, 2048); /* user */
	put_16(m, 64);
}

static void check_smb1(void)
{
	struct made m = {.n = 0};

	CASE("SMB1: a pipe peeked at, refused for want of resources");
	start(0);
	head1(&m, 0x25, false, 0);
	put_hex(&m, "10 0000 0000 ffff ffff 00 00 0000 00000000 0000 0000 4a00 0000 4a00 02 00 "
		    "2300 0000"
		    "0700 5c504950455c00");
	send(0, &m);
	m.n = 0;
	head1(&m, 0x25, true, 0xc0000205);
	put_hex(&m, "00 0000");
	send(1, &m);
	CHECK(has(rig_fini(&rig), "fact smb_odd< [a pipe peeked at without a handle"));

	CASE("SMB1: TRANS2 SECONDARY behind a huge NT transaction");
	start(0);
	m.n = 0;
	head1(&m, 0xa0, false, 0);
	put_hex(&m,
		"14 00 0000 1e000000 d0030100 1e000000 00000000 1e000000 4b000000 d0030000 68000000"
		"01 0000 0000 0000");
	send(0, &m);
	m.n = 0;
	head1(&m, 0x33, false, 0);
	put_hex(&m, "09 0000 d010 0000 0000 0000 d003 3500 0000 0000 0000");
	send(0, &m);
	const char *t = rig_fini(&rig);
	CHECK(has(t, "fact smb_odd> [an NT transaction of more than 64 KiB]"));
	CHECK(has(t, "fact smb_odd> [TRANS2 SECONDARY without"));
}

static void check_hostile(void)
{
	struct made m = {.n = 0}, out = {.n = 0};

	CASE("each byte of a create changed, cut anywhere");
	create_ask(&m, "docs\\letter.txt", 1);
	put_nbss(&out, &m);
	for (uint32_t i = 4; i < out.n; i++) {
		uint8_t was = out.at[i];

		start(0);
		out.at[i] = (uint8_t)~was;
		rig_say(&rig, 0, out.at, out.n);
		rig_say(&rig, 0, out.at, i);
		out.at[i] = was;
		rig_fini(&rig);
	}
	CASE("encrypted messages are counted");
	start(0);
	m.n = 0;
	put_hex(&m, "fd534d42");
	put_zero(&m, 40);
	put_64(&m, SESSION);
	put_zero(&m, 200);
	send(0, &m);
	send(1, &m);
	const char *t = rig_fini(&rig);
	CHECK(has(t, "fact smb_session> [] [] []\n"));
	CHECK(has(t, "fact smb_io< opened=1 renamed=0 rewritten=0 [] []\n"));
	CASE("a compressed message whose size overflows");
	start(0);
	m.n = 0;
	put_hex(&m, "fc534d42 ffffffff 0100 0000 ffffffff");
	put_zero(&m, 64);
	send(0, &m);
	CHECK(has(rig_fini(&rig), "fact smb_odd> [a compressed message"));
}

/* An encrypted message of n bytes behind its transform header. */
static void encrypted(uint8_t dir, unsigned n)
{
	struct made m = {.n = 0};

	put_hex(&m, "fd534d42");
	put_zero(&m, 40);
	put_64(&m, SESSION);
	put_zero(&m, n);
	send(dir, &m);
}

/* Lengths of requests and, below zero, of answers. */
static const struct {
	const char *name;
	int len[40];
	const char *told;
} sealed[] = {
	{"two files written back and renamed",
	 {156,  -152, 105,  -206, 113,   -3157, 3189, -80, 88,   -124, 156,  -152, 130, -66, 88,
	  -124, 152,  -232, 112,  -2994, 3026,  -81,  88,  -124, 152,  -152, 128,  -66, 88,  -124},
	 "opened=4 renamed=2 rewritten=2"},
	{"a trailer of 272 bytes, padded",
	 {156, -152, 113, -3157, 3189 + 272, -80, 88, -124, 156, -152, 113, -2993, 3025 + 280, -80,
	  88, -124},
	 "opened=2 renamed=0 rewritten=1"},
	{"each longer by another number",
	 {156, -152, 113, -3157, 3189 + 272, -80, 88, -124, 156, -152, 113, -2993, 3025 + 300, -80,
	  88, -124},
	 "opened=2 renamed=0 rewritten=0"},
	{"two threads",
	 {156, 158, -152, -152, 113, 113, -3157, -2994, 3026, 3189, -80, -80, 88, 88, -124, -124},
	 "opened=2 renamed=0 rewritten=2"},
	{"pages",
	 {156, -152, 113, -4176, 4208, -80, 88, -124},
	 "opened=1 renamed=0 rewritten=0 blocks=1"},
	{"pages of two files, closed; of one that has a tail, too",
	 {156, -152, 113, -4176, 4208, -80,   88,   -124, 156, -152,  113,  -4176, 4208, -80,
	  88,  -124, 156, -152,  113,  -4176, 4208, -80,  113, -1080, 1112, -80,   88,   -124},
	 "opened=3 renamed=0 rewritten=1 blocks=2"},
	{"times are set", {156, -152, 136, -66, 88, -124}, "opened=1 renamed=0 rewritten=0"},
	{"a listing is no read, and a folder is no file",
	 {122, -152, 98, -3157, 98, -73, 3189, -80, 88, -124},
	 "opened=0 renamed=0 rewritten=0"},
	{"a lock's answer is no read",
	 {122, -152, 112, -68, 104, -3157, 3189, -80, 88, -124},
	 "opened=1 renamed=0 rewritten=0"},
	{"a read back of what was written",
	 {156, -152, 3189, -80, 113, -3157, 88, -124},
	 "opened=1 renamed=0 rewritten=0"},
};

/* Each file written back is told by itself: the sums of all. */
static const char *told_in_all(const char *t)
{
	static char sum[80];
	unsigned n[4] = {0}, k[4];

	while ((t = strstr(t, "opened="))) {
		k[3] = 0;
		sscanf(t, "opened=%u renamed=%u rewritten=%u blocks=%u", &k[0], &k[1], &k[2], &k[3]);
		for (unsigned i = 0; i < 4; i++)
			n[i] += k[i];
		t++;
	}
	int at = snprintf(sum, sizeof(sum), "opened=%u renamed=%u rewritten=%u", n[0], n[1], n[2]);
	if (n[3])
		snprintf(sum + at, sizeof(sum) - (size_t)at, " blocks=%u", n[3]);
	return sum;
}

static void check_sealed(void)
{
	for (unsigned i = 0; i < sizeof(sealed) / sizeof(sealed[0]); i++) {
		CASE(sealed[i].name);
		for (unsigned split = 0; split < 2; split++) {
			start(split);
			for (const int *l = sealed[i].len; *l; l++)
				encrypted(*l < 0, (unsigned)abs(*l));
			CHECK_STR(told_in_all(rig_fini(&rig)), sealed[i].told);
		}
	}
}

/* What is told of a second does not have the first message of the next one in it, whole or cut. */
static void check_second(void)
{
	for (unsigned split = 0; split < 2; split++) {
		CASE(split ? "a second ends, byte by byte" : "a second ends");
		start(split);
		encrypted(0, 156);
		encrypted(1, 152);
		encrypted(0, 156);
		rig.w.now_ns += NS_PER_S;
		encrypted(1, 152);
		const char *t = rig_fini(&rig);
		CHECK(has(t, " opened=1 ") && !strstr(t, " opened=2 "));
	}
}

int main(void)
{
	check_sealed();
	check_second();
	check_files();
	check_pipe();
	check_compound();
	check_smb1();
	check_hostile();
	return check_done();
}
