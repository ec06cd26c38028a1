// SPDX-License-Identifier: Apache-2.0
/* The sensor put together: source, workers, detect thread, writer thread, and who stops whom. */
#pragma once

#include "alert/eve.h"
#include "alert/evidence.h"
#include "alert/watch.h"
#include "alert/geo.h"
#include "detect/detect.h"
#include "observe/observe.h"
#include "options.h"
#include "publish/publish.h"
#include "reload.h"
#include "worker.h"

#include <pthread.h>
#include <stdatomic.h>

struct run {
	struct options *o;
	const struct source *source;
	void *source_state;
	char why_source[200];
	struct rule_set *rules; /* in force */
	struct reload reload;
	struct detect_ears ears; /* the workers' */
	bool live;
	int fault; /* the exit code, if run_open() fails: whose fault it is */

	struct worker *worker;
	unsigned n_workers, n_started;

	struct ring **worker_ring; /* what the merge reads */
	struct merge merge;
	struct detect *detect;
	struct ring findings; /* detect → writer */
	pthread_t detect_thread, writer_thread;
	uint64_t detect_cpu_ns, writer_cpu_ns;

	struct eve_config eve;
	struct geo *geo; /* NULL: no databases */
	struct evidence_keeper *evidence; /* NULL: frames are not kept */
	struct watch *watch; /* NULL: not live */
	struct publish *publish;
	struct count eve_overflow; /* lines that did not fit: cannot happen */

	_Atomic bool stop;  /* drain and leave */
	_Atomic bool abort; /* leave now */
	uint64_t started_ns, loaded_ns, ended_ns; /* CLOCK_MONOTONIC */
	uint64_t started_real_ns;
	uint64_t load_cpu_ns, run_cpu_ns; /* CPU time of the whole process: up to loaded, from there to ended */
};

int run_open(struct run *r, struct options *o, struct err *err);
int run_start(struct run *r, struct err *err);
/* Waits until the source ends or a signal says so; 0, or EXIT_RUNTIME when the source broke off. */
int run_wait(struct run *r);
void run_close(struct run *r);
/* The rules, their mistakes on stderr (the first of them: -T says all). */
int run_rules(const struct options *o, struct rule_set **set, struct err *err);

/* Everything counted, one JSON object. Any thread, any time. Returns its length. */
size_t run_stats(const struct run *r, char *out, size_t size);
#define RUN_STATS_MAX 65536u
void run_summary(const struct run *r, FILE *out); /* the last lines an operator sees */
