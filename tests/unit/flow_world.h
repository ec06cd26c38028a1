// SPDX-License-Identifier: Apache-2.0
/* What the tests of flow/ share: a table, packets built by hand, and the events as one line of
 * text. */
#pragma once

#include "base/clock.h"
#include "check.h"
#include "flow/flow.h"

#include <stdarg.h>
#include <stdlib.h>

#define WORLD_START_S 1700000000ull

struct world {
	struct flow_table *t;
	uint64_t seq, now_ns;
	char told[4096]; /* "contact:answered end:timeout " */
	size_t len;
	unsigned wakes;
	struct flow last; /* of the last event */
};

static inline void world_say(struct world *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static inline void world_say(struct world *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(w->told + w->len, sizeof(w->told) - w->len, fmt, ap);
	va_end(ap);
	if (n > 0 && w->len + (size_t)n < sizeof(w->told))
		w->len += (size_t)n;
}

static inline const char *world_outcome(uint8_t outcome)
{
	static const char *const name[] = {"pending", "answered", "refused", "unanswered"};

	return name[outcome];
}

static inline void world_on_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
				  enum flow_reason reason, const struct order *at)
{
	struct world *w = ctx;

	(void)at;
	w->last = *f;
	if (kind == FLOW_EVENT_contact)
		world_say(w, "%s%s ", world_outcome(f->outcome), f->seen & FLOW_GUESSED ? "?" : "");
	else if (kind == FLOW_EVENT_wake || kind == FLOW_EVENT_woken)
		w->wakes++;
	else if (kind == FLOW_EVENT_interim)
		world_say(w, "interim%u ", f->interim_n);
	else
		world_say(w, "%s/%s ", flow_state_name(f->state), flow_reason_name(reason));
}

static inline struct flow_config world_config(void)
{
	return (struct flow_config){
		.max = 64,
		.unanswered_s = 2,
		.tcp_new_s = 60,
		.tcp_established_s = 3600,
		.tcp_closed_s = 10,
		.udp_s = 60,
		.icmp_s = 30,
		.other_s = 60,
		.stream_memory = 4 << 20,
		.stream_depth = 1 << 20,
		.streams = true,
	};
}

static inline void world_init(struct world *w, const struct flow_config *c)
{
	struct flow_hooks hooks = {.on_event = world_on_event, .ctx = w};
	struct err err;

	*w = (struct world){.now_ns = WORLD_START_S * NS_PER_S};
	if (flow_table_new(&w->t, c, 1, 0, &hooks, &err) != 0)
		abort();
}

static inline void world_fini(struct world *w)
{
	flow_table_free(w->t);
}

static inline struct addr world_addr(const char *text)
{
	struct addr a;

	if (!addr_parse(text, &a))
		abort();
	return a;
}

static inline struct pkt world_pkt(struct world *w, uint8_t proto, const char *src, uint16_t sport,
				   const char *dst, uint16_t dport)
{
	static const uint8_t nothing[1];

	return (struct pkt){
		.time_ns = w->now_ns,
		.seq = w->seq++,
		.src = world_addr(src),
		.dst = world_addr(dst),
		.payload = nothing,
		.wire_len = 74,
		.ip_len = 60,
		.sport = sport,
		.dport = dport,
		.net = PKT_ip4,
		.proto = proto,
		.has_ports = proto == 6 || proto == 17 || proto == 132,
	};
}

static inline void world_tick(struct world *w, unsigned seconds)
{
	w->now_ns += seconds * NS_PER_S;
	flow_tick(w->t, w->seq, w->now_ns - w->now_ns % NS_PER_S, false);
}

static inline void world_end(struct world *w)
{
	flow_tick(w->t, w->seq, w->now_ns, true);
}
