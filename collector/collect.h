// SPDX-License-Identifier: Apache-2.0
/* collect: pulls one sensor's journal into the store.
 *
 * Model:  asks `epochs`, then for each epoch from the oldest `since EPOCH MARK MAX` until nothing is
 *         new; puts each reply into the store in one transaction, tells the listener, acknowledges.
 *         Then it waits for the sensor's word on SUB, and asks each second without it. So a
 *         collector that was away, or a sensor that started again, loses nothing and repeats
 *         nothing.
 * Shape:  one thread a sensor, one reply (<= JOURNAL_REPLY_MAX) in memory.
 * Errors: a silent sensor, a reply that is not understood and a store that fails are counted, said
 *         in the status, and tried again after 0.25, 0.5, 1 … 5 s.
 */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "event.h"
#include "store.h"
#include "wire/journal_api.h"

#include <jansson.h>
#include <stdbool.h>

struct collect_config { /* texts are borrowed while it runs */
	const char *sensor, *pub, *rep;
	const char *collector; /* our id in `ack` */
	uint32_t batch;        /* records a request */
	uint32_t timeout_ms;
	uint64_t quiet_ns;
};

/* After the commit, before the acknowledgement; on the sensor's thread. Must not wait. */
typedef void collect_listener(void *ctx, const char *sensor, const struct event *e,
			      const struct stored *stored, unsigned n);

struct collect;
int collect_start(struct collect **c, const struct collect_config *config, struct store *store,
		  collect_listener *listener, void *ctx, struct err *err);
void collect_stop(struct collect *c); /* waits for its thread and frees */
/* The isolated hosts that the sensor is to watch, n <= COLLECT_WATCHES: told when one is new, each
 * COLLECT_WATCH_NS again, and when one is no more. Any thread; never waits. */
#define COLLECT_WATCHES  16u
#define COLLECT_WATCH_NS (60 * NS_PER_S)
void collect_watch(struct collect *c, const struct journal_watch *list, unsigned n);
json_t *collect_status(struct collect *c); /* new reference; any thread */

/* What those who watch should hear of the link: down when it was so for COLLECT_DOWN_NS (a sensor
 * that starts again is no news), back when it had been told down. Each once. */
#define COLLECT_DOWN_NS (5 * NS_PER_S)
enum collect_news { COLLECT_same, COLLECT_down, COLLECT_back };
/* `why` holds COLLECT_WHY bytes; `mono_ns` is clock_mono_ns(). One thread. */
#define COLLECT_WHY 256
enum collect_news collect_news(struct collect *c, uint64_t mono_ns, char *why);
