// SPDX-License-Identifier: Apache-2.0
/* A mail on its way: one transaction, from MAIL FROM (or the first command) to the end of its data.
 */
#pragma once

#include "proto/file.h"
#include "proto/mime.h"
#include "proto/protocol.h"

#define SMTP_RCPT_MAX 64u
#define SMTP_ARG_MAX  512u /* bytes of an argument that are kept */

enum smtp_progress { SMTP_none, SMTP_helo, SMTP_mail, SMTP_rcpt, SMTP_headers, SMTP_done };

struct smtp_tx {
	struct tx tx; /* first */
	struct proto_bytes mail_from;
	struct proto_bytes rcpt; /* each with its terminator */
	unsigned n_rcpt;
	char helo[256];
	struct mime mime;
	bool has_data;
};

extern const struct field smtp_fields[];
bool smtp_file(const struct smtp_tx *tx, unsigned i, struct file_view *out);
bool smtp_bytes(const struct tx *tx, unsigned f, unsigned i, uint8_t dir,
		struct view_of_bytes *out);
bool smtp_number(const struct tx *tx, unsigned f, unsigned i, uint8_t dir, uint64_t *out);
uint32_t smtp_eve(const struct tx *tx, char *out, uint32_t size);
