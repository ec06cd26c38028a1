// SPDX-License-Identifier: Apache-2.0
/* The bytes of a journal segment, read and written. Pure functions; all integers little-endian.
 *
 * A segment is one header, then entries back to back. Each entry carries a CRC-32C (a torn or
 * rotten one is seen without its neighbours) and a chain value: SHA-256 over the chain value before
 * it and its own bytes. The chain starts at SHA-256 of the segment's header, which holds the last
 * chain value of the segment before: so one value vouches for everything before it, and a prefix of
 * the journal, as a crash leaves it, carries all that is needed to go on. A value for each entry
 * rather than one at each fsync, because what is cut after a crash is cut between entries, not
 * between fsyncs; it costs 32 bytes and one SHA-256 an entry.
 *
 * Shape:  header SEGMENT_HEADER bytes:
 *           magic 8 · version 4 · header length 4 · sensor id 64, zero-padded · epoch 8 ·
 *           first seq 8 · created 8 (ns) · segment number 8 · chain before 32 · CRC of all before 4
 *         entry:
 *           CRC of all after 4 · length of the whole entry 4 · seq 8 · time 8 (ns) ·
 *           topic length 2 · zero 2 · JSON length 4 · topic · JSON · chain 32
 * Source: CRC-32C RFC 3720 B.4; the chain is the construction of Schneier & Kelsey 1999 without
 *         its keys: it shows an edit to whoever knows a later value (a collector, a report).
 */
#pragma once

#include "wire/alert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEGMENT_VERSION    1u
#define SEGMENT_CHAIN      32u
#define SEGMENT_HEADER     148u
#define SEGMENT_ENTRY_HEAD 32u
#define SEGMENT_ENTRY_MAX  (64u << 10)

struct segment_header {
	char sensor[64]; /* terminated */
	uint64_t epoch, first_seq, created_ns, number;
	uint8_t before[SEGMENT_CHAIN];
};
/* Writes it and the chain value that the first entry follows. */
void segment_header_write(const struct segment_header *h, uint8_t out[SEGMENT_HEADER],
			  uint8_t chain[SEGMENT_CHAIN]);
/* False: not a whole header of this version. `chain` may be NULL. */
bool segment_header_parse(const void *p, size_t n, struct segment_header *h,
			  uint8_t chain[SEGMENT_CHAIN]);

struct segment_entry { /* borrowed from the bytes it was read from */
	uint64_t seq, time_ns;
	const char *topic, *json;
	uint32_t topic_len, json_len;
	const uint8_t *chain;
	uint32_t size; /* bytes of the whole entry */
};
/* Bytes that an entry takes; 0 when it is longer than SEGMENT_ENTRY_MAX. */
size_t segment_entry_size(size_t topic_len, size_t json_len);
/* Writes one entry (`e->chain` and `e->size` are not read) and moves `chain` on. `out` holds
 * SEGMENT_CHAIN bytes of scratch, then the entry: returns its length, at out + SEGMENT_CHAIN. */
size_t segment_entry_write(const struct segment_entry *e, uint8_t chain[SEGMENT_CHAIN],
			   uint8_t out[SEGMENT_CHAIN + SEGMENT_ENTRY_MAX]);

enum segment_verdict {
	SEGMENT_ok,
	SEGMENT_short, /* the bytes end before the entry does */
	SEGMENT_bad,   /* its lengths or its CRC are wrong */
};
/* Reads the entry at `p`. With SEGMENT_bad and e->size != 0 the lengths at least agree with each
 * other: the next entry may lie at p + e->size. */
enum segment_verdict segment_entry_parse(const void *p, size_t n, struct segment_entry *e);
/* Whether the entry follows `chain`; moves it on to the entry's own value either way. `work` holds
 * SEGMENT_CHAIN + SEGMENT_ENTRY_MAX bytes. */
bool segment_entry_follows(const void *entry, const struct segment_entry *e,
			   uint8_t chain[SEGMENT_CHAIN], uint8_t *work);
