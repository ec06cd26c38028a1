// SPDX-License-Identifier: Apache-2.0
/* One scan detector with its hosts, fed by hand: what its tests share. */
#pragma once

#include "check.h"

#include "base/clock.h"
#include "detect/beta.h"
#include "detect/scan.h"
#include "flow/flow.h"

#include <math.h>
#include <stdlib.h>

extern const struct detector detect_scan;

static struct strs home = {.at = (char *[]){"10.0.0.0/8", "fd00::/8"}, .n = 2}, none;

static struct rig { /* one detector with its hosts */
	struct scan_config config;
	struct hosts *hosts;
	void *state;
	struct detector_out out;
	uint64_t now_ns, seq;
	uint32_t next_dst;
	unsigned alerts, findings;
	struct finding last;
	char text[FINDING_SUBJECT + 1];
} r;

static inline void on_finding(void *ctx, const struct finding *f, const char *text)
{
	(void)ctx;
	r.alerts += f->tier == TIER_alert;
	r.findings += f->tier == TIER_finding;
	r.last = *f;
	snprintf(r.text, sizeof(r.text), "%s", text);
}

static inline void rig_start_with(struct strs *assets)
{
	struct err err;

	memset(&r, 0, sizeof(r));
	param_defaults(&(struct section){
		.name = "detect.scan", .params = detect_scan.params, .config = &r.config});
	CHECK_EQ(hosts_new(&r.hosts,
			   &(struct hosts_config){.max = 256, .home_net = &home, .assets = assets},
			   &err),
		 0);
	CHECK_EQ(detect_scan.init(&r.config, &r.state, &err), 0);
	r.out = (struct detector_out){.add = on_finding, .hosts = r.hosts};
	r.now_ns = 1700000000 * NS_PER_S;
}

static inline void rig_start(void)
{
	rig_start_with(&none);
}

static inline void rig_restart(void) /* with r.config changed */
{
	struct err err;

	detect_scan.fini(r.state);
	CHECK_EQ(detect_scan.init(&r.config, &r.state, &err), 0);
}

static inline void rig_end(void)
{
	detect_scan.fini(r.state);
	hosts_free(r.hosts);
}

static inline struct addr ip(const char *text)
{
	struct addr a = {.q = {0, 0}};
	CHECK(addr_parse(text, &a));
	return a;
}

static inline struct addr ip_plus(const char *text, uint32_t n)
{
	struct addr a = ip(text);
	uint32_t host = ((uint32_t)a.b[13] << 16 | (uint32_t)a.b[14] << 8 | a.b[15]) + n;

	a.b[13] = (uint8_t)(host >> 16);
	a.b[14] = (uint8_t)(host >> 8);
	a.b[15] = (uint8_t)host;
	return a;
}

struct record {
	struct observation o;
	union {
		struct obs_contact contact;
		struct obs_neighbour neighbour;
	};
};

static inline void feed(struct record *rec)
{
	struct addr a;
	struct mac m;

	rec->o.seq = r.seq++;
	rec->o.time_ns = r.now_ns;
	hosts_observation(r.hosts, &rec->o, &a, &m);
	detect_scan.on_observation(&r.config, r.state, &rec->o, &r.out);
}

static inline void tick(uint64_t ns)
{
	struct record t = {.o.kind = OBS_tick};

	r.now_ns += ns;
	feed(&t);
}

static inline struct record contact(struct addr src, struct addr dst, uint8_t proto, uint16_t dport,
				    enum flow_outcome outcome)
{
	struct record c = {
		.o = {.kind = OBS_contact, .src = src, .dst = dst, .sport = 40000, .dport = dport},
		.contact = {.link.proto = proto,
			    .outcome = (uint8_t)outcome,
			    .tcp_flags = TCP_SYN,
			    .start_ns = r.now_ns,
			    .first_seq = r.seq},
	};
	if (proto == 6)
		c.contact.seen = FLOW_SYN | (outcome == FLOW_answered ? FLOW_SYNACK : 0);
	return c;
}

static inline void touch(struct addr src, struct addr dst, uint8_t proto, uint16_t dport,
			 enum flow_outcome outcome)
{
	struct record c = contact(src, dst, proto, dport, outcome);

	feed(&c);
}

static inline void fails(const char *src, const char *dst, uint16_t port, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		r.now_ns += NS_PER_MS;
		touch(ip(src), ip_plus(dst, ++r.next_dst), 6, port, FLOW_unanswered);
	}
}
