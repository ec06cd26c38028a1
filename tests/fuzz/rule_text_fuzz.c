// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a rule file: read without harm, every rule counted once, mistakes shown in place. */
#include "rule/set.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct compile c;
	static struct keywords keywords;
	struct arena arena = {0};
	struct err err;
	struct fault f = {.err = &err};
	struct span rule;
	size_t at = 0;

	if (keywords.n == 0)
		rule_keywords_init(&keywords);
	static const struct rule_config config;

	/* What rules of one set share lies in the arena: nothing of the input before. */
	c.flowbits = c.flowints = (struct names){0};
	c.chains = (struct chains){0};
	c.words = (struct lexicon){0};
	c.codes = (struct codes){0};
	c.flowvars = c.pktvars = (struct names){0};
	c.datasets = (struct datasets){.arena = &arena, .folder = "/nonexistent/"};
	c.config = &config;
	c.arena = &arena;
	c.keywords = keywords;
	rule_net_defaults(&c.vars, &arena);
	char *text = malloc(size + 1);
	memcpy(text, data, size);
	rule_text_join(text, size);
	while (rule_text_next(text, size, &at, &rule)) {
		struct signature *s = NULL;

		f.at = rule;
		assert(rule.at >= text && rule.at + rule.len <= text + size);
		if (rule_compile(&c, rule, &s, &f)) {
			/* The place lies in the rule, so that line and column can be told. */
			assert(f.at.at >= rule.at && f.at.at + f.at.len <= rule.at + rule.len);
			continue;
		}
		assert(s->rule.about.sid != 0 && s->src && s->dst && s->sport && s->dport);
		assert(s->rule.unmatched || s->where);
		assert(s->literal_len <= LITERAL_MAX);
	}
	free(text);
	rule_arena_fini(&arena);
	return 0;
}
