// SPDX-License-Identifier: Apache-2.0
/* Slips that make a rule match nothing at all, or whatever the rest of it matches. Each is legal
 * language; a sensor that took them without a word would leave their author waiting for an alert.
 *
 * Source: Suricata 7.0.10 refuses them, too (tests/e2e/spellings.tsv); what it takes is taken: a site's rules work.
 */
#include "rule/keyword.h"

/* No size that bsize names holds the content at its offset. "bsize:<N" is not looked at, as there. */
static bool bsize_small(const struct numbers *n, const struct step *s)
{
	uint64_t need = s->len + (s->flags & STEP_OFFSET && !s->var_offset ? (uint64_t)s->offset : 0);

	for (unsigned i = 0; i < n->n; i++) {
		const struct number_range *r = &n->at[i];

		if (r->mask || r->negated || (r->lo == 0 && r->hi > 0) || r->hi >= need)
			return false;
	}
	return n->n != 0;
}

/* The same of urilen, where two bytes more than a range says are let pass there. */
static bool urilen_small(const struct numbers *n, const struct step *s)
{
	for (unsigned i = 0; i < n->n; i++) {
		const struct number_range *r = &n->at[i];

		if (r->mask || r->negated || r->hi + (r->lo == r->hi ? 0 : 2) >= s->len)
			return false;
	}
	return n->n != 0;
}

static int sizes(struct build *b, unsigned i)
{
	const struct step *s = &b->step[i];

	for (unsigned k = 0; k < b->n_step; k++) {
		if (b->step[k].kind != STEP_bsize || b->step[k].group != s->group)
			continue;
		if (span_is(b->step_at[k], "bsize") ? bsize_small(b->step[k].arg, s) : urilen_small(b->step[k].arg, s))
			return rule_fault(b->fault, b->step_at[i],
					  "the buffer is never long enough for this content");
	}
	return 0;
}

static int letters(struct build *b, unsigned i)
{
	const struct step *s = &b->step[i];
	const struct group *g = &b->group[s->group];

	if (g->kind != GROUP_tx || g->chain || s->flags & STEP_NOCASE ||
	    strcmp(g->buffer->name, "http.host") != 0)
		return 0;
	for (unsigned k = 0; k < s->len; k++) {
		if (s->bytes[k] >= 'A' && s->bytes[k] <= 'Z') {
			rule_fault(b->fault, b->step_at[i],
				   "a capital letter is never in http.host, which is lower case");
			err_hint(b->fault->err, "write it in lower case, or look into http.host.raw");
			return -1;
		}
	}
	return 0;
}

int rule_build_sense(struct build *b)
{
	int rc = rule_build_asked(b);

	for (unsigned i = 0; rc == 0 && i < b->n_step; i++) {
		if (b->step[i].kind != STEP_content)
			continue;
		if (!(b->step[i].flags & STEP_NEGATED))
			rc = sizes(b, i);
		if (rc == 0)
			rc = letters(b, i);
	}
	return rc;
}
