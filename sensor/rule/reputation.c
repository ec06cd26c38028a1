// SPDX-License-Identifier: Apache-2.0
/* Lists of addresses with scores, sorted once; see reputation.h. Networks nest and never cross, so
 * the entry before an address, or one of those around that entry, is the narrowest that holds it.
 *
 * Source: Suricata 7 user guide, "IP Reputation Format".
 */
#include "rule/reputation.h"

#include "rule/range.h"
#include "rule/set.h"

#include <errno.h>
#include <stdlib.h>

#define CATEGORY_MAX 60 /* Suricata's SREP_MAX_CATS */
#define SCORE_MAX    127

struct reader {
	struct reputation *r;
	struct arena *arena;
	uint32_t cap;
};

static int category_line(struct reader *x, struct span line, struct fault *f)
{
	struct span number, name;
	uint64_t n;

	rule_span_next(&line, ',', &number);
	int rc = rule_number_parse(number, CATEGORY_MAX, &n, f);
	if (rc)
		return rc;
	if (!rule_span_next(&line, ',', &name) || name.len == 0)
		return rule_fault(f, number, "a line is NUMBER,NAME,TEXT");
	x->r->name[n] = rule_arena_text(x->arena, name.at, name.len);
	return 0;
}

static int address(struct span s, struct reputation_entry *e, struct fault *f)
{
	char text[64];
	struct cidr c;

	if (s.len >= sizeof(text) || !cidr_parse(rule_span_text(s, text, sizeof(text)), &c))
		return rule_fault(f, s, "'%.*s' is no address or network", (int)s.len, s.at);
	e->lo = net_number(&c.addr);
	e->hi = e->lo | (c.bits ? ((u128)1 << (128 - c.bits)) - 1 : ~(u128)0);
	e->lo &= c.bits ? ~(((u128)1 << (128 - c.bits)) - 1) : 0;
	return 0;
}

static int score_line(struct reader *x, struct span line, struct fault *f)
{
	struct reputation *r = x->r;
	struct span ip, category = {line.at, 0}, score = {line.at, 0};
	struct reputation_entry e = {0};
	uint64_t number, value;

	rule_span_next(&line, ',', &ip);
	if (!rule_span_next(&line, ',', &category) || !rule_span_next(&line, ',', &score))
		return rule_fault(f, ip, "a line is ADDRESS,CATEGORY,SCORE");
	int rc = address(ip, &e, f);
	if (rc == 0)
		rc = rule_number_parse(category, CATEGORY_MAX, &number, f);
	if (rc == 0)
		rc = rule_number_parse(score, SCORE_MAX, &value, f);
	if (rc)
		return rc;
	if (r->n == x->cap) {
		struct reputation_entry *at = r->at;

		x->cap = x->cap ? 2 * x->cap : 1024;
		r->at = rule_arena_take(x->arena, x->cap * sizeof(*r->at));
		if (r->n)
			memcpy(r->at, at, r->n * sizeof(*at));
	}
	e.category = (uint8_t)number;
	e.score = (uint8_t)value;
	e.wider = r->n; /* the line's number, until they are sorted */
	r->at[r->n++] = e;
	return 0;
}

static int read_lines(struct reader *x, const char *path,
		      int (*read)(struct reader *, struct span, struct fault *), FILE *report,
		      struct err *err)
{
	char *text = rule_file_text(path, err), out[1024];
	unsigned line = 1;

	if (!text)
		return -EIO;
	for (char *p = text; *p; line++) {
		char *end = strchrnul(p, '\n');
		struct span s = span_trim((struct span){p, (uint32_t)(end - p)});
		struct err why;
		struct fault f = {.err = &why, .at = s};
		const char *start = p;

		p = *end ? end + 1 : end;
		if (s.len == 0 || s.at[0] == '#' || read(x, s, &f) == 0 || !report)
			continue;
		err_at(&why, line, (unsigned)(f.at.at - start) + 1, f.at.len ? f.at.len : 1);
		err_report(&why, path, text, out, sizeof(out));
		fputs(out, report);
	}
	free(text);
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct reputation_entry *x = a, *y = b;

	if (x->category != y->category)
		return x->category < y->category ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	if (x->hi != y->hi)
		return x->hi > y->hi ? -1 : 1;
	return x->wider < y->wider ? -1 : 1; /* the later line counts */
}

/* The entry before it that holds it is the one around it. */
static void nest(struct reputation *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t around = i; /* index + 1 of the one before */

		while (around && (r->at[around - 1].category != r->at[i].category ||
				  r->at[around - 1].hi < r->at[i].hi))
			around = r->at[around - 1].wider;
		r->at[i].wider = around;
	}
}

int rule_reputation_load(struct reputation *r, struct arena *a, const struct rule_config *c,
			 FILE *report, struct err *err)
{
	struct reader x = {.r = r, .arena = a};

	if (!c->reputation_categories || !c->reputation_categories[0])
		return 0;
	r->loaded = true;
	int rc = read_lines(&x, c->reputation_categories, category_line, report, err);
	for (unsigned i = 0; rc == 0 && i < c->reputation.n; i++)
		rc = read_lines(&x, c->reputation.at[i], score_line, report, err);
	if (r->n)
		qsort(r->at, r->n, sizeof(*r->at), by_place);
	nest(r);
	return rc;
}

int rule_reputation_category(const struct reputation *r, struct span name)
{
	for (int i = 0; i < 256; i++) {
		if (r->name[i] && span_is(name, r->name[i]))
			return i;
	}
	return -1;
}

unsigned rule_reputation_score(const struct reputation *r, uint8_t category, const struct addr *a)
{
	u128 v = net_number(a);
	uint32_t lo = 0, hi = r->n;

	while (lo < hi) { /* the first entry behind it */
		uint32_t mid = (lo + hi) / 2;
		const struct reputation_entry *e = &r->at[mid];

		if (e->category < category || (e->category == category && e->lo <= v))
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo && r->at[lo - 1].category == category && r->at[lo - 1].hi < v)
		lo = r->at[lo - 1].wider;
	return lo && r->at[lo - 1].category == category ? r->at[lo - 1].score : 0;
}
