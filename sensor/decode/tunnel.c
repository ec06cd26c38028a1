// SPDX-License-Identifier: Apache-2.0
/* What all tunnels share: the packet around is kept in case the inside is broken, and everything
 * it said is cleared, because the packet from now on is the inner one.
 *
 * Cost: one copy of a pkt a tunnel.
 */
#include "decode/walk.h"

static void clear(struct pkt *p)
{
	p->net = PKT_none;
	p->proto = 0;
	p->ttl = 0;
	p->sport = p->dport = 0;
	p->has_ports = false;
	p->ip_flags = 0;
	p->ip_id = 0;
	p->frag_off = 0;
	p->ip_len = 0;
}

bool walk_enter(struct walk *w)
{
	struct pkt *p = w->pkt;

	w->next = LAYER_done;
	if (p->fragment)
		return false;
	if (p->tunnel.depth == WALK_TUNNELS) {
		walk_oddity(w, VERDICT_tunnel_deep);
		return false;
	}
	w->outer->pkt = *p;
	w->outer->in = w->in;
	w->outer->cut = w->cut;
	if (p->tunnel.depth++ == 0) {
		p->tunnel.src = p->src;
		p->tunnel.dst = p->dst;
		p->tunnel.sport = p->sport;
		p->tunnel.dport = p->dport;
		p->tunnel.proto = p->proto;
	}
	clear(p);
	return true;
}

enum verdict walk_inner_ether(struct walk *w)
{
	w->pkt->n_vlan = 0;
	memset(w->pkt->vlan, 0, sizeof(w->pkt->vlan));
	w->next = LAYER_ether;
	return VERDICT_ok;
}

enum verdict walk_inner_type(struct walk *w, uint16_t type)
{
	return type == TYPE_ether ? walk_inner_ether(w) : walk_ether_type(w, type);
}
