// SPDX-License-Identifier: Apache-2.0
/* Conditions on EtherNet/IP with words for their numbers, and on one CIP message. Source: Suricata
 * 8 user guide, "ENIP/CIP Keywords". */
#include "proto/enip.h"
#include "rule/keyword.h"
#include "rule/range.h"

static const struct number_name commands[] = {
	{"nop", 0},
	{"list_services", ENIP_list_services},
	{"list_identity", ENIP_list_identity},
	{"list_interfaces", ENIP_list_interfaces},
	{"register_session", ENIP_register_session},
	{"unregister_session", ENIP_unregister_session},
	{"send_rr_data", ENIP_send_rr_data},
	{"send_unit_data", ENIP_send_unit_data},
	{"indicate_status", ENIP_indicate_status},
	{"cancel", ENIP_cancel},
	{NULL, 0},
};
#define COMMAND(name_)                                                                             \
	{                                                                                          \
		.name = name_, .syntax = name_ ": NAME | RANGE", .what = "command of a message",   \
		.value = VALUE_needed, .field = "enip.command", .names = commands                  \
	}
const struct keyword keyword_enip_command = COMMAND("enip_command");
const struct keyword keyword_enip_command_dot = COMMAND("enip.command");

static const struct number_name statuses[] = {
	{"success", 0},
	{"invalid_cmd", 1},
	{"no_resources", 2},
	{"incorrect_data", 3},
	{"invalid_session", 0x64},
	{"invalid_length", 0x65},
	{"unsupported_prot_rev", 0x69},
	{"encap_header_error", 0x6a},
	{NULL, 0},
};
const struct keyword keyword_enip_status = {
	.name = "enip.status",
	.syntax = "enip.status: NAME | RANGE",
	.what = "status of a message",
	.value = VALUE_needed,
	.field = "enip.status",
	.names = statuses,
};

struct service_arg {
	uint8_t n; /* numbers that are there */
	bool any;  /* "!ATTRIBUTE": whatever it is, as in Suricata */
	uint32_t service, class, attribute;
};

static int service_parse(struct span value, void *arg, struct fault *f)
{
	struct service_arg *a = arg;
	struct span item;

	while (rule_span_next(&value, ',', &item)) {
		uint64_t v;

		if (a->n == 3)
			return rule_fault(f, item, "SERVICE[, CLASS[, ATTRIBUTE]]");
		a->any = a->n == 2 && item.len && item.at[0] == '!';
		if (a->any)
			item = span_trim(span_cut(item, 1, item.len));
		int rc = rule_number_parse(item, a->n ? UINT32_MAX : 127, &v, f);
		if (rc)
			return rc;
		*(a->n == 0 ? &a->service : a->n == 1 ? &a->class : &a->attribute) = (uint32_t)v;
		a->n++;
	}
	return a->n ? 0 : rule_fault(f, value, "a service is missing");
}

static bool has_value(const struct enip_msg *m, unsigned cip, enum enip_kind kind, uint32_t value)
{
	for (unsigned i = 0; i < m->values; i++) {
		const struct enip_value *v = &m->value[i];

		if (v->cip == cip && v->kind == kind && v->value == value)
			return true;
	}
	return false;
}

static bool service_match(const void *arg, const struct tx_ask *ask)
{
	const struct service_arg *a = arg;
	const struct enip_msg *m = (const struct enip_msg *)ask->tx;

	for (unsigned i = 0; i < m->cips; i++) {
		if (m->cip[i].service == a->service &&
		    (a->n < 2 || has_value(m, i, ENIP_class, a->class)) &&
		    (a->n < 3 || a->any || has_value(m, i, ENIP_attribute, a->attribute)))
			return true;
	}
	return false;
}

const struct keyword keyword_cip_service = {
	.name = "cip_service",
	.syntax = "cip_service: SERVICE[, CLASS[, ATTRIBUTE]]",
	.what = "service of a CIP message, and the class and attribute that it asks for",
	.value = VALUE_needed,
	.field = "enip.cip_service",
	.arg_size = sizeof(struct service_arg),
	.parse = service_parse,
	.match_tx = service_match,
};
