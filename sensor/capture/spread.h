// SPDX-License-Identifier: Apache-2.0
/* Which of n workers two hosts belong to: a symmetric hash of 32-bit words, so simple that the
 * kernel computes the same one in classic BPF (fanout.c). What it gets right never crosses.
 *
 * Units: addresses as words in network order. The key is odd, random when live, fixed from files.
 */
#pragma once

#include "base/addr.h"
#include "base/hash.h"

#include <endian.h>
#include <stdint.h>

#define SPREAD_MIX  15u
#define SPREAD_HIGH 16u

static inline uint32_t capture_spread_key(uint64_t seed)
{
	return (uint32_t)hash_u64(seed, 0) | 1u;
}

static inline uint32_t capture_spread_addr(const struct addr *a, uint32_t key)
{
	uint32_t h = be32toh(a->w[0]);

	h = h * key ^ be32toh(a->w[1]);
	h = h * key ^ be32toh(a->w[2]);
	h = h * key ^ be32toh(a->w[3]);
	h *= key;
	return h ^ h >> SPREAD_MIX;
}

static inline unsigned capture_spread(const struct addr *a, const struct addr *b, unsigned n,
				      uint32_t key)
{
	uint32_t h = capture_spread_addr(a, key) + capture_spread_addr(b, key);

	return (h * key >> SPREAD_HIGH) % n;
}
