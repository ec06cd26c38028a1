// SPDX-License-Identifier: Apache-2.0
/* Registered domains by the public suffix list; see domain.h. */
#include "proto/domain.h"

#include "base/ascii.h"

#include <libpsl.h>

#define HOST_MAX 256u /* bytes; RFC 1035 has 255 */

bool domain_registered(const uint8_t *in, uint32_t n, uint32_t *domain, uint32_t *suffix)
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
	if (!at)
		return false;
	*domain = (uint32_t)(at - name);
	if (!suffix)
		return true;
	const char *end = psl_unregistrable_domain(psl_builtin(), at);
	*suffix = end ? (uint32_t)(end - name) : n;
	return end != NULL;
}
