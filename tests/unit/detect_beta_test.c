// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include "detect/beta.h"

#include <math.h>

int main(void)
{
	/* a, b, x, I_x(a, b) by closed forms. */
	static const struct {
		double a, b, x, want;
	} cdf[] = {
		{1, 1, 0.3, 0.3},          /* uniform */
		{2, 1, 0.5, 0.25},         /* x^a */
		{1, 3, 0.2, 0.488},        /* 1 - (1-x)^b */
		{2, 3, 0.5, 0.6875},       /* binomial sum: P(X >= 2 of 4) */
		{5, 5, 0.5, 0.5},          /* symmetry */
		{0.5, 0.5, 0.25, 1.0 / 3}, /* arcsine: 2/pi asin(sqrt x) */
		{2, 2, 0, 0},
		{2, 2, 1, 1},
	};
	CASE("the incomplete beta function against closed forms");
	for (unsigned i = 0; i < sizeof(cdf) / sizeof(cdf[0]); i++)
		CHECK(fabs(beta_cdf(cdf[i].a, cdf[i].b, cdf[i].x) - cdf[i].want) < 1e-10);

	CASE("the quantile is its inverse, also far out");
	for (double a = 0.5; a < 3000; a *= 3) {
		for (double b = 0.5; b < 3000; b *= 3) {
			double q = beta_quantile(a, b, 0.05);
			CHECK(fabs(beta_cdf(a, b, q) - 0.05) < 1e-6);
		}
	}

	CASE("more successes, a higher bound; more failures, a lower one");
	CHECK(beta_quantile(27 + 10, 3, 0.05) > beta_quantile(27, 3, 0.05));
	CHECK(beta_quantile(27, 3 + 1, 0.05) < beta_quantile(27, 3, 0.05));
	CHECK(fabs(beta_quantile(27, 3, 0.05) - 0.7984) <
	      1e-4); /* the prior of docs/DETECTORS.md */
	return check_done();
}
