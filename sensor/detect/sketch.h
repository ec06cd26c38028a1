// SPDX-License-Identifier: Apache-2.0
/* A histogram of logarithmic bins: quantiles of volumes to 5 %, in 256 bytes, the same for any
 * order of the values.
 *
 * Units:  bytes, from 4 KiB to 1.5 GiB; what lies outside falls into the first or the last bin.
 * Source: Masson, Rim, Lee, "DDSketch", VLDB 2019: gamma = (1 + a) / (1 - a), here a = 0.05.
 */
#pragma once

#include <stdint.h>

#define SKETCH_BINS 128

struct sketch {
	uint16_t bin[SKETCH_BINS];
};

void sketch_add(struct sketch *s, double value);
uint32_t sketch_count(const struct sketch *s);
/* The value below which the share q (0 … 1) of what was added lies; 0 when nothing was. */
double sketch_quantile(const struct sketch *s, double q);
