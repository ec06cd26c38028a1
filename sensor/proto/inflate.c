// SPDX-License-Identifier: Apache-2.0
/* zlib and brotli behind one face. A decoder's blocks carry their size in front, since neither
 * library says it when it gives them back.
 *
 * Source: RFC 9110 8.4.1 (deflate is zlib's format; senders that leave its header out are met by
 * trying raw deflate once), RFC 7932; libhtp for what is not encoded at all.
 */
#include "proto/inflate.h"

#define ZLIB_CONST /* zlib does not write to its input */
#include <brotli/decode.h>
#include <zlib.h>

#define STEP 4096u /* bytes decoded at a time */
#define HEAD 16u   /* bytes in front of a block: its size, and alignment */

struct layer {
	struct proto_mem *mem;
	union {
		z_stream z;
		BrotliDecoderState *brotli;
	};
	bool ended;
};

static void *block(void *mem, size_t n)
{
	uint32_t *at = n <= PROTO_MEM_MAX - HEAD ? proto_take(mem, (uint32_t)n + HEAD) : NULL;

	if (!at)
		return NULL;
	*at = (uint32_t)n + HEAD;
	return (uint8_t *)at + HEAD;
}

static void unblock(void *mem, void *p)
{
	if (!p)
		return;
	uint32_t *at = (uint32_t *)(void *)((uint8_t *)p - HEAD);
	proto_give(mem, at, *at);
}

static void *z_block(void *mem, unsigned n, unsigned size)
{
	return block(mem, (size_t)n * size);
}

bool inflate_add(struct inflate *z, struct proto_mem *m, enum inflate_kind kind)
{
	struct layer *l = z->n < INFLATE_LAYERS ? proto_take(m, sizeof(*l)) : NULL;
	bool good;

	if (!l)
		return false;
	l->mem = m;
	if (kind == INFLATE_brotli) {
		l->brotli = BrotliDecoderCreateInstance(block, unblock, m);
		good = l->brotli != NULL;
	} else {
		l->z = (z_stream){.zalloc = z_block, .zfree = unblock, .opaque = m};
		good = inflateInit2(&l->z, kind == INFLATE_gzip ? 15 + 16
					   : kind == INFLATE_raw ? -15
								 : 15) == Z_OK;
	}
	if (!good) {
		proto_give(m, l, sizeof(*l));
		return false;
	}
	z->layer[z->n] = l;
	z->kind[z->n++] = (uint8_t)kind;
	return true;
}

static void push(struct inflate *z, unsigned i, const uint8_t *p, uint32_t n,
		 struct proto_bytes *body, uint32_t max);

/* What has come out. */
static void give(struct inflate *z, struct proto_mem *m, const uint8_t *p, uint32_t n,
		 struct proto_bytes *body, uint32_t max)
{
	z->out += n;
	file_known_add(z->known, p, n);
	if (z->full || proto_append(m, body, p, n, max))
		return;
	z->full = true;
	z->over |= !z->known;
}

static void put(struct inflate *z, unsigned i, const uint8_t *p, uint32_t n,
		struct proto_bytes *body, uint32_t max)
{
	struct layer *l = z->layer[0];

	if (n == 0)
		return;
	if (i < z->n) {
		push(z, i, p, n, body, max);
		return;
	}
	give(z, l->mem, p, n, body, max);
	if (z->out > (z->in + 1024) * INFLATE_RATIO)
		z->over = true;
}

static void push_z(struct inflate *z, unsigned i, const uint8_t *p, uint32_t n,
		   struct proto_bytes *body, uint32_t max)
{
	struct layer *l = z->layer[i];
	uint8_t out[STEP];

	l->z.next_in = p;
	l->z.avail_in = n;
	while (!z->over && !z->failed) {
		l->z.next_out = out;
		l->z.avail_out = sizeof(out);
		int rc = inflate(&l->z, Z_SYNC_FLUSH);
		uint32_t got = (uint32_t)sizeof(out) - l->z.avail_out;

		put(z, i + 1, out, got, body, max);
		if (rc == Z_STREAM_END) {
			l->ended = true;
			return; /* what follows belongs to nobody */
		}
		if (rc != Z_OK && rc != Z_BUF_ERROR) {
			z->failed = true;
			return;
		}
		if (got < sizeof(out) && l->z.avail_in == 0)
			return;
		if (rc == Z_BUF_ERROR && got == 0)
			return;
	}
}

static void push_brotli(struct inflate *z, unsigned i, const uint8_t *p, uint32_t n,
			struct proto_bytes *body, uint32_t max)
{
	struct layer *l = z->layer[i];
	uint8_t out[STEP];
	BrotliDecoderResult rc = BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT;
	size_t left = 0;

	/* A byte at a time: where the bytes turn out to be wrong, what the decoder has given before
	 * must not depend on how they were cut. That costs: 30 MB/s of input, not 400. */
	while (!z->over && !z->failed) {
		if (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) {
			if (n-- == 0)
				return;
			left = 1;
		}
		uint8_t *to = out;
		size_t room = sizeof(out);
		rc = BrotliDecoderDecompressStream(l->brotli, &left, &p, &room, &to, NULL);

		put(z, i + 1, out, (uint32_t)(sizeof(out) - room), body, max);
		if (rc == BROTLI_DECODER_RESULT_SUCCESS) {
			l->ended = true;
			return;
		}
		if (rc == BROTLI_DECODER_RESULT_ERROR)
			z->failed = true;
	}
}

static void push(struct inflate *z, unsigned i, const uint8_t *p, uint32_t n,
		 struct proto_bytes *body, uint32_t max)
{
	struct layer *l = z->layer[i];

	if (l->ended)
		return;
	if (z->kind[i] == INFLATE_brotli)
		push_brotli(z, i, p, n, body, max);
	else
		push_z(z, i, p, n, body, max);
}

/* Nothing came out, and all that went in is at hand: once more without zlib's header, or as it is. */
static void start_again(struct inflate *z, const uint8_t *p, uint32_t n, struct proto_bytes *body,
			uint32_t max)
{
	struct layer *l = z->layer[0];

	if (z->kind[0] == INFLATE_deflate && !z->raw && inflateReset2(&l->z, -15) == Z_OK) {
		z->raw = true;
		z->failed = false;
		push(z, 0, z->head, z->n_head, body, max);
		if (!z->failed)
			push(z, 0, p, n, body, max);
		if (!z->failed || z->out)
			return;
	}
	z->failed = false;
	z->plain = true;
	give(z, l->mem, z->head, z->n_head, body, max);
	if (!z->over)
		give(z, l->mem, p, n, body, max);
}

static void take(struct inflate *z, struct proto_mem *m, const uint8_t *p, uint32_t n,
		 struct proto_bytes *body, uint32_t max)
{
	bool head = z->in < INFLATE_HEAD; /* then all of the n bytes are, too */

	z->in += n;
	if (z->failed || z->over)
		return;
	if (z->n == 0 || z->plain) {
		give(z, m, p, n, body, max);
		return;
	}
	push(z, 0, p, n, body, max);
	if (!head)
		return;
	if (z->failed && z->out == 0)
		start_again(z, p, n, body, max);
	memcpy(z->head + z->n_head, p, n);
	z->n_head = (uint8_t)(z->n_head + n);
}

void inflate_data(struct inflate *z, struct proto_mem *m, const uint8_t *p, uint32_t n,
		  struct proto_bytes *body, uint32_t max)
{
	uint32_t first = z->in < INFLATE_HEAD ? INFLATE_HEAD - (uint32_t)z->in : 0;

	/* Whether it is an encoding at all is asked of the same bytes, however they are cut. */
	if (first && first < n) {
		take(z, m, p, first, body, max);
		p += first;
		n -= first;
	}
	if (n)
		take(z, m, p, n, body, max);
}

void inflate_drop(struct inflate *z, struct proto_mem *m)
{
	for (unsigned i = 0; i < z->n; i++) {
		struct layer *l = z->layer[i];

		if (z->kind[i] == INFLATE_brotli)
			BrotliDecoderDestroyInstance(l->brotli);
		else
			inflateEnd(&l->z);
		proto_give(m, l, sizeof(*l));
	}
	*z = (struct inflate){.n = 0};
}
