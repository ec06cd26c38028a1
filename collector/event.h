// SPDX-License-Identifier: Apache-2.0
/* collect → store: one journal record, with the few fields the collector itself looks at. */
#pragma once

#include "base/addr.h"
#include "wire/alert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_JSON_MAX (1u << 20) /* bytes; a longer record is kept as malformed, cut */

struct event {
	uint64_t epoch, seq;
	uint64_t time_ns;     /* packet time of the deciding packet; 0 unknown */
	uint64_t received_ns; /* when the collector had it; CLOCK_REALTIME */
	char type[24];        /* event_type: "alert", "finding", "flow", "host", "malformed" */
	char tier[12];        /* "alert", "finding", "" */
	char family[16];
	uint32_t severity; /* 1 high … 3 low, 4 information */
	uint32_t gid, sid;
	char detector[40], signature[200], technique[24], tactic[24];
	char host[ADDR_TEXT]; /* the accused or the sighted; else src; "" nobody */
	char mac[MAC_TEXT];   /* of the accused; "" unknown */
	char src[ADDR_TEXT], dst[ADDR_TEXT];
	char community_id[48];
	uint32_t vlan; /* 0 none */
	double score;
	const char *json; /* borrowed; json_len bytes, not terminated */
	size_t json_len;
};

/* Reads one record. A record that is no JSON object gets the type "malformed" and keeps its bytes:
 * what a journal gave out is never thrown away. Returns false in that case. Foreign bytes: every
 * field is bounded, an address that is not one is dropped. */
bool event_parse(const char *topic, size_t topic_len, const char *json, size_t json_len,
		 struct event *e);
static inline bool event_is_alert(const struct event *e)
{
	return e->tier[0] == 'a';
}
static inline bool event_is_finding(const struct event *e)
{
	return e->tier[0] == 'f';
}
