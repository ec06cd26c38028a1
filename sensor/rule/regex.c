// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rule/regex.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>

struct regex_work {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

int rule_regex_work_new(struct regex_work **out, struct err *err)
{
	struct regex_work *w = calloc(1, sizeof(*w));

	if (w) {
		w->data = pcre2_match_data_create(REGEX_GROUPS, NULL);
		w->context = pcre2_match_context_create(NULL);
		w->stack = pcre2_jit_stack_create(REGEX_STACK, REGEX_STACK, NULL);
	}
	if (!w || !w->data || !w->context || !w->stack) {
		rule_regex_work_free(w);
		return err_set(err, ENOMEM, "no memory for regular expressions");
	}
	pcre2_set_match_limit(w->context, REGEX_MATCH_LIMIT);
	pcre2_set_depth_limit(w->context, REGEX_DEPTH_LIMIT);
	pcre2_jit_stack_assign(w->context, NULL, w->stack);
	*out = w;
	return 0;
}

void rule_regex_work_free(struct regex_work *w)
{
	if (!w)
		return;
	pcre2_match_data_free(w->data);
	pcre2_match_context_free(w->context);
	pcre2_jit_stack_free(w->stack);
	free(w);
}

void rule_regex_ready(const struct regex *r, bool partial)
{
	pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE | (partial ? PCRE2_JIT_PARTIAL_SOFT : 0));
}

enum regex_result rule_regex_match(struct regex_work *w, const struct regex *r, const uint8_t *p,
				   size_t n, size_t from, bool more, bool begun, size_t *start,
				   size_t *end)
{
	uint32_t options = (more ? PCRE2_PARTIAL_SOFT : 0) | (begun ? PCRE2_NOTBOL : 0);
	int rc = pcre2_match(r->code, p, n, from, options, w->data, w->context);

	if (rc == PCRE2_ERROR_NOMATCH) /* nothing at hand is no partial match to PCRE2 */
		return more && n == from ? REGEX_partial : REGEX_no;
	if (rc == PCRE2_ERROR_PARTIAL)
		return REGEX_partial;
	if (rc < 0)
		return REGEX_over;
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(w->data);
	*start = at[0];
	*end = at[1] > at[0] ? at[1] : at[0]; /* \K may move the start behind the end */
	return REGEX_yes;
}

bool rule_regex_group(const struct regex_work *w, unsigned i, size_t *start, size_t *end)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(w->data);

	if (i >= pcre2_get_ovector_count(w->data) || at[2 * i] == PCRE2_UNSET ||
	    at[2 * i + 1] < at[2 * i])
		return false;
	*start = at[2 * i];
	*end = at[2 * i + 1];
	return true;
}

enum regex_result rule_regex_capture(struct regex_work *w, const struct regex *r, const uint8_t *p,
				     size_t n, size_t *start, size_t *end)
{
	int rc = pcre2_match(r->code, p, n, 0, 0, w->data, w->context);

	if (rc < 0)
		return rc == PCRE2_ERROR_NOMATCH ? REGEX_no : REGEX_over;
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(w->data);
	if (rc == 1 || at[2] == PCRE2_UNSET || at[3] < at[2]) /* rc 0: more groups than are kept */
		return REGEX_no;
	*start = at[2];
	*end = at[3];
	return REGEX_yes;
}
