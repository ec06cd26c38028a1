// SPDX-License-Identifier: Apache-2.0
/* Hosts that an isolation has cut off, watched for a time: what collectors ask for over REP, what
 * the workers see (watch_tap.h), and what is told of it: `watch` events in the journal of alerts.
 * Whether the isolation is effective is the collector's to say.
 *
 * Told: when a watch begins and ends, at the first answer, at the first proof of silence, and
 *       otherwise at most each WATCH_MORE_NS while the numbers grow.
 * Shape:  WATCH_HOSTS at once, each for at most JOURNAL_WATCH_S unless renewed.
 * Thread: open, close: main. ask: any. next: the writer. counters: any.
 */
#pragma once

#include "alert/watch_tap.h"

#define WATCH_MORE_NS (60 * 1000000000ull)

enum watch_what { WATCH_begun, WATCH_first_answer, WATCH_first_silence, WATCH_more, WATCH_ended };

struct watch_said { /* one event */
	char id[JOURNAL_WATCH_ID];
	struct mac mac;
	enum watch_what what;
	uint64_t time_ns;
	uint64_t own, answered, unanswered;
	bool has_peer; /* the newest that answered, or else did not */
	struct addr peer;
	uint16_t port;
	uint8_t proto;
};

struct watch_counters {
	struct count asked, refused, begun, ended; /* requests; watches */
	struct count untold;                       /* what workers had no room to tell */
};

struct watch;

int watch_open(struct watch **w, unsigned workers, struct err *err);
void watch_close(struct watch *w);
struct watch_tap *watch_tap_of(struct watch *w, unsigned worker); /* NULL of NULL */
/* NULL, or why not. `w` NULL: nothing is watched here. */
const char *watch_ask(struct watch *w, const struct journal_watch *r);
/* The next event; false: none now. Hands orders to the workers, takes what they tell. */
bool watch_next(struct watch *w, struct watch_said *said);
unsigned watch_active(struct watch *w);
const struct watch_counters *watch_counters_of(const struct watch *w);
