// SPDX-License-Identifier: Apache-2.0
/* observe.c → its neighbours: what they need to write a record. */
#pragma once

#include "observe/observe.h"

#define SEEN_AGAIN_NS   (60ull * 1000000000u) /* what still goes on is told once a minute */
#define SEEN_AGAIN_MANY 1024u                 /* or after so many */

uint64_t observe_pair_key(const struct flow *f);
struct obs_link observe_link_of_flow(const struct flow *f);
struct obs_link observe_link_of_pkt(const struct pkt *p);
/* Room for the header and `len` bytes behind it, the header filled; NULL: lost, counted. */
struct observation *observe_put(struct observer *o, enum observation_kind kind,
				const struct order *at, uint64_t flow_id, uint32_t len);
/* Room for a record about the flow, NULL: lost, counted. */
struct observation *observe_put_flow(struct observer *o, enum observation_kind kind,
				     const struct flow *f, const struct order *at, uint32_t len);
/* crowd.c: a contact that was forgotten undecided; the sums, once a second. */
void observe_crowd_add(struct observer *o, const struct flow *f, const struct order *at);
void observe_crowd_tell(struct observer *o, const struct order *at);
/* volume.c */
void observe_volume_step(struct observer *o, struct flow *f, const struct order *at);
void observe_volume_end(struct observer *o, const struct flow *f, const struct order *at);
/* beat.c */
void observe_beat_contact(struct observer *o, const struct flow *f, const struct order *at);
void observe_beat_wake(struct observer *o, const struct flow *f, const struct order *at);
void observe_beat_end(struct observer *o, const struct flow *f);
void observe_beat_fact(struct observer *o, const struct proto_fact *fact);
