// SPDX-License-Identifier: Apache-2.0
/* Hashes of longer things. CRC-32C uses the SSE4.2 instruction where the build has it. */
#include "base/hash.h"

#include <assert.h>
#include <endian.h>
#include <openssl/evp.h>
#include <string.h>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

#define SECRET_0 0xa0761d6478bd642fULL
#define SECRET_1 0xe7037ed1a0b428dbULL
#define SECRET_2 0x8ebc6af09c88c6e3ULL

static uint64_t read_le64(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* The shape of wyhash: 16 bytes a multiplication, the tail padded with zeroes, the length mixed in
 * last so that padding cannot be confused with data. */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	const uint8_t *b = p;
	uint64_t h = hash_mix(seed ^ SECRET_0, SECRET_1);
	size_t left = n;

	for (; left >= 16; left -= 16, b += 16)
		h = hash_mix(read_le64(b) ^ SECRET_1, read_le64(b + 8) ^ h);
	if (left) {
		uint8_t tail[16] = {0};
		memcpy(tail, b, left);
		h = hash_mix(read_le64(tail) ^ SECRET_2, read_le64(tail + 8) ^ h);
	}
	return hash_mix(h ^ SECRET_1, n ^ SECRET_2);
}

#ifdef __SSE4_2__
uint32_t hash_crc32c(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t crc = 0xffffffff;

	for (; n >= 8; n -= 8, b += 8)
		crc = _mm_crc32_u64(crc, read_le64(b));
	for (; n; n--, b++)
		crc = _mm_crc32_u8((uint32_t)crc, *b);
	return (uint32_t)~crc;
}
#else
#define CRC32C_REFLECTED 0x82f63b78u /* RFC 3720's 0x1edc6f41, bits reversed */

uint32_t hash_crc32c(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t table[16]; /* a nibble a step: small enough to make anew, so nothing to initialise
			     */
	uint32_t crc = 0xffffffff;

	for (uint32_t i = 0; i < 16; i++) {
		uint32_t c = i;
		for (int k = 0; k < 4; k++)
			c = c & 1 ? c >> 1 ^ CRC32C_REFLECTED : c >> 1;
		table[i] = c;
	}
	for (; n; n--, b++) {
		crc ^= *b;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}
#endif

void hash_sha256(const void *p, size_t n, uint8_t out[32])
{
	/* Fails only when libcrypto has no SHA-256 or no memory: nothing stored could be trusted.
	 */
	int ok = EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL);
	assert(ok == 1);
	(void)ok;
}

const char *hash_hex(const uint8_t *p, size_t n, char *out)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digit[p[i] >> 4];
		out[2 * i + 1] = digit[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}
