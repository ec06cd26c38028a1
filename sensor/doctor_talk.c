// SPDX-License-Identifier: Apache-2.0
/* TCP conversations as a test of the mirror: which sides are heard, which tags they carry, which of
 * their bytes never came.
 *
 * The network repeats what it loses itself, and the repetition is seen. So a hole in the sequence
 * numbers that is never filled, or bytes that the peer acknowledged and nobody saw, are the mirror's
 * loss. A side that is not heard at all is no loss: that is the mirror's set-up.
 *
 * Shape:  DOCTOR_TALKS conversations, four-way sets by flow id; the least recent goes, judged by
 *         what was seen of it, and is counted as untracked.
 * Source: RFC 9293 3.4 (sequence numbers), 3.7.1 (MSS bounds what the peer sends).
 */
#include "doctor.h"

#include "base/hash.h"
#include "decode/tcp.h"

#include <errno.h>
#include <stdlib.h>

#define WAYS       4u
#define ACKS_MIN   3u         /* packets with ACK before a silence means anything; 1 after a SYN */
#define JUMP_MAX   (1 << 26)  /* bytes: beyond, it is another connection, not a hole */
#define UNTAGGED   1u
#define TAGGED     2u
#define MSS_OPTION 2
#define HUGE       9216u /* bytes of payload: no Ethernet carries more */

struct side {
	uint32_t next; /* sequence number */
	uint32_t hole; /* bytes passed over and not seen since */
	uint32_t holes;
	uint32_t acks;
	uint16_t mss; /* announced by this side, bounds the other; 0 unknown */
	uint16_t vlan;
	uint8_t tags;
	bool seen, syn;
	uint64_t payload;
};

struct talk {
	uint64_t flow; /* 0: free */
	uint64_t last_ns;
	struct addr addr[2];
	struct side side[2];
};

struct doctor_talks {
	struct talk at[DOCTOR_TALKS];
};

int doctor_talks_new(struct doctor_talks **t)
{
	*t = calloc(1, sizeof(**t));
	return *t ? 0 : -ENOMEM;
}

void doctor_talks_free(struct doctor_talks *t)
{
	free(t);
}

struct doctor_subnet *doctor_subnet_of(struct doctor *d, const struct addr *a)
{
	struct addr net = *a;
	bool home = false;

	for (unsigned i = 0; i < d->n_home && !home; i++)
		home = cidr_has(&d->home_cidr[i], a);
	if (!home || addr_is_multicast(a) || addr_is_link_local(a))
		return NULL;
	if (addr_is_v4(a))
		net.b[15] = 0;
	else
		net.q[1] = 0;
	uint64_t h = hash_addr(&net, 0);
	for (unsigned i = 0; i < 8; i++) {
		struct doctor_subnet *s = &d->facts.subnet[(h + i) % DOCTOR_SUBNETS];
		if (s->used && addr_eq(&s->net, &net))
			return s;
		if (!s->used) {
			s->used = true;
			s->net = net;
			return s;
		}
	}
	return NULL;
}

void doctor_subnet_heard(struct doctor *d, const struct addr *a)
{
	struct doctor_subnet *s = doctor_subnet_of(d, a);

	if (s)
		s->heard++;
}

void doctor_subnet_told(struct doctor *d, const struct addr *a)
{
	struct doctor_subnet *s = doctor_subnet_of(d, a);

	if (s)
		s->told++;
}

static void judge_tags(struct doctor_facts *f, const struct side *a, const struct side *b)
{
	if (a->tags == (UNTAGGED | TAGGED) || b->tags == (UNTAGGED | TAGGED))
		return;
	if (a->tags != b->tags)
		f->vlan_one_side++;
	else if (a->vlan != b->vlan)
		f->vlan_differs++;
}

static void judge(struct doctor *d, const struct talk *t)
{
	struct doctor_facts *f = &d->facts;
	const struct side *a = &t->side[0], *b = &t->side[1];

	/* Who goes on after its SYN was answered, seen or not. */
	bool answered = (a->syn && a->acks) || (b->syn && b->acks);
	if (!answered && a->acks + b->acks < ACKS_MIN)
		return;
	f->talks++;
	if (a->seen && b->seen) {
		f->two_way++;
		judge_tags(f, a, b);
		f->payload += a->payload + b->payload;
		f->hole_bytes += a->hole + b->hole;
		f->holes += (a->hole ? a->holes : 0) + (b->hole ? b->holes : 0);
		return;
	}
	unsigned silent = a->seen ? 1 : 0;
	struct doctor_subnet *s = doctor_subnet_of(d, &t->addr[silent]);
	f->one_way++;
	if (s)
		s->one_way++;
	if (!f->one_way_example[0]) {
		char from[ADDR_TEXT], to[ADDR_TEXT];
		snprintf(f->one_way_example, sizeof(f->one_way_example),
			 "%s speaks to %s and no answer is seen", addr_text(&t->addr[!silent], from),
			 addr_text(&t->addr[silent], to));
	}
}

static struct talk *set_of(struct doctor_talks *t, uint64_t flow)
{
	return &t->at[hash_u64(flow, 1) % (DOCTOR_TALKS / WAYS) * WAYS];
}

static struct talk *find(struct doctor *d, uint64_t flow)
{
	struct talk *set = set_of(d->talks, flow), *oldest = set;

	for (struct talk *t = set; t < set + WAYS; t++) {
		if (t->flow == flow)
			return t;
		if (oldest->flow && (!t->flow || t->last_ns < oldest->last_ns))
			oldest = t;
	}
	if (oldest->flow) {
		d->facts.untracked++;
		judge(d, oldest);
	}
	*oldest = (struct talk){.flow = flow};
	return oldest;
}

void doctor_talk_end(struct doctor *d, const struct flow *f)
{
	struct talk *set = set_of(d->talks, f->id);

	for (struct talk *t = set; t < set + WAYS; t++) {
		if (t->flow != f->id)
			continue;
		judge(d, t);
		t->flow = 0;
		return;
	}
}

/* The side's bytes [seq, seq + n): what was passed over is a hole, what comes late fills it. */
static void take_bytes(struct side *s, uint32_t seq, uint32_t n)
{
	int32_t ahead = (int32_t)(seq - s->next);

	if (!s->seen || ahead > JUMP_MAX || ahead < -JUMP_MAX) {
		s->next = seq + n;
		return;
	}
	if (ahead >= 0) {
		s->hole += (uint32_t)ahead;
		s->holes += ahead > 0;
		s->next = seq + n;
		return;
	}
	uint32_t old = (uint32_t)-ahead < n ? (uint32_t)-ahead : n;
	s->hole -= old < s->hole ? old : s->hole;
	if ((int32_t)(seq + n - s->next) > 0)
		s->next = seq + n;
}

static void take_ack(struct side *peer, uint32_t ack)
{
	int32_t ahead = (int32_t)(ack - peer->next);

	if (!peer->seen || ahead <= 0 || ahead > JUMP_MAX)
		return;
	peer->hole += (uint32_t)ahead;
	peer->holes++;
	peer->next = ack;
}

/* Larger than the peer said it takes, or than any Ethernet: the capturing port glued packets. Where
 * no handshake was seen, whole multiples of the usual segments say so. */
static bool is_glued(const struct side *peer, const struct pkt *p)
{
	static const uint16_t usual[] = {1460, 1448, 1440, 1428};
	uint32_t n = p->payload_wire;

	if (peer->mss)
		return n > peer->mss;
	for (unsigned i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (n % usual[i] == 0)
			return true;
	return n > HUGE;
}

bool doctor_talk_pkt(struct doctor *d, const struct pkt *p, bool large)
{
	struct talk *t = find(d, p->flow->id);
	int order = addr_cmp(&p->src, &p->dst);
	unsigned which = order > 0 || (order == 0 && p->sport > p->dport);
	struct side *s = &t->side[which], *peer = &t->side[!which];
	bool syn = p->tcp_flags & TCP_SYN, ack = p->tcp_flags & TCP_ACK;
	struct bytes option;

	t->last_ns = p->time_ns;
	t->addr[which] = p->src;
	t->addr[!which] = p->dst;
	d->facts.tcp_frames++;
	s->tags |= p->n_vlan ? TAGGED : UNTAGGED;
	if (p->n_vlan)
		s->vlan = p->vlan[0];
	s->syn |= syn;
	if (syn && decode_tcp_option(p, MSS_OPTION, &option) && bytes_left(&option) == 2)
		s->mss = bytes_be16(&option);
	bool glued = large && is_glued(peer, p);
	if (p->tcp_flags & TCP_RST) {
		s->seen = true;
		return glued;
	}
	if (ack && !syn) {
		s->acks++;
		doctor_subnet_told(d, &p->dst);
	}
	uint32_t n = p->payload_wire + syn + !!(p->tcp_flags & TCP_FIN);
	if (!s->seen)
		s->next = p->tcp_seq;
	take_bytes(s, p->tcp_seq, n);
	s->seen = true;
	s->payload += p->payload_wire;
	if (ack)
		take_ack(peer, p->tcp_ack);
	return glued;
}
