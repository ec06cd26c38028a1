// SPDX-License-Identifier: Apache-2.0
/* What stands behind a message of HTTP/1: headers behind the last chunk (trailers), and bytes in the
 * same segment that begin no message, which belong to the body of the one before.
 *
 * Source: libhtp 0.5 (Suricata 7), htp_request.c and htp_response.c: REQ_FINALIZE, RES_FINALIZE. There
 * any word that is no method of its list makes a line a body; here a line that ends with a version is a
 * request all the same, so that nobody hides one behind a method of his own.
 */
#include "proto/http.h"

#include "base/ascii.h"

#include <strings.h>

static bool space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool http_begins_answer(const uint8_t *p, uint32_t n)
{
	static const char word[] = "http";
	uint32_t at = 0;

	while (at < n && (space(p[at]) || p[at] == 0))
		at++;
	for (uint32_t i = 0; at < n && i < 4; i++, at++) {
		if (ascii_lower(p[at]) != (uint8_t)word[i])
			return false;
	}
	return true;
}

static bool only_space(const uint8_t *p, uint32_t n)
{
	while (n && space(*p)) {
		p++;
		n--;
	}
	return n == 0;
}

uint32_t http_stray_line(const uint8_t *p, uint32_t n)
{
	const uint8_t *end = memchr(p, '\n', n);
	uint32_t k = end ? (uint32_t)(end - p) + 1 : n;

	return k < n && p[k] == 'H' && !http_begins_answer(p, n) ? k : 0;
}

/* The last word begins as a version does. */
static bool has_version(const uint8_t *p, uint32_t n)
{
	while (n && space(p[n - 1]))
		n--;
	uint32_t end = n;
	while (n && !space(p[n - 1]))
		n--;
	return n && end - n >= 5 && strncasecmp((const char *)p + n, "HTTP/", 5) == 0;
}

bool http_is_old_request(const struct http_msg *m)
{
	const uint8_t *p = m->head.at;
	uint32_t n = m->head.len, at = 0;

	while (n && space(*p)) {
		p++;
		n--;
	}
	while (n && space(p[n - 1]))
		n--;
	while (at < n && !space(p[at]))
		at++;
	return at < n && http_known_method(p, n) && !has_version(p, n);
}

/* A word and what may be a target: a line that is cut may yet have a version. */
static bool has_target(const uint8_t *p, uint32_t n)
{
	uint32_t at = 0;

	while (at < n && !space(p[at]))
		at++;
	return at == n || (at && at + 1 < n && (p[at + 1] == '/' || ascii_lower(p[at + 1]) == 'h'));
}

static bool begins_request(const uint8_t *p, uint32_t n, bool whole)
{
	uint32_t at = 0;

	if (only_space(p, n))
		return true;
	while (space(p[at]))
		at++;
	return http_known_method(p + at, n - at) ||
	       (whole ? has_version(p + at, n - at) : has_target(p + at, n - at) && !memchr(p + at, '=', n - at));
}

uint32_t http_take_surplus(struct proto_call *c, struct http_side *s, struct http_tx *tx, const uint8_t *p,
			   uint32_t n, bool *whole)
{
	const uint8_t *end = memchr(p, '\n', n);
	uint32_t k = end ? (uint32_t)(end - p) + 1 : n;
	bool up = c->dir == FLOW_to_server;

	*whole = true;
	if (!up && only_space(p, k))
		return k;
	if (up ? begins_request(p, k, end != NULL) : http_begins_answer(p, k))
		return 0;
	count_add(&proto_count_of(c)->surplus, 1);
	if (up && end)
		http_event(tx, HTTP_EVENT_body_unexpected);
	if (tx->msg[c->dir].body_len == 0)
		http_body_begin(c, &s->inflate, tx);
	http_body_data(c, &s->inflate, tx, p, k);
	*whole = k == n;
	return k;
}

uint32_t http_take_trailer(struct proto_call *c, struct http_side *s, struct http_tx *tx, const uint8_t *p,
			   uint32_t n, bool *whole)
{
	struct http_msg *m = &tx->msg[c->dir];
	uint32_t i = 0;

	*whole = false;
	while (i < n && !*whole) {
		uint8_t b = p[i++];

		*whole = b == '\n' && s->line == 0;
		s->line = b == '\n' ? 0 : s->line + (b != '\r');
	}
	if (*whole && !m->trailer_at && i <= 2)
		return i; /* the usual case: there are none */
	if (!m->trailer_at)
		m->trailer_at = m->head.len;
	http_head_more(tx, c->dir, p, i);
	if (!*whole)
		return i;
	count_add(&proto_count_of(c)->surplus, 1);
	http_parse_more(tx, c->dir, m->trailer_at);
	if (tx->tx.told[c->dir] >= HTTP_head) {
		tx->tx.again |= (uint8_t)(1u << c->dir);
		proto_progress(c, &tx->tx, c->dir, HTTP_trailer);
	}
	return i;
}
