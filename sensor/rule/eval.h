// SPDX-License-Identifier: Apache-2.0
/* Payload conditions of one rule against the bytes at hand.
 *
 * Positions count from the first byte of the buffer: a packet's payload, or a TCP direction's
 * stream, of which a window is at hand. While a stream goes on, an answer may depend on bytes that
 * have not come: then it is "not yet" or "so far".
 */
#pragma once

#include "rule/regex.h"
#include "rule/signature.h"

enum outcome { /* ascending: the best of several ways to match is the largest */
	OUTCOME_no,     /* and no later byte can change that */
	OUTCOME_maybe,  /* later bytes may make it match */
	OUTCOME_so_far, /* it matches, unless later bytes forbid it (a negated content) */
	OUTCOME_yes,
};

struct view {
	const uint8_t *at;
	uint32_t len;     /* bytes */
	bool complete;    /* nothing follows */
	bool little;      /* how numbers are written, for `dce` */
	uint64_t base;    /* position of at[0] */
	uint64_t min_end; /* the fast content must end behind it: what was matched is not again */
};

#define EVAL_BASE64 (64u << 10)
#define VAR_BYTES 124u
struct captured { /* what an expression left */
	uint16_t name;
	uint8_t len;
	bool of_pkt;
	uint8_t bytes[VAR_BYTES];
};
#define EVAL_CAPTURED 8u /* of one rule */

#define EVAL_TOLD (8u << 10)
#define EVAL_BUDGET 3000u /* searches a rule: Suricata's inspection-recursion-limit */

/* `over` is set when the budget ran out (the answer is then no); `regex_over` counts expressions that
 * exceeded their limits (no match). */
struct evaluator {
	struct regex_work *regex;
	uint8_t *base64; /* EVAL_BASE64 bytes: what base64_decode gives; NULL: none */
	int64_t var[EVAL_VARS]; /* of byte_extract and byte_math, through all buffers of a rule */
	/* Values that a rule asks for in sets that change: struct dataset_told, each with its bytes. */
	uint8_t *told; /* EVAL_TOLD bytes; NULL: no rule does */
	uint32_t told_len;
	bool told_first; /* the next one begins an instance of its buffer */
	bool told_over;  /* there was more */
	struct captured captured[EVAL_CAPTURED];
	unsigned n_captured;
	bool over;
	uint32_t regex_over;
};
/* The conditions on one buffer, and those of a rule on the payload. */
enum outcome rule_eval_steps(struct evaluator *e, const struct step *step, unsigned n,
			     const struct view *v);
enum outcome rule_eval(struct evaluator *e, const struct signature *s, const struct view *v);
