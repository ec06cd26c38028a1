// SPDX-License-Identifier: Apache-2.0
/* The conditions of a rule on bytes, as kw_*.c build them and eval.c walks them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum step_kind { STEP_content, STEP_isdataat, STEP_pcre, STEP_byte_test, STEP_byte_jump,
		 STEP_byte_extract, STEP_byte_math, STEP_bsize, STEP_base64, STEP_dataset, STEP_entropy, STEP_asn1 };

/* Bits of step.flags */
#define STEP_NOCASE 1u
#define STEP_NEGATED 2u
#define STEP_RELATIVE 4u  /* counts from the end of the match before */
#define STEP_DISTANCE 8u
#define STEP_WITHIN 16u
#define STEP_OFFSET 32u
#define STEP_DEPTH 64u
#define STEP_STARTS 128u
#define STEP_ENDS 256u
#define STEP_FAST 512u    /* the prefilter's literal is of this content */
#define STEP_BACKTRACK 1024u /* a step after it counts from where this one matched */
#define STEP_RAWBYTES 2048u
#define STEP_FAST_ASKED 4096u
#define STEP_SHUNNED 8192u /* negated: anywhere in the bytes it forbids the rule */

struct step { /* one payload condition, in the order of the rule */
	const uint8_t *bytes; /* in lower case with STEP_NOCASE */
	uint16_t len;
	uint16_t kind;        /* enum step_kind */
	uint32_t flags;
	int32_t offset, distance; /* isdataat: offset is its number */
	uint32_t depth, within;   /* bytes */
	uint16_t chop, chop_len;  /* fast_pattern:chop,chop_len; 0: whole */
	/* In place of the numbers above: the variable's number + 1; 0 none. */
	uint8_t var_offset, var_depth, var_distance, var_within;
	const void *arg; /* struct regex, byte_op, numbers (bsize), base64_op, dataset_op, entropy_op */
	uint8_t group;   /* of the rule, while it is built */
};

struct base64_op { /* decodes and goes on with the conditions on what that gave */
	uint32_t bytes;  /* at most */
	const struct step *step;
	uint16_t n;
};

enum byte_from { BYTE_FROM_here, BYTE_FROM_beginning, BYTE_FROM_end };
struct byte_op { /* byte_test, byte_jump, byte_extract, byte_math: a number read out of the payload */
	uint8_t n;        /* bytes; text: at most */
	uint8_t base;     /* of digits in text; 0: binary */
	bool little, align, negated;
	bool dce;         /* little as the buffer is */
	char compare;     /* '<' '>' '=' '&' '^', 'l' <=, 'g' >= */
	uint8_t from;     /* enum byte_from */
	char oper;        /* byte_math: '+' '-' '*' '/' 'l' << 'r' >>; its right side is value */
	uint8_t var;      /* byte_extract, byte_math: which it fills, from 0 */
	uint8_t var_value; /* as step.var_*: in place of value */
	uint8_t var_n;    /* the same in place of n */
	uint64_t value, mask; /* mask 0: none; the result is moved down to its lowest bit */
	uint32_t multiplier;
	int32_t post;     /* bytes more to jump */
};

struct regex {
	struct pcre2_real_code_8 *code; /* pcre2_code of 8-bit units */
	bool anchored; /* matches at the beginning or not at all */
	uint8_t n_capture;
	const struct capture *capture; /* what its parentheses leave */
};

#define CAPTURES_MAX 8u /* of one expression */
struct capture {
	uint8_t group; /* of the expression, from 1 */
	bool of_pkt;   /* a variable of the packet, else of the conversation */
	uint16_t name; /* its number */
};

#define EVAL_VARS 16u /* of one rule */
