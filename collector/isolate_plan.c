// SPDX-License-Identifier: Apache-2.0
/* The plan: target, isolator, commands, undo, TTL, and every rail. Nothing is changed anywhere. */
#include "isolate_engine.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define BACKOFF_NS   (7 * 86400 * NS_PER_S) /* isolations of the last week lengthen the next */
#define REOFFENCE_NS (86400 * NS_PER_S)

static void uuid4(char out[ISOLATE_ID])
{
	uint8_t b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		abort();
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (unsigned i = 0, at = 0; i < 16; i++)
		at += (unsigned)sprintf(
			out + at, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
}

static json_t *iso_new(struct isolate *e, const struct isolate_request *r,
		       const struct isolate_target *t)
{
	char id[ISOLATE_ID], mac[MAC_TEXT], addr[ADDR_TEXT];
	json_t *iso = json_object(), *addrs = json_array();

	uuid4(id);
	for (unsigned i = 0; i < t->n_addrs; i++)
		json_array_append_new(addrs, json_string(addr_text(&t->addrs[i], addr)));
	isolate_put_str(iso, "id", id);
	isolate_put_str(iso, "status", "planned");
	isolate_put_str(iso, "intent", "isolated");
	isolate_put_str(iso, "effect", "unknown");
	isolate_put_str(iso, "mac", t->has_mac ? mac_text(&t->mac, mac) : "");
	json_object_set_new(iso, "addrs", addrs);
	json_object_set_new(iso, "vlan", json_integer(t->vlan));
	isolate_put_str(iso, "isolator", r->isolator ? r->isolator : e->c->isolator);
	isolate_put_str(iso, "profile", r->profile ? r->profile : e->c->profile);
	isolate_put_str(iso, "requester", r->requester);
	isolate_put_str(iso, "approver", r->approver);
	isolate_put_str(iso, "reason", r->reason);
	isolate_put_str(iso, "incident", r->incident);
	json_object_set_new(iso, "automatic", json_boolean(r->automatic));
	json_object_set_new(iso, "over_limit", json_boolean(r->over_limit));
	if (r->automatic) {
		isolate_put_str(iso, "family", family_name(r->family));
		isolate_put_num(iso, "evidence_kinds", r->evidence_kinds);
	}
	return iso;
}

static bool in_list(const json_t *list, const char *word)
{
	size_t i;
	json_t *v;

	json_array_foreach(list, i, v) if (strcmp(json_string_value(v) ? json_string_value(v) : "",
						  word) == 0) return true;
	return false;
}

/* The helper's own plan: commands, undo, prior state, port. NULL, or why it cannot. */
static void ask_device(struct isolate *e, json_t *iso, struct policy_facts *f, char why[POLICY_WHY])
{
	static const char *const keys[] = {"commands", "undo", "prior", "port", "note"};
	struct isolate_exec exec;
	json_t *reply = isolate_call(e, isolate_str(iso, "isolator"), "plan", iso, &exec);

	if (!reply) {
		snprintf(why, POLICY_WHY, "%s%s%.80s", isolate_exec_text(exec.end),
			 *exec.stderr_text ? ": " : "", exec.stderr_text);
		f->unable = why;
		return;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *v = json_object_get(reply, keys[i]);
		if (v)
			json_object_set(iso, keys[i], v);
	}
	f->macs_on_port = (unsigned)isolate_num(reply, "macs_on_port");
	if (!json_is_true(json_object_get(reply, "ok"))) {
		snprintf(why, POLICY_WHY, "%.150s", isolate_str(reply, "error"));
		f->unable = why;
		if (isolate_is(reply, "state", "unlocatable") ||
		    isolate_is(reply, "state", "unsupported"))
			isolate_put_str(iso, "effect", isolate_str(reply, "state"));
	}
	json_decref(reply);
}

static void gather(struct isolate *e, const struct isolate_request *r,
		   const struct isolate_target *t, json_t *iso, struct policy_facts *f)
{
	uint64_t now = e->now();
	const char *mac = isolate_str(iso, "mac");
	json_t *caps = isolate_call_caps(e, isolate_str(iso, "isolator"));
	bool dry = e->policy.mode == ISOLATE_dry_run || json_is_true(json_object_get(caps, "dry_run"));
	json_t *live = dry ? isolate_store_live(e) : NULL;

	*f = (struct policy_facts){
		.has_mac = t->has_mac,
		.mac = t->mac,
		.ambiguous = *t->ambiguous ? t->ambiguous : NULL,
		.n_addrs = t->n_addrs,
		.n_all = t->n_all,
		.learnt_role = *t->role ? t->role : NULL,
		.isolator_without_mac = json_is_true(json_object_get(caps, "without_mac")),
		.isolator_times_out = json_is_true(json_object_get(caps, "times_out")),
		.profile_able =
			in_list(json_object_get(caps, "profiles"), isolate_str(iso, "profile")),
		.unable = caps ? NULL : "the isolator does not answer: is its program in isolate.dir?",
		.frozen = isolate_store_flag(e, "frozen"),
		.in_window = isolate_store_since(e, NULL, now - e->policy.rate_window_s * NS_PER_S, dry),
		.active = dry ? (unsigned)json_array_size(live) : isolate_active(e),
		.hosts = isolate_target_hosts(e),
		.by_automatic = r->automatic,
		.over_limit = r->over_limit,
		.approved = r->approver && *r->approver,
		.has_requester = r->requester && *r->requester,
		.has_reason = r->reason && *r->reason,
		.family = r->family,
		.evidence_kinds = r->evidence_kinds,
	};
	memcpy(f->addrs, t->addrs, sizeof(f->addrs));
	unsigned before = *mac ? isolate_store_since(e, mac, now - BACKOFF_NS, dry) : 0;
	f->ttl_s = policy_ttl(&e->policy, r->ttl_s, before);
	f->severe_again = r->severe && *mac && isolate_store_since(e, mac, now - REOFFENCE_NS, dry) > 0;
	json_object_set_new(iso, "times_out", json_boolean(f->isolator_times_out));
	if (dry)
		json_object_set_new(iso, "dry_run", json_true());
	isolate_put_num(iso, "before", before);
	isolate_put_num(iso, "ttl_s", f->ttl_s);
	isolate_put_num(iso, "created_ns", now);
	isolate_put_num(iso, "expires_ns", now + f->ttl_s * NS_PER_S);
	json_decref(live);
}

static json_t *render(struct isolate *e, json_t *iso, const struct policy_answer *answer)
{
	json_t *rails = json_array(), *single = json_array();

	for (unsigned r = 0; r < RAIL_count; r++)
		json_array_append_new(rails,
				      json_pack("{s:s, s:s, s:b, s:s}", "rail", policy_rail_name(r),
						"asks", policy_rail_asks(r), "pass",
						answer->rail[r].pass, "why", answer->rail[r].why));
	for (unsigned f = 0; f < FAMILY_count; f++)
		if (e->policy.auto_single & 1ULL << f)
			json_array_append_new(single, json_string(family_name(f)));
	json_t *plan = json_pack("{s:b, s:s, s:o, s:o, s:O}", "allowed", answer->allowed, "mode",
				 isolate_mode_name(e->policy.mode), "rails", rails,
				 "auto_single_evidence", single, "isolation", iso);
	if (!answer->allowed)
		isolate_put_str(plan, "refused_by", policy_rail_name(answer->first));
	return plan;
}

json_t *isolate_plan_make(struct isolate *e, const struct isolate_request *r, json_t **iso,
			  struct policy_answer *answer, struct err *err)
{
	struct isolate_target t;
	struct policy_facts f;
	char why[POLICY_WHY];

	if (isolate_target_resolve(e, r, &t, err) != 0)
		return NULL;
	if (!isolate_find_name_ok(r->isolator ? r->isolator : e->c->isolator)) {
		err_set(err, EINVAL, "'%.40s' is no isolator's name",
			r->isolator ? r->isolator : e->c->isolator);
		return NULL;
	}
	*iso = iso_new(e, r, &t);
	gather(e, r, &t, *iso, &f);
	if (!f.unable && (t.has_mac || f.isolator_without_mac) && f.profile_able)
		ask_device(e, *iso, &f, why);
	policy_judge(&e->policy, &f, answer);
	return render(e, *iso, answer);
}

int isolate_plan(struct isolate *e, const struct isolate_request *r, json_t **out, struct err *err)
{
	struct policy_answer answer;
	json_t *iso = NULL;

	*out = isolate_plan_make(e, r, &iso, &answer, err);
	json_decref(iso);
	return *out ? 0 : -EINVAL;
}
