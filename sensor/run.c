// SPDX-License-Identifier: Apache-2.0
/* Threads and queues: N workers → a ring each → detect → a ring → writer.
 *
 * Thread: run_* on the main thread. The others end in this order: a worker when its source ends or
 *         `stop` is set, detect when every ring has ended, the writer when detect's has.
 * Errors: from a file a full ring makes its producer wait, so that nothing is lost; live it drops
 *         and counts. `abort` (a second TERM) ends even the waiting.
 */
#include "run.h"

#include "alert/eve_evidence.h"
#include "alert/eve_watch.h"
#include "base/brief.h"
#include "base/clock.h"
#include "base/log.h"
#include "control.h"
#include "precheck.h"
#include "privilege.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_RING (4u << 20) /* bytes, a worker: from a file a full ring loses nothing */
#define FINDINGS_RING (1u << 21) /* bytes: 60 of the largest records, thousands of usual ones */
#define MERGE_WAIT_NS (10 * NS_PER_MS)
#define SPIN_TURNS 64u
#define IDLE_MIN_NS (20 * NS_PER_US)
#define IDLE_MAX_NS (500 * NS_PER_US)
#define RULE_REPORT_LINES 20u /* a wrong file is one mistake, said ten thousand times */
#define IDLE_FILE_NS (2 * NS_PER_MS) /* nobody waits for the latency of a file */

/* An idle thread gives its core away: the machine may have no more than two. */
struct idle {
	unsigned turns;
	uint64_t sleep_ns;
};

static void idle_wait(struct idle *i)
{
	if (i->turns++ < SPIN_TURNS)
		return;
	clock_sleep_ns(i->sleep_ns);
	if (i->sleep_ns < IDLE_MAX_NS)
		i->sleep_ns *= 2;
}

static void idle_reset(struct idle *i)
{
	i->turns = 0;
	i->sleep_ns = IDLE_MIN_NS;
}

static uint64_t cpu_ns(clockid_t of)
{
	struct timespec t;

	if (clock_gettime(of, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void *detect_run(void *arg)
{
	struct run *r = arg;
	struct idle idle = {.sleep_ns = r->live ? IDLE_MIN_NS : IDLE_FILE_NS};
	const struct observation *o;
	unsigned n = 0;

	pthread_setname_np(pthread_self(), "vigie-detect");
	while (!atomic_load_explicit(&r->abort, memory_order_relaxed)) {
		reload_seen(&r->reload, &r->findings);
		o = merge_next(&r->merge, r->live ? clock_mono_ns() : 0);
		if (o) {
			detect_observation(r->detect, o);
			if (++n % 64 == 0)
				ring_commit(&r->findings);
			if (r->live)
				idle_reset(&idle);
			continue;
		}
		ring_commit(&r->findings);
		if (merge_ended(&r->merge))
			break;
		idle_wait(&idle);
	}
	ring_done(&r->findings);
	r->detect_cpu_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

/* What became of an alert's frames, as an event of its own. */
static void write_evidence(void *ctx, const struct evidence_done *d)
{
	static char line[EVE_LINE_MAX];
	struct run *r = ctx;
	struct event_id id, *identity = NULL;

	if (r->eve.identity) {
		publish_next_id(r->publish, &id);
		identity = &id;
	}
	size_t n = eve_evidence(&r->eve, d, identity, line);
	if (n == 0) {
		count_add(&r->eve_overflow, 1);
		return;
	}
	if (r->o->to_stdout)
		fwrite(line, 1, n, stdout);
	publish_event(r->publish, TOPIC_EVIDENCE, line, n, true);
}

static void write_watch(struct run *r, const struct watch_said *s)
{
	static char line[EVE_LINE_MAX];
	struct event_id id, *identity = NULL;

	if (r->eve.identity) {
		publish_next_id(r->publish, &id);
		identity = &id;
	}
	size_t n = eve_watch(&r->eve, s, identity, line);
	if (n == 0) {
		count_add(&r->eve_overflow, 1);
		return;
	}
	if (r->o->to_stdout)
		fwrite(line, 1, n, stdout);
	publish_event(r->publish, TOPIC_WATCH, line, n, true);
}

static void write_finding(struct run *r, const struct finding *f, char *line)
{
	char topic[64];
	struct event_id id, *identity = NULL;

	if (r->eve.identity) {
		publish_next_id(r->publish, &id);
		identity = &id;
	}
	r->eve.evidence_id = evidence_name(r->evidence, f, identity);
	size_t n = eve_render(&r->eve, f, identity, line);
	if (n == 0) {
		count_add(&r->eve_overflow, 1);
		return;
	}
	if (r->o->to_stdout)
		fwrite(line, 1, n, stdout);
	eve_topic(f, topic, sizeof(topic));
	publish_event(r->publish, topic, line, n, f->kind != FINDING_flow);
}

static void *writer_run(void *arg)
{
	static char line[EVE_LINE_MAX];
	struct run *r = arg;
	struct idle idle = {.sleep_ns = r->live ? IDLE_MIN_NS : IDLE_FILE_NS};
	struct evidence_done kept;
	struct watch_said seen;
	const struct finding *f;
	uint32_t n;

	pthread_setname_np(pthread_self(), "vigie-writer");
	for (;;) {
		f = ring_peek(&r->findings, &n);
		if (f) {
			write_finding(r, f, line);
			ring_pop(&r->findings);
			if (r->live)
				idle_reset(&idle);
			continue;
		}
		while (evidence_next(r->evidence, &kept))
			write_evidence(r, &kept);
		while (watch_next(r->watch, &seen))
			write_watch(r, &seen);
		publish_turn(r->publish);
		if (ring_ended(&r->findings)) {
			evidence_last(r->evidence);
			if (evidence_ended(r->evidence))
				break;
		}
		idle_wait(&idle);
	}
	r->writer_cpu_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

static const char *source_file(void *ctx, uint16_t index)
{
	const struct run *r = ctx;

	return r->source->file_name(r->source_state, index);
}

static const struct geo_place *place(void *ctx, const struct addr *a)
{
	return geo_find(ctx, a);
}

static void status(void *ctx, char *out, size_t size)
{
	run_stats(ctx, out, size);
}

static bool country(const void *ctx, const struct addr *a, char out[3])
{
	return geo_country(ctx, a, out);
}

static const char *ask_watch(void *ctx, const struct journal_watch *w)
{
	return watch_ask(((struct run *)ctx)->watch, w);
}

static uint64_t ask_reload(void *ctx)
{
	return reload_ask(&((struct run *)ctx)->reload);
}

static bool reload_ended(void *ctx, uint64_t number, char *out, size_t size)
{
	return reload_result(&((struct run *)ctx)->reload, number, out, size);
}

int run_rules(const struct options *o, struct rule_set **set, struct err *err)
{
	struct brief b;
	FILE *report = brief_open(&b, stderr, RULE_REPORT_LINES);
	int e = rule_set_load(&o->rule, set, report ? report : stderr, err);

	brief_close(&b, report, "-T prints all");
	return e;
}

static int open_rules(struct run *r, struct err *err)
{
	r->o->rule.country = r->geo ? country : NULL;
	r->o->rule.country_ctx = r->geo;
	int e = r->live ? privilege_folder(r->o, r->o->rule.cache, err) : 0;

	if (e == 0 && r->live)
		e = privilege_folder(r->o, r->o->rule.datasets, err);
	if (e < 0)
		return e;
	r->fault = EXIT_CONFIG;
	if ((e = run_rules(r->o, &r->rules, err)) < 0)
		return e;
	if (r->rules->n_failed)
		log_warn("%u rules did not parse and are left out", r->rules->n_failed);
	if (r->rules->n > 0 && r->rules->n_matched == 0)
		log_warn("none of the %u rules can be matched; vigie-sensor -T -v says why",
			 r->rules->n);
	else if (r->rules->n_matched < r->rules->n)
		log_info("%u of %u rules can be matched; vigie-sensor -T -v names the rest",
			 r->rules->n_matched, r->rules->n);
	return 0;
}

static uint64_t random_seed(void)
{
	uint64_t seed = 0;

	if (getentropy(&seed, sizeof(seed)) != 0)
		seed = clock_mono_ns();
	return seed | 1;
}

static int open_workers(struct run *r, struct err *err)
{
	const struct worker_config c = {
		.flow = &r->o->flow,
		.proto = &r->o->proto,
		.rule = &r->o->rule,
		.rules = r->rules,
		.workers = r->n_workers,
		.seed = r->o->capture.seed,
		.ring_bytes = r->live || r->o->top.ring < FILE_RING ? r->o->top.ring : FILE_RING,
		.block = !r->live,
		.abort = &r->abort,
		.flow_records = r->o->top.flow_records,
		.wants = detect_wants(&r->o->detect),
		.ears = &r->ears,
		.remember = SEEN_ENTRIES / r->n_workers,
	};

	detect_ears(&r->ears, &r->o->detect);
	r->worker = calloc(r->n_workers, sizeof(*r->worker));
	r->worker_ring = calloc(r->n_workers, sizeof(struct ring *));
	if (!r->worker || !r->worker_ring)
		return err_set(err, ENOMEM, "no memory for %u workers", r->n_workers);
	for (unsigned i = 0; i < r->n_workers; i++) {
		struct worker *w = &r->worker[i];
		int e = worker_init(w, i, &c, &r->stop, err);
		if (e < 0)
			return e;
		w->source = r->source;
		w->source_state = r->source_state;
		w->cpu = i < r->o->top.cpus.n ? atoi(r->o->top.cpus.at[i]) : -1;
		w->evidence = evidence_tap_of(r->evidence, i);
		w->watch = watch_tap_of(r->watch, i);
		r->worker_ring[i] = &w->ring;
	}
	r->merge = (struct merge){.ring = r->worker_ring,
				  .n = r->n_workers,
				  .wait_ns = r->live ? MERGE_WAIT_NS : 0};
	return 0;
}

/* A live run has no screen to write to: it says where its events can be had. */
static void say_where(const struct publish_config *p)
{
	if (p->dir)
		log_info("events: %s/eve.json", p->dir);
	if (p->journal_dir)
		log_info("events: journal %s, for collectors at %s", p->journal_dir,
			 p->rep.n ? p->rep.at[0] : "no address");
	if (p->pub.n)
		log_info("events: nngcat --sub --dial %s --subscribe alert. --raw", p->pub.at[0]);
}

int run_open(struct run *r, struct options *o, struct err *err)
{
	int e;

	memset(r, 0, sizeof(*r));
	r->o = o;
	r->live = o->capture.files.n == 0;
	r->n_workers = o->top.workers;
	reload_init(&r->reload);
	r->started_ns = clock_mono_ns();
	r->started_real_ns = clock_real_ns();
	o->capture.seed = r->live ? random_seed() : 0;

	r->fault = EXIT_CONFIG;
	if ((e = precheck(o, err)) < 0 || (e = geo_open(&r->geo, &o->geo, err)) < 0)
		return e;
	r->fault = EXIT_RUNTIME;
	if ((e = open_rules(r, err)) < 0)
		return e;
	r->fault = EXIT_RUNTIME;
	o->publish.evidence_dir = o->evidence.dir;
	r->source = source_choose(&o->capture, r->why_source, sizeof(r->why_source), err);
	if (!r->source)
		return -EINVAL;
	if ((e = r->source->open(&o->capture, &r->source_state, err)) < 0 ||
	    (e = privilege_drop(o, err)) < 0)
		return e;
	if (r->why_source[0] && (r->live || o->verbose))
		log_info("%s", r->why_source);
	if ((e = evidence_open(&r->evidence, &o->evidence, r->live, r->n_workers, err)) < 0 ||
	    (r->live && (e = watch_open(&r->watch, r->n_workers, err)) < 0) ||
	    (e = open_workers(r, err)) < 0 ||
	    (e = ring_init(&r->findings, FINDINGS_RING, !r->live, &r->abort, err)) < 0 ||
	    (e = detect_new(&r->detect, &o->detect, &r->findings, err)) < 0 ||
	    (e = publish_open(&r->publish, &o->publish, r->live, status, r, err)) < 0)
		return e;

	static const struct publish_reload by_rep = {ask_reload, reload_ended};
	publish_on_reload(r->publish, &by_rep);
	publish_on_watch(r->publish, ask_watch);
	detect_suppress(r->detect, r->rules->suppressions);
	r->eve = (struct eve_config){
		.in_iface = r->live ? o->capture.interface : NULL,
		.sensor = o->publish.sensor ? o->publish.sensor : "",
		.ruleset_sha256 = r->rules->sha256,
		.file_name = r->live ? NULL : source_file,
		.file_ctx = r,
		.identity = publish_wants_identity(r->publish),
		.place = r->geo ? place : NULL,
		.place_ctx = r->geo,
	};
	if (r->live)
		say_where(&o->publish);
	r->loaded_ns = clock_mono_ns();
	r->load_cpu_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
	return 0;
}

int run_start(struct run *r, struct err *err)
{
	int e = pthread_create(&r->writer_thread, NULL, writer_run, r);

	if (e)
		return err_set(err, e, "cannot start the writer: %s", strerror(e));
	if ((e = evidence_start(r->evidence, err)) < 0)
		return e;
	e = pthread_create(&r->detect_thread, NULL, detect_run, r);
	if (e)
		return err_set(err, e, "cannot start detect: %s", strerror(e));
	for (; r->n_started < r->n_workers; r->n_started++) {
		e = worker_start(&r->worker[r->n_started], err);
		if (e < 0)
			return e;
	}
	return 0;
}

/* Stands still when any worker does: a worker moves on every second, traffic or not. */
static uint64_t slowest(const struct run *r)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < r->n_workers; i++) {
		uint64_t at = atomic_load_explicit(&r->worker[i].ring.watermark,
						   memory_order_relaxed);
		least = at < least ? at : least;
	}
	return least;
}

static void progress(const struct run *r)
{
	uint64_t frames = 0;

	if (r->live || !isatty(STDERR_FILENO))
		return;
	for (unsigned i = 0; i < r->n_workers; i++)
		frames += count_get(&r->source->counters(r->source_state, i)->kept);
	fprintf(stderr, "\r%llu frames", (unsigned long long)frames);
}

/* After a capture file: collectors fetch what they are owed before REP goes away. The writer has
 * ended, so this thread may turn publish's wheel. */
static void linger(struct run *r)
{
	uint64_t until = clock_mono_ns() + r->o->publish.linger_s * NS_PER_S;

	while (!r->live && !atomic_load(&r->stop) && clock_mono_ns() < until &&
	       !publish_settled(r->publish)) {
		control_turn(&r->stop, &r->abort, &r->reload.asked);
		clock_sleep_ns(5 * NS_PER_MS);
	}
}

/* From a file the frames of its alerts are read again; the writer has ended, as in linger(). */
static void replay(struct run *r)
{
	struct err err = {0};

	if (atomic_load(&r->abort) ||
	    evidence_replay(r->evidence, r->source, &r->o->capture, write_evidence, r, &err) == 0)
		return;
	log_error("evidence: %s", err.msg);
}

static void keep_sets(struct run *r)
{
	struct err err = {0};

	if (detect_save_sets(r->detect, r->rules->datasets, r->o->rule.datasets, &err) < 0)
		log_error("sets of rules are not kept: %s", err.msg);
}

static void keep_state(struct run *r, int (*how)(struct detect *d, struct err *err))
{
	struct err err = {0};

	if (how(r->detect, &err) < 0)
		log_error("what was learnt is not kept: %s", err.msg);
}

int run_wait(struct run *r)
{
	struct timespec until;
	unsigned turn = 0;

	for (;;) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += (r->reload.step == RELOAD_idle ? 100 : 5) * (long)NS_PER_MS;
		if (until.tv_nsec >= (long)NS_PER_S) {
			until.tv_sec++;
			until.tv_nsec -= (long)NS_PER_S;
		}
		if (pthread_timedjoin_np(r->writer_thread, NULL, &until) == 0)
			break;
		control_turn(&r->stop, &r->abort, &r->reload.asked);
		reload_turn(r);
		control_alive(slowest(r));
		keep_state(r, detect_turn);
		turn += r->reload.step == RELOAD_idle;
		if (turn % 10 == 0)
			progress(r);
	}
	reload_over(&r->reload);
	for (unsigned i = 0; i < r->n_started; i++)
		worker_join(&r->worker[i]);
	pthread_join(r->detect_thread, NULL);
	keep_state(r, detect_save);
	keep_sets(r);
	evidence_join(r->evidence);
	r->ended_ns = clock_mono_ns();
	r->run_cpu_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - r->load_cpu_ns;
	replay(r);
	linger(r);
	if (!r->live && turn >= 10 && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);

	const char *broken = r->source->broken(r->source_state);
	if (broken)
		log_error("%s", broken);
	return broken ? EXIT_RUNTIME : 0;
}

static void write_profile(struct run *r)
{
	struct rule_matcher **m = calloc(r->n_workers, sizeof(struct rule_matcher *));
	struct err err = {0};

	for (unsigned i = 0; m && i < r->n_workers; i++)
		m[i] = r->worker[i].rules;
	if (m && rule_profile_write(r->rules, m, r->n_workers, r->o->profile_rules, &err) < 0)
		log_error("%s", err.msg);
	free(m);
}

void run_close(struct run *r)
{
	static char stats[RUN_STATS_MAX];

	if (r->publish) {
		run_stats(r, stats, sizeof(stats));
		publish_close(r->publish, stats);
	}
	if (r->o->profile_rules && r->reload.step != RELOAD_workers)
		write_profile(r);
	reload_end(r);
	if (r->detect)
		detect_free(r->detect);
	ring_fini(&r->findings);
	for (unsigned i = 0; r->worker && i < r->n_workers; i++)
		worker_fini(&r->worker[i]);
	free(r->worker);
	free(r->worker_ring);
	if (r->source_state)
		r->source->close(r->source_state);
	if (r->rules)
		rule_set_free(r->rules);
	geo_close(r->geo);
	evidence_close(r->evidence);
	watch_close(r->watch);
}
