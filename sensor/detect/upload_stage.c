// SPDX-License-Identifier: Apache-2.0
/* What hosts have received inside; see upload_stage.h. */
#include "detect/upload_stage.h"

#include <string.h>

/* Moves the halves on to now. */
static void turn(struct stage *s, uint64_t now_ns, uint64_t window_ns)
{
	uint64_t half_ns = window_ns / 2;

	if (s->since_ns == 0 || now_ns >= s->since_ns + window_ns) {
		memset(s->half, 0, sizeof(s->half));
		s->since_ns = s->first_ns = now_ns ? now_ns : 1;
	} else if (now_ns >= s->since_ns + half_ns) {
		s->half[1] = s->half[0];
		memset(&s->half[0], 0, sizeof(s->half[0]));
		s->first_ns = s->since_ns;
		s->since_ns += half_ns;
	}
}

void stage_receive(struct sets *stages, uint64_t to, const struct addr *from, uint16_t port,
		   double bytes, uint64_t now_ns, uint64_t window_ns)
{
	bool fresh;
	struct stage *s = sets_get(stages, to, 0, &fresh);

	turn(s, now_ns, window_ns);
	struct stage_half *h = &s->half[0];
	h->bytes += bytes;
	if (addr_eq(&h->from, from)) {
		h->from_bytes += bytes;
	} else if (bytes > h->from_bytes) {
		h->from = *from;
		h->port = port;
		h->from_bytes = bytes - h->from_bytes;
	} else {
		h->from_bytes -= bytes;
	}
}

const struct stage *stage_of(struct sets *stages, uint64_t host, uint64_t now_ns,
			     uint64_t window_ns)
{
	struct stage *s = sets_find(stages, host);

	if (!s)
		return NULL;
	turn(s, now_ns, window_ns);
	return stage_bytes(s) > 0 ? s : NULL;
}
