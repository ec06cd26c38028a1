// SPDX-License-Identifier: Apache-2.0
/* edges: who administers whom: a bounded graph of (source host, destination host, service).
 *
 * Shape:  the edge not used for longest goes first, counted.
 * Thread: the detect thread's.
 */
#pragma once

#include "base/sets.h"

struct edge {
	struct sets_head head;
	uint64_t first_ns, last_ns; /* packet time */
	uint64_t learnt;            /* known from a saved state */
};

struct edges {
	struct sets at;
};

int edges_init(struct edges *e, uint32_t entries, struct err *err);
void edges_fini(struct edges *e);
/* The edge, made if there was none; *fresh says which. Good until the next look-up. */
struct edge *edges_use(struct edges *e, uint64_t src, uint64_t dst, uint16_t service,
		       uint64_t now_ns, bool *fresh);
bool edges_take(void *entry); /* for state_table: marks it learnt */
bool edges_administers(uint16_t port); /* a TCP service by which hosts are administered */
