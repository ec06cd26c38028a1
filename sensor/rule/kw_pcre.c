// SPDX-License-Identifier: Apache-2.0
/* pcre: a regular expression over the payload or a buffer, or, with R, over what follows the match
 * before. What its parentheses hold is kept under the names that are given it ("pkt:NAME",
 * "(?P<flow_NAME>…)"), for flowvar and pktvar. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rule/keyword.h"
#include "rule/regex.h"

#include "base/hash.h"

#include <pcre2.h>

struct letters { /* what stands behind the last slash */
	uint32_t options;
	bool relative;
	const char *buffer; /* or NULL: where contents look */
};

static void free_code(void *code)
{
	pcre2_code_free(code);
}

static int letters_parse(struct span s, struct letters *out, struct fault *f)
{
	static const struct {
		char letter;
		uint32_t option;
	} option[] = {
		{'i', PCRE2_CASELESS}, {'s', PCRE2_DOTALL},   {'m', PCRE2_MULTILINE},
		{'x', PCRE2_EXTENDED}, {'A', PCRE2_ANCHORED}, {'E', PCRE2_DOLLAR_ENDONLY},
		{'G', PCRE2_UNGREEDY}, {'B', 0},	      {'O', 0},
	};

	static const struct {
		char letter;
		const char *buffer;
	} buffers[] = {
		{'U', "http.uri"},	  {'I', "http.uri.raw"},    {'P', "http.request_body"},
		{'Q', "http.response_body"}, {'H', "http.header"},  {'D', "http.header.raw"},
		{'M', "http.method"},	  {'C', "http.cookie"},	    {'S', "http.stat_code"},
		{'Y', "http.stat_msg"},	  {'V', "http.user_agent"}, {'W', "http.host"},
		{'Z', "http.host.raw"},
	};

	*out = (struct letters){0};
	for (uint32_t i = 0; i < s.len; i++) {
		bool known = false;

		for (unsigned j = 0; j < sizeof(option) / sizeof(option[0]); j++) {
			if (option[j].letter == s.at[i]) {
				out->options |= option[j].option;
				known = true;
			}
		}
		out->relative |= s.at[i] == 'R';
		for (unsigned j = 0; j < sizeof(buffers) / sizeof(buffers[0]); j++) {
			if (buffers[j].letter == s.at[i]) {
				out->buffer = buffers[j].buffer;
				known = true;
			}
		}
		if (!known && s.at[i] != 'R')
			return rule_fault(f, span_cut(s, i, i + 1), "pcre has no option '%c'",
					  s.at[i]);
	}
	return 0;
}

/* The same expression in several rules is compiled once: in ET Open every second one. */
struct code {
	struct code *next; /* of the same hash */
	uint32_t options, len;
	const char *text;
	pcre2_code *pcre;
};

static struct code *code_of(struct build *b, struct span text, uint32_t options)
{
	struct code **first = &b->codes->first[hash_bytes(text.at, text.len, options) % CODE_LISTS];
	struct code *c = *first;

	while (c && (c->options != options || c->len != text.len || memcmp(c->text, text.at, text.len) != 0))
		c = c->next;
	if (c)
		return c;
	c = rule_arena_take(b->arena, sizeof(*c));
	*c = (struct code){.next = *first, .options = options, .len = text.len,
			   .text = rule_arena_text(b->arena, text.at, text.len)};
	*first = c;
	return c;
}

int rule_regex_compile(struct build *b, struct span text, uint32_t options, struct regex **out)
{
	struct regex *r = rule_arena_take(b->arena, sizeof(*r));
	struct code *code = code_of(b, text, options);
	PCRE2_UCHAR why[128];
	PCRE2_SIZE at;
	uint32_t all = 0;
	int e;

	if (!code->pcre) {
		code->pcre = pcre2_compile((PCRE2_SPTR)text.at, text.len, options, &e, &at, NULL);
		if (code->pcre)
			rule_arena_defer(b->arena, free_code, code->pcre);
	}
	r->code = code->pcre;
	if (!r->code) {
		pcre2_get_error_message(e, why, sizeof(why));
		uint32_t from = at < text.len ? (uint32_t)at : text.len ? text.len - 1 : 0;
		return rule_fault(b->fault, span_cut(text, from, text.len ? from + 1 : from),
				  "the expression does not compile: %s", (const char *)why);
	}
	pcre2_pattern_info(r->code, PCRE2_INFO_ALLOPTIONS, &all);
	r->anchored = (all & PCRE2_ANCHORED) != 0;
	*out = r;
	return 0;
}

static int add_capture(struct build *b, struct span name, uint32_t group, struct capture *c, unsigned *n)
{
	static const char *const kinds[] = {"flow", "pkt"};

	for (unsigned k = 0; k < 2; k++) {
		size_t len = strlen(kinds[k]);

		if (name.len <= len + 1 || memcmp(name.at, kinds[k], len) != 0 ||
		    (name.at[len] != ':' && name.at[len] != '_'))
			continue;
		if (*n == CAPTURES_MAX || group >= REGEX_GROUPS)
			return rule_fault(b->fault, name, "more than %u names, or a part beyond the first %u",
					  CAPTURES_MAX, REGEX_GROUPS - 1);
		c[*n].of_pkt = k == 1;
		c[*n].group = (uint8_t)group;
		return rule_build_var(b, k == 1, span_cut(name, (uint32_t)len + 1, name.len),
				      &c[(*n)++].name);
	}
	return 0; /* a name of the expression's own */
}

/* "(?P<flow_NAME>…)" inside, "flow:NAME, pkt:NAME" behind, which are the parts from the first on. */
static int captures(struct build *b, struct regex *r, struct span behind)
{
	struct capture c[CAPTURES_MAX];
	uint32_t names = 0, size = 0, group = 1;
	PCRE2_SPTR table = NULL;
	struct span name;
	unsigned n = 0;
	int rc = 0;

	pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &names);
	pcre2_pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(r->code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; rc == 0 && i < names; i++) {
		PCRE2_SPTR row = table + i * size; /* two bytes of number, the name, NUL */
		rc = add_capture(b, span_of((const char *)row + 2), (uint32_t)(row[0] << 8 | row[1]), c, &n);
	}
	for (; rc == 0 && rule_span_next(&behind, ',', &name); group++)
		rc = add_capture(b, name, group, c, &n);
	r->capture = rule_arena_copy(b->arena, c, n * sizeof(c[0]));
	r->n_capture = (uint8_t)n;
	b->sig->captures |= n != 0;
	return rc;
}

static int pcre_build(struct build *b, struct span value)
{
	struct span v = span_trim(value);
	bool negated = v.len && v.at[0] == '!';
	struct letters l;
	struct regex *r = NULL;

	if (negated)
		v = span_trim(span_cut(v, 1, v.len));
	struct span text = rule_span_unquote(v);
	if (text.len && text.at[0] == 'm') /* as in Perl */
		text = span_cut(text, 1, text.len);
	const char *slash = text.len > 1 ? memrchr(text.at + 1, '/', text.len - 1) : NULL;
	if (text.len == 0 || text.at[0] != '/' || !slash)
		return rule_fault(b->fault, v, "pcre is \"/EXPRESSION/OPTIONS\"");
	struct span regex = {text.at + 1, (uint32_t)(slash - text.at - 1)};
	struct span rest = {slash + 1, (uint32_t)(text.at + text.len - slash - 1)}, letters;
	if (!rule_span_next(&rest, ',', &letters))
		letters = span_cut(text, text.len, text.len);
	int rc = letters_parse(letters, &l, b->fault);
	if (rc == 0)
		rc = rule_regex_compile(b, regex, l.options, &r);
	if (rc == 0 && !negated)
		rc = captures(b, r, rest);
	if (rc)
		return rc;
	struct step *s = rule_build_step(b, STEP_pcre);
	if (!s)
		return -1;
	int group = l.buffer && !b->sticky ? rule_build_field(b, l.buffer) : s->group;
	if (group < 0)
		return -1;
	s->group = (uint8_t)group;
	s->flags = (negated ? STEP_NEGATED : 0) | (l.relative ? STEP_RELATIVE : 0);
	s->arg = r;
	return 0;
}

const struct keyword keyword_pcre = {
	.name = "pcre", .syntax = "pcre: [!]\"/EXPRESSION/ismxAEGR[, flow:NAME | pkt:NAME]\"",
	.what = "a regular expression that the payload matches, or does not",
	.value = VALUE_needed, .build = pcre_build,
};
