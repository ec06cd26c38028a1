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

#include "rule/build.h"
#include "rule/numbers.h"

enum keyword_value { VALUE_none, VALUE_needed, VALUE_optional };

struct keyword {
	const char *name, *syntax, *what;
	uint8_t value;     /* enum keyword_value */
	bool flow_constant; /* match() gives the same for every packet of a flow direction */
	bool flow_now;     /* match() asks the flow alone, as it is at the moment */
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
#define KEYWORD_SLOTS 2048u /* a power of two, half of them free */
_Static_assert(KEYWORDS_MAX * 2 <= KEYWORD_SLOTS, "half of them free");
struct keywords { /* every one, by name */
	const struct keyword *at[KEYWORDS_MAX];
	unsigned n;
	uint16_t slot[KEYWORD_SLOTS]; /* by a hash of the name: its place in `at` + 1; 0: free */
};

void rule_keywords_init(struct keywords *k);
const struct keyword *rule_keyword_find(const struct keywords *k, struct span name); /* or NULL */
const char *rule_keyword_closest(const struct keywords *k, struct span name);
