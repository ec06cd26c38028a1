// SPDX-License-Identifier: Apache-2.0
/* What detectors of facts tell; see teller.h. */
#include "detect/teller.h"

#include "base/clock.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

int teller_init(struct teller *t, uint32_t entries, struct err *err)
{
	return sets_init(&t->once, sizeof(struct once_entry), entries, err);
}

void teller_fini(struct teller *t)
{
	sets_fini(&t->once);
}

/* How many it stands for; 0: it was told lately. */
static uint32_t due(struct teller *t, const struct telling *m, const struct host_view *host,
		    const struct host_view *other, uint64_t now_ns)
{
	if (m->again_s == 0)
		return 1;
	struct once_entry *e =
		once_get(&t->once, m->about->sid, host->id, other->id, m->what, now_ns);
	return once_due(e, now_ns, m->again_s * NS_PER_S);
}

bool teller_say(struct teller *t, const struct detector_out *out, const struct observation *o,
		const struct telling *m, const char *format, ...)
{
	const struct obs_link *link = obs_body(o);
	struct host_view host = hosts_of(out->hosts, m->host, link);
	struct host_view other = hosts_of(out->hosts, m->other, link);
	uint32_t n = due(t, m, &host, &other, o->time_ns);
	char text[FINDING_SUBJECT];
	va_list ap;

	if (n == 0)
		return false;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	struct finding f = say_of(o, link, m->host, &host, m->other);
	if (m->mac_only) {
		f.host = (struct addr){0};
		f.host_mac = link->smac;
	}
	uint32_t roles = m->alert ? hosts_roles(out->hosts, &host, m->host) : 0;
	f.tier = m->alert && !(roles & m->doers) ? TIER_alert : TIER_finding;
	f.about = m->about;
	f.count = n;
	f.evidence[0] = (struct evidence){m->name ? m->name : m->unit, m->observed, NAN, m->threshold,
					  m->unit};
	f.evidence[1] = m->also;
	f.n_evidence = m->also.name ? 2 : 1;
	const struct evidence *by = &f.evidence[f.n_evidence - 1];
	f.score = by->threshold > 0 ? fmax(1, by->observed / by->threshold) : 1;
	count_add(f.tier == TIER_alert ? &t->alerts : &t->findings, 1);
	out->add(out->ctx, &f, text);
	return true;
}

void teller_stats(const struct teller *t, char *out, size_t size)
{
	snprintf(out, size, "\"alerts\":%llu,\"findings\":%llu,\"told_evicted\":%llu",
		 (unsigned long long)count_get(&t->alerts),
		 (unsigned long long)count_get(&t->findings),
		 (unsigned long long)count_get(&t->once.evicted));
}
