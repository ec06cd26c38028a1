// SPDX-License-Identifier: Apache-2.0
#include "proto/sip.h"

#include <ctype.h>

#define METHOD_MAX 32u

static struct view_of_bytes none = {(const uint8_t *)"", 0};

/* The next line without its end; false at the end of p. */
static bool next_line(const uint8_t **p, uint32_t *n, struct view_of_bytes *line)
{
	if (*n == 0)
		return false;
	const uint8_t *end = memchr(*p, '\n', *n);
	uint32_t k = end ? (uint32_t)(end - *p) + 1 : *n;

	line->at = *p;
	line->len = end ? k - 1 : k;
	if (line->len && line->at[line->len - 1] == '\r')
		line->len--;
	*p += k;
	*n -= k;
	return true;
}

static struct view_of_bytes trimmed(const uint8_t *at, uint32_t n)
{
	while (n && (*at == ' ' || *at == '\t')) {
		at++;
		n--;
	}
	while (n && (at[n - 1] == ' ' || at[n - 1] == '\t'))
		n--;
	return (struct view_of_bytes){at, n};
}

static bool is(const struct view_of_bytes *v, const char *text)
{
	return v->len == strlen(text) && strncasecmp((const char *)v->at, text, v->len) == 0;
}

static bool begins(const struct view_of_bytes *v, const char *text)
{
	size_t n = strlen(text);

	return v->len >= n && memcmp(v->at, text, n) == 0;
}

/* Up to the next blank; the rest stays in *v. */
static struct view_of_bytes word(struct view_of_bytes *v)
{
	const uint8_t *end = v->len ? memchr(v->at, ' ', v->len) : NULL;
	uint32_t k = end ? (uint32_t)(end - v->at) : v->len;
	struct view_of_bytes w = {v->at, k};

	v->at += end ? k + 1 : k;
	v->len -= end ? k + 1 : k;
	return w;
}

static bool first_line(struct sip_msg *m)
{
	struct view_of_bytes rest = m->first;

	m->method = m->uri = m->version = m->code = m->reason = none;
	m->response = begins(&rest, "SIP/");
	if (m->response) {
		m->version = word(&rest);
		m->code = word(&rest);
		m->reason = rest;
		return m->code.len == 3 && isdigit(m->code.at[0]) && isdigit(m->code.at[1]) &&
		       isdigit(m->code.at[2]);
	}
	m->method = word(&rest);
	m->uri = word(&rest);
	m->version = rest;
	for (uint32_t i = 0; i < m->method.len; i++) {
		if (!isalpha(m->method.at[i]) && m->method.at[i] != '_')
			return false;
	}
	return m->method.len && m->method.len <= METHOD_MAX && begins(&m->version, "SIP/");
}

static void read_sdp(struct sip_msg *m, const uint8_t *p, uint32_t n)
{
	struct view_of_bytes line;

	while (m->sdps < SIP_LINES && next_line(&p, &n, &line)) {
		if (line.len < 2 || line.at[1] != '=')
			continue;
		if (line.at[0] == 'm' && m->media == SIP_LINES)
			m->media = m->sdps;
		m->sdp[m->sdps++] = (struct sip_line){{line.at, 1}, {line.at + 2, line.len - 2}};
	}
	if (m->media > m->sdps)
		m->media = m->sdps;
}

bool sip_read(struct sip_msg *m, const uint8_t *p, uint32_t n)
{
	struct view_of_bytes line, type;

	m->headers = m->sdps = 0;
	m->media = SIP_LINES;
	if (!next_line(&p, &n, &m->first) || !first_line(m))
		return false;
	while (next_line(&p, &n, &line) && line.len) {
		const uint8_t *colon = memchr(line.at, ':', line.len);

		if (!colon || m->headers == SIP_LINES)
			continue;
		uint32_t k = (uint32_t)(colon - line.at);
		m->header[m->headers].name = trimmed(line.at, k);
		m->header[m->headers].value = trimmed(colon + 1, line.len - k - 1);
		m->headers++;
	}
	if (n && sip_header(m, "Content-Type", 'c', 0, &type) && begins(&type, "application/sdp"))
		read_sdp(m, p, n);
	if (m->media > m->sdps)
		m->media = m->sdps;
	return true;
}

bool sip_header(const struct sip_msg *m, const char *name, char letter, unsigned i,
		struct view_of_bytes *out)
{
	for (unsigned k = 0; k < m->headers; k++) {
		const struct view_of_bytes *v = &m->header[k].name;

		if (!is(v, name) && !(letter && v->len == 1 && tolower(v->at[0]) == letter))
			continue;
		if (i-- == 0) {
			*out = m->header[k].value;
			return true;
		}
	}
	return false;
}

bool sip_sdp(const struct sip_msg *m, char letter, bool media, unsigned i,
	     struct view_of_bytes *out)
{
	unsigned from = media ? m->media : 0, to = media ? m->sdps : m->media;

	for (unsigned k = from; k < to; k++) {
		if (m->sdp[k].name.at[0] != letter)
			continue;
		if (i-- == 0) {
			*out = m->sdp[k].value;
			return true;
		}
	}
	return false;
}

uint32_t sip_length(const uint8_t *p, uint32_t n)
{
	const uint8_t *end = memmem(p, n, "\r\n\r\n", 4);
	struct sip_msg m;
	struct view_of_bytes v;
	uint32_t body = 0;

	if (!end)
		return 0;
	uint32_t head = (uint32_t)(end - p) + 4;
	if (sip_read(&m, p, head) && sip_header(&m, "Content-Length", 'l', 0, &v)) {
		for (uint32_t i = 0; i < v.len && i < 6 && isdigit(v.at[i]); i++)
			body = body * 10 + (v.at[i] - '0');
	}
	return head + body;
}
