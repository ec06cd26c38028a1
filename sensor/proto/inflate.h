// SPDX-License-Identifier: Apache-2.0
/* Content encodings taken off while the bytes come: gzip, deflate, brotli, at most INFLATE_LAYERS
 * of them.
 *
 * Owns:   decoders' memory, all of it from proto_mem through their allocator hooks.
 * Errors: a layer that cannot go on is `failed`: what it has given stays, the rest is dropped. One
 * that gave nothing within its first INFLATE_HEAD bytes was no encoding at all: the bytes are taken
 * as they are (`plain`), as libhtp does. Where the bytes are cut changes nothing of what comes out.
 * More than `max` bytes, or INFLATE_RATIO times the input, sets `over` and ends it: bombs cost no
 * more. With `known` set, more than `max` bytes set `full`, and it goes on for the sake of what is made
 * of all of them.
 */
#pragma once

#include "proto/file_known.h"
#include "proto/mem.h"

#define INFLATE_LAYERS 2u
#define INFLATE_RATIO  100u
#define INFLATE_HEAD   64u /* bytes kept: a header cut anywhere */

/* raw: deflate that never has a header of zlib's */
enum inflate_kind { INFLATE_none, INFLATE_gzip, INFLATE_deflate, INFLATE_brotli, INFLATE_raw };

struct inflate {
	void *layer[INFLATE_LAYERS]; /* a decoder each: outermost encoding first */
	uint8_t kind[INFLATE_LAYERS];
	uint8_t n, n_head;
	uint8_t head[INFLATE_HEAD];
	bool failed, over, full;
	struct file_known *known; /* gets all that comes out; NULL: nobody wants it */
	bool raw;   /* deflate without zlib's header */
	bool plain; /* not encoded, whatever was said */
	uint64_t in, out; /* bytes */
};

/* Adds the next inner layer. False: no memory, or too many. */
bool inflate_add(struct inflate *z, struct proto_mem *m, enum inflate_kind kind);
/* Decodes; what comes out is appended to `body`, which holds at most `max` bytes. */
void inflate_data(struct inflate *z, struct proto_mem *m, const uint8_t *p, uint32_t n,
		  struct proto_bytes *body, uint32_t max);
void inflate_drop(struct inflate *z, struct proto_mem *m); /* ready for the next body */
