// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

struct capture_need { /* memory for packet buffers */
	uint64_t mbufs, mbuf_bytes, other;
	int node; /* of the NUMA node they should be on; -1: any */
};

struct capture_huge { /* hugepages of the default size, of one node or of the machine */
	uint64_t page, total, free; /* bytes, pages, pages */
};

static inline uint64_t capture_need_bytes(const struct capture_need *n)
{
	return n->mbufs * n->mbuf_bytes + n->other;
}

/* A line of /proc/meminfo, in its own unit (kB, or a count); 0 when there is none. */
uint64_t capture_meminfo(const char *name);
/* What there is. `node` as in struct capture_need. All 0 where the kernel does not say. */
void capture_huge_read(struct capture_huge *h, int node);
/* The arithmetic and the command, for the operator: one sentence each. Returns the length. */
int capture_huge_text(const struct capture_need *n, const struct capture_huge *h, char *out,
		      size_t size);
