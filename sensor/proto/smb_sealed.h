// SPDX-License-Identifier: Apache-2.0
/* What a session remembers of the lengths of its encrypted messages; see smb_sealed.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SMB_SEALED_READS 64u

struct smb_sealed { /* what lengths of encrypted messages say */
	struct {
		uint32_t n, files; /* bytes, 0: free; what `files` was then */
	} read[SMB_SEALED_READS];  /* that no write has matched */
	uint32_t turn, longer;     /* longer: the last write than its read, in bytes */
	uint32_t last_small;       /* length of the last request with a name */
	uint32_t files;            /* opened so far */
	uint32_t opens, closes, renames, rewritten; /* since they were last told */
	uint32_t behind, blocks;
	uint32_t block;             /* bytes of the last read of whole buffers; 0: matched */
	bool has_block, has_tail;   /* since the last close */
	uint8_t reads_asked, small; /* requests that wait for their answer */
};
