// SPDX-License-Identifier: Apache-2.0
/* Inside evidence: what its files share. */
#pragma once

#include "alert/evidence.h"
#include "alert/evidence_pcapng.h"
#include "alert/evidence_store.h"
#include "alert/evidence_tap.h"
#include "alert/evidence_want.h"

#include <pthread.h>

#define EVIDENCE_RECENT 64u /* files that an alert may still join */
#define EVIDENCE_MARKS  16u /* alerts named in one file */

/* The writer to the evidence thread, or to the replay: one alert. */
struct evidence_alert {
	uint32_t file; /* number, from 1 */
	bool first;    /* it begins the file */
	struct evidence_want want;
	char id[EVIDENCE_ID];
	char text[EVIDENCE_TEXT];
};

struct evidence_marks { /* comments of a file's deciding frames */
	unsigned n;
	struct {
		uint64_t seq;
		char text[EVIDENCE_TEXT];
	} at[EVIDENCE_MARKS];
};

struct evidence_job { /* live: a file being gathered */
	bool used;
	uint32_t file, request;
	struct evidence_want want;
	struct evidence_done done;
	struct evidence_marks marks;
	uint8_t *bytes; /* records, one behind the other; max_bytes */
	size_t n, half; /* used; at most so much of it from before */
	unsigned n_begun, n_ended;
	bool *begun;          /* by worker */
	bool *cut;            /* by worker: older pages are left out */
	uint64_t given_up_ns; /* monotonic: a worker that does not answer is not waited for */
};

struct evidence_keeper {
	struct evidence_config c;
	bool live;
	struct evidence_counters count;
	struct evidence_store store;

	/* The writer's own. */
	struct {
		struct evidence_want want;
		uint32_t file;
		char id[EVIDENCE_ID];
	} recent[EVIDENCE_RECENT];
	uint32_t files;
	_Atomic uint32_t open; /* files begun and not done */

	/* Live. */
	unsigned workers;
	struct evidence_tap *tap;
	struct ring alerts, done; /* writer → thread, thread → writer */
	struct evidence_job job[EVIDENCE_OPEN];
	uint32_t requests;
	pthread_t thread;
	bool started;

	/* From a file. */
	struct evidence_alert *asked;
	size_t n_asked, cap_asked;
};

void evidence_mark(struct evidence_marks *m, const struct evidence_alert *a);
/* The comment of a frame, or NULL. */
const char *evidence_marked(const struct evidence_marks *m, uint64_t seq);
/* Counts and closes: done->state is set by whether `ok`. */
void evidence_settle(struct evidence_keeper *e, struct evidence_done *d, bool ok);
void *evidence_run(void *arg); /* evidence_live.c: the thread */
