// SPDX-License-Identifier: Apache-2.0
/* A pool of equal objects, allocated once at start: the data path never calls malloc.
 *
 * Shape:  one array of `cap` objects of `size` bytes, a free stack of indices.
 * Owns:   the array; objects are lent by pool_get() and come back by pool_put().
 * Thread: one thread a pool.
 * Errors: pool_get() returns NULL when empty; the caller counts it.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

struct pool {
	uint8_t *base;
	uint32_t *free; /* stack of free indices */
	uint32_t cap, n_free;
	uint32_t size; /* bytes an object, rounded up to 16 */
	uint64_t misses;
};

int pool_init(struct pool *p, uint32_t size, uint32_t cap, struct err *err);
void pool_fini(struct pool *p);

static inline void *pool_get(struct pool *p) /* contents are what the last user left */
{
	if (p->n_free == 0) {
		p->misses++;
		return 0;
	}
	return p->base + (uint64_t)p->free[--p->n_free] * p->size;
}

static inline uint32_t pool_index(const struct pool *p, const void *obj)
{
	return (uint32_t)(((const uint8_t *)obj - p->base) / p->size);
}

static inline void *pool_at(const struct pool *p, uint32_t index)
{
	return p->base + (uint64_t)index * p->size;
}

static inline void pool_put(struct pool *p, void *obj)
{
	p->free[p->n_free++] = pool_index(p, obj);
}
