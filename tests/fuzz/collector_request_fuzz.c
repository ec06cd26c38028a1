// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request q;
	struct err err;

	if (request_parse((const char *)data, size, &q, &err) != 0)
		return 0;
	assert(q.verb > REQUEST_none && q.verb < REQUEST_count);
	assert(strlen(q.reason) < sizeof(q.reason) && strlen(q.isolator) < sizeof(q.isolator));
	assert(!strchr(q.isolator, '/') && !strchr(q.reason, '\n'));
	assert(q.limit <= REQUEST_LIMIT && q.severity <= 4);
	assert(q.verb != REQUEST_isolate || (q.host[0] && q.reason[0]));
	return 0;
}
