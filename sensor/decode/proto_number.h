// SPDX-License-Identifier: Apache-2.0
/* Numbers on the wire that several decoders name. */
#pragma once

enum { /* IANA protocol numbers that are named in the code */
       PROTO_hop_by_hop = 0,
       PROTO_icmp = 1,
       PROTO_ip4 = 4,
       PROTO_tcp = 6,
       PROTO_udp = 17,
       PROTO_ip6 = 41,
       PROTO_routing = 43,
       PROTO_fragment = 44,
       PROTO_gre = 47,
       PROTO_esp = 50,
       PROTO_ah = 51,
       PROTO_icmp6 = 58,
       PROTO_none = 59,
       PROTO_dest_opts = 60,
       PROTO_sctp = 132,
       PROTO_mobility = 135,
       PROTO_hip = 139,
       PROTO_shim6 = 140,
};

#define TYPE_ether 0x6558 /* an Ethernet frame inside something (RFC 7348's "TEB") */
