// SPDX-License-Identifier: Apache-2.0
/* What a worker has told already: so that a client that asks its server a thousand times an hour is
 * one contact and a number, not a thousand.
 *
 * Shape:  SEEN_WAYS entries a set; when all are taken the one not told for longest goes, counted.
 *         A set is a cache line of tags and numbers; entries lie in the order in which they were
 *         first taken, so that the memory in use is that of what was seen. While nothing is evicted
 *         the observations do not depend on the number of workers, because all of two hosts'
 *         packets meet on one.
 * Thread: the worker's.
 * Cost:   one or two cache lines a look-up; a look-up a flow, not a packet.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define SEEN_WAYS    8u
#define SEEN_ENTRIES (1u << 18) /* 14 MB when all are used */

struct seen_entry {
	uint64_t key;
	uint64_t told_ns; /* last told */
	union {
		struct { /* of two hosts and a service: of flows that ended, not yet told */
			uint64_t bytes[2];
			uint32_t pkts[2];
		};
		struct { /* of an address: who claimed it when it was last told, when ARP last asked
			  */
			uint64_t claimed_by, asked_ns;
		};
	};
	uint32_t more; /* not yet told */
	uint8_t how;   /* what was told; 0: nothing yet */
};

struct seen_set {
	uint32_t tag[SEEN_WAYS]; /* of the key; 0: free */
	uint32_t at[SEEN_WAYS];  /* the entry's number */
};

struct seen {
	struct seen_entry *at; /* NULL: nothing is remembered */
	struct seen_set *set;
	size_t bytes;    /* of both */
	uint32_t n_sets; /* a power of two */
	uint32_t fresh;  /* entries never taken begin with this one */
	struct count taken, evicted;
};

int seen_init(struct seen *s, uint32_t entries, struct err *err);
void seen_fini(struct seen *s);
/* The entry of the key, zeroed if it is new. Never fails. */
struct seen_entry *seen_get(struct seen *s, uint64_t key);
