// SPDX-License-Identifier: Apache-2.0
/* Files in HTTP: an answer's body, a request's, or the parts of a form that have file names.
 *
 * Source: RFC 7578, RFC 2046 5.1.1. A form's parts are looked for once, when its body is complete.
 */
#include "proto/http.h"

static uint32_t find(const uint8_t *p, uint32_t from, uint32_t n, const void *what, uint32_t k)
{
	const uint8_t *at = from < n ? memmem(p + from, n - from, what, k) : NULL;

	return at ? (uint32_t)(at - p) : n;
}

/* name="value", name=value; of a header's value. Empty: it has none. */
struct view_of_bytes http_parameter(struct view_of_bytes v, const char *name)
{
	uint32_t k = (uint32_t)strlen(name);

	for (uint32_t i = 0; i + k + 1 <= v.len; i++) {
		if (v.at[i + k] != '=' || !http_is((struct view_of_bytes){v.at + i, k}, name))
			continue;
		if (i && v.at[i - 1] != ' ' && v.at[i - 1] != ';' && v.at[i - 1] != '\t' &&
		    v.at[i - 1] != ',')
			continue;
		const uint8_t *at = v.at + i + k + 1;
		uint32_t n = v.len - i - k - 1;
		bool quoted = n && (*at == '"' || *at == '\'');
		const uint8_t *end = quoted ? memchr(at + 1, *at, n - 1) : memchr(at, ';', n);

		n = end ? (uint32_t)(end - at) : n;
		if (quoted)
			return (struct view_of_bytes){at + 1, n ? n - 1 : 0};
		while (n && (at[n - 1] == ' ' || at[n - 1] == '\r' || at[n - 1] == '\n'))
			n--;
		return (struct view_of_bytes){at, n};
	}
	return (struct view_of_bytes){(const uint8_t *)"", 0};
}

/* The part between `from` and `to`, headers first. */
static void add_part(struct http_tx *tx, struct http_msg *m, uint32_t from, uint32_t to, bool whole)
{
	struct http_parts *parts = m->parts;
	const uint8_t *p = m->body.at;
	uint32_t end = find(p, from, to, "\r\n\r\n", 4), data = end + 4;

	if (end == to) {
		end = find(p, from, to, "\n\n", 2);
		data = end + 2;
	}
	if (end == to) {
		http_event(tx, HTTP_EVENT_multipart_header);
		return;
	}
	struct view_of_bytes head = {p + from, end - from};
	struct view_of_bytes name = http_parameter(head, "filename");
	/* a line's end belongs to the delimiter */
	if (whole && to > data && p[to - 1] == '\n')
		to -= to > data + 1 && p[to - 2] == '\r' ? 2 : 1;
	if (name.len == 0)
		return;
	if (to <= data)
		http_event(tx, HTTP_EVENT_multipart_no_data);
	parts->at[parts->n++] = (struct http_part){
		.name = (uint32_t)(name.at - p),
		.name_len = name.len,
		.data = data,
		.data_len = to - data,
		.whole = whole,
		.known = file_known_begin(tx->mem),
	};
	file_known_add(parts->at[parts->n - 1].known, p + data, to - data);
}

static void find_parts(struct http_tx *tx, struct http_msg *m, struct view_of_bytes boundary)
{
	uint8_t mark[128] = "--";
	uint32_t k = boundary.len + 2, n = m->body.len;

	m->parts = proto_take(tx->mem, sizeof(*m->parts));
	if (!m->parts || k > sizeof(mark))
		return;
	memcpy(mark + 2, boundary.at, boundary.len);
	for (uint32_t at = find(m->body.at, 0, n, mark, k);
	     at < n && m->parts->n < HTTP_PARTS_MAX;) {
		uint32_t from = at + k;
		uint32_t to = find(m->body.at, from, n, mark, k);

		if (from + 2 > n || memcmp(m->body.at + from, "--", 2) == 0)
			break;
		add_part(tx, m, from, to, to < n);
		at = to;
	}
}

bool http_file(struct http_tx *tx, uint8_t dir, unsigned i, struct file_view *out)
{
	struct http_msg *m = &tx->msg[dir];
	const struct http_header *h;

	if (m->body.len == 0)
		return false;
	/* What another method carries is no upload: rules on files are written against that. */
	if (dir == FLOW_to_server && !http_is(m->word[0], "post") && !http_is(m->word[0], "put"))
		return false;
	if (dir == FLOW_to_server && !m->parts && (h = http_find(m, "content-type"))) {
		struct view_of_bytes type = http_value(m, h);
		struct view_of_bytes boundary = http_parameter(type, "boundary");

		if (type.len > 10 && boundary.len &&
		    http_is((struct view_of_bytes){type.at, 10}, "multipart/"))
			find_parts(tx, m, boundary);
	}
	if (m->parts) {
		const struct http_part *p = &m->parts->at[i];

		if (i >= m->parts->n)
			return false;
		*out = (struct file_view){.name = {m->body.at + p->name, p->name_len},
					  .data = {m->body.at + p->data, p->data_len},
					  .size = p->data_len,
					  .known = p->known,
					  .whole = p->whole};
		return true;
	}
	*out = (struct file_view){.name = http_file_name(tx, dir),
				  .data = {m->body.at, m->body.len},
				  .size = m->decoded_len,
				  .known = m->known,
				  .whole = m->complete && !m->cut,
				  .gap = m->gap};
	return i == 0;
}
