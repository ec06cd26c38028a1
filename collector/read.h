// SPDX-License-Identifier: Apache-2.0
/* Reading the store: the same rows for the control socket and for `vigie` with the collector down.
 *
 * A row of an event is its EVE JSON with the members event_id, incident, collector_sensor and
 * received_ns added; rows come oldest first, the newest `limit` of them.
 *
 * Thread: a connection a thread. Errors: 0 or -errno with *err; what `row` returns other than 0 ends
 * the reading and is returned.
 */
#pragma once

#include "base/err.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct read_filter { /* 0, NULL and "" ask for nothing */
	uint64_t since_ns;
	const char *host;     /* an address in addr_text()'s spelling, or a MAC in mac_text()'s */
	unsigned severity;    /* at least so severe: 1 high … 4 */
	const char *detector; /* name of a detector, or its number, or a signature's id */
	bool findings;        /* findings, too */
	bool all;             /* closed incidents, too */
	int64_t incident;
	unsigned limit;
};

typedef int read_row(void *ctx, json_t *row); /* borrows `row` */

/* An existing database, to read only. */
int read_open(sqlite3 **db, const char *path, struct err *err);
int read_alerts(sqlite3 *db, const struct read_filter *f, read_row *row, void *ctx,
		struct err *err);
int read_incidents(sqlite3 *db, const struct read_filter *f, read_row *row, void *ctx,
		   struct err *err);
/* With its "timeline" and newest "alerts" (at most `limit`). -ENOENT: no such incident. */
int read_incident(sqlite3 *db, int64_t id, unsigned limit, json_t **out, struct err *err);
/* {"events":…,"alerts":…,"incidents_open":…,"gaps":[…]} */
int read_counts(sqlite3 *db, json_t **out, struct err *err);
