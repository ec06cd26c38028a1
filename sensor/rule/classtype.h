// SPDX-License-Identifier: Apache-2.0
/* The classes of Suricata's classification.config: description and priority; the family is ours. */
#pragma once

#include "wire/alert.h"

struct classtype {
	const char *name, *text;
	uint8_t severity;
	uint8_t family; /* enum family: when the rule's metadata names none */
};

const struct classtype *rule_classtype_find(const char *name); /* or NULL */
