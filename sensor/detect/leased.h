// SPDX-License-Identifier: Apache-2.0
/* leased: the name a host gave itself when an address was leased to it. A portable that goes from its cable to
 * the radio has another MAC and another address, and the same name.
 *
 * Units:  packet time.
 * Owns:   two bounded tables: names by MAC, leases by address.
 * Thread: the detect thread's.
 * Errors: none; what is not known is 0.
 * Cost:   one or two look-ups a DHCP message.
 * Source: RFC 2131 4.3.1, RFC 2132 3.14 (host name), 9.6.
 */
#pragma once

#include "base/sets.h"
#include "observe/observation.h"

struct leased {
	struct sets names, leases;
};

int leased_init(struct leased *l, uint32_t hosts, struct err *err);
void leased_fini(struct leased *l);
struct proto_fact;
/* Whether leased_hear() reads this fact, a struct fact_dhcp. */
bool leased_uses(const struct proto_fact *f);
/* An OBS_dhcp. */
void leased_hear(struct leased *l, const struct observation *o);
/* Of the name that `a` was last leased to; 0: not known. */
uint64_t leased_name(struct leased *l, const struct addr *a);
