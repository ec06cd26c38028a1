// SPDX-License-Identifier: Apache-2.0
#include "hub.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct watcher {
	struct hub *hub;
	char *line[HUB_DEPTH];
	unsigned head, n;
	uint64_t lost;
	pthread_cond_t more;
};

struct hub {
	pthread_mutex_t lock;
	struct watcher *watcher[HUB_WATCHERS];
};

struct hub *hub_new(void)
{
	struct hub *h = calloc(1, sizeof(*h));

	if (h)
		pthread_mutex_init(&h->lock, NULL);
	return h;
}

void hub_free(struct hub *h)
{
	if (!h)
		return;
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static void offer(struct watcher *w, const char *text, size_t n)
{
	char *copy = w->n < HUB_DEPTH ? malloc(n + 2) : NULL;

	if (!copy) {
		w->lost++;
		return;
	}
	memcpy(copy, text, n);
	memcpy(copy + n, "\n", 2);
	w->line[(w->head + w->n++) % HUB_DEPTH] = copy;
	pthread_cond_signal(&w->more);
}

void hub_say(struct hub *h, const json_t *event)
{
	char *text = NULL;

	pthread_mutex_lock(&h->lock);
	for (unsigned i = 0; i < HUB_WATCHERS; i++) {
		if (!h->watcher[i])
			continue;
		if (!text)
			text = json_dumps(event, JSON_COMPACT);
		if (text)
			offer(h->watcher[i], text, strlen(text));
		else
			h->watcher[i]->lost++;
	}
	pthread_mutex_unlock(&h->lock);
	free(text);
}

bool hub_watched(struct hub *h)
{
	bool any = false;

	pthread_mutex_lock(&h->lock);
	for (unsigned i = 0; i < HUB_WATCHERS && !any; i++)
		any = h->watcher[i] != NULL;
	pthread_mutex_unlock(&h->lock);
	return any;
}

struct watcher *hub_join(struct hub *h)
{
	struct watcher *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;
	unsigned i = 0;

	if (!w)
		return NULL;
	w->hub = h;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->more, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_lock(&h->lock);
	while (i < HUB_WATCHERS && h->watcher[i])
		i++;
	if (i < HUB_WATCHERS)
		h->watcher[i] = w;
	pthread_mutex_unlock(&h->lock);
	if (i < HUB_WATCHERS)
		return w;
	pthread_cond_destroy(&w->more);
	free(w);
	return NULL;
}

void hub_leave(struct watcher *w)
{
	struct hub *h = w->hub;

	pthread_mutex_lock(&h->lock);
	for (unsigned i = 0; i < HUB_WATCHERS; i++)
		if (h->watcher[i] == w)
			h->watcher[i] = NULL;
	pthread_mutex_unlock(&h->lock);
	for (unsigned i = 0; i < w->n; i++)
		free(w->line[(w->head + i) % HUB_DEPTH]);
	pthread_cond_destroy(&w->more);
	free(w);
}

char *hub_next(struct watcher *w, unsigned timeout_ms, uint64_t *lost)
{
	struct timespec until;
	char *line = NULL;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->hub->lock);
	while (w->n == 0 && pthread_cond_timedwait(&w->more, &w->hub->lock, &until) == 0)
		;
	*lost = w->lost;
	w->lost = 0;
	if (w->n) {
		line = w->line[w->head];
		w->head = (w->head + 1) % HUB_DEPTH;
		w->n--;
	}
	pthread_mutex_unlock(&w->hub->lock);
	return line;
}
