// SPDX-License-Identifier: Apache-2.0
/* A message of mail, line by line: its headers, and its attachments decoded.
 *
 * Units:  bytes. A line comes without its end, in pieces of at most MIME_LINE bytes when it is
 * longer. Owns:   what it keeps is of proto_mem: mime_drop() gives it back. Errors: parts that are
 * cut or malformed are kept as far as they go; `events` says so. Source: RFC 5322, 2045, 2046 5.1,
 * 2183.
 */
#pragma once

#include "proto/base64.h"
#include "proto/file_known.h"
#include "proto/mem.h"

#define MIME_LINE       4096u
#define MIME_FILES      8u          /* attachments of a message that are kept */
#define MIME_BOUNDARIES 4u          /* multiparts inside each other */
#define MIME_HEADERS    (32u << 10) /* bytes of the message's own headers */

enum mime_event {
	MIME_bad_base64 = 1,
	MIME_long_line = 2,
	MIME_long_header = 4,
	MIME_long_boundary = 8
};
enum mime_encoding { MIME_plain, MIME_base64, MIME_quoted };

struct mime_file {
	struct proto_bytes name, data;
	struct file_known *known;
	uint64_t size; /* decoded, also beyond what is kept */
	bool whole;
};

struct mime {
	struct proto_bytes headers; /* of the message: unfolded lines with LF */
	struct proto_bytes part;    /* headers of the part at hand, likewise */
	struct mime_file file[MIME_FILES];
	unsigned n_files, more_files;
	char boundary[MIME_BOUNDARIES][256];
	unsigned n_boundaries;
	struct base64 base64;
	uint8_t encoding, events;
	bool in_headers, in_part, is_file; /* where the next line belongs */
	bool line_end;                     /* of the line before, not put yet */
};

void mime_begin(struct mime *m);
/* `first`: the piece begins a line; `last`: it ends one. */
void mime_line(struct mime *m, struct proto_mem *mem, const uint8_t *p, uint32_t n, bool first,
	       bool last, uint32_t max);
void mime_end(struct mime *m, struct proto_mem *mem, uint32_t max);
void mime_drop(struct mime *m, struct proto_mem *mem);
/* The value of the i-th header of that name ("from") in unfolded lines. False: none. */
bool mime_header(const struct proto_bytes *headers, const char *name, unsigned i,
		 const uint8_t **at, uint32_t *n);
