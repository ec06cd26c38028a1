// SPDX-License-Identifier: Apache-2.0
/* The keyword table: keywords.def and buffers.def made one list by name. */
#include "rule/keyword.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define KEYWORD(file, name_) extern const struct keyword keyword_##name_;
#define PARSED(name_, value_, syntax_)
#define DEFINES(name_, syntax_)
#include "rule/keywords.def"
#undef KEYWORD
#undef PARSED
#undef DEFINES

static const struct keyword *const matched[] = {
#define KEYWORD(file, name_) &keyword_##name_,
#define PARSED(name_, value_, syntax_)
#define DEFINES(name_, syntax_)
#include "rule/keywords.def"
#undef KEYWORD
#undef PARSED
#undef DEFINES
};

static const struct keyword parsed[] = {
#define KEYWORD(file, name_)
#define PARSED(name_, value_, syntax_)                                                             \
	{.name = (name_), .value = VALUE_##value_, .syntax = (syntax_), .what = ""},
#define DEFINES(name_, syntax_)                                                                    \
	{.name = (name_), .value = VALUE_needed, .syntax = (syntax_), .what = "", .defines = true},
#include "rule/keywords.def"
#undef KEYWORD
#undef PARSED
#undef DEFINES
#define BUFFER(name_, what_)                                                                       \
	{.name = (name_), .value = VALUE_optional, .syntax = (name_), .what = (what_), .buffer = true},
#include "rule/buffers.def"
#undef BUFFER
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
_Static_assert(COUNT(matched) + COUNT(parsed) < KEYWORDS_MAX, "the table is too small");

static int by_name(const void *a, const void *b)
{
	const struct keyword *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

void rule_keywords_init(struct keywords *k)
{
	k->n = 0;
	for (unsigned i = 0; i < COUNT(matched); i++)
		k->at[k->n++] = matched[i];
	for (unsigned i = 0; i < COUNT(parsed); i++)
		k->at[k->n++] = &parsed[i];
	qsort(k->at, k->n, sizeof(k->at[0]), by_name);
	for (unsigned i = 1; i < k->n; i++)
		assert(strcmp(k->at[i - 1]->name, k->at[i]->name) != 0);
}

const struct keyword *rule_keyword_find(const struct keywords *k, struct span name)
{
	char text[64];
	unsigned lo = 0, hi = k->n;

	if (name.len >= sizeof(text))
		return NULL;
	rule_span_text(name, text, sizeof(text));
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int c = strcmp(text, k->at[mid]->name);

		if (c == 0)
			return k->at[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const char *rule_keyword_closest(const struct keywords *k, struct span name)
{
	const char *words[KEYWORDS_MAX + 1];
	char text[64];

	rule_span_text(name, text, sizeof(text));
	for (unsigned i = 0; i < k->n; i++)
		words[i] = k->at[i]->name;
	words[k->n] = NULL;
	return err_closest(text, words);
}

void rule_list_keywords(FILE *out)
{
	struct keywords k;

	rule_keywords_init(&k);
	for (unsigned i = 0; i < k.n; i++) {
		const struct keyword *w = k.at[i];

		fprintf(out, "%-32s %-8s %s%s%s\n", w->name, keyword_matched(w) ? "matched" : "parsed",
			w->syntax, w->what[0] ? "   " : "", w->what);
	}
}
