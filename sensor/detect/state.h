// SPDX-License-Identifier: Apache-2.0
/* What was learnt, in a file: the tables of the detectors, so that a restart is no new beginning and
 * a site can be learnt from a capture.
 *
 * Shape:  magic, version, seconds learnt; then a section a table (name, size of an entry, number,
 *         entries as they stand in memory); at the end CRC-32C of everything before it. Written to
 *         FILE.new, synced, renamed. Of this machine's byte order and this version's entries: what
 *         does not fit is refused with a sentence, never guessed at.
 * Owns:   nothing; the tables are the detectors'.
 * Thread: reading at start; packing on the detect thread, writing on the main one.
 */
#pragma once

#include "base/err.h"
#include "base/sets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_TABLES_MAX   64u
#define STATE_PER_DETECTOR 8u

struct state_table {
	const char *name; /* at most 23 bytes; never reused for entries of another kind */
	struct sets *sets;
	bool (*take)(void *entry); /* looks at an entry that was read; false: it cannot be */
};

struct state_about { /* what stands in front of the tables */
	uint64_t learnt_s;
	uint64_t taught; /* learnt on purpose: no 14 days are waited for */
	uint64_t hosts;  /* nets.hosts */
};

size_t state_size(const struct state_table *t, unsigned n);
/* Fills `out` (state_size() bytes); returns the bytes used. */
size_t state_pack(const struct state_table *t, unsigned n, const struct state_about *a,
		  uint8_t *out);
int state_unpack(const struct state_table *t, unsigned n, struct state_about *a, const uint8_t *in,
		 size_t size, struct err *err);
int state_write(const char *path, const uint8_t *at, size_t size, struct err *err);
/* *at is malloc'ed. -ENOENT: there is none yet. */
int state_read(const char *path, uint8_t **at, size_t *size, struct err *err);
