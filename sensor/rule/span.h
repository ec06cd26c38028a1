// SPDX-License-Identifier: Apache-2.0
/* A piece of a rule's text. Whoever finds a mistake says which piece it is in, with rule_fault();
 * the reader of the file turns that into line and column. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *at; /* never NULL; not terminated */
	uint32_t len;
};

static inline struct span span_of(const char *text)
{
	return (struct span){text, (uint32_t)strlen(text)};
}

static inline struct span span_cut(struct span s, uint32_t from, uint32_t to)
{
	return (struct span){s.at + from, to - from};
}

static inline bool span_is(struct span s, const char *word)
{
	return strlen(word) == s.len && memcmp(s.at, word, s.len) == 0;
}

static inline bool span_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline struct span span_trim(struct span s)
{
	while (s.len && span_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len && span_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

/* Takes the text before the next `sep` off *rest, trimmed. False when nothing is left; a text that
 * ends with `sep` gives an empty last item. */
bool rule_span_next(struct span *rest, char sep, struct span *item);
/* The quotes around it taken off; unchanged when there are none. */
struct span rule_span_unquote(struct span s);
/* A terminated copy, cut at size. */
char *rule_span_text(struct span s, char *out, size_t size);
/* What is wrong with a rule, and the piece of text to blame. */
struct fault {
	struct err *err;
	struct span at;
};

/* Fills the fault and returns -EINVAL; for a hint, err_hint(f->err, ...) afterwards. */
int rule_fault(struct fault *f, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
