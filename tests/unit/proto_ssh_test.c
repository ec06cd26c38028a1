// SPDX-License-Identifier: Apache-2.0
#include "proto/ssh.h"
#include "proto_rig.h"

/* A packet in clear: length, padding length, payload, padding; RFC 4253 6. */
static size_t packet(uint8_t *out, const uint8_t *payload, size_t n)
{
	size_t pad = 8 - (n + 5) % 8 + 4;
	uint32_t len = (uint32_t)(1 + n + pad);

	out[0] = 0;
	out[1] = (uint8_t)(len >> 16);
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	out[4] = (uint8_t)pad;
	memcpy(out + 5, payload, n);
	memset(out + 5 + n, 0, pad);
	return 4 + len;
}

static size_t kexinit(uint8_t *out, const char *cipher, const char *mac)
{
	const char *list[10] = {"curve25519-sha256",
				"ssh-ed25519",
				cipher,
				cipher,
				mac,
				mac,
				"none",
				"none",
				"",
				""};
	uint8_t p[1024] = {20};
	size_t n = 17;

	for (unsigned i = 0; i < 10; i++) {
		size_t k = strlen(list[i]);

		memset(p + n, 0, 3);
		p[n + 3] = (uint8_t)k;
		memcpy(p + n + 4, list[i], k);
		n += 4 + k;
	}
	memset(p + n, 0, 5);
	return packet(out, p, n + 5);
}

static void keys(struct rig *r, const char *cipher, const char *mac)
{
	static const char client[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
	static const char server[] = "Welcome\r\nSSH-2.0-dropbear_2022.83\r\n";
	static const uint8_t newkeys[] = {21};
	uint8_t b[2048];
	size_t n;

	rig_init(r, 40000, 22);
	r->facts = true;
	rig_say(r, 1, server + 9, sizeof(server) - 10);
	rig_say(r, 0, client, sizeof(client) - 1);
	for (uint8_t d = 0; d < 2; d++) {
		n = kexinit(b, cipher, mac);
		rig_say(r, d, b, n);
		n = packet(b, newkeys, 1);
		rig_say(r, d, b, n);
	}
	r->len = 0;
}

/* Letters: C the client says so many bytes, S the server. */
static const struct row {
	const char *name, *cipher, *mac;
	int say[16]; /* > 0 the client, < 0 the server; 0 the end */
	const char *want;
} rows[] = {
	{"chacha20: a key is asked for, then taken",
	 "chacha20-poly1305@openssh.com",
	 "hmac-sha1",
	 {44, -44, 60, -60, 500, -420, 600, -28},
	 "fact login< how=3 outcome=1 code=0 clear=0\n"
	 "fact ssh< [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
	{"an extension message first does not deceive",
	 "aes128-ctr",
	 "hmac-sha2-256-etm@openssh.com",
	 {-180, 68, -68, 84, -84, 148, -84, 148, -52},
	 "fact login< how=3 outcome=2 code=0 clear=0\n"
	 "fact ssh< [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\n"
	 "fact login< how=3 outcome=1 code=0 clear=0\n"
	 "fact ssh< [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
	{"three passwords, none right, behind a long text",
	 "aes256-gcm@openssh.com",
	 "",
	 {52, -52, 68, -700, -68, 132, -68, 132, -68, 132, -68},
	 "fact login< how=3 outcome=2 code=0 clear=0\n"
	 "fact ssh< [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\n"
	 "fact login< how=3 outcome=2 code=0 clear=0\nfact login< how=3 outcome=2 code=0 clear=0\n"
	 "fact ssh> [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
	{"of an unknown MAC the first answer tells the sizes",
	 "aes128-cbc",
	 "hmac-new",
	 {60, -60, 80, -80, 90, -44},
	 "fact login< how=3 outcome=1 code=0 clear=0\n"
	 "fact ssh< [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
	{"one password said at once, and no more after its answer",
	 "aes128-ctr",
	 "hmac-sha2-256",
	 {64, -64, 96, -96},
	 "fact login> how=3 outcome=2 code=0 clear=0\n"
	 "fact ssh> [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
	{"of an unknown MAC that may have been the success",
	 "aes128-cbc",
	 "hmac-new",
	 {60, -60, 80, -80},
	 "fact ssh> [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
	{"something was begun after the first answer",
	 "aes128-ctr",
	 "hmac-sha2-256",
	 {64, -64, 96, -96, 500},
	 "fact ssh> [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
	{"nothing is said",
	 "aes128-ctr",
	 "hmac-sha1",
	 {0},
	 "fact ssh> [OpenSSH_9.2p1] [dropbear_2022.83] [%s] [%s]\nend 0\n"},
};

static void check_rows(void)
{
	static struct rig r;
	static const uint8_t sealed[1024] = {0x5a};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[2048], hash[2][SSH_HASSH];

		CASE(rows[i].name);
		keys(&r, rows[i].cipher, rows[i].mac);
		for (const int *n = rows[i].say; *n; n++)
			rig_say(&r, *n < 0, sealed, (size_t)abs(*n));
		rig_fini(&r);
		const char *at = strstr(r.text, "dropbear_2022.83] [");
		CHECK(at != NULL);
		sscanf(at + 19, "%32[^]]] [%32[^]]]", hash[0], hash[1]);
		snprintf(want, sizeof(want), rows[i].want, hash[0], hash[1], hash[0], hash[1]);
		CHECK_STR(r.text, want);
	}
}

static unsigned failures(const char *text)
{
	unsigned n = 0;

	while ((text = strstr(text, "outcome=2"))) {
		text++;
		n++;
	}
	return n;
}

/* What a direction says, as far as `shown` (bits of directions) has it; a lost segment leaves its
 * gap, a side that is not shown at all leaves the other's acknowledgements. */
static void speak(struct rig *r, unsigned shown, uint8_t dir, const void *at, size_t n)
{
	if (shown >> dir & 1)
		rig_say(r, dir, at, n);
	else
		r->seq[dir] += (uint32_t)n;
}

/* Keys, the service, a try without a password, three wrong ones. `lost`: which of the server's
 * messages is not there, 0 KEXINIT … */
static unsigned guess(unsigned shown, int lost)
{
	static struct rig r;
	static const uint8_t sealed[256] = {0x5a}, newkeys[] = {21};
	const int say[] = {44, -44, 60, -60, 148, -60, 148, -60, 148, -60, 36};
	uint8_t b[2048];
	int server = 0;

	rig_init(&r, 40000, 22);
	r.facts = true;
	r.handshake = shown != 3;
	speak(&r, shown, 1, "SSH-2.0-a\r\n", 11);
	speak(&r, shown, 0, "SSH-2.0-b\r\n", 11);
	for (uint8_t d = 0; d < 2; d++) {
		size_t n = kexinit(b, "chacha20-poly1305@openssh.com", "");

		if (d && lost == server++)
			rig_miss(&r, d, (uint32_t)n);
		else
			speak(&r, shown, d, b, n);
		n = packet(b, newkeys, 1);
		if (d && lost == server++)
			rig_miss(&r, d, (uint32_t)n);
		else
			speak(&r, shown, d, b, n);
	}
	for (unsigned i = 0; i < sizeof(say) / sizeof(say[0]); i++) {
		if (say[i] < 0 && lost == server++)
			rig_miss(&r, 1, (uint32_t)-say[i]);
		else
			speak(&r, shown, say[i] < 0, sealed, (size_t)abs(say[i]));
	}
	return failures(rig_fini(&r));
}

static void check_missing(void)
{
	CASE("three wrong passwords");
	CHECK_EQ(guess(3, -1), 3);
	CASE("… one of the server's messages is not there");
	for (int i = 0; i < 6; i++)
		CHECK_EQ(guess(3, i), 3);
	CASE("… only the client is, only the server");
	CHECK_EQ(guess(1, -1), 3);
	CHECK_EQ(guess(2, -1), 3);
}

static void check_clear(void)
{
	static struct rig r;
	static char first[RIG_TEXT];
	uint8_t b[2048];
	size_t n = kexinit(b, "aes128-ctr", "hmac-sha1");

	CASE("banners and offers, whole and in segments of every small length");
	for (uint32_t split = 0; split < 20; split++) {
		rig_init(&r, 40000, 2200);
		r.split = split;
		r.eve = true;
		rig_say(&r, 0, "SSH-2.0-PuTTY_Release_0.72 x\r\n", 30);
		rig_say(&r, 0, b, n);
		rig_fini(&r);
		if (split == 0)
			strcpy(first, r.text);
		CHECK_STR(r.text, first);
	}
	CHECK(strstr(first, "ssh.proto=2.0\nssh.software=PuTTY_Release_0.72\nssh.hassh="));
	CHECK(strstr(first, "ssh.hassh.string=curve25519-sha256;aes128-ctr;hmac-sha1;none\n"));
	CHECK(strstr(first, "\"ssh\":{\"client\":{\"proto_version\":\"2.0\",\"software_version\":"
			    "\"PuTTY_Release_0.72\",\"hassh\":{"));
	CASE("an offer that is cut, a packet that is too long");
	for (size_t cut = 30; cut < n; cut += 7) {
		rig_init(&r, 40000, 22);
		rig_say(&r, 0, "SSH-2.0-x\n", 10);
		b[3] = (uint8_t)(cut - 4);
		b[2] = (uint8_t)((cut - 4) >> 8);
		rig_say(&r, 0, b, cut);
		CHECK(strstr(rig_fini(&r), "event ssh.invalid_record") != NULL);
	}
	rig_init(&r, 40000, 22);
	rig_say(&r, 0, "SSH-2.0-x\n\xff\0\0\0\0", 15);
	CHECK(strstr(rig_fini(&r), "event ssh.long_kex_record") != NULL);
	CASE("a banner without software, one without end");
	rig_init(&r, 40000, 22);
	rig_say(&r, 0, "SSH-2.0\n", 8);
	CHECK(strstr(rig_fini(&r), "event ssh.invalid_banner") != NULL);
	memset(b, 'a', sizeof(b));
	rig_init(&r, 40000, 22);
	rig_say(&r, 0, "SSH-2.0-", 8);
	rig_say(&r, 0, b, 1200);
	CHECK(strstr(rig_fini(&r), "event ssh.long_banner") != NULL);
}

/* What a login was proved with: bytes of each segment, those of the server negative. */
static void check_proof(void)
{
	static const struct {
		const char *name;
		int said[12];
		uint8_t outcome, proof;
	} proofs[] = {
		{"a password, padded by OpenSSH",
		 {44, -44, 60, -76, 148, -28},
		 RESULT_ok,
		 PROOF_password},
		{"a short one, of libssh", {44, -44, 60, -76, 76, -28}, RESULT_ok, PROOF_password},
		{"a key: asked for, then signed",
		 {44, -44, 60, -76, 140, -100, 308, -28},
		 RESULT_ok,
		 PROOF_key},
		{"signed in two segments",
		 {44, -44, 60, -76, 140, -100, 150, 158, -28},
		 RESULT_ok,
		 PROOF_key},
		{"a key after a wrong password",
		 {44, -44, 60, -76, 148, -76, 308, -28},
		 RESULT_ok,
		 PROOF_key},
		{"a password after a key that was refused",
		 {44, -44, 60, -76, 308, -76, 148, -28},
		 RESULT_ok,
		 PROOF_password},
		{"wrong", {44, -44, 60, -76, 148, -76}, RESULT_failed, PROOF_unknown},
		{"a session of which the end of the login was missed",
		 {44, -44, 60, -76, 308, -20000},
		 RESULT_ok,
		 PROOF_unknown},
	};

	for (unsigned i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
		struct ssh_login l = {.accept = 44, .success = 28};

		CASE(proofs[i].name);
		for (unsigned k = 0; k < 12 && proofs[i].said[k]; k++) {
			int n = proofs[i].said[k];

			ssh_login_segment(&l, n < 0, (uint32_t)(n < 0 ? -n : n));
		}
		CHECK_EQ(l.outcome, proofs[i].outcome);
		CHECK_EQ(l.proof, proofs[i].proof);
	}
}

int main(void)
{
	check_proof();
	check_clear();
	check_rows();
	check_missing();
	return check_done();
}
