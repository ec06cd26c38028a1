// SPDX-License-Identifier: Apache-2.0
/* What rules have added to sets and taken from them (dataset: set, unset), in the order of the run; laid
 * over the values that the sets' files had, which are the rule set's and may come anew with a reload.
 *
 * Shape:  one bounded piece of memory of entries behind each other, found by open addressing; an entry
 *         stays where it is and says whether its value is in the set now. When there is no room, nothing
 *         is added any more, counted.
 * Thread: the detect thread's; saving when that has ended.
 * Cost:   a look-up or two a value.
 */
#pragma once

#include "base/count.h"
#include "base/err.h"
#include "rule/rule.h"

struct datasets_table {
	uint8_t *at; /* entries */
	size_t used, size;
	uint32_t *slot; /* place in at, in units of DATASETS_UNIT, + 1; 0: free */
	uint32_t n, cap; /* cap: a power of two, at least twice n */
	struct count full;
};

int datasets_init(struct datasets_table *t, uint32_t mib, struct err *err);
void datasets_fini(struct datasets_table *t);
/* Whether what the rule asks of sets holds for the values that a worker told (struct dataset_told, each
 * with its bytes): of each buffer one instance must do. Adds and takes on the way. */
bool datasets_hold(struct datasets_table *t, const struct rule *rule, const uint8_t *told, uint32_t n);
/* Writes the sets that rules keep, each to a new file that takes the old one's place. Returns how many,
 * or -errno; `folder` NULL: none are written. */
int datasets_save(const struct datasets_table *t, const struct dataset *sets, const char *folder,
		  struct err *err);
