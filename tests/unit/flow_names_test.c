// SPDX-License-Identifier: Apache-2.0
#include "check.h"
#include "flow/flow.h"

int main(void)
{
	struct flow_config c = {.max = 0};
	struct section s = {.name = "flow", .params = flow_params, .config = &c};

	CASE("states");
	CHECK_STR(flow_state_name(FLOW_new), "new");
	CHECK_STR(flow_state_name(FLOW_established), "established");
	CHECK_STR(flow_state_name(FLOW_closed), "closed");

	CASE("reasons");
	CHECK_STR(flow_reason_name(FLOW_END_timeout), "timeout");
	CHECK_STR(flow_reason_name(FLOW_END_shutdown), "shutdown");
	CHECK_STR(flow_reason_name(FLOW_END_evicted), "forced");
	CHECK_STR(flow_reason_name(FLOW_END_reused), "tcp_reuse");
	CHECK_STR(flow_reason_name(FLOW_END_none), "unknown");

	CASE("defaults");
	param_defaults(&s);
	CHECK_EQ(c.max, 262144);
	CHECK_EQ(c.unanswered_s, 2);
	CHECK_EQ(c.interim_s, 60);
	CHECK_EQ(c.stream_depth, 1 << 20);
	CHECK(c.streams);
	CHECK(!c.vlan_in_key);
	CHECK(c.tcp_new_s > 32); /* the longest gap between two SYNs of one attempt */

	CASE("limits");
	struct err err;
	const struct param *p = param_find(&s, "unanswered_s");
	CHECK(p != NULL);
	CHECK(p && param_set(&s, p, "0", &err) != 0);
	CHECK(p && param_set(&s, p, "1", &err) == 0);
	CHECK_EQ(c.unanswered_s, 1);

	CASE("policies of overlaps");
	CHECK_STR(c.frag_policy, "bsd");
	CHECK_STR(c.overlap, "first");
	p = param_find(&s, "frag_policy");
	CHECK(p && param_set(&s, p, "linux", &err) == 0);
	CHECK_STR(c.frag_policy, "linux");
	CHECK(p && param_set(&s, p, "solaris", &err) != 0);
	CHECK_STR(c.frag_policy, "linux");
	param_fini(&s);
	return check_done();
}
