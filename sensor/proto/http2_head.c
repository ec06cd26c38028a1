// SPDX-License-Identifier: Apache-2.0
/* Header blocks: from fields to a message's head as HTTP/1 has it, one line a field. A first line
 * is made for those who ask for it; what is there twice gets a sum that lookups find.
 *
 * Trailers are decoded, for what they do to the table, and not kept.
 */
#include "proto/http2_doh.h"

static bool same(struct view_of_bytes a, struct view_of_bytes b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static void add_sum(struct http_tx *tx, struct http_msg *m, struct http_header *h,
		    struct view_of_bytes value)
{
	struct http_header sum = *h;

	if (!h->sum) {
		sum.sum = true;
		if (!http_header_put(tx, m, &sum))
			return;
		/* the table may have moved: h is gone */
		for (uint32_t i = 0; i + 1 < m->n_header; i++)
			m->header[i].dropped |= m->header[i].name == sum.name;
		h = &m->header[m->n_header - 1];
	}
	http_header_join(tx, m, h, ", ", value);
}

/* "name: value" into the head, and its place into the table. */
static void add(struct http_tx *tx, struct http_msg *m, const struct hpack_next *f)
{
	uint32_t at = m->head.len, n = f->name.len + f->value.len + 4;
	struct http_header h = {.name = at,
				.name_len = f->name.len,
				.value = at + f->name.len + 2,
				.value_len = f->value.len};
	struct http_header *twin = NULL;

	if (m->n_header == HTTP_HEADERS_MAX || at + n > HTTP_HEAD_MAX ||
	    !proto_append(tx->mem, &m->head, f->name.at, f->name.len, HTTP_HEAD_MAX) ||
	    !proto_append(tx->mem, &m->head, ": ", 2, HTTP_HEAD_MAX) ||
	    !proto_append(tx->mem, &m->head, f->value.at, f->value.len, HTTP_HEAD_MAX) ||
	    !proto_append(tx->mem, &m->head, "\r\n", 2, HTTP_HEAD_MAX))
		return;
	struct view_of_bytes name = http_name(m, &h);
	for (uint32_t i = 0; i < m->n_header && !twin; i++) {
		if (!m->header[i].dropped && same(http_name(m, &m->header[i]), name))
			twin = &m->header[i];
	}
	h.dropped = twin != NULL;
	if (twin)
		add_sum(tx, m, twin, http_value(m, &h));
	http_header_put(tx, m, &h);
}

static struct view_of_bytes value_of(const struct http_msg *m, const char *name)
{
	const struct http_header *h = http_find(m, name);

	return h ? http_value(m, h) : (struct view_of_bytes){(const uint8_t *)"", 0};
}

/* Of the first one, where there are several. */
static struct view_of_bytes first_of(const struct http_msg *m, const char *name)
{
	for (uint32_t i = 0; i < m->n_header; i++) {
		if (!m->header[i].sum && http_is(http_name(m, &m->header[i]), name))
			return http_value(m, &m->header[i]);
	}
	return (struct view_of_bytes){(const uint8_t *)"", 0};
}

static void put(struct http_tx *tx, struct http_msg *m, const void *p, uint32_t n)
{
	proto_append(tx->mem, &m->head, p, n, 2 * HTTP_HEAD_MAX);
}

/* The pseudo-header's value behind the head, where it stays. */
static struct view_of_bytes word(struct http_msg *m, uint32_t at, uint32_t n)
{
	return (struct view_of_bytes){m->head.at + at, n};
}

static void put_value(struct http_tx *tx, struct http_msg *m, const char *name)
{
	struct view_of_bytes v = first_of(m, name);
	uint32_t from = v.len ? (uint32_t)(v.at - m->head.at) : 0;
	struct proto_bytes copy = {0};

	/* Apart first: it lies in the block that grows. */
	if (v.len && proto_append(tx->mem, &copy, m->head.at + from, v.len, HTTP_HEAD_MAX))
		put(tx, m, copy.at, copy.len);
	proto_drop(tx->mem, &copy);
}

/* "GET /path HTTP/2", "HTTP/2 200" */
static void first_line(struct http_tx *tx, struct http_msg *m, uint8_t dir)
{
	bool up = dir == FLOW_to_server;
	uint32_t at[3] = {m->line_at = m->head.len}, end[3];

	if (up)
		put_value(tx, m, ":method");
	else
		put(tx, m, "HTTP/2", 6);
	end[0] = m->head.len;
	put(tx, m, " ", 1);
	at[1] = m->head.len;
	put_value(tx, m, up ? ":path" : ":status");
	end[1] = m->head.len;
	if (up)
		put(tx, m, " ", 1);
	at[2] = m->head.len;
	if (up)
		put(tx, m, "HTTP/2", 6);
	end[2] = m->head.len;
	put(tx, m, "\r\n", 2);
	m->line_len = m->head.len - m->line_at;
	for (unsigned i = 0; i < 3; i++)
		m->word[i] = word(m, at[i], end[i] - at[i]);
}

static void check_request(struct proto_call *c, struct http2_tx *tx, const struct http_msg *m)
{
	struct view_of_bytes authority = value_of(m, ":authority"), host = value_of(m, "host");

	if (authority.len && memchr(authority.at, '@', authority.len))
		http2_odd(c, tx, HTTP2_EVENT_userinfo);
	if (authority.len && host.len &&
	    (authority.len != host.len ||
	     strncasecmp((const char *)authority.at, (const char *)host.at, host.len) != 0))
		http2_odd(c, tx, HTTP2_EVENT_host_mismatch);
}

/* The head is whole. False: it was an interim answer, the real one follows. */
static bool head_done(struct proto_call *c, struct http2_tx *tx, uint8_t dir, bool end_stream)
{
	struct http_msg *m = &tx->http.msg[dir];
	struct view_of_bytes status = first_of(m, ":status");
	uint64_t number = 0;

	if (m->n_header == 0)
		return true;
	if (dir == FLOW_to_client && status.len == 3 && http_digits(status, &number))
		m->status = (uint16_t)number;
	if (m->status / 100 == 1 && !end_stream) {
		http_drop_msg(&tx->http, m);
		memset(m, 0, sizeof(*m));
		return false;
	}
	first_line(&tx->http, m, dir);
	m->parsed = true;
	if (dir == FLOW_to_server) {
		tx->http.connect = http_is(m->word[0], "connect");
		tx->http.head = http_is(m->word[0], "head");
		check_request(c, tx, m);
	}
	http2_doh_head(c, tx, dir);
	http_body_begin(c, &tx->inflate[dir], &tx->http);
	proto_progress(c, &tx->http.tx, dir, HTTP_head);
	return true;
}

void http2_block_begin(struct proto_call *c, struct http2_side *s, struct http2_tx *tx, uint8_t dir)
{
	if (s->in_block)
		http2_odd(c, tx, HTTP2_EVENT_header); /* the one before has no end */
	s->in_block = true;
	s->block_lost = false;
	s->block.len = 0;
	s->block_stream = tx ? tx->http.stream : 0;
	s->block_on = s->stream;
	s->block_dir = dir;
	s->end_stream = s->flags & HTTP2_END_STREAM && s->type == HTTP2_headers;
	s->trailer = tx && tx->http.msg[dir].parsed;
}

static void take_field(struct proto_call *c, struct http2_side *s, struct http2_tx *tx,
		       enum hpack_result rc, const struct hpack_next *f)
{
	switch (rc) {
	case HPACK_field:
		if (tx && !s->trailer)
			add(&tx->http, &tx->http.msg[s->block_dir], f);
		break;
	case HPACK_size:
		if (tx)
			http2_note(tx, c->dir, HTTP2_NOTE_size_update, 0, f->size);
		break;
	case HPACK_unknown:
		if (!s->hpack.blind)
			http2_odd(c, tx, HTTP2_EVENT_header);
		break;
	case HPACK_bad:
		http2_odd(c, tx, HTTP2_EVENT_header);
		break;
	default:
		http2_odd(c, tx, rc == HPACK_long ? HTTP2_EVENT_reassembly : HTTP2_EVENT_integer);
		count_add(&proto_count_of(c)->blocks_lost, 1);
		s->block_lost = true;
		break;
	}
}

/* Fields at p; how many bytes they are. */
static uint32_t take_fields(struct proto_call *c, struct http2_side *s, struct http2_tx *tx,
			    const uint8_t *p, uint32_t n)
{
	struct hpack_next f;
	uint32_t at = 0;

	while (at < n && !s->block_lost) {
		enum hpack_result rc = hpack_take(&s->hpack, proto_mem_of(c), p + at, n - at, &f);

		if (rc == HPACK_more)
			return at;
		at += f.used;
		take_field(c, s, tx, rc, &f);
	}
	return n;
}

void http2_block(struct proto_call *c, struct http2_side *s, const uint8_t *p, uint32_t n)
{
	struct http2_tx *tx = http2_find(c->state, s->block_stream);

	while (n && !s->block_lost) {
		uint32_t k = n < 4096 ? n : 4096;

		if (s->block.len == 0) {
			k = take_fields(c, s, tx, p, n);
			p += k;
			n -= k;
			k = n;
		}
		if (!k)
			continue;
		if (!proto_append(proto_mem_of(c), &s->block, p, k, UINT32_MAX)) {
			hpack_forget(&s->hpack);
			s->block_lost = true;
			break;
		}
		p += k;
		n -= k;
		proto_consume(&s->block, take_fields(c, s, tx, s->block.at, s->block.len));
	}
	if (s->block_lost)
		s->block.len = 0;
}

void http2_block_end(struct proto_call *c, struct http2_side *s)
{
	struct http2_tx *tx = http2_find(c->state, s->block_stream);
	bool whole = true;

	if (s->block.len)
		http2_odd(c, tx, HTTP2_EVENT_extra_header);
	proto_drop(proto_mem_of(c), &s->block);
	s->in_block = false;
	if (!tx)
		return;
	if (!s->trailer)
		whole = head_done(c, tx, s->block_dir, s->end_stream);
	/* a promise is all of its request */
	if (whole && (s->end_stream || s->block_dir != c->dir))
		http2_side_end(c, tx, s->block_dir);
}

void http2_carried(struct proto_call *c)
{
	struct http2_flow *h = c->state;
	struct proto_bytes head = proto_carried(c);
	struct http2_tx *tx = head.len ? http2_open(c, 1) : NULL;

	h->carried = true;
	if (!tx) {
		proto_drop(proto_mem_of(c), &head);
		return;
	}
	tx->http.msg[FLOW_to_server].head = head;
	if (http_parse_head(&tx->http, FLOW_to_server))
		proto_progress(c, &tx->http.tx, FLOW_to_server, HTTP_head);
	http2_side_end(c, tx, FLOW_to_server);
}
