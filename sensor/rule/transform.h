// SPDX-License-Identifier: Apache-2.0
/* What a rule makes of a buffer before it looks: to_lowercase, dotprefix, url_decode …
 *
 * Shape:  a chain of at most CHAIN_MAX transforms; chains that are written alike are one, so that
 *         rules share what it gives.
 * Errors: output that does not fit is cut; what cannot be decoded is TRANSFORM_FAILED: no buffer.
 * Cost:   linear in the input.
 */
#pragma once

#include "rule/arena.h"
#include "rule/regex.h"
#include "rule/span.h"

#define CHAIN_MAX 8u
#define TRANSFORM_FAILED UINT32_MAX

struct transform_work; /* of a worker: what transforms need besides */
int rule_transform_work_new(struct transform_work **w, struct regex_work *regex, struct err *err);
void rule_transform_work_free(struct transform_work *w);

struct transform {
	/* Returns the length of what it wrote to out. `in` and `out` are apart. */
	uint32_t (*run)(const struct transform *t, struct transform_work *w, const uint8_t *in,
			uint32_t n, uint8_t *out, uint32_t cap);
	const void *arg;
	uint32_t a, b, c; /* numbers of its own */
	struct span text; /* as written: name and value */
};

struct chain {
	struct transform t[CHAIN_MAX];
	unsigned n;
	uint16_t id; /* from 1 */
};

struct chains { /* of a rule set */
	struct chain **at;
	unsigned n, cap;
};

/* The chain of these transforms; NULL: there are too many chains. */
const struct chain *rule_chain(struct chains *c, struct arena *a, const struct transform *t,
			       unsigned n);
/* Returns the length in out, or TRANSFORM_FAILED. `spare` is as large as out. */
uint32_t rule_chain_run(const struct chain *c, struct transform_work *w, const uint8_t *in, uint32_t n,
			uint8_t *out, uint8_t *spare, uint32_t cap);

/* transform_text.c and its like: what kw_transform.c gives to struct transform. */
#define TRANSFORM(name)                                                                            \
	uint32_t rule_transform_##name(const struct transform *t, struct transform_work *w,        \
				       const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap);
TRANSFORM(dotprefix)
TRANSFORM(to_lowercase)
TRANSFORM(to_uppercase)
TRANSFORM(strip_whitespace)
TRANSFORM(compress_whitespace)
TRANSFORM(strip_pseudo_headers)
TRANSFORM(header_lowercase)
TRANSFORM(url_decode)
TRANSFORM(xor)         /* arg: the key, of a bytes; b: from */
TRANSFORM(xor_extract) /* the key is a bytes at c */
TRANSFORM(subslice)    /* arg: struct subslice */
TRANSFORM(domain)      /* a: 1 the public suffix alone */
TRANSFORM(json_decode)
TRANSFORM(hash)        /* a: enum transform_hash */
TRANSFORM(pcrexform)   /* arg: struct regex with one capture */
TRANSFORM(from_base64) /* a: at most so many bytes, b: from, c: enum transform_base64 */
TRANSFORM(from_hex)
TRANSFORM(inflate)     /* a: at most so many bytes, b: zlib's window bits */
#undef TRANSFORM
struct subslice { /* negative: from the end */
	int32_t from, len;
	bool has_len, cut; /* cut: what lies outside is left out; else there is nothing then */
};
enum transform_hash { HASH_md5, HASH_sha1, HASH_sha256, HASH_count };
enum transform_base64 { BASE64_rfc4648, BASE64_mime, BASE64_strict };
