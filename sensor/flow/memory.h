// SPDX-License-Identifier: Apache-2.0
/* Memory from the system that is zero and costs nothing until it is touched, and pools cut from it:
 * a table sized for a busy site starts at once and stays small on a quiet one.
 *
 * Shape: objects of one size; those given back are chained through their first four bytes, those
 *        never used lie beyond `fresh` and are not touched.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

static inline void *flow_memory_map(size_t n)
{
	void *at = mmap(NULL, n, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static inline void flow_memory_unmap(void *at, size_t n)
{
	if (at)
		munmap(at, n);
}

struct flow_pool {
	uint8_t *base;
	uint32_t size, cap;     /* bytes an object; objects */
	uint32_t fresh, unused; /* never used from here on; index + 1 of the last given back */
	uint32_t used;
};

static inline int flow_pool_init(struct flow_pool *p, uint32_t size, uint64_t cap)
{
	*p = (struct flow_pool){.size = size,
				.cap = cap < UINT32_MAX / 2 ? (uint32_t)cap : UINT32_MAX / 2};
	p->base = flow_memory_map((size_t)size * p->cap);
	return p->base ? 0 : -1;
}

static inline void flow_pool_fini(struct flow_pool *p)
{
	flow_memory_unmap(p->base, (size_t)p->size * p->cap);
	p->base = NULL;
}

static inline void *flow_pool_at(const struct flow_pool *p, uint32_t ref) /* ref: index + 1 */
{
	return p->base + (size_t)(ref - 1) * p->size;
}

/* index + 1, or 0: none left. Its contents are what the last user left. */
static inline uint32_t flow_pool_get(struct flow_pool *p)
{
	uint32_t ref = p->unused;

	if (ref)
		memcpy(&p->unused, flow_pool_at(p, ref), sizeof(p->unused));
	else if (p->fresh < p->cap)
		ref = ++p->fresh;
	p->used += ref != 0;
	return ref;
}

static inline void flow_pool_put(struct flow_pool *p, uint32_t ref)
{
	memcpy(flow_pool_at(p, ref), &p->unused, sizeof(p->unused));
	p->unused = ref;
	p->used--;
}
