// SPDX-License-Identifier: Apache-2.0
/* decode → flow: one packet, its headers read and checked. Host byte order.
 *
 * Owns: nothing; pointers borrow the frame's bytes and live as long as the burst.
 */
#pragma once

#include "base/addr.h"
#include "decode/event.h"
#include "decode/frame.h"
#include "decode/verdict.h"

#include <stdbool.h>
#include <stdint.h>

#define PKT_VLANS 2 /* outermost first; deeper tags are counted and skipped */

enum pkt_net { /* what is above the link layer */
	PKT_none, /* nothing we know (LLDP, STP …): counted, no flow */
	PKT_arp,
	PKT_ip4,
	PKT_ip6,
};

/* TCP flags as on the wire. */
#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_PSH 0x08u
#define TCP_ACK 0x10u
#define TCP_URG 0x20u
#define TCP_ECE 0x40u
#define TCP_CWR 0x80u

struct pkt_arp {
	uint16_t op; /* 1 request, 2 reply */
	struct mac sender_mac, target_mac;
};

struct pkt_ndp { /* neighbour solicitation / advertisement, router advertisement */
	struct addr target;
	struct mac mac; /* source or target link-layer address option */
	bool has_mac;
	bool half_rdnss; /* router advertisement: a list of name servers that ends within an address */
	uint16_t router_lifetime_s; /* router advertisement; 0: not for the default route */
	uint32_t prefix_lifetime_s; /* router advertisement */
	struct cidr prefix;         /* the first on-link one; bits 0: none */
};

struct pkt_frag { /* of a fragment: what is needed to put its datagram together */
	const uint8_t *at;   /* what the IP header announces, or IPv6's fragment header */
	uint32_t len, wire;  /* bytes of it captured, and on the wire */
	uint32_t id;
	uint32_t head;       /* bytes of IP headers before it, without the fragment header */
	uint8_t proto;       /* number of the first header at `at` of the first fragment */
};

struct pkt_tunnel { /* the outermost pair around the packet */
	uint8_t depth;         /* tunnels around the packet; 0: none, and nothing else here is set */
	uint8_t proto;         /* IANA number: 4, 17, 41, 47 */
	uint16_t sport, dport; /* 0 unless UDP */
	struct addr src, dst;
};

/* With a tunnel around it, a packet is the innermost one; MACs and VLANs are those of the innermost
 * Ethernet header. */
struct pkt {
	uint64_t time_ns, seq;   /* the frame's */
	struct addr src, dst;    /* ARP: sender and target protocol address */
	const uint8_t *payload;  /* after the last header understood; never NULL */
	uint32_t payload_len;    /* bytes captured of it, padding excluded */
	uint32_t payload_wire;   /* bytes of it on the wire: above payload_len when the frame was cut */
	uint32_t wire_len;       /* of the whole frame */
	uint32_t ip_len;         /* on the wire, IP header and all it announces; 0 without IP */
	uint16_t sport, dport;   /* TCP, UDP, SCTP; ICMP: type and code in type/code below */
	uint16_t vlan[PKT_VLANS]; /* 12-bit ids */
	struct mac smac, dmac;   /* zero where the link has none */
	uint8_t n_vlan;
	uint8_t vlan_tags;       /* all of them, those not kept and those of id 0 too */
	uint8_t net;             /* enum pkt_net */
	uint8_t proto;           /* IANA number; 0 with PKT_arp and PKT_none */
	uint8_t ttl;             /* or hop limit */
	uint8_t icmp_type, icmp_code;
	uint8_t tcp_flags;
	uint8_t ip_flags;        /* bit 0 more fragments, 1 don't fragment, 2 reserved */
	bool fragment;           /* not a whole datagram: no ports unless it is the first one */
	bool first_fragment;
	bool reassembled;        /* put together from fragments; frag_off, ip_flags: the last one's */
	bool has_ports;
	bool has_mac;
	bool quotes;             /* an ICMP error: q_* below name the packet it answers */
	uint16_t ip_id;          /* IPv4 */
	uint16_t frag_off;       /* bytes */
	uint16_t ether_type;     /* innermost */
	uint16_t source;         /* the frame's */
	uint16_t tcp_win;
	uint8_t n_anomalies;     /* header oddities that do not stop decoding; see verdict.def */
	uint32_t tcp_seq, tcp_ack;
	const uint8_t *tcp_opt;  /* NULL when none */
	const uint8_t *l3;       /* the IP header's or ARP's first byte; NULL without */
	uint8_t tcp_opt_len;
	uint8_t rare[RARE_MAX]; /* enum rare_event, the first ones; 0: no more */

	/* Set by flow_pkt(); see flow/flow.h. */
	uint8_t dir;            /* enum flow_dir_name: which way in the flow */
	bool completes;         /* the handshake: its flow was not established before it */
	struct flow *flow;      /* NULL: no flow (ARP, a fragment, table full) */
	uint64_t stream_events; /* EVENT_BIT(STREAM_…) of this packet */
	uint64_t events;        /* EVENT_BIT(DECODE_…) */

	/* Up to here and the tunnel's depth, every packet: three cache lines. The rest is written by
	 * those whose packets need it. */
	struct pkt_tunnel tunnel;
	struct pkt_frag frag; /* set when `fragment` is */
	struct addr q_src, q_dst;
	uint16_t q_sport, q_dport;
	uint8_t q_proto;
	union {
		struct pkt_arp arp; /* net == PKT_arp */
		struct pkt_ndp ndp; /* ICMPv6 133 … 136 */
	};
};

/* Reads a burst. out[i] belongs to frame[i]; one that cannot be decoded has net == PKT_none and
 * its verdict counted. Returns n. Cost: no allocation, no call out. */
unsigned decode_burst(const struct frame *frame, unsigned n, struct pkt *out,
		      struct verdicts *count);
enum verdict decode_frame(const struct frame *frame, struct pkt *out, struct verdicts *count);

/* `p`, a fragment, becomes its whole datagram, of which `len` bytes at `at` follow the IP header that
 * p->frag describes; frag_off and ip_flags stay. Counts a verdict only when it is not ok. */
enum verdict decode_datagram(struct pkt *p, const uint8_t *at, uint32_t len,
			     struct verdicts *count);

/* The innermost IP pair of a frame, for spreading over workers: an ICMP error gives the pair of the
 * packet it quotes. False (ARP, non-IP, broken): worker 0's. Reads less than decode_frame() and
 * counts nothing; agrees with it on src and dst (a test holds it to that). */
bool decode_pair(const struct frame *frame, struct addr *a, struct addr *b);
