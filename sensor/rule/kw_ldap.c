// SPDX-License-Identifier: Apache-2.0
/* Numbers of LDAP with their names. Source: Suricata 8 user guide, "LDAP Keywords"; RFC 4511, 4.1.9 and
 * the application tags of 4.2 to 4.13. */
#include "rule/keyword.h"

static const struct number_name operations[] = {
	{"bind_request", 0},
	{"bind_response", 1},
	{"unbind_request", 2},
	{"search_request", 3},
	{"search_result_entry", 4},
	{"search_result_done", 5},
	{"modify_request", 6},
	{"modify_response", 7},
	{"add_request", 8},
	{"add_response", 9},
	{"del_request", 10},
	{"del_response", 11},
	{"mod_dn_request", 12},
	{"mod_dn_response", 13},
	{"compare_request", 14},
	{"compare_response", 15},
	{"abandon_request", 16},
	{"search_result_reference", 19},
	{"extended_request", 23},
	{"extended_response", 24},
	{"intermediate_response", 25},
	{NULL, 0},
};

static const struct number_name results[] = {
	{"success", 0},
	{"operations_error", 1},
	{"protocol_error", 2},
	{"time_limit_exceeded", 3},
	{"size_limit_exceeded", 4},
	{"compare_false", 5},
	{"compare_true", 6},
	{"auth_method_not_supported", 7},
	{"stronger_auth_required", 8},
	{"referral", 10},
	{"admin_limit_exceeded", 11},
	{"unavailable_critical_extension", 12},
	{"confidentiality_required", 13},
	{"sasl_bind_in_progress", 14},
	{"no_such_attribute", 16},
	{"undefined_attribute_type", 17},
	{"inappropriate_matching", 18},
	{"constraint_violation", 19},
	{"attribute_or_value_exists", 20},
	{"invalid_attribute_syntax", 21},
	{"no_such_object", 32},
	{"alias_problem", 33},
	{"invalid_dn_syntax", 34},
	{"alias_dereferencing_problem", 36},
	{"inappropriate_authentication", 48},
	{"invalid_credentials", 49},
	{"insufficient_access_rights", 50},
	{"busy", 51},
	{"unavailable", 52},
	{"unwilling_to_perform", 53},
	{"loop_detect", 54},
	{"naming_violation", 64},
	{"object_class_violation", 65},
	{"not_allowed_on_non_leaf", 66},
	{"not_allowed_on_rdn", 67},
	{"entry_already_exists", 68},
	{"object_class_mods_prohibited", 69},
	{"affects_multiple_dsas", 71},
	{"other", 80},
	{NULL, 0},
};

const struct keyword keyword_ldap_request_operation = {
	.name = "ldap.request.operation",
	.syntax = "ldap.request.operation: RANGE | NAME",
	.what = "operation asked for, as search_request",
	.value = VALUE_needed,
	.field = "ldap.request.operation",
	.names = operations,
};

const struct keyword keyword_ldap_responses_operation = {
	.name = "ldap.responses.operation",
	.syntax = "ldap.responses.operation: RANGE | NAME",
	.what = "operation answered, as search_result_done",
	.value = VALUE_needed,
	.field = "ldap.responses.operation",
	.names = operations,
};

const struct keyword keyword_ldap_responses_result_code = {
	.name = "ldap.responses.result_code",
	.syntax = "ldap.responses.result_code: RANGE | NAME",
	.what = "result of an answer, as invalid_credentials",
	.value = VALUE_needed,
	.field = "ldap.responses.result_code",
	.names = results,
};
