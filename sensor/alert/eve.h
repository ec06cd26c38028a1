// SPDX-License-Identifier: Apache-2.0
/* alert → publish: a finding rendered as one line of EVE JSON (a superset of Suricata's; fields in
 * wire/alert.def). From a capture file the line holds nothing of the run itself: no epoch, no sensor
 * name unless configured, no wall clock; so the same capture gives the same bytes. */
#pragma once

#include "detect/finding.h"
#include "wire/alert.h"

#include <stdbool.h>
#include <stddef.h>

struct geo_place;

struct eve_config {
	const char *in_iface;       /* NULL from files */
	const char *sensor;         /* "" leaves the field out */
	const char *ruleset_sha256; /* "" leaves it out; a reload changes it while it is read */
	const char *(*file_name)(void *ctx, uint16_t source); /* files only: for capture_file */
	void *file_ctx;
	bool identity; /* write sensor_epoch and sensor_seq (live; journal) */
	/* NULL: no databases. Lent until the next call. */
	const struct geo_place *(*place)(void *ctx, const struct addr *a);
	void *place_ctx;
	const char *evidence_id; /* of this event; NULL: none */
};

#define EVE_LINE_MAX 40960u /* bytes, the newline included */

/* Writes one line with its newline. `id` may be NULL, and is not written into flow records. Returns
 * its length, or 0 when it would not fit (counted by the caller: it cannot happen with the limits
 * above, and a test says so). */
size_t eve_render(const struct eve_config *c, const struct finding *f, const struct event_id *id,
		  char out[EVE_LINE_MAX]);
/* "alert.scan.high", "finding.lateral.low", "flow", "host": the topic of the line. */
size_t eve_topic(const struct finding *f, char *out, size_t size);
