// SPDX-License-Identifier: Apache-2.0
/* The watches of this sensor; see watch.h. */
#include "alert/watch.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct watch_one {
	char id[JOURNAL_WATCH_ID];
	struct journal_watch asked;
	uint32_t number; /* 0: free */
	bool begin, end; /* to be told to the workers, and to everybody */
	bool answer, silence, grown;
	uint64_t until_ns, said_ns; /* CLOCK_MONOTONIC */
	uint64_t *own;              /* a worker each */
	struct watch_said news;
};

struct watch {
	unsigned workers;
	struct watch_tap *tap;
	uint64_t *own;
	pthread_mutex_t lock;
	_Atomic bool asked; /* something of `one` waits for the writer */
	struct watch_one one[WATCH_HOSTS];
	uint32_t numbers;
	uint64_t looked_ns;
	struct watch_counters count;
};

int watch_open(struct watch **out, unsigned workers, struct err *err)
{
	struct watch *w = calloc(1, sizeof(*w));
	int r = 0;

	if (!w)
		return err_set(err, ENOMEM, "no memory for hosts to watch");
	pthread_mutex_init(&w->lock, NULL);
	w->tap = aligned_alloc(64, workers * sizeof(*w->tap));
	w->own = calloc((size_t)workers * WATCH_HOSTS, sizeof(*w->own));
	if (!w->tap || !w->own) {
		watch_close(w);
		return err_set(err, ENOMEM, "no memory for hosts to watch");
	}
	memset(w->tap, 0, workers * sizeof(*w->tap));
	w->workers = workers;
	for (unsigned i = 0; i < workers && r == 0; i++)
		r = watch_tap_init(&w->tap[i], err);
	for (unsigned i = 0; i < WATCH_HOSTS; i++)
		w->one[i].own = &w->own[(size_t)i * workers];
	if (r < 0)
		watch_close(w);
	else
		*out = w;
	return r;
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	for (unsigned i = 0; i < w->workers; i++)
		watch_tap_fini(&w->tap[i]);
	pthread_mutex_destroy(&w->lock);
	free(w->tap);
	free(w->own);
	free(w);
}

struct watch_tap *watch_tap_of(struct watch *w, unsigned worker)
{
	return w ? &w->tap[worker] : NULL;
}

const struct watch_counters *watch_counters_of(const struct watch *w)
{
	return &w->count;
}

unsigned watch_active(struct watch *w)
{
	unsigned n = 0;

	pthread_mutex_lock(&w->lock);
	for (unsigned i = 0; i < WATCH_HOSTS; i++)
		n += w->one[i].number != 0;
	pthread_mutex_unlock(&w->lock);
	return n;
}

/* Asking: on a server's thread, with the lock. */

static void begin(struct watch *w, struct watch_one *o, const struct journal_watch *r)
{
	uint64_t *own = o->own;

	memset(own, 0, w->workers * sizeof(*own));
	*o = (struct watch_one){.own = own, .asked = *r, .number = ++w->numbers, .begin = true};
	memcpy(o->id, r->id, sizeof(o->id));
	o->news.mac = r->mac;
	memcpy(o->news.id, r->id, sizeof(o->id));
}

static const char *ask(struct watch *w, const struct journal_watch *r)
{
	struct watch_one *same = NULL, *room = NULL;
	bool other = false;

	for (unsigned i = 0; i < WATCH_HOSTS; i++) {
		struct watch_one *o = &w->one[i];
		if (!o->number)
			room = o;
		else if (strcmp(o->id, r->id) == 0)
			same = o;
		else
			other |= mac_eq(&o->asked.mac, &r->mac) && !o->end;
	}
	if (same && !mac_eq(&same->asked.mac, &r->mac))
		return "another host is watched by this id";
	if (!same && !r->seconds)
		return NULL; /* it has ended before */
	if (!same && other)
		return "this host is watched for another isolation";
	if (!same && !room)
		return "as many hosts are watched as can be (16)";
	if (!same)
		begin(w, same = room, r);
	same->end = r->seconds == 0;
	same->until_ns = clock_mono_ns() + r->seconds * NS_PER_S;
	atomic_store_explicit(&w->asked, true, memory_order_release);
	return NULL;
}

const char *watch_ask(struct watch *w, const struct journal_watch *r)
{
	if (!w)
		return "this sensor reads a capture: there is no host to watch";
	pthread_mutex_lock(&w->lock);
	const char *why = ask(w, r);
	count_add(&w->count.asked, 1);
	count_add(&w->count.refused, why != NULL);
	pthread_mutex_unlock(&w->lock);
	return why;
}

/* Telling: on the writer's thread, with the lock. */

static bool order(struct watch *w, const struct watch_one *o, bool end)
{
	bool all = true;

	for (unsigned i = 0; i < w->workers; i++) {
		struct watch_order *to = ring_put(&w->tap[i].orders, sizeof(*to));
		if (!to) { /* its worker stands still: again at the next turn */
			all = false;
			continue;
		}
		*to = (struct watch_order){.number = o->number, .end = end, .mac = o->asked.mac,
					   .n_allow = o->asked.n_allow};
		memcpy(to->allow, o->asked.allow, sizeof(to->allow));
		ring_commit(&w->tap[i].orders);
	}
	return all;
}

static void hear(struct watch *w, unsigned worker, const struct watch_told *t)
{
	struct watch_one *o = NULL;

	for (unsigned i = 0; i < WATCH_HOSTS && !o; i++)
		if (w->one[i].number == t->number)
			o = &w->one[i];
	if (!o || !t->number)
		return;
	struct watch_said *n = &o->news;
	o->grown |= o->own[worker] != t->own;
	n->own += t->own - o->own[worker];
	o->own[worker] = t->own;
	n->time_ns = t->time_ns;
	if (t->kind == WATCH_own)
		return;
	bool answer = t->kind == WATCH_answered;
	n->answered += answer;
	n->unanswered += !answer;
	o->answer |= answer && n->answered == 1;
	o->silence |= !answer && n->unanswered == 1;
	o->grown = true;
	if (answer || !n->answered) {
		n->has_peer = true;
		n->peer = t->peer;
		n->port = t->port;
		n->proto = t->proto;
	}
}

static void hear_all(struct watch *w)
{
	const struct watch_told *t;
	uint32_t len;
	uint64_t untold = 0;

	for (unsigned i = 0; i < w->workers; i++) {
		while ((t = ring_peek(&w->tap[i].told, &len)) != NULL) {
			hear(w, i, t);
			ring_pop(&w->tap[i].told);
		}
		untold += count_get(&w->tap[i].told.lost);
	}
	count_set(&w->count.untold, untold);
}

static bool say(struct watch_one *o, enum watch_what what, uint64_t now, struct watch_said *said)
{
	o->said_ns = now;
	o->grown = false;
	*said = o->news;
	said->what = what;
	if (!said->time_ns)
		said->time_ns = clock_real_ns();
	return true;
}

static bool news_of(struct watch *w, struct watch_one *o, uint64_t now, struct watch_said *said)
{
	if (o->begin) {
		if (!order(w, o, false))
			return false;
		o->begin = false;
		count_add(&w->count.begun, 1);
		return say(o, WATCH_begun, now, said);
	}
	if (o->answer) {
		o->answer = false;
		return say(o, WATCH_first_answer, now, said);
	}
	if (o->silence) {
		o->silence = false;
		return say(o, WATCH_first_silence, now, said);
	}
	if (o->end || now >= o->until_ns) {
		if (!order(w, o, true))
			return false;
		o->number = 0;
		o->end = false;
		count_add(&w->count.ended, 1);
		return say(o, WATCH_ended, now, said);
	}
	return o->grown && now >= o->said_ns + WATCH_MORE_NS && say(o, WATCH_more, now, said);
}

bool watch_next(struct watch *w, struct watch_said *said)
{
	bool any = false;

	if (!w)
		return false;
	uint64_t now = clock_mono_ns();
	bool asked = atomic_load_explicit(&w->asked, memory_order_acquire);
	/* Ten times a second is soon enough for what nobody waits for. */
	if (!asked && now < w->looked_ns + 100 * NS_PER_MS)
		return false;
	pthread_mutex_lock(&w->lock);
	atomic_store_explicit(&w->asked, false, memory_order_relaxed);
	hear_all(w);
	for (unsigned i = 0; i < WATCH_HOSTS && !any; i++)
		any = w->one[i].number && news_of(w, &w->one[i], now, said);
	if (any) /* perhaps not the only one */
		atomic_store_explicit(&w->asked, true, memory_order_relaxed);
	else
		w->looked_ns = now;
	pthread_mutex_unlock(&w->lock);
	return any;
}
