// SPDX-License-Identifier: Apache-2.0
/* The steps of a reload; see reload.h. main turns the wheel ten times a second. */
#include "reload.h"

#include "base/clock.h"
#include "base/log.h"
#include "control.h"
#include "proto/file_known.h"
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void reload_init(struct reload *l)
{
	pthread_mutex_init(&l->lock, NULL);
}

uint64_t reload_ask(struct reload *l)
{
	pthread_mutex_lock(&l->lock);
	atomic_store(&l->asked, true);
	uint64_t number = l->begun + 1;
	pthread_mutex_unlock(&l->lock);
	return number;
}

bool reload_result(struct reload *l, uint64_t number, char *out, size_t size)
{
	pthread_mutex_lock(&l->lock);
	bool ended = l->done + l->failed >= number, over = l->over;
	if (ended)
		snprintf(out, size, "%s", l->said);
	pthread_mutex_unlock(&l->lock);
	if (!ended && over)
		snprintf(out, size, "error the sensor ends: the rules stay as they are");
	return ended || over;
}

void reload_over(struct reload *l)
{
	pthread_mutex_lock(&l->lock);
	l->over = true;
	pthread_mutex_unlock(&l->lock);
}

/* Everything a change needs, so that none of it can fail later. */
static int prepare(struct run *r, struct err *err)
{
	struct reload *l = &r->reload;
	int rc = run_rules(r->o, &l->set, err);

	if (rc == 0 && l->set->n == 0)
		rc = err_set(err, EINVAL, "there is no rule in it");
	if (rc == 0)
		rc = rule_handover_new(&l->handover, r->rules, l->set, err);
	for (unsigned i = 0; rc == 0 && i < r->n_workers; i++)
		rc = rule_matcher_new(&l->matcher[i], l->set, &r->o->rule, observe_rule_hit,
				      &r->worker[i].observer, err);
	for (unsigned i = 0; rc == 0 && i < r->n_workers; i++)
		rc = file_knowers_prepare(proto_knowers(r->worker[i].proto), l->set->wants_files, err);
	return rc;
}

static void *load(void *arg)
{
	struct run *r = arg;

	r->reload.rc = prepare(r, &r->reload.err);
	atomic_store_explicit(&r->reload.loaded, true, memory_order_release);
	return NULL;
}

/* Gives back the new set, or when it is in force the old one. */
static void forget(struct run *r, struct rule_set **set, struct rule_matcher **matcher)
{
	struct reload *l = &r->reload;

	for (unsigned i = 0; matcher && i < r->n_workers; i++) {
		rule_matcher_free(matcher[i]);
		matcher[i] = NULL;
	}
	rule_handover_free(l->handover);
	l->handover = NULL;
	rule_set_free(*set);
	*set = NULL;
}

static void failed(struct reload *l, const char *why)
{
	log_error("the rules stay as they are: %s", why);
	pthread_mutex_lock(&l->lock);
	l->failed++;
	snprintf(l->why, sizeof(l->why), "%.255s", why);
	snprintf(l->said, sizeof(l->said), "error the rules stay as they are: %s", l->why);
	pthread_mutex_unlock(&l->lock);
}

static bool was_asked(struct reload *l)
{
	pthread_mutex_lock(&l->lock);
	bool asked = atomic_exchange(&l->asked, false);
	l->begun += asked;
	pthread_mutex_unlock(&l->lock);
	return asked;
}

static void begin(struct run *r)
{
	struct reload *l = &r->reload;

	if (!l->matcher)
		l->matcher = calloc(r->n_workers, sizeof(struct rule_matcher *));
	if (!l->old_matcher)
		l->old_matcher = calloc(r->n_workers, sizeof(struct rule_matcher *));
	l->began_ns = clock_mono_ns();
	l->loaded = false;
	l->rc = 0;
	if (!l->matcher || !l->old_matcher || pthread_create(&l->thread, NULL, load, r) != 0) {
		failed(l, "no memory");
		return;
	}
	control_notify("RELOADING=1");
	l->step = RELOAD_loading;
}

static void fail(struct run *r)
{
	struct reload *l = &r->reload;

	forget(r, &l->set, l->matcher);
	failed(l, l->err.msg);
	control_notify("READY=1");
	l->step = RELOAD_idle;
}

static void on_loaded(struct run *r)
{
	struct reload *l = &r->reload;

	pthread_join(l->thread, NULL);
	if (l->rc < 0) {
		fail(r);
		return;
	}
	for (unsigned i = 0; i < r->n_workers; i++)
		worker_offer(&r->worker[i], l->matcher[i], l->handover);
	l->step = RELOAD_workers;
}

/* Once every worker has taken the new set. One that ended first never does: the run is at its end.
 */
static void on_taken(struct run *r)
{
	struct reload *l = &r->reload;

	for (unsigned i = 0; i < r->n_workers; i++) {
		if (!worker_has_taken(&r->worker[i]))
			return;
	}
	char *sha = l->sha256[l->done % 2];
	memcpy(sha, l->set->sha256, sizeof(l->sha256[0]));
	__atomic_store_n(&r->eve.ruleset_sha256, sha, __ATOMIC_RELEASE);
	detect_suppress(r->detect, l->set->suppressions);
	pthread_mutex_lock(&l->lock);
	for (unsigned i = 0; i < r->n_workers; i++) {
		l->old_matcher[i] = worker_old_rules(&r->worker[i]);
		l->matcher[i] = NULL;
	}
	l->old = r->rules;
	r->rules = l->set;
	l->set = NULL;
	l->done++;
	l->last_ns = clock_mono_ns() - l->began_ns;
	l->why[0] = 0;
	snprintf(l->said, sizeof(l->said), "ok %u rules, %u matched, %u left out, %.2f s", r->rules->n,
		 r->rules->n_matched, r->rules->n_failed, (double)l->last_ns / 1e9);
	pthread_mutex_unlock(&l->lock);
	log_info("%u rules in force after %.2f s, %u of them can be matched", r->rules->n,
		 (double)l->last_ns / 1e9, r->rules->n_matched);
	if (r->rules->n_failed)
		log_warn("%u rules did not parse and are left out", r->rules->n_failed);
	control_notify("READY=1");
	l->step = RELOAD_detect;
}

static bool has_read(const struct ring *ring, uint64_t to)
{
	return atomic_load_explicit(&ring->head_pub, memory_order_acquire) >= to;
}

static void on_read(struct run *r)
{
	for (unsigned i = 0; i < r->n_workers; i++) {
		const struct worker *w = &r->worker[i];

		if (!has_read(&w->ring, w->old_until))
			return;
	}
	atomic_fetch_add(&r->reload.want, 1);
	r->reload.step = RELOAD_writer;
}

static void on_written(struct run *r)
{
	struct reload *l = &r->reload;

	if (atomic_load_explicit(&l->seen, memory_order_acquire) != atomic_load(&l->want) ||
	    !has_read(&r->findings, atomic_load(&l->tail)))
		return;
	pthread_mutex_lock(&l->lock);
	forget(r, &l->old, l->old_matcher);
	pthread_mutex_unlock(&l->lock);
	l->step = RELOAD_idle;
}

void reload_turn(struct run *r)
{
	struct reload *l = &r->reload;

	switch (l->step) {
	case RELOAD_idle:
		if (was_asked(l))
			begin(r);
		break;
	case RELOAD_loading:
		if (atomic_load_explicit(&l->loaded, memory_order_acquire))
			on_loaded(r);
		break;
	case RELOAD_workers:
		on_taken(r);
		break;
	case RELOAD_detect:
		on_read(r);
		break;
	case RELOAD_writer:
		on_written(r);
		break;
	}
}

void reload_end(struct run *r)
{
	struct reload *l = &r->reload;

	if (l->step == RELOAD_loading)
		pthread_join(l->thread, NULL);
	for (unsigned i = 0; i < r->n_workers && l->step == RELOAD_workers; i++) {
		if (!worker_has_taken(&r->worker[i]))
			continue;
		l->old_matcher[i] = worker_old_rules(&r->worker[i]);
		l->matcher[i] = NULL; /* goes with the worker */
	}
	if (l->matcher)
		forget(r, &l->set, l->matcher);
	if (l->old_matcher)
		forget(r, &l->old, l->old_matcher);
	free(l->matcher);
	free(l->old_matcher);
	l->matcher = l->old_matcher = NULL;
}
