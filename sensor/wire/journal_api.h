// SPDX-License-Identifier: Apache-2.0
/* What is said over REP between a collector and a sensor: one text request, one text reply.
 *
 *   since EPOCH SEQ MAX      → "ok EPOCH FIRST LAST N [next-epoch]\n" then N records (below)
 *   ack COLLECTOR EPOCH SEQ  → "ok\n"
 *   status                   → "ok\n" and one JSON object
 *   epochs                   → "ok N\n" and N lines "EPOCH FIRST LAST", oldest first
 *   evidence ID OFFSET       → "ok SIZE OFFSET N\n" and N bytes of the pcapng file (below)
 *   reload                   → "ok N rules, N matched, N left out, SECONDS s\n" when the rules that
 *                              were read again are in force; "error TEXT\n": the old ones still are
 *   watch ID MAC SECONDS ALLOWED → "ok\n": what becomes of the host MAC is told in `watch` events
 *                              (below); "error TEXT\n" when it is not watched
 *   anything else            → "error TEXT\n"
 *
 * Only what has reached the disk (fsync) is ever given out; a PUB message of topic TOPIC_DURABLE
 * (wire/topic.h) tells at once that there is more. EPOCH is 16 lower-case hex digits, SEQ decimal.
 * `since E S` gives the records after S, so `since E 0` starts at the first of the epoch. FIRST and
 * LAST are what is kept of the epoch (not of the reply): FIRST > S + 1 means that S+1 … FIRST-1 are
 * lost (or were acknowledged by all and removed), FIRST > LAST that nothing is kept. A hole between
 * two records is a loss too. When N is 0 and next-epoch stands there, go on with `since NEXT 0`. An
 * epoch that is not known any more is an error: `epochs` gives those that are.
 * A record in a reply is a line "EPOCH SEQ LENGTH TOPIC\n", LENGTH bytes of JSON and a newline.
 * The object of `status` is {"sensor":…,"epoch":"hex","seq":…,"durable":…,"run":{…}}.
 * ID is an alert's evidence_id. SIZE is the whole file's; at most JOURNAL_EVIDENCE_MAX bytes from
 * OFFSET on come at once, none from SIZE on. The file is whole, or it is not there: its SHA-256 is in
 * the `evidence` event.
 * `watch`: the isolation ID has cut the host off, but for the addresses ALLOWED (one spelling each,
 * commas between them, "-" for none). It ends SECONDS later unless it is asked for again, which
 * renews it; SECONDS 0 ends it now.
 *
 * Shape: a reply is at most JOURNAL_REPLY_MAX bytes; N is cut to fit, at least 1 when one exists.
 * The functions here read and write these texts for both sides; no I/O.
 */
#pragma once

#include "base/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_REPLY_MAX (1u << 20)
#define JOURNAL_EVIDENCE_MAX (256u << 10)
#define JOURNAL_EVIDENCE_ID 48 /* bytes, terminator included */
#define JOURNAL_WATCH_ID    48 /* likewise */
#define JOURNAL_WATCH_S     600u /* the longest a watch may be asked for at once */
#define JOURNAL_WATCH_ALLOW 16u

enum journal_verb {
	JOURNAL_bad,
	JOURNAL_since,
	JOURNAL_ack,
	JOURNAL_status,
	JOURNAL_epochs,
	JOURNAL_evidence,
	JOURNAL_reload,
	JOURNAL_watch,
};

struct journal_watch {
	char id[JOURNAL_WATCH_ID]; /* spelt as an evidence's */
	struct mac mac;            /* of one host: never zero, never a group's */
	uint32_t seconds;          /* at most JOURNAL_WATCH_S; 0: it ends */
	uint32_t n_allow;
	struct addr allow[JOURNAL_WATCH_ALLOW];
};

struct journal_request {
	enum journal_verb verb;
	char collector[65]; /* ack: 1 … 64 of [A-Za-z0-9_.-] */
	uint64_t epoch, seq;
	uint32_t max;
	/* evidence: letters, digits, '_', '.', '-', the first a letter or digit: never a path */
	char evidence[JOURNAL_EVIDENCE_ID];
	uint64_t offset;
	struct journal_watch watch;
};

/* False: not a request; req->verb is JOURNAL_bad. Reads foreign bytes: has a fuzz target. */
bool journal_request_parse(const void *p, size_t n, struct journal_request *req);
size_t journal_request_write(const struct journal_request *req, char *out, size_t size);

struct journal_record { /* borrowed from the reply */
	uint64_t epoch, seq;
	const char *topic; /* topic_len bytes, not terminated */
	size_t topic_len;
	const char *json;
	size_t json_len; /* newline excluded */
};
size_t journal_record_write(const struct journal_record *r, char *out, size_t size); /* 0: no room */
/* Takes the next record off (*p, *n). False: end (*n == 0) or broken (*n != 0). */
bool journal_record_parse(const char **p, size_t *n, struct journal_record *r);

/* The first line of a reply to `since`. */
struct journal_since_reply {
	uint64_t epoch, first, last;
	uint32_t n;
	bool has_next;
	uint64_t next_epoch;
};
size_t journal_since_reply_write(const struct journal_since_reply *r, char *out, size_t size);
/* Takes it off (*p, *n). False: "error …", or not understood; *p and *n are untouched. */
bool journal_since_reply_parse(const char **p, size_t *n, struct journal_since_reply *r);

/* The first line of a reply to `evidence`; `n` bytes follow. */
struct journal_evidence_reply {
	uint64_t size, offset;
	uint32_t n;
};
size_t journal_evidence_reply_write(const struct journal_evidence_reply *r, char *out, size_t size);
/* Takes it off (*p, *n), and holds it to what follows: exactly r->n bytes. */
bool journal_evidence_reply_parse(const char **p, size_t *n, struct journal_evidence_reply *r);

/* One line of a reply to `epochs`. */
struct journal_epoch {
	uint64_t epoch, first, last; /* first > last: nothing of it is kept */
};
size_t journal_epoch_write(const struct journal_epoch *e, char *out, size_t size); /* 0: no room */
/* Takes "ok N\n" off; then journal_epoch_parse() takes the N lines, one a call. */
bool journal_epochs_reply_parse(const char **p, size_t *n, uint32_t *count);
bool journal_epoch_parse(const char **p, size_t *n, struct journal_epoch *e);
