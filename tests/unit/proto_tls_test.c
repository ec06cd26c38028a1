// SPDX-License-Identifier: Apache-2.0
#include "hex.h"
#include "proto/tls.h"
#include "proto_rig.h"
#include "tls_hex.h"

static uint8_t buf[4][4096];
static size_t len[4];

static void load(void)
{
	static const char *const text[4] = {TLS_CLIENT_1, TLS_SERVER_1, TLS_CLIENT_2, TLS_SERVER_2};

	for (unsigned i = 0; i < 4; i++)
		len[i] = hex(text[i], buf[i], sizeof(buf[i]));
}

static bool has(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line)) {
		if ((at == text || at[-1] == '\n') && (at[n] == '\n' || at[n] == '\0'))
			return true;
	}
	printf("# no line %s\n", line);
	return false;
}

static const char *whole(struct rig *r, uint32_t split)
{
	rig_init(r, 40000, 443);
	r->facts = r->eve = true;
	r->split = split;
	for (unsigned i = 0; i < 4; i++)
		rig_say(r, i & 1, buf[i], len[i]);
	return rig_fini(r);
}

static void check_handshake(void)
{
	static struct rig r;
	static char first[RIG_TEXT];

	CASE("a handshake of TLS 1.2, whole");
	strcpy(first, whole(&r, 0));
	/* md5sum of the text that stands beside it */
	CHECK(has(first, "ja3.string=771,4865-4866-49199,0-10-11-16-13-43,29-23,0"));
	CHECK(has(first, "tls.sni=www.example.com"));
	CHECK(has(first, "tls.alpn=h2"));
	CHECK(has(first, "tls.alpn=http/1.1"));
	CHECK(has(first, "tls.random_time=\\x00\\x01\\x02\\x03"));
	CHECK(has(first, "ja3s.string=771,49199,65281-16"));
	CHECK(has(first,
		  "tls.cert_subject=C=XX, O=Vigie, CN=www.example.com, Email=a@example.com"));
	CHECK(has(first, "tls.cert_serial=00:E7:F9:B6"));
	CHECK(has(first, "tls.cert_fingerprint="
			 "93:16:06:dd:4c:c6:36:f6:e1:9c:a3:b5:bb:c0:34:a4:d8:64:e6:71"));
	CHECK(has(first, "tls.subjectaltname=www.example.com"));
	CHECK(has(first, "tls.subjectaltname=a@example.com"));
	CHECK(has(first, "tls_cert_notbefore=1795851745"));
	CHECK(has(first, "tls.cert_chain_len=1"));
	CHECK(has(first, "ssl_state=5"));
	CHECK(has(first, "ssl_state=2"));
	CHECK(has(first, "end 0"));
	CHECK(strstr(first, "\"notbefore\":\"2026-11-28T07:42:25\",\"notafter\":"
			    "\"2036-11-25T07:42:25\"") != NULL);
	CHECK(strstr(first, "event") == NULL);
	CASE("both sides encrypt: nothing behind it is looked at");
	rig_init(&r, 40000, 443);
	for (unsigned i = 0; i < 4; i++) {
		rig_say(&r, i & 1, buf[i], len[i]);
		CHECK_EQ((r.flow->seen & FLOW_SEALED) != 0, i == 3);
	}
	rig_fini(&r);
	CASE("the same in segments of every small length");
	for (uint32_t split = 1; split < 40; split++)
		CHECK_STR(whole(&r, split), first);
}

static void check_ja4(void)
{
	struct tls_hello h;

	CASE("JA4: counts without GREASE, names and ALPN left out of the third part");
	/* 1301,1302,c02f and 000a,000b,000d,002b_0403,0804 by sha256sum */
	CHECK(tls_client_hello(buf[0] + 9, (uint32_t)len[0] - 9, false, &h));
	CHECK_STR(h.ja4, "t13d0306h2_40b44b994229_fb71836bce29");
	CHECK(tls_client_hello(buf[0] + 9, (uint32_t)len[0] - 9, true, &h));
	CHECK_EQ(h.ja4[0], 'q');
	CASE("a hello cut anywhere is refused or has no extensions");
	for (uint32_t n = 0; n < len[0] - 9; n++) {
		uint8_t *cut = malloc(n ? n : 1);
		memcpy(cut, buf[0] + 9, n);
		CHECK(!tls_client_hello(cut, n, false, &h) || h.sni.len == 0);
		free(cut);
	}
}

/* After the client's hello: what the server says, and the events */
/* clang-format off */
static const struct odd {
	const char *name, *server, *want;
} odd[] = {
	{"a certificate whose inner head is cut", "160301000f 0b00000b 000008 000005 30033084ff",
	 "event tls.certificate_invalid_length\n"},
	{"a certificate that goes beyond the message", "160301000e 0b00000a 000007 0000ff 30000000",
	 "event tls.invalid_handshake_message\nevent tls.handshake_invalid_length\nevent tls.invalid_certificate\n"},
	{"a message of no kind", "1603010004 84ffffff", "event tls.invalid_handshake_message\n"},
	{"a message of 8 MiB", "1603010004 0b800000", "event tls.handshake_invalid_length\n"},
	{"no record", "09030100010000", "event tls.invalid_record_type\nevent tls.invalid_ssl_record\n"},
	{"a record of another version", "1605010004 02000000", "event tls.invalid_record_version\nevent tls.invalid_ssl_record\n"},
	{"a record of 65 KiB", "160301ffff", "event tls.invalid_record_length\nevent tls.invalid_ssl_record\n"},
	{"more asked back than was sent", "1803010003 01 4000", "event tls.heartbeat_message\nevent tls.overflow_heartbeat_message\n"},
};
/* clang-format on */

static void check_odd(void)
{
	static struct rig r;
	uint8_t server[256];

	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		size_t n = hex(odd[i].server, server, sizeof(server));

		CASE(odd[i].name);
		for (r.split = 0; r.split < 3; r.split++) {
			uint32_t split = r.split;

			rig_init(&r, 40000, 443);
			r.split = split;
			rig_say(&r, 0, buf[0], len[0]);
			rig_say(&r, 1, server, n);
			const char *at = strstr(rig_fini(&r), "event");
			CHECK(at != NULL);
			if (at) {
				*strstr(at, "end 0") = '\0';
				CHECK_STR(at, odd[i].want);
			}
			r.split = split;
		}
	}
}

static void check_ssl2(void)
{
	static struct rig r;
	uint8_t hello[64];
	size_t n = hex("801c 01 0002 0003 0000 0010 010080 00112233445566778899aabbccddeeff", hello,
		       sizeof(hello));

	CASE("a hello of SSL 2");
	rig_init(&r, 40000, 443);
	rig_say(&r, 0, hello, n);
	CHECK_STR(rig_fini(&r), "tls.version=2\nssl_state=1\nend 0\n");
	CASE("one that speaks of TLS 1.0");
	hello[3] = 3;
	hello[4] = 1;
	rig_init(&r, 40000, 443);
	r.split = 1;
	rig_say(&r, 0, hello, n);
	CHECK_STR(rig_fini(&r), "tls.version=769\nssl_state=1\nend 0\n");
}

static void check_retry(void)
{
	static struct rig r;
	uint8_t retry[64], *p = buf[0];
	size_t n = hex(
		"1603030030 0200002c 0303 cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2"
		"c8a8339c 00 1301 00 0004 002b0000",
		retry, sizeof(retry));

	CASE("a retry and its second hello are one handshake");
	rig_init(&r, 40000, 443);
	rig_say(&r, 0, p, len[0]);
	rig_say(&r, 1, retry, n);
	rig_say(&r, 0, p, len[0]);
	rig_say(&r, 1, buf[1], len[1]);
	const char *text = rig_fini(&r);
	CHECK(has(text, "ja3s.string=771,49199,65281-16"));
	CHECK_EQ(strstr(strstr(text, "tls.sni") + 1, "tls.sni") != NULL, 0);
}

static void check_gap(void)
{
	static struct rig r;

	CASE("a hole in the certificate: the rest is left alone");
	rig_init(&r, 40000, 443);
	rig_say(&r, 0, buf[0], len[0]);
	rig_say(&r, 1, buf[1], 200);
	rig_miss(&r, 1, 100);
	rig_say(&r, 1, buf[1] + 300, len[1] - 300);
	const char *text = rig_fini(&r);
	CHECK(strstr(text, "cert_subject") == NULL);
	CHECK(has(text, "end 0"));
}

int main(void)
{
	load();
	check_handshake();
	check_ja4();
	check_odd();
	check_ssl2();
	check_retry();
	check_gap();
	return check_done();
}
