// SPDX-License-Identifier: Apache-2.0
/* Frames to packets: the loop over the layers.
 *
 * Owns:   nothing; every pointer in a pkt borrows the frame.
 * Errors: a frame that cannot be decoded leaves a pkt with net PKT_none and its verdict counted;
 *         its payload is what was left where the walk ended. Where that was inside a tunnel, the
 *         packet around it is taken instead.
 * Cost:   DEPTH_MAX steps at most, no allocation, no call out of the room.
 */
#include "decode/walk.h"

#include <assert.h>

#define DEPTH_MAX 40 /* layers: WALK_TUNNELS of the longest and what is around and inside them */

/* One function a way of finding layers: LAYER(ipv4, ether_type, 0x0800) is a case of
 * walk_by_ether_type() and nothing in the others. */
#define LAYER(name, by, number) FOUND_BY_##by(name, number)
#define ALSO                    LAYER
#define CASE(name, number)                                                                         \
	case number:                                                                               \
		return LAYER_##name;
#define FOUND_BY_link(name, number)
#define FOUND_BY_ether_type(name, number)
#define FOUND_BY_ip_proto(name, number)
#define FOUND_BY_ip4_proto(name, number)
#define FOUND_BY_ip6_proto(name, number)
#define FOUND_BY_gre_type(name, number)
#define FOUND_BY_udp_port(name, number)

#undef FOUND_BY_link
#define FOUND_BY_link CASE
enum layer walk_by_link(unsigned link)
{
	switch (link) {
#include "decode/layers.def"
	}
	return LAYER_done;
}
#undef FOUND_BY_link
#define FOUND_BY_link(name, number)

#undef FOUND_BY_ether_type
#define FOUND_BY_ether_type CASE
enum layer walk_by_ether_type(unsigned type)
{
	switch (type) {
#include "decode/layers.def"
	}
	return LAYER_done;
}
#undef FOUND_BY_ether_type
#define FOUND_BY_ether_type(name, number)

#undef FOUND_BY_ip_proto
#define FOUND_BY_ip_proto CASE
#undef FOUND_BY_ip4_proto
#define FOUND_BY_ip4_proto CASE
enum layer walk_by_ip4_proto(unsigned proto)
{
	switch (proto) {
#include "decode/layers.def"
	}
	return LAYER_done;
}
#undef FOUND_BY_ip4_proto
#define FOUND_BY_ip4_proto(name, number)

#undef FOUND_BY_ip6_proto
#define FOUND_BY_ip6_proto CASE
enum layer walk_by_ip6_proto(unsigned proto)
{
	switch (proto) {
#include "decode/layers.def"
	}
	return LAYER_done;
}
#undef FOUND_BY_ip_proto
#define FOUND_BY_ip_proto(name, number)
#undef FOUND_BY_ip6_proto
#define FOUND_BY_ip6_proto(name, number)

#undef FOUND_BY_gre_type
#define FOUND_BY_gre_type CASE
enum layer walk_by_gre_type(unsigned type)
{
	switch (type) {
#include "decode/layers.def"
	}
	return LAYER_done;
}
#undef LAYER
#undef ALSO

static inline __attribute__((always_inline)) enum verdict step(struct walk *w)
{
	switch (w->next) {
#define LAYER(name, by, number)                                                                    \
	case LAYER_##name:                                                                         \
		return decode_##name(w);
#define ALSO(name, by, number)
#include "decode/layers.def"
#undef LAYER
#undef ALSO
	case LAYER_done:
		break;
	}
	return VERDICT_link_unknown;
}

/* What every packet has; the rest is written by those who set what says that it is there. In pieces,
 * because one memset() of this size becomes `rep stos`, which alone costs half as much as the whole
 * walk. */
static void clear(struct pkt *p)
{
	enum { SIZE = offsetof(struct pkt, tunnel.proto), PIECE = 48 };
	uint8_t *at = (uint8_t *)p;

	static_assert(SIZE > 3 * PIECE && SIZE <= 4 * PIECE, "four pieces cover it");
	memset(at, 0, PIECE);
	memset(at + PIECE, 0, PIECE);
	memset(at + 2 * PIECE, 0, PIECE);
	memset(at + 3 * PIECE, 0, SIZE - 3 * PIECE);
}

static void begin(const struct frame *f, struct pkt *p)
{
	clear(p);
	p->time_ns = f->time_ns;
	p->seq = f->seq;
	p->wire_len = f->wire_len;
	p->source = f->source;
	p->vlan_tags = (f->flags & FRAME_VLAN) != 0;
	if ((f->flags & FRAME_VLAN) && (f->vlan_tci & 0x0fff))
		p->vlan[p->n_vlan++] = f->vlan_tci & 0x0fff;
}

static inline struct walk walk_of(const struct frame *f, struct pkt *p, struct verdicts *count,
			   struct walk_outer *outer)
{
	return (struct walk){
		.in = bytes_of(f->cap_len ? f->data : (const uint8_t *)"", f->cap_len),
		.cut = f->wire_len > f->cap_len ? f->wire_len - f->cap_len : 0,
		.next = walk_by_link(f->link),
		.pkt = p,
		.count = count,
		.outer = outer,
	};
}

/* The walk ended early. */
static __attribute__((noinline, cold)) enum verdict broken(struct walk *w, enum verdict v)
{
	struct pkt *p = w->pkt;
	uint64_t events = p->events | walk_event_of(v);
	uint8_t n_anomalies = p->n_anomalies, rare[RARE_MAX];

	if (p->tunnel.depth == w->depth) {
		p->events = events;
		p->net = PKT_none;
		return v;
	}
	verdict_count(w->count, v);
	memcpy(rare, p->rare, sizeof(rare));
	*p = w->outer->pkt;
	memcpy(p->rare, rare, sizeof(rare));
	p->events = events;
	p->n_anomalies = n_anomalies;
	w->in = w->outer->in;
	w->cut = w->outer->cut;
	walk_oddity(w, VERDICT_tunnel_broken);
	return VERDICT_ok;
}

/* From w->next on to the end, when all was well so far. Inline: a call more is a tenth of the time a
 * frame takes. */
static inline __attribute__((always_inline)) enum verdict walk(struct walk *w, enum verdict v)
{
	struct pkt *p = w->pkt;

	for (unsigned depth = 0; v == VERDICT_ok && w->next != LAYER_done; depth++)
		v = depth < DEPTH_MAX ? step(w) : VERDICT_depth;

	if (v != VERDICT_ok)
		v = broken(w, v);
	p->payload = w->in.at;
	p->payload_len = (uint32_t)bytes_left(&w->in);
	p->payload_wire = walk_wire_left(w);
	return v;
}

enum verdict decode_frame(const struct frame *frame, struct pkt *out, struct verdicts *count)
{
	struct walk_outer outer; /* written only by a tunnel */
	struct walk w = walk_of(frame, out, count, &outer);

	begin(frame, out);
	enum verdict v = walk(&w, w.next == LAYER_done ? VERDICT_link_unknown : VERDICT_ok);
	verdict_count(count, v);
	return v;
}

enum verdict decode_datagram(struct pkt *p, const uint8_t *at, uint32_t len, struct verdicts *count)
{
	struct walk_outer outer;
	struct walk w = {
		.in = bytes_of(at, len),
		.pkt = p,
		.count = count,
		.outer = &outer,
		.depth = p->tunnel.depth,
	};

	p->fragment = p->first_fragment = false;
	p->reassembled = true;
	p->ip_len = p->frag.head + len;
	p->has_ports = false;
	p->sport = p->dport = 0;
	p->icmp_type = p->icmp_code = 0;
	p->quotes = false;
	p->tcp_flags = 0;
	p->tcp_opt = NULL;
	p->tcp_opt_len = 0;
	enum verdict v = p->net == PKT_ip4 ? walk_ip4_proto(&w, p->frag.proto)
					   : walk_ip6_proto(&w, p->frag.proto);
	v = walk(&w, v);
	if (v != VERDICT_ok)
		verdict_count(count, v);
	return v;
}

unsigned decode_burst(const struct frame *frame, unsigned n, struct pkt *out,
		      struct verdicts *count)
{
	for (unsigned i = 0; i < n; i++) {
		if (i + 2 < n)
			__builtin_prefetch(frame[i + 2].data);
		decode_frame(&frame[i], &out[i], count);
	}
	return n;
}
