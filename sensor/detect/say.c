// SPDX-License-Identifier: Apache-2.0
/* The common part of findings; see say.h. */
#include "detect/say.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>

struct finding say_of(const struct observation *o, const struct obs_link *link,
		      const struct addr *host, const struct host_view *view,
		      const struct addr *other)
{
	bool as_sent = addr_eq(&o->src, host);
	struct finding f = {
		.tier = TIER_finding,
		.count = 1,
		.time_ns = o->time_ns,
		.seq = o->seq,
		.flow_id = o->flow_id,
		.src = *host,
		.dst = *other,
		.sport = as_sent ? o->sport : o->dport,
		.dport = as_sent ? o->dport : o->sport,
		.host = *host,
		.score = 1,
	};

	if (link)
		f.link = *link;
	if (link && !as_sent) {
		f.link.smac = link->dmac;
		f.link.dmac = link->smac;
	}
	if (view)
		f.host_mac = view->mac;
	return f;
}

const char *say_bytes(double n, char out[24])
{
	if (n >= 1e9)
		snprintf(out, 24, "%.1f GB", n / 1e9);
	else if (n >= 1e6)
		snprintf(out, 24, "%.1f MB", n / 1e6);
	else
		snprintf(out, 24, "%.0f kB", n / 1e3);
	return out;
}

const char *say_span(uint64_t ns, char out[24])
{
	if (ns <= NS_PER_S || ns > UINT64_MAX / 2) /* time stamps may run backwards */
		snprintf(out, 24, "a second");
	else if (ns > 7200 * NS_PER_S)
		snprintf(out, 24, "%.1f h", (double)ns / (3600.0 * NS_PER_S));
	else if (ns > 600 * NS_PER_S)
		snprintf(out, 24, "%.0f min", ceil((double)ns / (60.0 * NS_PER_S)));
	else
		snprintf(out, 24, "%.0f s", ceil((double)ns / NS_PER_S));
	return out;
}
