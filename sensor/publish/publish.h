// SPDX-License-Identifier: Apache-2.0
/* publish: where rendered events go. The writer thread calls in order: append to the journal, send
 * on PUB, write eve.json; a group fsync at most every `fsync_ms`. The server thread answers REP.
 *
 * Thread: publish_event() and publish_turn() on the writer; REP is answered by nng's own threads
 *         through the journal's read side, which touches only what has been fsynced.
 * Errors: a full disk or a failed write never stops the sensor: counted, said once a minute, and
 *         PUB goes on.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "base/param.h"
#include "wire/alert.h"

#include <stdbool.h>

struct publish_config {
	char *dir;              /* -l: eve.json and stats.json; "" none */
	char *journal_dir;      /* "" none */
	uint64_t journal_max;   /* bytes; beyond, the oldest unacknowledged are lost and counted */
	uint64_t segment_bytes; /* a new segment beyond */
	uint32_t fsync_ms;
	struct strs pub; /* addresses: ipc://… ; empty none */
	struct strs rep;
	struct strs collectors; /* ids whose ack the journal waits for; empty: any that has ever
				   asked */
	char *sensor;           /* sensor id; "" is made from the host name when live */
	uint32_t linger_s;      /* after a capture file: wait so long for the acknowledgements */
	bool any_address;       /* allow plain tcp:// beyond loopback */
	const char *evidence_dir; /* where REP finds evidence; NULL none. Not the section's own */
};
extern const struct param publish_params[];

struct publish_counters {
	struct count events, journal_appended, journal_fsyncs, journal_errors, journal_lost;
	struct count eve_lines, eve_errors, published, publish_errors, rep_requests, rep_bad;
	struct count fsync_ns_max;
};

/* Its addresses and its name; opens nothing. */
int publish_check(const struct publish_config *c, struct err *err);

struct publish;
/* `status` fills one JSON object for the REP verb of that name; called on nng's threads. */
int publish_open(struct publish **p, const struct publish_config *c, bool live,
		 void (*status)(void *ctx, char *out, size_t size), void *ctx, struct err *err);
/* The REP verb `reload`, with publish_open()'s ctx; called on nng's threads. */
struct publish_reload {
	uint64_t (*ask)(void *ctx); /* the number of the reload that answers it */
	/* False: it is not over; else the answer's line. */
	bool (*result)(void *ctx, uint64_t number, char *out, size_t size);
};
void publish_on_reload(struct publish *p, const struct publish_reload *reload); /* borrowed */
/* The REP verb `watch`, likewise: NULL, or why not. */
struct journal_watch;
void publish_on_watch(struct publish *p,
		      const char *(*watch)(void *ctx, const struct journal_watch *w));
/* The identity the next durable event will have; the renderer needs it before the bytes exist.
 * Telemetry (flow records) takes no number. */
void publish_next_id(struct publish *p, struct event_id *id);
/* One event: `line` ends with a newline. durable: alerts and findings (journal); else telemetry. */
void publish_event(struct publish *p, const char *topic, const char *line, size_t len,
		   bool durable);
/* When idle and between batches: the due fsync, flushes. Without it publish_event() still keeps the
 * fsync's bound. */
void publish_turn(struct publish *p);
/* Every collector has fetched everything (or there is no journal): nobody need be waited for. */
bool publish_settled(struct publish *p);
/* Final flush and fsync, `stats` (a JSON object) into stats.json, sockets closed. */
void publish_close(struct publish *p, const char *stats);
const struct publish_counters *publish_counters_of(const struct publish *p);
bool publish_wants_identity(const struct publish *p); /* a journal or PUB exists */
