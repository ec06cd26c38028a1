// SPDX-License-Identifier: Apache-2.0
/* The costs of all workers added up, the dearest rule first. */
#include "rule/profile.h"

#include "rule/match.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int rule_profile_new(struct rule_profile **out, uint32_t rules, struct err *err)
{
	struct rule_profile *p = calloc(1, sizeof(*p));

	if (p)
		p->of = calloc(rules + 1, sizeof(*p->of));
	if (!p || !p->of) {
		free(p);
		return err_set(err, ENOMEM, "no memory to profile the rules");
	}
	p->n = rules;
	p->tick0 = profile_ticks();
	p->mono0_ns = clock_mono_ns();
	*out = p;
	return 0;
}

void rule_profile_free(struct rule_profile *p)
{
	if (!p)
		return;
	free(p->of);
	free(p);
}

struct row {
	const struct rule *rule;
	struct rule_cost cost;
	double each_ns, all_ns;
};

static int by_cost(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->all_ns != y->all_ns)
		return x->all_ns > y->all_ns ? -1 : 1;
	if (x->cost.candidates != y->cost.candidates)
		return x->cost.candidates > y->cost.candidates ? -1 : 1;
	return x->rule->index < y->rule->index ? -1 : 1;
}

static void add(struct rule_cost *to, const struct rule_cost *c)
{
	to->candidates += c->candidates;
	to->checks += c->checks;
	to->matches += c->matches;
	to->ticks += c->ticks;
	to->sampled += c->sampled;
}

void rule_profile_adopt(struct rule_profile *p, const struct rule_profile *old,
			const struct rule_handover *h)
{
	for (uint32_t i = 0; p && old && i < old->n; i++) {
		if (h->rule[i] != UINT32_MAX)
			add(&p->of[h->rule[i]], &old->of[i]);
	}
}

static void write_rows(FILE *out, const struct row *row, uint32_t n, double all_ns)
{
	fprintf(out,
		"# time is measured at one evaluation of %u; ns: the average of one, ms: times "
		"checks\n"
		"sid\trev\tcandidates\tchecks\tmatches\tns\tms\tshare\tmsg\n",
		PROFILE_SAMPLE);
	for (uint32_t i = 0; i < n; i++) {
		const struct row *r = &row[i];

		if (r->cost.checks + r->cost.candidates == 0)
			continue;
		fprintf(out,
			"%u\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%.0f\t%.3f\t%.1f%%\t%s\n",
			r->rule->about.sid, r->rule->about.rev, r->cost.candidates, r->cost.checks,
			r->cost.matches, r->each_ns, r->all_ns / 1e6,
			all_ns > 0 ? 100 * r->all_ns / all_ns : 0, r->rule->about.msg);
	}
}

int rule_profile_write(const struct rule_set *set, struct rule_matcher *const *m, unsigned n,
		       const char *path, struct err *err)
{
	struct row *row = calloc(set->n + 1, sizeof(*row));
	FILE *out = row ? fopen(path, "w") : NULL;
	double all_ns = 0, ns_per_tick = 1;

	if (!out) {
		free(row);
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	}
	for (unsigned w = 0; w < n; w++) {
		const struct rule_profile *p = m[w]->profile;
		uint64_t ticks = profile_ticks() - p->tick0;

		if (ticks)
			ns_per_tick = (double)(clock_mono_ns() - p->mono0_ns) / (double)ticks;
		for (uint32_t i = 0; i < set->n; i++)
			add(&row[i].cost, &p->of[i]);
	}
	for (uint32_t i = 0; i < set->n; i++) {
		struct row *r = &row[i];

		r->rule = set->rule[i];
		if (r->cost.sampled)
			r->each_ns = (double)r->cost.ticks / (double)r->cost.sampled * ns_per_tick;
		r->all_ns = r->each_ns * (double)r->cost.checks;
		all_ns += r->all_ns;
	}
	qsort(row, set->n, sizeof(*row), by_cost);
	write_rows(out, row, set->n, all_ns);
	free(row);
	bool bad = ferror(out);
	if (fclose(out) != 0 || bad)
		return err_set(err, EIO, "%s: cannot be written", path);
	return 0;
}
