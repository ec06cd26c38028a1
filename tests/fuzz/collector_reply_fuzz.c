// SPDX-License-Identifier: Apache-2.0
/* A sensor's replies, events and all. The epoch and mark are those of the seeds. */
#include "incident.h"
#include "reply.h"
#include "text.h"

#include <assert.h>
#include <stdlib.h>

#define CAP 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event e[CAP];
	struct reply_since rs;
	struct reply_epochs list;
	struct incident inc;
	const char *text = (const char *)data;

	if (reply_since(text, size, 0xaa, 5, 77, e, CAP, &rs)) {
		assert(rs.n <= CAP);
		for (unsigned i = 0; i < rs.n; i++) {
			char clean[64];

			assert(e[i].seq > (i ? e[i - 1].seq : 5) && e[i].epoch == 0xaa);
			assert(e[i].json >= text && e[i].json + e[i].json_len <= text + size);
			text_clean(e[i].signature, clean, sizeof(clean));
			if (i == 0)
				incident_start(&inc, &e[i]);
			else
				incident_add(&inc, &e[i]);
		}
		if (rs.n)
			json_decref(incident_chain(&inc));
	}
	if (reply_epochs(text, size, &list)) {
		assert(list.n <= REPLY_EPOCHS);
		free(list.range);
	}
	return 0;
}
