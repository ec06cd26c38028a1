// SPDX-License-Identifier: Apache-2.0
/* Hosts that alerts were about; see alerted.h. */
#include "detect/alerted.h"

int alerted_init(struct alerted *a, uint32_t entries, struct err *err)
{
	return sets_init(&a->at, sizeof(struct alerted_host), entries, err);
}

void alerted_fini(struct alerted *a)
{
	sets_fini(&a->at);
}

static void add(struct alerted *a, struct hosts *h, const struct addr *addr,
		const struct finding *f)
{
	struct host_view v = hosts_of(h, addr, &f->link);
	bool fresh;

	if (!v.home)
		return;
	struct alerted_host *e = sets_get(&a->at, v.id, 0, &fresh);
	if (e->last.ns && strcmp(e->last.about->detector, f->about->detector) != 0)
		e->before = e->last;
	e->last.ns = f->time_ns ? f->time_ns : 1;
	e->last.about = f->about;
}

void alerted_add(struct alerted *a, struct hosts *h, const struct finding *f)
{
	enum family family = f->about->family;
	bool acts = family == FAMILY_lateral || family == FAMILY_exploit;

	if (f->tier != TIER_alert || family == FAMILY_policy || family == FAMILY_health ||
	    family == FAMILY_other)
		return;
	add(a, h, &f->host, f);
	if (acts)
		add(a, h, addr_eq(&f->host, &f->src) ? &f->dst : &f->src, f);
}

const struct about *alerted_of(struct alerted *a, uint64_t host, uint64_t now_ns,
			       uint64_t window_ns, const char *not_by)
{
	const struct alerted_host *e = sets_find(&a->at, host);

	if (!e)
		return NULL;
	bool own = e->last.ns && strcmp(e->last.about->detector, not_by) == 0;
	uint64_t ns = own ? e->before.ns : e->last.ns;

	return ns && ns + window_ns >= now_ns ? own ? e->before.about : e->last.about : NULL;
}
