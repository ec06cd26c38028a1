// SPDX-License-Identifier: Apache-2.0
/* observe: the worker's side (packets, flow events and rule hits become observations, in order)
 * and the detect thread's side (the rings of all workers become one ordered sequence). */
#pragma once

#include "flow/flow.h"
#include "observe/beat.h"
#include "observe/crowd.h"
#include "observe/observation.h"
#include "observe/ring.h"
#include "observe/seen.h"
#include "proto/proto.h"
#include "rule/rule.h"

struct observer { /* one worker's */
	struct ring *ring;
	bool ticks;        /* worker 0 tells the seconds */
	bool flow_records; /* flow_end and interim are wanted at all */
	bool flow_contacts;
	uint64_t wants; /* bits 1 << enum observation_kind: facts that somebody hears */
	/* Whether somebody can do anything with this fact; NULL: told whatever it is. */
	bool (*uses)(const void *ears, enum observation_kind kind, const struct proto_fact *f);
	const void *ears;
	struct count unused;       /* facts that nobody can use: not told */
	struct count repeated;     /* told moments ago, and nothing has changed */
	struct seen seen;          /* at NULL: everything is told again and again */
	struct crowd crowd;        /* at NULL: what the flow table forgets is not told */
	struct beats beats;        /* at NULL: regular pairs are not told */
	struct count crowded;      /* contacts in its sums */
	struct obs_health health;  /* last told */
	uint64_t health_ns;
	uint64_t last_seq; /* for `n` of the order */
	uint64_t last_flow;
	uint8_t last_stage, n;
	struct count made[OBS_count];
};

void observe_init(struct observer *o, struct ring *ring, bool ticks);
/* From now on what was told is not told again at once; `entries` pairs of hosts are remembered. */
int observe_remember(struct observer *o, uint32_t entries, struct err *err);
void observe_fini(struct observer *o);
void observe_pkt(struct observer *o, const struct pkt *p); /* ARP, NDP */
/* A flow_hooks.on_event; ctx is the observer. */
void observe_flow_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
			enum flow_reason reason, const struct order *at);
/* A proto_hooks.on_fact; ctx is the observer. */
void observe_fact(void *ctx, const struct proto_fact *fact);
/* A rule_on_hit; ctx is the observer. */
void observe_rule_hit(void *ctx, const struct rule_hit *hit);
void observe_tick(struct observer *o, uint64_t seq, uint64_t now_ns);
/* Told when anything but the number of frames changed, when none came, and once a minute. */
void observe_health(struct observer *o, uint64_t seq, uint64_t now_ns, const struct obs_health *h);
/* Worker 0 tells it, behind everything else; the others do nothing. */
void observe_end(struct observer *o, uint64_t seq, uint64_t now_ns);

/* The merge. `wait_ns` is 0 from a file (the order is exact) or how long live waits for the slowest
 * worker before it goes on; what then comes late is still delivered and counted. */
struct merge {
	struct ring **ring;
	unsigned n;
	uint64_t wait_ns;
	uint64_t waiting_since_ns;
	uint64_t last_seq;
	uint64_t released_seq; /* what lies below goes out without waiting: its wait is over */
	struct ring *held;     /* its oldest record is the caller's until the next call */
	struct count late, merged;
};
/* The next observation in order, or NULL: none yet (or ever: merge_ended()). Borrowed until the
 * next call. `mono_ns` is the caller's clock, read once a turn. */
const struct observation *merge_next(struct merge *m, uint64_t mono_ns);
bool merge_ended(const struct merge *m);
