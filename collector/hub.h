// SPDX-License-Identifier: Apache-2.0
/* hub: what happens, to everyone who watches.
 *
 * Shape:  HUB_WATCHERS watchers, each with a queue of HUB_DEPTH lines; a watcher that is too slow
 *         loses the newest lines and is told how many.
 * Thread: any. hub_say() never waits for a watcher.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define HUB_WATCHERS 32u
#define HUB_DEPTH 2048u

struct hub;
struct watcher;

struct hub *hub_new(void);
void hub_free(struct hub *h); /* no watcher may be left */
bool hub_watched(struct hub *h); /* somebody is there to hear */
void hub_say(struct hub *h, const json_t *event);
struct watcher *hub_join(struct hub *h); /* NULL: too many */
void hub_leave(struct watcher *w);
/* The next line (heap, newline at its end) or NULL after timeout_ms. *lost: lines lost before it. */
char *hub_next(struct watcher *w, unsigned timeout_ms, uint64_t *lost);
