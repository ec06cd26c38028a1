// SPDX-License-Identifier: Apache-2.0
/* respond: what the collector does about an alert, and everything that reaches the isolation engine.
 *
 * Model:  alerts that are stored come by a queue; the engine is asked for a plan (its modes below
 *         auto) or to isolate (auto), and its answer is kept with the incident. Commands of analysts
 *         and the engine's tick go the same way, so the engine has one caller at a time. Whatever
 *         changes an isolation's state becomes a timeline row and a line for those who watch.
 * Shape:  RESPOND_ALERTS alerts and RESPOND_SIGHTS sightings wait at most; what does not fit is
 *         counted. An incident is answered when it opens, when a new kind of evidence joins it, and
 *         otherwise at most once a minute.
 * Thread: any for the functions here; an own one does the work, because a device may take seconds.
 */
#pragma once

#include "base/err.h"
#include "event.h"
#include "hub.h"
#include "isolate.h"
#include "request.h"
#include "store.h"

#define RESPOND_ALERTS 1024u
#define RESPOND_SIGHTS 8192u
#define RESPOND_SEEN   256u
#define RESPOND_WATCHES 16u /* as many as a sensor takes */
#define RESPOND_WATCH_S 150u /* a watch is asked for again after a minute; without us it ends */

struct respond;

/* Opens the engine (which re-arms what a restart interrupted) and answers alerts stored in the last
 * minutes that nobody answered. */
int respond_open(struct respond **r, const struct isolate_config *c, const char *db_path,
		 struct store *store, struct hub *hub, struct err *err);
void respond_close(struct respond *r);
/* A batch that is stored. Never waits. */
void respond_batch(struct respond *r, const struct event *e, const struct stored *stored,
		   unsigned n);
void respond_tick(struct respond *r); /* each second */
/* plan, isolate, release, freeze for an analyst. As the engine's: *out may be set on an error. */
int respond_command(struct respond *r, const struct request *q, const char *requester, json_t **out,
		    struct err *err);
/* What sensors are to watch now, with the seconds it may last: at most RESPOND_WATCHES. Any thread. */
unsigned respond_watches(struct respond *r, struct journal_watch *out);
json_t *respond_status(struct respond *r); /* new reference */

/* One command on an engine; `vigie` uses it when the collector is down. `incident` may be NULL. */
int respond_engine(struct isolate *engine, const struct request *q, const char *requester,
		   const char *incident, json_t **out, struct err *err);
