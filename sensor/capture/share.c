// SPDX-License-Identifier: Apache-2.0
/* What all live sources do with a received frame: measure it, filter it, send it across when its
 * hosts are another worker's, and remove copies of it where it ends up.
 *
 * Copies are looked for by the worker of the hosts, because the mirror's copies of a packet may
 * arrive at different readers, and because hosts are what a table should be about.
 *
 * Thread: a reader's own.
 */
#include "capture/share.h"

#include "capture/dispatch.h"

int capture_share_init(struct capture_share *s, const struct capture_config *c, unsigned index,
		       struct capture_handover *handover, struct err *err)
{
	s->index = index;
	s->workers = c->workers > 0 ? c->workers : 1;
	s->seed = c->seed;
	s->handover = handover;
	int r = capture_probe_init(&s->probe, &s->health, c->health_every, err);
	return r < 0 ? r : capture_dedup_init(&s->dedup, c->dedup, true, c->seed, err);
}

void capture_share_fini(struct capture_share *s)
{
	capture_probe_fini(&s->probe);
	capture_dedup_fini(&s->dedup);
}

/* False: a copy that is to be removed. */
static bool look(struct capture_share *s, const struct frame *f)
{
	bool due = capture_probe_due(&s->probe, f->time_ns);
	bool off = s->dedup.mode == DEDUP_off;

	if (!off && capture_dedup_frame(&s->dedup, f, due)) {
		count_add(&s->counters.duplicates, 1);
		return false;
	}
	if (due)
		capture_probe_look(&s->probe, f, off ? &s->dedup : NULL);
	return true;
}

bool capture_share_frame(struct capture_share *s, const struct frame *f, bool wanted)
{
	capture_probe_frame(&s->probe, f);
	if (!wanted) {
		count_add(&s->counters.filtered, 1);
		return false;
	}
	unsigned to = capture_dispatch_worker(f, s->workers, s->seed);
	if (to == s->index)
		return look(s, f);
	bool put = capture_handover_put(s->handover, s->index, to, f);
	count_add(&s->counters.handed_over, put);
	count_add(&s->counters.lost_handover, !put);
	if (!put)
		capture_probe_dropped(&s->probe, 1);
	return false;
}

unsigned capture_share_handed(struct capture_share *s, struct frame *out, unsigned max,
			      unsigned *taken)
{
	unsigned n = 0;

	*taken = s->handover ? capture_handover_take(s->handover, s->index, out, max) : 0;
	for (unsigned i = 0; i < *taken; i++)
		if (look(s, &out[i]))
			out[n++] = out[i];
	return n;
}

void capture_share_burst(struct capture_share *s, const struct burst *b)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < b->n; i++)
		bytes += b->frame[i].wire_len;
	count_add(&s->counters.kept, b->n);
	count_add(&s->counters.kept_bytes, bytes);
	if (s->handover)
		capture_handover_flush(s->handover, s->index);
	capture_probe_flush(&s->probe, &s->counters);
}

void capture_share_second(struct capture_share *s, uint64_t lost)
{
	uint64_t kept = count_get(&s->counters.kept);

	capture_probe_pace(&s->probe, kept - s->kept_before);
	s->kept_before = kept;
	capture_probe_dropped(&s->probe, lost);
	capture_probe_sum_pairs(&s->probe);
	capture_probe_sum_dedup(&s->probe, &s->dedup);
	capture_probe_flush(&s->probe, &s->counters);
}
