// SPDX-License-Identifier: Apache-2.0
/* A rule's xbits and hostbits, decided in the order of the run.
 *
 * Units:  packet time, whole seconds as Suricata counts them: a bit lives through the second it
 *         expires in.
 * Shape:  bounded; the bit not asked for or set for longest is forgotten first, counted.
 * Thread: the detect thread's.
 */
#pragma once

#include "base/addr.h"
#include "base/sets.h"
#include "rule/rule.h"

struct xbits_table {
	struct sets bits;
};

int xbits_init(struct xbits_table *t, uint32_t entries, struct err *err);
void xbits_fini(struct xbits_table *t);

/* Whether all that the rule asks for holds between these two. */
bool xbits_hold(struct xbits_table *t, const struct rule *rule, const struct addr *src,
		const struct addr *dst, uint64_t time_ns);
/* What the rule sets, unsets, toggles, after it matched. */
void xbits_set(struct xbits_table *t, const struct rule *rule, const struct addr *src,
	       const struct addr *dst, uint64_t time_ns);
