// SPDX-License-Identifier: Apache-2.0
/* Conversations of the hosts that are watched; see watch_tap.h. */
#include "alert/watch_tap.h"

#include "base/clock.h"
#include "flow/key.h"

#include <errno.h>
#include <stdlib.h>

#define ORDERS_RING (16u << 10)
#define TOLD_RING   (64u << 10)
#define WAYS        4u
#define SYN_DATA_MAX 65536u
#define ACK_WINDOW  (1u << 30) /* the largest window of TCP (RFC 7323 2.3) */

int watch_tap_init(struct watch_tap *t, struct err *err)
{
	*t = (struct watch_tap){.n = 0};
	t->host = calloc(WATCH_HOSTS, sizeof(*t->host));
	if (!t->host)
		return err_set(err, ENOMEM, "no memory for hosts to watch");
	int r = ring_init(&t->orders, ORDERS_RING, false, NULL, err);
	return r < 0 ? r : ring_init(&t->told, TOLD_RING, false, NULL, err);
}

void watch_tap_fini(struct watch_tap *t)
{
	ring_fini(&t->orders);
	ring_fini(&t->told);
	free(t->host);
}

static uint64_t bit_of(const struct mac *m)
{
	return 1ULL << (m->b[5] & 63);
}

static void obey(struct watch_tap *t, const struct watch_order *o, uint64_t now_ns)
{
	struct watch_host *free_host = NULL;

	for (unsigned i = 0; i < WATCH_HOSTS; i++) {
		struct watch_host *h = &t->host[i];
		if (h->number == o->number) {
			h->number = 0;
			t->n--;
		}
		if (!h->number)
			free_host = h;
	}
	if (!o->end && free_host) {
		memset(free_host, 0, sizeof(*free_host));
		free_host->number = o->number;
		free_host->mac = o->mac;
		free_host->n_allow = o->n_allow;
		memcpy(free_host->allow, o->allow, sizeof(o->allow));
		free_host->from_ns = now_ns + WATCH_SETTLE_NS;
		t->n++;
	}
	t->bits = 0;
	for (unsigned i = 0; i < WATCH_HOSTS; i++)
		if (t->host[i].number)
			t->bits |= bit_of(&t->host[i].mac);
}

static struct watch_host *host_of(struct watch_tap *t, const struct mac *m)
{
	if (!(t->bits & bit_of(m)))
		return NULL;
	for (unsigned i = 0; i < WATCH_HOSTS; i++)
		if (t->host[i].number && mac_eq(&t->host[i].mac, m))
			return &t->host[i];
	return NULL;
}

static bool allowed(const struct watch_host *h, const struct addr *peer)
{
	for (uint32_t i = 0; i < h->n_allow; i++)
		if (addr_eq(&h->allow[i], peer))
			return true;
	return false;
}

static bool tell(struct watch_tap *t, const struct watch_host *h, enum watch_told_kind kind,
		 const struct watch_talk *k, const struct addr *peer, uint64_t time_ns)
{
	struct watch_told *to = ring_put(&t->told, sizeof(*to));

	if (!to)
		return false;
	*to = (struct watch_told){
		.number = h->number,
		.kind = (uint8_t)kind,
		.proto = k ? k->proto : 0,
		.port = k ? k->peer_port : 0,
		.time_ns = time_ns,
		.own = h->own,
	};
	if (peer)
		to->peer = *peer;
	ring_commit(&t->told);
	return true;
}

static uint32_t hash_of(const struct addr *a, uint16_t own, uint16_t peer, uint8_t proto)
{
	uint64_t x = a->q[0] ^ a->q[1] ^ ((uint64_t)own << 24 | (uint64_t)peer << 8 | proto);

	x *= 0x9e3779b97f4a7c15ULL;
	return (uint32_t)(x >> 40);
}

static struct watch_port *port_of(struct watch_host *h, const struct addr *peer, uint16_t port)
{
	return &h->spoke[hash_of(peer, 0, port, 0) % WATCH_PORTS];
}

static bool has_spoken(struct watch_host *h, const struct addr *peer, uint16_t port)
{
	const struct watch_port *at = port_of(h, peer, port);

	return at->port == port && addr_eq(&at->peer, peer);
}

/* The conversation; a new one takes the place of the one that was longest silent of its few. */
static struct watch_talk *talk_of(struct watch_host *h, const struct addr *peer, uint16_t own,
				  uint16_t port, uint8_t proto, bool *is_new)
{
	uint32_t at = hash_of(peer, own, port, proto);
	struct watch_talk *oldest = NULL;

	for (unsigned i = 0; i < WAYS; i++) {
		struct watch_talk *k = &h->talk[(at + i) % WATCH_TALKS];
		if (k->proto == proto && k->own_port == own && k->peer_port == port &&
		    addr_eq(&k->peer, peer)) {
			k->used = ++h->clock;
			*is_new = false;
			return k;
		}
		if (!oldest || (oldest->proto && (!k->proto || k->used < oldest->used)))
			oldest = k;
	}
	*oldest = (struct watch_talk){.peer = *peer, .own_port = own, .peer_port = port,
				      .proto = proto, .used = ++h->clock};
	*is_new = true;
	return oldest;
}

static void answered(struct watch_tap *t, const struct watch_host *h, struct watch_talk *k,
		     uint64_t time_ns)
{
	k->asked_ns = 0;
	if (!k->answered)
		k->answered = tell(t, h, WATCH_answered, k, &k->peer, time_ns);
}

/* The host has sent (again?) what begins at `seq`; `proof`: silence would be one. */
static void asks(struct watch_tap *t, const struct watch_host *h, struct watch_talk *k,
		 uint32_t seq, bool proof, uint64_t time_ns)
{
	if (time_ns < h->from_ns)
		return;
	if (!k->asked_ns) {
		k->asked_ns = time_ns;
		k->asked_seq = seq;
	} else if (seq == k->asked_seq && time_ns >= k->asked_ns + WATCH_REPEAT_NS && proof &&
		   !k->unanswered) {
		k->unanswered = tell(t, h, WATCH_unanswered, k, &k->peer, time_ns);
	}
}

static void tcp_from(struct watch_tap *t, struct watch_host *h, struct watch_talk *k,
		     const struct pkt *p)
{
	if (p->tcp_flags & TCP_RST)
		return;
	if (!(p->tcp_flags & TCP_SYN)) {
		if (p->payload_wire)
			asks(t, h, k, p->tcp_seq, k->spoke, p->time_ns);
		return;
	}
	if (!k->has_isn || k->isn != p->tcp_seq) { /* a connection of its own */
		k->has_isn = true;
		k->isn = p->tcp_seq;
		k->fresh = p->time_ns >= h->from_ns;
		k->has_ack = false;
		k->asked_ns = 0;
	}
	/* A SYN-ACK is repeated for want of an ACK, but a scanner never sends one: no proof. */
	bool proof = !(p->tcp_flags & TCP_ACK) && has_spoken(h, &k->peer, k->peer_port);
	asks(t, h, k, p->tcp_seq, proof, p->time_ns);
}

static void tcp_to(struct watch_tap *t, struct watch_host *h, struct watch_talk *k,
		   const struct pkt *p)
{
	/* A switch that refuses makes resets, too: they prove nothing, but there was an answer. */
	if (p->tcp_flags & TCP_RST) {
		k->asked_ns = 0;
		return;
	}
	if (!(p->tcp_flags & TCP_ACK) || p->time_ns < h->from_ns)
		return;
	/* A SYN-ACK acknowledges the SYN, and what data it brought (RFC 7413). */
	uint32_t most = p->tcp_flags & TCP_SYN ? SYN_DATA_MAX : ACK_WINDOW;
	bool of_fresh = k->fresh && k->asked_ns && p->tcp_ack - k->asked_seq - 1 < most;
	bool more = k->has_ack && p->tcp_ack - k->ack - 1 < ACK_WINDOW;

	if (of_fresh || more)
		answered(t, h, k, p->time_ns);
	else if (!p->payload_wire && !(p->tcp_flags & (TCP_SYN | TCP_FIN)))
		k->asked_ns = 0; /* it hears the host, and takes nothing now: a closed window */
	if (!k->has_ack || more) {
		k->has_ack = true;
		k->ack = p->tcp_ack;
	}
}

static bool is_echo(const struct pkt *p, bool reply)
{
	return p->proto == PROTO_ICMP ? p->icmp_type == (reply ? 0 : 8)
				      : p->icmp_type == (reply ? 129 : 128);
}

static bool is_dhcp(const struct pkt *p)
{
	return p->proto == PROTO_UDP &&
	       (p->dport == 67 || p->dport == 68 || p->dport == 546 || p->dport == 547);
}

/* Datagrams and echoes: what was asked late enough, and then the other side. Where both ports are
 * the same, either side speaks when it likes. */
static void other(struct watch_tap *t, struct watch_host *h, struct watch_talk *k, bool is_new,
		  bool from, const struct pkt *p)
{
	bool echo = p->proto != PROTO_UDP;

	if (echo && !is_echo(p, !from))
		return;
	if (!echo && (k->own_port == k->peer_port))
		return;
	if (from && (is_new || echo) && p->time_ns >= h->from_ns)
		k->fresh = true;
	else if (!from && k->fresh)
		answered(t, h, k, p->time_ns);
}

/* The flow is the table's; it may have gone to another conversation within this burst. */
static bool established(const struct pkt *p)
{
	const struct flow *f = p->flow;

	return f && f->state == FLOW_established &&
	       ((addr_eq(&f->client, &p->src) && addr_eq(&f->server, &p->dst)) ||
		(addr_eq(&f->client, &p->dst) && addr_eq(&f->server, &p->src)));
}

static void tcp(struct watch_tap *t, struct watch_host *h, struct watch_talk *k,
		const struct pkt *p, bool from)
{
	if (!k->spoke && established(p)) {
		struct watch_port *at = port_of(h, &k->peer, k->peer_port);
		k->spoke = true;
		at->peer = k->peer;
		at->port = k->peer_port;
	}
	if (from)
		tcp_from(t, h, k, p);
	else
		tcp_to(t, h, k, p);
}

static void packet(struct watch_tap *t, struct watch_host *h, const struct pkt *p, bool from)
{
	const struct addr *peer = from ? &p->dst : &p->src;
	bool is_new, ports = p->proto == PROTO_TCP || p->proto == PROTO_UDP;

	/* ARP and DHCP are what an isolated host may go on with. */
	if ((p->net != PKT_ip4 && p->net != PKT_ip6) || p->fragment || is_dhcp(p))
		return;
	if (addr_is_any(peer) || addr_is_multicast(peer) || addr_is_broadcast(peer) ||
	    allowed(h, peer) || (from && mac_is_group(&p->dmac)))
		return;
	h->own += from;
	if (p->quotes || (!ports && p->proto != PROTO_ICMP && p->proto != PROTO_ICMP6))
		return;
	struct watch_talk *k = talk_of(h, peer, !ports ? 0 : from ? p->sport : p->dport,
				       !ports ? 0 : from ? p->dport : p->sport, p->proto, &is_new);
	if (p->proto == PROTO_TCP)
		tcp(t, h, k, p, from);
	else
		other(t, h, k, is_new, from, p);
}

static void tell_own(struct watch_tap *t, uint64_t now_ns)
{
	for (unsigned i = 0; i < WATCH_HOSTS; i++) {
		struct watch_host *h = &t->host[i];

		if (!h->number || h->own == h->own_told || now_ns < h->next_own_ns)
			continue;
		if (tell(t, h, WATCH_own, NULL, NULL, now_ns))
			h->own_told = h->own;
		h->next_own_ns = now_ns + NS_PER_S;
	}
}

void watch_tap_burst(struct watch_tap *t, const struct pkt *pkt, unsigned n, uint64_t now_ns)
{
	const struct watch_order *o;
	uint32_t len;

	while (__builtin_expect((o = ring_peek(&t->orders, &len)) != NULL, 0)) {
		obey(t, o, now_ns);
		ring_pop(&t->orders);
	}
	if (t->n == 0)
		return;
	for (unsigned i = 0; i < n; i++) {
		const struct pkt *p = &pkt[i];

		if (!((t->bits & (bit_of(&p->smac) | bit_of(&p->dmac))) && p->has_mac))
			continue;
		struct watch_host *h = host_of(t, &p->smac);
		if (h)
			packet(t, h, p, true);
		else if ((h = host_of(t, &p->dmac)))
			packet(t, h, p, false);
	}
	tell_own(t, now_ns);
}
