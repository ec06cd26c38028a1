// SPDX-License-Identifier: Apache-2.0
/* Inside the engine: what its files share. An isolation is one JSON object (`iso`), the same that
 * is stored, audited and shown, so that those never disagree.
 *
 * status: sent → active → released | expired | lost, or failed (nothing was done), or unknown (the
 *         device's answer is not known; tick asks again). `intent` is isolated or released.
 */
#pragma once

#include "audit.h"
#include "isolate_exec.h"
#include "policy.h"

struct isolate {
	const struct isolate_config *c;
	sqlite3 *db;
	struct policy policy;
	struct audit *audit;
	uint64_t (*now)(void);
	json_t *params;    /* isolator name → {key: value} */
	json_t *protected; /* texts, as the helpers get them */
	json_t *caps;      /* isolator name → its capabilities, asked once */
	json_t *pending;   /* audit rows that wait for the next transaction */
	uint64_t reconciled_ns;
	int lock_fd;
};

struct isolate_target {
	bool has_mac;
	struct mac mac;
	int vlan; /* -1: not known */
	char ambiguous[POLICY_WHY];
	struct addr addrs[POLICY_ADDRS];
	unsigned n_addrs, n_all;
	char role[24];
};

/* isolate_target.c */
int isolate_target_resolve(struct isolate *e, const struct isolate_request *r,
			   struct isolate_target *t, struct err *err);
bool isolate_target_mac_of(struct isolate *e, const struct addr *a, struct mac *m);
unsigned isolate_target_hosts(struct isolate *e);
int isolate_target_prune(struct isolate *e, struct err *err);

/* isolate_store.c */
int isolate_store_open(struct isolate *e, struct err *err);
int isolate_store_sql(struct isolate *e, const char *sql, struct err *err);
int isolate_store_begin(struct isolate *e, struct err *err);
int isolate_store_commit(struct isolate *e, struct err *err); /* rolls back on failure */
int isolate_store_put(struct isolate *e, json_t *iso, struct err *err);
/* An id, a MAC or an address (the live one, else the newest). New reference, or NULL. */
json_t *isolate_store_get(struct isolate *e, const char *which);
json_t *isolate_store_live(struct isolate *e); /* array, oldest first */
json_t *isolate_store_all(struct isolate *e);  /* array, newest first, bounded */
/* `dry`: those that were only tried count as well. */
unsigned isolate_store_since(struct isolate *e, const char *mac, uint64_t since_ns, bool dry);
int isolate_store_lease(struct isolate *e, json_t *iso, bool keep, struct err *err);
bool isolate_store_flag(struct isolate *e, const char *name);
int isolate_store_set_flag(struct isolate *e, const char *name, bool on, struct err *err);
void isolate_store_audit(void *engine, uint64_t seq, const char *hash_hex, const char *json);
bool isolate_store_audit_head(struct isolate *e, struct audit_head *head);

/* isolate_call.c: runs a helper. The reply, new reference; NULL: exec->end says why. */
json_t *isolate_call(struct isolate *e, const char *name, const char *op, json_t *iso,
		     struct isolate_exec *exec);
json_t *isolate_call_caps(struct isolate *e, const char *name); /* borrowed; NULL: cannot ask */
json_t *isolate_call_params(const struct isolate_config *c, struct err *err);

/* isolate_find.c. 0 and the program's path, or errno. */
int isolate_find_program(const char *dir, const char *name, char *path, size_t size);
bool isolate_find_name_ok(const char *name);

/* isolate_step.c: one operation on a device with its records around it. */
int isolate_step_apply(struct isolate *e, json_t *iso, struct err *err);
int isolate_step_release(struct isolate *e, json_t *iso, const char *end_status, struct err *err);
int isolate_step_verify(struct isolate *e, json_t *iso, struct err *err);
int isolate_step_note(struct isolate *e, json_t *iso, const char *event, json_t *detail,
		      struct err *err); /* audit + store + sync, in one transaction */

/* isolate_mirror.c: the verdict into iso, or out of one that is not in force. True: it changed. */
bool isolate_mirror_judge(json_t *iso);

/* isolate_plan.c */
json_t *isolate_plan_make(struct isolate *e, const struct isolate_request *r, json_t **iso,
			  struct policy_answer *answer, struct err *err);

/* isolate.c */
int isolate_enter(struct isolate *e, struct err *err); /* takes the lock over processes */
void isolate_leave(struct isolate *e);

static inline const char *isolate_str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}
static inline uint64_t isolate_num(const json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}
static inline bool isolate_is(const json_t *o, const char *key, const char *value)
{
	return strcmp(isolate_str(o, key), value) == 0;
}
/* Every step is recorded, and no device touched. */
static inline bool isolate_is_dry(const json_t *iso)
{
	return json_is_true(json_object_get(iso, "dry_run"));
}
static inline void isolate_put_str(json_t *o, const char *key, const char *value)
{
	json_object_set_new(o, key, json_string(value ? value : ""));
}
static inline void isolate_put_num(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}
