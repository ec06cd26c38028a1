// SPDX-License-Identifier: Apache-2.0
/* Sets of values that rules ask for (dataset), each perhaps with a number (datarep), read from
 * files when the rules are. What rules add and take while traffic runs is detect/datasets.h's.
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
	uint64_t id; /* its name's hash: the same in the next rule set */
	uint8_t type;
	bool loaded;
	bool changes;     /* some rule adds to it or takes from it */
	const char *save; /* the file that keeps it, in rule.datasets; NULL: none */
	uint32_t n, cap;             /* cap: a power of two, at least twice n */
	struct dataset_value *value; /* open addressing; at NULL: free */
	const struct dataset *next;
};

enum dataset_change { CHANGE_none, CHANGE_set, CHANGE_unset };
struct dataset_op { /* of a step */
	const struct dataset *set;
	uint8_t change;        /* enum dataset_change */
	uint8_t number_in_rule; /* of the rule's */
	uint8_t group;         /* the buffer that is asked about */
	bool nested;           /* on what base64_decode gave */
	bool negated, has_number;
	bool subdomain;      /* a name below one of the set's is in it */
	struct range number; /* datarep */
};

struct datasets { /* of one rule set */
	struct dataset *first;
	struct arena *arena;
	FILE *report;
	const char *folder; /* of the rule file being read: where relative names are looked for */
	const char *kept;   /* folder of the files that rules write; NULL: none */
};

/* What a worker tells the detect thread of a rule that asks for sets that change: for each buffer
 * that would do, this and the value behind it. */
struct dataset_told {
	uint8_t op;    /* dataset_op.number_in_rule */
	uint8_t first; /* begins another instance of the buffer */
	uint16_t len;  /* DATASET_TOO_LONG: a value that no set keeps; no bytes follow */
};
#define DATASET_VALUE    2048u /* bytes of a value that is added */
#define DATASET_TOO_LONG UINT16_MAX

int rule_dataset_type(struct span name, uint8_t *out); /* -1: unknown */
/* The set of that name, made if it is new; NULL: it is there with another type. */
struct dataset *rule_dataset_get(struct datasets *all, struct span name, uint8_t type);
struct dataset_from {
	struct span file;
	bool numbers; /* datarep's are there */
	bool kept;    /* looked for in the folder of kept files first; may be missing */
	bool json, lines; /* lines: JSON, a value a line */
	struct span value_key, array_key; /* names with dots between; len 0: the thing itself */
};
/* Reads values; a missing file is the fault's. */
int rule_dataset_load(struct datasets *all, struct dataset *d, const struct dataset_from *from,
		      struct fault *f);
/* dataset_json.c: what is said of JSON that is no list of values. */
int rule_dataset_json(struct datasets *all, struct dataset *d, const struct dataset_from *from,
		      const char *path, char *text, struct fault *f);
/* A value as a file of the set has it; its length in `bytes`, or -1. */
int rule_dataset_read(uint8_t type, struct span text, bool plain, uint8_t *bytes, uint32_t cap);
void rule_dataset_add(struct datasets *all, struct dataset *d, const uint8_t *p, uint32_t n,
		      uint32_t number);
/* What the set keeps of a buffer (addresses: 16 bytes, in room); false: it is no value of its type. */
bool rule_dataset_value(const struct dataset *d, const uint8_t **p, uint32_t *n, uint8_t room[16]);
/* The shorter name that a name is below of; false: there is none. */
bool rule_dataset_above(const uint8_t **p, uint32_t *n);
#define DATASET_LABELS 128u /* of a name; RFC 1035 has no more */
/* The entry of that value, or NULL. */
const struct dataset_value *rule_dataset_find(const struct dataset *d, const uint8_t *p,
					      uint32_t n);
bool rule_dataset_holds(const struct dataset_op *op, const uint8_t *p, uint32_t n);
