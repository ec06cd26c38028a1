// SPDX-License-Identifier: Apache-2.0
/* The attribute of IKE 1 that a responder has chosen. Source: Suricata 7 user guide, "IKE
 * Keywords"; RFC 2409, appendix A. */
#include "proto/ike.h"
#include "rule/keyword.h"
#include "rule/range.h"

static const struct number_name attributes[] = {
	{"alg_enc", 1},
	{"alg_hash", 2},
	{"alg_auth", 3},
	{"alg_dh", 4},
	{"sa_group_type", 5},
	{"sa_life_type", 11},
	{"sa_life_duration", 12},
	{"alg_prf", 13},
	{"sa_key_length", 14},
	{"sa_field_size", 15},
	{NULL, 0},
};

struct chosen_arg {
	uint16_t type;
	uint64_t value;
};

static int chosen_parse(struct span value, void *arg, struct fault *f)
{
	struct chosen_arg *a = arg;
	const char *eq = memchr(value.at, '=', value.len);
	const struct number_name *n = attributes;

	if (!eq)
		return rule_fault(f, value, "NAME=N is wanted");
	uint32_t at = (uint32_t)(eq - value.at);
	struct span name = span_trim(span_cut(value, 0, at));
	while (n->name && !span_is(name, n->name))
		n++;
	if (!n->name)
		return rule_fault(f, name, "no attribute is called so");
	a->type = (uint16_t)n->value;
	return rule_number_parse(span_trim(span_cut(value, at + 1, value.len)), UINT32_MAX,
				 &a->value, f);
}

static bool chosen_match(const void *arg, const struct tx_ask *ask)
{
	const struct chosen_arg *a = arg;
	const struct ike_msg *m = (const struct ike_msg *)ask->tx;

	for (unsigned i = 0; i < m->attributes; i++) {
		if (m->attribute[i].type == a->type && m->attribute[i].value == a->value)
			return true;
	}
	return false;
}

const struct keyword keyword_ike_chosen_sa_attribute = {
	.name = "ike.chosen_sa_attribute",
	.syntax = "ike.chosen_sa_attribute: NAME=N",
	.what = "attribute that an IKE 1 responder has chosen",
	.value = VALUE_needed,
	.field = "ike.chosen_sa_attribute",
	.arg_size = sizeof(struct chosen_arg),
	.parse = chosen_parse,
	.match_tx = chosen_match,
};
