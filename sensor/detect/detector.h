// SPDX-License-Identifier: Apache-2.0
/* A detector: one file in detect/, one line in detectors.def, one section in docs/DETECTORS.md.
 *
 * Detectors run on the one detect thread over merged observations, so that their state needs no
 * lock and their result does not depend on the number of workers.
 *
 * Units:  packet time only. No detector reads a clock.
 * Owns:   the framework owns config and state; hooks borrow their arguments for the call.
 * Cost:   O(1) an observation; state bounded by the configuration, evictions counted.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "base/param.h"
#include "detect/finding.h"
#include "observe/observation.h"

#include <stdbool.h>
#include <stdint.h>

struct hosts;       /* detect/hosts.h: identity, roles, home_net */
struct nets;        /* detect/nets.h: outside networks met */
struct alerted;     /* detect/alerted.h: hosts that alerts were about */
struct state_table; /* detect/state.h */
struct proto_fact;  /* proto/proto.h; observe/fact.h reads its words */

#define DETECTORS_MAX 32u

struct detector_out { /* where a detector says what it found */
	void (*add)(void *ctx, const struct finding *f, const char *text);
	void *ctx;
	struct hosts *hosts;
	struct nets *nets;
	struct alerted *alerted;
	bool mature; /* enough of the past is known to compare with it */
};

struct detector {
	const char *name;   /* in configuration ("detect.NAME") and alerts; never reused */
	const char *what;   /* one sentence */
	const char *source; /* where the method is from, so that it can be checked */
	uint64_t wants;     /* bits 1 << enum observation_kind */
	const struct param *params; /* ends with a zeroed row */
	const struct about *abouts; /* every alert it can give; gid 900 */
	unsigned n_abouts;
	size_t config_size;         /* bytes */

	/* Checks what the table cannot (relations between parameters) and makes the state. */
	int (*init)(const void *config, void **state, struct err *err);
	void (*fini)(void *state);
	void (*on_observation)(const void *config, void *state, const struct observation *o,
			       const struct detector_out *out);
	/* Of a fact it wants: false when it would do nothing with it, whatever was before. A worker
	 * asks, so that what nobody uses is not told: it depends on its arguments alone. NULL: all
	 * are used. */
	bool (*uses)(const void *config, enum observation_kind kind, const struct proto_fact *f);
	/* Numbers for stats.json: ready JSON members. */
	void (*stats)(const void *state, char *out, size_t size);
	/* The tables that are worth keeping over a restart; at most STATE_PER_DETECTOR. */
	unsigned (*tables)(void *state, struct state_table *out);
};

extern const struct detector *const detectors[]; /* in the order of detectors.def, ends with NULL */
