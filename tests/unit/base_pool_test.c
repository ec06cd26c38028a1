// SPDX-License-Identifier: Apache-2.0
#include "base/pool.h"
#include "check.h"

#include <errno.h>

int main(void)
{
	struct pool p = {0};
	struct err err;
	void *at[3];

	CASE("objects are rounded up to 16 bytes, aligned, zeroed, apart");
	CHECK_EQ(pool_init(&p, 17, 3, &err), 0);
	CHECK_EQ(p.size, 32);
	for (unsigned i = 0; i < 3; i++) {
		at[i] = pool_get(&p);
		CHECK(at[i] && ((uintptr_t)at[i] & 15) == 0);
		CHECK_EQ(pool_index(&p, at[i]), i);
		CHECK(pool_at(&p, i) == at[i]);
		CHECK_EQ(*(char *)at[i], 0);
		memset(at[i], 'x', 32);
	}

	CASE("an empty pool gives NULL and counts it");
	CHECK(pool_get(&p) == NULL);
	CHECK_EQ(p.misses, 1);

	CASE("what comes back is lent again");
	pool_put(&p, at[1]);
	CHECK(pool_get(&p) == at[1]);
	CHECK(pool_get(&p) == NULL);
	pool_fini(&p);
	CHECK(p.base == NULL && p.free == NULL);
	pool_fini(&p); /* twice is harmless */

	CASE("sizes that make no sense are refused");
	CHECK_EQ(pool_init(&p, 0, 3, &err), -EINVAL);
	CHECK_EQ(pool_init(&p, 16, 0, &err), -EINVAL);
	CHECK_EQ(pool_init(&p, UINT32_MAX, 3, &err), -EINVAL);
	CASE("a size beyond the address space fails with a message");
	CHECK_EQ(pool_init(&p, UINT32_MAX - 15, 1u << 20, &err), -ENOMEM);
	CHECK(p.base == NULL);
	return check_done();
}
