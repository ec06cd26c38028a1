// SPDX-License-Identifier: Apache-2.0
/* Which frames belong to an alert: those between its two addresses, or, of a detector, all of the
 * accused. */
#include "alert/evidence_want.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

bool evidence_want_of(const struct finding *f, const struct evidence_config *c,
		      struct evidence_want *w)
{
	uint64_t before = c->before_s * NS_PER_S, after = c->after_s * NS_PER_S;

	*w = (struct evidence_want){
		.a = f->src,
		.b = f->dst,
		.pair = true,
		.at_ns = f->time_ns,
		.from_ns = f->time_ns > before ? f->time_ns - before : 0,
		.to_ns = f->time_ns < UINT64_MAX - after ? f->time_ns + after : UINT64_MAX,
		.seq = f->seq,
	};
	if (f->about->detector && !addr_is_any(&f->host)) {
		w->a = f->host;
		w->pair = false;
		return true;
	}
	/* One order for both ways. */
	if (addr_cmp(&w->a, &w->b) > 0) {
		w->a = f->dst;
		w->b = f->src;
	}
	return !(w->a.q[0] == 0 && w->a.q[1] == 0 && w->b.q[0] == 0 && w->b.q[1] == 0);
}

bool evidence_same(const struct evidence_want *x, const struct evidence_want *y)
{
	return x->pair == y->pair && addr_eq(&x->a, &y->a) && (!x->pair || addr_eq(&x->b, &y->b));
}

bool evidence_between(const struct evidence_want *w, const struct addr *src, const struct addr *dst)
{
	if (!w->pair)
		return addr_eq(src, &w->a) || addr_eq(dst, &w->a);
	return (addr_eq(src, &w->a) && addr_eq(dst, &w->b)) ||
	       (addr_eq(src, &w->b) && addr_eq(dst, &w->a));
}

void evidence_text(const struct finding *f, const char *id, char out[EVIDENCE_TEXT])
{
	const struct about *a = f->about;
	int n = snprintf(out, EVIDENCE_TEXT, "vigie evidence %s: alert %" PRIu32 ":%" PRIu32, id,
			 a->gid, a->sid);

	if (f->flow_id)
		n += snprintf(out + n, EVIDENCE_TEXT - (size_t)n, " flow %" PRIu64,
			      (uint64_t)(f->flow_id & ((1ULL << 51) - 1)));
	n += snprintf(out + n, EVIDENCE_TEXT - (size_t)n, " ");
	/* What a foreign rule says is cut to what every reader shows: printable ASCII. */
	for (const char *p = a->msg ? a->msg : ""; *p && n < (int)EVIDENCE_TEXT - 1; p++)
		out[n++] = *p;
	for (int i = 0; i < n; i++)
		if ((unsigned char)out[i] < 0x20 || (unsigned char)out[i] > 0x7e)
			out[i] = '?';
	out[n] = 0;
}
