// SPDX-License-Identifier: Apache-2.0
/* Quantiles by logarithmic bins; see sketch.h. When a bin is full all are halved: the past fades. */
#include "detect/sketch.h"

#include <math.h>

#define ACCURACY 0.05
#define LEAST    4096.0

static double log_gamma(void)
{
	return log((1 + ACCURACY) / (1 - ACCURACY));
}

void sketch_add(struct sketch *s, double value)
{
	double at = value > LEAST ? ceil(log(value / LEAST) / log_gamma()) : 0;
	unsigned i = at < SKETCH_BINS ? (unsigned)at : SKETCH_BINS - 1;

	if (s->bin[i] == UINT16_MAX) {
		for (unsigned k = 0; k < SKETCH_BINS; k++)
			s->bin[k] /= 2;
	}
	s->bin[i]++;
}

uint32_t sketch_count(const struct sketch *s)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < SKETCH_BINS; i++)
		n += s->bin[i];
	return n;
}

double sketch_quantile(const struct sketch *s, double q)
{
	double rank = q * sketch_count(s), below = 0;

	for (unsigned i = 0; i < SKETCH_BINS; i++) {
		below += s->bin[i];
		if (s->bin[i] && below >= rank) /* the middle of the bin, in ratio */
			return LEAST * exp(log_gamma() * ((double)i - 0.5));
	}
	return 0;
}
