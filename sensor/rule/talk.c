// SPDX-License-Identifier: Apache-2.0
/* Who talks to whom, and whether a rule's header fits that. */
#include "rule/match.h"

static void set_proto(struct talk *t, uint8_t proto)
{
	static const uint8_t bits[CLASS_count] = {PROTO_TCP, PROTO_UDP, PROTO_ICMP, PROTO_ICMP6,
						  PROTO_OTHER, PROTO_ARP};
	t->proto = proto;
	t->class = proto == 6	 ? CLASS_tcp
		   : proto == 17 ? CLASS_udp
		   : proto == 1	 ? CLASS_icmp
		   : proto == 58 ? CLASS_icmp6
				 : CLASS_other;
	t->bit = bits[t->class];
}

/* The handshake is done, or was before we came; where there is none, both sides have spoken. A
 * connection that has closed was established. */
static bool is_established(const struct flow *f)
{
	if (f->proto != 6)
		return f->half[0].pkts && f->half[1].pkts;
	return f->state == FLOW_established || (f->seen & (FLOW_CLIENT_ACK | FLOW_MIDSTREAM));
}

/* Who of a UDP conversation began it: its first packet's sender, unless a protocol that was recognised
 * says otherwise. The table's guess by port numbers is for counting, rules are written against this. */
static uint8_t direction(const struct pkt *p)
{
	const struct flow *f = p->flow;

	if (!f)
		return FLOW_to_server;
	bool guess = f->proto == 17 && (f->seen & FLOW_GUESSED) && f->app <= APP_failed;
	return guess ? !p->dir : p->dir;
}

void rule_talk_of_pkt(struct talk *t, const struct pkt *p)
{
	t->src = &p->src;
	t->dst = &p->dst;
	t->src_n = net_number(&p->src);
	t->dst_n = net_number(&p->dst);
	t->sport = p->sport;
	t->dport = p->dport;
	t->net = p->net == PKT_ip4 ? 4 : 6;
	t->dir = direction(p);
	t->has_ports = p->has_ports;
	t->app_open = false;
	t->flow = p->flow;
	/* The packet that completes the handshake is no part of what that established. */
	t->established = p->flow && !p->completes && is_established(p->flow);
	set_proto(t, p->proto);
	if (p->net == PKT_arp) {
		t->class = CLASS_arp;
		t->bit = PROTO_ARP;
	}
}

void rule_talk_of_flow(struct talk *t, const struct flow *f, uint8_t dir)
{
	bool back = dir == FLOW_to_client;

	t->src = back ? &f->server : &f->client;
	t->dst = back ? &f->client : &f->server;
	t->src_n = net_number(t->src);
	t->dst_n = net_number(t->dst);
	t->sport = back ? f->server_port : f->client_port;
	t->dport = back ? f->client_port : f->server_port;
	t->net = addr_is_v4(&f->client) ? 4 : 6;
	t->dir = dir;
	t->has_ports = true;
	t->app_open = false;
	t->flow = f;
	t->established = is_established(f);
	set_proto(t, f->proto);
}

static bool flow_fits(const struct talk *t, uint8_t need)
{
	if (!(need & NEED_FLOW))
		return true;
	if (!t->flow)
		return false;
	if ((need & NEED_ESTABLISHED && !t->established) ||
	    (need & NEED_NOT_ESTABLISHED && t->established))
		return false;
	if (t->dir == FLOW_to_server)
		return !(need & NEED_TO_CLIENT);
	return !(need & NEED_TO_SERVER);
}

static bool port_fits(const struct talk *t, const struct net_set *s, uint16_t port)
{
	if (s->any || t->bit & (PROTO_ICMP | PROTO_ICMP6))
		return true;
	return t->has_ports && net_has(s, port);
}

static bool ends_fit(const struct talk *t, const struct signature *s, bool back)
{
	return port_fits(t, s->dport, back ? t->sport : t->dport) &&
	       port_fits(t, s->sport, back ? t->dport : t->sport) &&
	       net_has(s->dst, back ? t->src_n : t->dst_n) &&
	       net_has(s->src, back ? t->dst_n : t->src_n);
}

bool rule_talk_fits(const struct talk *t, const struct signature *s)
{
	if (!(s->protos & t->bit) || (s->net && s->net != t->net) ||
	    (t->bit == PROTO_OTHER && s->ip_proto && s->ip_proto != t->proto))
		return false;
	if (!flow_fits(t, s->flow) || !rule_app_fits(s, t->flow, t->app_open))
		return false;
	return ends_fit(t, s, false) || (s->both_ways && ends_fit(t, s, true));
}

bool rule_talk_tests_pass(const struct signature *s, const struct pkt *p, struct flow *f, uint8_t dir,
			  const struct talk *t)
{
	if (s->n_test == 0)
		return true;
	if (p)
		return rule_tests_pass(s, p);
	if (s->packet_tests)
		return false;
	const struct pkt made = {
		.net = t->net == 4 ? PKT_ip4 : PKT_ip6, .proto = t->proto, .src = *t->src, .dst = *t->dst,
		.sport = t->sport, .dport = t->dport, .has_ports = true, .flow = f, .dir = dir,
	};
	return rule_tests_pass(s, &made);
}
