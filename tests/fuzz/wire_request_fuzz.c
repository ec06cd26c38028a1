// SPDX-License-Identifier: Apache-2.0
/* A request from a foreign collector: what is understood is written back as it came. */
#include "wire/journal_api.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_request req;
	char out[1024];

	if (!journal_request_parse(data, size, &req)) {
		assert(req.verb == JOURNAL_bad);
		return 0;
	}
	size_t n = journal_request_write(&req, out, sizeof(out));
	assert(n == size || (n + 1 == size && data[n] == '\n'));
	assert(memcmp(out, data, n) == 0);
	assert(strlen(req.collector) <= 64);
	assert(!strchr(req.evidence, '/') && req.evidence[0] != '.');
	assert((req.verb == JOURNAL_evidence) == (req.evidence[0] != 0));
	assert((req.verb == JOURNAL_watch) == (req.watch.id[0] != 0));
	assert(req.watch.n_allow <= JOURNAL_WATCH_ALLOW && !strchr(req.watch.id, '/'));
	assert(req.watch.seconds <= JOURNAL_WATCH_S);
	return 0;
}
