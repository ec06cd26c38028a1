// SPDX-License-Identifier: Apache-2.0
/* Which of a rule's contents the prefilter looks for: the one that asked (fast_pattern), else the
 * rarest by an estimate of how often its pairs of bytes occur in traffic.
 *
 * Model: the rarity of a pair is the sum of both bytes' (bits of surprise in mixed text and binary
 *        traffic, estimated), less for pairs that come together; a literal's is the sum over its
 *        first pairs, so that longer is rarer up to where it does not matter.
 */
#include "rule/compile.h"

#include "base/ascii.h"
#include "rule/range.h"

#include <pthread.h>

extern const struct keyword keyword_dsize;

#define PAIRS 24u /* beyond, a longer literal is no rarer in practice */

/* Bits of surprise of one byte. */
static unsigned byte_rarity(uint8_t c)
{
	if (c == 0)
		return 2;
	if (c == ' ' || c == 0xff)
		return 4;
	if (c >= 'a' && c <= 'z')
		return strchr("etaoinsr", c) ? 4 : strchr("jqxzkvw", c) ? 7 : 5;
	if (c >= '0' && c <= '9')
		return 5;
	if (c >= 'A' && c <= 'Z')
		return strchr("JQXZKVW", c) ? 8 : 6;
	if (c == '\r' || c == '\n' || c == '.' || c == '/' || c == '-' || c == '=' || c == 1)
		return 5;
	if (c < ' ' || c == ':' || c == '"' || c == ',' || c == '_' || c == ';')
		return 6;
	return 8;
}

/* Pairs that come together far more often than their bytes do. */
static const char *const common_pairs[] = {
	"\r\n", "th", "he", "in", "er", "an", "re", "on", "nt", "ht", "tt", "tp", "ww", "co",
	"om", "HT", "TT", "TP", "P/", "/1", "1.", ".1", "//", ": ", "; ", "te", "ti", "es",
};

static unsigned pair_of(uint8_t a, uint8_t b)
{
	unsigned r = byte_rarity(a) + byte_rarity(b);

	if (a == b)
		return r * 2 / 3; /* runs: padding, blanks, zeroes */
	for (unsigned i = 0; i < sizeof(common_pairs) / sizeof(common_pairs[0]); i++) {
		if ((uint8_t)common_pairs[i][0] == a && (uint8_t)common_pairs[i][1] == b)
			return r / 2;
	}
	return r;
}

/* Every start asks for a million pairs. */
static struct {
	pthread_once_t once;
	uint8_t byte[256], pair[256][256];
} table = {.once = PTHREAD_ONCE_INIT};

static void fill_table(void)
{
	for (unsigned a = 0; a < 256; a++) {
		table.byte[a] = (uint8_t)byte_rarity((uint8_t)a);
		for (unsigned b = 0; b < 256; b++)
			table.pair[a][b] = (uint8_t)pair_of((uint8_t)a, (uint8_t)b);
	}
}

static inline unsigned pair_rarity(const uint8_t *p, bool nocase)
{
	return nocase ? table.pair[ascii_lower(p[0])][ascii_lower(p[1])] : table.pair[p[0]][p[1]];
}

unsigned rule_literal_rarity(const uint8_t *p, size_t n, bool nocase)
{
	pthread_once(&table.once, fill_table);

	unsigned sum = n ? table.byte[nocase ? ascii_lower(p[0]) : p[0]] : 0;
	for (size_t i = 1; i < n && i <= PAIRS; i++)
		sum += pair_rarity(p + i - 1, nocase);
	return sum;
}

struct choice {
	const struct step *step; /* NULL: none */
	const struct group *group;
	unsigned rarity;
	bool asked;
};

static void consider(struct choice *best, const struct group *g, const struct step *step, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct step *c = &step[i];

		if (c->kind != STEP_content || c->flags & STEP_NEGATED || best->asked)
			continue;
		bool asked = c->flags & STEP_FAST_ASKED;
		unsigned r = rule_literal_rarity(c->bytes, c->len, c->flags & STEP_NOCASE);
		if (asked || !best->step || r > best->rarity)
			*best = (struct choice){c, g, r, asked};
	}
}

/* Of a rule on transactions, contents of the payload are only held against it at the end. */
static struct choice choose(const struct signature *s)
{
	struct choice best = {.step = NULL};

	if (!(s->where & WHERE_TX))
		consider(&best, NULL, s->step, s->n_step);
	for (unsigned i = 0; s->where & WHERE_TX && i < s->n_group; i++) {
		const struct group *g = &s->group[i];

		if (g->kind == GROUP_tx && !g->absent)
			consider(&best, g, g->step, g->n);
	}
	return best;
}

/* The LITERAL_MAX bytes of a longer content that are the rarest. */
static const uint8_t *rarest(const uint8_t *p, uint16_t n, bool nocase, uint16_t *len)
{
	const uint8_t *best = p;
	unsigned pairs = 0, most = 0;

	*len = n < LITERAL_MAX ? n : LITERAL_MAX;
	if (n <= LITERAL_MAX)
		return p;
	pthread_once(&table.once, fill_table);
	for (unsigned i = 1; i < n; i++) { /* the pairs of the LITERAL_MAX bytes up to this one */
		pairs += pair_rarity(p + i - 1, nocase);
		if (i >= LITERAL_MAX)
			pairs -= pair_rarity(p + i - LITERAL_MAX, nocase);
		if (i + 1 < LITERAL_MAX)
			continue;
		const uint8_t *at = p + i + 1 - LITERAL_MAX;
		unsigned r = pairs + table.byte[nocase ? ascii_lower(*at) : *at];

		if (r > most) {
			most = r;
			best = at;
		}
	}
	return best;
}

/* A packet of at most so many bytes gives every content of its rule a depth, in Suricata. */
static bool is_of_size(const struct signature *s)
{
	for (unsigned i = 0; i < s->n_test; i++) {
		const struct range *r = s->test[i].arg;

		if (s->test[i].match == keyword_dsize.match && (r->negated || r->hi < UINT16_MAX))
			return true;
	}
	return false;
}

/* Of a rule that only says what must not be there, the longest content without a place is what Suricata's
 * prefilter looks for: where it finds that, the rule is not looked at again, whatever `endswith` says. */
static void shun(struct arena *a, struct signature *s)
{
	const uint32_t placed = STEP_OFFSET | STEP_DEPTH | STEP_STARTS | STEP_RELATIVE;
	unsigned best = s->n_step;

	for (unsigned i = 0; i < s->n_step; i++) {
		const struct step *c = &s->step[i];

		if (c->kind == STEP_content && !(c->flags & placed) &&
		    (best == s->n_step || c->len > s->step[best].len))
			best = i;
	}
	if (best == s->n_step || is_of_size(s))
		return;
	struct step *steps = rule_arena_copy(a, s->step, s->n_step * sizeof(*steps));
	steps[best].flags |= STEP_SHUNNED;
	steps[best].flags &= ~STEP_ENDS;
	s->step = steps;
}

void rule_literal_pick(struct arena *a, struct signature *s)
{
	struct choice best = choose(s);
	const struct step *c = best.step;
	struct step *steps;

	if (!c) {
		if (!(s->where & WHERE_TX))
			shun(a, s);
		return;
	}
	s->literal_in = best.group;
	s->literal_nocase = (c->flags & STEP_NOCASE) != 0;
	s->literal = rarest(c->bytes + c->chop, c->chop_len ? c->chop_len : c->len,
			    s->literal_nocase, &s->literal_len);
	if (best.group)
		return;
	steps = rule_arena_copy(a, s->step, s->n_step * sizeof(*steps));
	steps[c - s->step].flags |= STEP_FAST;
	s->step = steps;
}
