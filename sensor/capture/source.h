// SPDX-License-Identifier: Apache-2.0
/* Where frames come from. One file and one line in sources.def make a source.
 *
 * A source is opened once per worker (`reader`), because workers share nothing: from files every
 * reader reads everything and keeps its share; on DPDK reader i polls queue i of every port.
 *
 * Thread: open and close on the main thread, next on the reader's own.
 * Errors: open fails with err; next never does: what goes wrong while reading is counted, and a
 *         file that breaks off ends there, with a sentence in `broken`; the next one is read.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "base/param.h"
#include "decode/frame.h"

#include <stdbool.h>
#include <stdint.h>

#define BURST_MAX 64

/* One turn of a worker. Order of the run: the frames, then (if `tick`) the clock: timers run after
 * the last frame here and before the frame numbered next_seq. */
struct burst {
	struct frame frame[BURST_MAX];
	unsigned n;
	bool tick;         /* packet time reached a new second */
	bool end;          /* nothing will follow; tick is set too */
	uint64_t tick_ns;  /* the clock after this burst, whole seconds, never back */
	uint64_t next_seq; /* every frame of the run below it has been seen by this reader */
	uint64_t now_ns;   /* latest packet time, or the wall clock on an idle live source */
};

/* One reader's. From files, where every reader sees everything, what is true of the source as a
 * whole stands with reader 0 only: so the sum over readers is right for every source. */
struct capture_counters {
	struct count frames, bytes;             /* seen on the source: all of them */
	struct count kept, kept_bytes;          /* given to this worker */
	struct count dropped_nic, dropped_ring; /* as far as the source can tell */
	struct count handed_over;               /* the hash named another worker */
	struct count truncated;                 /* cap_len < wire_len */
	struct count clock_back; /* time stamps below the one before by more than 1 ms */
	struct count clock_jump; /* forward by more than an hour */
	struct count unknown_link;
	struct count skipped_files; /* in folders: no captures */
	struct count filtered;      /* did not match capture.filter */
	struct count duplicates;    /* removed, see dedup.h; what is seen is in capture_health */
	struct count lost_handover; /* the ring to the other worker was full */
};

struct capture_health; /* capture/health.h */

struct capture_config {
	uint32_t workers;      /* how many readers there will be */
	struct strs files;     /* -r, in the order given; a DIR is its files by name */
	char *interface;       /* -i */
	char *source;          /* "auto", "file", "dpdk", "live" */
	struct strs dpdk_args; /* passed to the EAL: --vdev=… and so on */
	struct strs ports;     /* dpdk: names of ports; empty = all */
	uint32_t mbufs;        /* dpdk */
	uint32_t rx_desc;      /* dpdk */
	uint32_t snaplen;
	uint64_t seed; /* of the spreading hash; 0 with files */
	char *filter;  /* BPF text */
	char *dedup;   /* "default", "off", "auto", "on" */
	uint32_t health_every; /* 1 slice of time in so many is looked into; a power of two */
};
extern const struct param capture_params[];

struct source {
	const char *name, *what;
	/* Prepares the whole source for c->workers readers. *source is the source's own. */
	int (*open)(const struct capture_config *c, void **source, struct err *err);
	/* Fills *b. Waits at most 1 ms when there is nothing. Frames of the burst before are given
	 * back by this call. */
	void (*next)(void *source, unsigned reader, struct burst *b);
	const struct capture_counters *(*counters)(void *source, unsigned reader);
	/* What is wrong with the traffic, as measured. Any thread, while the source is open. */
	const struct capture_health *(*health)(void *source, unsigned reader);
	bool (*drops_known)(void *source); /* false: doctor and stats say "unknown" */
	/* After end: NULL, or the sentence that says which file broke and how. */
	const char *(*broken)(void *source);
	const char *(*file_name)(void *source, uint16_t index); /* path of a file, name of a port */
	void (*close)(void *source);
};

extern const struct source *const sources[]; /* in the order of sources.def, ends with NULL */

/* The source that `c` asks for, with the reason in words in `why`. NULL: err says why not. */
const struct source *source_choose(const struct capture_config *c, char *why, size_t size,
				   struct err *err);
