// SPDX-License-Identifier: Apache-2.0
/* From one rule's text to its signature. */
#pragma once

#include "rule/dataset.h"
#include "rule/keyword.h"
#include "rule/reputation.h"
#include "rule/text.h"

/* Everything rules of one set share while they are read. */
struct compile {
	struct arena *arena;
	struct net_vars vars;
	struct keywords keywords;
	struct text_rule text;
	struct build build;
	struct names flowbits, flowints, flowvars, pktvars;
	struct chains chains;
	struct codes codes;
	struct lexicon words;
	const struct rule_config *config;
	struct reputation reputation;
	struct datasets datasets;
};

/* On failure the fault says what and where; *out is untouched. */
int rule_compile(struct compile *c, struct span text, struct signature **out, struct fault *f);

/* Action, protocol and direction: header.c. `app` is NULL or stands for the application protocol,
 * hook or direction that is not matched yet. */
int rule_header_action(struct build *b, struct span word);
int rule_header_proto(struct build *b, struct span word);
int rule_header_dir(struct build *b, struct span word);
/* The protocols that a name of a rule's header stands for; 0: none that is parsed. */
uint64_t rule_header_apps(const char *name);

/* Chooses the literal the prefilter looks for: literal.c. */
void rule_literal_pick(struct arena *a, struct signature *s);
/* How rare a literal is in traffic; more is rarer. */
unsigned rule_literal_rarity(const uint8_t *p, size_t n, bool nocase);

/* Bytes: the old part of a window that is scanned again is no longer, and more are no rarer. */
#define LITERAL_MAX 24u
