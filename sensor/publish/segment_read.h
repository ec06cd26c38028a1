// SPDX-License-Identifier: Apache-2.0
/* Walks the entries of one segment file, from any entry's offset up to a given end.
 *
 * Errors: an entry whose CRC is wrong but whose neighbour is whole is stepped over and counted
 *         (`damaged`); anything else that is not an entry ends the walk (`torn`, at `at`).
 * Owns:   the descriptor; the buffer is the caller's.
 */
#pragma once

#include "publish/segment.h"

#define SEGMENT_READ_BUFFER (8u * SEGMENT_ENTRY_MAX)

struct segment_reader {
	int fd;
	uint64_t at, end; /* file offsets: of the next entry, and where to stop */
	uint64_t base;    /* file offset of buf[0] */
	size_t have;
	uint8_t *buf; /* SEGMENT_READ_BUFFER bytes */
	uint64_t damaged;
	bool torn;
};

/* `at` is an entry's offset, or SEGMENT_HEADER; `end` UINT64_MAX is the file's. Takes fd. */
struct segment_reader segment_reader_of(int fd, uint64_t at, uint64_t end, uint8_t *buf);
/* The next entry, borrowed until the next call. */
bool segment_reader_next(struct segment_reader *r, struct segment_entry *e);
void segment_reader_close(struct segment_reader *r);
