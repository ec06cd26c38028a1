// SPDX-License-Identifier: Apache-2.0
/* What is said over the control socket: one JSON object a line, both ways.
 *
 *   {"verb":"alerts","since_ns":…,"host":"10.0.0.5","severity":1,"detector":"scan","limit":50}
 *   → {"row":{…}}  0 … limit times, then {"ok":true,"n":N}
 *   {"verb":"isolate","host":"10.0.0.5","reason":"…","ttl_s":600,"isolator":"ssh"}
 *   → {"ok":true,"result":{…}} or {"ok":false,"error":"…","hint":"…","result":{…}}
 *   {"verb":"watch"} → {"ok":true}, then a line for each event until the client leaves
 *
 * verbs: watch alerts incidents incident status plan isolate release freeze audit. The requester is
 * not said: the kernel tells it (SO_PEERCRED).
 */
#pragma once

#include "base/addr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_MAX 8192u /* bytes of a line */
#define REQUEST_LIMIT 10000u

enum request_verb {
	REQUEST_none,
#define VERB(name) REQUEST_##name,
#include "verbs.def"
#undef VERB
	REQUEST_count
};
const char *request_verb_name(enum request_verb v);
enum request_verb request_verb_parse(const char *name); /* REQUEST_none: unknown */

struct request {
	enum request_verb verb;
	uint64_t since_ns;
	char host[ADDR_TEXT]; /* an address or a MAC, in our spelling; "" none */
	bool host_is_mac;
	unsigned severity;
	char detector[64];
	bool findings, all, over_limit, off;
	unsigned limit; /* 0: the verb's own */
	int64_t incident;
	char which[64]; /* release: an isolation's id; else `host` */
	char reason[256], approver[64], isolator[32], profile[32];
	uint32_t ttl_s;
};

/* Reads one line, foreign bytes. Every text is bounded and of the characters it may have; a member
 * that is not known is an error, so that a misspelt option is never silently nothing. */
int request_parse(const char *line, size_t n, struct request *out, struct err *err);
/* An address or a MAC into our spelling. */
bool request_host(const char *text, char out[ADDR_TEXT], bool *is_mac);
