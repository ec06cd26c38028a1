// SPDX-License-Identifier: Apache-2.0
/* flow: the state of the conversation and which way it goes. */
#include "rule/keyword.h"

static const struct {
	const char *name;
	uint8_t bit, excludes;
} words[] = {
	{"established", NEED_ESTABLISHED, NEED_NOT_ESTABLISHED},
	{"not_established", NEED_NOT_ESTABLISHED, NEED_ESTABLISHED},
	{"stateless", 0, NEED_ESTABLISHED | NEED_NOT_ESTABLISHED},
	{"to_server", NEED_TO_SERVER, NEED_TO_CLIENT},
	{"from_client", NEED_TO_SERVER, NEED_TO_CLIENT},
	{"to_client", NEED_TO_CLIENT, NEED_TO_SERVER},
	{"from_server", NEED_TO_CLIENT, NEED_TO_SERVER},
	{"only_stream", NEED_ONLY_STREAM, NEED_NO_STREAM},
	{"no_stream", NEED_NO_STREAM, NEED_ONLY_STREAM},
};

static bool is_fragment(const void *arg, const struct pkt *p)
{
	(void)arg;
	return p->fragment;
}

static bool is_whole(const void *arg, const struct pkt *p)
{
	(void)arg;
	return !p->fragment;
}

static int flow_word(struct build *b, struct span word)
{
	struct signature *s = b->sig;

	if (span_is(word, "only_frag"))
		return rule_build_test(b, is_fragment, NULL, false);
	if (span_is(word, "no_frag"))
		return rule_build_test(b, is_whole, NULL, false);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!span_is(word, words[i].name))
			continue;
		if (s->flow & words[i].excludes)
			return rule_fault(b->fault, word, "'%s' contradicts a word before it",
					  words[i].name);
		s->flow |= words[i].bit;
		if (words[i].bit & ~(NEED_ONLY_STREAM | NEED_NO_STREAM))
			s->flow |= NEED_FLOW;
		return 0;
	}
	char text[32];
	const char *names[sizeof(words) / sizeof(words[0]) + 1] = {NULL};
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		names[i] = words[i].name;
	int rc = rule_fault(b->fault, word, "flow does not know '%.*s'", (int)word.len, word.at);
	const char *near = err_closest(rule_span_text(word, text, sizeof(text)), names);
	if (near)
		err_hint(b->fault->err, "did you mean '%s'?", near);
	return rc;
}

static int flow_build(struct build *b, struct span value)
{
	struct span word, rest = value;

	b->flow_written = true;
	while (rule_span_next(&rest, ',', &word)) {
		int rc = flow_word(b, word);
		if (rc)
			return rc;
	}
	return 0;
}

const struct keyword keyword_flow = {
	.name = "flow",
	.syntax = "flow: established | not_established | stateless, to_server | to_client | "
		  "from_server | from_client, only_stream | no_stream, only_frag | no_frag",
	.what = "state and direction of the conversation",
	.value = VALUE_needed, .build = flow_build,
};
