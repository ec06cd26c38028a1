// SPDX-License-Identifier: Apache-2.0
/* nets: the outside networks that the site talks to, and who of us does.
 *
 * A network is a /24 of IPv4, a /48 of IPv6: what one provider gives to one customer or one cluster,
 * so that a service that changes its address is not new each time.
 *
 * Shape:  bounded; the network not met for longest goes first, counted.
 * Thread: the detect thread's.
 * Cost:   one set look-up a contact with the outside.
 */
#pragma once

#include "base/addr.h"
#include "base/sets.h"

struct net {
	struct sets_head head;
	uint64_t first_ns, last_ns; /* packet time */
	uint64_t hosts;             /* of ours, a bitmap by hash */
	uint64_t learnt;            /* known from a saved state */
};

struct nets {
	struct sets at;
	uint64_t hosts; /* of ours that talked to any, a bitmap by hash */
};

int nets_init(struct nets *n, uint32_t entries, struct err *err);
void nets_fini(struct nets *n);
uint64_t nets_key(const struct addr *a);
/* Our host `id` and `a` have spoken. The entry is good until the next look-up. */
struct net *nets_meet(struct nets *n, const struct addr *a, uint64_t id, uint64_t now_ns);
struct net *nets_find(struct nets *n, const struct addr *a); /* NULL: never met */
unsigned nets_users(const struct net *n); /* different hosts of ours, saturating below 64 */
/* Met for the first time less than `new_s` before `now_ns`, and no saved state knows it. NULL: no. */
bool nets_is_new(const struct net *n, uint64_t now_ns, uint64_t new_s);
/* "198.51.100.0/24" */
const char *nets_text(const struct addr *a, char *out, size_t size);
