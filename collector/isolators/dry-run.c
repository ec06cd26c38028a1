// SPDX-License-Identifier: Apache-2.0
/* The isolator that says what would be done, and never does anything: it runs no program, opens no
 * file and no socket. In the engine's mode dry-run it stands in the place of the configured
 * isolator and gets that one's commands, so what it prints is exactly what would have been run. */
#include "isolator.h"

#include <stdio.h>

static void capabilities(const struct isolator_request *r, json_t *reply)
{
	(void)r;
	isolator_ok(reply, "effective");
	json_object_set_new(reply, "capabilities",
			    json_pack("{s:b, s:b, s:[s], s:b}", "times_out", 1, "without_mac", 0,
				      "profiles", "insulate", "dry_run", 1));
}

static void say(const struct isolator_request *r, json_t *reply, const char *what)
{
	json_t *commands = json_object_get(r->json, "commands"), *one;
	char text[200];
	size_t i;

	if (json_array_size(commands) > 0) {
		json_object_set(reply, "commands", commands);
	} else {
		snprintf(text, sizeof(text), "(no enforcer is configured) insulate %s for %llu s",
			 r->mac_text, (unsigned long long)r->ttl_s);
		json_object_set_new(reply, "commands", json_pack("[s]", text));
	}
	json_array_foreach(json_object_get(reply, "commands"), i, one)
		fprintf(stderr, "dry run, %s: %s\n", what,
			json_string_value(one) ? json_string_value(one) : "");
	isolator_ok(reply, "unsupported");
	json_object_set_new(reply, "dry_run", json_true());
	isolator_set(reply, "proof", "dry run: nothing was done");
	isolator_set(reply, "proof_kind", "none");
}

static void locate(const struct isolator_request *r, json_t *reply)
{
	(void)r;
	isolator_ok(reply, "unlocatable");
}

static void plan(const struct isolator_request *r, json_t *reply)
{
	say(r, reply, "plan");
	isolator_set(reply, "undo", "nothing to undo");
	json_object_set_new(reply, "prior", json_null());
}

static void apply(const struct isolator_request *r, json_t *reply)
{
	say(r, reply, "apply");
}

static void verify(const struct isolator_request *r, json_t *reply)
{
	(void)r;
	isolator_ok(reply, "unsupported"); /* "present" is left out: there is nothing to ask */
	isolator_set(reply, "proof", "dry run: nothing was done");
	isolator_set(reply, "proof_kind", "none");
}

static void release(const struct isolator_request *r, json_t *reply)
{
	(void)r;
	isolator_ok(reply, "unsupported");
}

int main(void)
{
	static const struct isolator self = {capabilities, locate, plan, apply, verify, release};
	return isolator_main(&self);
}
