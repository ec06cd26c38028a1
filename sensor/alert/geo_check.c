// SPDX-License-Identifier: Apache-2.0
/* A MaxMind DB read from end to end before anything else touches it: the library looks a record up
 * without having seen the rest, and some of its releases read out of bounds for a crafted one.
 *
 * Shape:  each value that a record or a pointer leads to is read once (a bit an offset remembers);
 *         values nest DEPTH_MAX deep at most; all reads together are at most STEPS times the file,
 *         so that overlapping values cannot cost more.
 * Owns:   the bits, while it runs.
 * Errors: the first thing that is wrong, with its offset in the file.
 * Cost:   about 10 ns a node and a value; main thread, at the start.
 * Source: MaxMind DB File Format Specification 2.0.
 */
#include "alert/geo_check.h"

#include "base/bytes.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>

#define MARKER     "\xab\xcd\xefMaxMind.com"
#define MARKER_LEN 14u
#define META_MAX   (128u << 10) /* bytes: the marker stands within so many of the end */
#define SEPARATOR  16u          /* zero bytes between tree and data */
#define DEPTH_MAX  32u
#define STEPS      4u
#define BUILT_MAX  (UINT64_MAX / 1000000000u) /* s: what nanoseconds can say */

enum type {
	TYPE_pointer = 1,
	TYPE_utf8,
	TYPE_double,
	TYPE_bytes,
	TYPE_u16,
	TYPE_u32,
	TYPE_map,
	TYPE_i32,
	TYPE_u64,
	TYPE_u128,
	TYPE_array,
	TYPE_bool = 14,
	TYPE_float,
};

struct section { /* data or metadata: offsets of pointers count from its start */
	const uint8_t *at;
	size_t size, place; /* bytes; offset in the file */
	uint8_t *seen;      /* a bit an offset; NULL for metadata */
	uint64_t steps, steps_max;
	struct err *err;
};

struct value {
	size_t next;   /* offset after it; of a map or array: of its first element */
	size_t body;   /* offset of its bytes */
	uint32_t size; /* bytes, or elements; of a pointer: its target */
	uint16_t type; /* enum type */
};

static int bad(const struct section *s, size_t at, const char *what)
{
	return err_set(s->err, EINVAL, "%s at byte %zu", what, s->place + at);
}

static uint32_t number(struct bytes *b, unsigned n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | bytes_u8(b);
	return v;
}

static uint32_t pointer(struct bytes *b, uint8_t control)
{
	static const uint32_t base[] = {0, 2048, 526336, 0};
	unsigned size = control >> 3 & 3;
	uint32_t high = size < 3 ? (uint32_t)(control & 7) << (8 * (size + 1)) : 0;

	return (high | number(b, size + 1)) + base[size];
}

static uint32_t length(struct bytes *b, uint8_t control)
{
	static const uint32_t base[] = {29, 285, 65821};
	unsigned size = control & 31;

	return size < 29 ? size : base[size - 29] + number(b, size - 28);
}

/* The control bytes of the value at `at`, its own bytes within the section. */
static int head(struct section *s, size_t at, struct value *v)
{
	if (at >= s->size)
		return bad(s, at, "a value beyond the data");
	struct bytes b = bytes_of(s->at + at, s->size - at);
	uint8_t control = bytes_u8(&b);

	v->type = control >> 5;
	if (v->type == 0)
		v->type = (uint16_t)(7 + bytes_u8(&b));
	v->size = v->type == TYPE_pointer ? pointer(&b, control) : length(&b, control);
	v->body = v->next = at + (size_t)(b.at - (s->at + at));
	if (v->type != TYPE_pointer && v->type != TYPE_map && v->type != TYPE_array &&
	    v->type != TYPE_bool)
		v->next += bytes_take(&b, v->size).ok ? v->size : 0;
	if (!bytes_ok(&b))
		return bad(s, at, "a value is cut off");
	s->steps += 1 + (v->next - v->body);
	if (s->steps > s->steps_max)
		return bad(s, at, "values overlap");
	return 0;
}

static int text(const struct section *s, const struct value *v)
{
	const uint8_t *p = s->at + v->body, *end = p + v->size;

	while (p < end) {
		unsigned n = *p < 0x80 ? 1 : utf8_len(p, (size_t)(end - p));
		if (n == 0)
			return bad(s, (size_t)(p - s->at), "a text that is not UTF-8");
		p += n;
	}
	return 0;
}

static int scalar(const struct section *s, size_t at, const struct value *v)
{
	static const uint8_t most[16] = {[TYPE_u16] = 2, [TYPE_u32] = 4,   [TYPE_i32] = 4,
					 [TYPE_u64] = 8, [TYPE_u128] = 16, [TYPE_bool] = 1};

	switch (v->type) {
	case TYPE_utf8:
		return text(s, v);
	case TYPE_bytes:
		return 0;
	case TYPE_double:
	case TYPE_float:
		if (v->size != (v->type == TYPE_double ? 8 : 4))
			return bad(s, at, "a floating-point number of another size");
		return 0;
	case TYPE_u16:
	case TYPE_u32:
	case TYPE_i32:
	case TYPE_u64:
	case TYPE_u128:
	case TYPE_bool:
		if (v->size > most[v->type])
			return bad(s, at, "a number longer than its type");
		return 0;
	default:
		return bad(s, at, "a value of unknown type");
	}
}

static int key(struct section *s, size_t at, size_t *next)
{
	struct value v, to;
	int r = head(s, at, &v);

	if (r < 0)
		return r;
	*next = v.next;
	if (v.type == TYPE_pointer) {
		if ((r = head(s, v.size, &to)) < 0)
			return r;
		v = to;
	}
	return v.type == TYPE_utf8 ? text(s, &v) : bad(s, at, "a map's key that is no text");
}

static int walk(struct section *s, size_t at, unsigned depth, size_t *next);

/* What a pointer or the tree leads to: once. */
static int visit(struct section *s, size_t at, unsigned depth)
{
	size_t next;

	if (at >= s->size)
		return bad(s, at, "a pointer beyond the data");
	if (s->seen && s->seen[at / 8] & 1u << at % 8)
		return 0;
	int r = walk(s, at, depth, &next);
	if (r == 0 && s->seen)
		s->seen[at / 8] |= (uint8_t)(1u << at % 8);
	return r;
}

static int walk(struct section *s, size_t at, unsigned depth, size_t *next)
{
	struct value v, to;
	int r;

	if (depth == DEPTH_MAX)
		return bad(s, at, "values nest too deep, or in a circle");
	if ((r = head(s, at, &v)) < 0)
		return r;
	*next = v.next;
	if (v.type == TYPE_pointer) {
		if ((r = head(s, v.size, &to)) < 0)
			return r;
		if (to.type == TYPE_pointer)
			return bad(s, at, "a pointer to a pointer");
		return visit(s, v.size, depth + 1);
	}
	if (v.type != TYPE_map && v.type != TYPE_array)
		return scalar(s, at, &v);
	/* An element is a byte at least, so the count cannot outlast the section. */
	for (uint32_t i = 0; i < v.size; i++) {
		if (v.type == TYPE_map && (r = key(s, *next, next)) < 0)
			return r;
		if ((r = walk(s, *next, depth + 1, next)) < 0)
			return r;
	}
	return 0;
}

/* A number of the metadata, whose values have all been walked; 0 when it is not there. */
static uint64_t meta_u64(struct section *m, const char *name)
{
	struct value map, k, v;
	size_t at, next;
	uint64_t out = 0;

	if (head(m, 0, &map) < 0 || map.type != TYPE_map)
		return 0;
	at = map.next;
	for (uint32_t i = 0; i < map.size; i++) {
		if (head(m, at, &k) < 0)
			return 0;
		at = k.next;
		if (k.type == TYPE_pointer && head(m, k.size, &k) < 0)
			return 0;
		if (head(m, at, &v) < 0 || walk(m, at, 1, &next) < 0)
			return 0;
		at = next;
		if (k.size != strlen(name) || memcmp(m->at + k.body, name, k.size) != 0)
			continue;
		if (v.type == TYPE_pointer && head(m, v.size, &v) < 0)
			return 0;
		if (v.type != TYPE_u16 && v.type != TYPE_u32 && v.type != TYPE_u64)
			return 0;
		for (uint32_t b = 0; b < v.size; b++)
			out = out << 8 | m->at[v.body + b];
		return out;
	}
	return 0;
}

struct tree {
	const uint8_t *at;
	uint32_t nodes, bits; /* bits a record */
	unsigned address;     /* bits of an address */
};

static uint32_t record(const struct tree *t, uint32_t node, unsigned side)
{
	const uint8_t *p = t->at + (size_t)node * (t->bits / 4);
	struct bytes b = bytes_of(p, t->bits / 4);

	switch (t->bits) {
	case 24:
		bytes_take(&b, 3 * side);
		return number(&b, 3);
	case 28:
		bytes_take(&b, 4 * side);
		return side ? (uint32_t)(p[3] & 0x0f) << 24 | number(&b, 3)
			    : (uint32_t)(p[3] & 0xf0) << 20 | number(&b, 3);
	default:
		bytes_take(&b, 4 * side);
		return number(&b, 4);
	}
}

/* A record names a node but the first, nothing (the number of nodes), or a place in the data. */
static int records(const struct tree *t, struct section *data)
{
	for (uint32_t node = 0; node < t->nodes; node++) {
		for (unsigned side = 0; side < 2; side++) {
			uint32_t to = record(t, node, side);
			if (to == 0)
				return err_set(data->err, EINVAL,
					       "node %u of the search tree leads back to its root",
					       node);
			if (to <= t->nodes)
				continue;
			if (to < t->nodes + SEPARATOR || to - t->nodes - SEPARATOR >= data->size)
				return err_set(data->err, EINVAL,
					       "node %u of the search tree leads out of the file",
					       node);
			int r = visit(data, to - t->nodes - SEPARATOR, 0);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* The longest way down from a node, in bits; an address ends it. A circle is a way without end. */
static int height(const struct tree *t, uint8_t *known, uint32_t node, unsigned left)
{
	unsigned most = 0;

	if (known[node])
		return known[node] <= left ? known[node] : -1;
	if (left == 0)
		return -1;
	for (unsigned side = 0; side < 2; side++) {
		uint32_t to = record(t, node, side);
		int below = to < t->nodes ? height(t, known, to, left - 1) : 0;
		if (below < 0)
			return -1;
		if ((unsigned)below > most)
			most = (unsigned)below;
	}
	known[node] = (uint8_t)(most + 1);
	return known[node];
}

static int depth(const struct tree *t, struct err *err)
{
	uint8_t *known = calloc(t->nodes, 1);

	if (!known)
		return err_set(err, ENOMEM, "no memory to check it");
	int r = height(t, known, 0, t->address);
	free(known);
	if (r < 0)
		return err_set(err, EINVAL,
			       "its search tree is deeper than an address, or a circle");
	return 0;
}

static size_t find_marker(const uint8_t *p, size_t n)
{
	size_t least = n > META_MAX ? n - META_MAX : 0;

	for (size_t at = n - MARKER_LEN + 1; at-- > least;)
		if (memcmp(p + at, MARKER, MARKER_LEN) == 0)
			return at;
	return n;
}

static int check_meta(struct section *m, struct tree *t)
{
	size_t next;
	struct value v;
	int r = walk(m, 0, 0, &next);

	if (r < 0)
		return r;
	if (head(m, 0, &v) < 0 || v.type != TYPE_map)
		return bad(m, 0, "metadata that is no map");
	m->steps = 0;
	uint64_t nodes = meta_u64(m, "node_count"), bits = meta_u64(m, "record_size");
	uint64_t ip = meta_u64(m, "ip_version");
	uint64_t major = meta_u64(m, "binary_format_major_version");
	if (major != 2)
		return err_set(m->err, EINVAL, "format version %llu; 2 is read",
			       (unsigned long long)major);
	if (bits != 24 && bits != 28 && bits != 32)
		return err_set(m->err, EINVAL, "records of %llu bits", (unsigned long long)bits);
	if (ip != 4 && ip != 6)
		return err_set(m->err, EINVAL, "IP version %llu", (unsigned long long)ip);
	if (nodes == 0 || nodes > UINT32_MAX / 2)
		return err_set(m->err, EINVAL, "a search tree of %llu nodes",
			       (unsigned long long)nodes);
	if (meta_u64(m, "build_epoch") > BUILT_MAX)
		return err_set(m->err, EINVAL, "it says it was built after the year 2500");
	t->nodes = (uint32_t)nodes;
	t->bits = (uint32_t)bits;
	t->address = ip == 4 ? 32 : 128;
	return 0;
}

int geo_check(const uint8_t *p, size_t n, struct err *err)
{
	static const uint8_t zero[SEPARATOR];
	struct tree t = {.at = p};
	size_t marker = n < MARKER_LEN ? n : find_marker(p, n);

	if (marker == n)
		return err_set(err, EINVAL, "no metadata: it is not a MaxMind DB");
	struct section meta = {.at = p + marker + MARKER_LEN,
			       .size = n - marker - MARKER_LEN,
			       .place = marker + MARKER_LEN,
			       .steps_max = 64 * (uint64_t)META_MAX,
			       .err = err};
	int r = check_meta(&meta, &t);
	if (r < 0)
		return r;
	size_t tree = (size_t)t.nodes * (t.bits / 4);
	if (tree > marker || marker - tree < SEPARATOR)
		return err_set(err, EINVAL, "it ends within its search tree of %u nodes", t.nodes);
	if (memcmp(p + tree, zero, SEPARATOR) != 0)
		return err_set(err, EINVAL, "no separator after its search tree of %u nodes",
			       t.nodes);
	struct section data = {.at = p + tree + SEPARATOR,
			       .size = marker - tree - SEPARATOR,
			       .place = tree + SEPARATOR,
			       .err = err};
	data.steps_max = STEPS * (uint64_t)data.size + 1024;
	data.seen = calloc(data.size / 8 + 1, 1);
	if (!data.seen)
		return err_set(err, ENOMEM, "no memory to check it");
	r = records(&t, &data);
	free(data.seen);
	return r < 0 ? r : depth(&t, err);
}
