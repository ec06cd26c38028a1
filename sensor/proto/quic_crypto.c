// SPDX-License-Identifier: Apache-2.0
/* libcrypto's plain functions: the newer ones take memory at each call, which a worker must not.
 * AES-GCM is CTR and GHASH (NIST SP 800-38D), written out here. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "proto/quic_crypto.h"

#include <endian.h>
#include <openssl/aes.h>
#include <openssl/sha.h>
#include <string.h>

#define TAG 16u

static void hmac(const uint8_t *key, uint32_t key_len, const uint8_t *p, uint32_t n,
		 uint8_t out[32])
{
	uint8_t pad[64], inner[32];
	SHA256_CTX c;

	memset(pad, 0x36, sizeof(pad));
	for (uint32_t i = 0; i < key_len; i++)
		pad[i] ^= key[i];
	SHA256_Init(&c);
	SHA256_Update(&c, pad, sizeof(pad));
	SHA256_Update(&c, p, n);
	SHA256_Final(inner, &c);
	for (uint32_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA256_Init(&c);
	SHA256_Update(&c, pad, sizeof(pad));
	SHA256_Update(&c, inner, sizeof(inner));
	SHA256_Final(out, &c);
}

/* HKDF-Expand-Label (RFC 8446 7.1) without context, at most 32 bytes */
static void expand(const uint8_t secret[32], const char *label, uint8_t *out, uint8_t n)
{
	uint8_t info[64], t[32];
	uint32_t len = (uint32_t)strlen(label), at = 0;

	info[at++] = 0;
	info[at++] = n;
	info[at++] = (uint8_t)(6 + len);
	memcpy(info + at, "tls13 ", 6);
	memcpy(info + at + 6, label, len);
	at += 6 + len;
	info[at++] = 0;
	info[at++] = 1;
	hmac(secret, 32, info, at, t);
	memcpy(out, t, n);
}

static const uint8_t *salt_of(uint32_t version)
{
	static const uint8_t v1[20] = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
				       0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
	static const uint8_t v2[20] = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
				       0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
	static const uint8_t d29[20] = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
					0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99};
	static const uint8_t d23[20] = {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
					0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02};

	if (version == 1)
		return v1;
	if (version == 0x6b3343cf)
		return v2;
	if (version >= 0xff00001d && version <= 0xff000022)
		return d29;
	return version >= 0xff000017 && version <= 0xff00001c ? d23 : NULL;
}

bool quic_version_known(uint32_t version)
{
	return salt_of(version) != NULL;
}

bool quic_keys(uint32_t version, const uint8_t *dcid, uint32_t n, struct quic_keys out[2])
{
	static const char *const sides[2] = {"client in", "server in"};
	const uint8_t *salt = salt_of(version);
	bool second = version == 0x6b3343cf;
	uint8_t initial[32], secret[32];

	if (!salt)
		return false;
	hmac(salt, 20, dcid, n, initial);
	for (unsigned i = 0; i < 2; i++) {
		expand(initial, sides[i], secret, 32);
		expand(secret, second ? "quicv2 key" : "quic key", out[i].key, 16);
		expand(secret, second ? "quicv2 iv" : "quic iv", out[i].iv, 12);
		expand(secret, second ? "quicv2 hp" : "quic hp", out[i].hp, 16);
	}
	return true;
}

struct block {
	uint64_t hi, lo;
};

static struct block load(const uint8_t *p, uint32_t n)
{
	uint8_t b[16] = {0};
	struct block v;

	memcpy(b, p, n < 16 ? n : 16);
	memcpy(&v.hi, b, 8);
	memcpy(&v.lo, b + 8, 8);
	v.hi = be64toh(v.hi);
	v.lo = be64toh(v.lo);
	return v;
}

/* Multiplication by H in GF(2^128), four bits at a time (Shoup's tables): table[i] = i·H. */
struct ghash {
	struct block table[16], y;
};

static struct block halved(struct block v)
{
	uint64_t carry = v.lo & 1;

	v.lo = v.lo >> 1 | v.hi << 63;
	v.hi = v.hi >> 1 ^ (carry ? 0xe100000000000000ull : 0);
	return v;
}

static void ghash_init(struct ghash *g, struct block h)
{
	g->y = g->table[0] = (struct block){0, 0};
	g->table[8] = h;
	for (unsigned i = 4; i; i >>= 1)
		g->table[i] = h = halved(h);
	for (unsigned i = 2; i < 16; i <<= 1) {
		for (unsigned k = 1; k < i; k++) {
			g->table[i + k].hi = g->table[i].hi ^ g->table[k].hi;
			g->table[i + k].lo = g->table[i].lo ^ g->table[k].lo;
		}
	}
}

/* halved() four times: what the four bits that fall out at the low end come back as at the high one. */
static struct block sixteenth(struct block v)
{
	static const uint16_t back[16] = {
		0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0,
		0xe100, 0xfd20, 0xd940, 0xc560, 0x9180, 0x8da0, 0xa9c0, 0xb5e0,
	};
	uint64_t out = (uint64_t)back[v.lo & 15] << 48;

	v.lo = v.lo >> 4 | v.hi << 60;
	v.hi = v.hi >> 4 ^ out;
	return v;
}

static void ghash_block(struct ghash *g, struct block x)
{
	struct block z = {0, 0};

	x.hi ^= g->y.hi;
	x.lo ^= g->y.lo;
	for (unsigned i = 0; i < 32; i++) {
		uint64_t word = i < 16 ? x.lo : x.hi;
		unsigned nibble = word >> (4 * (i & 15)) & 15;

		if (i)
			z = sixteenth(z);
		z.hi ^= g->table[nibble].hi;
		z.lo ^= g->table[nibble].lo;
	}
	g->y = z;
}

static void ghash_bytes(struct ghash *g, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i += 16)
		ghash_block(g, load(p + i, n - i));
}

static bool gcm(const struct quic_keys *k, const uint8_t nonce[12], const uint8_t *head,
		uint32_t head_len, const uint8_t *p, uint32_t n, uint8_t *out)
{
	static const uint8_t zero[16];
	uint8_t counter[16], pad[16], tag[16];
	struct ghash g;
	AES_KEY key;

	AES_set_encrypt_key(k->key, 128, &key);
	AES_encrypt(zero, pad, &key);
	ghash_init(&g, load(pad, 16));
	ghash_bytes(&g, head, head_len);
	ghash_bytes(&g, p, n);
	ghash_block(&g, (struct block){(uint64_t)head_len * 8, (uint64_t)n * 8});
	memcpy(counter, nonce, 12);
	memset(counter + 12, 0, 4);
	counter[15] = 1;
	AES_encrypt(counter, pad, &key);
	g.y.hi = htobe64(g.y.hi);
	g.y.lo = htobe64(g.y.lo);
	memcpy(tag, &g.y.hi, 8);
	memcpy(tag + 8, &g.y.lo, 8);
	for (unsigned i = 0; i < TAG; i++) {
		if ((tag[i] ^ pad[i]) != p[n + i])
			return false;
	}
	uint32_t number = 1;
	for (uint32_t i = 0; i < n; i++) {
		if (i % 16 == 0) {
			uint32_t be = htobe32(++number);
			memcpy(counter + 12, &be, 4);
			AES_encrypt(counter, pad, &key);
		}
		out[i] = p[i] ^ pad[i % 16];
	}
	return true;
}

uint32_t quic_open(const struct quic_keys *k, uint8_t *p, uint32_t pn, uint32_t n, uint8_t *out)
{
	uint8_t mask[16], nonce[12];
	AES_KEY key;

	if (n < pn + 4 + 16)
		return 0;
	AES_set_encrypt_key(k->hp, 128, &key);
	AES_encrypt(p + pn + 4, mask, &key);
	p[0] ^= mask[0] & 0x0f;
	uint32_t len = (p[0] & 3u) + 1;
	memcpy(nonce, k->iv, 12);
	for (uint32_t i = 0; i < len; i++) {
		p[pn + i] ^= mask[1 + i];
		nonce[12 - len + i] ^= p[pn + i];
	}
	uint32_t body = pn + len;
	if (n < body + TAG || !gcm(k, nonce, p, body, p + body, n - body - TAG, out))
		return 0;
	return n - body - TAG;
}
