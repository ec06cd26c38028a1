// SPDX-License-Identifier: Apache-2.0
/* The inside of a rule: what compile.c makes of its text and eval.c matches. */
#pragma once

#include "rule/net.h"
#include "rule/rule.h"

enum step_kind { STEP_content, STEP_isdataat, STEP_pcre, STEP_byte_test, STEP_byte_jump,
		 STEP_byte_extract, STEP_byte_math };

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
	const void *arg; /* struct regex or struct byte_op of the other kinds */
};

enum byte_from { BYTE_FROM_here, BYTE_FROM_beginning, BYTE_FROM_end };
struct byte_op { /* byte_test, byte_jump, byte_extract, byte_math: a number read out of the payload */
	uint8_t n;        /* bytes; text: at most */
	uint8_t base;     /* of digits in text; 0: binary */
	bool little, align, negated;
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
};

#define EVAL_VARS 16u /* of one rule */

enum flowbit_kind { FLOWBIT_set, FLOWBIT_unset, FLOWBIT_toggle, FLOWBIT_isset, FLOWBIT_isnotset };
struct flowbit_op {
	uint8_t kind;
	uint8_t n;           /* isset, isnotset: one of them will do */
	const uint16_t *bit; /* of the set's names */
};

enum flowint_kind { FLOWINT_set, FLOWINT_add, FLOWINT_sub, FLOWINT_isset, FLOWINT_isnotset,
		    FLOWINT_less, FLOWINT_most, FLOWINT_equal, FLOWINT_differs, FLOWINT_least,
		    FLOWINT_greater };
struct flowint_op {
	uint8_t kind;
	bool by_name;   /* value is a number of the set's names */
	uint16_t name;
	uint32_t value;
};

struct test { /* a condition on the packet's headers */
	bool (*match)(const void *arg, const struct pkt *p);
	const void *arg;
};

/* Bits of signature.protos */
#define PROTO_TCP 1u
#define PROTO_UDP 2u
#define PROTO_ICMP 4u
#define PROTO_ICMP6 8u
#define PROTO_OTHER 16u
#define PROTO_ALL 31u

/* Bits of signature.where: what it is matched on. */
#define WHERE_HEADER 1u     /* once a flow and direction */
#define WHERE_PACKET 2u     /* packets that are not TCP */
#define WHERE_TCP_PACKET 4u
#define WHERE_STREAM 8u

/* Bits of signature.flow */
#define NEED_ESTABLISHED 1u
#define NEED_NOT_ESTABLISHED 2u
#define NEED_TO_SERVER 4u
#define NEED_TO_CLIENT 8u
#define NEED_FLOW 16u       /* flow: was written, stateless apart */
#define NEED_ONLY_STREAM 32u
#define NEED_NO_STREAM 64u

struct keyword;

struct signature {
	struct rule rule; /* first: a struct rule is its signature */
	const struct net_set *src, *dst, *sport, *dport;
	const struct test *test;
	const struct step *step;
	const struct flowbit_op *flowbit;
	const struct flowint_op *flowint;
	const struct keyword **unmatched; /* each once, in the order of the rule */
	uint32_t file_order;
	uint16_t n_test, n_step, n_unmatched;
	uint16_t literal_len;
	const uint8_t *literal; /* NULL: none; in lower case when literal_nocase */
	uint8_t protos, net;    /* net: 0 any, 4, 6 */
	uint8_t where, flow;
	uint8_t ip_proto;       /* PROTO_OTHER alone: this IANA number; 0 any */
	bool both_ways;         /* <> */
	bool literal_nocase;
	uint8_t n_flowbit, n_flowint;
	uint8_t state_rank;     /* flowbits, then flowint: sets, asks and sets, asks, has none */
	bool bypass;            /* a match is the last of its conversation */
	bool event;             /* asks for an event of the packet */
	bool packet_tests;      /* some test may differ between the packets of a flow */
};

static inline const struct signature *signature_of(const struct rule *r)
{
	return (const struct signature *)r;
}
