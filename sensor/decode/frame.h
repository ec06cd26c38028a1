// SPDX-License-Identifier: Apache-2.0
/* capture → decode: one frame as it was seen, whatever it came from. Frames from a file carry no
 * mbuf; frames from DPDK borrow theirs until the burst is given back.
 *
 * Units:  bytes; nanoseconds since the Unix epoch.
 * Owns:   nothing; `data` lives until the source's next() or release().
 */
#pragma once

#include <stdint.h>

enum link { /* how the first byte is to be read */
	LINK_ether,
	LINK_raw,   /* IPv4 or IPv6 by its first nibble */
	LINK_null,  /* BSD loopback: 4 bytes of address family in either byte order */
	LINK_sll,   /* Linux "cooked" v1 */
	LINK_sll2,  /* Linux "cooked" v2 */
	LINK_other, /* not understood: counted, never decoded */
};

struct frame {
	const uint8_t *data;
	uint32_t cap_len;  /* bytes at `data` */
	uint32_t wire_len; /* bytes on the wire, >= cap_len */
	uint64_t time_ns;  /* as captured; may step back in a file */
	uint64_t seq;      /* 0-based number of the frame in the run: the first word of the total order */
	uint16_t link;     /* enum link */
	uint16_t source;   /* index of the file or port it came from */
	uint16_t vlan_tci; /* a tag the NIC or the kernel stripped, 0 for none; put back by decode */
	uint16_t flags;    /* FRAME_* */
};

#define FRAME_VLAN 1u /* vlan_tci is valid */
