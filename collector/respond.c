// SPDX-License-Identifier: Apache-2.0
#include "respond_part.h"

#include "base/clock.h"
#include "base/log.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINE_BUSY_MS 5000
#define MISSED_NS      (300 * NS_PER_S) /* what a restart left without an answer */

static void see(struct respond *r, const struct respond_sight *s)
{
	struct err err;
	struct addr a;
	struct mac m;

	if (!addr_parse(s->host, &a) || !mac_parse(s->mac, &m))
		return;
	int rc = isolate_sight(r->engine, &a, &m, (int)s->vlan, NULL, s->time_ns, &err);
	if (rc) {
		r->bad_sights++;
		log_debug("sighting of %s: %s", s->host, err.msg);
	}
}

/* The accused's own binding stands in the alert: it must be known before the engine is asked. */
static void take_alert(struct respond *r)
{
	struct respond_alert a = r->alert[r->alert_head];

	r->alert_head = (r->alert_head + 1) % RESPOND_ALERTS;
	r->n_alerts--;
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_lock(&r->engine_lock);
	if (a.mac[0]) {
		struct respond_sight s = {.vlan = a.vlan, .time_ns = a.time_ns};
		text_copy(s.host, sizeof(s.host), a.host);
		text_copy(s.mac, sizeof(s.mac), a.mac);
		see(r, &s);
	}
	respond_answer(r, &a);
	pthread_mutex_unlock(&r->engine_lock);
	pthread_mutex_lock(&r->lock);
}

static void take_sight(struct respond *r)
{
	struct respond_sight s = r->sight[r->sight_head];

	r->sight_head = (r->sight_head + 1) % RESPOND_SIGHTS;
	r->n_sights--;
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_lock(&r->engine_lock);
	see(r, &s);
	pthread_mutex_unlock(&r->engine_lock);
	pthread_mutex_lock(&r->lock);
}

static void take_seen(struct respond *r)
{
	struct respond_seen s = r->seen[r->seen_head];
	bool news = false;
	struct err err;

	r->seen_head = (r->seen_head + 1) % RESPOND_SEEN;
	r->n_seen--;
	pthread_mutex_unlock(&r->lock);
	struct isolate_seen in = {.sensor = s.sensor, .id = s.id, .mac = s.mac, .own = s.own,
				  .answered = s.answered, .unanswered = s.unanswered,
				  .time_ns = s.time_ns, .peer = s.peer, .proto = s.proto,
				  .port = s.port};
	pthread_mutex_lock(&r->engine_lock);
	int rc = isolate_mirror(r->engine, &in, &news, &err);
	if (rc == -ENOENT)
		log_debug("watch: %s", err.msg);
	else if (rc)
		log_warn("watch: %s", err.msg);
	if (news)
		respond_look(r);
	pthread_mutex_unlock(&r->engine_lock);
	pthread_mutex_lock(&r->lock);
}

static void take_tick(struct respond *r)
{
	unsigned changed = 0;
	struct err err;

	r->tick = false;
	pthread_mutex_unlock(&r->lock);
	pthread_mutex_lock(&r->engine_lock);
	if (isolate_tick(r->engine, &changed, &err))
		log_warn("isolation: %s", err.msg);
	if (changed)
		respond_look(r);
	pthread_mutex_unlock(&r->engine_lock);
	pthread_mutex_lock(&r->lock);
}

static void *run(void *arg)
{
	struct respond *r = arg;

	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		if (r->n_alerts)
			take_alert(r);
		else if (r->tick)
			take_tick(r);
		else if (r->n_seen)
			take_seen(r);
		else if (r->n_sights)
			take_sight(r);
		else
			pthread_cond_wait(&r->more, &r->lock);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static void push_alert(struct respond *r, const struct event *e, const struct stored *s)
{
	if (r->n_alerts == RESPOND_ALERTS) {
		r->lost_alerts++;
		return;
	}
	struct respond_alert *a = &r->alert[(r->alert_head + r->n_alerts++) % RESPOND_ALERTS];
	*a = (struct respond_alert){
		.severity = e->severity,
		.vlan = e->vlan,
		.incident = s->incident,
		.families = s->families,
		.time_ns = e->time_ns,
		.received_ns = e->received_ns,
		.stored_ns = clock_real_ns(),
	};
	text_copy(a->host, sizeof(a->host), e->host);
	text_copy(a->mac, sizeof(a->mac), e->mac);
	text_copy(a->family, sizeof(a->family), e->family);
	text_clean(e->signature, a->signature, sizeof(a->signature));
}

static void push_sight(struct respond *r, const struct event *e)
{
	if (r->n_sights == RESPOND_SIGHTS) {
		r->lost_sights++;
		return;
	}
	struct respond_sight *s = &r->sight[(r->sight_head + r->n_sights++) % RESPOND_SIGHTS];
	*s = (struct respond_sight){.vlan = e->vlan, .time_ns = e->time_ns};
	text_copy(s->host, sizeof(s->host), e->host);
	text_copy(s->mac, sizeof(s->mac), e->mac);
}

static uint64_t number(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

static void word(const json_t *o, const char *key, char *out, size_t size)
{
	const char *t = json_string_value(json_object_get(o, key));

	text_clean(t ? t : "", out, size);
}

static void push_seen(struct respond *r, const struct event *e)
{
	json_t *root = json_loadb(e->json, e->json_len, JSON_ALLOW_NUL, NULL);
	const json_t *w = json_object_get(root, "watch");
	const char *peer = json_string_value(json_object_get(w, "peer_ip"));
	uint64_t port = number(w, "peer_port");
	struct addr a;

	if (r->n_seen == RESPOND_SEEN) {
		r->lost_seen++;
		json_decref(root);
		return;
	}
	struct respond_seen *s = &r->seen[(r->seen_head + r->n_seen++) % RESPOND_SEEN];
	*s = (struct respond_seen){
		.port = port <= UINT16_MAX ? (uint32_t)port : 0,
		.own = number(w, "own"),
		.answered = number(w, "answered"),
		.unanswered = number(w, "unanswered"),
		.time_ns = e->time_ns,
	};
	word(root, "sensor", s->sensor, sizeof(s->sensor));
	word(w, "id", s->id, sizeof(s->id));
	word(w, "proto", s->proto, sizeof(s->proto));
	text_copy(s->mac, sizeof(s->mac), e->mac);
	if (peer && addr_parse(peer, &a))
		addr_text(&a, s->peer);
	json_decref(root);
}

void respond_batch(struct respond *r, const struct event *e, const struct stored *stored,
		   unsigned n)
{
	pthread_mutex_lock(&r->lock);
	for (unsigned i = 0; i < n; i++) {
		if (!stored[i].fresh)
			continue;
		if (strcmp(e[i].type, "host") == 0 && e[i].mac[0])
			push_sight(r, &e[i]);
		else if (strcmp(e[i].type, "watch") == 0 && e[i].mac[0])
			push_seen(r, &e[i]);
		else if (event_is_alert(&e[i]) && stored[i].incident && e[i].host[0])
			push_alert(r, &e[i], &stored[i]);
	}
	pthread_cond_signal(&r->more);
	pthread_mutex_unlock(&r->lock);
}

void respond_tick(struct respond *r)
{
	pthread_mutex_lock(&r->lock);
	r->tick = true;
	pthread_cond_signal(&r->more);
	pthread_mutex_unlock(&r->lock);
}

/* The open incident an analyst's command is about, as text; "" none. */
static void open_incident(struct respond *r, const struct request *q, char out[24])
{
	sqlite3_stmt *st;

	out[0] = '\0';
	if (sqlite3_prepare_v2(r->db,
			       "SELECT id FROM incidents WHERE open AND (host = ?1 OR mac = ?1)"
			       " ORDER BY id DESC LIMIT 1",
			       -1, &st, NULL) != SQLITE_OK)
		return;
	sqlite3_bind_text(st, 1, q->host, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW)
		snprintf(out, 24, "%lld", (long long)sqlite3_column_int64(st, 0));
	sqlite3_finalize(st);
}

int respond_command(struct respond *r, const struct request *q, const char *requester, json_t **out,
		    struct err *err)
{
	char incident[24] = "";

	pthread_mutex_lock(&r->engine_lock);
	if (q->verb == REQUEST_isolate)
		open_incident(r, q, incident);
	int rc = respond_engine(r->engine, q, requester, incident, out, err);
	if (q->verb != REQUEST_plan)
		respond_look(r);
	pthread_mutex_unlock(&r->engine_lock);
	return rc;
}

unsigned respond_watches(struct respond *r, struct journal_watch *out)
{
	uint64_t now = clock_real_ns();
	unsigned n = 0;

	pthread_mutex_lock(&r->lock);
	for (unsigned i = 0; i < r->n_watches; i++) {
		const struct isolate_watch *w = &r->watch[i];
		uint64_t left = w->expires_ns > now ? (w->expires_ns - now) / NS_PER_S : 0;

		if (left < 2) /* from then on it may speak again */
			continue;
		out[n] = w->watch;
		out[n++].seconds = left - 1 < RESPOND_WATCH_S ? (uint32_t)(left - 1) : RESPOND_WATCH_S;
	}
	pthread_mutex_unlock(&r->lock);
	return n;
}

json_t *respond_status(struct respond *r)
{
	pthread_mutex_lock(&r->lock);
	json_t *o =
		json_pack("{s:s, s:s, s:b, s:i, s:I, s:I, s:I, s:I, s:i, s:i, s:I, s:I, s:I, s:O?}", "mode",
			  isolate_mode_name(isolate_mode(r->engine)), "isolator",
			  isolate_isolator(r->engine), "frozen",
			  (int)atomic_load(&r->frozen), "active", (int)atomic_load(&r->active),
			  "answered", (json_int_t)atomic_load(&r->answered), "isolated",
			  (json_int_t)atomic_load(&r->isolated), "refused",
			  (json_int_t)atomic_load(&r->refused), "failed",
			  (json_int_t)atomic_load(&r->failed), "waiting_alerts", (int)r->n_alerts,
			  "waiting_sightings", (int)r->n_sights, "lost_alerts",
			  (json_int_t)r->lost_alerts, "lost_sightings", (json_int_t)r->lost_sights,
			  "lost_watches", (json_int_t)r->lost_seen, "live", r->live);
	pthread_mutex_unlock(&r->lock);
	return o;
}

static void missed_row(struct respond *r, sqlite3_stmt *st)
{
	struct stored s = {.fresh = true, .incident = sqlite3_column_int64(st, 2)};
	struct event e;
	const char *json = (const char *)sqlite3_column_text(st, 0);

	if (!json || !event_parse("", 0, json, (size_t)sqlite3_column_bytes(st, 0), &e))
		return;
	e.received_ns = (uint64_t)sqlite3_column_int64(st, 1);
	s.families = 1;
	respond_batch(r, &e, &s, 1);
}

/* A kill between the commit and the answer: the alert is stored, and nobody has looked at it. */
static int missed(struct respond *r, struct err *err)
{
	sqlite3_stmt *st;
	int code;

	if (sqlite3_prepare_v2(r->db,
			       "SELECT json, received_ns, coalesce(incident, 0) FROM events e"
			       " WHERE received_ns > ?1 AND (event_type = 'host' OR (tier = 'alert'"
			       " AND EXISTS(SELECT 1 FROM incidents i WHERE i.id = e.incident"
			       " AND i.open AND i.recommendation IS NULL)))"
			       " ORDER BY id DESC LIMIT ?2",
			       -1, &st, NULL) != SQLITE_OK)
		return store_fail(r->db, "find unanswered alerts", err);
	sqlite3_bind_int64(st, 1, (sqlite3_int64)(clock_real_ns() - MISSED_NS));
	sqlite3_bind_int(st, 2, (int)RESPOND_SIGHTS);
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		missed_row(r, st);
	int rc = code == SQLITE_DONE ? 0 : store_fail(r->db, "find unanswered alerts", err);
	sqlite3_finalize(st);
	return rc;
}

static int open_engine(struct respond *r, const struct isolate_config *c, const char *path,
		       struct err *err)
{
	if (sqlite3_open_v2(path, &r->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) !=
	    SQLITE_OK)
		return store_fail(r->db, path, err);
	sqlite3_busy_timeout(r->db, ENGINE_BUSY_MS);
	if (sqlite3_exec(r->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(r->db, path, err);
	int rc = isolate_open(&r->engine, c, r->db, err);
	if (rc)
		return rc;
	respond_look(r);
	return missed(r, err);
}

int respond_open(struct respond **out, const struct isolate_config *c, const char *db_path,
		 struct store *store, struct hub *hub, struct err *err)
{
	struct respond *r = calloc(1, sizeof(*r));

	if (!r)
		return err_set(err, ENOMEM, "no memory for the isolation engine");
	r->store = store;
	r->hub = hub;
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->engine_lock, NULL);
	pthread_cond_init(&r->more, NULL);
	int rc = open_engine(r, c, db_path, err);
	if (!rc && pthread_create(&r->thread, NULL, run, r) != 0)
		rc = err_set(err, EAGAIN, "no thread for the isolation engine");
	if (rc) {
		isolate_free(r->engine);
		sqlite3_close(r->db);
		free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void respond_close(struct respond *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_signal(&r->more);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	isolate_free(r->engine);
	sqlite3_close(r->db);
	json_decref(r->live);
	free(r);
}
