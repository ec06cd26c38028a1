// SPDX-License-Identifier: Apache-2.0
#include "base/entropy.h"

#include <math.h>

double entropy_bits(const uint8_t *p, uint32_t n)
{
	uint32_t count[256] = {0};
	double bits = 0;

	for (uint32_t i = 0; i < n; i++)
		count[p[i]]++;
	for (unsigned v = 0; v < 256; v++) {
		double share = n ? (double)count[v] / n : 0;

		bits -= count[v] ? share * log2(share) : 0;
	}
	return bits;
}
