// SPDX-License-Identifier: Apache-2.0
/* The audit log of isolations: written and on disk before anything is sent, and each line chained
 * to the one before it, so that a line changed, dropped or put in later shows.
 *
 *   <64 hex digits> {"seq":7,"time":"…","event":"sent","id":"…","detail":{…}}
 *
 * The digits are SHA-256(the previous line's 32 hash bytes, then the JSON text); the first line's
 * previous hash is 32 zero bytes. Lines cut off at the end leave a chain that is whole: compare the
 * head with a copy kept elsewhere (the engine keeps one in its database).
 *
 * Owns:   the file descriptor. The file is append-only, 0640.
 * Thread: one a handle; several processes may have the file open (flock, and the tail is read
 * again). Errors: a torn last line (power cut, kill -9 in the write) is cut off and recorded as
 * "torn"; a line that does not fit the chain is left alone and recorded as "broken" once an open.
 * Cost:   one write a line; audit_sync is one fsync. Opening reads the whole file.
 */
#pragma once

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define AUDIT_LINE_MAX 131072u /* bytes; a longer detail is replaced by a note and its hash */

struct audit_head { /* the last line that fits */
	uint64_t seq;
	uint8_t hash[32];
};

struct audit_report {
	struct audit_head head;
	uint64_t lines;
	uint64_t bad_line; /* 1-based; 0: none */
	uint64_t torn_bytes;
	bool truncated; /* the head expected is not in the file */
};

/* Called for each line that fits, old ones on opening, new ones as they are written. */
typedef void audit_sink(void *ctx, uint64_t seq, const char *hash_hex, const char *json);

struct audit;
int audit_open(struct audit **a, const char *path, audit_sink *sink, void *ctx, struct err *err);
void audit_free(struct audit *a);
/* Takes the reference to `detail` (may be NULL), also on failure. */
int audit_add(struct audit *a, uint64_t now_ns, const char *event, const char *id, json_t *detail,
	      struct err *err);
int audit_sync(struct audit *a, struct err *err);
struct audit_head audit_head(const struct audit *a);

/* Reads the whole file. 0: whole; -EBADMSG: tampered with (see report); torn bytes alone are no
 * failure. `expect` (may be NULL) is a head that was seen before. */
int audit_verify(const char *path, const struct audit_head *expect, struct audit_report *report,
		 struct err *err);
