// SPDX-License-Identifier: Apache-2.0
/* Conditions on DNP3 fragments with words for their numbers. Source: Suricata 7 user guide, "DNP3
 * Keywords"; IEEE 1815 4.2.2. */
#include "proto/dnp3.h"
#include "rule/keyword.h"
#include "rule/range.h"

/* clang-format off */
static const struct number_name functions[] = {
	{"confirm", 0}, {"read", 1}, {"write", 2}, {"select", 3}, {"operate", 4},
	{"direct_operate", 5}, {"direct_operate_nr", 6}, {"immed_freeze", 7}, {"immed_freeze_nr", 8},
	{"freeze_clear", 9}, {"freeze_clear_nr", 10}, {"freeze_at_time", 11}, {"freeze_at_time_nr", 12},
	{"cold_restart", 13}, {"warm_restart", 14}, {"initialize_data", 15}, {"initialize_appl", 16},
	{"start_appl", 17}, {"stop_appl", 18}, {"save_config", 19}, {"enable_unsolicited", 20},
	{"disable_unsolicited", 21}, {"assign_class", 22}, {"delay_measure", 23},
	{"record_current_time", 24}, {"open_file", 25}, {"close_file", 26}, {"delete_file", 27},
	{"get_file_info", 28}, {"authenticate_file", 29}, {"abort_file", 30}, {"activate_config", 31},
	{"authenticate_req", 32}, {"authenticate_err", 33}, {"response", 129},
	{"unsolicited_resp", 130}, {"authenticate_resp", 131}, {NULL, 0},
};
/* clang-format on */
#define FUNC(name_)                                                                                \
	{                                                                                          \
		.name = name_, .syntax = name_ ": NAME | RANGE",                                   \
		.what = "function of a DNP3 fragment", .value = VALUE_needed,                      \
		.field = "dnp3.func", .names = functions                                           \
	}
const struct keyword keyword_dnp3_func = FUNC("dnp3_func");
const struct keyword keyword_dnp3_func_dot = FUNC("dnp3.func");

/* clang-format off */
static const struct number_name indications[] = {
	{"all_stations", 0x0100}, {"class_1_events", 0x0200}, {"class_2_events", 0x0400},
	{"class_3_events", 0x0800}, {"need_time", 0x1000}, {"local_control", 0x2000},
	{"device_trouble", 0x4000}, {"device_restart", 0x8000}, {"no_func_code_support", 0x0001},
	{"object_unknown", 0x0002}, {"parameter_error", 0x0004}, {"event_buffer_overflow", 0x0008},
	{"already_executing", 0x0010}, {"config_corrupt", 0x0020}, {"reserved_2", 0x0040},
	{"reserved_1", 0x0080}, {NULL, 0},
};
/* clang-format on */

static int ind_parse(struct span value, void *arg, struct fault *f)
{
	uint16_t *bits = arg;
	struct span item;

	while (rule_span_next(&value, ',', &item)) {
		const struct number_name *n = indications;

		while (n->name && !span_is(item, n->name))
			n++;
		if (!n->name)
			return rule_fault(f, item, "no such indication of DNP3");
		*bits |= (uint16_t)n->value;
	}
	return *bits ? 0 : rule_fault(f, value, "no indication is named");
}

/* One of them is enough, as in Suricata. */
static bool ind_match(const void *arg, const struct tx_ask *ask)
{
	const uint16_t *bits = arg;
	uint64_t v;

	return ask->protocol->number(ask->tx, ask->field, 0, ask->dir, &v) && (v & *bits);
}

#define IND(name_)                                                                                 \
	{                                                                                          \
		.name = name_, .syntax = name_ ": NAME, ...",                                      \
		.what = "internal indications of a DNP3 response", .value = VALUE_needed,          \
		.field = "dnp3.ind", .arg_size = sizeof(uint16_t), .parse = ind_parse,             \
		.match_tx = ind_match                                                              \
	}
const struct keyword keyword_dnp3_ind = IND("dnp3_ind");
const struct keyword keyword_dnp3_ind_dot = IND("dnp3.ind");

static int obj_parse(struct span value, void *arg, struct fault *f)
{
	uint16_t *obj = arg;
	uint64_t number[2] = {0};
	struct span item;
	unsigned n = 0;

	for (; rule_span_next(&value, ',', &item); n++) {
		int rc = n < 2 ? rule_number_parse(item, 255, &number[n], f) : -1;

		if (rc)
			return n < 2 ? rc : rule_fault(f, item, "GROUP, VARIATION");
	}
	*obj = (uint16_t)(number[0] << 8 | number[1]);
	return n == 2 ? 0 : rule_fault(f, value, "GROUP, VARIATION");
}

static bool obj_match(const void *arg, const struct tx_ask *ask)
{
	const uint16_t *obj = arg;
	uint64_t v;

	for (unsigned i = 0; ask->protocol->number(ask->tx, ask->field, i, ask->dir, &v); i++) {
		if (v == *obj)
			return true;
	}
	return false;
}

#define OBJ(name_)                                                                                 \
	{                                                                                          \
		.name = name_, .syntax = name_ ": GROUP, VARIATION", .what = "object of DNP3",     \
		.value = VALUE_needed, .field = "dnp3.obj", .arg_size = sizeof(uint16_t),          \
		.parse = obj_parse, .match_tx = obj_match                                          \
	}
const struct keyword keyword_dnp3_obj = OBJ("dnp3_obj");
const struct keyword keyword_dnp3_obj_dot = OBJ("dnp3.obj");
