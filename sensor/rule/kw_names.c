// SPDX-License-Identifier: Apache-2.0
/* Numbers of RFB and SNMP with their names. Source: Suricata 7 and 8 user guide, "RFB Keywords",
 * "SNMP keywords". */
#include "rule/keyword.h"

static const struct number_name results[] = {
	{"ok", 0}, {"fail", 1}, {"toomany", 2}, {"unknown", 3}, {NULL, 0},
};
const struct keyword keyword_rfb_secresult = {
	.name = "rfb.secresult",
	.syntax = "rfb.secresult: ok | fail | toomany | unknown | RANGE",
	.what = "result of RFB's security",
	.value = VALUE_needed,
	.field = "rfb.secresult",
	.names = results,
};

static const struct number_name pdus[] = {
	{"get_request", 0},    {"get_next_request", 1},
	{"response", 2},       {"set_request", 3},
	{"trap_v1", 4},        {"get_bulk_request", 5},
	{"inform_request", 6}, {"trap_v2", 7},
	{"report", 8},         {NULL, 0},
};
const struct keyword keyword_snmp_pdu_type = {
	.name = "snmp.pdu_type",
	.syntax = "snmp.pdu_type: RANGE | NAME",
	.what = "kind of an SNMP message",
	.value = VALUE_needed,
	.field = "snmp.pdu_type",
	.names = pdus,
};

static const struct number_name traps[] = {
	{"cold_start", 0},
	{"warm_start", 1},
	{"link_down", 2},
	{"link_up", 3},
	{"authentication_failure", 4},
	{"egp_neighbor_loss", 5},
	{"enterprise_specific", 6},
	{NULL, 0},
};
const struct keyword keyword_snmp_trap_type = {
	.name = "snmp.trap_type",
	.syntax = "snmp.trap_type: RANGE | NAME",
	.what = "kind of an SNMP trap of version 1",
	.value = VALUE_needed,
	.field = "snmp.trap_type",
	.names = traps,
};
