// SPDX-License-Identifier: Apache-2.0
#include "trail.h"

#include "audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH_DIGITS 64u

/* "<64 hex digits> {json}" */
static json_t *line_row(const char *line, size_t n)
{
	if (n < HASH_DIGITS + 2)
		return NULL;
	json_t *row = json_loadb(line + HASH_DIGITS + 1, n - HASH_DIGITS - 1,
				 JSON_DISABLE_EOF_CHECK, NULL);
	if (row)
		json_object_set_new(row, "hash", json_stringn(line, HASH_DIGITS));
	return row;
}

static int read_lines(FILE *f, unsigned limit, json_t **ring, unsigned *n)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, f)) > 0) {
		json_t *row = line_row(line, (size_t)len);

		if (!row)
			continue;
		json_decref(ring[*n % limit]);
		ring[(*n)++ % limit] = row;
	}
	free(line);
	return ferror(f) ? -EIO : 0;
}

static bool nibble(char c, uint8_t *out)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	*out = at ? (uint8_t)(at - digits) : 0;
	return at;
}

/* The newest line that the database has a copy of; false when it has none. */
static bool remembered(sqlite3 *db, struct audit_head *head)
{
	sqlite3_stmt *q = NULL;
	bool found = false;

	if (sqlite3_prepare_v2(db, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", -1, &q,
			       NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW && sqlite3_column_bytes(q, 1) == (int)HASH_DIGITS) {
		const char *hex = (const char *)sqlite3_column_text(q, 1);
		head->seq = (uint64_t)sqlite3_column_int64(q, 0);
		found = true;
		for (unsigned i = 0; i < sizeof(head->hash); i++) {
			uint8_t high = 0, low = 0;
			found = nibble(hex[2 * i], &high) && nibble(hex[2 * i + 1], &low) && found;
			head->hash[i] = (uint8_t)(high << 4 | low);
		}
	}
	sqlite3_finalize(q);
	return found;
}

int trail_rows(const char *path, sqlite3 *db, unsigned limit, read_row *row, void *ctx, bool *whole,
	       struct err *err)
{
	struct audit_head head;
	struct audit_report report;
	bool known = remembered(db, &head);
	unsigned n = 0;
	FILE *f = fopen(path, "re");
	int r = 0;

	*whole = f || !known;
	if (!f)
		return errno == ENOENT ? 0
				       : err_set(err, errno, "audit log '%s': %s", path,
						 strerror(errno));
	json_t **ring = calloc(limit ? limit : 1, sizeof(json_t *));
	if (!ring || limit == 0) {
		fclose(f);
		free(ring);
		return limit ? err_set(err, ENOMEM, "no memory for the audit log") : 0;
	}
	r = read_lines(f, limit, ring, &n);
	fclose(f);
	unsigned have = n < limit ? n : limit;
	for (unsigned i = 0; i < have; i++) {
		unsigned at = (n - have + i) % limit;

		if (r == 0)
			r = row(ctx, ring[at]);
		json_decref(ring[at]);
	}
	free(ring);
	if (r == 0 && audit_verify(path, known ? &head : NULL, &report, err) != 0)
		*whole = false;
	return r;
}
