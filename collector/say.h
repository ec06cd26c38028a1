// SPDX-License-Identifier: Apache-2.0
/* say: stored events as lines for those who watch.
 *
 *   {"watch":"alert" | "finding", …EVE…, "event_id":…, "incident":…, "received_ns":…, "stored_ns":…}
 *   {"watch":"incident","what":"opened","incident":7,"host":"10.0.0.5",…}
 *   {"watch":"isolation","what":"recommended" | "isolated" | "effective" | "released" | …, …}
 *   {"watch":"sensor","what":"down" | "back","sensor":"local","why":"not reachable",…}
 */
#pragma once

#include "hub.h"
#include "store.h"

void say_event(struct hub *h, const char *sensor, const struct event *e, const struct stored *s,
	       uint64_t stored_ns);
void say_closed(struct hub *h, unsigned n);
void say_sensor(struct hub *h, const char *sensor, bool down, const char *why);
