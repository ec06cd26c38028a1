// SPDX-License-Identifier: Apache-2.0
/* What is odd about a head: rules ask for it as app-layer-event.
 *
 * Source: RFC 9112; the names and the cases are Suricata's (rules/http-events.rules).
 */
#include "proto/http.h"

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static bool starts(struct view_of_bytes v, const char *word)
{
	uint32_t n = (uint32_t)strlen(word);

	return v.len >= n && http_is((struct view_of_bytes){v.at, n}, word);
}

/* Blanks other than one space between the words of the first line. */
static void check_line(struct http_tx *tx, const struct http_msg *m)
{
	const uint8_t *p = m->head.at;
	uint32_t i = m->word[0].len;

	if (m->line_len && blank(p[0])) {
		proto_event(&tx->tx, HTTP_EVENT_leading_space);
		return;
	}
	if (i < m->line_len && p[i] != ' ')
		proto_event(&tx->tx, HTTP_EVENT_method_delim);
	if (m->word[1].len) {
		i = (uint32_t)(m->word[1].at - p) + m->word[1].len;
		if (i < m->line_len && p[i] != ' ')
			proto_event(&tx->tx, HTTP_EVENT_uri_delim);
	}
	if (m->word[2].len == 0)
		proto_event(&tx->tx, HTTP_EVENT_no_protocol);
	else if (!starts(m->word[2], "http/"))
		proto_event(&tx->tx, HTTP_EVENT_line_invalid);
}

static bool good_host(struct view_of_bytes v)
{
	uint32_t label = 0;

	if (v.len == 0 || v.len > 255)
		return false;
	if (v.at[0] == '[')
		return v.at[v.len - 1] == ']';
	for (uint32_t i = 0; i < v.len; i++) {
		label = v.at[i] == '.' ? 0 : label + 1;
		if (label > 63 || v.at[i] <= ' ' || v.at[i] >= 0x7f || strchr("/\\?#@,;", v.at[i]))
			return false;
		if (v.at[i] == '.' && (i == 0 || v.at[i - 1] == '.'))
			return false;
	}
	return true;
}

/* Host without its port; *port 0: it has none. */
static struct view_of_bytes split_port(struct view_of_bytes v, uint64_t *port)
{
	const uint8_t *close = v.len && v.at[0] == '[' ? memchr(v.at, ']', v.len) : NULL;
	uint32_t from = close ? (uint32_t)(close - v.at) : 0;
	const uint8_t *colon = v.len ? memchr(v.at + from, ':', v.len - from) : NULL;

	*port = 0;
	if (!colon)
		return v;
	uint32_t n = (uint32_t)(colon - v.at);
	http_digits((struct view_of_bytes){colon + 1, v.len - n - 1}, port);
	return (struct view_of_bytes){v.at, n};
}

static bool same(struct view_of_bytes a, struct view_of_bytes b)
{
	uint32_t i = 0;

	while (i < a.len && i < b.len && (a.at[i] | 32) == (b.at[i] | 32))
		i++;
	return i == a.len && i == b.len;
}

static void check_host(struct http_tx *tx, const struct http_msg *m, const struct flow *f)
{
	const struct http_header *h = http_find(m, "host");
	struct view_of_bytes target = http_authority(tx), host;
	uint64_t port, other;

	if (!h) {
		if (m->word[2].len == 8 && memcmp(m->word[2].at, "HTTP/1.1", 8) == 0)
			proto_event(&tx->tx, HTTP_EVENT_host_missing);
	} else {
		host = split_port(http_value(m, h), &port);
		if (!good_host(host) || port > 65535)
			proto_event(&tx->tx, HTTP_EVENT_host_invalid);
		if (port && port != f->server_port && !tx->connect)
			proto_event(&tx->tx, HTTP_EVENT_port_mismatch);
		if (target.len && (!same(split_port(target, &other), host) || port != other))
			proto_event(&tx->tx, HTTP_EVENT_host_ambiguous);
	}
	if (target.len && !good_host(split_port(target, &other)))
		proto_event(&tx->tx, HTTP_EVENT_uri_host_invalid);
}

void http_check_request(struct http_tx *tx, const struct flow *f)
{
	const struct http_msg *m = &tx->msg[FLOW_to_server];
	const struct http_header *te = http_find(m, "transfer-encoding");
	const struct http_header *auth = http_find(m, "authorization");

	check_line(tx, m);
	check_host(tx, m, f);
	if (te && !http_holds(http_value(m, te), "chunked"))
		proto_event(&tx->tx, HTTP_EVENT_te_request);
	if (auth && !starts(http_value(m, auth), "basic") &&
	    !starts(http_value(m, auth), "digest") && !starts(http_value(m, auth), "bearer"))
		proto_event(&tx->tx, HTTP_EVENT_auth_unrecognized);
	if (m->head.len >= HTTP_HEAD_MAX)
		proto_event(&tx->tx, HTTP_EVENT_long_request);
}

void http_check_response(struct http_tx *tx)
{
	const struct http_msg *m = &tx->msg[FLOW_to_client];
	const struct http_header *te = http_find(m, "transfer-encoding");
	const struct http_header *type = http_find(m, "content-type");
	struct view_of_bytes v = te ? http_value(m, te) : (struct view_of_bytes){NULL, 0};

	if (!starts(m->word[0], "http/"))
		proto_event(&tx->tx, HTTP_EVENT_response_protocol);
	if (m->status < 100 || m->status > 999)
		proto_event(&tx->tx, HTTP_EVENT_response_status);
	if (te && http_holds(v, "chunked") && !http_is(v, "chunked")) /* others 7.0.10 says nothing of */
		proto_event(&tx->tx, HTTP_EVENT_te_abnormal);
	if (te && m->word[0].len == 8 && memcmp(m->word[0].at, "HTTP/1.1", 8) < 0)
		proto_event(&tx->tx, HTTP_EVENT_chunked_old);
	if (type && starts(http_value(m, type), "multipart/byteranges"))
		proto_event(&tx->tx, HTTP_EVENT_byteranges);
	if (m->head.len >= HTTP_HEAD_MAX)
		proto_event(&tx->tx, HTTP_EVENT_long_response);
}
