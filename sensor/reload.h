// SPDX-License-Identifier: Apache-2.0
/* Rules read again while traffic runs (HUP, or REP's `reload`): compiled aside, taken by each
 * worker between two bursts, the old ones freed when nobody can point to them any more. A reload
 * that fails leaves the old rules in force and says why.
 *
 * Who may point to a rule: a worker's matcher; an observation in a worker's ring; the detect thread
 * while it looks at one; a finding in the ring to the writer. So, in this order: every worker has
 * taken the new set; detect has read each ring to where it was then; detect has published what it
 * found up to there; the writer has read that far.
 *
 * Thread: reload_turn() and reload_end() main's; reload_ask() and reload_result() any; reload_seen() detect's. The two
 * sets of a change live side by side: memory of the rules is needed twice for as long.
 */
#pragma once

#include "observe/ring.h"
#include "rule/rule.h"

#include <pthread.h>
#include <stdatomic.h>

struct run;

enum reload_step { RELOAD_idle, RELOAD_loading, RELOAD_workers, RELOAD_detect, RELOAD_writer };

struct reload {
	_Atomic bool asked;
	enum reload_step step;
	pthread_t thread;
	_Atomic bool loaded; /* the thread has ended */
	int rc;
	struct err err;
	struct rule_set *set, *old;
	struct rule_handover *handover;
	struct rule_matcher **matcher, **old_matcher; /* a worker each */
	uint64_t began_ns;
	/* detect's: it has published all it found before it saw `want`; `tail` is how far that is
	 */
	_Atomic uint64_t want, seen, tail;
	char sha256[2][65]; /* the writer's, by turns */
	/* Guards what counts and describes the rules against those who ask for statistics. */
	pthread_mutex_t lock;
	uint64_t done, failed, last_ns;
	char why[256]; /* the last one failed; "" when it did not */
	uint64_t begun; /* each ends as done or as failed */
	bool over;      /* main turns the wheel no more */
	char said[384]; /* how the last one ended */
};

void reload_init(struct reload *l);
/* The number of the reload that will begin after this was asked: one that runs already may have read
 * the files before they changed. */
uint64_t reload_ask(struct reload *l);
/* False: it has not ended. Else "ok N rules, …" or "error TEXT". */
bool reload_result(struct reload *l, uint64_t number, char *out, size_t size);
void reload_turn(struct run *r);
void reload_over(struct reload *l); /* whoever still waits is told so */
void reload_end(struct run *r); /* after every thread has ended */

static inline void reload_seen(struct reload *l, struct ring *findings)
{
	uint64_t want = atomic_load_explicit(&l->want, memory_order_acquire);

	if (__builtin_expect(want == atomic_load_explicit(&l->seen, memory_order_relaxed), 1))
		return;
	ring_commit(findings);
	atomic_store_explicit(&l->tail, findings->tail, memory_order_relaxed);
	atomic_store_explicit(&l->seen, want, memory_order_release);
}
