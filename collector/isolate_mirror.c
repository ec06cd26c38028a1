// SPDX-License-Identifier: Apache-2.0
/* What the mirror shows of an isolated host, and the verdict: the device's word and the sensors',
 * weighed.
 *
 *   leaking    somebody it may not reach answered it, or took new data, after the action
 *   effective  the device, read back, has all of it; or its questions stay unanswered where they
 *              would be (what that takes: alert/watch_tap.h of the sensor)
 *   partial    the device, read back, has some of it
 *   unseen     nothing proves it either way: the host's own frames do not, a mirror copies them
 *              before a switch drops them
 *
 * Source: CONVENTIONS 4.
 */
#include "isolate_engine.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>

static bool is_held(const json_t *iso)
{
	return !isolate_is_dry(iso) && isolate_is(iso, "intent", "isolated") &&
	       (isolate_is(iso, "status", "active") || isolate_is(iso, "status", "unknown"));
}

static const char *verdict_of(const json_t *iso, char *why, size_t size)
{
	const json_t *m = json_object_get(iso, "mirror");
	unsigned long long answered = isolate_num(m, "answered"), own = isolate_num(m, "own");
	unsigned long long unanswered = isolate_num(m, "unanswered");
	const char *peer = isolate_str(m, "peer");

	if (answered) {
		snprintf(why, size, "on the mirror %s answered it after the action (%llu conversation%s)",
			 *peer ? peer : "somebody", answered, answered == 1 ? "" : "s");
		return "leaking";
	}
	if (isolate_is(iso, "effect", "effective") || isolate_is(iso, "effect", "partial")) {
		snprintf(why, size, "%s", isolate_str(iso, "proof"));
		if (isolate_is(iso, "effect", "effective") && unanswered)
			snprintf(why, size, "%.300s; on the mirror %s does not answer it any more",
				 isolate_str(iso, "proof"), *peer ? peer : "nobody");
		return isolate_str(iso, "effect");
	}
	if (unanswered) {
		snprintf(why, size, "on the mirror %s does not answer it any more (%llu conversation%s)",
			 *peer ? peer : "a peer", unanswered, unanswered == 1 ? "" : "s");
		return "effective";
	}
	if (!isolate_is(iso, "status", "active"))
		return "";
	snprintf(why, size, "nothing proves it: the device cannot be read back, and the mirror shows "
			    "no answers%s",
		 own ? ", only its own packets" : "");
	return "unseen";
}

bool isolate_mirror_judge(json_t *iso)
{
	char why[400] = "";
	const char *verdict = is_held(iso) ? verdict_of(iso, why, sizeof(why)) : "";
	bool news = !isolate_is(iso, "verdict", verdict);

	if (*verdict) {
		isolate_put_str(iso, "verdict", verdict);
		isolate_put_str(iso, "verdict_why", why);
	} else {
		json_object_del(iso, "verdict");
		json_object_del(iso, "verdict_why");
	}
	return news;
}

static void most(json_t *m, const char *key, uint64_t v)
{
	if (v > isolate_num(m, key))
		isolate_put_num(m, key, v);
}

static void peer_text(const struct isolate_seen *s, char *out, size_t size)
{
	bool v6 = strchr(s->peer, ':') != NULL;

	if (s->port)
		snprintf(out, size, "%s%s%s:%u (%s)", v6 ? "[" : "", s->peer, v6 ? "]" : "", s->port,
			 s->proto);
	else
		snprintf(out, size, "%s (%s)", s->peer, s->proto);
}

/* A sensor that starts again counts anew, and several may see it: at least the most of them. */
static void add(json_t *iso, const struct isolate_seen *s)
{
	json_t *m = json_object_get(iso, "mirror");
	char peer[96];

	if (!m) {
		m = json_object();
		json_object_set_new(iso, "mirror", m);
	}
	bool answer = s->answered > 0, had = isolate_num(m, "answered") > 0;
	if (s->peer[0] && (answer || !had)) {
		peer_text(s, peer, sizeof(peer));
		isolate_put_str(m, "peer", peer);
	}
	most(m, "own", s->own);
	most(m, "answered", s->answered);
	most(m, "unanswered", s->unanswered);
	most(m, "seen_ns", s->time_ns);
	isolate_put_str(m, "sensor", s->sensor);
}

static int seen_locked(struct isolate *e, const struct isolate_seen *s, bool *news, struct err *err)
{
	json_t *iso = isolate_store_get(e, s->id);

	/* Near its end the host may speak again: what is seen then is no leak. */
	if (!iso || !is_held(iso) || !isolate_is(iso, "id", s->id) || !isolate_is(iso, "mac", s->mac) ||
	    e->now() + NS_PER_S >= isolate_num(iso, "expires_ns")) {
		json_decref(iso);
		return err_set(err, ENOENT, "no isolation '%.60s' of %.20s is in force", s->id, s->mac);
	}
	bool had = isolate_num(json_object_get(iso, "mirror"), "unanswered") > 0;
	add(iso, s);
	/* The first proof is worth a record even where the device had said the same. */
	bool proof = !had && s->unanswered > 0;
	*news = isolate_mirror_judge(iso) || proof;
	int rc = 0;
	if (*news) {
		json_t *d = json_pack("{s:s, s:s, s:O}", "verdict", isolate_str(iso, "verdict"), "why",
				      isolate_str(iso, "verdict_why"), "mirror",
				      json_object_get(iso, "mirror"));
		rc = isolate_step_note(e, iso, "mirror", d, err);
		if (isolate_is(iso, "verdict", "leaking"))
			log_warn("the isolation of %s leaks: %s", s->mac,
				 isolate_str(iso, "verdict_why"));
	} else if ((rc = isolate_store_begin(e, err)) == 0) {
		rc = isolate_store_put(e, iso, err);
		int committed = isolate_store_commit(e, err);
		rc = rc ? rc : committed;
	}
	json_decref(iso);
	return rc;
}

int isolate_mirror(struct isolate *e, const struct isolate_seen *s, bool *news, struct err *err)
{
	*news = false;
	int rc = isolate_enter(e, err);
	if (rc != 0)
		return rc;
	rc = seen_locked(e, s, news, err);
	isolate_leave(e);
	return rc;
}

static bool allow(const struct isolate *e, struct journal_watch *w)
{
	for (unsigned i = 0; i < e->c->forensic.n; i++) {
		char ip[ADDR_TEXT];
		struct addr a;

		snprintf(ip, sizeof(ip), "%.*s", (int)strcspn(e->c->forensic.at[i], "@"),
			 e->c->forensic.at[i]);
		if (!addr_parse(ip, &a))
			continue;
		if (w->n_allow == JOURNAL_WATCH_ALLOW)
			return false; /* not told whom it may reach, a sensor would see leaks */
		w->allow[w->n_allow++] = a;
	}
	return true;
}

unsigned isolate_watches(struct isolate *e, struct isolate_watch *out, unsigned max)
{
	json_t *live = isolate_store_live(e), *iso;
	unsigned n = 0;
	size_t i;

	json_array_foreach(live, i, iso)
	{
		struct isolate_watch w = {.expires_ns = isolate_num(iso, "expires_ns")};

		if (n == max || !is_held(iso) || !mac_parse(isolate_str(iso, "mac"), &w.watch.mac) ||
		    !allow(e, &w.watch))
			continue;
		snprintf(w.watch.id, sizeof(w.watch.id), "%s", isolate_str(iso, "id"));
		out[n++] = w;
	}
	json_decref(live);
	return n;
}
