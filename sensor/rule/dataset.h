// SPDX-License-Identifier: Apache-2.0
/* Sets of values that rules ask for (dataset), each perhaps with a number (datarep), read from
 * files when the rules are.
 *
 * Owns:   nothing; all of it is in the rule set's arena.
 * Thread: read by any once it is loaded.
 * Errors: a line that is not a value of the set's type is said with its place and left out.
 */
#pragma once

#include "rule/arena.h"
#include "rule/range.h"
#include "rule/span.h"

#include <stdio.h>

enum dataset_type { DATASET_string, DATASET_md5, DATASET_sha256, DATASET_ip,
		    DATASET_sha1 /* of filesha1 alone */ };

struct dataset_value {
	const uint8_t *at;
	uint32_t len;
	uint32_t number; /* of datarep */
};

struct dataset {
	struct span name;
	uint8_t type;
	bool loaded;
	uint32_t n, cap;             /* cap: a power of two, at least twice n */
	struct dataset_value *value; /* open addressing; at NULL: free */
	const struct dataset *next;
};

struct dataset_op { /* of a step */
	const struct dataset *set;
	bool negated, has_number;
	bool subdomain;      /* a name below one of the set's is in it */
	struct range number; /* datarep */
};

struct datasets { /* of one rule set */
	struct dataset *first;
	struct arena *arena;
	FILE *report;
	const char *folder; /* of the rule file being read: where relative names are looked for */
};

int rule_dataset_type(struct span name, uint8_t *out); /* -1: unknown */
/* The set of that name, made if it is new; NULL: it is there with another type. */
struct dataset *rule_dataset_get(struct datasets *all, struct span name, uint8_t type);
/* Reads values; a missing file is the fault's. */
int rule_dataset_load(struct datasets *all, struct dataset *d, struct span file, bool numbers,
		      struct fault *f);
/* The entry of that value, or NULL. */
const struct dataset_value *rule_dataset_find(const struct dataset *d, const uint8_t *p,
					      uint32_t n);
bool rule_dataset_holds(const struct dataset_op *op, const uint8_t *p, uint32_t n);
