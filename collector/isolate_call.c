// SPDX-License-Identifier: Apache-2.0
/* The line to a helper program and the line back.
 *
 * Request:  {v, id, op, idempotency_key, now, expiry, ttl_s, target{mac, addrs, vlan, port},
 * profile, protected[], params{}, prior, commands[]} Reply:    {id, op, ok, error, state, present,
 * proof, proof_kind, remaining_s, commands, undo, prior, port, macs_on_port, capabilities}; every
 * field but the first three may be missing. Units:    now and expiry are seconds since the epoch.
 */
#include "isolate_engine.h"

#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

json_t *isolate_call_params(const struct isolate_config *c, struct err *err)
{
	json_t *all = json_object();

	for (unsigned i = 0; i < c->params.n; i++) {
		const char *text = c->params.at[i];
		const char *dot = strchr(text, '.'), *eq = dot ? strchr(dot, '=') : NULL;
		char name[40], key[40];
		if (!eq || dot - text >= (long)sizeof(name) || eq - dot - 1 >= (long)sizeof(key)) {
			json_decref(all);
			err_set(err, EINVAL, "isolate.params: '%.80s' is not NAME.KEY=VALUE", text);
			return NULL;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(dot - text), text);
		snprintf(key, sizeof(key), "%.*s", (int)(eq - dot - 1), dot + 1);
		json_t *own = json_object_get(all, name);
		if (!own) {
			own = json_object();
			json_object_set_new(all, name, own);
		}
		json_object_set_new(own, key, json_string(eq + 1));
	}
	return all;
}

/* "IP" or "IP@MAC"; a MAC that is not given is looked up, so that the pair is as narrow as can be.
 */
static json_t *forensic_hosts(struct isolate *e)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < e->c->forensic.n; i++) {
		const char *text = e->c->forensic.at[i], *at = strchr(text, '@');
		char ip[ADDR_TEXT], mac_out[MAC_TEXT];
		struct addr a;
		struct mac m;
		snprintf(ip, sizeof(ip), "%.*s", (int)strcspn(text, "@"), text);
		if (!addr_parse(ip, &a))
			continue;
		bool has = at ? mac_parse(at + 1, &m) : isolate_target_mac_of(e, &a, &m);
		json_t *one = json_pack("{s:s}", "ip", addr_text(&a, ip));
		if (has)
			isolate_put_str(one, "mac", mac_text(&m, mac_out));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *profile_of(struct isolate *e, const json_t *iso)
{
	json_t *dhcp = json_array();

	for (unsigned i = 0; i < e->c->dhcp_servers.n; i++)
		json_array_append_new(dhcp, json_string(e->c->dhcp_servers.at[i]));
	return json_pack("{s:s, s:b, s:b, s:o, s:o}", "name",
			 iso ? isolate_str(iso, "profile") : e->c->profile, "arp", e->c->allow_arp,
			 "dhcp", e->c->allow_dhcp, "dhcp_servers", dhcp, "forensic",
			 forensic_hosts(e));
}

static void keep(json_t *to, const char *key, const json_t *from)
{
	json_t *v = json_object_get(from, key);

	if (v)
		json_object_set(to, key, v);
}

static json_t *request_of(struct isolate *e, const char *name, const char *op, const json_t *iso)
{
	uint64_t now_s = e->now() / NS_PER_S;
	json_t *r = json_pack("{s:i, s:s, s:s, s:I, s:o, s:O}", "v", 1, "id",
			      iso ? isolate_str(iso, "id") : "", "op", op, "now", (json_int_t)now_s,
			      "profile", profile_of(e, iso), "protected", e->protected);
	json_t *own = json_object_get(e->params, name), *target = json_object();

	json_object_set(r, "params", own ? own : target);
	if (iso) {
		char key[80];
		uint64_t expiry = isolate_num(iso, "expires_ns") / NS_PER_S;
		snprintf(key, sizeof(key), "%s:%s:%llu", isolate_str(iso, "id"), op,
			 (unsigned long long)expiry);
		isolate_put_str(r, "idempotency_key", key);
		isolate_put_num(r, "expiry", expiry);
		/* What is left, not what was granted: a late retry must not outlive the lease. */
		isolate_put_num(r, "ttl_s", expiry > now_s ? expiry - now_s : 0);
		json_t *t = json_object();
		keep(t, "mac", iso);
		keep(t, "addrs", iso);
		keep(t, "vlan", iso);
		keep(t, "port", iso);
		json_object_set_new(r, "target", t);
		keep(r, "prior", iso);
		keep(r, "commands", iso);
	}
	json_decref(target);
	return r;
}

static bool reply_fits(const json_t *reply, const json_t *iso, const char *op)
{
	return json_is_object(reply) && json_is_boolean(json_object_get(reply, "ok")) &&
	       isolate_is(reply, "op", op) &&
	       isolate_is(reply, "id", iso ? isolate_str(iso, "id") : "");
}

json_t *isolate_call(struct isolate *e, const char *name, const char *op, json_t *iso,
		     struct isolate_exec *exec)
{
	char path[4096];
	json_t *reply = NULL;

	*exec = (struct isolate_exec){.end = ISOLATE_EXEC_start};
	exec->code = isolate_find_program(e->c->dir, name, path, sizeof(path));
	if (exec->code)
		return NULL;
	json_t *r = request_of(e, name, op, iso);
	char *text = json_dumps(r, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(r);
	size_t n = text ? strlen(text) : 0;
	if (text) {
		text[n++] = '\n'; /* in the terminator's place: sent by length */
		isolate_exec(path, text, n, e->c->timeout_s, exec);
	}
	free(text);
	if (exec->end == ISOLATE_EXEC_ok) {
		reply = json_loadb(exec->line, exec->len, JSON_REJECT_DUPLICATES, NULL);
		if (!reply_fits(reply, iso, op)) {
			json_decref(reply);
			reply = NULL;
			exec->end = ISOLATE_EXEC_garbage;
		}
	}
	free(exec->line);
	exec->line = NULL;
	return reply;
}

json_t *isolate_call_caps(struct isolate *e, const char *name)
{
	json_t *caps = json_object_get(e->caps, name);
	struct isolate_exec exec;

	if (caps)
		return caps;
	json_t *reply = isolate_call(e, name, "capabilities", NULL, &exec);
	caps = json_object_get(reply, "capabilities");
	if (json_is_object(caps))
		json_object_set(e->caps, name, caps);
	json_decref(reply);
	return json_object_get(e->caps, name);
}
