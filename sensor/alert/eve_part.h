// SPDX-License-Identifier: Apache-2.0
/* Inside alert/: the parts of one EVE line. */
#pragma once

#include "alert/eve.h"
#include "base/json.h"

/* At most `max` bytes of a text that is partly foreign, never splitting a UTF-8 sequence. NULL
 * leaves the member out. These caps are what bounds a line: EVE_LINE_MAX. */
void eve_clipped(struct json *j, const char *key, const char *text, size_t n, size_t max);
void eve_addr(struct json *j, const char *key, const struct addr *a);
bool eve_has_ports(uint8_t proto);
void eve_time(struct json *j, const char *key, uint64_t time_ns);

void eve_host(struct json *j, const struct finding *f); /* "subject_ip" and "subject_mac" */
/* "geo":{…}: what the databases know of the two ends. */
void eve_geo(struct json *j, const struct eve_config *c, const struct finding *f);
/* eve_check.c: how to check it by hand, with the accused, the other end and the port in it. */
const char *eve_check(const struct finding *f, char *out, size_t size);
/* sensor, sensor_epoch, sensor_seq. */
void eve_identity(struct json *j, const struct eve_config *c, const struct event_id *id,
		  bool numbered);
/* "alert":{…} and what else only alerts and findings have. */
void eve_alert(struct json *j, const struct finding *f);
/* "flow":{…} of an alert: counters and start. */
void eve_alert_flow(struct json *j, const struct finding *f);
/* "flow":{…},"tcp":{…} of a flow record. */
void eve_flow(struct json *j, const struct finding *f);
