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
	uint32_t opens, closes, told; /* told: of the larger of the two */
	uint32_t renames, rewritten, behind, blocks; /* since they were last told */
	uint32_t block;             /* bytes of the last read of whole buffers; 0: matched */
	bool has_block, has_tail;   /* since the last close */
	bool just_opened;           /* the last open is of something that was not asked for yet */
	uint8_t folders;            /* open, counted as no files */
	uint8_t reads_asked, small; /* requests that wait for their answer */
};
