// SPDX-License-Identifier: Apache-2.0
/* The protocols by number and by name. */
#include "proto/protocol.h"

#include <string.h>

#define PROTOCOL(name) extern const struct protocol protocol_##name;
#include "proto/protocols.def"
#undef PROTOCOL

const struct protocol *const protocols[] = {
	[APP_none] = NULL,
	[APP_failed] = NULL,
#define PROTOCOL(name) [APP_##name] = &protocol_##name,
#include "proto/protocols.def"
#undef PROTOCOL
	[APP_count] = NULL,
};

const char *proto_name(enum app a)
{
	if (a == APP_failed)
		return "failed";
	return a > APP_failed && a < APP_count ? protocols[a]->name : "unknown";
}

enum app proto_find(const char *name, size_t n)
{
	for (unsigned a = APP_failed + 1; a < APP_count; a++) {
		if (strlen(protocols[a]->name) == n && memcmp(protocols[a]->name, name, n) == 0)
			return (enum app)a;
	}
	return n == 6 && memcmp(name, "failed", 6) == 0 ? APP_failed : APP_none;
}
