// SPDX-License-Identifier: Apache-2.0
/* Regular expressions, and numbers read out of the payload.
 *
 * Source: Suricata 7, detect-pcre.c, detect-bytetest.c, detect-bytejump.c, detect-byte-extract.c,
 *         detect-bytemath.c.
 */
#include "rule/walk.h"

static enum outcome pcre_negated(struct walk *w, unsigned i, int64_t from, enum regex_result found,
				 bool anchored)
{
	bool open = !w->v->complete;

	if (found == REGEX_yes || found == REGEX_over)
		return OUTCOME_no;
	enum outcome r = rule_walk(w, i + 1, from);
	return open && (found == REGEX_partial || !anchored) ? outcome_min(r, OUTCOME_so_far) : r;
}

/* What the parentheses hold, under their names; a later match of the rule takes its place. `p`: where
 * the expression began to look. */
static void capture(struct evaluator *e, const struct regex *re, const uint8_t *p)
{
	size_t start, end;

	for (unsigned i = 0; i < re->n_capture; i++) {
		const struct capture *c = &re->capture[i];
		struct captured *to = e->captured;

		while (to < e->captured + e->n_captured && (to->name != c->name || to->of_pkt != c->of_pkt))
			to++;
		if (to == e->captured + EVAL_CAPTURED ||
		    !rule_regex_group(e->regex, c->group, &start, &end))
			continue;
		size_t n = end - start < VAR_BYTES ? end - start : VAR_BYTES;
		e->n_captured += to == e->captured + e->n_captured;
		to->name = c->name;
		to->of_pkt = c->of_pkt;
		to->len = (uint8_t)n;
		memcpy(to->bytes, p + start, n);
	}
}

enum outcome rule_walk_pcre(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->step[i];
	const struct regex *re = s->arg;
	int64_t base = (int64_t)w->v->base;
	int64_t begin = s->flags & STEP_RELATIVE && from > base ? from : base;
	enum outcome best = OUTCOME_no;
	size_t at = 0, end = 0, next = 0;

	if (begin > w->end)
		return w->v->complete ? OUTCOME_no : OUTCOME_maybe;
	size_t n = (size_t)(w->end - begin);
	bool begun = base > 0 && !(s->flags & STEP_RELATIVE);
	while (w->budget && next <= n) {
		enum regex_result found =
			rule_regex_match(w->e->regex, re, w->v->at + (begin - base), n, next,
					 !w->v->complete, begun, &at, &end);
		walk_pay(w, n - next);
		w->e->regex_over += found == REGEX_over;
		if (s->flags & STEP_NEGATED)
			return pcre_negated(w, i, from, found, re->anchored);
		if (found != REGEX_yes) {
			bool open = found == REGEX_partial || (found == REGEX_no && !re->anchored);

			return open && !w->v->complete ? outcome_max(best, OUTCOME_maybe) : best;
		}
		if (re->n_capture)
			capture(w->e, re, w->v->at + (begin - base));
		best = outcome_max(best, rule_walk(w, i + 1, begin + (int64_t)end));
		if (best == OUTCOME_yes || !(s->flags & STEP_BACKTRACK))
			break;
		next = at + 1;
	}
	return best;
}

/* The bytes that the number takes; 0: none is there, or it is too large. */
static size_t read_text(const uint8_t *p, size_t n, unsigned base, uint64_t *out)
{
	size_t i = 0, digits = 0;
	bool minus = false;
	uint64_t v = 0;

	while (i < n && (p[i] == ' ' || (p[i] >= '\t' && p[i] <= '\r')))
		i++;
	if (i < n && (p[i] == '+' || p[i] == '-'))
		minus = p[i++] == '-';
	if (base == 16 && i + 2 < n && p[i] == '0' && (p[i + 1] | 32) == 'x')
		i += 2;
	for (; i < n; i++, digits++) {
		unsigned c = p[i], d = c - '0' < 10 ? c - '0' : (c | 32) - 'a' + 10;

		if ((c - '0' >= 10 && (c | 32) - 'a' >= 26) || d >= base)
			break;
		if (v > (UINT64_MAX - d) / base)
			return 0;
		v = v * base + d;
	}
	*out = minus ? -v : v;
	return digits ? i : 0;
}

static uint64_t read_binary(const uint8_t *p, unsigned n, bool little)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v << 8 | p[little ? n - 1 - i : i];
	return v;
}

static bool compare(const struct byte_op *op, uint64_t v, uint64_t with)
{
	bool is = false;

	switch (op->compare) {
	case '<':
		is = v < with;
		break;
	case '>':
		is = v > with;
		break;
	case '=':
		is = v == with;
		break;
	case 'l':
		is = v <= with;
		break;
	case 'g':
		is = v >= with;
		break;
	case '&':
		is = (v & with) != 0;
		break;
	case '^':
		is = (v ^ with) != 0;
		break;
	}
	return is != op->negated;
}

/* Reads the number at `pos`; OUTCOME_yes: it is in *v, and *behind is where it ends. */
static enum outcome fetch(const struct walk *w, const struct byte_op *op, int64_t pos, uint64_t *v,
			  int64_t *behind)
{
	int64_t base = (int64_t)w->v->base, n = walk_signed(w, op->n, op->var_n);

	if (n < 0 || n > (op->base ? 23 : 8))
		return OUTCOME_no; /* a variable's doing */
	if (op->base && n == 0) /* digits as far as they go */
		n = pos < w->end ? (w->end - pos < 23 ? w->end - pos : 23) : 1;
	if (pos < base)
		return OUTCOME_no;
	if (pos + n > w->end)
		return w->v->complete ? OUTCOME_no : OUTCOME_maybe;
	const uint8_t *p = w->v->at + (pos - base);
	*v = 0;
	size_t took = (size_t)n;
	if (!op->base)
		*v = read_binary(p, (unsigned)n, op->dce ? w->v->little : op->little);
	else if (!(took = read_text(p, (size_t)n, op->base, v)))
		return OUTCOME_no;
	*behind = pos + (int64_t)took;
	if (op->mask && !op->oper) /* byte_math masks its result */
		*v = (*v & op->mask) >> __builtin_ctzll(op->mask);
	return OUTCOME_yes;
}

static enum outcome jump(struct walk *w, unsigned i, const struct byte_op *op, int64_t behind,
			 uint64_t v)
{
	int64_t from = op->from == BYTE_FROM_beginning ? 0 : op->from == BYTE_FROM_end ? w->end : behind;
	uint64_t by = v * op->multiplier;

	if (op->align && by % 4)
		by += 4 - by % 4;
	if (by > UINT32_MAX)
		return OUTCOME_no;
	int64_t to = from + (int64_t)by + op->post;
	if (to < (int64_t)w->v->base) /* no further back than the beginning */
		to = (int64_t)w->v->base;
	if (to > w->end)
		return w->v->complete ? OUTCOME_no : OUTCOME_maybe;
	enum outcome r = rule_walk(w, i + 1, to);
	bool moves = op->from == BYTE_FROM_end && !w->v->complete;
	return moves ? outcome_min(r, OUTCOME_so_far) : r;
}

/* False: a division by 0. */
static bool calculate(const struct byte_op *op, uint64_t with, uint64_t *v)
{
	switch (op->oper) {
	case '+':
		*v += with;
		break;
	case '-':
		*v -= with;
		break;
	case '*':
		*v *= with;
		break;
	case '/':
		if (with == 0)
			return false;
		*v /= with;
		break;
	case 'l':
		*v = with < 64 ? *v << with : 0;
		break;
	default:
		*v = with < 64 ? *v >> with : 0;
	}
	if (op->mask)
		*v = (*v & op->mask) >> __builtin_ctzll(op->mask);
	return true;
}

enum outcome rule_walk_byte(struct walk *w, unsigned i, int64_t from)
{
	const struct step *s = &w->step[i];
	const struct byte_op *op = s->arg;
	int64_t pos = walk_signed(w, s->offset, s->var_offset), behind = 0;
	uint64_t v;

	if (s->flags & STEP_RELATIVE)
		pos += from;
	walk_pay(w, 0);
	enum outcome got = fetch(w, op, pos, &v, &behind);
	if (got != OUTCOME_yes)
		return got;
	uint64_t with = op->var_value ? (uint64_t)w->e->var[op->var_value - 1] : op->value;
	if (s->kind == STEP_byte_test)
		return compare(op, v, with) ? rule_walk(w, i + 1, from) : OUTCOME_no;
	if (s->kind == STEP_byte_jump)
		return jump(w, i, op, behind, v);
	if (s->kind == STEP_byte_math) {
		if (!calculate(op, with, &v))
			return OUTCOME_no;
		w->e->var[op->var] = (int64_t)v;
		return rule_walk(w, i + 1, behind);
	}
	v *= op->multiplier;
	if (op->align && v % 4)
		v += 4 - v % 4;
	if (v > UINT32_MAX)
		return OUTCOME_no; /* no place in a payload */
	w->e->var[op->var] = (int64_t)v;
	return rule_walk(w, i + 1, behind);
}
