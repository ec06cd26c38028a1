// SPDX-License-Identifier: Apache-2.0
/* The inside of one worker's table. */
#pragma once

#include "flow/flow.h"
#include "flow/frag.h"
#include "flow/key.h"
#include "flow/stream.h"
#include "flow/tcp.h"
#include "flow/timer.h"
#include "flow/track.h"

#define FLOW_BURST 64u /* packets whose hashes flow_prefetch() keeps */

struct flow_bucket {
	uint32_t tag;   /* the hash's low half; its low bits are the bucket's home */
	uint32_t index; /* + 1; 0: empty */
};

/* To be told at a tick, in ascending id */
struct flow_due {
	uint64_t id;
	uint32_t index;
};

/* Hashes of the burst at hand; each is used once */
struct flow_burst {
	const struct pkt *first;
	unsigned n;
	uint64_t valid;
	uint64_t seq[FLOW_BURST];
	uint32_t tag[FLOW_BURST];
};

struct flow_table {
	struct flow *flow;
	struct flow_bucket *bucket; /* mask + 1, at most half full */
	uint32_t cap, mask;
	uint32_t fresh;  /* flow[fresh …] was never used: its pages are not touched yet */
	uint32_t unused; /* index + 1: list through wheel_next */
	uint32_t active, hand;
	uint64_t tick_ns;
	struct flow_secret secret;
	struct flow_config config;
	struct flow_hooks hooks;
	struct flow_wheel wheel;
	struct flow_burst burst;
	struct flow_due *due; /* cap to sort, cap to sort with */
	struct flow_streams streams;
	struct frag_table frags;
	struct track *track; /* one a flow; not touched unless `tracks` */
	struct track track_kept; /* of the flow that just ended, for the next one */
	bool tracks, track_midstream;
	uint8_t track_epoch;
	struct flow_counters count;
};

/* Sets the outcome once, where it may be told at all, and tells it. */
void flow_table_decide(struct flow_table *t, struct flow *f, enum flow_outcome outcome,
		       const struct order *at);
/* Tells the end and takes the flow out; it is not on the wheel. */
void flow_table_end(struct flow_table *t, struct flow *f, enum flow_reason reason,
		    const struct order *at);
/* The second by which the flow must be looked at again. */
uint32_t flow_expire_deadline(const struct flow_table *t, const struct flow *f);

/* lookup.c. The tag is the low half of the key's hash, taken from the burst's if it is there. */
uint32_t flow_lookup_tag(struct flow_table *t, const struct pkt *p, const struct flow_key *k);
struct flow *flow_lookup_find(const struct flow_table *t, const struct flow_key *k, uint32_t tag,
			      enum flow_dir_name *dir); /* or NULL */
void flow_lookup_put(struct flow_table *t, uint32_t tag, const struct flow *f);
void flow_lookup_drop(struct flow_table *t, const struct flow *f);
void flow_lookup_prefetch(const struct flow_table *t, const struct flow *f); /* before it is dropped */
