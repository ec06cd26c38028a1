// SPDX-License-Identifier: Apache-2.0
/* A tick: what time decides. The flows that are due are gathered first, sorted by id, and told in
 * that order, so that neither the table's layout nor the number of workers shows.
 *
 * Units: seconds of the tick's clock. A deadline is counted from the second after the packet, so no
 *        flow gets less than its full time.
 * Cost:  a visit a due flow, and a merge sort of what is to be told; no allocation.
 */
#include "flow/table.h"

#include "base/clock.h"

static uint32_t timeout(const struct flow_config *c, const struct flow *f)
{
	switch (f->proto) {
	case PROTO_TCP:
		return f->state == FLOW_closed        ? c->tcp_closed_s
		       : f->state == FLOW_established ? c->tcp_established_s
						      : c->tcp_new_s;
	case PROTO_UDP:
		return c->udp_s;
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return c->icmp_s;
	default:
		return c->other_s;
	}
}

static uint32_t end_s(const struct flow_table *t, const struct flow *f)
{
	return flow_timer_add_s(f->active_s, timeout(&t->config, f));
}

/* The next contact or interim record; an interim one waits for the contact. */
static uint32_t word_s(const struct flow_table *t, const struct flow *f)
{
	const struct flow_config *c = &t->config;

	if (f->seen & FLOW_WAITS)
		return flow_timer_add_s(f->mark_s, c->unanswered_s);
	return c->interim_s ? flow_timer_add_s(f->mark_s, c->interim_s) : FLOW_SECOND_MAX;
}

uint32_t flow_expire_deadline(const struct flow_table *t, const struct flow *f)
{
	uint32_t end = end_s(t, f), word = word_s(t, f);

	return end < word ? end : word;
}

/* Bottom-up merge sort: bounded whatever the ids, and the same on every machine. */
static void sort(struct flow_due *a, struct flow_due *tmp, uint32_t n)
{
	for (uint32_t width = 1; width<n; width = width> n / 2 ? n : width * 2) {
		for (uint32_t lo = 0; lo<n; lo = n - lo> 2 * (uint64_t)width ? lo + 2 * width : n) {
			uint32_t mid = n - lo > width ? lo + width : n;
			uint32_t hi = n - mid > width ? mid + width : n;
			uint32_t i = lo, j = mid;
			for (uint32_t k = lo; k < hi; k++)
				tmp[k] = j == hi || (i < mid && a[i].id <= a[j].id) ? a[i++]
										    : a[j++];
		}
		memcpy(a, tmp, n * sizeof(*a));
	}
}

/* What is looked at here has been cold for a while: each flow is fetched whole while others are looked at. */
static void fetch(const struct flow *flow)
{
	for (unsigned line = 0; line < sizeof(*flow); line += 64)
		__builtin_prefetch((const char *)flow + line, 1);
}

static void fetch_due(const struct flow_table *t, uint32_t i, uint32_t n)
{
	if (i + 8 < n)
		fetch(&t->flow[t->due[i + 8].index]);
	if (i + 4 < n) {
		const struct flow *f = &t->flow[t->due[i + 4].index];

		flow_stream_prefetch(f);
		flow_lookup_prefetch(t, f);
	}
}

static uint32_t gather(struct flow_table *t, uint32_t now_s)
{
	uint32_t chain = 0, n = 0;

	for (uint32_t i, next; (i = flow_timer_next(&t->wheel, now_s)) != 0;) {
		for (; i; i = next) {
			next = t->flow[i - 1].wheel_next;
			fetch(&t->flow[next ? next - 1 : 0]);
			t->flow[i - 1].wheel_next = chain;
			chain = i;
		}
	}
	while (chain) {
		uint32_t i = chain - 1;
		struct flow *f = &t->flow[i];
		uint32_t due = flow_expire_deadline(t, f);
		chain = f->wheel_next;
		if (due <= now_s)
			t->due[n++] = (struct flow_due){f->id, i};
		else
			flow_timer_arm(&t->wheel, t->flow, i, due);
	}
	return n;
}

static uint32_t gather_all(struct flow_table *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->fresh; i++) {
		if (t->flow[i].due_s)
			t->due[n++] = (struct flow_due){t->flow[i].id, i};
	}
	flow_timer_clear(&t->wheel);
	return n;
}

static void visit(struct flow_table *t, struct flow *f, uint32_t now_s, bool end,
		  const struct order *at)
{
	const struct flow_config *c = &t->config;
	bool over = end_s(t, f) <= now_s;

	if ((f->seen & FLOW_WAITS) && word_s(t, f) <= now_s)
		flow_table_decide(t, f, FLOW_unanswered, at);
	if (over || end) {
		flow_table_end(t, f, over ? FLOW_END_timeout : FLOW_END_shutdown, at);
		return;
	}
	if (c->interim_s && !(f->seen & FLOW_WAITS) && now_s - f->mark_s >= c->interim_s) {
		f->mark_s += (now_s - f->mark_s) / c->interim_s * c->interim_s;
		f->interim_n++;
		if (t->hooks.on_event)
			t->hooks.on_event(t->hooks.ctx, f, FLOW_EVENT_interim, FLOW_END_none, at);
	}
	flow_timer_arm(&t->wheel, t->flow, (uint32_t)(f - t->flow), flow_expire_deadline(t, f));
}

void flow_tick(struct flow_table *t, uint64_t seq, uint64_t now_ns, bool end)
{
	struct order at = {seq, now_ns, ORDER_timer};

	if (now_ns > t->tick_ns)
		t->tick_ns = now_ns;
	uint32_t now_s = flow_timer_floor_s(t->tick_ns);
	uint32_t n = end ? gather_all(t) : gather(t, now_s);

	sort(t->due, t->due + t->cap, n);
	for (uint32_t i = 0; i < n; i++) {
		fetch_due(t, i, n);
		visit(t, &t->flow[t->due[i].index], now_s, end, &at);
	}
	flow_frag_tick(&t->frags, now_s, end);
}
