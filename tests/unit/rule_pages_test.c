// SPDX-License-Identifier: Apache-2.0
/* Memory of rule sets: zeroed, apart, aligned, given back in any order. */
#include "check.h"

#include "rule/pages.h"

#include <stdint.h>
#include <string.h>

#define N 300u

static const size_t sizes[] = {1, 64, 65, 4096, 65536, 200000, (4u << 20) - 64, 4u << 20, 9u << 20};

static bool is_zero(const uint8_t *p, size_t n)
{
	return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

int main(void)
{
	static uint8_t *piece[N];
	static size_t size[N];

	CASE("pieces of all sizes: zeroed, aligned, apart");
	for (unsigned i = 0; i < N; i++) {
		size[i] = sizes[i % (i % 50 ? 6 : 9)];
		piece[i] = rule_pages_take(size[i]);
		CHECK(piece[i] && (uintptr_t)piece[i] % 64 == 0 && is_zero(piece[i], size[i]));
		memset(piece[i], (int)(i % 255 + 1), size[i]);
	}
	for (unsigned i = 0; i < N; i++)
		CHECK(piece[i][0] == i % 255 + 1 && memcmp(piece[i], piece[i] + 1, size[i] - 1) == 0);

	CASE("given back in another order, taken again: zeroed");
	for (unsigned i = 0; i < N; i++)
		rule_pages_give(piece[(i * 7) % N]);
	rule_pages_give(NULL);
	for (unsigned k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		uint8_t *p = rule_pages_take(sizes[k]);

		CHECK(p && (sizes[k] == 1 ? !*p : is_zero(p, sizes[k])));
		rule_pages_give(p);
	}

	CASE("what nobody has");
	CHECK(!rule_pages_take(SIZE_MAX / 2));
	return check_done();
}
