// SPDX-License-Identifier: Apache-2.0
/* What is wrong with the traffic as it arrives: time stamps that step, frames that are cut or too
 * long, checksums nobody computed, VLAN tags on one way only. Counted per frame in registers,
 * published once a burst; what costs more is done for a sample.
 *
 * Shape:  pairs of hosts in an open table of HEALTH_PAIRS, filled to 3/4 and then closed: the first
 *         pairs are as good as any for saying how a mirror is wired.
 * Thread: the reader's (or the dispatcher's) own; the results are counters anybody may read.
 * Cost:   see tests/unit/capture_probe_test.c, which measures it.
 */
#include "capture/probe.h"

#include "base/hash.h"
#include "capture/sums.h"
#include "decode/pkt.h"

#include <errno.h>
#include <stdlib.h>

#define PAIRS_FULL (HEALTH_PAIRS / 4 * 3)
#define PROBES     8
#define ONE_WAY    3 /* packets of TCP that would have had an answer */

int capture_probe_init(struct capture_probe *p, struct capture_health *out, uint32_t every,
		       struct err *err)
{
	uint64_t n = 1;

	while (n < every)
		n *= 2;
	*p = (struct capture_probe){.out = out, .slot = &out->second[0], .slice_mask = n - 1, .every_mask = n - 1};
	p->pair = calloc(HEALTH_PAIRS, sizeof(*p->pair));
	if (p->pair)
		return 0;
	return err_set(err, ENOMEM, "no memory for the measurements of a reader");
}

void capture_probe_fini(struct capture_probe *p)
{
	free(p->pair);
	p->pair = NULL;
}

static void flush_slot(struct capture_probe *p)
{
	count_add(&p->slot->frames, p->frames - p->slot_frames);
	count_add(&p->slot->bytes, p->bytes - p->slot_bytes);
	count_add(&p->slot->dropped, p->slot_dropped);
	p->slot_frames = p->frames;
	p->slot_bytes = p->bytes;
	p->slot_dropped = 0;
}

void capture_probe_second(struct capture_probe *p, uint64_t time_ns)
{
	uint64_t s = time_ns / NS_PER_S;

	if (p->any)
		capture_probe_step(p, time_ns);
	else
		p->first_ns = p->max_ns = time_ns;
	p->any = true;
	flush_slot(p);
	p->second_end = (s + 1) * NS_PER_S;
	p->slot = &p->out->second[s % HEALTH_SECONDS];
	if (count_get(&p->slot->s) != s) {
		count_set(&p->slot->frames, 0);
		count_set(&p->slot->bytes, 0);
		count_set(&p->slot->dropped, 0);
		count_set(&p->slot->s, s);
	}
}

void capture_probe_step(struct capture_probe *p, uint64_t time_ns)
{
	if (time_ns < p->last_ns) {
		uint64_t step = p->last_ns - time_ns;

		p->clock_back += step > HEALTH_BACK_NS;
		p->back_max_ns = step > p->back_max_ns ? step : p->back_max_ns;
		p->max_ns = p->last_ns > p->max_ns ? p->last_ns : p->max_ns;
		p->first_ns = time_ns < p->first_ns ? time_ns : p->first_ns;
		return;
	}
	uint64_t step = time_ns - p->last_ns;
	p->clock_jump += step > HEALTH_JUMP_NS;
	p->jump_max_ns = step > p->jump_max_ns ? step : p->jump_max_ns;
	p->step_usual = p->jump_max_ns < HEALTH_JUMP_NS ? p->jump_max_ns : HEALTH_JUMP_NS;
}

void capture_probe_long(struct capture_probe *p, uint32_t wire_len)
{
	p->over_mtu += wire_len > HEALTH_FULL;
	p->longest = wire_len > p->longest ? wire_len : p->longest;
	p->length_usual = p->longest < HEALTH_FULL ? (uint32_t)p->longest : HEALTH_FULL;
}

void capture_probe_pace(struct capture_probe *p, uint64_t frames)
{
	p->slice_mask = frames < PROBE_CALM ? 0 : p->every_mask;
}

void capture_probe_dropped(struct capture_probe *p, uint64_t n)
{
	p->slot_dropped += n;
}

static void publish(struct capture_probe *p)
{
	struct capture_health *h = p->out;

	p->max_ns = p->last_ns > p->max_ns ? p->last_ns : p->max_ns;
	count_set(&h->first_ns, p->first_ns);
	count_set(&h->last_ns, p->max_ns);
	count_set(&h->longest, p->longest);
	count_add(&h->over_mtu, p->over_mtu);
	count_set(&h->back_max_ns, p->back_max_ns);
	count_set(&h->jump_max_ns, p->jump_max_ns);
	p->over_mtu = 0;
}

void capture_probe_flush(struct capture_probe *p, struct capture_counters *c)
{
	flush_slot(p);
	if (p->frames == 0)
		return;
	count_add(&c->frames, p->frames);
	count_add(&c->bytes, p->bytes);
	if (p->truncated | p->clock_back | p->clock_jump | p->unknown_link) {
		count_add(&c->truncated, p->truncated);
		count_add(&c->clock_back, p->clock_back);
		count_add(&c->clock_jump, p->clock_jump);
		count_add(&c->unknown_link, p->unknown_link);
	}
	publish(p);
	p->frames = p->bytes = p->slot_frames = p->slot_bytes = 0;
	p->truncated = p->clock_back = p->clock_jump = p->unknown_link = 0;
}

static void look_sums(struct capture_health *h, const struct frame *f)
{
	struct capture_sums s = capture_sums_of(f);

	count_add(&h->ip_sum_ok, s.ip == SUM_ok);
	count_add(&h->ip_sum_bad, s.ip == SUM_bad);
	count_add(&h->ip_sum_empty, s.ip == SUM_empty);
	count_add(&h->l4_sum_ok, s.l4 == SUM_ok);
	count_add(&h->l4_sum_bad, s.l4 == SUM_bad || s.l4 == SUM_half);
	count_add(&h->l4_sum_half, s.l4 == SUM_half);
	count_add(&h->l4_sum_empty, s.l4 == SUM_empty);
}

/* The pair's entry, made when there is room. */
static struct probe_pair *pair_of(struct capture_probe *p, uint64_t key)
{
	for (unsigned i = 0; i < PROBES; i++) {
		struct probe_pair *e = &p->pair[(key + i) % HEALTH_PAIRS];

		if (e->key == key)
			return e;
		if (e->key != 0)
			continue;
		if (count_get(&p->out->pairs) >= PAIRS_FULL)
			return NULL;
		count_add(&p->out->pairs, 1);
		e->key = key;
		return e;
	}
	return NULL;
}

static void look_pair(struct capture_probe *p, const struct pkt *pkt)
{
	if (pkt->proto != 6 || !pkt->has_ports || pkt->quotes)
		return;
	int order = addr_cmp(&pkt->src, &pkt->dst);
	struct probe_pair *e = order ? pair_of(p, hash_pair(&pkt->src, &pkt->dst, 0) | 1) : NULL;

	if (!e)
		return;
	unsigned dir = order > 0;
	e->n[dir]++;
	e->tagged[dir] += pkt->n_vlan > 0;
	if (pkt->n_vlan > 0)
		e->vlan[dir] = pkt->vlan[0];
}

void capture_probe_look(struct capture_probe *p, const struct frame *f, struct capture_dedup *d)
{
	struct pkt pkt;

	count_add(&p->out->looked, 1);
	look_sums(p->out, f);
	decode_frame(f, &pkt, &p->unused);
	if (pkt.net != PKT_ip4 && pkt.net != PKT_ip6)
		return;
	look_pair(p, &pkt);
	if (d)
		capture_dedup_pkt(d, f, &pkt);
}

void capture_probe_sum_dedup(struct capture_probe *p, const struct capture_dedup *d)
{
	struct capture_health *h = p->out;

	count_set(&h->dup_looked, d->looked);
	count_set(&h->dup_exact, d->exact);
	count_set(&h->dup_changed, d->changed);
	count_set(&h->dup_dropped, d->dropped);
	count_set(&h->dedup_on, d->on);
}

/* Most packets of that direction are tagged: hosts that send priority tags now and then are not
 * a mirror's fault. */
static bool tagged(const struct probe_pair *e, unsigned dir)
{
	return e->tagged[dir] * 2 > e->n[dir];
}

void capture_probe_sum_pairs(struct capture_probe *p)
{
	struct capture_health *h = p->out;
	unsigned one_way = 0, both = 0, one = 0, differ = 0;

	for (unsigned i = 0; i < HEALTH_PAIRS; i++) {
		const struct probe_pair *e = &p->pair[i];

		if (!e->n[0] || !e->n[1]) {
			one_way += e->n[0] + e->n[1] >= ONE_WAY;
			continue;
		}
		both++;
		one += tagged(e, 0) != tagged(e, 1);
		differ += tagged(e, 0) && tagged(e, 1) && e->vlan[0] != e->vlan[1];
	}
	count_set(&h->pairs_one_way, one_way);
	count_set(&h->pairs_both, both);
	count_set(&h->pairs_vlan_one, one);
	count_set(&h->pairs_vlan_differ, differ);
}
