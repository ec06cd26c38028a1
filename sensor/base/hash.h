// SPDX-License-Identifier: Apache-2.0
/* Hashes: one fast 64-bit mixer for tables, a symmetric one for spreading, SHA-256 and CRC-32C for
 * what is stored.
 *
 * The table hash is seeded against an attacker who picks addresses (algorithmic complexity
 * attacks): random when live, fixed for a capture file so that the same file gives the same bytes.
 */
#pragma once

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

/* wyhash's folded multiply (public domain, Wang Yi). */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 m = (unsigned __int128)a * b;
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t hash_u64(uint64_t v, uint64_t seed)
{
	return hash_mix(v ^ 0xa0761d6478bd642fULL, seed ^ 0xe7037ed1a0b428dbULL);
}

static inline uint64_t hash_addr(const struct addr *a, uint64_t seed)
{
	return hash_mix(a->q[0] ^ seed ^ 0xa0761d6478bd642fULL, a->q[1] ^ 0xe7037ed1a0b428dbULL);
}

/* The same for (a, b) and (b, a): what spreads traffic over workers. */
static inline uint64_t hash_pair(const struct addr *a, const struct addr *b, uint64_t seed)
{
	return hash_u64(hash_addr(a, seed) + hash_addr(b, seed), seed);
}

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
uint32_t hash_crc32c(const void *p, size_t n); /* CRC-32C, RFC 3720 B.4 */
/* Names of things, no proof of anything. No memory is taken. */
void hash_md5(const void *p, size_t n, uint8_t out[16]);
void hash_sha1(const void *p, size_t n, uint8_t out[20]);
void hash_sha256(const void *p, size_t n, uint8_t out[32]);
/* Lower-case hex of n bytes; `out` holds 2n+1 bytes; returns it. */
const char *hash_hex(const uint8_t *p, size_t n, char *out);
