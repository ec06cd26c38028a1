// SPDX-License-Identifier: Apache-2.0
/* Walks a segment; see segment_read.h.
 *
 * Cost: one pread(2) per 384 KiB; each byte is read and checked once.
 */
#include "publish/segment_read.h"

#include <errno.h>
#include <unistd.h>

/* A damaged entry is judged together with the one behind it. */
#define NEEDED (2u * SEGMENT_ENTRY_MAX)

struct segment_reader segment_reader_of(int fd, uint64_t at, uint64_t end, uint8_t *buf)
{
	return (struct segment_reader){.fd = fd, .at = at, .end = end, .base = at, .buf = buf};
}

static size_t available(const struct segment_reader *r)
{
	return (size_t)(r->base + r->have - r->at);
}

static void fill(struct segment_reader *r)
{
	if (available(r) >= NEEDED || r->base + r->have >= r->end)
		return;
	r->base = r->at;
	r->have = 0;
	while (r->have < SEGMENT_READ_BUFFER) {
		uint64_t room = r->end - (r->base + r->have);
		size_t want = SEGMENT_READ_BUFFER - r->have;
		if (room < want)
			want = (size_t)room;
		ssize_t n = pread(r->fd, r->buf + r->have, want, (off_t)(r->base + r->have));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			r->end =
				r->base + r->have; /* shorter than promised: what is there counts */
			return;
		}
		r->have += (size_t)n;
		if (want == room)
			return;
	}
}

bool segment_reader_next(struct segment_reader *r, struct segment_entry *e)
{
	while (!r->torn) {
		struct segment_entry after;

		fill(r);
		size_t n = available(r);
		if (n == 0)
			return false;
		const uint8_t *p = r->buf + (r->at - r->base);
		enum segment_verdict v = segment_entry_parse(p, n, e);
		if (v == SEGMENT_ok) {
			r->at += e->size;
			return true;
		}
		if (v == SEGMENT_bad && e->size != 0 &&
		    segment_entry_parse(p + e->size, n - e->size, &after) == SEGMENT_ok) {
			r->damaged++;
			r->at += e->size;
			continue;
		}
		r->torn = true;
	}
	return false;
}

void segment_reader_close(struct segment_reader *r)
{
	close(r->fd);
	r->fd = -1;
}
