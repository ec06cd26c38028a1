// SPDX-License-Identifier: Apache-2.0
/* The text of rules: from the bytes of a file to a rule's header words and options. Nothing is
 * understood here, only cut; what the words mean is in keyword.h, net.h and compile.h. */
#pragma once

#include "rule/span.h"

#define TEXT_OPTIONS_MAX 512u /* of one rule; ET Open has below 120 */
#define TEXT_RULE_MAX 65536u  /* bytes of one rule */

struct text_option {
	struct span name, value; /* trimmed; quotes are still on */
	bool has_value;
};

struct text_rule {
	struct span all;
	struct span action, proto, src, sport, dir, dst, dport;
	struct text_option option[TEXT_OPTIONS_MAX];
	unsigned n;
};

/* Whether some line goes on in the next one: '\' before its end. */
bool rule_text_continues(const char *text, size_t n);
/* Joins continued lines ('\' before the line's end) by writing blanks over both, in place: every
 * byte keeps its offset, so a place found later is still the place in the file. */
void rule_text_join(char *text, size_t n);
/* The next rule at or after *at: blank lines and lines that begin with '#' are passed over. False:
 * the end. `text` has been joined. */
bool rule_text_next(const char *text, size_t n, size_t *at, struct span *rule);
int rule_text_split(struct span rule, struct text_rule *out, struct fault *f);

/* A quoted text's bytes without its escapes (\" \; \\ \:). Returns the length; out holds s.len. */
uint32_t rule_text_unescape(struct span s, char *out);
/* Content: escapes and |hex|. The quotes are off already. -EINVAL: the fault says why. */
int rule_text_bytes(struct span s, uint8_t *out, uint32_t cap, uint32_t *len, struct fault *f);
