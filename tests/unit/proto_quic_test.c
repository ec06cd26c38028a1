// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "hex.h"
#include "proto/quic_crypto.h"
#include "proto_rig.h"
#include "tls_hex.h"

#include <openssl/evp.h>

/* RFC 9001 A.1, RFC 9369 A.1: keys of the connection id 8394c8f03e515708 */
static const struct {
	const char *name;
	uint32_t version;
	const char *want; /* client's key, iv, hp, server's */
} keys[] = {
	{"version 1", 1,
	 "1f369613dd76d5467730efcbe3b1a22d fa044b2f42a3fd3b46fb255c "
	 "9f50449e04a0e810283a1e9933adedd2"
	 "cf3a5331653c364c88f0f379b6067e37 0ac1493ca1905853b0bba03e "
	 "c206b8d9b9f0f37644430b490eeaa314"},
	{"version 2", 0x6b3343cf,
	 "8b1a0bc121284290a29e0971b5cd045d 91f73e2351d8fa91660e909f "
	 "45b95e15235d6f45a6b19cbcb0294ba9"
	 "82db637861d55e1d011f19ea71d5d2a7 dd13c276499c0249d3310652 "
	 "edf6d05c83121201b436e16877593c3a"},
};

static const uint8_t dcid[8] = {0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08};

static void check_keys(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct quic_keys k[2];
		uint8_t want[sizeof(k)];

		CASE(keys[i].name);
		CHECK(quic_keys(keys[i].version, dcid, 8, k));
		CHECK_EQ(hex(keys[i].want, want, sizeof(want)), sizeof(k));
		CHECK(memcmp(k, want, sizeof(k)) == 0);
	}
	struct quic_keys k[2];
	CHECK(!quic_keys(0x51303433, dcid, 8, k));
}

/* Seals `n` bytes of frames as an Initial packet, by libcrypto's own GCM. */
static uint32_t seal(const struct quic_keys *k, uint32_t version, uint8_t number, const uint8_t *p,
		     uint32_t n, uint8_t *out)
{
	uint8_t nonce[12], mask[32];
	uint32_t at = 0, len = n + 1 + 16;
	int used;

	out[at++] = version == 1 ? 0xc0 : 0xd0;
	for (int i = 24; i >= 0; i -= 8)
		out[at++] = (uint8_t)(version >> i);
	out[at++] = 8;
	memcpy(out + at, dcid, 8);
	at += 8;
	out[at++] = 0; /* source id */
	out[at++] = 0; /* token */
	out[at++] = (uint8_t)(0x40 | len >> 8);
	out[at++] = (uint8_t)len;
	uint32_t pn = at;
	out[at++] = number;
	memcpy(nonce, k->iv, 12);
	nonce[11] ^= number;
	EVP_CIPHER_CTX *e = EVP_CIPHER_CTX_new();
	EVP_EncryptInit_ex(e, EVP_aes_128_gcm(), NULL, k->key, nonce);
	EVP_EncryptUpdate(e, NULL, &used, out, (int)at);
	EVP_EncryptUpdate(e, out + at, &used, p, (int)n);
	EVP_EncryptFinal_ex(e, out + at + n, &used);
	EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_GCM_GET_TAG, 16, out + at + n);
	EVP_EncryptInit_ex(e, EVP_aes_128_ecb(), NULL, k->hp, NULL);
	EVP_EncryptUpdate(e, mask, &used, out + pn + 4, 16);
	EVP_CIPHER_CTX_free(e);
	out[0] ^= mask[0] & 0x0f;
	out[pn] ^= mask[1];
	return at + n + 16;
}

static uint8_t hello[2048];
static uint32_t hello_len;

/* A CRYPTO frame of hello[from, to), padded. */
static uint32_t frame(uint32_t from, uint32_t to, uint8_t *out, uint32_t size)
{
	memset(out, 0, size);
	out[1] = 6; /* behind one of padding */
	out[2] = (uint8_t)(0x40 | from >> 8);
	out[3] = (uint8_t)from;
	out[4] = (uint8_t)(0x40 | (to - from) >> 8);
	out[5] = (uint8_t)(to - from);
	memcpy(out + 6, hello + from, to - from);
	return size;
}

static const char *said(struct rig *r, uint32_t version, uint32_t (*pieces)[2], unsigned n)
{
	struct quic_keys k[2];
	uint8_t frames[1200], packet[1400];

	quic_keys(version, dcid, 8, k);
	rig_init(r, 40000, 443);
	for (unsigned i = 0; i < n; i++) {
		uint32_t len = frame(pieces[i][0], pieces[i][1], frames, 1150);

		len = seal(&k[0], version, (uint8_t)i, frames, len, packet);
		rig_datagram(r, FLOW_to_server, packet, len);
	}
	return rig_fini(r);
}

static void check_hello(void)
{
	static struct rig r;
	static const uint32_t versions[] = {1, 0x6b3343cf};

	for (unsigned i = 0; i < 2; i++) {
		uint32_t whole[1][2] = {{0, hello_len}};
		uint32_t turned[3][2] = {{100, hello_len}, {40, 120}, {0, 50}};
		uint32_t missing[2][2] = {{0, 50}, {60, hello_len}};

		CASE("a hello in one packet");
		said(&r, versions[i], whole, 1);
		CHECK(strstr(r.text, i ? "quic.version=k3" : "quic.version="));
		CHECK(strstr(r.text, "quic.sni=www.example.com\n"));
		CHECK(strstr(r.text, "ja3.string=771,4865-4866-49199,0-10-11-16-13-43,29-23,0\n"));
		CHECK(strstr(r.text, "ja4.hash=q13d0306h2_"));
		CASE("in three, the last first, overlapping");
		said(&r, versions[i], turned, 3);
		CHECK(strstr(r.text, "quic.sni=www.example.com\n"));
		CASE("with a hole nothing is said");
		said(&r, versions[i], missing, 2);
		CHECK_STR(r.text, "");
	}
}

static void check_broken(void)
{
	static struct rig r;
	struct quic_keys k[2];
	uint8_t frames[1200], packet[1400];
	uint32_t whole = frame(0, hello_len, frames, 1150);
	uint32_t n;

	quic_keys(1, dcid, 8, k);
	n = seal(&k[0], 1, 0, frames, whole, packet);
	CASE("one bit wrong anywhere: it is not opened, and said");
	for (uint32_t at = 30; at < n; at += 97) {
		rig_init(&r, 40000, 443);
		packet[at] ^= 0x10;
		rig_datagram(&r, FLOW_to_server, packet, n);
		packet[at] ^= 0x10;
		CHECK_STR(rig_fini(&r), "quic.version=\\x00\\x00\\x00\\x01\nevent quic.failed_decrypt\nend 0\n");
	}
	CASE("a server's whose client was not seen: nobody could open it");
	rig_init(&r, 40000, 443);
	rig_datagram(&r, FLOW_to_client, packet, n);
	CHECK(strstr(rig_fini(&r), "event") == NULL);
	CASE("cut anywhere");
	for (uint32_t cut = 0; cut < n; cut += 3) {
		rig_init(&r, 40000, 443);
		rig_datagram(&r, FLOW_to_server, packet, cut);
		CHECK_STR(rig_fini(&r), "");
	}
	CASE("a version that cannot be opened is told once");
	memcpy(packet + 1, "Q050", 4);
	rig_init(&r, 40000, 443);
	rig_datagram(&r, FLOW_to_server, packet, n);
	rig_datagram(&r, FLOW_to_server, packet, n);
	CHECK_STR(rig_fini(&r), "quic.version=Q050\nend 0\n");
}

int main(void)
{
	uint8_t record[4096];
	size_t n = hex(TLS_CLIENT_1, record, sizeof(record));

	hello_len = (uint32_t)n - 5;
	memcpy(hello, record + 5, hello_len);
	check_keys();
	check_hello();
	check_broken();
	return check_done();
}
