// SPDX-License-Identifier: Apache-2.0
/* What one frame tells about the mirror: seen twice, cut, glued, out of time, badly summed.
 *
 * Units:  bytes, nanoseconds of packet time.
 * Shape:  duplicates are looked for among the last DOCTOR_RECENT packets, direct-mapped: one that is
 *         pushed out within 2 ms is missed, never invented.
 * Source: a duplicate is DESIGN's: the same IP id other than 0 and the same bytes above IP within
 *         2 ms; IPv6 has no id, so there only packets with payload are compared. A checksum is
 *         "empty" when it is 0 or what a sending kernel leaves for its card: the sum of the
 *         pseudo-header alone (Linux CHECKSUM_PARTIAL).
 */
#include "doctor.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "capture/health.h"

#include <errno.h>
#include <stdlib.h>

#define TWICE_NS  (2 * NS_PER_MS)
#define FRAME_MAX 1518u /* Ethernet with FCS, without tags */
#define PROTO_TCP 6
#define PROTO_UDP 17

struct recent {
	uint64_t hash, time_ns, path;
};

struct doctor_recent {
	struct recent at[DOCTOR_RECENT];
};

static void on_flow_event(void *ctx, const struct flow *f, enum flow_event_kind kind,
			  enum flow_reason reason, const struct order *at)
{
	(void)reason, (void)at;
	if (kind == FLOW_EVENT_end)
		doctor_talk_end(ctx, f);
}

int doctor_init(struct doctor *d, const struct options *o, struct err *err)
{
	const struct flow_hooks hooks = {.on_event = on_flow_event, .ctx = d};
	const struct strs *home = &o->detect.home_net;
	struct flow_config flow = o->flow;

	*d = (struct doctor){.port.numa = -1, .port.numa_worker = -1};
	for (unsigned i = 0; i < home->n && d->n_home < 64; i++)
		d->n_home += cidr_parse(home->at[i], &d->home_cidr[d->n_home]);
	d->recent = calloc(1, sizeof(*d->recent));
	if (!d->recent || doctor_talks_new(&d->talks) < 0)
		return err_set(err, ENOMEM, "no memory for the doctor");
	flow.streams = false;
	flow.vlan_in_key = false;
	return flow_table_new(&d->flows, &flow, 1, 0, &hooks, err);
}

void doctor_fini(struct doctor *d)
{
	if (d->flows)
		flow_table_free(d->flows);
	doctor_talks_free(d->talks);
	free(d->recent);
}

/* The way a copy took: what differs between two copies of one packet. */
static uint64_t path_of(const struct pkt *p)
{
	uint64_t h = hash_bytes(&p->smac, sizeof(p->smac), p->ttl);

	h = hash_bytes(&p->dmac, sizeof(p->dmac), h);
	for (unsigned i = 0; i < p->n_vlan && i < PKT_VLANS; i++)
		h = hash_u64(p->vlan[i], h);
	return h;
}

static uint64_t content_of(const struct pkt *p)
{
	uint64_t h = hash_addr(&p->src, p->ip_id);

	h = hash_mix(h, hash_addr(&p->dst, (uint64_t)p->proto << 16 | p->frag_off));
	h = hash_u64((uint64_t)p->sport << 48 | (uint64_t)p->dport << 32 |
			     (uint64_t)p->tcp_flags << 24 | (uint64_t)p->icmp_type << 16 | p->tcp_win,
		     h);
	h = hash_u64((uint64_t)p->tcp_seq << 32 | p->tcp_ack, h);
	if (p->tcp_opt)
		h = hash_bytes(p->tcp_opt, p->tcp_opt_len, h);
	h = hash_bytes(p->payload, p->payload_len, h);
	return h ^ p->payload_wire;
}

/* True for the second copy of a packet. */
static bool seen_twice(struct doctor *d, const struct pkt *p)
{
	struct doctor_facts *f = &d->facts;

	if (p->net == PKT_ip4 ? p->ip_id == 0 : p->payload_wire == 0)
		return false;
	f->comparable++;

	uint64_t h = content_of(p), path = path_of(p);
	struct recent *r = &d->recent->at[h % DOCTOR_RECENT];
	uint64_t apart = p->time_ns > r->time_ns ? p->time_ns - r->time_ns : r->time_ns - p->time_ns;
	bool twice = r->hash == h && r->time_ns && apart <= TWICE_NS;

	if (twice) {
		f->twice++;
		f->twice_elsewhere += r->path != path;
	}
	*r = (struct recent){.hash = h, .time_ns = p->time_ns, .path = path};
	return twice;
}

static uint64_t sum16(const uint8_t *p, uint32_t n, uint64_t sum)
{
	for (; n > 1; n -= 2, p += 2)
		sum += (uint32_t)p[0] << 8 | p[1];
	return n ? sum + ((uint32_t)p[0] << 8) : sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Source: RFC 9293 3.1, RFC 768, RFC 8200 8.1 */
static void checksum(struct doctor_facts *f, const struct frame *frame, const struct pkt *p)
{
	uint32_t header = p->proto == PROTO_TCP ? 20u + p->tcp_opt_len : 8u;
	uint32_t at = p->proto == PROTO_TCP ? 16 : 6, n = header + p->payload_len;
	const uint8_t *l4 = p->payload - header;
	bool v4 = p->net == PKT_ip4;

	if (p->fragment || p->payload_len != p->payload_wire || !p->has_ports ||
	    (p->proto != PROTO_TCP && p->proto != PROTO_UDP))
		return;
	if ((size_t)(p->payload - frame->data) < header || frame->cap_len < header)
		return;
	uint16_t stored = (uint16_t)(l4[at] << 8 | l4[at + 1]);
	if (p->proto == PROTO_UDP && stored == 0 && v4)
		return; /* not used, which is allowed */
	f->summed++;

	uint64_t pseudo = sum16(p->src.b + (v4 ? 12 : 0), v4 ? 4 : 16, (uint64_t)n + p->proto);
	pseudo = sum16(p->dst.b + (v4 ? 12 : 0), v4 ? 4 : 16, pseudo);
	if (fold(sum16(l4, n, pseudo)) == 0xffff)
		return;
	if (stored == 0 || stored == fold(pseudo))
		f->sum_empty++;
	else
		f->sum_wrong++;
}

static void time_of(struct doctor *d, const struct frame *frame)
{
	struct doctor_facts *f = &d->facts;
	uint64_t t = frame->time_ns;

	if (d->any && frame->source == d->last_source) {
		if (t + HEALTH_BACK_NS < d->last_ns) {
			f->back++;
			if (d->last_ns - t > f->back_worst_ns)
				f->back_worst_ns = d->last_ns - t;
		}
		if (t > d->last_ns + HEALTH_JUMP_NS) {
			f->jumps++;
			if (t - d->last_ns > f->jump_worst_ns)
				f->jump_worst_ns = t - d->last_ns;
		}
	}
	d->any = true;
	d->last_source = frame->source;
	d->last_ns = t;
	if (!f->first_ns || t < f->first_ns)
		f->first_ns = t;
	if (t > f->last_ns)
		f->last_ns = t;
}

static void count_verdict(struct doctor_facts *f, const struct frame *frame, enum verdict v)
{
	switch (v) {
	case VERDICT_ok:
	case VERDICT_ether_type:
	case VERDICT_llc:
	case VERDICT_ppp_kind:
	case VERDICT_arp_kind: return;
	case VERDICT_ip4_length:
	case VERDICT_ip6_length: f->cut_inside++; return;
	default: f->unread += frame->cap_len == frame->wire_len;
	}
}

void doctor_frame(struct doctor *d, const struct frame *frame)
{
	struct doctor_facts *f = &d->facts;
	struct pkt p;

	f->frames++;
	f->bytes += frame->wire_len;
	f->cut += frame->cap_len < frame->wire_len;
	if (frame->wire_len > f->largest)
		f->largest = frame->wire_len;
	time_of(d, frame);
	count_verdict(f, frame, decode_frame(frame, &p, &d->verdicts));
	if (p.has_mac && !mac_is_group(&p.dmac) &&
	    !(d->port.known && (memcmp(p.dmac.b, d->port.mac, 6) == 0 ||
				memcmp(p.smac.b, d->port.mac, 6) == 0)))
		f->unicast++;
	if (p.net != PKT_ip4 && p.net != PKT_ip6)
		return;

	f->ip++;
	f->fragments += p.fragment;
	if (seen_twice(d, &p))
		return; /* a copy says nothing new of its conversation */
	doctor_subnet_heard(d, &p.src);
	flow_prefetch(d->flows, &p, 1);
	flow_pkt(d->flows, &p);

	bool large = frame->wire_len > FRAME_MAX + 4u * p.n_vlan, glued = false;
	if (p.proto == PROTO_TCP && p.has_ports && p.flow)
		glued = doctor_talk_pkt(d, &p, large);
	f->glued += glued;
	f->large += large && !glued;
	if (!glued)
		checksum(f, frame, &p);
}

void doctor_end(struct doctor *d, uint64_t seq, uint64_t now_ns)
{
	flow_tick(d->flows, seq, now_ns, true);
}
