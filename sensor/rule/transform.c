// SPDX-License-Identifier: Apache-2.0
/* Chains of transforms, and those that need more than the bytes: hashes, expressions, inflating.
 *
 * Source: Suricata 8 user guide, "Transformations". */
#include "rule/transform.h"

#include "rule/base64.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <zlib.h>

#define CHAINS_MAX 4096u
#define ZLIB_ROOM (64u << 10) /* bytes: what inflate() keeps, its window included */

struct transform_work {
	struct regex_work *regex;
	EVP_MD_CTX *hash[HASH_count]; /* begun once, so that going on allocates nothing */
	uint8_t *zlib;                /* ZLIB_ROOM */
	uint32_t zlib_used;
};

static const EVP_MD *method(unsigned h)
{
	return h == HASH_md5 ? EVP_md5() : h == HASH_sha1 ? EVP_sha1() : EVP_sha256();
}

int rule_transform_work_new(struct transform_work **out, struct regex_work *regex, struct err *err)
{
	struct transform_work *w = calloc(1, sizeof(*w));
	bool good = w && (w->zlib = malloc(ZLIB_ROOM));

	for (unsigned i = 0; good && i < HASH_count; i++) {
		w->hash[i] = EVP_MD_CTX_new();
		good = w->hash[i] && EVP_DigestInit_ex(w->hash[i], method(i), NULL) == 1;
	}
	if (!good) {
		rule_transform_work_free(w);
		return err_set(err, ENOMEM, "no memory for transforms");
	}
	w->regex = regex;
	*out = w;
	return 0;
}

void rule_transform_work_free(struct transform_work *w)
{
	if (!w)
		return;
	for (unsigned i = 0; i < HASH_count; i++)
		EVP_MD_CTX_free(w->hash[i]);
	free(w->zlib);
	free(w);
}

static bool same_text(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static bool same(const struct chain *c, const struct transform *t, unsigned n)
{
	if (c->n != n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (c->t[i].run != t[i].run || c->t[i].a != t[i].a || c->t[i].b != t[i].b || c->t[i].c != t[i].c ||
		    !same_text(c->t[i].text, t[i].text))
			return false;
	}
	return true;
}

const struct chain *rule_chain(struct chains *c, struct arena *a, const struct transform *t,
			       unsigned n)
{
	for (unsigned i = 0; i < c->n; i++) {
		if (same(c->at[i], t, n))
			return c->at[i];
	}
	if (c->n == CHAINS_MAX)
		return NULL;
	if (c->n == c->cap) {
		unsigned cap = c->cap ? 2 * c->cap : 16;
		struct chain **at = rule_arena_take(a, cap * sizeof(*at));

		if (c->n)
			memcpy(at, c->at, c->n * sizeof(*at));
		c->at = at;
		c->cap = cap;
	}
	struct chain *new = rule_arena_take(a, sizeof(*new));
	memcpy(new->t, t, n * sizeof(*t));
	for (unsigned i = 0; i < n; i++)
		new->t[i].text.at = rule_arena_text(a, t[i].text.at, t[i].text.len);
	new->n = n;
	new->id = (uint16_t)(c->n + 1);
	c->at[c->n++] = new;
	return new;
}

uint32_t rule_chain_run(const struct chain *c, struct transform_work *w, const uint8_t *in,
			uint32_t n, uint8_t *out, uint8_t *spare, uint32_t cap)
{
	/* The last one writes to out. */
	uint8_t *to = c->n % 2 ? out : spare, *next = c->n % 2 ? spare : out;

	for (unsigned i = 0; i < c->n; i++) {
		n = c->t[i].run(&c->t[i], w, in, n, to, cap);
		if (n == TRANSFORM_FAILED)
			return n;
		in = to;
		to = next;
		next = (uint8_t *)in;
	}
	return n;
}

static uint32_t unchanged(const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)
{
	n = n < cap ? n : cap;
	memcpy(out, in, n);
	return n;
}

uint32_t rule_transform_hash(const struct transform *t, struct transform_work *w, const uint8_t *in,
			     uint32_t n, uint8_t *out, uint32_t cap)
{
	EVP_MD_CTX *c = w->hash[t->a];
	unsigned len = 0;

	if (cap < EVP_MAX_MD_SIZE || EVP_DigestInit_ex(c, NULL, NULL) != 1 ||
	    EVP_DigestUpdate(c, in, n) != 1 || EVP_DigestFinal_ex(c, out, &len) != 1)
		return TRANSFORM_FAILED;
	return len;
}

uint32_t rule_transform_pcrexform(const struct transform *t, struct transform_work *w,
				  const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)
{
	size_t start, end;

	if (rule_regex_capture(w->regex, t->arg, in, n, &start, &end) != REGEX_yes)
		return TRANSFORM_FAILED;
	return unchanged(in + start, (uint32_t)(end - start), out, cap);
}

uint32_t rule_transform_from_base64(const struct transform *t, struct transform_work *w,
				    const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)
{
	(void)w;
	if (t->b >= n)
		return unchanged(in, n, out, cap);
	uint32_t from = n - t->b < t->a ? n - t->b : t->a;
	uint32_t len = 0;
	if (t->c == BASE64_mime)
		len = rule_base64_decode_mime(in + t->b, from, out, cap);
	else if (t->c == BASE64_rfc4648 || rule_base64_strict(in + t->b, from))
		len = rule_base64_decode(in + t->b, from, out, cap);
	return len ? len : unchanged(in, n, out, cap);
}

/* zlib's memory, so that nothing is allocated; given back all at once. */
static void *take(void *ctx, uInt items, uInt size)
{
	struct transform_work *w = ctx;
	uint32_t n = (items * size + 15) & ~15u;

	if (items > ZLIB_ROOM || size > ZLIB_ROOM || n > ZLIB_ROOM - w->zlib_used)
		return NULL;
	w->zlib_used += n;
	return w->zlib + w->zlib_used - n;
}

static void give(void *ctx, void *p)
{
	(void)ctx, (void)p;
}

uint32_t rule_transform_inflate(const struct transform *t, struct transform_work *w,
				const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = n, .next_out = out,
		      .avail_out = cap < t->a ? cap : t->a, .zalloc = take, .zfree = give,
		      .opaque = w};

	w->zlib_used = 0;
	if (inflateInit2(&z, (int)(int32_t)t->b) != Z_OK)
		return TRANSFORM_FAILED;
	int rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	/* More than is allowed, or more than there was, is no buffer: half of one would mislead. */
	return rc == Z_STREAM_END ? (uint32_t)z.total_out : TRANSFORM_FAILED;
}
