// SPDX-License-Identifier: Apache-2.0
/* A packet's five-tuple: which packets have one, its hash, and who is likely to be the server. */
#pragma once

#include "base/hash.h"
#include "flow/record.h"

#include <stdbool.h>
#include <stdint.h>

#define PROTO_ICMP  1
#define PROTO_TCP   6
#define PROTO_UDP   17
#define PROTO_ICMP6 58
#define PROTO_SCTP  132

/* As the packet goes; borrowed addresses */
struct flow_key {
	const struct addr *src, *dst;
	uint16_t sport, dport;
	uint8_t proto;
	uint64_t vlan; /* 0 unless VLANs tell flows apart */
};

/* Drawn from the seed; both factors of a multiply carry one */
struct flow_secret {
	uint64_t a, b, c;
};

struct flow_secret flow_key_secret(uint64_t seed);

/* False: this packet belongs to no flow (ARP, a later fragment, no ports read). */
bool flow_key_of(const struct pkt *p, bool vlan_in_key, struct flow_key *k);
/* The key of the packet that an ICMP error answers. */
void flow_key_quoted(const struct pkt *p, bool vlan_in_key, struct flow_key *k);
/* The same for both directions. */
uint64_t flow_key_hash(const struct flow_key *k, const struct flow_secret *s);
/* hash(five-tuple, first_seq) with secrets that never change; 1 … 2^53 - 1. */
uint64_t flow_key_id(const struct flow_key *k, uint64_t first_seq);

/* community_id's reading of an ICMP message: its type and the type that answers it, as ports.
 * False: nothing answers it; then *counter is the code. */
bool flow_key_icmp(uint8_t proto, uint8_t type, uint8_t code, uint16_t *counter);
/* An ICMP message that asks for an answer which proves that somebody is there. */
bool flow_key_icmp_asks(uint8_t proto, uint8_t type);
/* An ICMP message that answers another. */
bool flow_key_icmp_answers(uint8_t proto, uint8_t type);

/* True when the ports say that the sender of a packet from `sport` to `dport` is the server: one
 * side's port is privileged, or else below the ports that clients draw (RFC 6335 6, Linux 32768), of
 * which only EtherNet/IP's 44818 is known to serve. NFS's 2049 serves clients of privileged ports.
 */
bool flow_key_from_server(uint16_t sport, uint16_t dport);
