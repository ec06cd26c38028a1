// SPDX-License-Identifier: Apache-2.0
/* Where a pool's memory comes from: pages of the kernel, zeroed, touched when first lent. */
#include "base/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static uint64_t bytes_of_pool(const struct pool *p)
{
	return (uint64_t)p->size * p->cap;
}

int pool_init(struct pool *p, uint32_t size, uint32_t cap, struct err *err)
{
	struct pool new = {.cap = cap, .n_free = cap, .size = (size + 15) & ~15u};

	if (size == 0 || new.size < size || cap == 0)
		return err_set(err, EINVAL, "a pool of %u objects of %u bytes", cap, size);
	new.free = malloc((size_t)cap * sizeof(*new.free));
	new.base = mmap(NULL, bytes_of_pool(&new), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!new.free || new.base == MAP_FAILED) {
		free(new.free);
		if (new.base != MAP_FAILED)
			munmap(new.base, bytes_of_pool(&new));
		return err_set(err, ENOMEM, "no memory for %u objects of %u bytes", cap, size);
	}
	for (uint32_t i = 0; i < cap; i++)
		new.free[i] = cap - 1 - i; /* index 0 is lent first */
	*p = new;
	return 0;
}

void pool_fini(struct pool *p)
{
	if (p->base)
		munmap(p->base, bytes_of_pool(p));
	free(p->free);
	memset(p, 0, sizeof(*p));
}
