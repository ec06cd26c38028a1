// SPDX-License-Identifier: Apache-2.0
/* Cuts rules the way Suricata does: an option ends at the first ';' that no '\' stands before,
 * quotes or not; a header word ends at a blank outside of brackets. */
#include "rule/text.h"

#include "base/hex.h"

#include <errno.h>

/* The first '\' at the end of a line from `from` on, and where its line ends; n: there is none. */
static size_t line_goes_on(const char *text, size_t n, size_t from, size_t *end)
{
	const char *at;

	while (from + 1 < n && (at = memchr(text + from, '\\', n - from))) {
		size_t i = (size_t)(at - text);

		*end = i + 1 < n && text[i + 1] == '\r' ? i + 2 : i + 1;
		if (*end < n && text[*end] == '\n')
			return i;
		from = i + 1;
	}
	return n;
}

bool rule_text_continues(const char *text, size_t n)
{
	size_t end;

	return line_goes_on(text, n, 0, &end) < n;
}

void rule_text_join(char *text, size_t n)
{
	size_t end, i = 0;

	while ((i = line_goes_on(text, n, i, &end)) < n) {
		memset(text + i, ' ', end + 1 - i);
		i = end + 1;
	}
}

bool rule_text_next(const char *text, size_t n, size_t *at, struct span *rule)
{
	while (*at < n) {
		const char *line = text + *at;
		const char *nl = memchr(line, '\n', n - *at);
		size_t len = nl ? (size_t)(nl - line) : n - *at;

		*at += len + (nl != NULL);
		struct span s = span_trim((struct span){line, (uint32_t)len});
		if (s.len == 0 || s.at[0] == '#')
			continue;
		*rule = s;
		return true;
	}
	return false;
}

/* Takes one word of the header; blanks inside [ ] belong to it. */
static int take_word(struct span *rest, const char *what, struct span *word, struct fault *f)
{
	struct span s = span_trim(*rest);
	unsigned depth = 0;
	uint32_t i;

	for (i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (depth == 0 && (span_blank(c) || c == '('))
			break;
		if (c == '[')
			depth++;
		if (c == ']' && depth)
			depth--;
		/* What has no closing bracket ends where the options begin. */
		if (c == '(')
			break;
	}
	if (depth)
		return rule_fault(f, span_cut(s, 0, i), "a ']' is missing");
	if (i == 0) {
		int rc = rule_fault(f, s.len ? span_cut(s, 0, 1) : s, "the %s is missing", what);
		err_hint(f->err, "ACTION PROTOCOL SOURCE PORT -> DESTINATION PORT (OPTIONS)");
		return rc;
	}
	*word = span_cut(s, 0, i);
	*rest = span_cut(s, i, s.len);
	return 0;
}

/* The end of an option: the first ';' without '\' before it. */
static uint32_t option_end(struct span s)
{
	const char *at = s.at, *end = s.at + s.len;

	while (at < end && (at = memchr(at, ';', (size_t)(end - at)))) {
		if (at == s.at || at[-1] != '\\')
			return (uint32_t)(at - s.at);
		at++;
	}
	return s.len;
}

static int check_quotes(const struct text_option *o, struct fault *f)
{
	struct span v = o->value;

	if (v.len && v.at[0] == '!')
		v = span_trim(span_cut(v, 1, v.len));
	if (v.len == 0 || v.at[0] != '"' || (v.len > 1 && v.at[v.len - 1] == '"'))
		return 0;
	const char *end = memchr(v.at + 1, '"', v.len - 1);
	uint32_t after = end && end[-1] != '\\' ? (uint32_t)(end + 1 - v.at) : 0;

	if (after) { /* content:"x" nocase; */
		int rc = rule_fault(f, span_trim(span_cut(v, after, v.len)),
				    "this stands behind the closing quote");
		err_hint(f->err, "is a ';' missing? a '\"' inside quotes is written '\\\"' or '|22|'");
		return rc;
	}
	int rc = rule_fault(f, v, "the closing quote is missing");
	err_hint(f->err, "inside quotes a ';' is written '\\;' or '|3b|'");
	return rc;
}

static int take_option(struct span *rest, struct text_rule *out, struct fault *f)
{
	uint32_t end = option_end(*rest);
	struct span all = span_trim(span_cut(*rest, 0, end));

	if (end == rest->len) {
		int rc = rule_fault(f, all, "the option does not end with ';'");
		err_hint(f->err, "also the last option before ')' does");
		return rc;
	}
	*rest = span_trim(span_cut(*rest, end + 1, rest->len));
	if (all.len == 0)
		return 0; /* ";;" is harmless */
	if (out->n == TEXT_OPTIONS_MAX)
		return rule_fault(f, all, "more than %u options", TEXT_OPTIONS_MAX);

	struct text_option *o = &out->option[out->n++];
	const char *colon = memchr(all.at, ':', all.len);
	uint32_t n = colon ? (uint32_t)(colon - all.at) : all.len;

	o->name = span_trim(span_cut(all, 0, n));
	o->has_value = colon != NULL;
	o->value = colon ? span_trim(span_cut(all, n + 1, all.len)) : span_cut(all, n, n);
	if (o->name.len == 0)
		return rule_fault(f, all, "a keyword is missing");
	return check_quotes(o, f);
}

int rule_text_split(struct span rule, struct text_rule *out, struct fault *f)
{
	struct span rest = rule;
	const struct {
		struct span *word;
		const char *what;
	} words[] = {
		{&out->action, "action"},      {&out->proto, "protocol"},
		{&out->src, "source address"}, {&out->sport, "source port"},
		{&out->dir, "direction"},      {&out->dst, "destination address"},
		{&out->dport, "destination port"},
	};

	out->all = rule;
	out->n = 0;
	if (rule.len > TEXT_RULE_MAX)
		return rule_fault(f, span_cut(rule, 0, 1), "the rule is longer than %u bytes",
				  TEXT_RULE_MAX);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		int rc = take_word(&rest, words[i].what, words[i].word, f);
		if (rc)
			return rc;
	}
	rest = span_trim(rest);
	if (rest.len == 0 || rest.at[0] != '(')
		return rule_fault(f, rest.len ? span_cut(rest, 0, 1) : out->dport,
				  "the options in ( ) are missing");
	if (rest.len < 2 || rest.at[rest.len - 1] != ')')
		return rule_fault(f, span_cut(rest, rest.len - 1, rest.len),
				  "the rule does not end with ')'");
	rest = span_trim(span_cut(rest, 1, rest.len - 1));
	while (rest.len) {
		int rc = take_option(&rest, out, f);
		if (rc)
			return rc;
	}
	return 0;
}

static bool is_escaped(char c)
{
	return c == '"' || c == ';' || c == '\\' || c == ':';
}

uint32_t rule_text_unescape(struct span s, char *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		if (s.at[i] == '\\' && i + 1 < s.len && is_escaped(s.at[i + 1]))
			i++;
		out[n++] = s.at[i];
	}
	return n;
}

/* Bytes between two '|'; *i stands on the first and is left on the last. */
static int hex_bytes(struct span s, uint32_t *i, uint8_t *out, uint32_t cap, uint32_t *n,
		     struct fault *f)
{
	uint32_t from = *i, at = from + 1;
	int high = -1;

	for (; at < s.len && s.at[at] != '|'; at++) {
		int d = hex_digit(s.at[at]);

		if (span_blank(s.at[at]))
			continue;
		if (d < 0)
			return rule_fault(f, span_cut(s, at, at + 1),
					  "'%c' is not a hexadecimal digit", s.at[at]);
		if (high < 0) {
			high = d;
			continue;
		}
		if (*n == cap)
			return rule_fault(f, s, "longer than %u bytes", cap);
		out[(*n)++] = (uint8_t)(high << 4 | d);
		high = -1;
	}
	if (at == s.len) {
		int rc = rule_fault(f, span_cut(s, from, s.len), "the closing '|' is missing");
		err_hint(f->err, "a '|' that is meant is written |7c|");
		return rc;
	}
	if (high >= 0)
		return rule_fault(f, span_cut(s, from, at + 1), "an odd number of digits");
	*i = at;
	return 0;
}

int rule_text_bytes(struct span s, uint8_t *out, uint32_t cap, uint32_t *len, struct fault *f)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (c == '|') {
			int rc = hex_bytes(s, &i, out, cap, &n, f);
			if (rc)
				return rc;
			continue;
		}
		if (c == '\\') {
			if (i + 1 == s.len || !is_escaped(s.at[i + 1])) {
				int rc = rule_fault(f, span_cut(s, i, i + 1 < s.len ? i + 2 : i + 1),
						    "'\\' stands before none of \" ; : \\");
				err_hint(f->err, "a '\\' that is meant is written \\\\ or |5c|");
				return rc;
			}
			c = s.at[++i];
		} else if (c == '"') {
			return rule_fault(f, span_cut(s, i, i + 1), "a '\"' inside is written \\\"");
		}
		if (n == cap)
			return rule_fault(f, s, "longer than %u bytes", cap);
		out[n++] = (uint8_t)c;
	}
	*len = n;
	return 0;
}
