// SPDX-License-Identifier: Apache-2.0
/* The words of flow records, as EVE's readers know them. */
#include "flow/flow.h"

const char *flow_state_name(enum flow_state s)
{
	switch (s) {
	case FLOW_new:
		return "new";
	case FLOW_established:
		return "established";
	case FLOW_closed:
		return "closed";
	}
	return "unknown";
}

const char *flow_reason_name(enum flow_reason r)
{
	switch (r) {
	case FLOW_END_timeout:
		return "timeout";
	case FLOW_END_shutdown:
		return "shutdown";
	case FLOW_END_evicted:
		return "forced";
	case FLOW_END_reused:
		return "tcp_reuse";
	case FLOW_END_none:
		break;
	}
	return "unknown";
}
