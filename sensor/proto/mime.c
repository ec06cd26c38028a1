// SPDX-License-Identifier: Apache-2.0
/* Lines to headers, headers to parts, parts to files; see mime.h. */
#include "proto/mime.h"

#include "base/ascii.h"
#include "base/hex.h"

static bool starts(const uint8_t *p, uint32_t n, const char *with)
{
	uint32_t i = 0;

	for (; with[i] && i < n; i++) {
		if (ascii_lower(p[i]) != (uint8_t)with[i])
			return false;
	}
	return !with[i];
}

bool mime_header(const struct proto_bytes *h, const char *name, unsigned i, const uint8_t **at,
		 uint32_t *n)
{
	uint32_t pos = 0, len = (uint32_t)strlen(name);

	while (pos < h->len) {
		const uint8_t *p = h->at + pos;
		const uint8_t *end = memchr(p, '\n', h->len - pos);
		uint32_t line = end ? (uint32_t)(end - p) : h->len - pos;

		pos += line + 1;
		if (line <= len || p[len] != ':' || !starts(p, line, name) || i-- > 0)
			continue;
		p += len + 1;
		line -= len + 1;
		while (line && (*p == ' ' || *p == '\t')) {
			p++;
			line--;
		}
		*at = p;
		*n = line;
		return true;
	}
	return false;
}

/* "…; name=value" of a header's value, without quotes; the value's own parameters only. */
static bool parameter(const uint8_t *p, uint32_t n, const char *name, const uint8_t **at,
		      uint32_t *len)
{
	uint32_t k = (uint32_t)strlen(name);

	for (uint32_t i = 0; i + k < n; i++) {
		bool begins = i == 0 || p[i - 1] == ';' || p[i - 1] == ' ' || p[i - 1] == '\t';
		uint32_t v = i + k;

		if (!begins || !starts(p + i, n - i, name))
			continue;
		while (v < n && (p[v] == ' ' || p[v] == '*'))
			v++;
		if (v >= n || p[v] != '=')
			continue;
		for (v++; v < n && p[v] == ' ';)
			v++;
		bool quoted = v < n && p[v] == '"';
		uint32_t from = v + quoted, to = from;
		while (to < n && p[to] != (quoted ? '"' : ';') &&
		       (quoted || (p[to] != ' ' && p[to] != '\t')))
			to++;
		*at = p + from;
		*len = to - from;
		return true;
	}
	return false;
}

void mime_begin(struct mime *m)
{
	m->in_headers = true;
	m->in_part = m->is_file = m->line_end = false;
	m->encoding = MIME_plain;
	m->n_boundaries = 0;
	m->headers.len = m->part.len = 0;
}

/* One header line; one that begins with a blank goes on with the line before. */
static void keep_header(struct mime *m, struct proto_mem *mem, struct proto_bytes *h,
			const uint8_t *p, uint32_t n, bool first, bool last)
{
	if (first && n && (*p == ' ' || *p == '\t') && h->len && h->at[h->len - 1] == '\n')
		h->len--;
	if (!proto_append(mem, h, p, n, MIME_HEADERS) ||
	    (last && !proto_append(mem, h, "\n", 1, MIME_HEADERS)))
		m->events |= MIME_long_header;
}

static void open_file(struct mime *m, struct proto_mem *mem, const uint8_t *name, uint32_t n)
{
	if (m->n_files == MIME_FILES) {
		m->more_files++;
		return;
	}
	struct mime_file *f = &m->file[m->n_files++];
	proto_append(mem, &f->name, name, n, 255);
	f->known = file_known_begin(mem);
	m->is_file = true;
	m->base64 = (struct base64){0};
	m->line_end = false;
}

static void take_type(struct mime *m, const struct proto_bytes *h)
{
	const uint8_t *v, *b;
	uint32_t n, k;

	if (!mime_header(h, "content-type", 0, &v, &n) || !starts(v, n, "multipart/") ||
	    !parameter(v, n, "boundary", &b, &k))
		return;
	if (k >= sizeof(m->boundary[0]) - 1) /* of 70, says RFC 2046; readers take more */
		m->events |= MIME_long_boundary;
	if (k == 0 || k >= sizeof(m->boundary[0]) - 1 || m->n_boundaries == MIME_BOUNDARIES)
		return;
	memcpy(m->boundary[m->n_boundaries], b, k);
	m->boundary[m->n_boundaries++][k] = '\0';
}

/* The headers of the message, or of a part, are over. */
static void headers_done(struct mime *m, struct proto_mem *mem, const struct proto_bytes *h)
{
	const uint8_t *v, *name;
	uint32_t n, k;

	m->in_headers = false;
	m->encoding = MIME_plain;
	if (mime_header(h, "content-transfer-encoding", 0, &v, &n))
		m->encoding = starts(v, n, "base64")             ? MIME_base64
			      : starts(v, n, "quoted-printable") ? MIME_quoted
								 : MIME_plain;
	take_type(m, h);
	if (mime_header(h, "content-disposition", 0, &v, &n) &&
	    parameter(v, n, "filename", &name, &k))
		open_file(m, mem, name, k);
	else if (mime_header(h, "content-type", 0, &v, &n) && parameter(v, n, "name", &name, &k))
		open_file(m, mem, name, k);
	else if (mime_header(h, "content-disposition", 0, &v, &n) && starts(v, n, "attachment"))
		open_file(m, mem, (const uint8_t *)"", 0);
}

static void close_file(struct mime *m)
{
	if (m->is_file)
		m->file[m->n_files - 1].whole = true;
	m->is_file = false;
}

/* A boundary of any multipart around: 0 none, 1 a part begins, 2 the multipart ends. */
static unsigned boundary(struct mime *m, const uint8_t *p, uint32_t n)
{
	if (n < 3 || p[0] != '-' || p[1] != '-')
		return 0;
	for (unsigned i = m->n_boundaries; i-- > 0;) {
		uint32_t k = (uint32_t)strlen(m->boundary[i]);

		if (n < k + 2 || memcmp(p + 2, m->boundary[i], k) != 0)
			continue;
		bool ends = n >= k + 4 && p[k + 2] == '-' && p[k + 3] == '-';
		m->n_boundaries = ends ? i : i + 1;
		return ends ? 2 : 1;
	}
	return 0;
}

static void put(struct mime *m, struct proto_mem *mem, const uint8_t *p, uint32_t n, uint32_t max)
{
	struct mime_file *f = &m->file[m->n_files - 1];

	f->size += n;
	file_known_add(f->known, p, n);
	proto_append(mem, &f->data, p, n, max);
}

static uint32_t unquote(const uint8_t *p, uint32_t n, uint8_t *out)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < n; i++) {
		int a = p[i] == '=' && i + 2 < n ? hex_digit(p[i + 1]) : -1;
		int b = a >= 0 ? hex_digit(p[i + 2]) : -1;

		if (b >= 0) {
			out[to++] = (uint8_t)(a << 4 | b);
			i += 2;
		} else {
			out[to++] = p[i];
		}
	}
	return to;
}

/* A line's end is put when another line follows: before a boundary it is the boundary's. */
static void end_line(struct mime *m, struct proto_mem *mem, uint32_t max)
{
	if (m->line_end)
		put(m, mem, (const uint8_t *)"\r\n", 2, max);
	m->line_end = false;
}

static void body_line(struct mime *m, struct proto_mem *mem, const uint8_t *p, uint32_t n,
		      bool last, uint32_t max)
{
	uint8_t out[MIME_LINE + 4];

	if (m->encoding == MIME_base64) {
		for (uint32_t i = 0; i < n; i++) {
			if (base64_digit(p[i]) < 0 && p[i] != '=' && p[i] != ' ' && p[i] != '\t')
				m->events |= MIME_bad_base64;
		}
		put(m, mem, out, base64_put(&m->base64, p, n, out), max);
		return;
	}
	end_line(m, mem, max);
	bool soft = m->encoding == MIME_quoted && last && n && p[n - 1] == '=';
	if (m->encoding == MIME_quoted)
		put(m, mem, out, unquote(p, n - soft, out), max);
	else
		put(m, mem, p, n, max);
	m->line_end = last && !soft;
}

void mime_line(struct mime *m, struct proto_mem *mem, const uint8_t *p, uint32_t n, bool first,
	       bool last, uint32_t max)
{
	unsigned b = first && m->n_boundaries ? boundary(m, p, n) : 0;
	struct proto_bytes *h = m->in_part ? &m->part : &m->headers;

	if (n > MIME_LINE)
		n = MIME_LINE;
	if (!last)
		m->events |= MIME_long_line;
	if (b) {
		m->line_end = false;
		close_file(m);
		m->in_part = true;
		m->in_headers = b == 1;
		m->part.len = 0;
	} else if (m->in_headers && first && n == 0) {
		headers_done(m, mem, h);
	} else if (m->in_headers) {
		keep_header(m, mem, h, p, n, first, last);
	} else if (m->is_file) {
		body_line(m, mem, p, n, last, max);
	}
}

void mime_end(struct mime *m, struct proto_mem *mem, uint32_t max)
{
	if (m->is_file)
		end_line(m, mem, max);
	close_file(m);
}

void mime_drop(struct mime *m, struct proto_mem *mem)
{
	proto_drop(mem, &m->headers);
	proto_drop(mem, &m->part);
	for (unsigned i = 0; i < m->n_files; i++) {
		file_known_drop(m->file[i].known);
		proto_drop(mem, &m->file[i].name);
		proto_drop(mem, &m->file[i].data);
	}
	*m = (struct mime){.n_files = 0};
}
