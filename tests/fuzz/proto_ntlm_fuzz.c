// SPDX-License-Identifier: Apache-2.0
/* An NTLMSSP message of any bytes: every text ends. */
#include "proto/ntlm.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ntlm_msg m;
	uint32_t n = (uint32_t)size, at = ntlm_find(data, n);

	assert(at <= n);
	if (!ntlm_read(&m, data + at, n - at))
		return 0;
	assert(m.message >= NTLM_negotiate && m.message <= NTLM_authenticate);
	assert(memchr(m.user, 0, sizeof(m.user)) && memchr(m.domain, 0, sizeof(m.domain)));
	assert(memchr(m.workstation, 0, sizeof(m.workstation)));
	return 0;
}
