// SPDX-License-Identifier: Apache-2.0
/* Putting a datagram together where its fragments overlap: which byte a host would believe.
 *
 * Units: bytes, from the start of the datagram's payload; every part begins on a multiple of
 *        FRAG_BLOCK and ends on one or at the datagram's end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FRAG_BLOCK      8u
#define FRAG_DATA_MAX   65536u
#define FRAG_BLOCKS_MAX (FRAG_DATA_MAX / FRAG_BLOCK)
#define FRAG_PARTS_MAX  128u /* fragments a datagram; 64 KiB in IPv6's smallest packets is 54 */

enum frag_policy { FRAG_bsd, FRAG_linux, FRAG_windows, FRAG_first, FRAG_last, FRAG_policy_count };

const char *frag_policy_name(enum frag_policy p);
int frag_policy_find(const char *name); /* -1: none */

/* Of a byte that is in an earlier part [old_at, old_end) and in a later one [at, end): true when the
 * later one's counts. */
bool frag_later_wins(enum frag_policy p, uint32_t old_at, uint32_t old_end, uint32_t at,
		     uint32_t end);

struct frag_part {
	uint32_t at, end;
};

struct frag_join {      /* one datagram, while it is put together */
	uint8_t *out;   /* FRAG_DATA_MAX bytes */
	uint8_t *owner; /* FRAG_BLOCKS_MAX bytes: the part a block is from, + 1 */
	enum frag_policy policy;
	unsigned n; /* parts */
	struct frag_part part[FRAG_PARTS_MAX];
	bool differ; /* two parts disagreed about a byte */
};

/* `out` and `owner` are the caller's; `total` bytes will be joined. */
void frag_join_begin(struct frag_join *j, enum frag_policy policy, uint8_t *out, uint8_t *owner,
		     uint32_t total);
/* The next part in the order of arrival, at most FRAG_PARTS_MAX. */
void frag_join_part(struct frag_join *j, uint32_t at, uint32_t end);
/* `len` bytes at `off` of that part. */
void frag_join_bytes(struct frag_join *j, uint32_t off, const uint8_t *bytes, uint32_t len);
/* True when every byte below `total` came from some part. */
bool frag_join_whole(const struct frag_join *j, uint32_t total);
