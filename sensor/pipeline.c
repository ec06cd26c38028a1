// SPDX-License-Identifier: Apache-2.0
/* The sensor on one page: one worker, one burst, every stage in order.
 *
 * Decoding and the flow lookup's prefetch run over the whole burst; what follows runs packet by
 * packet, so that observations leave in the order of the frames (docs/why/0002-order.md). TCP stream
 * bytes reach the parsers and the rules from inside flow_pkt(), through the flow_on_piece hook set in
 * worker.c; what parsers understand reaches the rules and the observer through their hooks.
 *
 * Owns:   nothing; a burst's frames belong to the source and live until its next().
 * Thread: one worker per reader; both directions of two hosts meet on one worker, nothing locks.
 * Errors: none to return. A frame that cannot be decoded is counted under its verdict; an
 *         observation that finds no room is counted as lost.
 */
#include "pipeline.h"

#include "worker.h"

void pipeline_burst(struct worker *w, const struct burst *b)
{
	struct pkt *pkt = w->pkt;
	unsigned n = decode_burst(b->frame, b->n, pkt, &w->verdicts);

	flow_prefetch(w->flows, pkt, n);
	for (unsigned i = 0; i < n; i++) {
		flow_defrag(w->flows, &pkt[i], &w->verdicts);
		observe_pkt(&w->observer, &pkt[i]);
		flow_pkt(w->flows, &pkt[i]);
		if (w->evidence)
			evidence_frame(w->evidence, &b->frame[i], &pkt[i]);
		proto_pkt(w->proto, &pkt[i]);
		rule_pkt(w->rules, &pkt[i]);
	}

	if (b->tick) {
		observe_tick(&w->observer, b->next_seq, b->tick_ns);
		worker_health(w, b);
		flow_tick(w->flows, b->next_seq, b->tick_ns, b->end);
		if (b->end)
			observe_end(&w->observer, b->next_seq, b->now_ns);
	}
	if (w->evidence)
		evidence_turn(w->evidence, b->now_ns);
	if (w->watch)
		watch_tap_burst(w->watch, pkt, n, b->now_ns);
	ring_watermark(w->observer.ring, b->next_seq);
}
