// SPDX-License-Identifier: Apache-2.0
/* Transforms of names of hosts by the public suffix list that libpsl has built in.
 *
 * Source: publicsuffix.org/list; Suricata 8 user guide, "domain", "tld". */
#include "rule/transform.h"

#include "proto/domain.h"

#include <string.h>

uint32_t rule_transform_domain(const struct transform *t, struct transform_work *w, const uint8_t *in,
			       uint32_t n, uint8_t *out, uint32_t cap)
{
	uint32_t domain, suffix;

	(void)w;
	if (!domain_registered(in, n, &domain, &suffix))
		return 0;
	uint32_t from = t->a ? suffix : domain, len = n - from < cap ? n - from : cap;
	memcpy(out, in + from, len);
	return len;
}
