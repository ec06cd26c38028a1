// SPDX-License-Identifier: Apache-2.0
/* Transforms of names of hosts by the public suffix list that libpsl has built in.
 *
 * Source: publicsuffix.org/list; Suricata 8 user guide, "domain", "tld". */
#include "rule/transform.h"

#include "base/ascii.h"

#include <libpsl.h>
#include <string.h>

#define HOST_MAX 256u /* bytes; RFC 1035 has 255 */

/* The name below the public suffix, and its end: where they begin in `in`. False: it has none. */
static bool registrable(const uint8_t *in, uint32_t n, uint32_t *domain, uint32_t *suffix)
{
	char name[HOST_MAX];

	if (n == 0 || n >= sizeof(name))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (in[i] == 0 || in[i] >= 128) /* libpsl would have to convert it */
			return false;
		name[i] = (char)ascii_lower(in[i]);
	}
	name[n] = 0;
	const char *at = psl_registrable_domain(psl_builtin(), name);
	const char *end = at ? psl_unregistrable_domain(psl_builtin(), at) : NULL;
	if (!at || !end)
		return false;
	*domain = (uint32_t)(at - name);
	*suffix = (uint32_t)(end - name);
	return true;
}

uint32_t rule_transform_domain(const struct transform *t, struct transform_work *w, const uint8_t *in,
			       uint32_t n, uint8_t *out, uint32_t cap)
{
	uint32_t domain, suffix;

	(void)w;
	if (!registrable(in, n, &domain, &suffix))
		return 0;
	uint32_t from = t->a ? suffix : domain, len = n - from < cap ? n - from : cap;
	memcpy(out, in + from, len);
	return len;
}
