// SPDX-License-Identifier: Apache-2.0
/* worker → detect: of connections at which somebody sits: that it woke, and what it was in all. */
#pragma once

#include "observe/observation.h"

struct obs_wake { /* OBS_wake: src is the flow's client */
	struct obs_link link;
	uint64_t payload[2]; /* of the flow so far, to server, to client */
	uint8_t guessed;     /* direction inferred */
	uint8_t by_server;   /* it is the server that speaks */
};

struct obs_session { /* OBS_session: src was the client */
	struct obs_link link;
	uint64_t start_ns, last_ns;
	uint64_t payload[2];
	uint32_t pkts[2];
};
