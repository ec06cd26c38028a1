// SPDX-License-Identifier: Apache-2.0
/* Messages of Windows' protocols made by hand: bytes appended one number after the other, lengths
 * filled in afterwards. */
#pragma once

#include "hex.h"

#include <string.h>

struct made {
	uint8_t at[8192];
	uint32_t n;
};

static inline void put_u8(struct made *m, unsigned v)
{
	assert(m->n < sizeof(m->at));
	m->at[m->n++] = (uint8_t)v;
}

static inline void put_16(struct made *m, unsigned v)
{
	put_u8(m, v & 255);
	put_u8(m, v >> 8 & 255);
}

static inline void put_32(struct made *m, uint32_t v)
{
	put_16(m, v & 0xffff);
	put_16(m, v >> 16);
}

static inline void put_64(struct made *m, uint64_t v)
{
	put_32(m, (uint32_t)v);
	put_32(m, (uint32_t)(v >> 32));
}

static inline void put_zero(struct made *m, uint32_t n)
{
	while (n--)
		put_u8(m, 0);
}

static inline void put_at(struct made *m, const void *p, size_t n)
{
	assert(m->n + n <= sizeof(m->at));
	memcpy(m->at + m->n, p, n);
	m->n += (uint32_t)n;
}

static inline void put_text(struct made *m, const char *text)
{
	put_at(m, text, strlen(text));
}

static inline void put_wide(struct made *m, const char *text)
{
	for (; *text; text++)
		put_16(m, (unsigned char)*text);
}

static inline void put_made(struct made *m, const struct made *o)
{
	put_at(m, o->at, o->n);
}

static inline void put_hex(struct made *m, const char *text)
{
	m->n += (uint32_t)hex(text, m->at + m->n, sizeof(m->at) - m->n);
}

static inline void set_16(struct made *m, uint32_t at, unsigned v)
{
	m->at[at] = (uint8_t)v;
	m->at[at + 1] = (uint8_t)(v >> 8);
}

static inline void set_32(struct made *m, uint32_t at, uint32_t v)
{
	set_16(m, at, v & 0xffff);
	set_16(m, at + 2, v >> 16);
}

/* Behind a NetBIOS session header. */
static inline void put_nbss(struct made *m, const struct made *o)
{
	put_u8(m, 0);
	put_u8(m, o->n >> 16);
	put_u8(m, o->n >> 8 & 255);
	put_u8(m, o->n & 255);
	put_made(m, o);
}

/* DER: tag, length, body. */
static inline void put_der(struct made *m, unsigned tag, const struct made *body)
{
	put_u8(m, tag);
	if (body->n >= 0x80) {
		put_u8(m, 0x82);
		put_u8(m, body->n >> 8);
		put_u8(m, body->n & 255);
	} else {
		put_u8(m, body->n);
	}
	put_made(m, body);
}

static inline void put_der_text(struct made *m, unsigned tag, const char *text)
{
	struct made body = {.n = 0};

	put_text(&body, text);
	put_der(m, tag, &body);
}

static inline void put_der_int(struct made *m, unsigned tag, unsigned v)
{
	struct made body = {.n = 0};

	if (v > 32767) {
		put_u8(&body, v >> 24);
		put_u8(&body, v >> 16 & 255);
	}
	if (v > 127)
		put_u8(&body, v >> 8 & 255);
	put_u8(&body, v & 255);
	put_der(m, tag, &body);
}
