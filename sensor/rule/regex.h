// SPDX-License-Identifier: Apache-2.0
/* PCRE2 as rules use it: limits, a stack and a result of the worker's own, nothing allocated while
 * it matches.
 *
 * Errors: a match that exceeds a limit is no match, and counted.
 */
#pragma once

#include "base/err.h"
#include "rule/signature.h"

/* Suricata's defaults, pcre.match-limit and match-limit-recursion. */
#define REGEX_MATCH_LIMIT 3500u
#define REGEX_DEPTH_LIMIT 1500u
#define REGEX_STACK (256u << 10) /* bytes, a worker */

#define REGEX_GROUPS 17u /* kept of a match: the whole of it and 16 captures */

struct regex_work;

int rule_regex_work_new(struct regex_work **w, struct err *err);
void rule_regex_work_free(struct regex_work *w);
/* Makes machine code of it, once the rule is known to be matched; without, it only is slower.
 * `partial`: also of what bytes may follow (rule_regex_match()'s `more`). */
void rule_regex_ready(const struct regex *r, bool partial);

enum regex_result { REGEX_no, REGEX_yes, REGEX_partial, REGEX_over };
/* Searches p[from, n); `more`: bytes may follow; `begun`: p[0] is not the beginning of a line. */
enum regex_result rule_regex_match(struct regex_work *w, const struct regex *r, const uint8_t *p,
				   size_t n, size_t from, bool more, bool begun, size_t *start,
				   size_t *end);
/* The same for the whole of p, and where its first capture lies; REGEX_no also without one. */
enum regex_result rule_regex_capture(struct regex_work *w, const struct regex *r, const uint8_t *p,
				     size_t n, size_t *start, size_t *end);
/* Where capture i of the last match lies; false: it took no part. */
bool rule_regex_group(const struct regex_work *w, unsigned i, size_t *start, size_t *end);
/* Compiles for the arena's life; the fault says what is wrong. `options` are PCRE2's. */
struct build;
struct span;
int rule_regex_compile(struct build *b, struct span text, uint32_t options, struct regex **out);
