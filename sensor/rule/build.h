// SPDX-License-Identifier: Apache-2.0
/* A rule on its way from text to signature: what keywords fill. */
#pragma once

#include "rule/buffer.h"
#include "rule/signature.h"
#include "rule/transform.h"

struct keyword;
struct keywords;

#define BUILD_STEPS 128u
#define BUILD_TESTS 32u
#define BUILD_TX_TESTS 16u
#define BUILD_GROUPS 48u
#define GROUP_UNSET 255u
#define BUILD_UNMATCHED 64u
#define BUILD_METADATA 96u
#define BUILD_FLOWBITS 16u
#define BUILD_FLOWINTS 16u
#define BUILD_XBITS 8u
#define BUILD_VAR_ASKS 8u
#define BUILD_DATASETS 16u

struct names { /* of a set: flowbits, flowints */
	struct span *at;
	uint32_t n, cap;
};
/* The name's number in the list, made if it is new; at most `max` of them. */
int rule_name_number(struct arena *a, struct names *n, struct span name, uint32_t max, uint16_t *out,
		     struct fault *f);

struct code;
#define CODE_LISTS 1024u
struct codes { /* regular expressions that are compiled already: kw_pcre.c */
	struct code *first[CODE_LISTS];
};
struct word;
#define WORD_LISTS 4096u
struct lexicon { /* texts that many rules have: kw_metadata.c */
	struct word *first[WORD_LISTS];
};

struct build {
	struct arena *arena;
	struct net_vars *vars;
	const struct rule_config *config;
	const struct reputation *reputation;
	struct datasets *datasets;
	const struct keywords *keywords;
	struct fault *fault;
	struct signature *sig;
	struct group group[BUILD_GROUPS]; /* [0]: the payload */
	struct group at;              /* where contents look now */
	struct transform xform[CHAIN_MAX]; /* asked for since */
	struct chains *chains;
	struct codes *codes;
	struct lexicon *words;
	unsigned n_xform, n_group;
	uint8_t at_group;             /* its number, or GROUP_UNSET */
	bool sticky;                  /* `at` was chosen by name */
	bool app_asked;               /* app-layer-protocol */
	uint64_t header_apps;         /* of the header's protocol; 0: any */
	struct span keyword;          /* the name being read, for faults */
	struct span sticky_at;        /* the name that chose `at` */
	struct step step[BUILD_STEPS];
	struct span step_at[BUILD_STEPS]; /* the name of each: for faults that the whole rule tells */
	struct test test[BUILD_TESTS];
	struct tx_test tx_test[BUILD_TX_TESTS];
	const struct keyword *unmatched[BUILD_UNMATCHED];
	struct about_kv metadata[BUILD_METADATA];
	struct flowbit_op flowbit[BUILD_FLOWBITS];
	struct span var[EVAL_VARS]; /* names that byte_extract gave */
	struct flowint_op flowint[BUILD_FLOWINTS];
	struct xbit xbit[BUILD_XBITS];
	struct var_ask var_ask[BUILD_VAR_ASKS];
	struct names *flowbits, *flowints, *flowvars, *pktvars;
	const struct dataset_op *dataset[BUILD_DATASETS];
	unsigned n_flowbit, n_flowint, n_xbit, n_var, n_dataset, n_var_ask;
	unsigned n_step, n_test, n_tx_test, n_unmatched, n_metadata;
	bool has_sid, has_msg, has_vars, has_priority;
	bool tcp_pkt, tcp_stream, flow_written;
};

/* group.c: where the conditions of a rule look. */
int rule_build_sticky(struct build *b, struct span value); /* a sticky buffer's build */
/* The group that conditions belong to now: made when it is new. -1: fault filled. */
int rule_build_group(struct build *b);
/* The group of that field without transforms; a name that no protocol has makes the rule unmatched. */
int rule_build_field(struct build *b, const char *field);
int rule_build_transform(struct build *b, struct transform t);
/* The number of a variable that expressions fill: kw_flowvar.c. */
int rule_build_var(struct build *b, bool of_pkt, struct span name, uint16_t *out);
struct dataset_op;
/* Asks for a set in that group: kw_dataset.c. */
int rule_build_dataset(struct build *b, struct dataset_op *op, int group);
/* Conditions that count from the match before belong where that was, when no sticky buffer is set. */
int rule_build_relative(struct build *b, struct step *s);
int rule_build_asked(struct build *b); /* -1, fault filled: nothing is asked of the sticky buffer */
void rule_build_frame(struct build *b, struct span name); /* contents look into frames of that name */
void rule_build_payload(struct build *b); /* contents look into the payload again */
bool rule_sticky_known(struct span name); /* whether contents can look there at all */
void rule_group_finish(struct build *b); /* sorts steps into groups, says where the rule is matched */
void rule_build_unmatched(struct build *b, const struct keyword *k);
/* Refuses what can match nothing, or everything, by a slip of its author: sense.c. */
int rule_build_sense(struct build *b);
/* The content that a modifier belongs to, or NULL with the fault filled. */
struct step *rule_build_content(struct build *b);
struct step *rule_build_step(struct build *b, enum step_kind kind); /* or NULL, fault filled */
/* A number, or a variable: *var is then its number + 1. */
int rule_build_number(struct build *b, struct span v, int32_t max, int32_t *out, uint8_t *var);
/* Whether what `requires:` asks for is there: kw_requires.c. */
bool rule_requires_met(struct build *b, struct span value);
int rule_build_test(struct build *b, bool (*match)(const void *, const struct pkt *),
		    const void *arg, bool flow_constant);
