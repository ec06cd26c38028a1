// SPDX-License-Identifier: Apache-2.0
/* The engine's door: opening, and the operations an analyst or the collector asks for.
 *
 * What runs is serialised over processes by a lock file beside the audit log, which the kernel lets
 * go of when its holder dies. So whoever holds it and finds an isolation "sent" knows that the one
 * who sent it is dead, and the device's answer with it: the state is unknown.
 */
#include "isolate_engine.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static json_t *protected_texts(const struct policy *p, const struct isolate_config *c)
{
	char text[ADDR_TEXT + 8];
	json_t *list = json_array();

	for (unsigned i = 0; i < p->protect.n_macs; i++)
		json_array_append_new(list, json_string(mac_text(&p->protect.macs[i], text)));
	for (unsigned i = 0; i < c->protect.n; i++)
		json_array_append_new(list, json_string(c->protect.at[i]));
	for (unsigned i = 0; i < c->forensic.n; i++) {
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(c->forensic.at[i], "@"),
			 c->forensic.at[i]);
		json_array_append_new(list, json_string(text));
	}
	for (unsigned i = 0; i < c->assets.n; i++) {
		const char *eq = strchr(c->assets.at[i], '=');
		if (!policy_role_protected(p, eq + 1))
			continue;
		json_array_append_new(
			list, json_stringn(c->assets.at[i], (size_t)(eq - c->assets.at[i])));
	}
	return list;
}

static int open_lock(struct isolate *e, struct err *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s.lock", e->c->audit);
	e->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (e->lock_fd < 0)
		return err_set(err, errno, "cannot open %s: %s", path, strerror(errno));
	return 0;
}

/* Under the lock. Whoever sent these is dead. */
static int recover(struct isolate *e, struct err *err)
{
	json_t *live = isolate_store_live(e), *iso;
	size_t i;
	int rc = 0;

	json_array_foreach(live, i, iso)
	{
		if (!isolate_is(iso, "status", "sent"))
			continue;
		isolate_put_str(iso, "status", "unknown");
		isolate_put_str(iso, "effect", "unknown");
		isolate_put_str(iso, "error", "stopped before the device's answer was recorded");
		rc = isolate_step_note(e, iso, "unknown", NULL, err);
		if (rc != 0)
			break;
	}
	json_decref(live);
	return rc;
}

int isolate_enter(struct isolate *e, struct err *err)
{
	if (!sqlite3_get_autocommit(e->db))
		return err_set(err, EBUSY, "the database is inside a transaction");
	while (flock(e->lock_fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return err_set(err, errno, "cannot lock: %s", strerror(errno));
	int rc = recover(e, err);
	if (rc != 0)
		isolate_leave(e);
	return rc;
}

void isolate_leave(struct isolate *e)
{
	flock(e->lock_fd, LOCK_UN);
}

static int open_audit(struct isolate *e, struct err *err)
{
	struct audit_head seen;
	struct audit_report report;
	struct err why;
	int rc = 0;

	bool had = isolate_store_audit_head(e, &seen);
	if (had && audit_verify(e->c->audit, &seen, &report, &why) != 0)
		log_error("audit log %s: %s", e->c->audit, why.msg);
	else
		had = false;
	rc = isolate_store_begin(e, err);
	if (rc != 0)
		return rc;
	rc = audit_open(&e->audit, e->c->audit, isolate_store_audit, e, err);
	if (rc == 0 && had && report.truncated)
		rc = audit_add(e->audit, e->now(), "truncated", NULL,
			       json_pack("{s:I}", "seen", (json_int_t)seen.seq), err);
	if (rc == 0)
		rc = audit_sync(e->audit, err);
	int committed = isolate_store_commit(e, err);
	return rc ? rc : committed;
}

int isolate_open(struct isolate **out, const struct isolate_config *c, sqlite3 *db, struct err *err)
{
	struct isolate *e = calloc(1, sizeof(*e));

	if (!e)
		return err_set(err, ENOMEM, "out of memory");
	*e = (struct isolate){.c = c, .db = db, .now = clock_real_ns, .lock_fd = -1};
	e->caps = json_object();
	e->pending = json_array();
	int rc = policy_init(&e->policy, c, err);
	if (rc == 0) {
		e->protected = protected_texts(&e->policy, c);
		e->params = isolate_call_params(c, err);
		rc = e->params ? 0 : -EINVAL;
	}
	if (rc == 0)
		rc = isolate_store_open(e, err);
	if (rc == 0)
		rc = open_lock(e, err);
	if (rc == 0)
		rc = open_audit(e, err);
	if (rc == 0)
		rc = isolate_enter(e, err);
	if (rc != 0) {
		isolate_free(e);
		return rc;
	}
	isolate_leave(e);
	*out = e;
	return 0;
}

void isolate_free(struct isolate *e)
{
	if (!e)
		return;
	audit_free(e->audit);
	policy_fini(&e->policy);
	json_decref(e->params);
	json_decref(e->protected);
	json_decref(e->caps);
	json_decref(e->pending);
	if (e->lock_fd >= 0)
		close(e->lock_fd);
	free(e);
}

void isolate_set_clock(struct isolate *e, uint64_t (*now)(void))
{
	e->now = now ? now : clock_real_ns;
}

enum isolate_mode isolate_mode(const struct isolate *e)
{
	return e->policy.mode;
}

const char *isolate_isolator(const struct isolate *e)
{
	return e->c->isolator;
}

/* The live isolation of the same MAC, or NULL. */
static json_t *already(struct isolate *e, const struct isolate_request *r)
{
	struct isolate_target t;
	struct err ignored;
	char mac[MAC_TEXT];

	if (isolate_target_resolve(e, r, &t, &ignored) != 0 || (!t.has_mac && !r->addr))
		return NULL;
	json_t *iso = isolate_store_get(e, t.has_mac ? mac_text(&t.mac, mac) : r->addr);
	const char *status = isolate_str(iso, "status");
	if (strcmp(status, "active") == 0 || strcmp(status, "unknown") == 0)
		return iso;
	json_decref(iso);
	return NULL;
}

static bool would_be_dry(struct isolate *e, const struct isolate_request *r)
{
	const json_t *caps = isolate_call_caps(e, r->isolator ? r->isolator : e->c->isolator);

	return e->policy.mode == ISOLATE_dry_run || json_is_true(json_object_get(caps, "dry_run"));
}

static int refuse(struct isolate *e, json_t *iso, json_t *plan, const struct policy_answer *a,
		  struct err *err)
{
	/* The collector's own wish is advice where the mode is not auto; a person's was an order. */
	bool automatic = json_is_true(json_object_get(iso, "automatic"));
	const char *event = a->first == RAIL_mode && automatic ? "recommended" : "refused";
	json_t *d = json_pack("{s:s, s:s, s:O}", "rail", policy_rail_name(a->first), "why",
			      a->rail[a->first].why, "plan", plan);
	int rc = isolate_step_note(e, iso, event, d, err);

	if (rc != 0)
		return rc;
	err_set(err, EPERM, "refused (%s): %s", policy_rail_name(a->first), a->rail[a->first].why);
	if (a->first == RAIL_mode)
		err_hint(err, "set isolate.mode to %s",
			 automatic ? "auto" : "manual");
	else if (a->first == RAIL_target)
		err_hint(err, "name the host by its MAC; ARP, NDP or DHCP on the mirror binds an address to one");
	return -EPERM;
}

static int apply_locked(struct isolate *e, const struct isolate_request *r, json_t **out,
			struct err *err)
{
	uint64_t began = clock_mono_ns();
	struct policy_answer answer;
	json_t *before = already(e, r), *iso = NULL;

	/* What was only tried holds nobody: it does not stand in the way of the real thing. */
	if (before && (!isolate_is_dry(before) || would_be_dry(e, r))) {
		*out = before;
		return err_set(err, EEXIST, "already isolated until it ends or is released");
	}
	json_t *plan = isolate_plan_make(e, r, &iso, &answer, err);
	int ended = plan && answer.allowed && before
			    ? isolate_step_release(e, before, "released", err)
			    : 0;
	json_decref(before);
	if (!plan || ended) {
		json_decref(plan);
		json_decref(iso);
		return plan ? ended : -EINVAL;
	}
	if (!answer.allowed) {
		int rc = refuse(e, iso, plan, &answer, err);
		json_decref(iso);
		*out = plan;
		return rc;
	}
	json_decref(plan);
	json_object_set_new(iso, "latency_ms",
			    json_pack("{s:f}", "plan", (double)(clock_mono_ns() - began) / 1e6));
	int rc = isolate_step_apply(e, iso, err);
	json_object_set_new(json_object_get(iso, "latency_ms"), "total",
			    json_real((double)(clock_mono_ns() - began) / 1e6));
	*out = iso;
	return rc;
}

int isolate_apply(struct isolate *e, const struct isolate_request *r, json_t **out, struct err *err)
{
	*out = NULL;
	int rc = isolate_enter(e, err);
	if (rc != 0)
		return rc;
	rc = apply_locked(e, r, out, err);
	isolate_leave(e);
	return rc;
}

static bool is_live(const json_t *iso)
{
	return isolate_is(iso, "status", "active") || isolate_is(iso, "status", "unknown");
}

/* Takes the lock and finds it; on success the caller leaves. */
static int enter_with(struct isolate *e, const char *which, json_t **iso, struct err *err)
{
	*iso = NULL;
	int rc = isolate_enter(e, err);
	if (rc != 0)
		return rc;
	*iso = isolate_store_get(e, which);
	if (*iso)
		return 0;
	isolate_leave(e);
	return err_set(err, ENOENT, "no isolation of '%.60s'", which);
}

int isolate_verify(struct isolate *e, const char *which, json_t **out, struct err *err)
{
	int rc = enter_with(e, which, out, err);

	if (rc != 0)
		return rc;
	if (is_live(*out) && isolate_is(*out, "intent", "isolated"))
		rc = isolate_step_verify(e, *out, err);
	isolate_leave(e);
	return rc;
}

static int renew_locked(struct isolate *e, json_t *iso, uint32_t ttl_s, const char *requester,
			const char *reason, struct err *err)
{
	uint64_t now = e->now();

	if (!is_live(iso) || !isolate_is(iso, "intent", "isolated"))
		return err_set(err, ENOENT, "it has ended");
	if (isolate_store_flag(e, "frozen"))
		return err_set(err, EPERM, "refused (frozen)");
	if (e->policy.mode == ISOLATE_recommend)
		return err_set(err, EPERM, "refused (mode): mode is recommend");
	if (!requester || !*requester || !reason || !*reason)
		return err_set(err, EPERM, "refused (who): requester and reason are needed");
	uint32_t ttl = policy_ttl(&e->policy, ttl_s, (unsigned)isolate_num(iso, "before") + 1);
	json_t *d = json_pack("{s:s, s:s, s:i}", "requester", requester, "reason", reason, "ttl_s",
			      (int)ttl);
	isolate_put_num(iso, "ttl_s", ttl);
	isolate_put_num(iso, "expires_ns", now + ttl * NS_PER_S);
	isolate_put_num(iso, "renewed", isolate_num(iso, "renewed") + 1);
	int rc = isolate_step_note(e, iso, "renewed", d, err);
	return rc ? rc : isolate_step_apply(e, iso, err);
}

int isolate_renew(struct isolate *e, const char *which, uint32_t ttl_s, const char *requester,
		  const char *reason, json_t **out, struct err *err)
{
	int rc = enter_with(e, which, out, err);

	if (rc != 0)
		return rc;
	rc = renew_locked(e, *out, ttl_s, requester, reason, err);
	isolate_leave(e);
	return rc;
}

static int release_locked(struct isolate *e, json_t *iso, const char *requester, const char *reason,
			  struct err *err)
{
	if (!is_live(iso))
		return 0;
	isolate_put_str(iso, "released_by", requester);
	isolate_put_str(iso, "release_reason", reason);
	int rc = isolate_step_note(e, iso, "release-asked",
				   json_pack("{s:s, s:s}", "requester", requester ? requester : "",
					     "reason", reason ? reason : ""),
				   err);
	return rc ? rc : isolate_step_release(e, iso, "released", err);
}

int isolate_release(struct isolate *e, const char *which, const char *requester, const char *reason,
		    json_t **out, struct err *err)
{
	int rc = enter_with(e, which, out, err);

	if (rc != 0)
		return rc;
	rc = release_locked(e, *out, requester, reason, err);
	isolate_leave(e);
	return rc;
}

int isolate_release_all(struct isolate *e, const char *requester, const char *reason, json_t **out,
			struct err *err)
{
	json_t *iso;
	size_t i;

	*out = NULL;
	int rc = isolate_enter(e, err);
	if (rc != 0)
		return rc;
	*out = isolate_store_live(e);
	json_array_foreach(*out, i, iso)
	{
		int one = release_locked(e, iso, requester, reason, err);
		rc = rc ? rc : one;
	}
	isolate_leave(e);
	return rc ? -EIO : 0;
}
