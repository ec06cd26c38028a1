// SPDX-License-Identifier: Apache-2.0
/* A message's head: the first line in words, the headers in a table.
 *
 * Lines end with LF, a CR before it is dropped; a line that begins with a blank goes on with the
 * one before, its blanks too; a header that is there twice has its values joined with ", ", and so
 * have lines without a name: as libhtp does.
 */
#include "proto/http.h"

#include "base/ascii.h"

bool http_is(struct view_of_bytes v, const char *text)
{
	uint32_t i = 0;

	for (; i < v.len && text[i]; i++) {
		if (ascii_lower(v.at[i]) != (uint8_t)text[i])
			return false;
	}
	return i == v.len && !text[i];
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct view_of_bytes trim(struct view_of_bytes v)
{
	while (v.len && blank(v.at[0])) {
		v.at++;
		v.len--;
	}
	while (v.len && (blank(v.at[v.len - 1]) || v.at[v.len - 1] == '\r'))
		v.len--;
	return v;
}

bool http_has(struct view_of_bytes v, const char *token)
{
	while (v.len) {
		const uint8_t *comma = memchr(v.at, ',', v.len);
		uint32_t n = comma ? (uint32_t)(comma - v.at) : v.len;

		if (http_is(trim((struct view_of_bytes){v.at, n}), token))
			return true;
		n += comma != NULL;
		v.at += n;
		v.len -= n;
	}
	return false;
}

bool http_holds(struct view_of_bytes v, const char *text)
{
	uint32_t n = (uint32_t)strlen(text);

	for (uint32_t i = 0; i + n <= v.len; i++) {
		if (http_is((struct view_of_bytes){v.at + i, n}, text))
			return true;
	}
	return false;
}

bool http_digits(struct view_of_bytes v, uint64_t *out)
{
	uint32_t i = 0, from;

	*out = 0;
	while (i < v.len && (v.at[i] < '0' || v.at[i] > '9'))
		i++;
	for (from = i; i < v.len && v.at[i] >= '0' && v.at[i] <= '9' && i - from < 18; i++)
		*out = *out * 10 + (v.at[i] - '0');
	return i > from;
}

struct view_of_bytes http_name(const struct http_msg *m, const struct http_header *h)
{
	return (struct view_of_bytes){m->head.at + h->name, h->name_len};
}

struct view_of_bytes http_value(const struct http_msg *m, const struct http_header *h)
{
	return (struct view_of_bytes){(h->joined ? m->joined.at : m->head.at) + h->value,
				      h->value_len};
}

const struct http_header *http_find(const struct http_msg *m, const char *name)
{
	for (uint32_t i = 0; i < m->n_header; i++) {
		if (!m->header[i].dropped && http_is(http_name(m, &m->header[i]), name))
			return &m->header[i];
	}
	return NULL;
}

/* The line at `at` without its end; *next is where the one after it begins. */
static struct view_of_bytes line_at(const struct http_msg *m, uint32_t at, uint32_t *next)
{
	const uint8_t *p = m->head.at + at;
	uint32_t left = m->head.len - at;
	const uint8_t *end = left ? memchr(p, '\n', left) : NULL;
	uint32_t n = end ? (uint32_t)(end - p) : left;

	*next = at + n + (end != NULL);
	while (n && p[n - 1] == '\r')
		n--;
	return (struct view_of_bytes){p, n};
}

static struct view_of_bytes word_at(struct view_of_bytes line, uint32_t *at)
{
	while (*at < line.len && blank(line.at[*at]))
		++*at;
	uint32_t from = *at;
	while (*at < line.len && !blank(line.at[*at]))
		++*at;
	return (struct view_of_bytes){line.at + from, *at - from};
}

/* "METHOD TARGET HTTP/1.1": blanks inside the target belong to it when a version ends the line, as in
 * Suricata 8; in 7 the target ends with the first one. */
static void request_words(struct http_msg *m, struct view_of_bytes line)
{
	uint32_t at = 0, last = line.len;

	m->word[0] = word_at(line, &at);
	while (last > at && blank(line.at[last - 1]))
		last--; /* belongs to the version */
	while (last > at && !blank(line.at[last - 1]))
		last--;
	struct view_of_bytes version = {line.at + last, line.len - last};
	if (version.len >= 5 && memcmp(version.at, "HTTP/", 5) == 0) {
		m->word[1] = trim((struct view_of_bytes){line.at + at, last - at});
		m->word[2] = version;
	} else {
		m->word[1] = word_at(line, &at);
		m->word[2] = trim((struct view_of_bytes){line.at + at, line.len - at});
	}
}

/* "HTTP/1.1 200 Fine" */
static void response_words(struct http_msg *m, struct view_of_bytes line)
{
	uint32_t at = 0;

	m->word[0] = word_at(line, &at);
	m->word[1] = word_at(line, &at);
	while (at < line.len && blank(line.at[at]))
		at++;
	m->word[2] = (struct view_of_bytes){line.at + at, line.len - at};
	for (uint32_t i = 0; i < m->word[1].len && i < 4; i++) {
		uint8_t c = m->word[1].at[i];

		if (c < '0' || c > '9')
			return;
		m->status = (uint16_t)(m->status * 10 + (c - '0'));
	}
}

static bool grow(struct http_tx *tx, struct http_msg *m)
{
	uint32_t cap = m->cap_header ? m->cap_header * 2 : 16;
	struct http_header *h = proto_take(tx->mem, cap * (uint32_t)sizeof(*h));

	if (!h)
		return false;
	if (m->n_header)
		memcpy(h, m->header, m->n_header * sizeof(*h));
	proto_give(tx->mem, m->header, m->cap_header * (uint32_t)sizeof(*h));
	m->header = h;
	m->cap_header = cap;
	return true;
}

bool http_header_put(struct http_tx *tx, struct http_msg *m, const struct http_header *h)
{
	if (m->n_header == HTTP_HEADERS_MAX || (m->n_header == m->cap_header && !grow(tx, m)))
		return false;
	m->header[m->n_header++] = *h;
	return true;
}

void http_header_join(struct http_tx *tx, struct http_msg *m, struct http_header *h,
		      const char *sep, struct view_of_bytes more)
{
	struct view_of_bytes old = http_value(m, h);
	struct proto_bytes *j = &m->joined;
	bool last = h->joined && h->value + h->value_len == j->len;
	uint32_t n_sep = (uint32_t)strlen(sep), want = old.len + n_sep + more.len;
	struct proto_bytes moved = {0};

	if (j->len + want > HTTP_HEAD_MAX)
		return;
	/* Apart first: the old value may lie in the block that grows. */
	if (!last && !proto_append(tx->mem, &moved, old.at, old.len, HTTP_HEAD_MAX))
		return;
	uint32_t at = last ? h->value : j->len;
	bool good = (last || proto_append(tx->mem, j, moved.at, moved.len, HTTP_HEAD_MAX)) &&
		    proto_append(tx->mem, j, sep, n_sep, HTTP_HEAD_MAX) &&
		    proto_append(tx->mem, j, more.at, more.len, HTTP_HEAD_MAX);
	proto_drop(tx->mem, &moved);
	if (!good)
		return;
	h->joined = true;
	h->value = at;
	h->value_len = want;
}

/* Lengths are not joined: the first one holds, as for the server that is to be deceived. */
static void repeated(struct http_tx *tx, struct http_msg *m, struct http_header *h,
		     struct view_of_bytes value, uint8_t dir)
{
	uint64_t one = 0, other = 0;
	bool up = dir == FLOW_to_server;

	if (++m->repeated > HTTP_REPEATED_MAX)
		http_event(tx, up ? HTTP_EVENT_request_repeat : HTTP_EVENT_response_repeat);
	if (!http_is(http_name(m, h), "content-length")) {
		http_header_join(tx, m, h, ", ", value);
		return;
	}
	if (!http_digits(http_value(m, h), &one) || !http_digits(value, &other) || one != other)
		http_event(tx, up ? HTTP_EVENT_duplicate_cl : HTTP_EVENT_duplicate_cl_response);
}

/* The header that it is part of now: its number, or the last one's. */
static uint32_t add(struct http_tx *tx, struct http_msg *m, struct view_of_bytes line, uint8_t dir)
{
	const uint8_t *colon = line.len ? memchr(line.at, ':', line.len) : NULL;
	uint32_t n = colon ? (uint32_t)(colon - line.at) : 0;
	struct view_of_bytes name = trim((struct view_of_bytes){line.at, n});
	struct view_of_bytes value = {line.at + n + (colon != NULL),
				      line.len - n - (colon != NULL)};

	value = trim(value);
	if (!colon)
		http_event(tx, dir == FLOW_to_server ? HTTP_EVENT_te_field
						     : HTTP_EVENT_response_te_field);
	for (uint32_t i = 0; i < m->n_header; i++) {
		struct http_header *h = &m->header[i];
		struct view_of_bytes other = http_name(m, h);
		uint32_t k = 0;

		while (other.len == name.len && k < name.len &&
		       ascii_lower(other.at[k]) == ascii_lower(name.at[k]))
			k++;
		if (other.len == name.len && k == name.len) {
			repeated(tx, m, h, value, dir);
			return i;
		}
	}
	if (m->n_header == HTTP_HEADERS_MAX)
		http_event(tx, dir == FLOW_to_server ? HTTP_EVENT_request_headers
						     : HTTP_EVENT_response_headers);
	http_header_put(tx, m,
			&(struct http_header){
				.name = (uint32_t)(name.at - m->head.at),
				.name_len = name.len,
				.value = (uint32_t)(value.at - m->head.at),
				.value_len = value.len,
			});
	return m->n_header - 1;
}

/* A line that goes on with a header's value. */
static void fold(struct http_tx *tx, struct http_msg *m, struct http_header *h,
		 struct view_of_bytes line)
{
	struct view_of_bytes v = trim(line);

	if (h->value_len) {
		v.len += (uint32_t)(v.at - line.at);
		v.at = line.at;
	}
	http_header_join(tx, m, h, "", v);
}

static void headers(struct http_tx *tx, struct http_msg *m, uint32_t next, uint8_t dir)
{
	uint32_t last = m->n_header ? m->n_header - 1 : 0;
	struct view_of_bytes line;

	while (next < m->head.len && (line = line_at(m, next, &next)).len) {
		if (m->n_header && blank(line.at[0]))
			fold(tx, m, &m->header[last], line);
		else
			last = add(tx, m, line, dir);
	}
}

bool http_parse_head(struct http_tx *tx, uint8_t dir)
{
	struct http_msg *m = &tx->msg[dir];
	uint32_t at = 0, next = 0;
	struct view_of_bytes line = {NULL, 0};

	while (at < m->head.len && (line = line_at(m, at, &next)).len == 0)
		at = next; /* empty lines before it */
	if (line.len == 0)
		return false;
	if (at)
		proto_consume(&m->head, at);
	line = line_at(m, 0, &next);
	m->parsed = true;
	m->line_len = line.len;
	m->headers_at = next;
	if (dir == FLOW_to_server)
		request_words(m, line);
	else
		response_words(m, line);
	headers(tx, m, next, dir);
	return true;
}

bool http_head_more(struct http_tx *tx, uint8_t dir, const uint8_t *p, uint32_t n)
{
	struct http_msg *m = &tx->msg[dir];
	uint32_t at[3] = {0};

	for (unsigned i = 0; i < 3 && m->line_len; i++) /* the block may move */
		at[i] = (uint32_t)(m->word[i].at - m->head.at);
	bool good = proto_append(tx->mem, &m->head, p, n, HTTP_HEAD_MAX);
	for (unsigned i = 0; i < 3 && m->line_len; i++)
		m->word[i].at = m->head.at + at[i];
	return good;
}

void http_parse_more(struct http_tx *tx, uint8_t dir, uint32_t at)
{
	struct http_msg *m = &tx->msg[dir];
	const unsigned stale = 1u << MADE_header | 1u << MADE_names | 1u << MADE_start;

	headers(tx, m, at, dir);
	for (unsigned i = 0; i < MADE_count; i++) {
		if (stale >> i & 1)
			m->made[i].len = 0;
	}
	m->made_bits &= ~stale;
}
