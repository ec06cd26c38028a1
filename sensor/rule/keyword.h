// SPDX-License-Identifier: Apache-2.0
/* A keyword: one line in keywords.def and, when it is matched, a row in a kw_*.c file. A sticky
 * buffer is one line in buffers.def. What has neither parse, match nor build is known to the parser
 * and named as not matched.
 */
#pragma once

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
};

static inline bool keyword_matched(const struct keyword *k)
{
	return k->build || k->match;
}

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
	const struct keyword *unmatched[BUILD_UNMATCHED];
	struct about_kv metadata[BUILD_METADATA];
	struct flowbit_op flowbit[BUILD_FLOWBITS];
	struct span var[EVAL_VARS]; /* names that byte_extract gave */
	struct flowint_op flowint[BUILD_FLOWINTS];
	struct xbit xbit[BUILD_XBITS];
	struct names *flowbits, *flowints;
	unsigned n_flowbit, n_flowint, n_xbit, n_var;
	unsigned n_step, n_test, n_unmatched, n_metadata;
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
