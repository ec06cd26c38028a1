// SPDX-License-Identifier: Apache-2.0
/* Whatever a network does, the detect thread stays within its tables and tells sane numbers: every
 * 8 bytes of input are one observation over few addresses and small tables. */
#include "base/clock.h"
#include "detect/detect.h"
#include "detect/registry.h"
#include "detect/scan.h"
#include "flow/flow.h"
#include "rule/rule.h"

#include <assert.h>
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct addr address(uint8_t which)
{
	static const char *const net[] = {"10.0.0.0", "10.0.1.0",  "198.51.100.0",
					  "fe80::",   "224.0.0.0", "255.255.255.255",
					  "0.0.0.0",  "2001:db8::"};
	struct addr a = {.q = {0, 0}};

	addr_parse(net[which & 7], &a);
	a.b[15] ^= which >> 3;
	return a;
}

static struct obs_link some_link(const uint8_t *in)
{
	struct obs_link l = {.has_mac = in[5] & 1, .n_vlan = in[5] >> 1 & 1, .vlan = {in[5] >> 6}};

	l.smac.b[5] = in[1];
	l.dmac.b[5] = in[2];
	l.dmac.b[0] = in[5] & 8;
	return l;
}

struct record {
	struct observation o;
	union {
		struct obs_contact contact;
		struct obs_neighbour neighbour;
		struct obs_flow flow;
		struct obs_rule rule;
		struct obs_volume volume;
		struct obs_health health;
		uint8_t fact[1024]; /* a protocol's, of any kind: nothing known of it but addresses */
	};
};

static const struct rule rules[] = {
	{.about = {.gid = 1, .sid = 1}, .threshold = {THRESHOLD_limit, TRACK_src, 1, 60}},
	{.about = {.gid = 1, .sid = 2}, .threshold = {THRESHOLD_threshold, TRACK_dst, 3, 60}},
	{.about = {.gid = 1, .sid = 3}, .threshold = {THRESHOLD_both, TRACK_both, 2, 60}},
	{.about = {.gid = 1, .sid = 4},
	 .threshold = {THRESHOLD_detection_filter, TRACK_rule, 2, 9}},
};

static struct record record_of(const uint8_t *in)
{
	static const uint8_t proto[] = {6, 17, 1, 58, 132, 47, 0, 6};
	static const uint16_t port[] = {445, 80, 53, 33434, 22, 8080, 50000, 1};
	struct record r = {.o = {.kind = in[0] % OBS_count,
				 .src = address(in[1]),
				 .dst = address(in[2]),
				 .sport = port[in[3] >> 5],
				 .dport = (uint16_t)(port[in[3] & 7] + (in[3] >> 3 & 3))}};

	switch (r.o.kind) {
	case OBS_arp_request:
	case OBS_arp_reply:
	case OBS_ndp:
		r.o.sport = 133 + in[3] % 4;
		r.neighbour.link = some_link(in);
		r.neighbour.sender_mac.b[5] = in[4];
		r.neighbour.target_mac.b[5] = in[5];
		r.neighbour.router = r.o.sport == 134;
		r.neighbour.prefix_bits = in[6];
		r.neighbour.gratuitous = addr_eq(&r.o.src, &r.o.dst);
		break;
	case OBS_rule_hit:
		r.rule.link = some_link(in);
		r.rule.rule = &rules[in[3] % 4];
		r.rule.conditional = 1;
		break;
	case OBS_contact:
		r.contact.link = some_link(in);
		r.contact.link.proto = proto[in[4] & 7];
		r.contact.outcome = in[4] >> 3 & 3;
		r.contact.guessed = in[4] >> 5 == 7;
		r.contact.count = in[5];
		r.contact.seen = (uint32_t)in[6] << (in[5] & 1 ? 2 : 0);
		break;
	case OBS_volume:
		r.volume.link = some_link(in);
		r.volume.link.proto = proto[in[4] & 7];
		r.volume.bytes[in[6] & 1] = (uint64_t)in[4] << (in[6] >> 2);
		r.volume.bytes[!(in[6] & 1)] = in[5];
		r.volume.pkts[0] = (uint64_t)in[4] << 8;
		r.volume.pkts[1] = in[6];
		r.volume.ended = in[5] >> 7;
		break;
	case OBS_health:
		r.health.frames = in[1];
		r.health.dropped = in[2];
		r.health.clock_back = in[3];
		r.health.live = in[4] & 1;
		r.health.silent = in[4] >> 1 & 1;
		break;
	default:
		r.flow.link = some_link(in);
		r.flow.outcome = in[4] & 3;
		r.flow.seen = in[6];
		break;
	}
	return r;
}

static void drain(struct ring *out)
{
	const struct finding *f;
	uint32_t n;

	ring_commit(out);
	while ((f = ring_peek(out, &n))) {
		assert(n == sizeof(*f) + f->text_len + f->eve_len);
		assert(f->count >= 1 && f->n_evidence <= FINDING_EVIDENCE);
		assert(f->kind != FINDING_alert || (f->about && f->score >= 0.99));
		for (unsigned i = 0; i < f->n_evidence; i++)
			assert(isfinite(f->evidence[i].observed) && f->evidence[i].name);
		ring_pop(out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *home[] = {"10.0.0.0/8"};
	struct detect_config c = {.hosts = 64,
				  .thresholds = 64,
				  .flow_records = true,
				  .sightings = true,
				  .home_net = {.at = home, .n = 1},
				  .home_net_auto = true};
	struct scan_config *scan = registry_config(0);
	struct detect *d;
	struct ring out;
	struct err err;
	uint64_t now = 1700000000 * NS_PER_S;

	scan->sources = scan->pairs = scan->arp_pending = 64;
	scan->contacts = scan->services = 1024;
	if (ring_init(&out, 1 << 16, false, NULL, &err) || detect_new(&d, &c, &out, &err))
		return 0;
	for (uint64_t seq = 0; size >= 8; data += 8, size -= 8, seq++) {
		struct record r = record_of(data);

		now += (uint64_t)data[7] * data[7] * NS_PER_S / 256;
		r.o.seq = seq;
		r.o.time_ns =
			data[7] == 255 ? now - 90 * NS_PER_S : now; /* back, as in a capture */
		if (r.o.kind == OBS_flow_interim || r.o.kind == OBS_flow_end)
			r.flow.last_ns = r.o.time_ns;
		if (r.o.kind == OBS_contact)
			r.contact.start_ns = r.o.time_ns - NS_PER_S;
		detect_observation(d, &r.o);
		drain(&out);
	}
	detect_free(d);
	ring_fini(&out);
	return 0;
}
