// SPDX-License-Identifier: Apache-2.0
/* Lines out of a stream, for the protocols that are made of them. A line that lies whole in the new
 * bytes is given as it is; one that comes in pieces is put together first, up to its limit.
 *
 * Owns:   the bytes kept, of proto_mem.
 */
#pragma once

#include "proto/mem.h"

struct lines {
	struct proto_bytes held;
	bool cut; /* the line at hand is longer than its limit */
};

/* Takes the next line off *p, *n: without its CR LF. False: no more whole ones; what is left is
 * held. */
static inline bool lines_next(struct lines *l, struct proto_mem *m, const uint8_t **p, uint32_t *n,
			      uint32_t max, const uint8_t **line, uint32_t *len, bool *taken)
{
	const uint8_t *end = *n ? memchr(*p, '\n', *n) : NULL;
	uint32_t k = end ? (uint32_t)(end - *p) : *n;

	if (*taken) { /* the one given last is done with */
		l->held.len = 0;
		l->cut = false;
		*taken = false;
	}
	if (!end || l->held.len) {
		if (!proto_append(m, &l->held, *p, k, max))
			l->cut = true;
		*line = l->held.at;
		*len = l->held.len;
	} else {
		*line = *p;
		*len = k;
	}
	*p += k + (end != NULL);
	*n -= k + (end != NULL);
	if (!end)
		return false;
	*taken = true;
	if (*len && (*line)[*len - 1] == '\r')
		--*len;
	if (!*line)
		*line = (const uint8_t *)"";
	return true;
}

static inline void lines_drop(struct lines *l, struct proto_mem *m)
{
	proto_drop(m, &l->held);
	l->cut = false;
}
