// SPDX-License-Identifier: Apache-2.0
/* Links that are not Ethernet: raw IP, BSD loopback, and Linux "cooked" captures.
 *
 * Source: https://www.tcpdump.org/linktypes.html: LINKTYPE_RAW, _NULL, _LINUX_SLL, _LINUX_SLL2
 */
#include "decode/walk.h"

#define SLL_HEADER  16
#define SLL2_HEADER 20

enum verdict decode_raw(struct walk *w)
{
	if (bytes_left(&w->in) == 0)
		return VERDICT_link_short;

	unsigned version = w->in.at[0] >> 4;
	if (version != 4 && version != 6)
		return VERDICT_raw_version;
	return walk_ether_type(w, version == 4 ? 0x0800 : 0x86dd);
}

/* The family is in the byte order of the machine that captured, its number for IPv6 in the system's
 * own: 10 Linux, 24 NetBSD and OpenBSD, 28 FreeBSD, 30 macOS. */
enum verdict decode_null(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, 4);
	uint32_t family = bytes_be32(&h);

	if (!bytes_ok(&h)) {
		walk_rare(w, RARE_null_short);
		return VERDICT_cooked_short;
	}
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return walk_ether_type(w, 0x0800);
	case 10:
	case 24:
	case 28:
	case 30:
		return walk_ether_type(w, 0x86dd);
	default:
		return VERDICT_null_family;
	}
}

/* Only the sender's address is there, so has_mac stays false. */
static void sender(struct walk *w, struct bytes addr, unsigned addr_len)
{
	if (addr_len == sizeof(w->pkt->smac))
		bytes_copy(&addr, &w->pkt->smac, sizeof(w->pkt->smac));
}

enum verdict decode_sll(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, SLL_HEADER);

	if (!bytes_ok(&h)) {
		walk_rare(w, RARE_sll_short);
		return VERDICT_cooked_short;
	}
	bytes_take(&h, 4); /* packet type, ARPHRD type */
	unsigned addr_len = bytes_be16(&h);
	sender(w, bytes_take(&h, 8), addr_len);
	return walk_ether_type(w, bytes_be16(&h));
}

enum verdict decode_sll2(struct walk *w)
{
	struct bytes h = bytes_take(&w->in, SLL2_HEADER);

	if (!bytes_ok(&h))
		return VERDICT_link_short;
	uint16_t type = bytes_be16(&h);
	bytes_take(&h, 9); /* reserved, interface, ARPHRD type, packet type */
	unsigned addr_len = bytes_u8(&h);
	sender(w, bytes_take(&h, 8), addr_len);
	return walk_ether_type(w, type);
}
