// SPDX-License-Identifier: Apache-2.0
/* Answers one REP request from the journal: text in, text out, no socket. */
#pragma once

#include "publish/journal.h"
#include "publish/publish.h"

struct serve {
	struct journal *journal; /* NULL: there is none */
	struct publish_counters *count;
	const char *sensor;
	uint64_t epoch;
	const char *evidence_dir; /* "" or NULL: none */
	_Atomic uint64_t *seq; /* last given out */
	void (*status)(void *ctx, char *out, size_t size);
	const struct publish_reload *reload; /* NULL: there is nothing to read again */
	const char *(*watch)(void *ctx, const struct journal_watch *w); /* NULL: it cannot */
	uint64_t reload_max_ns;              /* how long an answer may take */
	void *ctx;
};

/* serve_evidence.c: a piece of a file. */
const char *serve_evidence(const struct serve *s, struct journal_reader *r,
			   const struct journal_request *req, size_t *len);

struct serve_wait { /* what a request still waits for */
	uint64_t reload, until_ns;
};

/* The reply, in r->reply; *len its length, at most JOURNAL_REPLY_MAX. NULL: it is not known yet, and
 * serve_again() is to be asked a little later, until it is.
 *
 * Thread: any number at once, each with a reader and a wait of its own. */
const char *serve_answer(const struct serve *s, struct journal_reader *r, struct serve_wait *w,
			 const void *request, size_t n, size_t *len);
const char *serve_again(const struct serve *s, struct journal_reader *r,
			const struct serve_wait *w, size_t *len);
