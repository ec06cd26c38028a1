// SPDX-License-Identifier: Apache-2.0
/* One operation on a device with its records around it: what is about to be sent is in the audit
 * log and in the database, both flushed, before the helper starts; what came back follows.
 *
 * Cost: two flushes of the log and two of the database an isolation, the second pair after the host
 *       is already cut off.
 */
#include "isolate_engine.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>

/* A device may carry out a command long after the helper that sent it was killed. */
#define LATE_NS (60 * NS_PER_S)

static const char *enforcer(const struct isolate *e, const json_t *iso)
{
	return e->policy.mode == ISOLATE_dry_run || isolate_is_dry(iso) ? "dry-run"
								      : isolate_str(iso, "isolator");
}

/* Each line says whom it is about, and of a dry run that it is one: whoever reads it alone must not
 * take it for the real thing. */
static int note(struct isolate *e, json_t *iso, const char *event, json_t *detail, struct err *err)
{
	const json_t *addr = json_array_get(json_object_get(iso, "addrs"), 0);

	if (detail != iso) { /* which has them itself */
		detail = detail ? detail : json_object();
		isolate_put_str(detail, "host", json_string_value(addr));
		isolate_put_str(detail, "mac", isolate_str(iso, "mac"));
	}
	if (isolate_is_dry(iso))
		json_object_set_new(detail, "dry_run", json_true());
	return audit_add(e->audit, e->now(), event, isolate_str(iso, "id"), detail, err);
}

static int put(struct isolate *e, json_t *iso, struct err *err)
{
	isolate_put_num(iso, "updated_ns", e->now());
	isolate_mirror_judge(iso);
	return isolate_store_put(e, iso, err);
}

int isolate_step_note(struct isolate *e, json_t *iso, const char *event, json_t *detail,
		      struct err *err)
{
	int rc = isolate_store_begin(e, err);

	if (rc != 0) {
		json_decref(detail);
		return rc;
	}
	rc = note(e, iso, event, detail, err);
	if (rc == 0 && !isolate_is(iso, "status", "planned")) /* refused: never stored */
		rc = put(e, iso, err);
	if (rc == 0)
		rc = audit_sync(e->audit, err);
	if (rc != 0) {
		struct err ignored;
		isolate_store_sql(e, "ROLLBACK", &ignored);
		return rc;
	}
	return isolate_store_commit(e, err);
}

static json_t *answer_detail(const char *op, json_t *reply, const struct isolate_exec *exec)
{
	json_t *d = json_pack("{s:s, s:s, s:i, s:f}", "op", op, "end", isolate_exec_text(exec->end),
			      "code", exec->code, "took_ms", (double)exec->took_ns / 1e6);
	if (reply)
		json_object_set(d, "reply", reply);
	if (*exec->stderr_text) {
		json_t *said = json_string(exec->stderr_text); /* NULL: not UTF-8 */
		json_object_set_new(d, "stderr", said ? said : json_string("(not text)"));
	}
	return d;
}

static void latency(json_t *iso, const char *key, uint64_t ns)
{
	json_t *l = json_object_get(iso, "latency_ms");

	if (!l) {
		l = json_object();
		json_object_set_new(iso, "latency_ms", l);
	}
	json_object_set_new(l, key, json_real((double)ns / 1e6));
}

static void unknown(json_t *iso, const char *why)
{
	isolate_put_str(iso, "status", "unknown");
	isolate_put_str(iso, "effect", "unknown");
	isolate_put_str(iso, "error", why);
}

/* A state a helper may claim; anything else is `unknown`. */
static const char *effect_of(const json_t *reply)
{
	static const char *const known[] = {"effective", "partial", "unsupported", "unlocatable"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (isolate_is(reply, "state", known[i]))
			return known[i];
	return "unknown";
}

/* Asks the device. True: it answered, and iso carries how it was proven. */
static bool ask(struct isolate *e, json_t *iso, json_t **present, struct err *err)
{
	struct isolate_exec exec;
	json_t *reply = isolate_call(e, enforcer(e, iso), "verify", iso, &exec);
	bool ok = json_is_true(json_object_get(reply, "ok"));

	/* The minute's question with the answer of the minute before is not worth a record. */
	bool same = ok && isolate_is(iso, "status", "active") &&
		    strcmp(isolate_str(iso, "effect"), effect_of(reply)) == 0 &&
		    !json_is_false(json_object_get(reply, "present"));
	latency(iso, "verify", exec.took_ns);
	if (!same)
		note(e, iso, "verified", answer_detail("verify", reply, &exec), err);
	*present = NULL;
	isolate_put_num(iso, "verified_ns", e->now());
	if (ok) {
		*present = json_incref(json_object_get(reply, "present"));
		isolate_put_str(iso, "effect", effect_of(reply));
		isolate_put_str(iso, "proof", isolate_str(reply, "proof"));
		isolate_put_str(iso, "proof_kind", isolate_str(reply, "proof_kind"));
		isolate_put_str(iso, "error", "");
		if (json_object_get(reply, "remaining_s"))
			isolate_put_num(iso, "remaining_s", isolate_num(reply, "remaining_s"));
	} else {
		isolate_put_str(iso, "proof", "");
		isolate_put_str(iso, "proof_kind", "none");
		unknown(iso, reply ? isolate_str(reply, "error") : isolate_exec_text(exec.end));
	}
	json_decref(reply);
	return ok;
}

/* Everything that stands behind the answer, in one transaction. */
static int settle(struct isolate *e, json_t *iso, bool ended, struct err *err)
{
	int rc = isolate_store_begin(e, err);

	if (rc != 0)
		return rc;
	rc = put(e, iso, err);
	if (rc == 0 && ended)
		rc = isolate_store_lease(e, iso, false, err);
	if (rc == 0)
		rc = audit_sync(e->audit, err);
	int committed = isolate_store_commit(e, err);
	return rc ? rc : committed;
}

/* In the log and the database, flushed, before anything is sent. */
static int before(struct isolate *e, json_t *iso, const char *op, struct err *err)
{
	uint64_t began = clock_mono_ns();
	bool apply = strcmp(op, "apply") == 0;
	int rc = isolate_store_begin(e, err);

	if (rc != 0)
		return rc;
	if (apply)
		rc = note(e, iso, "planned", json_incref(iso), err);
	if (rc == 0)
		rc = note(e, iso, "sent", json_pack("{s:s, s:s}", "op", op, "by", enforcer(e, iso)),
			  err);
	if (rc == 0)
		rc = put(e, iso, err);
	if (rc == 0 && apply && !json_is_true(json_object_get(iso, "times_out")))
		rc = isolate_store_lease(e, iso, true, err);
	if (rc == 0)
		rc = audit_sync(e->audit, err);
	if (rc != 0) {
		struct err ignored;
		isolate_store_sql(e, "ROLLBACK", &ignored);
		return rc;
	}
	rc = isolate_store_commit(e, err);
	latency(iso, "sync", clock_mono_ns() - began);
	return rc;
}

static int finish_apply(struct isolate *e, json_t *iso, struct err *err)
{
	json_t *present = NULL;

	if (!ask(e, iso, &present, err)) {
		/* the words are in iso */
	} else if (json_is_false(present)) {
		unknown(iso, "applied, but the device does not show it");
	} else {
		isolate_put_str(iso, "status", "active");
	}
	json_decref(present);
	int rc = settle(e, iso, false, err);
	if (rc == 0 && isolate_is(iso, "status", "unknown"))
		return err_set(err, EIO, "the device's answer is not known: %.150s",
			       isolate_str(iso, "error"));
	return rc;
}

int isolate_step_apply(struct isolate *e, json_t *iso, struct err *err)
{
	struct isolate_exec exec;

	isolate_put_str(iso, "status", "sent");
	isolate_put_num(iso, "sent_ns", e->now());
	if (e->policy.mode == ISOLATE_dry_run)
		json_object_set_new(iso, "dry_run", json_true());
	int rc = before(e, iso, "apply", err);
	if (rc != 0)
		return rc;
	json_t *reply = isolate_call(e, enforcer(e, iso), "apply", iso, &exec);
	latency(iso, "apply", exec.took_ns);
	note(e, iso, "answered", answer_detail("apply", reply, &exec), err);
	bool ok = json_is_true(json_object_get(reply, "ok"));
	if (ok) {
		isolate_put_num(iso, "applied_ns", e->now());
		json_decref(reply);
		return finish_apply(e, iso, err);
	}
	if ((reply && !isolate_is(reply, "state", "unknown")) || exec.end == ISOLATE_EXEC_start) {
		isolate_put_str(iso, "status",
				"failed"); /* the helper says that nothing was done */
		isolate_put_str(iso, "effect", reply ? effect_of(reply) : "unknown");
		isolate_put_str(iso, "error",
				reply ? isolate_str(reply, "error") : isolate_exec_text(exec.end));
		rc = settle(e, iso, true, err);
		rc = rc ? rc
			: err_set(err, EREMOTEIO, "not isolated: %.180s",
				  isolate_str(iso, "error"));
	} else {
		unknown(iso, reply ? isolate_str(reply, "error") : isolate_exec_text(exec.end));
		rc = settle(e, iso, false, err);
		rc = rc ? rc
			: err_set(err, EIO, "not known whether it is isolated: %.150s",
				  isolate_str(iso, "error"));
	}
	json_decref(reply);
	return rc;
}

int isolate_step_release(struct isolate *e, json_t *iso, const char *end_status, struct err *err)
{
	struct isolate_exec exec;
	json_t *present = NULL;

	isolate_put_str(iso, "intent", "released");
	isolate_put_str(iso, "end_status", end_status);
	int rc = before(e, iso, "release", err);
	if (rc != 0)
		return rc;
	json_t *reply = isolate_call(e, enforcer(e, iso), "release", iso, &exec);
	note(e, iso, "answered", answer_detail("release", reply, &exec), err);
	bool ok = json_is_true(json_object_get(reply, "ok"));
	if (!ok) {
		unknown(iso, reply ? isolate_str(reply, "error") : isolate_exec_text(exec.end));
	} else if (!ask(e, iso, &present, err)) {
		/* the words are in iso */
	} else if (json_is_true(present)) {
		unknown(iso, "released, but the device still shows it");
	} else {
		isolate_put_str(iso, "status", end_status);
		isolate_put_str(iso, "effect", "none");
		isolate_put_num(iso, "ended_ns", e->now());
		note(e, iso, end_status, NULL, err);
	}
	json_decref(present);
	json_decref(reply);
	bool ended = isolate_is(iso, "status", end_status);
	rc = settle(e, iso, ended, err);
	if (rc == 0 && !ended)
		return err_set(err, EIO, "not known whether it is released: %.150s",
			       isolate_str(iso, "error"));
	return rc;
}

/* What the device says against what we want. */
int isolate_step_verify(struct isolate *e, json_t *iso, struct err *err)
{
	/* Absent: it never arrived, or somebody (or a device's restart) took it away. */
	const char *gone = isolate_num(iso, "applied_ns") ? "lost" : "failed";
	json_t *present = NULL;
	bool ended = false;

	if (ask(e, iso, &present, err)) {
		if (json_is_true(present)) {
			isolate_put_str(iso, "status", "active");
		} else if (!json_is_false(present)) {
			/* It cannot be asked: what was unknown stays so, until its time ends it. */
		} else if (isolate_is(iso, "status", "unknown") &&
			   e->now() < isolate_num(iso, "sent_ns") + LATE_NS) {
			isolate_put_str(iso, "error", "the device does not show it (yet)");
		} else if (!json_is_true(json_object_get(iso, "times_out"))) {
			/* Nothing else would ever end it, should the answer be wrong or early. */
			json_decref(present);
			return isolate_step_release(e, iso, gone, err);
		} else {
			isolate_put_str(iso, "status", gone);
			isolate_put_str(iso, "error", "the device does not show it");
			isolate_put_num(iso, "ended_ns", e->now());
			note(e, iso, gone, NULL, err);
			ended = true;
		}
	}
	json_decref(present);
	int rc = settle(e, iso, ended, err);
	if (rc == 0 && isolate_is(iso, "status", "unknown"))
		return err_set(err, EIO, "the device's answer is not known: %.150s",
			       isolate_str(iso, "error"));
	return rc;
}
