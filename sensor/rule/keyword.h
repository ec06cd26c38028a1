// SPDX-License-Identifier: Apache-2.0
/* A keyword: one line in keywords.def and, when it is matched, a row in a kw_*.c file. A sticky
 * buffer is one line in buffers.def. What has neither parse, match nor build is known to the parser
 * and named as not matched.
 *
 * What a protocol's transactions are asked for needs a field of that protocol (proto/protocol.h):
 *
 * - contents look into a field of type FIELD_bytes: nothing but its BUFFER line in buffers.def (and
 *   an ALIAS line for each further name). It is matched as soon as a protocol has the field.
 * - a keyword compares a field of type FIELD_number: a PARSED line in keywords.def whose name is the
 *   field's will do ("<5", "2-7", "!3", "1,2": see numbers.h). With names for the numbers:
 *	const struct keyword keyword_dns_opcode = {
 *		.name = "dns.opcode", .syntax = "dns.opcode: RANGE | NAME", .what = "…",
 *		.value = VALUE_needed, .field = "dns.opcode", .names = opcodes,
 *	};
 * - anything else: `field` names the field (of any type) whose protocols, directions and progress the
 *   keyword has, `parse` reads the value into arg, `match_tx` is asked once the field is complete and
 *   may look at ask->tx as the protocol's own struct (include "proto/NAME.h"; of several protocols
 *   compare ask->protocol):
 *	const struct keyword keyword_dce_opnum = {
 *		…, .field = "dcerpc.opnum", .arg_size = sizeof(struct numbers), .parse = opnum_parse,
 *		.match_tx = opnum_match,
 *	};
 *
 * A KEYWORD line whose `field` no protocol has is named as not matched, so that its order of arrival
 * does not matter.
 */
#pragma once

#include "rule/buffer.h"
#include "rule/numbers.h"
#include "rule/signature.h"

enum keyword_value { VALUE_none, VALUE_needed, VALUE_optional };

struct build;

struct keyword {
	const char *name, *syntax, *what;
	uint8_t value;     /* enum keyword_value */
	bool flow_constant; /* match() gives the same for every packet of a flow direction */
	bool buffer;       /* a sticky buffer: contents after it look there */
	bool defines;      /* names a variable that later keywords may use (byte_extract) */
	bool proto;        /* stands for an application protocol of the header */
	size_t arg_size;   /* bytes */
	int (*parse)(struct span value, void *arg, struct fault *f);
	bool (*match)(const void *arg, const struct pkt *pkt);
	int (*build)(struct build *b, struct span value); /* in place of parse and match */
	const char *field;  /* of a protocol: the keyword is a condition on a transaction */
	const struct number_name *names; /* for the numbers of a field that is one */
	bool closed;        /* "2-7" has 2 and 7 in it */
	bool (*match_tx)(const void *arg, const struct tx_ask *ask);
};

/* Whether rules with it can be matched at all. */
bool keyword_matched(const struct keyword *k);
/* Takes the value of a keyword that has a field. */
int rule_build_tx(struct build *b, const struct keyword *k, struct span value);

#define KEYWORDS_MAX 1024u
struct keywords { /* every one, by name */
	const struct keyword *at[KEYWORDS_MAX];
	unsigned n;
};

void rule_keywords_init(struct keywords *k);
const struct keyword *rule_keyword_find(const struct keywords *k, struct span name); /* or NULL */
const char *rule_keyword_closest(const struct keywords *k, struct span name);

/* A rule on its way from text to signature. */
#define BUILD_STEPS 128u
#define BUILD_TESTS 32u
#define BUILD_TX_TESTS 16u
#define BUILD_UNMATCHED 64u
#define BUILD_METADATA 96u
#define BUILD_FLOWBITS 16u
#define BUILD_FLOWINTS 16u
#define BUILD_XBITS 8u

struct names { /* of a set: flowbits, flowints */
	struct span *at;
	uint32_t n, cap;
};
/* The name's number in the list, made if it is new; at most `max` of them. */
int rule_name_number(struct arena *a, struct names *n, struct span name, uint32_t max, uint16_t *out,
		     struct fault *f);

struct build {
	struct arena *arena;
	struct net_vars *vars;
	const struct rule_config *config;
	const struct reputation *reputation;
	const struct keywords *keywords;
	struct fault *fault;
	struct signature *sig;
	const struct keyword *buffer; /* the sticky one in force, NULL the payload */
	struct span keyword;          /* the name being read, for faults */
	struct step step[BUILD_STEPS];
	struct test test[BUILD_TESTS];
	struct tx_test tx_test[BUILD_TX_TESTS];
	const struct keyword *unmatched[BUILD_UNMATCHED];
	struct about_kv metadata[BUILD_METADATA];
	struct flowbit_op flowbit[BUILD_FLOWBITS];
	struct span var[EVAL_VARS]; /* names that byte_extract gave */
	struct flowint_op flowint[BUILD_FLOWINTS];
	struct xbit xbit[BUILD_XBITS];
	struct names *flowbits, *flowints;
	unsigned n_flowbit, n_flowint, n_xbit, n_var;
	unsigned n_step, n_test, n_tx_test, n_unmatched, n_metadata;
	bool has_sid, has_msg, has_vars, has_priority;
	bool tcp_pkt, tcp_stream, flow_written;
};

void rule_build_unmatched(struct build *b, const struct keyword *k);
/* The content that a modifier belongs to, or NULL with the fault filled. */
struct step *rule_build_content(struct build *b);
struct step *rule_build_step(struct build *b, enum step_kind kind); /* or NULL, fault filled */
/* A number, or a variable: *var is then its number + 1. */
int rule_build_number(struct build *b, struct span v, int32_t max, int32_t *out, uint8_t *var);
/* Whether what `requires:` asks for is there: kw_requires.c. */
bool rule_requires_met(struct build *b, struct span value);
int rule_build_test(struct build *b, bool (*match)(const void *, const struct pkt *),
		    const void *arg, bool flow_constant);
