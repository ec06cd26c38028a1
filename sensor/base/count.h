// SPDX-License-Identifier: Apache-2.0
/* A counter written by one thread and read by any: no lock, no locked instruction.
 *
 * Thread: one writer; readers see a value that was true a moment ago.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

struct count {
	_Atomic uint64_t v;
};

static inline void count_add(struct count *c, uint64_t n)
{
	atomic_store_explicit(&c->v, atomic_load_explicit(&c->v, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static inline void count_set(struct count *c, uint64_t n)
{
	atomic_store_explicit(&c->v, n, memory_order_relaxed);
}

static inline uint64_t count_get(const struct count *c)
{
	return atomic_load_explicit(&c->v, memory_order_relaxed);
}
