// SPDX-License-Identifier: Apache-2.0
/* What rules ask of a transaction. Normalised forms are made when the first rule asks for them and
 * kept with the message.
 *
 * Source: Suricata 7 user guide, "HTTP Keywords"; the exact bytes of http.header, http.header_names
 * and http.start are those that its rules are written against.
 */
#include "proto/http.h"

#include "base/ascii.h"
#include "base/json.h"

const struct field http_fields[] = {
#define FIELD(id, name_, dirs_, at_, many_, what_)                                                 \
	{name_, FIELD_bytes, dirs_, {at_, at_}, many_, what_},
#include "proto/http_fields.def"
#undef FIELD
	FILE_FIELDS(HTTP_BOTH, HTTP_body, HTTP_done),
	{0},
};

static struct view_of_bytes text_of(const char *s)
{
	return (struct view_of_bytes){(const uint8_t *)s, (uint32_t)strlen(s)};
}

static struct view_of_bytes made(struct http_tx *tx, uint8_t dir, enum http_made what);

static void add(struct http_tx *tx, struct proto_bytes *b, struct view_of_bytes v)
{
	proto_append(tx->mem, b, v.at, v.len, 2 * HTTP_HEAD_MAX);
}

static void add_header(struct http_tx *tx, const struct http_msg *m, const struct http_header *h,
		       struct proto_bytes *b, const char *end)
{
	add(tx, b, http_name(m, h));
	add(tx, b, text_of(": "));
	add(tx, b, http_value(m, h));
	add(tx, b, text_of(end));
}

/* Cookies have a buffer of their own, as in Suricata. */
static bool is_cookie(const struct http_msg *m, const struct http_header *h, uint8_t dir)
{
	return http_is(http_name(m, h), dir == FLOW_to_server ? "cookie" : "set-cookie");
}

static void make_header(struct http_tx *tx, uint8_t dir, struct proto_bytes *b)
{
	const struct http_msg *m = &tx->msg[dir];

	for (uint32_t i = 0; i < m->n_header; i++) {
		if (!m->header[i].sum && !is_cookie(m, &m->header[i], dir))
			add_header(tx, m, &m->header[i], b, "\r\n");
	}
}

static void make_names(struct http_tx *tx, uint8_t dir, struct proto_bytes *b)
{
	const struct http_msg *m = &tx->msg[dir];

	for (uint32_t i = 0; i < m->n_header; i++) {
		if (i == 0)
			add(tx, b, text_of("\r\n"));
		if (m->header[i].sum)
			continue;
		add(tx, b, http_name(m, &m->header[i]));
		add(tx, b, text_of("\r\n"));
	}
	if (m->n_header)
		add(tx, b, text_of("\r\n"));
}

static void make_start(struct http_tx *tx, uint8_t dir, struct proto_bytes *b)
{
	const struct http_msg *m = &tx->msg[dir];

	add(tx, b, (struct view_of_bytes){m->head.at + m->line_at, m->line_len});
	if (!m->line_at) /* the one that is made has it */
		add(tx, b, text_of("\r\n"));
	for (uint32_t i = 0; i < m->n_header; i++) {
		if (!m->header[i].sum)
			add_header(tx, m, &m->header[i], b, "\r\n");
	}
	if (m->n_header)
		add(tx, b, text_of("\r\n"));
}

struct view_of_bytes http_authority(const struct http_tx *tx)
{
	struct view_of_bytes t = tx->msg[FLOW_to_server].word[1];
	const uint8_t *at = t.len && t.at[0] != '/' ? memmem(t.at, t.len, "://", 3) : NULL;

	if (tx->connect)
		return t;
	if (!at)
		return (struct view_of_bytes){(const uint8_t *)"", 0};
	at += 3;
	uint32_t left = t.len - (uint32_t)(at - t.at), n = 0;
	while (n < left && at[n] != '/' && at[n] != '?' && at[n] != '#')
		n++;
	const uint8_t *user = n ? memrchr(at, '@', n) : NULL;
	uint32_t skip = user ? (uint32_t)(user - at) + 1 : 0;
	return (struct view_of_bytes){at + skip, n - skip};
}

static struct view_of_bytes header_host(const struct http_tx *tx)
{
	const struct http_msg *m = &tx->msg[FLOW_to_server];
	const struct http_header *h = tx->two ? http_find(m, ":authority") : NULL;

	if (!h)
		h = http_find(m, "host");
	return h ? http_value(m, h) : (struct view_of_bytes){NULL, 0};
}

static struct view_of_bytes raw_host(const struct http_tx *tx)
{
	struct view_of_bytes v = http_authority(tx);

	return tx->two || !v.len ? header_host(tx) : v;
}

static void make_host(struct http_tx *tx, struct proto_bytes *b)
{
	struct view_of_bytes v = raw_host(tx);
	const uint8_t *user = tx->two && v.len ? memrchr(v.at, '@', v.len) : NULL;
	uint32_t n = user ? (uint32_t)(user - v.at) + 1 : 0;

	if (n) {
		v.at += n;
		v.len -= n;
		n = 0;
	}
	while (n < v.len && v.at[n] == '[' && n == 0 && memchr(v.at, ']', v.len))
		n = (uint32_t)((const uint8_t *)memchr(v.at, ']', v.len) - v.at) + 1;
	while (n < v.len && v.at[n] != ':')
		n++;
	while (n && (v.at[n - 1] == ' ' || v.at[n - 1] == '\t'))
		n--;
	add(tx, b, (struct view_of_bytes){v.at, n});
	for (uint32_t i = 0; i < b->len; i++)
		b->at[i] = ascii_lower(b->at[i]);
	/* A target's name is normalised, a Host header's is not: so does libhtp. */
	while (http_authority(tx).len && b->len && b->at[b->len - 1] == '.')
		b->len--;
}

/* What Content-Disposition says; else the path. */
static void make_filename(struct http_tx *tx, uint8_t dir, struct proto_bytes *b)
{
	const struct http_msg *m = &tx->msg[dir];
	const struct http_header *h = http_find(m, "content-disposition");
	struct view_of_bytes v = {NULL, 0};

	if (h)
		v = http_parameter(http_value(m, h), "filename");
	if (v.len == 0 && tx->msg[FLOW_to_server].parsed) {
		uint32_t n = 0;

		v = made(tx, FLOW_to_server, MADE_uri);
		while (n < v.len && v.at[n] != '?' && v.at[n] != '#')
			n++;
		v.len = n;
	}
	add(tx, b, v);
}

static struct view_of_bytes made(struct http_tx *tx, uint8_t dir, enum http_made what)
{
	struct http_msg *m = &tx->msg[dir];
	struct proto_bytes *b = &m->made[what];

	if (!(m->made_bits & 1u << what)) {
		m->made_bits |= 1u << what;
		switch (what) {
		case MADE_uri:
			if (!tx->connect) /* it names no path */
				http_uri(tx->mem, m->word[1], b);
			break;
		case MADE_header:
			make_header(tx, dir, b);
			break;
		case MADE_names:
			make_names(tx, dir, b);
			break;
		case MADE_start:
			make_start(tx, dir, b);
			break;
		case MADE_host:
			make_host(tx, b);
			break;
		default:
			make_filename(tx, dir, b);
			break;
		}
	}
	return (struct view_of_bytes){b->at, b->len};
}

struct view_of_bytes http_file_name(struct http_tx *tx, uint8_t dir)
{
	return made(tx, dir, MADE_filename);
}

struct view_of_bytes http_host_of(struct http_tx *tx)
{
	return made(tx, FLOW_to_server, MADE_host);
}

static struct view_of_bytes one_header(struct http_tx *tx, uint8_t dir, unsigned i)
{
	struct http_msg *m = &tx->msg[dir];
	struct proto_bytes *b = &m->made[MADE_one];

	b->len = 0;
	for (uint32_t k = 0; k < m->n_header; k++) {
		if (m->header[k].sum || i--)
			continue;
		add_header(tx, m, &m->header[k], b, "");
		break;
	}
	return (struct view_of_bytes){b->at, b->len};
}

static struct view_of_bytes header_value(const struct http_msg *m, const char *name)
{
	const struct http_header *h = http_find(m, name);

	return h ? http_value(m, h) : (struct view_of_bytes){NULL, 0};
}

static struct view_of_bytes by_name(const struct http_msg *m, unsigned f)
{
	static const char *const names[] = {
		[HTTP_FIELD_user_agent] = "user-agent",
		[HTTP_FIELD_accept] = "accept",
		[HTTP_FIELD_accept_lang] = "accept-language",
		[HTTP_FIELD_accept_enc] = "accept-encoding",
		[HTTP_FIELD_referer] = "referer",
		[HTTP_FIELD_connection] = "connection",
		[HTTP_FIELD_content_type] = "content-type",
		[HTTP_FIELD_content_len] = "content-length",
		[HTTP_FIELD_server] = "server",
		[HTTP_FIELD_location] = "location",
	};
	if (f >= sizeof(names) / sizeof(names[0]) || !names[f])
		return (struct view_of_bytes){NULL, 0};
	return header_value(m, names[f]);
}

/* What a line may lack, as HTTP/0.9's lacks all of these, is no buffer. */
static struct view_of_bytes if_any(struct view_of_bytes v)
{
	return v.len ? v : (struct view_of_bytes){NULL, 0};
}

static struct view_of_bytes from_line(const struct http_msg *m, unsigned f, uint8_t dir)
{
	switch (f) {
	case HTTP_FIELD_uri_raw:
		return m->word[1];
	case HTTP_FIELD_method:
		return m->word[0];
	case HTTP_FIELD_protocol:
		return if_any(m->word[dir == FLOW_to_server ? 2 : 0]);
	case HTTP_FIELD_stat_code:
		return if_any(m->word[1]);
	case HTTP_FIELD_stat_msg:
		return if_any(m->word[2]);
	default:
		return (struct view_of_bytes){m->head.at + m->line_at, m->line_len};
	}
}

static struct view_of_bytes view(struct http_tx *tx, unsigned f, unsigned i, uint8_t dir)
{
	const struct http_msg *m = &tx->msg[dir];

	switch (f) {
	case HTTP_FIELD_uri:
		return made(tx, dir, MADE_uri);
	case HTTP_FIELD_header:
		return made(tx, dir, MADE_header);
	case HTTP_FIELD_header_names:
		return made(tx, dir, MADE_names);
	case HTTP_FIELD_start:
		return made(tx, dir, MADE_start);
	case HTTP_FIELD_host:
		return made(tx, dir, MADE_host);
	case HTTP_FIELD_request_header:
	case HTTP_FIELD_response_header:
		return one_header(tx, dir, i);
	case HTTP_FIELD_header_raw:
		return (struct view_of_bytes){m->head.at + m->headers_at,
					      (m->line_at      ? m->line_at
					       : m->trailer_at ? m->trailer_at
							       : m->head.len) -
						      m->headers_at};
	case HTTP_FIELD_cookie:
		return header_value(m, dir == FLOW_to_server ? "cookie" : "set-cookie");
	case HTTP_FIELD_host_raw:
		return http_authority(tx).len ? made(tx, dir, MADE_host) : header_host(tx);
	case HTTP_FIELD_request_body:
	case HTTP_FIELD_response_body:
		return (struct view_of_bytes){m->body.at, m->body.len};
	case HTTP_FIELD_uri_raw:
	case HTTP_FIELD_method:
	case HTTP_FIELD_protocol:
	case HTTP_FIELD_stat_code:
	case HTTP_FIELD_stat_msg:
	case HTTP_FIELD_request_line:
	case HTTP_FIELD_response_line:
		return from_line(m, f, dir);
	default:
		return by_name(m, f);
	}
}

bool http_bytes(const struct tx *head, unsigned f, unsigned i, uint8_t dir,
		struct view_of_bytes *out)
{
	/* What is made on demand is kept with the transaction. */
	struct http_tx *tx = (struct http_tx *)(uintptr_t)head;

	if (!tx->msg[dir].parsed || (i && !http_fields[f].many))
		return false;
	if (f >= HTTP_FIELD_file) {
		struct file_view file;

		return http_file(tx, dir, i, &file) && file_bytes(&file, f - HTTP_FIELD_file, out);
	}
	*out = view(tx, f, i, dir);
	return out->at && (out->len || !http_fields[f].many);
}

bool http_number(const struct tx *head, unsigned f, unsigned i, uint8_t dir, uint64_t *out)
{
	struct http_tx *tx = (struct http_tx *)(uintptr_t)head;
	struct file_view file;

	if (f != HTTP_FIELD_file + FILE_size || !tx->msg[dir].parsed ||
	    !http_file(tx, dir, i, &file))
		return false;
	*out = file.size;
	return true;
}

static void say(struct json *j, const char *key, struct view_of_bytes v)
{
	if (v.len)
		json_strn(j, key, v.at, v.len < 1024 ? v.len : 1024);
}

/* "host:8080" */
static void put_port(struct json *j, struct view_of_bytes v)
{
	const uint8_t *colon = v.len ? memrchr(v.at, ':', v.len) : NULL;
	uint64_t port;

	if (!colon || memchr(colon, ']', v.len - (uint32_t)(colon - v.at)))
		return;
	uint32_t at = (uint32_t)(colon - v.at) + 1;
	if (http_digits((struct view_of_bytes){v.at + at, v.len - at}, &port) && port < 65536)
		json_u64(j, "http_port", port);
}

static void put_files(struct json *j, struct http_tx *tx)
{
	struct file_view f;
	bool any = false;

	for (uint8_t dir = 0; dir < 2; dir++) {
		for (unsigned i = 0; tx->msg[dir].parsed && i < 4 && http_file(tx, dir, i, &f);
		     i++) {
			if (!any)
				json_array(j, "files");
			any = true;
			file_eve(j, &f, tx->tx.number);
		}
	}
	if (any)
		json_array_end(j);
}

uint32_t http_eve(const struct tx *head, char *out, uint32_t size)
{
	struct http_tx *tx = (struct http_tx *)(uintptr_t)head;
	const struct http_msg *up = &tx->msg[FLOW_to_server], *down = &tx->msg[FLOW_to_client];
	struct json j = json_of(out, size);

	json_open(&j, "http");
	if (tx->two)
		http2_put_headers(&j, tx);
	if (up->parsed) {
		say(&j, "hostname", http_host_of(tx));
		put_port(&j, raw_host(tx));
		say(&j, "url", up->word[1]);
		say(&j, "http_user_agent", header_value(up, "user-agent"));
	}
	if (down->parsed) {
		struct view_of_bytes type = header_value(down, "content-type");
		const uint8_t *semicolon = type.len ? memchr(type.at, ';', type.len) : NULL;

		if (semicolon)
			type.len = (uint32_t)(semicolon - type.at);
		say(&j, "http_content_type", type);
	}
	if (up->parsed) {
		say(&j, "http_refer", header_value(up, "referer"));
		say(&j, "http_method", up->word[0]);
		say(&j, "protocol", up->word[2]);
	}
	if (down->parsed) {
		json_u64(&j, "status", down->status);
		say(&j, "redirect", header_value(down, "location"));
	}
	json_u64(&j, "length", down->body_len);
	if (tx->two)
		http2_put_frames(&j, tx);
	json_close(&j);
	put_files(&j, tx);
	return json_ok(&j) ? (uint32_t)j.len : 0;
}
