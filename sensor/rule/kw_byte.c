// SPDX-License-Identifier: Apache-2.0
/* byte_test, byte_jump, byte_extract, byte_math: a number of the payload, binary or in digits,
 * compared, gone along, or kept (as it is, or after a calculation) for later conditions. */
#include "rule/keyword.h"
#include "rule/range.h"

#define OFFSET_MAX 65535
#define TEXT_DIGITS 23u /* as Suricata: what 64 bits have in octal */

struct words { /* the words after the positional ones */
	struct byte_op *op;
	struct step *step;
	bool jump, string;
};

static int number(struct build *b, struct span v, uint64_t max, uint64_t *out)
{
	return rule_number_parse(v, max, out, b->fault);
}

/* "multiplier 4": the number after the name, when the word begins with it. */
static int named(struct build *b, struct span word, const char *name, uint64_t max, uint64_t *out)
{
	size_t n = strlen(name);

	if (word.len <= n + 1 || memcmp(word.at, name, n) != 0 || word.at[n] != ' ')
		return 1;
	return number(b, span_trim(span_cut(word, (uint32_t)n + 1, word.len)), max, out);
}

static int post_offset(struct build *b, struct span word, struct byte_op *op)
{
	if (word.len < 13 || memcmp(word.at, "post_offset ", 12) != 0)
		return 1;
	return rule_number_signed(span_trim(span_cut(word, 12, word.len)), OFFSET_MAX, &op->post,
				  b->fault);
}

static bool plain_word(struct words *w, struct span word)
{
	static const struct {
		const char *name;
		uint8_t base;
	} bases[] = {{"hex", 16}, {"dec", 10}, {"oct", 8}};
	struct byte_op *op = w->op;

	for (unsigned i = 0; i < 3; i++) {
		if (span_is(word, bases[i].name)) {
			op->base = bases[i].base;
			return true;
		}
	}
	if (span_is(word, "relative"))
		w->step->flags |= STEP_RELATIVE;
	else if (span_is(word, "little"))
		op->little = true;
	else if (span_is(word, "align"))
		op->align = true;
	else if (span_is(word, "string"))
		w->string = true;
	else if (span_is(word, "dce"))
		op->dce = true;
	else if (w->jump && span_is(word, "from_beginning"))
		op->from = BYTE_FROM_beginning;
	else if (w->jump && span_is(word, "from_end"))
		op->from = BYTE_FROM_end;
	else
		return span_is(word, "big");
	return true;
}

/* Suricata reads these with a blank, too. */
static bool spaced_word(struct words *w, struct span word)
{
	static const struct {
		const char *word;
		uint8_t base;
	} strings[] = {{"string hex", 16}, {"string dec", 10}, {"string oct", 8}};

	for (unsigned i = 0; i < 3; i++) {
		if (span_is(word, strings[i].word)) {
			w->string = true;
			w->op->base = strings[i].base;
			return true;
		}
	}
	if (word.len > 6 && memcmp(word.at, "align ", 6) == 0) {
		w->op->align = true;
		return true;
	}
	return false;
}

static int one_word(struct build *b, struct words *w, struct span word)
{
	uint64_t v = 0;

	if (plain_word(w, word) || spaced_word(w, word))
		return 0;
	int rc = named(b, word, "multiplier", 65535, &v);
	if (rc == 0)
		w->op->multiplier = (uint32_t)v;
	if (rc <= 0)
		return rc;
	rc = named(b, word, "bitmask", UINT32_MAX, &v);
	if (rc == 0)
		w->op->mask = v;
	if (rc <= 0)
		return rc;
	rc = w->jump ? post_offset(b, word, w->op) : 1;
	return rc <= 0 ? rc
		       : rule_fault(b->fault, word, "'%.*s' does not go with %.*s", (int)word.len,
				    word.at, (int)b->keyword.len, b->keyword.at);
}

static int finish(struct build *b, struct words *w, struct span rest, struct span value)
{
	struct span word;

	while (rule_span_next(&rest, ',', &word)) {
		int rc = one_word(b, w, word);
		if (rc)
			return rc;
	}
	if (w->string && w->op->base == 0)
		w->op->base = 10;
	if (w->op->base ? w->op->n > TEXT_DIGITS : w->op->n > 8)
		return rule_fault(b->fault, value, "at most %u bytes",
				  w->op->base ? TEXT_DIGITS : 8);
	return rule_build_relative(b, w->step);
}

/* The first word, the number of bytes, off `rest`; a step begun. */
static int begin(struct build *b, struct span *rest, enum step_kind kind, struct words *w)
{
	struct span word;
	uint64_t n;

	*w = (struct words){.jump = kind == STEP_byte_jump};
	w->step = rule_build_step(b, kind);
	if (!w->step)
		return -1;
	w->op = rule_arena_take(b->arena, sizeof(*w->op));
	w->op->multiplier = 1;
	w->step->arg = w->op;
	if (!rule_span_next(rest, ',', &word))
		return rule_fault(b->fault, b->keyword, "the number of bytes is missing");
	int rc = number(b, word, TEXT_DIGITS, &n);
	w->op->n = (uint8_t)n;
	return rc;
}

static int next_word(struct build *b, struct span *rest, const char *what, struct span *word)
{
	return rule_span_next(rest, ',', word)
		       ? 0
		       : rule_fault(b->fault, b->keyword, "%s is missing", what);
}

static int take_offset(struct build *b, struct span *rest, struct step *s)
{
	struct span word;
	int rc = next_word(b, rest, "the offset", &word);

	return rc ? rc : rule_build_number(b, word, OFFSET_MAX, &s->offset, &s->var_offset);
}

static int comparison(struct build *b, struct span word, struct byte_op *op)
{
	struct span all = word;

	if (word.len && word.at[0] == '!') {
		op->negated = true;
		word = span_trim(span_cut(word, 1, word.len));
	}
	if (word.len == 1 && strchr("<>=&^", word.at[0]))
		op->compare = word.at[0];
	else if (span_is(word, "<="))
		op->compare = 'l';
	else if (span_is(word, ">="))
		op->compare = 'g';
	else if (word.len == 0 && op->negated)
		op->compare = '=';
	else
		return rule_fault(b->fault, all, "'%.*s' compares nothing", (int)all.len, all.at);
	return 0;
}

static int byte_test_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), word;
	struct words w;
	int rc = begin(b, &rest, STEP_byte_test, &w);

	if (rc == 0)
		rc = next_word(b, &rest, "the comparison", &word);
	if (rc == 0)
		rc = comparison(b, word, w.op);
	if (rc == 0)
		rc = next_word(b, &rest, "the value", &word);
	if (rc)
		return rc;
	bool letter = word.len && (word.at[0] | 32) >= 'a' && (word.at[0] | 32) <= 'z';
	int32_t unused;
	rc = letter ? rule_build_number(b, word, OFFSET_MAX, &unused, &w.op->var_value)
		    : number(b, word, UINT64_MAX, &w.op->value);
	if (rc == 0)
		rc = take_offset(b, &rest, w.step);
	return rc ? rc : finish(b, &w, rest, value);
}

const struct keyword keyword_byte_test = {
	.name = "byte_test",
	.syntax = "byte_test: N, [!]< > = <= >= & ^, VALUE, OFFSET[, relative][, big | little]"
		  "[, string, hex | dec | oct][, bitmask M]",
	.what = "a number of the payload compared",
	.value = VALUE_needed, .build = byte_test_build,
};

static int byte_jump_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value);
	struct words w;
	int rc = begin(b, &rest, STEP_byte_jump, &w);

	if (rc == 0)
		rc = take_offset(b, &rest, w.step);
	return rc ? rc : finish(b, &w, rest, value);
}

const struct keyword keyword_byte_jump = {
	.name = "byte_jump",
	.syntax = "byte_jump: N, OFFSET[, relative][, multiplier M][, big | little][, string, hex | "
		  "dec | oct][, align][, from_beginning | from_end][, post_offset N][, bitmask M]",
	.what = "goes as far along as a number of the payload says",
	.value = VALUE_needed, .build = byte_jump_build,
};

static int byte_extract_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), name;
	struct words w;
	int rc = begin(b, &rest, STEP_byte_extract, &w);

	if (rc == 0)
		rc = take_offset(b, &rest, w.step);
	if (rc == 0)
		rc = next_word(b, &rest, "the variable's name", &name);
	if (rc)
		return rc;
	if (b->n_var == EVAL_VARS)
		return rule_fault(b->fault, name, "more than %u variables", EVAL_VARS);
	rc = finish(b, &w, rest, value);
	w.op->var = (uint8_t)b->n_var;
	b->var[b->n_var++] = name;
	return rc;
}

const struct keyword keyword_byte_extract = {
	.name = "byte_extract",
	.syntax = "byte_extract: N, OFFSET, NAME[, relative][, multiplier M][, big | little]"
		  "[, string, hex | dec | oct][, align][, bitmask M]",
	.what = "keeps a number of the payload for later conditions of the rule",
	.value = VALUE_needed, .defines = true, .build = byte_extract_build,
};

/* byte_math's items: "KEY VALUE", in any order. */
struct math {
	struct step *step;
	struct byte_op *op;
	struct span result;
	bool bytes, offset, oper, rvalue;
};

static int math_oper(struct build *b, struct span v, struct math *m)
{
	m->oper = true;
	if (v.len == 1 && strchr("+-*/", v.at[0]))
		m->op->oper = v.at[0];
	else if (span_is(v, "<<") || span_is(v, ">>"))
		m->op->oper = v.at[0] == '<' ? 'l' : 'r';
	else
		return rule_fault(b->fault, v, "byte_math calculates with + - * / << >>");
	return 0;
}

static int math_string(struct build *b, struct span v, struct byte_op *op)
{
	op->base = span_is(v, "hex") ? 16 : span_is(v, "dec") ? 10 : span_is(v, "oct") ? 8 : 0;
	return op->base ? 0 : rule_fault(b->fault, v, "string is hex, dec or oct");
}

static int math_number(struct build *b, struct span v, uint64_t max, uint64_t *out, uint8_t *var)
{
	int32_t unused;
	bool letter = v.len && (v.at[0] | 32) >= 'a' && (v.at[0] | 32) <= 'z';

	return letter ? rule_build_number(b, v, OFFSET_MAX, &unused, var) : number(b, v, max, out);
}

static int math_item(struct build *b, struct span item, struct math *m)
{
	uint32_t n = 0;
	uint64_t v64 = 0;
	int rc;

	while (n < item.len && !span_blank(item.at[n]))
		n++;
	struct span key = span_cut(item, 0, n), v = span_trim(span_cut(item, n, item.len));
	if (span_is(key, "relative") || span_is(key, "dce")) {
		if (key.at[0] == 'r')
			m->step->flags |= STEP_RELATIVE;
		else
			m->op->dce = true;
		return 0;
	}
	if (span_is(key, "bytes")) {
		m->bytes = true;
		rc = math_number(b, v, TEXT_DIGITS, &v64, &m->op->var_n);
		m->op->n = (uint8_t)v64;
		return rc;
	}
	if (span_is(key, "offset")) {
		m->offset = true;
		return rule_build_number(b, v, OFFSET_MAX, &m->step->offset, &m->step->var_offset);
	}
	if (span_is(key, "oper"))
		return math_oper(b, v, m);
	if (span_is(key, "rvalue")) {
		m->rvalue = true;
		return math_number(b, v, UINT32_MAX, &m->op->value, &m->op->var_value);
	}
	if (span_is(key, "result")) {
		m->result = v;
		return 0;
	}
	if (span_is(key, "endian")) {
		m->op->little = span_is(v, "little");
		return m->op->little || span_is(v, "big")
			       ? 0
			       : rule_fault(b->fault, v, "endian is big or little");
	}
	if (span_is(key, "string"))
		return math_string(b, v, m->op);
	if (span_is(key, "bitmask"))
		return number(b, v, UINT32_MAX, &m->op->mask);
	return rule_fault(b->fault, key, "'%.*s' does not go with byte_math", (int)key.len, key.at);
}

static int byte_math_build(struct build *b, struct span value)
{
	struct span rest = rule_span_unquote(value), item;
	struct math m = {.step = rule_build_step(b, STEP_byte_math), .result = {value.at, 0}};

	if (!m.step)
		return -1;
	m.op = rule_arena_take(b->arena, sizeof(*m.op));
	m.step->arg = m.op;
	while (rule_span_next(&rest, ',', &item)) {
		int rc = math_item(b, item, &m);
		if (rc)
			return rc;
	}
	if (!m.bytes || !m.offset || !m.oper || !m.rvalue || m.result.len == 0)
		return rule_fault(b->fault, value, "bytes, offset, oper, rvalue, result are all needed");
	if (m.op->base ? m.op->n > TEXT_DIGITS : m.op->n > 8)
		return rule_fault(b->fault, value, "at most %u bytes", m.op->base ? TEXT_DIGITS : 8);
	if (m.op->oper == '/' && !m.op->var_value && m.op->value == 0)
		return rule_fault(b->fault, value, "a division by 0");
	if (b->n_var == EVAL_VARS)
		return rule_fault(b->fault, m.result, "more than %u variables", EVAL_VARS);
	m.op->var = (uint8_t)b->n_var;
	b->var[b->n_var++] = m.result;
	return rule_build_relative(b, m.step);
}

const struct keyword keyword_byte_math = {
	.name = "byte_math",
	.syntax = "byte_math: bytes N, offset N, oper + | - | * | / | << | >>, rvalue N, result NAME"
		  "[, relative][, endian big | little][, string hex | dec | oct][, bitmask M]",
	.what = "calculates with a number of the payload and keeps the result",
	.value = VALUE_needed, .defines = true, .build = byte_math_build,
};
