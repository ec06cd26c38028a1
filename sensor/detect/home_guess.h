// SPDX-License-Identifier: Apache-2.0
/* home_guess: whose the traffic is, where nothing else says so.
 *
 * `home_net: auto` knows private networks and those that ARP, DHCP and routers show. A university or
 * an older company has public addresses, and a mirror behind a router, or a capture of TCP alone,
 * shows no ARP. Two things are said then, and neither as soon as one host of a known home was met:
 *   - nobody is known: an act of one host on another (a login, a call, a tunnel) is told as if it
 *     were ours; volumes and regular calls are not, for which side is outside decides there.
 *   - the /24 (/64) that stands on one side of every contact, with OTHERS different ones on the
 *     other side, is the one whose mirror this is.
 *
 * Shape:  two networks and a bitmap.
 * Thread: the detect thread's.
 * Cost:   O(1) a contact until it is decided.
 */
#pragma once

#include "base/addr.h"

struct home_guess {
	struct cidr at[2]; /* on one side of all contacts so far */
	uint8_t n;
	bool begun, decided; /* decided: some home was met, guessed or told */
	uint64_t others;     /* /24s on the other side, by hash */
};

/* A contact of hosts of which neither is known to be at home. True: *home is the network it must be. */
bool home_guess_contact(struct home_guess *g, const struct addr *src, const struct addr *dst,
			struct cidr *home);
