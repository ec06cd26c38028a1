// SPDX-License-Identifier: Apache-2.0
/* A reply from a foreign sensor, as a collector reads it. */
#include "wire/journal_api.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void records(const char *p, size_t n)
{
	struct journal_record r;
	const char *before = p;

	while (journal_record_parse(&p, &n, &r)) {
		size_t len = (size_t)(p - before);
		char *out = malloc(len + 1);
		assert(out && r.topic >= before && r.json + r.json_len + 1 == p);
		assert(journal_record_write(&r, out, len + 1) == len);
		assert(memcmp(out, before, len) == 0);
		free(out);
		before = p;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	size_t n = size;
	struct journal_since_reply since;
	struct journal_epoch epoch;
	uint32_t count;

	if (size == 0)
		return 0;
	if (journal_since_reply_parse(&p, &n, &since)) {
		assert(p + n == (const char *)data + size);
		records(p, n);
		return 0;
	}
	if (journal_epochs_reply_parse(&p, &n, &count))
		while (journal_epoch_parse(&p, &n, &epoch))
			continue;
	assert(p + n == (const char *)data + size);
	records(p, n);
	return 0;
}
