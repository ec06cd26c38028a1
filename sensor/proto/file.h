// SPDX-License-Identifier: Apache-2.0
/* A file on its way, whatever carries it: HTTP's bodies, attachments of mail, FTP's data, SMB.
 *
 * A protocol that carries files has the fields FILE_FIELDS() in its table, in that order, and gives
 * for each instance the file's data (at most proto.body bytes), name and size. It adds all of the data,
 * also what is not kept, to a struct file_known, if it wants rules to have hashes of whole files.
 */
#pragma once

#include "base/json.h"
#include "proto/file_known.h"
#include "proto/protocol.h"

struct file_view {                 /* borrowed from the transaction */
	struct view_of_bytes name; /* len 0: it has none */
	struct view_of_bytes data; /* the first of it */
	uint64_t size;             /* bytes so far */
	struct file_known *known;  /* or NULL */
	bool whole, gap;           /* its end was seen; some of it was not */
};

enum file_field { FILE_data, FILE_name, FILE_size, FILE_magic, FILE_md5, FILE_sha1, FILE_sha256,
		  FILE_fields };

/* Rows of a field table: dirs, and the progresses at which what is kept of a file is complete, and
 * at which the file is over. */
#define FILE_FIELDS(dirs_, at_, done_)                                                             \
	{"file.data", FIELD_bytes, dirs_, {at_, at_}, true, "contents of a file on its way"},      \
		{"file.name", FIELD_bytes, dirs_, {at_, at_}, true, "name of a file"},             \
		{"filesize", FIELD_number, dirs_, {done_, done_}, true, "bytes of a file"},        \
		{"file.magic", FIELD_bytes, dirs_, {at_, at_}, true, "kind of a file"},            \
		{"file.md5", FIELD_bytes, dirs_, {done_, done_}, true, "MD5 of a file"},           \
		{"file.sha1", FIELD_bytes, dirs_, {done_, done_}, true, "SHA-1 of a file"},        \
	{                                                                                          \
		"file.sha256", FIELD_bytes, dirs_, {done_, done_}, true, "SHA-256 of a file"       \
	}

/* For a protocol's bytes() and number(). */
bool file_bytes(const struct file_view *f, unsigned what, struct view_of_bytes *out);

/* Begins as a program does: MZ, ELF, Mach-O. */
bool file_executable(struct view_of_bytes data);
/* Tells FACT_file; the direction is that of the call. */
void file_tell(struct proto_call *c, const struct file_view *f);
/* One element of EVE's open array "files". */
void file_eve(struct json *j, const struct file_view *f, uint64_t tx_number);
