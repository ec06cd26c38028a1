// SPDX-License-Identifier: Apache-2.0
/* The bytes of a packet's headers, found again from what decode/ left: for keywords that ask for a
 * field nobody else needs, and for header buffers. Of length 0 where the packet has no such header,
 * or its bytes were not captured. */
#pragma once

#include "base/bytes.h"
#include "decode/pkt.h"

enum header_kind {
	HEADER_ipv4,
	HEADER_ipv6, /* with its extension headers */
	HEADER_tcp,  /* with its options */
	HEADER_udp,
	HEADER_icmpv4, /* the 8 bytes every message has */
	HEADER_icmpv6,
	HEADER_arp,
	HEADER_ip_src, /* the address, 4 or 16 bytes */
	HEADER_ip_dst,
	HEADER_ether, /* made from the addresses: destination, source, type */
	HEADER_count
};

/* `room` holds what has to be put together (ether). */
struct bytes rule_header(const struct pkt *p, enum header_kind kind, uint8_t room[14]);
/* From the transport header on to the datagram's end, or length 0: not whole, or not captured. */
struct bytes rule_header_l4(const struct pkt *p);
