// SPDX-License-Identifier: Apache-2.0
#include "proto/hpack.h"

#define OVERHEAD 32u /* of an entry, RFC 7541 4.1 */

/* The dynamic table */

void hpack_init(struct hpack *h)
{
	*h = (struct hpack){.max = HPACK_TABLE};
}

static void empty(struct hpack *h)
{
	h->n = h->size = 0;
	h->base = h->to = 0;
}

void hpack_drop(struct hpack *h, struct proto_mem *m)
{
	proto_give(m, h->text, 2 * h->cap);
	proto_give(m, h->entry, h->cap / OVERHEAD * (uint32_t)sizeof(*h->entry));
	proto_drop(m, &h->room);
	hpack_init(h);
}

void hpack_forget(struct hpack *h)
{
	empty(h);
	h->blind = true;
}

static struct hpack_entry *at(const struct hpack *h, uint32_t i) /* from the oldest on */
{
	return &h->entry[(h->first + i) % (h->cap / OVERHEAD)];
}

static uint32_t size_of(const struct hpack_entry *e)
{
	return e->name_len + e->value_len + OVERHEAD;
}

static void evict(struct hpack *h, uint32_t to_size)
{
	while (h->n && h->size > to_size) {
		h->size -= size_of(at(h, 0));
		h->first = (h->first + 1) % (h->cap / OVERHEAD);
		h->n--;
	}
}

/* Blocks for a table of h->max bytes. */
static bool make_room(struct hpack *h, struct proto_mem *m)
{
	uint32_t cap = h->max > HPACK_TABLE ? h->max : HPACK_TABLE;

	if (h->cap >= h->max && h->cap)
		return true;
	struct hpack n = *h;
	cap -= cap % OVERHEAD;
	cap += OVERHEAD;
	n.text = proto_take(m, 2 * cap);
	n.entry = proto_take(m, cap / OVERHEAD * (uint32_t)sizeof(*n.entry));
	n.cap = cap;
	if (!n.text || !n.entry) {
		proto_give(m, n.text, 2 * cap);
		proto_give(m, n.entry, cap / OVERHEAD * (uint32_t)sizeof(*n.entry));
		return false;
	}
	for (uint32_t i = 0; i < h->n; i++)
		n.entry[i] = *at(h, i);
	n.first = 0;
	if (h->text)
		memcpy(n.text, h->text, h->to - h->base);
	proto_give(m, h->text, 2 * h->cap);
	proto_give(m, h->entry, h->cap / OVERHEAD * (uint32_t)sizeof(*h->entry));
	*h = n;
	return true;
}

/* Room for `n` more bytes of text: what is alive moves to the front when the end is reached, which
 * is after as many bytes as the table holds. */
static void compact(struct hpack *h, uint32_t n)
{
	uint32_t from = h->n ? at(h, 0)->at : h->to;

	if (h->to - h->base + n <= 2 * h->cap)
		return;
	memmove(h->text, h->text + (from - h->base), h->to - from);
	h->base = from;
}

static void insert(struct hpack *h, struct proto_mem *m, struct view_of_bytes name,
		   struct view_of_bytes value)
{
	struct hpack_entry e = {.name_len = name.len, .value_len = value.len};
	uint32_t size = size_of(&e);

	if (size > h->max) {
		empty(h); /* RFC 7541 4.4: no error */
		return;
	}
	evict(h, h->max - size);
	if (!make_room(h, m)) {
		hpack_forget(h);
		return;
	}
	compact(h, name.len + value.len);
	uint8_t *to = h->text + (h->to - h->base);
	if (name.len)
		memcpy(to, name.at, name.len);
	if (value.len)
		memcpy(to + name.len, value.at, value.len);
	e.at = h->to;
	h->to += name.len + value.len;
	*at(h, h->n++) = e;
	h->size += size;
}

static bool find(const struct hpack *h, uint32_t i, struct view_of_bytes *name,
		 struct view_of_bytes *value)
{
	if (i >= 1 && i <= HPACK_STATIC) {
		hpack_static(i, name, value);
		return true;
	}
	if (i == 0 || i - HPACK_STATIC > h->n)
		return false;
	const struct hpack_entry *e = at(h, h->n - (i - HPACK_STATIC));
	const uint8_t *text = h->text + (e->at - h->base);
	*name = (struct view_of_bytes){text, e->name_len};
	*value = (struct view_of_bytes){text + e->name_len, e->value_len};
	return true;
}

/* Fields */

struct reader {
	const uint8_t *p;
	uint32_t n, at;
};

/* RFC 7541 5.1; HPACK_field: it is there. */
static enum hpack_result integer(struct reader *r, unsigned bits, uint32_t *out)
{
	uint32_t mask = (1u << bits) - 1;
	uint64_t v;

	if (r->at == r->n)
		return HPACK_more;
	v = r->p[r->at++] & mask;
	for (unsigned shift = 0; v >= mask; shift += 7) {
		if (r->at == r->n)
			return HPACK_more;
		uint8_t b = r->p[r->at++];
		v += (uint64_t)(b & 127u) << shift;
		if (v > UINT32_MAX || shift > 28)
			return HPACK_overflow;
		if (!(b & 128))
			break;
	}
	*out = (uint32_t)v;
	return HPACK_field;
}

struct text { /* a string literal as it stands */
	uint32_t at, len;
	bool huffman;
};

static enum hpack_result string(struct reader *r, struct text *out)
{
	bool huffman = r->at < r->n && r->p[r->at] & 128;
	uint32_t len = 0;
	enum hpack_result rc = integer(r, 7, &len);

	if (rc != HPACK_field)
		return rc;
	if (len > HPACK_FIELD_MAX || r->at + len > HPACK_FIELD_MAX)
		return HPACK_long;
	if (len > r->n - r->at)
		return HPACK_more;
	*out = (struct text){r->at, len, huffman};
	r->at += len;
	return HPACK_field;
}

static bool decode(struct hpack *h, struct proto_mem *m, const struct reader *r,
		   const struct text *t)
{
	if (t->huffman)
		return hpack_huffman(m, &h->room, r->p + t->at, t->len);
	return proto_append(m, &h->room, r->p + t->at, t->len, UINT32_MAX);
}

/* Name by index or as a string, value as a string. */
static enum hpack_result literal(struct hpack *h, struct proto_mem *m, struct reader *r,
				 unsigned bits, bool keep, struct hpack_next *out)
{
	struct view_of_bytes name = {(const uint8_t *)"", 0}, unused;
	struct text name_text = {0}, value_text = {0};
	uint32_t i = 0;
	enum hpack_result rc = integer(r, bits, &i);

	if (rc == HPACK_field && i == 0)
		rc = string(r, &name_text);
	if (rc == HPACK_field)
		rc = string(r, &value_text);
	if (rc != HPACK_field)
		return rc;
	h->room.len = 0;
	bool known = i == 0 || find(h, i, &name, &unused);
	bool good = i ? proto_append(m, &h->room, name.at, name.len, UINT32_MAX)
		      : decode(h, m, r, &name_text);
	uint32_t n = h->room.len;
	good = decode(h, m, r, &value_text) && good;
	const uint8_t *room = h->room.at ? h->room.at : (const uint8_t *)"";
	out->name = (struct view_of_bytes){room, n};
	out->value = (struct view_of_bytes){room + n, h->room.len - n};
	if (keep) /* whatever it is: the entries behind it have their numbers */
		insert(h, m, out->name, out->value);
	return !known ? HPACK_unknown : good ? HPACK_field : HPACK_bad;
}

static enum hpack_result size_update(struct hpack *h, struct reader *r, struct hpack_next *out)
{
	enum hpack_result rc = integer(r, 5, &out->size);

	if (rc != HPACK_field)
		return rc;
	h->blind |= out->size > HPACK_TABLE_MAX;
	h->max = out->size < HPACK_TABLE_MAX ? out->size : HPACK_TABLE_MAX;
	evict(h, h->max);
	return HPACK_size;
}

static enum hpack_result indexed(struct hpack *h, struct reader *r, struct hpack_next *out)
{
	uint32_t i = 0;
	enum hpack_result rc = integer(r, 7, &i);

	if (rc != HPACK_field)
		return rc;
	return find(h, i, &out->name, &out->value) ? HPACK_field : HPACK_unknown;
}

enum hpack_result hpack_take(struct hpack *h, struct proto_mem *m, const uint8_t *p, uint32_t n,
			     struct hpack_next *out)
{
	struct reader r = {.p = p, .n = n};
	enum hpack_result rc;

	*out = (struct hpack_next){.name = {(const uint8_t *)"", 0},
				   .value = {(const uint8_t *)"", 0}};
	if (n == 0)
		return HPACK_more;
	if (p[0] & 0x80)
		rc = indexed(h, &r, out);
	else if (p[0] & 0x40)
		rc = literal(h, m, &r, 6, true, out);
	else if (p[0] & 0x20)
		rc = size_update(h, &r, out);
	else
		rc = literal(h, m, &r, 4, false, out);
	if (rc == HPACK_overflow || rc == HPACK_long) {
		out->used = n;
		hpack_forget(h);
	} else if (rc != HPACK_more) {
		out->used = r.at;
	}
	return rc;
}
