// SPDX-License-Identifier: Apache-2.0
/* publish: journal, then PUB, then eve.json; see publish.h.
 *
 * An event is appended before it is published, so what a subscriber has seen survives a kill -9.
 * After each group fsync a message of topic TOPIC_DURABLE says how far REP now answers.
 */
#include "publish/publish.h"

#include "base/clock.h"
#include "base/log.h"
#include "publish/journal.h"
#include "publish/lines.h"
#include "publish/link.h"
#include "publish/sensor_id.h"
#include "publish/serve.h"
#include "wire/topic.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define RELOAD_MAX_NS (60 * NS_PER_S) /* the largest rule sets take seconds */

const struct param publish_params[] = {
	PARAM_TEXT(PARAM_STR, struct publish_config, dir, "",
		   "directory of eve.json and stats.json (-l); empty: none"),
	PARAM_TEXT(PARAM_STR, struct publish_config, journal_dir, "",
		   "directory of the journal of alerts; empty: none"),
	PARAM(PARAM_U64, struct publish_config, journal_max, 1 << 20, 1e12, 1 << 30, "bytes",
	      "the journal's size; beyond, the oldest events go, counted as lost"),
	PARAM(PARAM_U64, struct publish_config, segment_bytes, 1 << 16, 1 << 28, 8 << 20, "bytes",
	      "size of one file of the journal"),
	PARAM(PARAM_U32, struct publish_config, fsync_ms, 1, 10000, 50, "ms",
	      "how long an event may wait for its fsync"),
	PARAM_TEXT(PARAM_LIST, struct publish_config, pub, "",
		   "addresses of the PUB socket, for subscribers"),
	PARAM_TEXT(PARAM_LIST, struct publish_config, rep, "",
		   "addresses of the REP socket, for collectors"),
	PARAM_TEXT(PARAM_LIST, struct publish_config, collectors, "",
		   "collectors that must acknowledge; empty: whichever has ever done so"),
	PARAM_TEXT(PARAM_STR, struct publish_config, sensor, "",
		   "the sensor's id; empty: made from the host's name"),
	PARAM(PARAM_U32, struct publish_config, linger_s, 0, 86400, 0, "s",
	      "after a capture file: how long to stay until collectors have fetched all"),
	PARAM(PARAM_BOOL, struct publish_config, any_address, 0, 1, 0, "",
	      "allow unencrypted tcp:// beyond this machine"),
	{0},
};

struct publish {
	struct publish_counters count;
	char sensor[64];
	uint64_t epoch;
	_Atomic uint64_t seq; /* last given out */
	uint64_t told_durable;
	struct journal *journal;
	struct lines *lines;
	struct link *link;
	struct serve serve;
	struct journal_reader reader[LINK_CONTEXTS];
	struct serve_wait wait[LINK_CONTEXTS];
	bool wants_identity, has_pub;
	char evidence_dir[4096];
};

static const char *answer(void *ctx, unsigned slot, const void *request, size_t n, size_t *len)
{
	struct publish *p = ctx;

	return serve_answer(&p->serve, &p->reader[slot], &p->wait[slot], request, n, len);
}

static const char *again(void *ctx, unsigned slot, size_t *len)
{
	struct publish *p = ctx;

	return serve_again(&p->serve, &p->reader[slot], &p->wait[slot], len);
}

static bool given(const char *text)
{
	return text && text[0];
}

static int open_journal(struct publish *p, const struct publish_config *c, struct err *err)
{
	struct journal_config jc = {
		.dir = c->journal_dir,
		.sensor = p->sensor,
		.max = c->journal_max,
		.segment_bytes = c->segment_bytes,
		.fsync_ms = c->fsync_ms,
		.collectors = &c->collectors,
		.count = &p->count,
	};

	/* The newest segment cannot go: it must be a small part of the whole. */
	if (jc.segment_bytes > jc.max / 4)
		jc.segment_bytes = jc.max / 4;
	int r = journal_open(&p->journal, &jc, err);
	if (r < 0)
		return r;
	const struct journal_found *f = journal_found(p->journal);
	if (f->records)
		log_info("journal %s: %" PRIu64 " events of earlier runs", c->journal_dir,
			 f->records);
	p->epoch = journal_epoch(p->journal);
	return 0;
}

static int open_link(struct publish *p, const struct publish_config *c,
		     void (*status)(void *ctx, char *out, size_t size), void *ctx, struct err *err)
{
	struct link_config lc = {.pub = &c->pub,
				 .rep = &c->rep,
				 .any_address = c->any_address,
				 .answer = answer,
				 .again = again,
				 .ctx = p};

	p->serve = (struct serve){.journal = p->journal,
				  .count = &p->count,
				  .sensor = p->sensor,
				  .epoch = p->epoch,
				  .evidence_dir = p->evidence_dir,
				  .seq = &p->seq,
				  .status = status,
				  .reload_max_ns = RELOAD_MAX_NS,
				  .ctx = ctx};
	for (unsigned i = 0; i < LINK_CONTEXTS && c->rep.n; i++)
		if (!journal_reader_init(&p->reader[i]))
			return err_set(err, ENOMEM, "no memory for REP");
	return link_open(&p->link, &lc, err);
}

void publish_on_reload(struct publish *p, const struct publish_reload *reload)
{
	__atomic_store_n(&p->serve.reload, reload, __ATOMIC_RELEASE);
}

void publish_on_watch(struct publish *p,
		      const char *(*watch)(void *ctx, const struct journal_watch *w))
{
	__atomic_store_n(&p->serve.watch, watch, __ATOMIC_RELEASE);
}

static int check_addresses(const struct strs *list, bool any_address, struct err *err)
{
	int r = 0;

	for (unsigned i = 0; i < list->n && r == 0; i++)
		r = link_address_form(list->at[i], any_address, err);
	return r;
}

int publish_check(const struct publish_config *c, struct err *err)
{
	char id[64];
	int r = given(c->sensor) ? sensor_id(c->sensor, id, err) : 0;

	if (r == 0)
		r = check_addresses(&c->pub, c->any_address, err);
	return r ? r : check_addresses(&c->rep, c->any_address, err);
}

int publish_open(struct publish **out, const struct publish_config *c, bool live,
		 void (*status)(void *ctx, char *out, size_t size), void *ctx, struct err *err)
{
	struct publish *p = calloc(1, sizeof(*p));
	int r = 0;

	if (!p)
		return err_set(err, ENOMEM, "no memory to publish");
	p->has_pub = c->pub.n > 0;
	snprintf(p->evidence_dir, sizeof(p->evidence_dir), "%s",
		 c->evidence_dir ? c->evidence_dir : "");
	p->wants_identity = given(c->journal_dir) || c->pub.n || c->rep.n;
	/* A file at its size limit must be an error of write(2), not the end of the sensor. */
	signal(SIGXFSZ, SIG_IGN);
	if (live || given(c->sensor) || p->wants_identity)
		r = sensor_id(c->sensor, p->sensor, err);
	if (r == 0 && getrandom(&p->epoch, sizeof(p->epoch), 0) != sizeof(p->epoch))
		r = err_set(err, EIO, "no random numbers for the epoch");
	if (r == 0 && given(c->journal_dir))
		r = open_journal(p, c, err);
	if (r == 0 && given(c->dir))
		r = lines_open(&p->lines, c->dir, live, &p->count, err);
	if (r == 0 && (c->pub.n || c->rep.n))
		r = open_link(p, c, status, ctx, err);
	if (r < 0) {
		publish_close(p, NULL);
		return r;
	}
	*out = p;
	return 0;
}

void publish_next_id(struct publish *p, struct event_id *id)
{
	memcpy(id->sensor, p->sensor, sizeof(id->sensor));
	id->epoch = p->epoch;
	id->seq = atomic_load_explicit(&p->seq, memory_order_relaxed) + 1;
}

static void send(struct publish *p, const char *topic, const char *line, size_t len)
{
	if (!p->has_pub)
		return;
	if (link_publish(p->link, topic, line, len))
		count_add(&p->count.published, 1);
	else
		count_add(&p->count.publish_errors, 1);
}

static void tell_durable(struct publish *p)
{
	char line[192];
	uint64_t durable = journal_durable(p->journal);

	if (durable == p->told_durable)
		return;
	p->told_durable = durable;
	int n = snprintf(
		line, sizeof(line),
		"{\"event_type\":\"durable\",\"sensor\":\"%s\",\"sensor_epoch\":\"%016" PRIx64
		"\",\"last\":%" PRIu64 "}\n",
		p->sensor, p->epoch, durable);
	send(p, TOPIC_DURABLE, line, (size_t)n);
}

void publish_event(struct publish *p, const char *topic, const char *line, size_t len, bool durable)
{
	uint64_t now = p->journal ? clock_mono_ns() : 0;

	count_add(&p->count.events, 1);
	if (durable) {
		if (p->journal)
			journal_append(p->journal, topic, line, len - 1, now);
		atomic_fetch_add_explicit(&p->seq, 1, memory_order_relaxed);
	}
	send(p, topic, line, len);
	lines_add(p->lines, line, len);
	/* Under a flood there is no idle turn: the fsync's bound holds all the same. */
	if (p->journal && journal_due(p->journal, now, false)) {
		journal_sync(p->journal);
		journal_turn(p->journal, now, false);
		tell_durable(p);
	}
}

void publish_turn(struct publish *p)
{
	uint64_t now;

	if (!p->journal && !p->lines)
		return;
	now = clock_mono_ns();
	lines_turn(p->lines, now);
	if (!p->journal)
		return;
	if (journal_due(p->journal, now, true))
		journal_sync(p->journal);
	journal_turn(p->journal, now, false);
	tell_durable(p);
}

bool publish_settled(struct publish *p)
{
	publish_turn(p);
	return !p->journal || journal_settled(p->journal);
}

void publish_close(struct publish *p, const char *stats)
{
	if (!p)
		return;
	if (p->journal && journal_sync(p->journal))
		tell_durable(p);
	lines_close(p->lines, stats);
	bool closed = link_close(p->link);
	if (!closed) {
		/* A request may still be answered: what it reads stays until the process ends. */
		if (p->journal)
			journal_turn(p->journal, 0, true);
		return;
	}
	journal_close(p->journal);
	for (unsigned i = 0; i < LINK_CONTEXTS; i++)
		journal_reader_fini(&p->reader[i]);
	free(p);
}

const struct publish_counters *publish_counters_of(const struct publish *p)
{
	return &p->count;
}

bool publish_wants_identity(const struct publish *p)
{
	return p->wants_identity;
}
