// SPDX-License-Identifier: Apache-2.0
/* How much two hosts send each other, told while it happens: an upload is worth nothing as a record
 * of its end.
 *
 * A flow tells each step of FLOW_VOLUME_BYTES or FLOW_VOLUME_PKTS, with what is new since the last;
 * so the sum over the observations is the flow's volume but for the last step. What a flow has left
 * when it ends is added up by (hosts, service), and told once PAIR_BYTES or PAIR_PKTS have come
 * together: a file sent in a thousand small connections counts like one sent in one.
 *
 * Cost:   one observation for 4 MiB or 8192 packets of one side, or for 1 MiB of small flows.
 */
#include "observe/volume.h"

#define PAIR_BYTES (1u << 20)
#define PAIR_PKTS  4096u

static void told(struct obs_volume *v, const struct flow *f)
{
	v->link = observe_link_of_flow(f);
	v->start_ns = f->start_ns;
	v->seen = f->seen;
	v->guessed = (f->seen & FLOW_GUESSED) != 0;
	for (unsigned dir = 0; dir < 2; dir++) {
		v->total[dir] = f->half[dir].bytes;
		v->pkts[dir] = f->half[dir].pkts;
	}
}

void observe_volume_step(struct observer *o, struct flow *f, const struct order *at)
{
	struct obs_volume v = {0};

	told(&v, f);
	for (unsigned dir = 0; dir < 2; dir++) {
		v.bytes[dir] = f->half[dir].bytes - f->told[dir];
		f->told[dir] = f->half[dir].bytes;
	}
	struct observation *out = observe_put_flow(o, OBS_volume, f, at, sizeof(v));
	if (out)
		memcpy(out + 1, &v, sizeof(v));
}

void observe_volume_end(struct observer *o, const struct flow *f, const struct order *at)
{
	struct obs_volume v = {.ended = 1};

	if (!o->seen.at)
		return;
	struct seen_entry *e = seen_get(&o->seen, observe_pair_key(f));
	bool whole = f->told[0] == 0 && f->told[1] == 0; /* else its packets have been told */
	for (unsigned dir = 0; dir < 2; dir++) {
		e->bytes[dir] += f->half[dir].bytes - f->told[dir];
		e->pkts[dir] += whole ? f->half[dir].pkts : 0;
	}
	if (e->bytes[0] < PAIR_BYTES && e->bytes[1] < PAIR_BYTES && e->pkts[0] < PAIR_PKTS &&
	    e->pkts[1] < PAIR_PKTS)
		return;
	told(&v, f);
	for (unsigned dir = 0; dir < 2; dir++) {
		v.bytes[dir] = e->bytes[dir];
		v.pkts[dir] = e->pkts[dir];
		e->bytes[dir] = 0;
		e->pkts[dir] = 0;
	}
	struct observation *out = observe_put_flow(o, OBS_volume, f, at, sizeof(v));
	if (out)
		memcpy(out + 1, &v, sizeof(v));
}
