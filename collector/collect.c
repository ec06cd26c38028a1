// SPDX-License-Identifier: Apache-2.0
#include "collect.h"

#include "base/clock.h"
#include "base/log.h"
#include "link.h"
#include "reply.h"
#include "text.h"
#include "wire/journal_api.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS 1000u       /* asked without a word from SUB */
#define BACKOFF_MIN_MS 250u
#define BACKOFF_MAX_MS 5000u
#define REOPEN_AFTER   6u /* failures in a row: some 13 s */
#define WAKE_TRIES 4u /* the word on SUB may overtake what REP sees: 2, 5, 10, 20 ms */

struct collect {
	struct collect_config config;
	struct store *store;
	collect_listener *listener;
	void *ctx;
	struct link *link;
	pthread_t thread;
	_Atomic bool stop;
	struct event *event;
	struct stored *stored;
	bool synced;          /* `epoch` is the sensor's present one */
	uint64_t epoch, mark; /* what comes next */
	unsigned failures;    /* in a row */

	struct {
		struct journal_watch watch;
		uint64_t told_ns; /* CLOCK_MONOTONIC */
	} told[COLLECT_WATCHES]; /* what the sensor watches for us */
	unsigned n_told;

	pthread_mutex_t lock; /* the status below, which link is at hand, and what to watch */
	struct journal_watch watch[COLLECT_WATCHES];
	unsigned n_watch;
	uint64_t watches, watch_errors;
	char watch_why[COLLECT_WHY]; /* why it does not watch; "" */
	bool up;
	uint64_t contact_ns, events, alerts, duplicates, batches, gaps, lost, malformed;
	uint64_t timeouts, broken, store_errors, ack_errors, commit_ns_max, epoch_shown, mark_shown;
	uint64_t down_ns; /* since when it is not up; CLOCK_MONOTONIC */
	bool told_down;
	char trouble[COLLECT_WHY];
};

static void trouble(struct collect *c, uint64_t *counter, const char *text)
{
	bool was_up;

	pthread_mutex_lock(&c->lock);
	was_up = c->up;
	(*counter)++;
	if (was_up)
		c->down_ns = clock_mono_ns();
	c->up = false;
	bool news = was_up || strcmp(c->trouble, text) != 0;
	text_copy(c->trouble, sizeof(c->trouble), text);
	pthread_mutex_unlock(&c->lock);
	if (news)
		log_warn("sensor %s: %s", c->config.sensor, text);
}

static void well(struct collect *c)
{
	pthread_mutex_lock(&c->lock);
	bool news = !c->up;
	c->up = true;
	c->trouble[0] = '\0';
	c->contact_ns = clock_real_ns();
	c->epoch_shown = c->epoch;
	c->mark_shown = c->mark;
	pthread_mutex_unlock(&c->lock);
	c->failures = 0;
	if (news)
		log_info("sensor %s: connected", c->config.sensor);
}

static int ask(struct collect *c, const struct journal_request *req, char **reply, size_t *len)
{
	char text[1024];
	size_t n = journal_request_write(req, text, sizeof(text));
	int r = link_ask(c->link, text, n, c->config.timeout_ms, reply, len);

	if (r == -ETIMEDOUT)
		trouble(c, &c->timeouts, "no answer in time");
	else if (r && r != -ESHUTDOWN)
		trouble(c, &c->timeouts, "not reachable");
	return r;
}

static int store_trouble(struct collect *c, const struct err *err)
{
	trouble(c, &c->store_errors, err->msg);
	return -EAGAIN;
}

static int broken(struct collect *c, const char *text)
{
	trouble(c, &c->broken, text);
	return -EPROTO;
}

/* Records (mark, to] are gone at the sensor. */
static int skip(struct collect *c, uint64_t to)
{
	struct err err;

	if (store_gap(c->store, c->config.sensor, c->epoch, c->mark + 1, to, &err))
		return store_trouble(c, &err);
	log_warn("sensor %s: records %llu to %llu are lost at the sensor", c->config.sensor,
		 (unsigned long long)c->mark + 1, (unsigned long long)to);
	pthread_mutex_lock(&c->lock);
	c->gaps++;
	c->lost += to - c->mark;
	pthread_mutex_unlock(&c->lock);
	c->mark = to;
	return 0;
}

static void acknowledge(struct collect *c)
{
	struct journal_request req = {.verb = JOURNAL_ack, .epoch = c->epoch, .seq = c->mark};
	char *reply;
	size_t len;

	text_copy(req.collector, sizeof(req.collector), c->config.collector);
	int r = ask(c, &req, &reply, &len);
	if (r == 0 && (len < 2 || memcmp(reply, "ok", 2) != 0))
		r = -EPROTO;
	else if (r)
		reply = NULL;
	if (r) {
		/* harmless: the next one says the same and more */
		pthread_mutex_lock(&c->lock);
		c->ack_errors++;
		pthread_mutex_unlock(&c->lock);
	}
	if (reply)
		link_free(reply, len);
}

static void count_batch(struct collect *c, const struct reply_since *rs, uint64_t commit_ns)
{
	pthread_mutex_lock(&c->lock);
	for (unsigned i = 0; i < rs->n; i++) {
		bool hole = c->event[i].seq != c->mark + 1;

		c->gaps += hole;
		c->lost += hole ? c->event[i].seq - c->mark - 1 : 0;
		c->mark = c->event[i].seq;
		c->events += c->stored[i].fresh;
		c->duplicates += !c->stored[i].fresh;
		c->alerts += c->stored[i].fresh && event_is_alert(&c->event[i]);
	}
	c->batches++;
	c->malformed += rs->malformed;
	if (commit_ns > c->commit_ns_max)
		c->commit_ns_max = commit_ns;
	pthread_mutex_unlock(&c->lock);
}

static int put(struct collect *c, const struct reply_since *rs)
{
	struct store_batch b = {
		.sensor = c->config.sensor,
		.epoch = c->epoch,
		.to = c->event[rs->n - 1].seq,
		.event = c->event,
		.n = rs->n,
		.quiet_ns = c->config.quiet_ns,
	};
	struct err err;
	uint64_t start = clock_mono_ns();

	if (store_put(c->store, &b, c->stored, &err))
		return store_trouble(c, &err);
	count_batch(c, rs, clock_mono_ns() - start);
	c->listener(c->ctx, c->config.sensor, c->event, c->stored, rs->n);
	return 0;
}

static int enter(struct collect *c, uint64_t epoch)
{
	struct err err;
	uint64_t mark;

	if (store_mark(c->store, c->config.sensor, epoch, &mark, &err))
		return store_trouble(c, &err);
	c->epoch = epoch;
	c->mark = mark;
	return 0;
}

/* 1: something was new; 0: nothing is; else an error. */
static int digest(struct collect *c, const char *reply, size_t len)
{
	struct reply_since rs;
	int r = 0;

	if (!reply_since(reply, len, c->epoch, c->mark, clock_real_ns(), c->event, c->config.batch,
			 &rs)) {
		c->synced = false; /* perhaps the epoch is not known any more */
		return broken(c, "its answer to 'since' is not understood");
	}
	if (!rs.broken && rs.first > c->mark + 1 && rs.first <= rs.last)
		r = skip(c, rs.first - 1);
	else if (!rs.broken && rs.first > rs.last && rs.last > c->mark)
		r = skip(c, rs.last);
	if (!r && rs.n)
		r = put(c, &rs);
	if (r)
		return r;
	if (rs.n) {
		well(c);
		acknowledge(c);
	}
	if (rs.broken)
		return broken(c, "a record in its answer is not understood");
	if (rs.n)
		return 1;
	if (!rs.has_next)
		return 0;
	/* the epoch is over: what it still names but does not give is lost */
	if (rs.last > c->mark)
		r = skip(c, rs.last);
	r = r ? r : enter(c, rs.next_epoch);
	return r ? r : 1;
}

static int since(struct collect *c)
{
	struct journal_request req = {
		.verb = JOURNAL_since, .epoch = c->epoch, .seq = c->mark, .max = c->config.batch};
	char *reply;
	size_t len;
	int r = ask(c, &req, &reply, &len);

	if (r)
		return r;
	r = digest(c, reply, len);
	link_free(reply, len);
	if (r == 0)
		well(c);
	return r;
}

static int drain(struct collect *c)
{
	int r = 1;

	while (r > 0 && !atomic_load(&c->stop))
		r = since(c);
	return r;
}

/* Where an epoch that is over has nothing for us, `since` need not be asked. */
static int old_epoch(struct collect *c, const uint64_t range[3])
{
	int r = enter(c, range[0]);

	if (r || range[2] <= c->mark)
		return r;
	if (range[1] > range[2])
		return skip(c, range[2]);
	uint64_t last = range[2];
	while (!r && c->epoch == range[0] && c->mark < last && !atomic_load(&c->stop)) {
		uint64_t before = c->mark;

		r = since(c);
		if (r >= 0)
			r = r == 0 && c->mark == before ? skip(c, last) : 0;
	}
	return r;
}

static int sync_epochs(struct collect *c)
{
	struct journal_request req = {.verb = JOURNAL_epochs};
	struct reply_epochs list;
	char *reply;
	size_t len;
	int r = ask(c, &req, &reply, &len);

	if (r)
		return r;
	bool ok = reply_epochs(reply, len, &list);
	link_free(reply, len);
	if (!ok)
		return broken(c, "its answer to 'epochs' is not understood");
	for (unsigned i = 0; !r && i + 1 < list.n; i++)
		r = old_epoch(c, list.range[i]);
	if (!r && list.n)
		r = enter(c, list.range[list.n - 1][0]);
	c->synced = !r && list.n != 0;
	free(list.range);
	if (!r && !c->synced)
		well(c); /* a sensor that has no journal yet */
	return r;
}

/* One order: to watch, or with no seconds to let it be. */
static int order(struct collect *c, const struct journal_watch *w)
{
	struct journal_request req = {.verb = JOURNAL_watch, .watch = *w};
	char why[COLLECT_WHY] = "";
	char *reply;
	size_t len;
	int r = ask(c, &req, &reply, &len);

	if (r)
		return r;
	bool ok = len >= 2 && memcmp(reply, "ok", 2) == 0;
	if (!ok) { /* an older sensor, or one that can watch no more */
		snprintf(why, sizeof(why), "%.*s", (int)(len < 200 ? len : 200), reply);
		why[strcspn(why, "\n")] = '\0';
	}
	link_free(reply, len);
	pthread_mutex_lock(&c->lock);
	c->watches += ok;
	c->watch_errors += !ok;
	bool news = !ok && strcmp(c->watch_why, why) != 0;
	text_clean(why, c->watch_why, sizeof(c->watch_why));
	pthread_mutex_unlock(&c->lock);
	if (news)
		log_warn("sensor %s does not watch an isolated host: %s", c->config.sensor, why);
	return 0;
}

static bool has_watch(const struct journal_watch *list, unsigned n, const char *id)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(list[i].id, id) == 0)
			return true;
	return false;
}

static int begin_watch(struct collect *c, const struct journal_watch *w)
{
	uint64_t now = clock_mono_ns();
	unsigned i = 0;

	while (i < c->n_told && strcmp(c->told[i].watch.id, w->id) != 0)
		i++;
	if (i == COLLECT_WATCHES || (i < c->n_told && now < c->told[i].told_ns + COLLECT_WATCH_NS))
		return 0;
	int r = order(c, w);
	if (r)
		return r;
	c->told[i].watch = *w;
	c->told[i].told_ns = now;
	c->n_told += i == c->n_told;
	return 0;
}

static int tell_watches(struct collect *c)
{
	struct journal_watch want[COLLECT_WATCHES];
	int r = 0;

	pthread_mutex_lock(&c->lock);
	unsigned n = c->n_watch;
	memcpy(want, c->watch, n * sizeof(want[0]));
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->n_told && !r;) {
		struct journal_watch gone = c->told[i].watch;

		if (has_watch(want, n, gone.id)) {
			i++;
			continue;
		}
		gone.seconds = 0;
		r = order(c, &gone);
		c->told[i] = c->told[--c->n_told];
	}
	for (unsigned i = 0; i < n && !r; i++)
		r = begin_watch(c, &want[i]);
	return r;
}

void collect_watch(struct collect *c, const struct journal_watch *list, unsigned n)
{
	if (n > COLLECT_WATCHES)
		n = COLLECT_WATCHES;
	pthread_mutex_lock(&c->lock);
	if (n)
		memcpy(c->watch, list, n * sizeof(*list));
	c->n_watch = n;
	pthread_mutex_unlock(&c->lock);
}

static unsigned backoff_ms(unsigned failures)
{
	unsigned ms = BACKOFF_MIN_MS << (failures > 5 ? 5 : failures);

	return ms > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : ms;
}

/* After a word on SUB. */
static int drain_awake(struct collect *c)
{
	static const uint64_t pause_ms[WAKE_TRIES] = {2, 5, 10, 20};
	uint64_t before = c->mark;
	int r = drain(c);

	for (unsigned i = 0; r == 0 && c->mark == before && i < WAKE_TRIES; i++) {
		if (atomic_load(&c->stop))
			break;
		clock_sleep_ns(pause_ms[i] * NS_PER_MS);
		r = drain(c);
	}
	return r;
}

/* nng up to 1.7 has ways never to dial again (see link.c); a link of its own always does. */
static void reopen(struct collect *c)
{
	struct link *fresh, *old = c->link;
	struct err err;

	if (link_open(&fresh, c->config.pub, c->config.rep, &err))
		return;
	pthread_mutex_lock(&c->lock);
	bool stopped = atomic_load(&c->stop);
	if (!stopped)
		c->link = fresh;
	pthread_mutex_unlock(&c->lock);
	link_close(stopped ? fresh : old);
}

static void *run(void *arg)
{
	struct collect *c = arg;
	bool awake = false;
	int r;

	while (!atomic_load(&c->stop)) {
		r = c->synced ? 0 : sync_epochs(c);
		if (!r && c->synced)
			r = awake ? drain_awake(c) : drain(c);
		if (!r && c->synced)
			r = tell_watches(c);
		if (r) {
			c->synced = false;
			c->n_told = 0; /* perhaps it starts again, and knows of none */
			link_wait(c->link, backoff_ms(c->failures++));
			if (c->failures % REOPEN_AFTER == 0)
				reopen(c);
			awake = false;
			continue;
		}
		awake = link_wait(c->link, POLL_MS);
	}
	return NULL;
}

int collect_start(struct collect **out, const struct collect_config *config, struct store *store,
		  collect_listener *listener, void *ctx, struct err *err)
{
	struct collect *c = calloc(1, sizeof(*c));
	int r = -ENOMEM;

	if (c) {
		c->config = *config;
		c->store = store;
		c->listener = listener;
		c->ctx = ctx;
		c->down_ns = clock_mono_ns();
		pthread_mutex_init(&c->lock, NULL);
		c->event = calloc(config->batch, sizeof(*c->event));
		c->stored = calloc(config->batch, sizeof(*c->stored));
	}
	if (!c || !c->event || !c->stored)
		err_set(err, ENOMEM, "no memory for sensor '%s'", config->sensor);
	else
		r = link_open(&c->link, config->pub, config->rep, err);
	if (!r && pthread_create(&c->thread, NULL, run, c) != 0)
		r = err_set(err, EAGAIN, "no thread for sensor '%s'", config->sensor);
	if (r) {
		if (c) {
			link_close(c->link);
			free(c->event);
			free(c->stored);
		}
		free(c);
		return r;
	}
	*out = c;
	return 0;
}

void collect_stop(struct collect *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->stop, true);
	link_stop(c->link);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	link_close(c->link);
	pthread_mutex_destroy(&c->lock);
	free(c->event);
	free(c->stored);
	free(c);
}

json_t *collect_status(struct collect *c)
{
	char epoch[17];

	pthread_mutex_lock(&c->lock);
	snprintf(epoch, sizeof(epoch), "%016llx", (unsigned long long)c->epoch_shown);
	json_t *o = json_pack(
		"{s:s, s:b, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, "
		"s:s, s:I, s:I, s:s}",
		"name", c->config.sensor, "up", c->up, "contact_ns", (json_int_t)c->contact_ns,
		"epoch", epoch, "seq", (json_int_t)c->mark_shown, "events", (json_int_t)c->events,
		"alerts", (json_int_t)c->alerts, "duplicates", (json_int_t)c->duplicates, "batches",
		(json_int_t)c->batches, "gaps", (json_int_t)c->gaps, "lost", (json_int_t)c->lost,
		"malformed", (json_int_t)c->malformed, "broken", (json_int_t)c->broken, "timeouts",
		(json_int_t)c->timeouts, "store_errors", (json_int_t)c->store_errors, "ack_errors",
		(json_int_t)c->ack_errors, "commit_ms_max", (double)c->commit_ns_max / 1e6,
		"trouble", c->trouble, "watches", (json_int_t)c->watches, "watch_errors",
		(json_int_t)c->watch_errors, "watch_why", c->watch_why);
	pthread_mutex_unlock(&c->lock);
	return o;
}

enum collect_news collect_news(struct collect *c, uint64_t mono_ns, char *why)
{
	enum collect_news news = COLLECT_same;

	pthread_mutex_lock(&c->lock);
	text_copy(why, COLLECT_WHY, c->trouble);
	if (c->up && c->told_down)
		news = COLLECT_back;
	else if (!c->up && !c->told_down && mono_ns > c->down_ns &&
		 mono_ns - c->down_ns >= COLLECT_DOWN_NS)
		news = COLLECT_down;
	if (news)
		c->told_down = news == COLLECT_down;
	pthread_mutex_unlock(&c->lock);
	return news;
}
