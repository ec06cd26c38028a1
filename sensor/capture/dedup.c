// SPDX-License-Identifier: Apache-2.0
/* Copies that a mirror makes of one packet: taken at two ports, or before and after a router.
 *
 * A copy is an IPv4 packet with the id (not 0), addresses, transport header and payload of one that
 * came at most DEDUP_WINDOW_NS before. `changed` copies differ in MAC, VLAN, TTL or port: nobody
 * sends such, so an original takes up to CHANGED_MAX of them. `exact` ones may also be a flood of
 * one packet over and over (crafted packets all have the same id), so an original takes one, and
 * the next is an original again: a flood is halved at the worst, never hidden.
 *
 * `auto` measures in slices of time and begins to remove when more than 1 in AUTO_ONE_IN of a span
 * of ten seconds were copies; it ends when less than 1 in AUTO_END of a span are.
 *
 * Shape:  DEDUP_SETS sets of DEDUP_WAYS entries of 16 bytes, 256 KiB; the oldest entry of a set goes.
 *         At 1 Mpps a set sees one packet in 2 ms, so one that is full is an attack and costs copies
 *         not recognised, nothing else.
 * Thread: one reader's. From files every reader sees every frame in order, so all decide the same.
 * Cost:   a decoding and a hash of the payload a packet looked at.
 * Source: DESIGN 3.
 */
#include "capture/dedup.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHANGED_MAX 7
#define EXACT_MAX   1
#define AUTO_ONE_IN 20
#define AUTO_END    100
#define AUTO_LEAST  100 /* packets a span must have for a decision */

static const char *const words[] = {"off", "auto", "on", "default", NULL};

int capture_dedup_check(const char *text, struct err *err)
{
	for (unsigned i = 0; words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return 0;
	const char *close = err_closest(text, words);

	err_set(err, EINVAL, "there is no '%s'", text);
	if (close)
		err_hint(err, "did you mean %s?", close);
	else
		err_hint(err, "one of: off, auto, on");
	return -EINVAL;
}

int capture_dedup_init(struct capture_dedup *d, const char *text, bool live, uint64_t seed,
		       struct err *err)
{
	unsigned mode = 0;

	*d = (struct capture_dedup){.seed = seed};
	if (!text)
		text = "default";
	if (capture_dedup_check(text, err) < 0)
		return -EINVAL;
	while (strcmp(words[mode], text) != 0)
		mode++;
	if (mode == 3)
		mode = live ? DEDUP_auto : DEDUP_off;
	d->mode = (uint8_t)mode;
	d->on = mode == DEDUP_on;
	d->entry = calloc((size_t)DEDUP_SETS * DEDUP_WAYS, sizeof(*d->entry));
	return d->entry ? 0 : err_set(err, ENOMEM, "no memory to look for duplicates");
}

void capture_dedup_fini(struct capture_dedup *d)
{
	free(d->entry);
	d->entry = NULL;
}

/* What stays the same in a copy. */
static uint64_t content_of(const struct pkt *p, uint64_t seed)
{
	uint64_t h = hash_pair(&p->src, &p->dst, seed);

	h = hash_mix(h ^ p->src.q[1], (uint64_t)p->ip_id << 48 | (uint64_t)p->frag_off << 32 |
					      (uint64_t)p->proto << 24 | p->payload_wire);
	h = hash_mix(h ^ ((uint64_t)p->tcp_seq << 32 | p->tcp_ack),
		     (uint64_t)p->sport << 48 | (uint64_t)p->dport << 32 |
			     (uint64_t)p->tcp_win << 16 | (uint64_t)p->tcp_flags << 8 |
			     (uint64_t)p->icmp_type);
	if (p->tcp_opt)
		h ^= hash_bytes(p->tcp_opt, p->tcp_opt_len, h);
	return h ^ hash_bytes(p->payload, p->payload_len, h);
}

/* What a mirror or a router changes. */
static uint16_t look_of(const struct pkt *p)
{
	uint64_t macs[2] = {0}, tags = 0;

	memcpy(&macs[0], &p->smac, sizeof(p->smac));
	memcpy(&macs[1], &p->dmac, sizeof(p->dmac));
	for (unsigned i = 0; i < p->n_vlan && i < PKT_VLANS; i++)
		tags = tags << 16 | p->vlan[i] | 0x8000;
	return (uint16_t)hash_mix(hash_u64(macs[0], macs[1]) ^ tags,
				  (uint64_t)p->ttl << 32 | p->source | 1ULL << 63);
}

static bool within(const struct dedup_entry *e, uint64_t now)
{
	uint64_t apart = now > e->time_ns ? now - e->time_ns : e->time_ns - now;

	return apart <= DEDUP_WINDOW_NS;
}

static bool copy_of(struct capture_dedup *d, struct dedup_entry *e, uint16_t look)
{
	bool exact = e->look == look;
	uint8_t *taken = exact ? &e->exact : &e->changed;

	if (*taken >= (exact ? EXACT_MAX : CHANGED_MAX))
		return false;
	++*taken;
	d->exact += exact;
	d->changed += !exact;
	return true;
}

/* The span of `auto` that a packet belongs to begins: what did the last one say? */
static void decide(struct capture_dedup *d, uint64_t span)
{
	if (d->mode == DEDUP_auto && d->span_looked >= AUTO_LEAST) {
		if (d->span_seen * AUTO_ONE_IN > d->span_looked)
			d->on = true;
		else if (d->span_seen * AUTO_END < d->span_looked)
			d->on = false;
	}
	d->span = span;
	d->span_looked = d->span_seen = 0;
}

bool capture_dedup_pkt(struct capture_dedup *d, const struct frame *f, const struct pkt *pkt)
{
	if (pkt->net != PKT_ip4 || pkt->ip_id == 0)
		return false;
	uint64_t h = content_of(pkt, d->seed);
	struct dedup_entry *set = &d->entry[h % DEDUP_SETS * DEDUP_WAYS], *oldest = set;
	uint32_t key = (uint32_t)(h >> 32) | 1;
	uint16_t look = look_of(pkt);

	d->looked++;
	d->span_looked++;
	for (struct dedup_entry *e = set; e < set + DEDUP_WAYS; e++) {
		if (e->key == key && within(e, f->time_ns)) {
			bool copy = copy_of(d, e, look);

			if (!copy)
				*e = (struct dedup_entry){f->time_ns, key, look, 0, 0};
			d->span_seen += copy;
			return copy;
		}
		if (e->time_ns < oldest->time_ns)
			oldest = e;
	}
	*oldest = (struct dedup_entry){f->time_ns, key, look, 0, 0};
	return false;
}

bool capture_dedup_frame(struct capture_dedup *d, const struct frame *f, bool due)
{
	static _Thread_local struct verdicts unused;
	uint64_t span = f->time_ns / DEDUP_SPAN_NS;
	struct pkt pkt;

	if (span > d->span)
		decide(d, span);
	if (!d->on && !due)
		return false;
	decode_frame(f, &pkt, &unused);
	bool copy = capture_dedup_pkt(d, f, &pkt) && d->on;
	d->dropped += copy;
	return copy;
}
