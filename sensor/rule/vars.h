// SPDX-License-Identifier: Apache-2.0
/* Variables that expressions fill (flowvar, pktvar); vars.c.
 *
 * Units:  VAR_BYTES bytes of a value are kept, the rest is cut. */
#pragma once

#include "rule/eval.h"

struct rule_matcher;
struct hit;

struct var_value {
	bool set;
	uint8_t len;
	uint8_t bytes[VAR_BYTES];
};

/* `of_flow`: the conversation's, by number; NULL: it carries none. */
bool rule_vars_hold(struct rule_matcher *m, const struct signature *s, struct var_value *of_flow);
void rule_vars_set(struct rule_matcher *m, const struct hit *h, struct var_value *of_flow);
void rule_vars_keep(struct rule_matcher *m, struct hit *h);
void rule_vars_forget_pkt(struct rule_matcher *m);
