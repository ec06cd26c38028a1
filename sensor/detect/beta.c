// SPDX-License-Identifier: Apache-2.0
/* The beta distribution, by the continued fraction of its incomplete function.
 *
 * Source: NIST Digital Library of Mathematical Functions, 8.17.22 (the fraction, evaluated by
 *         Lentz's method, DLMF 3.10(iii)) and 8.17.4 (the symmetry used beyond its mean).
 */
#include "detect/beta.h"

#include <math.h>

#define TERMS 300
#define TINY  1e-300

static double away_from_zero(double v)
{
	return fabs(v) < TINY ? TINY : v;
}

/* DLMF 8.17.22: 1/(1+) d1/(1+) d2/(1+) … */
static double fraction(double a, double b, double x)
{
	double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), f = d;

	for (int m = 1; m <= TERMS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 / away_from_zero(1 + even * d);
		c = away_from_zero(1 + even / c);
		f *= d * c;
		d = 1 / away_from_zero(1 + odd * d);
		c = away_from_zero(1 + odd / c);
		double step = d * c;
		f *= step;
		if (fabs(step - 1) < 1e-13)
			break;
	}
	return f;
}

double beta_cdf(double a, double b, double x)
{
	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;

	double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * fraction(a, b, x) / a;
	return 1 - front * fraction(b, a, 1 - x) / b;
}

double beta_quantile(double a, double b, double q)
{
	double lo = 0, hi = 1;

	while (hi - lo > 1e-10) {
		double mid = (lo + hi) / 2;
		if (beta_cdf(a, b, mid) < q)
			lo = mid;
		else
			hi = mid;
	}
	return (lo + hi) / 2;
}
