// SPDX-License-Identifier: Apache-2.0
#pragma once

/* The value below which a Beta(a, b) variable lies with probability q: the lower bound of a success
 * rate of which a - prior successes and b - prior failures were seen. a, b > 0, 0 < q < 1; exact to
 * 1e-9. Cost: some microseconds; for once a window, not once an observation. */
double beta_quantile(double a, double b, double q);
/* I_x(a, b), the regularised incomplete beta function. */
double beta_cdf(double a, double b, double x);
