// SPDX-License-Identifier: Apache-2.0
/* The directory of evidence files: ID.pcapng, at most `total` bytes of them, the oldest go first.
 *
 * A file grows as ID.part, reaches the disk (fsync) and only then has its name, so that what has
 * the name is whole. What a killed run left half-written goes at the next start.
 *
 * Thread: one at a time.
 * Errors: a write that fails is counted by the caller; a file that cannot be removed stays counted.
 */
#pragma once

#include "alert/evidence.h"

#define EVIDENCE_SUFFIX ".pcapng"

struct evidence_store {
	int dir_fd;
	uint64_t total, bytes;
	struct evidence_counters *count;
	struct evidence_file {
		char id[EVIDENCE_ID];
		uint64_t bytes, time_ns;
	} * file; /* oldest first */
	size_t n, cap;
};

/* `fresh`: a run over a capture file begins anew, and the numbered files of the last one go. */
int evidence_store_open(struct evidence_store *s, const char *dir, uint64_t total, bool fresh,
			struct evidence_counters *count, struct err *err);
void evidence_store_close(struct evidence_store *s);
bool evidence_store_append(struct evidence_store *s, const char *id, const void *p, size_t n);
/* Its bytes reach the disk and it gets its name; d->bytes and d->sha256 are set. */
bool evidence_store_finish(struct evidence_store *s, const char *id, struct evidence_done *d);
