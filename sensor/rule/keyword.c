// SPDX-License-Identifier: Apache-2.0
/* The keyword table: keywords.def and buffers.def made one list by name. */
#include "rule/keyword.h"

#include "base/hash.h"

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
#define ALIAS(name_, field_)                                                                       \
	{.name = (name_), .value = VALUE_optional, .syntax = (name_), .what = "as " field_,        \
	 .buffer = true},
#include "rule/buffers.def"
#undef BUFFER
#undef ALIAS
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
_Static_assert(COUNT(matched) + COUNT(parsed) < KEYWORDS_MAX, "the table is too small");

static const struct buffer *field_of(const struct keyword *k)
{
	return rule_buffer_find(span_of(k->field ? k->field : k->name));
}

bool keyword_matched(const struct keyword *k)
{
	if (k->build || k->match)
		return true;
	if (k->match_tx)
		return field_of(k) != NULL;
	if (k->buffer || k->value == VALUE_none)
		return rule_sticky_known(span_of(k->name));
	const struct buffer *b = field_of(k);
	return b && b->number;
}

static bool number_match(const void *arg, const struct tx_ask *ask)
{
	const struct numbers *n = arg;
	unsigned some = 0, fit = 0;
	bool at_place = false;
	uint64_t v;

	if (ask->only)
		return ask->protocol->number(ask->tx, ask->field, ask->only - 1, ask->dir, &v) &&
		       rule_numbers_have(n, v);

	for (; ask->protocol->number(ask->tx, ask->field, some, ask->dir, &v); some++) {
		bool fits = rule_numbers_have(n, v);

		if (n->index == INDEX_any && fits)
			return true;
		fit += fits;
		at_place |= n->index == INDEX_at && n->place == some && fits;
	}
	if (n->index == INDEX_from_end)
		return n->place <= some &&
		       ask->protocol->number(ask->tx, ask->field, some - n->place, ask->dir, &v) &&
		       rule_numbers_have(n, v);
	return n->index == INDEX_at		 ? at_place
	       : n->index == INDEX_all		 ? fit == some
	       : n->index == INDEX_all_of_some ? fit == some && some
						 : false;
}

int rule_build_tx(struct build *b, const struct keyword *k, struct span value)
{
	struct tx_test t = {.match = k->match_tx, .field = field_of(k)};
	void *arg = rule_arena_take(b->arena, k->match_tx ? k->arg_size : sizeof(struct numbers));
	int rc = 0;

	if (b->n_tx_test == BUILD_TX_TESTS)
		return rule_fault(b->fault, b->keyword, "more than %u conditions on a transaction",
				  BUILD_TX_TESTS);
	t.dir = GROUP_DIR_EVENT;
	for (uint8_t dir = 0; dir < 2; dir++) { /* of a rule of both sides */
		const char *word = dir ? "to_client," : "to_server,";

		if (value.len > 10 && memcmp(value.at, word, 10) == 0) {
			t.dir = dir;
			value = span_trim(span_cut(value, 10, value.len));
		}
	}
	if (!t.match) {
		t.match = number_match;
		t.of_file = t.field->file;
		rc = t.field->many
			     ? rule_numbers_parse_indexed(value, UINT64_MAX, k->names, arg, b->fault)
			     : rule_numbers_parse(value, UINT64_MAX, k->names, k->closed, arg,
						  b->fault);
	} else if (k->parse) {
		rc = k->parse(value, arg, b->fault);
	}
	t.arg = arg;
	if (rc == 0)
		b->tx_test[b->n_tx_test++] = t;
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct keyword *const *x = a, *const *y = b;
	return strcmp((*x)->name, (*y)->name);
}

/* Where the name is, or the free slot where it would be. */
static uint16_t *slot_of(struct keywords *k, struct span name)
{
	unsigned i = hash_bytes(name.at, name.len, 0) & (KEYWORD_SLOTS - 1);

	while (k->slot[i] && !span_is(name, k->at[k->slot[i] - 1]->name))
		i = (i + 1) & (KEYWORD_SLOTS - 1);
	return &k->slot[i];
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
	memset(k->slot, 0, sizeof(k->slot));
	for (unsigned i = 0; i < k->n; i++)
		*slot_of(k, span_of(k->at[i]->name)) = (uint16_t)(i + 1);
}

const struct keyword *rule_keyword_find(const struct keywords *k, struct span name)
{
	uint16_t slot = *slot_of((struct keywords *)(uintptr_t)k, name);

	return slot ? k->at[slot - 1] : NULL;
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

		fprintf(out, "%-32s %-19s %s%s%s\n", w->name,
			keyword_matched(w) ? "matched" : "parsed, not matched",
			w->syntax, w->what[0] ? "   " : "", w->what);
	}
}
