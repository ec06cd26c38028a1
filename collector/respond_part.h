// SPDX-License-Identifier: Apache-2.0
/* What respond's two files share. respond.c has the queues and the thread, respond_answer.c what is
 * said to and by the engine. */
#pragma once

#include "outcome.h"
#include "respond.h"

#include <pthread.h>
#include <stdatomic.h>

#define RESPOND_RECENT 256u /* incidents whose last answer is remembered */

struct respond_alert { /* what an answer needs of an event */
	char host[ADDR_TEXT], mac[MAC_TEXT], family[16], signature[200];
	uint32_t severity, vlan;
	int64_t incident;
	unsigned families;
	uint64_t time_ns, received_ns, stored_ns;
};
struct respond_sight {
	char host[ADDR_TEXT], mac[MAC_TEXT];
	uint32_t vlan;
	uint64_t time_ns;
};

struct respond_seen { /* a `watch` event */
	char sensor[80], id[ISOLATE_ID], mac[MAC_TEXT], peer[ADDR_TEXT], proto[12];
	uint32_t port;
	uint64_t own, answered, unanswered, time_ns;
};

struct respond {
	struct store *store;
	struct hub *hub;

	pthread_mutex_t engine_lock; /* the engine, its connection, outcomes, recent, current */
	struct isolate *engine;
	sqlite3 *db;
	struct outcomes outcomes;
	struct {
		int64_t incident;
		unsigned families;
		uint64_t at_ns;
	} recent[RESPOND_RECENT];
	unsigned recent_next;
	const struct respond_alert *current; /* what the engine is answering */

	pthread_mutex_t lock; /* the queues and counters */
	pthread_cond_t more;
	struct respond_alert alert[RESPOND_ALERTS];
	unsigned alert_head, n_alerts;
	struct respond_sight sight[RESPOND_SIGHTS];
	unsigned sight_head, n_sights;
	struct respond_seen seen[RESPOND_SEEN];
	unsigned seen_head, n_seen;
	struct isolate_watch watch[RESPOND_WATCHES]; /* what sensors are to watch */
	unsigned n_watches;
	json_t *live; /* isolations in force, in a few words each */
	bool stop, tick;
	uint64_t lost_alerts, lost_sights, lost_seen;
	_Atomic uint64_t answered, isolated, refused, failed, bad_sights;
	pthread_t thread;
	_Atomic unsigned active;
	_Atomic bool frozen;
};

/* With engine_lock held. */
void respond_answer(struct respond *r, const struct respond_alert *a);
void respond_look(struct respond *r); /* tells what changed */
