// SPDX-License-Identifier: Apache-2.0
/* Flow counters as EVE writes them. */
#include "alert/eve_part.h"
#include "base/clock.h"
#include "flow/flow.h"

#include <stdio.h>

#define PROTO_TCP 6

static const char *outcome_name(uint8_t outcome)
{
	switch ((enum flow_outcome)outcome) {
	case FLOW_answered:
		return "answered";
	case FLOW_refused:
		return "refused";
	case FLOW_unanswered:
		return "unanswered";
	case FLOW_pending:
		break;
	}
	return "pending";
}

static void counters(struct json *j, const struct obs_flow *o)
{
	json_u64(j, "pkts_toserver", o->pkts[FLOW_to_server]);
	json_u64(j, "pkts_toclient", o->pkts[FLOW_to_client]);
	json_u64(j, "bytes_toserver", o->bytes[FLOW_to_server]);
	json_u64(j, "bytes_toclient", o->bytes[FLOW_to_client]);
}

void eve_alert_flow(struct json *j, const struct finding *f)
{
	if (!f->has_flow)
		return;
	json_open(j, "flow");
	counters(j, &f->flow);
	eve_time(j, "start", f->flow.start_ns);
	json_close(j);
}

static void flags(struct json *j, const char *key, unsigned v)
{
	char text[3];

	snprintf(text, sizeof(text), "%02x", v & 0xffu);
	json_str(j, key, text);
}

void eve_flow(struct json *j, const struct finding *f)
{
	const struct obs_flow *o = &f->flow;
	uint64_t age_ns = o->last_ns > o->start_ns ? o->last_ns - o->start_ns : 0;

	json_open(j, "flow");
	counters(j, o);
	json_u64(j, "payload_toserver", o->payload[FLOW_to_server]);
	json_u64(j, "payload_toclient", o->payload[FLOW_to_client]);
	eve_time(j, "start", o->start_ns);
	eve_time(j, "end", o->last_ns);
	json_u64(j, "age", age_ns / NS_PER_S);
	json_str(j, "state", flow_state_name((enum flow_state)o->state));
	if (!f->is_interim)
		json_str(j, "reason", flow_reason_name((enum flow_reason)o->reason));
	json_bool(j, "alerted", o->alerted);
	json_str(j, "outcome", outcome_name(o->outcome));
	if (f->is_interim)
		json_u64(j, "interim", o->interim_n);
	json_close(j);
	if (f->link.proto != PROTO_TCP)
		return;
	json_open(j, "tcp");
	flags(j, "tcp_flags", (unsigned)o->tcp_flags[0] | o->tcp_flags[1]);
	flags(j, "tcp_flags_ts", o->tcp_flags[FLOW_to_server]);
	flags(j, "tcp_flags_tc", o->tcp_flags[FLOW_to_client]);
	json_close(j);
}
