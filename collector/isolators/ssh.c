// SPDX-License-Identifier: Apache-2.0
/* Isolates by a command on a device over ssh: a key of its own, a pinned host key, and on the
 * device best a forced command (authorized_keys: restrict,command="…"), which finds ours in
 * SSH_ORIGINAL_COMMAND.
 *
 * Parameters: host, user, key, known_hosts (all required), port, ssh; the argv templates locate,
 *             apply, verify, release with {mac} {ip} {ttl} {id} (apply and release are required);
 *             verify_expect: what verify's output has when the host is isolated (a template; else
 *             the output's first word is "present" or "absent"); times_out=yes: the device itself
 *             ends it after {ttl}.
 * Limits:     what stays reachable is the device's affair. Without `verify` the effect stays
 *             "unsupported": nobody can say.
 */
#include "isolator.h"
#include "template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIXED 40 /* words of ours before the command */

struct command {
	char *argv[FIXED + TEMPLATE_WORDS + 1];
	char known[300], ttl[24], ip[ADDR_TEXT];
	struct template words;
};

static char *word(const char *text)
{
	return (char *)(uintptr_t)text;
}

static struct template_values values(const struct isolator_request *r, struct command *c)
{
	snprintf(c->ttl, sizeof(c->ttl), "%llu", (unsigned long long)r->ttl_s);
	return (struct template_values){
		.mac = r->has_mac ? r->mac_text : NULL,
		.ip = r->n_addrs ? addr_text(&r->addrs[0], c->ip) : NULL,
		.ttl = c->ttl,
		.id = r->id,
	};
}

static bool name_ok(const char *text) /* a host, a user or a port: never an option */
{
	return text && text[0] != '-' &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_.:%-")] == 0;
}

/* ssh's own words; false: a parameter is missing or may not be used. */
static bool fixed(const struct isolator_request *r, struct command *c, json_t *reply, unsigned *n)
{
	static const char *const options[] = {"-F",
					      "/dev/null",
					      "-T",
					      "-x",
					      "-a",
					      "-o",
					      "BatchMode=yes",
					      "-o",
					      "StrictHostKeyChecking=yes",
					      "-o",
					      "GlobalKnownHostsFile=/dev/null",
					      "-o",
					      "IdentitiesOnly=yes",
					      "-o",
					      "IdentityAgent=none",
					      "-o",
					      "ConnectTimeout=3",
					      "-o",
					      "ConnectionAttempts=1",
					      "-o",
					      "ClearAllForwardings=yes",
					      "-o",
					      "UpdateHostKeys=no",
					      "-o",
					      "LogLevel=ERROR"};
	const char *host = isolator_param(r, "host", NULL), *user = isolator_param(r, "user", NULL);
	const char *key = isolator_param(r, "key", NULL);
	const char *known = isolator_param(r, "known_hosts", NULL);
	const char *port = isolator_param(r, "port", "22");

	if (!name_ok(host) || !name_ok(user) || !name_ok(port) || !key || key[0] != '/' || !known ||
	    known[0] != '/' || strchr(known, ' ') || strchr(known, '%')) {
		isolator_fail(reply, "failed",
			      "ssh needs host, user, key=/… and known_hosts=/… (no spaces)");
		return false;
	}
	*n = 0;
	c->argv[(*n)++] = word(isolator_param(r, "ssh", "/usr/bin/ssh"));
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		c->argv[(*n)++] = word(options[i]);
	snprintf(c->known, sizeof(c->known), "UserKnownHostsFile=%s", known);
	const char *rest[] = {"-o", c->known, "-i", key, "-p", port, "-l", user, "--", host};
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		c->argv[(*n)++] = word(rest[i]);
	return true;
}

/* The whole argv for the template named `op`. */
static bool build(const struct isolator_request *r, const char *op, struct command *c,
		  json_t *reply)
{
	const char *pattern = isolator_param(r, op, NULL);
	struct template_values v = values(r, c);
	struct err err;
	unsigned n;

	if (!pattern) {
		isolator_fail(reply, "unsupported", "no template '%s' is configured", op);
		return false;
	}
	if (!fixed(r, c, reply, &n))
		return false;
	if (template_fill(&c->words, pattern, &v, &err) != 0) {
		isolator_fail(reply, "failed", "template %s: %s", op, err.msg);
		return false;
	}
	for (unsigned i = 0; i <= c->words.n; i++)
		c->argv[n++] = word(c->words.words[i]);
	return true;
}

/* ssh ends with 255 for its own failures. Those before a session exists have changed nothing. */
static bool nothing_sent(const struct isolator_run *run)
{
	static const char *const said[] = {"Host key verification failed",
					   "Permission denied",
					   "Connection refused",
					   "Could not resolve",
					   "No route to host",
					   "Network is unreachable",
					   "No ED25519 host key is known",
					   "Connection timed out during banner"};

	if (run->code == -1000)
		return true;
	for (size_t i = 0; run->code == 255 && i < sizeof(said) / sizeof(said[0]); i++)
		if (strstr(run->err, said[i]))
			return true;
	return false;
}

/* Runs the template; true when the device's command ended with 0. The caller frees `run`. */
static bool run_op(const struct isolator_request *r, const char *op, struct isolator_run *run,
		   json_t *reply)
{
	struct command c;

	*run = (struct isolator_run){.code = -1000};
	if (!build(r, op, &c, reply))
		return false;
	isolator_run(c.argv, NULL, run);
	if (run->code == 0)
		return true;
	isolator_fail(reply, nothing_sent(run) ? "failed" : "unknown", "ssh %s (%d): %.350s", op,
		      run->code, run->err);
	return false;
}

static void capabilities(const struct isolator_request *r, json_t *reply)
{
	bool timed = strcmp(isolator_param(r, "times_out", "no"), "yes") == 0;
	bool by_ip = !template_uses(isolator_param(r, "apply", "{mac}"), "{mac}");

	isolator_ok(reply, "effective");
	json_object_set_new(reply, "capabilities",
			    json_pack("{s:b, s:b, s:[s]}", "times_out", timed, "without_mac", by_ip,
				      "profiles", "insulate"));
}

static void locate(const struct isolator_request *r, json_t *reply)
{
	struct isolator_run run;

	if (run_op(r, "locate", &run, reply)) {
		isolator_ok(reply, run.len ? "effective" : "unlocatable");
		isolator_set(reply, "port", "%.*s", (int)strcspn(run.out, "\r\n"), run.out);
	}
	isolator_run_fini(&run);
}

static void say(const struct isolator_request *r, const char *op, const char *key, bool list,
		json_t *reply)
{
	struct command c;

	if (!build(r, op, &c, reply))
		return;
	char *line = isolator_line(c.argv);
	json_object_set_new(reply, key, list ? json_pack("[s]", line) : json_string(line));
	free(line);
}

static void plan(const struct isolator_request *r, json_t *reply)
{
	struct isolator_run run;

	say(r, "apply", "commands", true, reply);
	if (json_object_get(reply, "commands"))
		say(r, "release", "undo", false, reply);
	if (!json_object_get(reply, "undo"))
		return; /* what cannot be undone is not done */
	if (!isolator_param(r, "locate", NULL)) {
		json_object_set_new(reply, "prior", json_null());
		isolator_ok(reply, "effective");
		return;
	}
	if (run_op(r, "locate", &run, reply)) {
		json_t *said = json_string(run.len < 8192 ? run.out : "(too long)");
		isolator_ok(reply, "effective");
		json_object_set_new(reply, "prior", said ? said : json_string("(not text)"));
		isolator_set(reply, "port", "%.*s", (int)strcspn(run.out, "\r\n"), run.out);
	}
	isolator_run_fini(&run);
}

static void apply(const struct isolator_request *r, json_t *reply)
{
	struct isolator_run run;

	if (run_op(r, "apply", &run, reply))
		isolator_ok(reply, "unknown"); /* its word; verify asks */
	isolator_run_fini(&run);
}

static void release(const struct isolator_request *r, json_t *reply)
{
	struct isolator_run run;

	if (run_op(r, "release", &run, reply))
		isolator_ok(reply, "unknown");
	isolator_run_fini(&run);
}

/* 1 isolated, 0 not, -1 cannot be told from what it said. */
static int judge(const struct isolator_request *r, const char *said)
{
	const char *expect = isolator_param(r, "verify_expect", NULL);
	struct command c;
	struct template_values v = values(r, &c);
	struct err err;

	if (!expect) {
		size_t n = strcspn(said, " \t\r\n");
		return n == 7 && strncmp(said, "present", n) == 0  ? 1
		       : n == 6 && strncmp(said, "absent", n) == 0 ? 0
								   : -1;
	}
	if (template_fill(&c.words, expect, &v, &err) != 0 || c.words.n != 1)
		return -1;
	return strstr(said, c.words.words[0]) != NULL;
}

static void verify(const struct isolator_request *r, json_t *reply)
{
	struct isolator_run run;

	if (!isolator_param(r, "verify", NULL)) {
		isolator_ok(reply, "unsupported");
		isolator_set(reply, "proof", "the device cannot be asked: no template 'verify'");
		isolator_set(reply, "proof_kind", "none");
		return;
	}
	if (run_op(r, "verify", &run, reply)) {
		int there = judge(r, run.out);
		isolator_ok(reply, there == 1 ? "effective" : "unknown");
		if (there >= 0)
			json_object_set_new(reply, "present", json_boolean(there));
		isolator_set(reply, "proof", "the device said: %.200s", run.out);
		isolator_set(reply, "proof_kind", there >= 0 ? "device read back" : "none");
	}
	isolator_run_fini(&run);
}

int main(void)
{
	static const struct isolator self = {capabilities, locate, plan, apply, verify, release};
	return isolator_main(&self);
}
