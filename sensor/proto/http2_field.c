// SPDX-License-Identifier: Apache-2.0
/* What rules ask of a stream: the fields of HTTP, then those of its own.
 *
 * Source: Suricata 7 user guide, "HTTP2 Keywords": in http2.header a colon of name or value is
 * doubled, so that the one between them is known.
 */
#include "proto/http2.h"

const struct field http2_fields[] = {
#define FIELD(id, name_, dirs_, at_, many_, what_)                                                 \
	{name_, FIELD_bytes, dirs_, {at_, at_}, many_, what_},
#include "proto/http_fields.def"
#undef FIELD
	FILE_FIELDS(HTTP_BOTH, HTTP_body, HTTP_done),
#define FIELD(id, name_, type_, at_, what_) {name_, type_, HTTP_BOTH, {at_, at_}, true, what_},
#include "proto/http2_fields.def"
#undef FIELD
	{0},
};

static const struct http_header *header_at(const struct http_msg *m, unsigned i)
{
	for (uint32_t k = 0; k < m->n_header; k++) {
		if (!m->header[k].sum && i-- == 0)
			return &m->header[k];
	}
	return NULL;
}

static void add(struct http_tx *tx, struct proto_bytes *b, struct view_of_bytes v)
{
	while (v.len) {
		const uint8_t *colon = memchr(v.at, ':', v.len);
		uint32_t n = colon ? (uint32_t)(colon - v.at) + 1 : v.len;

		proto_append(tx->mem, b, v.at, n, 2 * HTTP_HEAD_MAX);
		if (colon)
			proto_append(tx->mem, b, ":", 1, 2 * HTTP_HEAD_MAX);
		v.at += n;
		v.len -= n;
	}
}

bool http2_bytes(const struct tx *head, unsigned f, unsigned i, uint8_t dir,
		 struct view_of_bytes *out)
{
	struct http_tx *tx = (struct http_tx *)(uintptr_t)head;
	struct http_msg *m = &tx->msg[dir];

	if (f < HTTP_FIELDS)
		return http_bytes(head, f, i, dir, out);
	const struct http_header *h = m->parsed ? header_at(m, i) : NULL;
	if (!h)
		return false;
	*out = http_name(m, h);
	if (f == HTTP2_FIELD_header_name)
		return true;
	struct proto_bytes *b = &m->made[MADE_one];
	b->len = 0;
	add(tx, b, http_name(m, h));
	proto_append(tx->mem, b, ": ", 2, 2 * HTTP_HEAD_MAX);
	add(tx, b, http_value(m, h));
	*out = (struct view_of_bytes){b->at, b->len};
	return b->at != NULL;
}

static bool frametype(const struct http2_tx *tx, unsigned i, uint8_t dir, uint64_t *out)
{
	for (unsigned t = 0; t <= HTTP2_types; t++) {
		if (tx->types[dir] >> t & 1 && i-- == 0) {
			*out = t;
			return true;
		}
	}
	return false;
}

bool http2_number(const struct tx *head, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	static const uint8_t kinds[] = {
		[HTTP2_FIELD_errorcode - HTTP2_FIELD_frametype] = HTTP2_NOTE_error,
		[HTTP2_FIELD_priority - HTTP2_FIELD_frametype] = HTTP2_NOTE_priority,
		[HTTP2_FIELD_window - HTTP2_FIELD_frametype] = HTTP2_NOTE_window,
		[HTTP2_FIELD_size_update - HTTP2_FIELD_frametype] = HTTP2_NOTE_size_update,
		[HTTP2_FIELD_settings - HTTP2_FIELD_frametype] = HTTP2_NOTE_setting,
	};
	const struct http2_tx *tx = (const struct http2_tx *)head;
	const struct http2_note *note = (const struct http2_note *)(const void *)tx->notes.at;

	if (f < HTTP_FIELDS)
		return http_number(head, f, i, dir, out);
	if (f == HTTP2_FIELD_frametype)
		return frametype(tx, i, dir, out);
	for (uint32_t k = 0; k < tx->notes.len / sizeof(*note); k++) {
		if (note[k].dir != dir || note[k].kind != kinds[f - HTTP2_FIELD_frametype] || i--)
			continue;
		*out = (uint64_t)note[k].id << 32 | note[k].value;
		return true;
	}
	return false;
}
