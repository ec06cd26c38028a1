// SPDX-License-Identifier: Apache-2.0
/* The sensor's counters for Prometheus, over HTTP on a loopback address; and for dpdk-telemetry.
 *
 * Thread: a server thread of its own and a sampler's; they read counters and nothing else.
 */
#pragma once

#include "base/err.h"
#include "base/param.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct metrics_config {
	char *listen; /* "127.0.0.1:9477", "[::1]:9477"; "" none */
};
extern const struct param metrics_params[];

/* Fills one JSON object of everything counted; any thread. Returns its length. */
typedef size_t (*metrics_stats)(const void *ctx, char *out, size_t size);

struct metrics;
int metrics_check(const struct metrics_config *c, struct err *err); /* its address; opens nothing */
/* *m stays NULL when the configuration wants none. */
int metrics_start(struct metrics **m, const struct metrics_config *c, metrics_stats stats,
		  const void *ctx, struct err *err);
void metrics_stop(struct metrics *m); /* NULL is fine */

enum metrics_place { /* where loss is counted; docs: capture.lost */
	METRICS_nic,
	METRICS_ring,
	METRICS_worker,
	METRICS_detect,
	METRICS_journal,
	METRICS_places
};

/* Loss a second: the largest of the last minute and of all time. Values only. */
#define METRICS_WINDOW 60
struct metrics_peaks {
	uint64_t before[METRICS_places];
	uint64_t second[METRICS_places][METRICS_WINDOW];
	uint64_t most[METRICS_places];
	unsigned at, n;
};
void metrics_peaks_take(struct metrics_peaks *p, const uint64_t total[METRICS_places]);
uint64_t metrics_peaks_minute(const struct metrics_peaks *p, enum metrics_place place);

/* Reads the loss by place out of a stats object; what is unknown is 0. False: not JSON. */
bool metrics_losses(const char *stats, uint64_t total[METRICS_places]);
/* Prometheus text (version 0.0.4) of a stats object. Returns its length, 0 when it does not fit. */
size_t metrics_text(const char *stats, const struct metrics_peaks *peaks, char *out, size_t size);
/* Each number of a stats object as "section.name", at most `max`. */
void metrics_each(const char *stats, void (*put)(void *to, const char *name, uint64_t v), void *to);
