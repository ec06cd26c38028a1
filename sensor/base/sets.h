// SPDX-License-Identifier: Apache-2.0
/* A bounded memory of equal entries, found by a 64-bit key: what every table of the detect thread
 * is made of, and what parsers remember across flows.
 *
 * An entry lives in one of SETS_WAYS places that its key chooses. When all are taken, the one of
 * the lowest rank goes, among equals the one not used for longest; so a flood of strangers
 * (rank 0) pushes out strangers and never a known host (rank 1).
 *
 * Shape:  a power of two of entries, each beginning with struct sets_head; allocated once. What a
 *         look-up compares lies apart from them, two cache lines a set: most look-ups are of what
 *         is not there, and entries are large. Entries lie in the order in which they were first
 *         taken, so that a table for a busy site takes on a quiet one what it holds, not what it
 *         could hold.
 * Owns:   the entries; a pointer is good until the next sets_get().
 * Cost:   one cache line a look-up that finds nothing, three and the entry's one that does; no
 *         allocation after start.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define SETS_WAYS      8u
#define SETS_RANK_BITS 2u
#define SETS_RANK_MAX  ((1u << SETS_RANK_BITS) - 1) /* a higher rank counts as this one */

struct sets_head {
	uint64_t key;
};

struct sets_set {
	_Alignas(64) uint64_t key[SETS_WAYS]; /* 0: free */
	uint32_t used[SETS_WAYS];             /* logical time of the last use */
	uint32_t at[SETS_WAYS];               /* the entry's number << SETS_RANK_BITS | its rank */
};
_Static_assert(sizeof(struct sets_set) == 128, "two cache lines");

struct sets {
	struct sets_set *set;
	uint8_t *at; /* entries; sets_entry() */
	size_t bytes;
	uint32_t size;   /* bytes an entry */
	uint32_t zeroed; /* of them, when it is made: all, unless its owner wants less */
	uint32_t n_sets; /* a power of two */
	uint32_t fresh;  /* entries never taken begin with this one */
	uint32_t clock;
	struct count taken, evicted; /* entries in use; entries that made room */
};

/* Of a place that is taken: its entry, its rank. */
static inline void *sets_entry(const struct sets *s, uint32_t set, unsigned way)
{
	return s->at + (size_t)(s->set[set].at[way] >> SETS_RANK_BITS) * s->size;
}
static inline uint32_t sets_rank(const struct sets *s, uint32_t set, unsigned way)
{
	return s->set[set].at[way] & SETS_RANK_MAX;
}

/* Room for `entries`, rounded up to a power of two of sets. */
int sets_init(struct sets *s, uint32_t size, uint32_t entries, struct err *err);
void sets_fini(struct sets *s);
/* The entry of the key, or NULL. Counts as a use. */
void *sets_find(struct sets *s, uint64_t key);
/* The entry that sets_get() of a key that is not there would push out, or NULL: there is room. */
const void *sets_victim(const struct sets *s, uint64_t key);
/* The entry of the key, made if there is none: then all bytes behind the head are zero and *fresh
 * is true (those behind `zeroed` are anything). Never fails. */
void *sets_get(struct sets *s, uint64_t key, uint32_t rank, bool *fresh);
/* An entry that is there gets a rank: at least this one from now on. */
void sets_raise(struct sets *s, const void *entry, uint32_t rank);
/* Appends `,"NAME_evicted":N` to the JSON members in `out`, where it fits. */
void sets_say_evicted(const struct sets *s, const char *name, char *out, size_t size);
