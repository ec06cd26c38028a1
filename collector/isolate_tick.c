// SPDX-License-Identifier: Apache-2.0
/* What goes on by itself: ends that are due, questions asked again, and each minute intent against
 * device; and what is read without changing anything: list, status, freeze.
 *
 * Due: an enforcer that times out gets GRACE to do so, then it is told; any other is told at once.
 *      A release whose answer is unknown is sent again (it is idempotent), ever more rarely.
 */
#include "isolate_engine.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>

#define GRACE_NS     (2 * NS_PER_S)
#define RECONCILE_NS (60 * NS_PER_S)
#define RETRY_MAX    6 /* doublings of a second */

static bool retry_due(const struct isolate *e, json_t *iso)
{
	return e->now() >= isolate_num(iso, "retry_ns");
}

static void retry_later(const struct isolate *e, json_t *iso)
{
	uint64_t n = isolate_num(iso, "retries");

	isolate_put_num(iso, "retries", n + 1);
	isolate_put_num(iso, "retry_ns", e->now() + (NS_PER_S << (n < RETRY_MAX ? n : RETRY_MAX)));
}

/* Its time is over. The enforcer's own timer should have done it: look, and record what was seen.
 */
static int end_due(struct isolate *e, json_t *iso, struct err *err)
{
	uint64_t expires = isolate_num(iso, "expires_ns");

	if (json_is_true(json_object_get(iso, "times_out")) && e->now() < expires + GRACE_NS)
		return 0;
	retry_later(e, iso);
	return isolate_step_release(e, iso, "expired", err);
}

static int put_back(struct isolate *e, json_t *iso, struct err *err)
{
	if (!e->c->reapply || !isolate_is(iso, "status", "lost") ||
	    e->policy.mode == ISOLATE_recommend || isolate_store_flag(e, "frozen"))
		return 0;
	log_warn("isolation %s: the device has lost it; put back", isolate_str(iso, "id"));
	return isolate_step_apply(e, iso, err);
}

/* A word of our own: the one in iso goes when it is written anew. */
static const char *end_wanted(const json_t *iso)
{
	static const char *const ends[] = {"expired", "lost", "failed"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (isolate_is(iso, "end_status", ends[i]))
			return ends[i];
	return "released";
}

static int tick_one(struct isolate *e, json_t *iso, bool minute, struct err *err)
{
	bool unknown = isolate_is(iso, "status", "unknown");

	if (unknown && !retry_due(e, iso))
		return 0;
	if (isolate_is(iso, "intent", "released")) {
		retry_later(e, iso);
		return isolate_step_release(e, iso, end_wanted(iso), err);
	}
	if (e->now() >= isolate_num(iso, "expires_ns"))
		return end_due(e, iso, err);
	if (!unknown && !minute)
		return 0;
	if (unknown)
		retry_later(e, iso);
	int rc = isolate_step_verify(e, iso, err);
	return rc ? rc : put_back(e, iso, err);
}

int isolate_tick(struct isolate *e, unsigned *changed, struct err *err)
{
	json_t *iso;
	size_t i;
	unsigned n = 0;

	if (changed)
		*changed = 0;
	int rc = isolate_enter(e, err);
	if (rc != 0)
		return rc;
	uint64_t now = e->now();
	bool minute = now - e->reconciled_ns >= RECONCILE_NS;
	json_t *live = isolate_store_live(e);
	json_array_foreach(live, i, iso)
	{
		json_t *before = json_incref(json_object_get(iso, "status"));
		int one = tick_one(e, iso, minute, err);
		rc = rc ? rc : one;
		n += !json_equal(before, json_object_get(iso, "status"));
		json_decref(before);
	}
	json_decref(live);
	if (minute) {
		struct err ignored;
		isolate_target_prune(e, &ignored);
		e->reconciled_ns = now;
	}
	isolate_leave(e);
	if (changed)
		*changed = n;
	return rc;
}

int isolate_freeze(struct isolate *e, bool on, const char *requester, const char *reason,
		   struct err *err)
{
	int rc = isolate_enter(e, err);

	if (rc != 0)
		return rc;
	rc = isolate_store_begin(e, err);
	if (rc == 0) {
		rc = audit_add(e->audit, e->now(), on ? "frozen" : "unfrozen", NULL,
			       json_pack("{s:s, s:s}", "requester", requester ? requester : "",
					 "reason", reason ? reason : ""),
			       err);
		if (rc == 0)
			rc = isolate_store_set_flag(e, "frozen", on, err);
		if (rc == 0)
			rc = audit_sync(e->audit, err);
		int committed = isolate_store_commit(e, err);
		rc = rc ? rc : committed;
	}
	isolate_leave(e);
	return rc;
}

bool isolate_frozen(struct isolate *e)
{
	return isolate_store_flag(e, "frozen");
}

static void count_down(const struct isolate *e, json_t *iso)
{
	uint64_t now = e->now(), expires = isolate_num(iso, "expires_ns");
	bool live = isolate_is(iso, "status", "active") || isolate_is(iso, "status", "unknown") ||
		    isolate_is(iso, "status", "sent");

	isolate_put_num(iso, "remaining_s", live && expires > now ? (expires - now) / NS_PER_S : 0);
}

int isolate_list(struct isolate *e, bool all, json_t **out, struct err *err)
{
	json_t *iso;
	size_t i;

	*out = all ? isolate_store_all(e) : isolate_store_live(e);
	if (!*out)
		return err_set(err, ENOMEM, "out of memory");
	json_array_foreach(*out, i, iso) count_down(e, iso);
	return 0;
}

unsigned isolate_active(struct isolate *e)
{
	json_t *live = isolate_store_live(e), *iso;
	unsigned n = 0;
	size_t i;

	json_array_foreach(live, i, iso) n += !isolate_is_dry(iso);
	json_decref(live);
	return n;
}

static json_t *names(uint64_t bits)
{
	json_t *list = json_array();

	for (unsigned f = 0; f < FAMILY_count; f++)
		if (bits & 1ULL << f)
			json_array_append_new(list, json_string(family_name(f)));
	return list;
}

int isolate_status(struct isolate *e, json_t **out, struct err *err)
{
	unsigned hosts = isolate_target_hosts(e);
	json_t *caps = isolate_call_caps(e, e->c->isolator);

	*out = json_pack("{s:s, s:b, s:i, s:i, s:i, s:i, s:i, s:s, s:s, s:O?, s:o, s:o, s:I}",
			 "mode", isolate_mode_name(e->policy.mode), "frozen", isolate_frozen(e),
			 "active", (int)isolate_active(e), "active_max",
			 (int)policy_share(&e->policy, hosts), "hosts", (int)hosts, "rate_max",
			 (int)e->policy.rate_max, "rate_window_s", (int)e->policy.rate_window_s,
			 "isolator", e->c->isolator, "profile", e->c->profile, "capabilities", caps,
			 "auto_families", names(e->policy.auto_families), "auto_single_evidence",
			 names(e->policy.auto_single), "audit_seq",
			 (json_int_t)audit_head(e->audit).seq);
	return *out ? 0 : err_set(err, ENOMEM, "out of memory");
}
