// SPDX-License-Identifier: Apache-2.0
#include "respond_part.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN_NS (60 * NS_PER_S) /* an incident is answered again after so long */

static const char *first_addr(const json_t *iso)
{
	const char *a = json_string_value(json_array_get(json_object_get(iso, "addrs"), 0));

	return a ? a : "";
}

static const char *str(const json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t ? t : "";
}

static uint64_t num(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static bool in_force(const json_t *iso)
{
	return !json_is_true(json_object_get(iso, "dry_run")) &&
	       (strcmp(str(iso, "status"), "active") == 0 || strcmp(str(iso, "status"), "unknown") == 0);
}

/* The engine must not be waited for while status is asked: these are copies. */
static void snapshot(struct respond *r, const json_t *list)
{
	struct isolate_watch watch[RESPOND_WATCHES];
	unsigned n = isolate_watches(r->engine, watch, RESPOND_WATCHES);
	json_t *live = json_array(), *old, *iso;
	size_t i;

	json_array_foreach(list, i, iso)
		if (in_force(iso))
			json_array_append_new(
				live, json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "host",
						first_addr(iso), "mac", str(iso, "mac"), "status",
						str(iso, "status"), "verdict", str(iso, "verdict"),
						"why", str(iso, "verdict_why"), "expires_ns",
						(json_int_t)num(iso, "expires_ns")));
	atomic_store(&r->active, isolate_active(r->engine));
	atomic_store(&r->frozen, isolate_frozen(r->engine));
	pthread_mutex_lock(&r->lock);
	memcpy(r->watch, watch, n * sizeof(watch[0]));
	r->n_watches = n;
	old = r->live;
	r->live = live;
	pthread_mutex_unlock(&r->lock);
	json_decref(old);
}

static void timeline(struct respond *r, int64_t incident, const char *host, const char *isolation,
		     const char *what, uint64_t time_ns, const json_t *detail)
{
	char *json = json_dumps(detail, JSON_COMPACT);
	struct timeline t = {incident, host, isolation, what, json ? json : "{}", time_ns};
	struct err err;

	if (store_timeline(r->store, &t, &err))
		log_warn("timeline: %s", err.msg);
	free(json);
}

/* When it became so: the engine's own stamps, not ours. */
static uint64_t time_of(const json_t *iso, const char *what)
{
	const char *key = strcmp(what, "isolated") == 0 || strcmp(what, "dry-run") == 0
				  ? "applied_ns"
			  : strcmp(what, "effective") == 0 || strcmp(what, "partial") == 0
				  ? "verified_ns"
				  : "updated_ns";
	bool mirror = strcmp(what, str(iso, "verdict")) == 0 && strcmp(what, str(iso, "effect")) != 0;
	uint64_t t = mirror ? num(json_object_get(iso, "mirror"), "seen_ns") : num(iso, key);

	return t ? t : clock_real_ns();
}

static void told(void *ctx, const char *what, const json_t *iso)
{
	struct respond *r = ctx;
	const struct respond_alert *a = r->current;
	int64_t incident = strtoll(str(iso, "incident"), NULL, 10);
	const char *host = a ? a->host : first_addr(iso);
	uint64_t at = time_of(iso, what);
	json_t *say = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:O}", "watch", "isolation",
				"what", what, "host", host, "mac", str(iso, "mac"), "isolation",
				str(iso, "id"), "time_ns", (json_int_t)at, "incident",
				(json_int_t)incident, "detail", iso);

	if (say && a) {
		json_object_set_new(say, "packet_ns", json_integer((json_int_t)a->time_ns));
		json_object_set_new(say, "received_ns", json_integer((json_int_t)a->received_ns));
		json_object_set_new(say, "stored_ns", json_integer((json_int_t)a->stored_ns));
	}
	if (say)
		hub_say(r->hub, say);
	json_decref(say);
	timeline(r, incident, host, str(iso, "id"), what, at, iso);
}

void respond_look(struct respond *r)
{
	json_t *list = NULL;
	struct err err;

	if (isolate_list(r->engine, true, &list, &err) == 0)
		outcome_list(&r->outcomes, list, told, r);
	snapshot(r, list);
	json_decref(list);
}

/* True when the incident deserves a new answer. */
static bool due(struct respond *r, const struct respond_alert *a)
{
	uint64_t now = clock_mono_ns();
	unsigned i = 0;

	while (i < RESPOND_RECENT && r->recent[i].incident != a->incident)
		i++;
	if (i == RESPOND_RECENT) {
		i = r->recent_next;
		r->recent_next = (r->recent_next + 1) % RESPOND_RECENT;
	} else if (r->recent[i].families >= a->families && now - r->recent[i].at_ns < AGAIN_NS) {
		return false;
	}
	r->recent[i].incident = a->incident;
	r->recent[i].families = a->families;
	r->recent[i].at_ns = now;
	return true;
}

static void remember(struct respond *r, const struct respond_alert *a, const char *what,
		     json_t *answer)
{
	json_t *row = json_pack("{s:s, s:I}", "what", what, "time_ns", (json_int_t)clock_real_ns());
	struct err err;

	if (row && answer)
		json_object_update_missing(row, answer);
	char *json = row ? json_dumps(row, JSON_COMPACT) : NULL;
	if (json && store_recommend(r->store, a->incident, json, &err))
		log_warn("recommendation: %s", err.msg);
	free(json);
	json_decref(row);
}

static void recommend(struct respond *r, const struct respond_alert *a, const char *what,
		      json_t *plan, const struct err *err)
{
	json_t *say = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "watch", "isolation", "what", what, "host",
		a->host, "mac", str(json_object_get(plan, "isolation"), "mac"), "isolation", "",
		"time_ns", (json_int_t)clock_real_ns(), "incident", (json_int_t)a->incident);
	json_t *detail = plan ? json_incref(plan) : json_object();

	if (err && err->msg[0])
		json_object_set_new(detail, "why", json_string(err->msg));
	remember(r, a, what, detail);
	timeline(r, a->incident, a->host, "", what, clock_real_ns(), detail);
	if (say) {
		json_object_set_new(say, "detail", detail);
		hub_say(r->hub, say);
	} else {
		json_decref(detail);
	}
	json_decref(say);
}

static struct isolate_request wish(const struct respond_alert *a, const char *incident,
				   bool automatic)
{
	return (struct isolate_request){
		.addr = a->host,
		.vlan = -1,
		.requester = "collector",
		.reason = a->signature,
		.incident = incident,
		.automatic = automatic,
		.family = family_parse(a->family),
		.evidence_kinds = a->families,
		.severe = a->severity == 1,
	};
}

void respond_answer(struct respond *r, const struct respond_alert *a)
{
	struct err err = {.msg = ""};
	char incident[24];
	json_t *out = NULL;

	if (!due(r, a))
		return;
	snprintf(incident, sizeof(incident), "%lld", (long long)a->incident);
	json_t *stamps = json_pack("{s:I, s:I, s:I, s:s}", "packet_ns", (json_int_t)a->time_ns,
				   "received_ns", (json_int_t)a->received_ns, "stored_ns",
				   (json_int_t)a->stored_ns, "signature", a->signature);
	timeline(r, a->incident, a->host, "", "alert", a->time_ns, stamps);
	json_decref(stamps);

	bool automatic = isolate_mode(r->engine) == ISOLATE_auto;
	struct isolate_request q = wish(a, incident, automatic);
	int rc = automatic ? isolate_apply(r->engine, &q, &out, &err)
			   : isolate_plan(r->engine, &q, &out, &err);
	if (automatic && rc == 0) {
		remember(r, a, "isolated", out);
		r->isolated++;
	} else if (rc == -EEXIST) {
		/* isolated already: nothing to say */
	} else if (rc == 0 || rc == -EPERM) {
		r->refused += rc != 0;
		recommend(r, a, "recommended", out, &err);
	} else {
		r->failed++;
		log_warn("isolating %s: %s", a->host, err.msg);
		recommend(r, a, "failed", out, &err);
	}
	json_decref(out);
	r->answered++;
	r->current = a;
	respond_look(r);
	r->current = NULL;
}
