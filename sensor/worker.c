// SPDX-License-Identifier: Apache-2.0
/* A worker's life: everything allocated at the start, then bursts until the source ends or the
 * operator does. */
#include "worker.h"

#include "detect/detect.h"

#include "pipeline.h"
#include "proto/file_known.h"

#include <sched.h>
#include <string.h>
#include <time.h>

/* A flow's end is told to the rules first: what they still held back is decided with the flow. */
static void on_flow_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
			  enum flow_reason reason, const struct order *at)
{
	struct worker *w = ctx;

	if (kind == FLOW_EVENT_end) {
		proto_flow_end(w->proto, (struct flow *)f, at);
		rule_flow_end(w->rules, (struct flow *)f, at);
	}
	observe_flow_event(&w->observer, f, kind, reason, at);
}

/* The parsers first: the rules may ask what the flow is. */
static void on_piece(void *ctx, struct flow *f, const struct flow_piece *piece,
		     const struct pkt *p, const struct order *at)
{
	struct worker *w = ctx;

	rule_piece_comes(w->rules, f, piece, p, at);
	proto_piece(w->proto, f, piece, p, at);
	rule_piece(w->rules, f, piece, p, at);
}

/* Not the matcher itself is their context: it changes when the rules are read again. */
static void on_tx(void *ctx, const struct proto_tx_event *e)
{
	struct worker *w = ctx;

	rule_tx(w->rules, e);
}

static void on_frame(void *ctx, const struct proto_frame *f)
{
	struct worker *w = ctx;

	rule_frame(w->rules, f);
}

static void on_app(void *ctx, struct flow *f, const struct pkt *p, const struct order *at)
{
	struct worker *w = ctx;

	rule_app(w->rules, f, p, at);
}

int worker_init(struct worker *w, unsigned index, const struct worker_config *c,
		_Atomic bool *stop, struct err *err)
{
	const struct flow_hooks hooks = {.on_event = on_flow_event, .ctx = w};
	struct flow_config flow = *c->flow;
	struct rule_matcher *rules = NULL;
	int r;

	w->index = index;
	w->workers = c->workers;
	w->stop = stop;
	if ((r = ring_init(&w->ring, c->ring_bytes, c->block, c->abort, err)) < 0 ||
	    (r = flow_table_new(&w->flows, &flow, c->workers, c->seed, &hooks, err)) < 0 ||
	    (r = rule_matcher_new(&rules, c->rules, c->rule, observe_rule_hit, &w->observer,
				  err)) < 0)
		return r;
	w->rules = rules;

	observe_init(&w->observer, &w->ring, index == 0);
	w->observer.flow_records = c->flow_records;
	w->observer.wants = c->wants;
	w->observer.uses = c->ears ? detect_uses : NULL;
	w->observer.ears = c->ears;
	if ((r = observe_remember(&w->observer, c->remember, err)) < 0)
		return r;
	const struct proto_hooks said = {.on_tx = on_tx, .on_app = on_app, .on_frame = on_frame, .rules = w,
					 .on_fact = observe_fact, .observer = &w->observer};
	if ((r = proto_new(&w->proto, c->proto, c->workers, w->flows, &said, err)) < 0)
		return r;
	rule_matcher_ask(w->rules, w->proto);
	proto_want_frames(w->proto, rule_set_frames(c->rules));
	struct file_knowers *k = proto_knowers(w->proto);
	if ((r = file_knowers_prepare(k, c->rules->wants_files, err)) < 0)
		return r;
	k->wants = c->rules->wants_files;
	flow_table_track(w->flows, c->rules->wants_tracking, rule_matcher_midstream(rules));
	if (flow.streams)
		flow_table_set_piece(w->flows, on_piece, w);
	return 0;
}

void worker_fini(struct worker *w)
{
	if (w->flows)
		flow_table_free(w->flows);
	proto_free(w->proto);
	if (w->rules)
		rule_matcher_free(w->rules);
	observe_fini(&w->observer);
	ring_fini(&w->ring);
}

void worker_offer(struct worker *w, struct rule_matcher *m, const struct rule_handover *h)
{
	w->handover = h;
	atomic_store_explicit(&w->next_rules, m, memory_order_release);
}

bool worker_has_taken(const struct worker *w)
{
	return !atomic_load_explicit(&w->next_rules, memory_order_acquire);
}

struct rule_matcher *worker_old_rules(struct worker *w)
{
	struct rule_matcher *old = w->old_rules;

	w->old_rules = NULL;
	return old;
}

static void take_rules(struct worker *w)
{
	struct rule_matcher *next = atomic_load_explicit(&w->next_rules, memory_order_acquire);

	if (__builtin_expect(!next, 1))
		return;
	w->old_rules = w->rules;
	rule_matcher_adopt(next, w->old_rules, w->handover);
	w->rules = next;
	proto_knowers(w->proto)->wants = rule_matcher_set(next)->wants_files;
	flow_table_track(w->flows, rule_matcher_set(next)->wants_tracking, rule_matcher_midstream(next));
	proto_want_frames(w->proto, rule_set_frames(rule_matcher_set(next)));
	w->old_until = w->ring.tail;
	atomic_store_explicit(&w->next_rules, NULL, memory_order_release);
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct burst *b = &w->burst;
	struct timespec cpu;
	char name[16];

	snprintf(name, sizeof(name), "vigie-worker%u", w->index % 1000);
	pthread_setname_np(pthread_self(), name);
	do {
		w->source->next(w->source_state, w->index, b);
		if (atomic_load_explicit(w->stop, memory_order_relaxed))
			b->tick = b->end = true;
		take_rules(w);
		pipeline_burst(w, b);
	} while (!b->end);
	ring_done(&w->ring);
	if (w->evidence)
		evidence_tap_end(w->evidence);

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) == 0)
		w->cpu_ns = (uint64_t)cpu.tv_sec * 1000000000u + (uint64_t)cpu.tv_nsec;
	return NULL;
}

void worker_health(struct worker *w, const struct burst *b)
{
	struct obs_health h = {.drops_known = w->source->drops_known(w->source_state),
			       .live = !w->ring.block};

	if (w->index != 0)
		return;
	for (unsigned i = 0; i < w->workers; i++) {
		const struct capture_counters *c = w->source->counters(w->source_state, i);

		h.frames += count_get(&c->frames);
		h.dropped += count_get(&c->dropped_nic) + count_get(&c->dropped_ring);
		h.clock_back += count_get(&c->clock_back);
		h.clock_jump += count_get(&c->clock_jump);
	}
	observe_health(&w->observer, b->next_seq, b->tick_ns, &h);
}

int worker_start(struct worker *w, struct err *err)
{
	int r = pthread_create(&w->thread, NULL, worker_run, w);

	if (r)
		return err_set(err, r, "cannot start worker %u: %s", w->index, strerror(r));
	if (w->cpu >= 0) {
		cpu_set_t set;
		CPU_ZERO(&set);
		CPU_SET((unsigned)w->cpu, &set);
		r = pthread_setaffinity_np(w->thread, sizeof(set), &set);
		if (r)
			return err_set(err, r, "cannot pin worker %u to CPU %d: %s", w->index,
				       w->cpu, strerror(r));
	}
	return 0;
}

void worker_join(struct worker *w)
{
	pthread_join(w->thread, NULL);
}
