// SPDX-License-Identifier: Apache-2.0
/* What every isolator program shares: one JSON line in, one out, and the checks that no back-end
 * may leave out (reserved MACs, the protected list of the request, the expiry).
 *
 * A back-end is a table of functions. Each gets the request and fills the reply; isolator_main()
 * has already put id, op and "ok": false there, and prints it.
 *
 * Exit: 0 whenever a reply was printed. Any other code, or a signal, tells the engine that the
 *       device's state is not known.
 */
#pragma once

#include "base/addr.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define ISOLATOR_ADDRS 64

struct isolator_request {
	json_t *json;
	const char *op, *id;
	bool has_mac;
	struct mac mac;
	char mac_text[MAC_TEXT];
	struct addr addrs[ISOLATOR_ADDRS];
	unsigned n_addrs;
	uint64_t ttl_s;
	json_t *params, *profile; /* objects; never NULL */
};

typedef void isolator_op(const struct isolator_request *r, json_t *reply);

struct isolator {
	isolator_op *capabilities, *locate, *plan, *apply, *verify, *release;
};

int isolator_main(const struct isolator *self);

const char *isolator_param(const struct isolator_request *r, const char *key,
			   const char *otherwise);
void isolator_ok(json_t *reply, const char *state);
/* `state` "failed": nothing was done; "unknown": it may have been. */
void isolator_fail(json_t *reply, const char *state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void isolator_set(json_t *reply, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool isolator_is_uuid(const char *text);

struct isolator_run {
	int code;        /* exit code; -signal; -1000: not started */
	char *out, *err; /* heap, terminated, at most 1 MiB */
	size_t len;
};
/* Runs argv (argv[0] is a path) with `input` as its standard input and waits; the engine's deadline
 * kills both. PATH and LC_ALL are its whole environment. */
void isolator_run(char *const argv[], const char *input, struct isolator_run *out);
void isolator_run_fini(struct isolator_run *r);
/* The words as one line to be pasted into a shell (words outside a safe set are quoted). Heap. */
char *isolator_line(char *const argv[]);
