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

static void map_rules(uint32_t *map, const struct rule_set *from, const struct rule_set *to)
{
	unsigned j = 0;

	for (unsigned i = 0; i < from->n; i++) {
		while (j < to->n && order(to->rule[j], from->rule[i]) < 0)
			j++;
		bool same = j < to->n && order(to->rule[j], from->rule[i]) == 0 &&
			    !to->rule[j]->unmatched &&
			    memcmp(to->rule[j]->digest, from->rule[i]->digest,
				   sizeof(from->rule[i]->digest)) == 0;
		map[i] = same ? j : UINT32_MAX;
	}
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
	if (!h || !h->rule || !h->flowbit || !h->flowint || !h->flowvar) {
		rule_handover_free(h);
		return err_set(err, ENOMEM, "no memory for the rules");
	}
	map_rules(h->rule, from, to);
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
	rule_profile_adopt(m->profile, old->profile, h);
	rule_pending_adopt(m, old, h);
	rule_waiting_adopt(m, old, h);
	rule_flowbits_adopt(m, old, h);
}
