// SPDX-License-Identifier: Apache-2.0
/* A worker: one reader of the source and everything its share of the traffic needs. */
#pragma once

#include "alert/evidence_tap.h"
#include "alert/watch_tap.h"
#include "capture/source.h"
#include "decode/pkt.h"
#include "flow/flow.h"
#include "observe/observe.h"
#include "proto/proto.h"
#include "rule/rule.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct worker {
	unsigned index, workers;
	const struct source *source;
	void *source_state;
	struct flow_table *flows;
	struct proto *proto;
	_Atomic(struct rule_matcher *) rules; /* changed by this thread alone, read by statistics */
	struct observer observer;
	struct ring ring;
	struct evidence_tap *evidence; /* NULL: frames are not kept */
	struct watch_tap *watch; /* NULL: from a file nobody can be isolated */
	struct verdicts verdicts;
	struct burst burst;
	struct pkt pkt[BURST_MAX];
	_Atomic bool *stop; /* drain and leave */
	pthread_t thread;
	/* Reload: what is offered, and once it is taken, what was there before; the ring's tail then. */
	_Atomic(struct rule_matcher *) next_rules;
	const struct rule_handover *handover;
	struct rule_matcher *old_rules;
	uint64_t old_until;
	int cpu; /* -1: not pinned */
	uint64_t cpu_ns; /* CPU time used, set when it ends */
};

struct worker_config {
	const struct flow_config *flow;
	const struct proto_config *proto;
	const struct rule_config *rule;
	const struct rule_set *rules;
	unsigned workers;
	uint64_t seed;
	uint64_t ring_bytes;
	bool block; /* from a file a full ring waits */
	_Atomic bool *abort; /* a second TERM: even a waiting ring gives up */
	bool flow_records;
	uint64_t wants; /* kinds of facts that detectors hear: observe/observe.h */
	const struct detect_ears *ears; /* and which of them */
	uint32_t remember; /* pairs of hosts an observer remembers: observe/seen.h */
};

int worker_init(struct worker *w, unsigned index, const struct worker_config *c,
		_Atomic bool *stop, struct err *err);
void worker_fini(struct worker *w);
int worker_start(struct worker *w, struct err *err);
void worker_join(struct worker *w);
/* Worker 0, once a second: how the source fares. */
void worker_health(struct worker *w, const struct burst *b);
/* Reload, main's side: the worker takes `m` before its next burst, and what it had comes back. */
void worker_offer(struct worker *w, struct rule_matcher *m, const struct rule_handover *h);
bool worker_has_taken(const struct worker *w);
struct rule_matcher *worker_old_rules(struct worker *w); /* once */
