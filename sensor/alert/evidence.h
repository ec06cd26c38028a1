// SPDX-License-Identifier: Apache-2.0
/* Evidence: the frames around an alert, in a pcapng file of its own.
 *
 * Live, each worker keeps what it has seen of late in pages (evidence_tap.h); an alert makes the
 * evidence thread ask every worker for its share: what it has, then what comes until after_s have
 * passed. From a capture file nothing is kept: the file is read again after the run. Either way the
 * frames are those of the two addresses of a signature's alert, or of the host a detector accuses.
 *
 * The writer names the evidence when it renders the alert; what became of it is an event of its own
 * later. Alerts of the same addresses within after_s share one file.
 *
 * Shape:  live at most EVIDENCE_OPEN files at once, of at most max_bytes each; further alerts are
 *         counted and name none. From a file at most EVIDENCE_ASKED.
 * Thread: open, start, replay, close: main. name, next, last: the writer. The rest is the evidence
 *         thread's own.
 * Errors: what is not at hand any more is said in the event ("partial"), never waited for.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "base/param.h"
#include "capture/source.h"
#include "detect/finding.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVIDENCE_ID    48u   /* bytes, terminator included */
#define EVIDENCE_OPEN  16u   /* live: files being gathered at once */
#define EVIDENCE_ASKED 2000u /* from a file: files a run */

struct evidence_config {
	char *enabled;   /* "auto": live when there is a directory for it; "yes", "no" */
	char *dir;       /* "": beside eve.json, else in the journal's directory */
	uint64_t memory; /* bytes a worker keeps */
	uint32_t before_s, after_s;
	uint64_t max_bytes; /* of one file */
	uint64_t total;     /* of all files; the oldest go */
};
extern const struct param evidence_params[];

enum evidence_state { EVIDENCE_kept, EVIDENCE_empty, EVIDENCE_failed };

struct evidence_done { /* what became of one */
	char id[EVIDENCE_ID];
	uint64_t alert_ns;
	uint64_t bytes, frames, first_ns, last_ns;
	char sha256[65];
	uint8_t state; /* enum evidence_state */
	bool before_partial, after_partial;
};

struct evidence_counters {
	struct count asked;   /* files begun */
	struct count shared;  /* alerts that joined one */
	struct count skipped; /* alerts that found no room */
	struct count kept, empty, failed, bytes;
	struct count removed, removed_bytes; /* old files, beyond `total` */
	struct count partial;
};

struct evidence_keeper;
struct evidence_tap;

/* *e is NULL when it is off. `live` with `workers` taps, else by replay. */
int evidence_open(struct evidence_keeper **e, const struct evidence_config *c, bool live,
		  unsigned workers, struct err *err);
void evidence_close(struct evidence_keeper *e); /* NULL is fine, as in all that follow */
struct evidence_tap *evidence_tap_of(struct evidence_keeper *e, unsigned worker); /* NULL: none */
int evidence_start(struct evidence_keeper *e, struct err *err); /* the thread, live */
void evidence_join(struct evidence_keeper *e);

/* The id of an alert's frames, or NULL: none are kept. `id`: the alert's identity, or NULL. */
const char *evidence_name(struct evidence_keeper *e, const struct finding *f,
			  const struct event_id *id);
/* No alert will follow. */
void evidence_last(struct evidence_keeper *e);
/* The next that is done; false: none now. */
bool evidence_next(struct evidence_keeper *e, struct evidence_done *d);
/* evidence_last() was called, and evidence_next() has given out all. */
bool evidence_ended(struct evidence_keeper *e);

/* From a file, after the run: reads it again, and tells each in the order of the alerts. */
int evidence_replay(struct evidence_keeper *e, const struct source *source,
		    const struct capture_config *capture,
		    void (*on_done)(void *ctx, const struct evidence_done *d), void *ctx,
		    struct err *err);
const struct evidence_counters *evidence_counters_of(const struct evidence_keeper *e);
/* Sums over the taps: frames kept, frames for which there was no page, pages. */
void evidence_tap_sums(const struct evidence_keeper *e, uint64_t *frames, uint64_t *dropped,
		       uint64_t *pages);
