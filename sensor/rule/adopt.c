// SPDX-License-Identifier: Apache-2.0
/* From one rule set to the next while traffic runs: a rule is the same when its text is, a flowbit
 * or flowint when its name is. What belongs to rules that are gone or changed is forgotten.
 *
 * Cost: the maps are made on the thread that loads. A worker walks its three pools once, which takes
 * a few milliseconds at their default sizes.
 */
#include "rule/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int order(const struct rule *a, const struct rule *b)
{
	if (a->pass != b->pass)
		return a->pass ? -1 : 1;
	if (a->about.gid != b->about.gid)
		return a->about.gid < b->about.gid ? -1 : 1;
	return a->about.sid < b->about.sid ? -1 : a->about.sid > b->about.sid;
}

static int by_number(const void *a, const void *b)
{
	return order(*(struct rule *const *)a, *(struct rule *const *)b);
}

/* The set's own order is that in which rules are told (set.c). NULL: no memory. */
static struct rule **by_numbers(const struct rule_set *set)
{
	struct rule **r = calloc(set->n + 1ul, sizeof(struct rule *));

	if (r && set->n) {
		memcpy(r, set->rule, set->n * sizeof(struct rule *));
		qsort(r, set->n, sizeof(struct rule *), by_number);
	}
	return r;
}

static bool map_rules(uint32_t *map, const struct rule_set *from, const struct rule_set *to)
{
	struct rule **x = by_numbers(from), **y = by_numbers(to);
	unsigned j = 0;

	for (unsigned i = 0; x && y && i < from->n; i++) {
		while (j < to->n && order(y[j], x[i]) < 0)
			j++;
		bool same = j < to->n && order(y[j], x[i]) == 0 && !y[j]->unmatched &&
			    memcmp(y[j]->digest, x[i]->digest, sizeof(x[i]->digest)) == 0;
		map[x[i]->index] = same ? y[j]->index : UINT32_MAX;
	}
	bool done = x && y;
	free(x);
	free(y);
	return done;
}

static void map_names(uint16_t *map, const struct span *from, uint32_t n_from,
		      const struct span *to, uint32_t n_to)
{
	for (uint32_t i = 0; i < n_from; i++) {
		map[i] = HANDOVER_GONE;
		for (uint32_t j = 0; j < n_to && map[i] == HANDOVER_GONE; j++) {
			if (from[i].len == to[j].len &&
			    memcmp(from[i].at, to[j].at, to[j].len) == 0)
				map[i] = (uint16_t)j;
		}
	}
}

int rule_handover_new(struct rule_handover **out, const struct rule_set *from,
		      const struct rule_set *to, struct err *err)
{
	const struct rule_engine *e = from->engine;
	struct rule_handover *h = calloc(1, sizeof(*h));

	if (h) {
		h->rule = calloc(from->n + 1, sizeof(*h->rule));
		h->flowbit = calloc(e->n_flowbits + 1, sizeof(*h->flowbit));
		h->flowint = calloc(e->n_flowints + 1, sizeof(*h->flowint));
		h->flowvar = calloc(e->n_flowvars + 1, sizeof(*h->flowvar));
	}
	if (!h || !h->rule || !h->flowbit || !h->flowint || !h->flowvar || !map_rules(h->rule, from, to)) {
		rule_handover_free(h);
		return err_set(err, ENOMEM, "no memory for the rules");
	}
	map_names(h->flowbit, e->flowbit, e->n_flowbits, to->engine->flowbit,
		  to->engine->n_flowbits);
	map_names(h->flowint, e->flowint, e->n_flowints, to->engine->flowint,
		  to->engine->n_flowints);
	map_names(h->flowvar, e->flowvar, e->n_flowvars, to->engine->flowvar,
		  to->engine->n_flowvars);
	*out = h;
	return 0;
}

void rule_handover_free(struct rule_handover *h)
{
	if (!h)
		return;
	free(h->rule);
	free(h->flowbit);
	free(h->flowint);
	free(h->flowvar);
	free(h);
}

void rule_matcher_adopt(struct rule_matcher *m, struct rule_matcher *old,
			const struct rule_handover *h)
{
	m->counters = old->counters;
	m->proto = old->proto;
	rule_profile_adopt(m->profile, old->profile, h);
	rule_pending_adopt(m, old, h);
	rule_waiting_adopt(m, old, h);
	rule_flowbits_adopt(m, old, h);
}
