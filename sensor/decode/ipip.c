// SPDX-License-Identifier: Apache-2.0
/* IP in IP, any version in any (6in4 too): the header that follows is the tunnel's whole header.
 *
 * Source: RFC 2003, RFC 2473, RFC 4213 3
 */
#include "decode/walk.h"

enum verdict decode_ip4_in(struct walk *w)
{
	if (!walk_enter(w))
		return VERDICT_ok;
	return walk_ether_type(w, 0x0800);
}

enum verdict decode_ip6_in(struct walk *w)
{
	if (!walk_enter(w))
		return VERDICT_ok;
	return walk_ether_type(w, 0x86dd);
}
