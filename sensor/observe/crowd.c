// SPDX-License-Identifier: Apache-2.0
/* Sums of forgotten contacts; see crowd.h. Memory limits are where the promise of the same bytes
 * for any number of workers ends (flow.evicted says so), so sums need not be the same either. */
#include "observe/crowd.h"

#include "base/clock.h"
#include "base/hash.h"
#include "observe/volume.h"

#include <errno.h>
#include <stdlib.h>

#define TCP  6
#define UDP  17
#define SCTP 132

int crowd_init(struct crowd *c, struct err *err)
{
	c->n = 0;
	c->at = calloc(CROWD_ENTRIES, sizeof(*c->at));
	return c->at ? 0 : err_set(err, ENOMEM, "no memory for contacts");
}

void crowd_fini(struct crowd *c)
{
	free(c->at);
	c->at = NULL;
}

static uint64_t key_of(const struct flow *f)
{
	struct addr prefix = f->client;
	uint64_t service = (uint64_t)f->proto << 16 | f->server_port;

	if (addr_is_v4(&prefix))
		prefix.b[15] = 0;
	else
		prefix.q[1] = 0;
	uint64_t bucket = hash_addr(&prefix, 9) >> 32 & (CROWD_BUCKETS - 1);
	uint64_t key = hash_u64(hash_addr(&f->server, service) ^ f->start_ns / NS_PER_S, bucket);
	return key ? key : 1;
}

static void tell(struct observer *o, struct crowd_sum *s, const struct order *at)
{
	const struct flow *f = &s->first;
	struct observation *out =
		observe_put_flow(o, OBS_contact, f, at, sizeof(struct obs_contact));

	if (out)
		*(struct obs_contact *)(out + 1) = (struct obs_contact){
			.link = observe_link_of_flow(f),
			.outcome = FLOW_unanswered,
			.tcp_flags = f->half[FLOW_to_server].tcp_flags,
			.seen = f->seen,
			.start_ns = f->start_ns,
			.first_seq = f->first_seq,
			.count = s->count,
		};
	s->key = 0;
	o->crowd.n--;
}

/* One side alone has spoken, it is known which, and nobody has been told how it went. */
static bool is_undecided(const struct flow *f)
{
	return !(f->seen & (FLOW_DECIDED | FLOW_GUESSED | FLOW_SYNACK_FIRST)) &&
	       f->half[FLOW_to_client].pkts == 0 &&
	       (f->proto == TCP ? f->seen & FLOW_SYN : f->proto == UDP || f->proto == SCTP);
}

void observe_crowd_add(struct observer *o, const struct flow *f, const struct order *at)
{
	if (!o->crowd.at || !is_undecided(f))
		return;
	uint64_t key = key_of(f);
	struct crowd_sum *s = &o->crowd.at[key % CROWD_ENTRIES];

	count_add(&o->crowded, 1);
	if (s->key == key) {
		s->count++;
		return;
	}
	if (s->key)
		tell(o, s, at);
	*s = (struct crowd_sum){.key = key, .first = *f, .count = 1};
	o->crowd.n++;
}

void observe_crowd_tell(struct observer *o, const struct order *at)
{
	for (unsigned i = 0; o->crowd.n && i < CROWD_ENTRIES; i++) {
		if (o->crowd.at[i].key)
			tell(o, &o->crowd.at[i], at);
	}
}
