// SPDX-License-Identifier: Apache-2.0
/* A read cursor over bytes we neither own nor trust.
 *
 * A read past the end returns 0 and spoils the cursor, and a spoilt cursor stays spoilt. So a
 * decoder reads a whole header in a straight line and asks bytes_ok() once, before it believes
 * any of it. Take the fixed part of a header as one sub-cursor first: the compiler then proves
 * every inner read.
 *
 * Owns:   nothing; the buffer must outlive the cursor.
 * Errors: none are returned; bytes_ok() is the only question.
 */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at;  /* next unread byte */
	const uint8_t *end; /* one past the last */
	bool ok;            /* false once a read went past `end` */
};

/* `p` is not NULL, even when `n` is 0. */
static inline struct bytes bytes_of(const void *p, size_t n)
{
	return (struct bytes){.at = p, .end = (const uint8_t *)p + n, .ok = true};
}

static inline bool bytes_ok(const struct bytes *b)
{
	return b->ok;
}

static inline size_t bytes_left(const struct bytes *b)
{
	return (size_t)(b->end - b->at);
}

/* The next `n` bytes as a cursor of their own; the rest stays in `b`. */
static inline struct bytes bytes_take(struct bytes *b, size_t n)
{
	if (bytes_left(b) < n) {
		b->at = b->end;
		b->ok = false;
		n = 0;
	}
	struct bytes sub = {.at = b->at, .end = b->at + n, .ok = b->ok};
	b->at += n;
	return sub;
}

/* The next `n` bytes copied to `out`, or zeroes. */
static inline void bytes_copy(struct bytes *b, void *out, size_t n)
{
	struct bytes v = bytes_take(b, n);

	if (v.ok)
		memcpy(out, v.at, n);
	else
		memset(out, 0, n);
}

static inline uint8_t bytes_u8(struct bytes *b)
{
	uint8_t v;
	bytes_copy(b, &v, sizeof(v));
	return v;
}

static inline uint16_t bytes_be16(struct bytes *b)
{
	uint16_t v;
	bytes_copy(b, &v, sizeof(v));
	return be16toh(v);
}

static inline uint32_t bytes_be32(struct bytes *b)
{
	uint32_t v;
	bytes_copy(b, &v, sizeof(v));
	return be32toh(v);
}

static inline uint16_t bytes_le16(struct bytes *b)
{
	uint16_t v;
	bytes_copy(b, &v, sizeof(v));
	return le16toh(v);
}

static inline uint32_t bytes_le32(struct bytes *b)
{
	uint32_t v;
	bytes_copy(b, &v, sizeof(v));
	return le32toh(v);
}
