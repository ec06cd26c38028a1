// SPDX-License-Identifier: Apache-2.0
/* The walk through a frame, layer by layer. A layer is a function decode_NAME(struct walk *): it
 * reads its header off the front of `in`, writes what it learnt into `pkt`, narrows `in` to its own
 * content, and names the next layer. A tunnel is a layer that first keeps the packet as it is
 * (walk_enter) and then lets the layers inside write their own.
 *
 * Units:  bytes.
 * Owns:   nothing.
 * Errors: a verdict other than ok ends the walk: inside a tunnel the packet is the one that was
 *         kept, else it is none. An oddity is counted and the walk goes on.
 */
#pragma once

#include "base/bytes.h"
#include "decode/pkt.h"
#include "decode/proto_number.h"

enum layer {
	LAYER_done,
#define LAYER(name, by, number) LAYER_##name,
#define ALSO(name, by, number)
#include "decode/layers.def"
#undef LAYER
#undef ALSO
};

#define WALK_TUNNELS 4 /* deeper ones are payload */

struct walk_outer { /* the packet around the innermost tunnel, set when pkt.tunnel.depth is not 0 */
	struct pkt pkt;
	struct bytes in;
	uint32_t cut;
};

struct walk {
	struct bytes in; /* what is left, without trailing padding once a length field was read */
	uint32_t cut;    /* bytes after `in` that were on the wire but not captured */
	enum layer next; /* LAYER_done: what is left is payload */
	struct pkt *pkt;
	struct verdicts *count;
	struct walk_outer *outer;
	uint8_t depth; /* tunnels around what the walk began with */
};

#define LAYER(name, by, number) enum verdict decode_##name(struct walk *w);
#define ALSO(name, by, number)
#include "decode/layers.def"
#undef LAYER
#undef ALSO

#define FRAG_MORE     1u /* bits of pkt.ip_flags */
#define FRAG_DONT     2u
#define FRAG_RESERVED 4u

static inline uint32_t walk_wire_left(const struct walk *w)
{
	return (uint32_t)bytes_left(&w->in) + w->cut;
}

/* What follows is `n` bytes on the wire, n <= walk_wire_left(): the rest is padding or a trailer.
 */
static inline void walk_limit(struct walk *w, uint32_t n)
{
	uint32_t left = (uint32_t)bytes_left(&w->in);

	if (n <= left) {
		w->in.end = w->in.at + n;
		w->cut = 0;
	} else {
		w->cut = n - left;
	}
}

/* The event that a verdict always is, as a bit; 0: none, or the layer says which. */
uint64_t walk_event_of(enum verdict v);

static inline void walk_oddity(struct walk *w, enum verdict v)
{
	if (w->pkt->n_anomalies < UINT8_MAX)
		w->pkt->n_anomalies++;
	w->pkt->events |= walk_event_of(v);
	verdict_count(w->count, v);
}

static inline void walk_event(struct walk *w, enum decode_event e)
{
	w->pkt->events |= EVENT_BIT(e);
}

void walk_rare(struct walk *w, enum rare_event e) __attribute__((cold));

/* The layer for a number, or LAYER_done. Each is a switch made from layers.def. */
enum layer walk_by_link(unsigned link);
enum layer walk_by_ether_type(unsigned type);
enum layer walk_by_ip4_proto(unsigned proto);
enum layer walk_by_ip6_proto(unsigned proto);
enum layer walk_by_gre_type(unsigned type);

/* A layer calls it before it reads a tunnel's header. False: what is there stays payload, because
 * the packet is a fragment or too many tunnels are around it already. */
bool walk_enter(struct walk *w);
/* A whole Ethernet frame follows, with MACs and tags of its own. */
enum verdict walk_inner_ether(struct walk *w);
/* What the content of a tunnel that names an Ethernet type is. */
enum verdict walk_inner_type(struct walk *w, uint16_t type);
/* The tunnel that a UDP port stands for, or LAYER_done. */
enum layer walk_by_udp_port(uint16_t dport);

/* Goes on to what an Ethernet type announces. */
static inline enum verdict walk_ether_type(struct walk *w, uint16_t type)
{
	w->pkt->ether_type = type;
	w->next = walk_by_ether_type(type);
	return w->next == LAYER_done ? VERDICT_ether_type : VERDICT_ok;
}

/* A transport header that is not all there. In a first fragment that is a sender's trick or a tiny
 * MTU and the datagram goes on without ports; else it ends the walk with `v`. */
static inline enum verdict walk_transport_short(struct walk *w, enum verdict v)
{
	if (!w->pkt->fragment)
		return v;
	walk_oddity(w, VERDICT_frag_tiny);
	w->next = LAYER_done;
	return VERDICT_ok;
}

/* The layers inside a whole IP datagram of that protocol; IPv6's extension headers are read. */
enum verdict walk_ip4_proto(struct walk *w, uint8_t proto);
enum verdict walk_ip6_proto(struct walk *w, uint8_t next);

/* Takes one authentication header; `next` becomes the number after it. */
enum verdict walk_ah(struct walk *w, uint8_t *next);

/* Reads the packet an ICMP error quotes into pkt's q_ fields and sets `quotes`. `v6` is the version
 * it must have. */
void walk_quote(struct walk *w, bool v6);

/* Neighbour and router discovery: the body after the 4 first bytes of an ICMPv6 message. */
void walk_ndp(struct walk *w, struct bytes body);
