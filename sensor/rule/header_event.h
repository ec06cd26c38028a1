// SPDX-License-Identifier: Apache-2.0
/* Events of a packet that its headers show to who looks at them again: no bit of pkt.events is set for
 * them, and they cost nothing where no rule asks. */
#pragma once

#include "rule/span.h"

#include <stdbool.h>

struct pkt;
struct header_event {
	const char *name; /* Suricata's */
	uint8_t protos;   /* PROTO_* of the packets that can have it */
	bool options;     /* of packets with IPv4 options alone: those show DECODE_ip4_options */
	bool (*is)(const struct pkt *p);
};
/* NULL: none of that name. */
const struct header_event *rule_header_event(struct span name);
