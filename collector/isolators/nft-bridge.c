// SPDX-License-Identifier: Apache-2.0
/* Isolates on a Linux bridge: a set of MACs with timeouts in the bridge family, so that the kernel
 * ends an isolation by itself, with no daemon running, and cuts established flows as well.
 *
 * Parameters: netns (a name under /run/netns, or a path), bridge (for locate), nft, bridge_tool.
 * Needs:      CAP_NET_ADMIN in that namespace (and CAP_SYS_ADMIN to enter one).
 * Limits:     by MAC, on this bridge only. Broadcasts still reach the host (its answers do not
 *             leave). At the timeout a TCP session that still retransmits goes on.
 */
#include "isolator.h"
#include "nft_script.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NFT    "/usr/sbin/nft"
#define BRIDGE "/usr/sbin/bridge"

static char *word(const char *text) /* execve's argv is not const, though it changes nothing */
{
	return (char *)(uintptr_t)text;
}

static bool enter(const struct isolator_request *r, json_t *reply)
{
	const char *name = isolator_param(r, "netns", NULL);
	char path[256];

	if (!name)
		return true;
	snprintf(path, sizeof(path), "%s%s", name[0] == '/' ? "" : "/run/netns/", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0) {
		isolator_fail(reply, "failed", "cannot enter the network namespace %s: %s", path,
			      strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	return true;
}

static void nft(const struct isolator_request *r, const char *script, struct isolator_run *run)
{
	char *path = word(isolator_param(r, "nft", NFT));
	char *load[] = {path, word("-f"), word("-"), NULL};
	char *list[] = {path,           word("-j"),    word("list"), word("table"),
			word("bridge"), word("vigie"), NULL};

	isolator_run(script ? load : list, script, run);
}

/* What the kernel has. `table` NULL: there is none. */
struct seen {
	json_t *table; /* "nftables" */
	bool present, timed, released, whole;
	uint64_t remaining_s, dropped;
};

static void see_element(struct seen *s, const struct isolator_request *r, json_t *elems)
{
	json_t *one;
	size_t i;

	json_array_foreach(elems, i, one)
	{
		json_t *e = json_object_get(one, "elem");
		json_t *v = json_is_string(one) ? one : json_object_get(e, "val");
		if (!json_is_string(v) || strcmp(json_string_value(v), r->mac_text) != 0)
			continue;
		s->present = true;
		s->timed = json_is_integer(json_object_get(e, "expires"));
		s->remaining_s = (uint64_t)json_integer_value(json_object_get(e, "expires"));
	}
}

static void see_released(struct seen *s, const char *id, json_t *elems)
{
	json_t *one;
	size_t i;

	json_array_foreach(elems, i, one)
	{
		json_t *v = json_object_get(json_object_get(one, "elem"), "val");
		const char *text = json_string_value(json_is_string(one) ? one : v);
		s->released = s->released || (text && strcmp(text, id) == 0);
	}
}

static const char *text_in(const json_t *o, const char *key)
{
	const char *v = json_string_value(json_object_get(o, key));
	return v ? v : "";
}

/* A rule of `judge` that ends in a drop; its counter. */
static bool is_drop(const json_t *rule, uint64_t *packets)
{
	json_t *one;
	size_t i;
	bool drop = false;

	json_array_foreach(json_object_get(rule, "expr"), i, one)
	{
		json_t *c = json_object_get(one, "counter");
		*packets += (uint64_t)json_integer_value(json_object_get(c, "packets"));
		drop = drop || json_object_get(one, "drop");
	}
	return drop;
}

static bool is_jump(const json_t *rule)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, one)
	{
		json_t *j = json_object_get(one, "jump");
		if (j && strcmp(text_in(j, "target"), "judge") == 0)
			return true;
	}
	return false;
}

static void look(struct seen *s, const struct isolator_request *r)
{
	char id[ADDR_TEXT] = "";
	json_t *one;
	size_t i;
	unsigned drops = 0, jumps = 0, hooks = 0;

	nft_script_id(r->id, id);
	json_array_foreach(s->table, i, one)
	{
		json_t *set = json_object_get(one, "set"), *rule = json_object_get(one, "rule");
		json_t *chain = json_object_get(one, "chain");
		if (set && strcmp(text_in(set, "name"), "isolated") == 0)
			see_element(s, r, json_object_get(set, "elem"));
		if (set && strcmp(text_in(set, "name"), "released") == 0)
			see_released(s, id, json_object_get(set, "elem"));
		if (rule && strcmp(text_in(rule, "chain"), "judge") == 0)
			drops += is_drop(rule, &s->dropped);
		if (rule && strcmp(text_in(rule, "chain"), "judge") != 0)
			jumps += is_jump(rule);
		if (chain && *text_in(chain, "hook"))
			hooks++;
	}
	s->whole = drops >= 2 && jumps >= 3 && hooks >= 3;
}

/* Reads the table back. False: nft itself failed, and the reply says so. */
static bool read_back(const struct isolator_request *r, struct seen *s, json_t *reply)
{
	struct isolator_run run;

	*s = (struct seen){.table = NULL};
	nft(r, NULL, &run);
	bool none = run.code == 1 && strstr(run.err, "No such file or directory");
	if (run.code == 0) {
		json_t *root = json_loadb(run.out, run.len, 0, NULL);
		s->table = json_incref(json_object_get(root, "nftables"));
		json_decref(root);
	}
	bool ok = none || s->table;
	if (!ok)
		isolator_fail(reply, "unknown", "nft list (%d): %.300s", run.code, run.err);
	else
		look(s, r);
	isolator_run_fini(&run);
	return ok;
}

static void capabilities(const struct isolator_request *r, json_t *reply)
{
	(void)r;
	isolator_ok(reply, "effective");
	json_object_set_new(reply, "capabilities",
			    json_pack("{s:b, s:b, s:[s], s:b}", "times_out", 1, "without_mac", 0,
				      "profiles", "insulate", "cuts_established", 1));
}

static void find_port(const json_t *fdb, const char *mac, json_t *reply)
{
	const char *port = NULL;
	json_t *one;
	size_t i;
	int macs = 0;

	json_array_foreach(fdb, i, one) if (strcmp(text_in(one, "mac"), mac) == 0) port =
		text_in(one, "ifname");
	json_array_foreach(fdb, i, one) macs += port && strcmp(text_in(one, "ifname"), port) == 0 &&
						strcmp(text_in(one, "state"), "permanent") != 0;
	if (!port) {
		isolator_set(reply, "note", "not in the forwarding table now: held on any port");
		return;
	}
	isolator_set(reply, "port", "%s", port);
	json_object_set_new(reply, "macs_on_port", json_integer(macs));
}

/* The bridge's forwarding table. True: the MAC is there. */
static bool ask_port(const struct isolator_request *r, json_t *reply)
{
	const char *name = isolator_param(r, "bridge", NULL);
	char *argv[] = {word(isolator_param(r, "bridge_tool", BRIDGE)),
			word("-j"),
			word("fdb"),
			word("show"),
			name ? word("br") : NULL,
			word(name),
			NULL};
	struct isolator_run run;

	isolator_run(argv, NULL, &run);
	json_t *fdb = run.code == 0 ? json_loadb(run.out, run.len, 0, NULL) : NULL;
	if (fdb)
		find_port(fdb, r->mac_text, reply);
	else
		isolator_set(reply, "note", "the forwarding table cannot be read: %.100s", run.err);
	json_decref(fdb);
	isolator_run_fini(&run);
	return json_object_get(reply, "port") != NULL;
}

static bool needs_mac(const struct isolator_request *r, json_t *reply)
{
	if (!r->has_mac)
		isolator_fail(reply, "unlocatable", "a MAC is needed");
	return r->has_mac;
}

static void locate(const struct isolator_request *r, json_t *reply)
{
	if (needs_mac(r, reply) && enter(r, reply))
		isolator_ok(reply, ask_port(r, reply) ? "effective" : "unlocatable");
}

static void say_commands(const struct isolator_request *r, const char *script, json_t *reply)
{
	const char *ns = isolator_param(r, "netns", NULL);
	json_t *list = json_array();
	char first[256];

	snprintf(first, sizeof(first), "%s%s%snft -f - <<'EOF'", ns ? "ip netns exec " : "",
		 ns ? ns : "", ns ? " " : "");
	json_array_append_new(list, json_string(first));
	for (const char *at = script; *at;) {
		size_t n = strcspn(at, "\n");
		json_array_append_new(list, json_stringn(at, n));
		at += n + (at[n] == '\n');
	}
	json_array_append_new(list, json_string("EOF"));
	json_object_set_new(reply, "commands", list);
	isolator_set(reply, "undo", "%s%s%snft delete element bridge vigie isolated { %s }",
		     ns ? "ip netns exec " : "", ns ? ns : "", ns ? " " : "", r->mac_text);
}

static void plan(const struct isolator_request *r, json_t *reply)
{
	struct seen s;

	if (!needs_mac(r, reply))
		return;
	char *script = nft_script_apply(r);
	say_commands(r, script, reply);
	free(script);
	if (!enter(r, reply))
		return;
	ask_port(r, reply);
	if (!read_back(r, &s, reply))
		return;
	json_object_set_new(reply, "prior",
			    json_pack("{s:b, s:I}", "present", s.present, "remaining_s",
				      (json_int_t)s.remaining_s));
	json_decref(s.table);
	isolator_ok(reply, "effective");
}

static void load(const struct isolator_request *r, char *script, json_t *reply)
{
	struct isolator_run run;

	nft(r, script, &run);
	free(script);
	/* nft's transaction is all or nothing: an error means that nothing was changed. */
	if (run.code == 0)
		isolator_ok(reply, "effective");
	else
		isolator_fail(reply, run.code == 1 ? "failed" : "unknown", "nft -f (%d): %.300s",
			      run.code, run.err);
	isolator_run_fini(&run);
}

static void apply(const struct isolator_request *r, json_t *reply)
{
	struct seen s;

	if (!needs_mac(r, reply) || !enter(r, reply) || !read_back(r, &s, reply))
		return;
	json_decref(s.table);
	if (s.released)
		isolator_fail(reply, "failed", "this isolation was released: too late to apply it");
	else
		load(r, nft_script_apply(r), reply);
}

static void verify(const struct isolator_request *r, json_t *reply)
{
	struct seen s;

	if (!needs_mac(r, reply) || !enter(r, reply) || !read_back(r, &s, reply))
		return;
	json_decref(s.table);
	isolator_ok(reply, !s.present ? "unknown" : s.timed && s.whole ? "effective" : "partial");
	json_object_set_new(reply, "present", json_boolean(s.present));
	json_object_set_new(reply, "remaining_s", json_integer((json_int_t)s.remaining_s));
	isolator_set(reply, "proof_kind", "device read back");
	if (s.present)
		isolator_set(reply, "proof",
			     "kernel set bridge vigie isolated has %s, %s %llu s; rules %s; "
			     "%llu packets dropped by them",
			     r->mac_text, s.timed ? "lifted in" : "WITHOUT timeout",
			     (unsigned long long)s.remaining_s, s.whole ? "whole" : "INCOMPLETE",
			     (unsigned long long)s.dropped);
	else
		isolator_set(reply, "proof", "kernel set bridge vigie isolated has no %s",
			     r->mac_text);
}

static void release(const struct isolator_request *r, json_t *reply)
{
	if (needs_mac(r, reply) && enter(r, reply))
		load(r, nft_script_release(r), reply);
}

int main(void)
{
	static const struct isolator self = {capabilities, locate, plan, apply, verify, release};
	return isolator_main(&self);
}
