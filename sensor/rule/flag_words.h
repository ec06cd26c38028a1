// SPDX-License-Identifier: Apache-2.0
/* Flags of a protocol by their names: "fin, !comp". All that are named hold in one value of the field,
 * those with "!" in front are not set. */
#pragma once

#include "rule/build.h"
#include "rule/numbers.h"

struct flag_words { /* a keyword's arg */
	uint8_t set, clear;
};

int rule_flag_words_parse(struct span value, char sep, const struct number_name *names,
			  struct flag_words *a, struct fault *f);
bool rule_flag_words_match(const void *arg, const struct tx_ask *ask);
