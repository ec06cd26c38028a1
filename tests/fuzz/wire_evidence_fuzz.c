// SPDX-License-Identifier: Apache-2.0
/* A reply to `evidence` from a foreign sensor: what is understood stays within what came and within
 * the file it speaks of, and is written back as it came. */
#include "wire/journal_api.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_evidence_reply r;
	const char *p = (const char *)data;
	size_t n = size;
	char out[128];

	if (!journal_evidence_reply_parse(&p, &n, &r)) {
		assert(p == (const char *)data && n == size);
		return 0;
	}
	assert(n == r.n && p + n == (const char *)data + size);
	assert(r.offset <= r.size && r.n <= r.size - r.offset && r.n <= JOURNAL_EVIDENCE_MAX);
	size_t head = journal_evidence_reply_write(&r, out, sizeof(out));
	assert(head + n == size && memcmp(out, data, head) == 0);
	return 0;
}
