// SPDX-License-Identifier: Apache-2.0
/* A request's target made comparable.
 *
 * The path is decoded (%XX, %uXXXX), its backslashes and repeated slashes become one slash, its dot
 * segments go. Of query and fragment only needless escapes are taken off. Scheme and authority are
 * left out.
 *
 * Source: RFC 3986 5.2.4 and 6.2.2; libhtp's personality IDS, Suricata's default, for what is
 * decoded.
 */
#include "proto/http.h"

#include "base/hex.h"

static int hex2(const uint8_t *p)
{
	int a = hex_digit(p[0]), b = hex_digit(p[1]);
	return a < 0 || b < 0 ? -1 : a << 4 | b;
}

/* In place, for out is never longer. */
static uint32_t decode_path(uint8_t *p, uint32_t n)
{
	uint32_t to = 0;
	bool slash = false;

	for (uint32_t i = 0; i < n;) {
		uint8_t c = p[i];
		int v;

		if (c == '%' && i + 2 < n && (v = hex2(p + i + 1)) >= 0) {
			c = (uint8_t)v;
			i += 3;
		} else if (c == '%' && i + 5 < n && (p[i + 1] | 32) == 'u' &&
			   hex2(p + i + 2) >= 0 && (v = hex2(p + i + 4)) >= 0) {
			/* best fit: what the low byte shows; full-width forms are ASCII moved up */
			int high = hex2(p + i + 2);
			c = (uint8_t)(high == 0xff && v < 0x5f ? v + 0x20 : v);
			i += 6;
		} else {
			i++;
		}
		if (c == '\\')
			c = '/';
		if (c == '/' && slash)
			continue;
		slash = c == '/';
		p[to++] = c;
	}
	return to;
}

static bool segment_is(const uint8_t *p, uint32_t n, uint32_t i, const char *dots)
{
	uint32_t k = (uint32_t)strlen(dots);
	return n - i >= k && memcmp(p + i, dots, k) == 0 && (i + k == n || p[i + k] == '/');
}

/* RFC 3986 5.2.4, in place. */
static uint32_t drop_dots(uint8_t *p, uint32_t n)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < n;) {
		bool at_segment = p[i] == '/';

		if (at_segment && segment_is(p, n, i + 1, ".")) {
			i += 2;
			if (i >= n)
				p[to++] = '/';
			continue;
		}
		if (at_segment && segment_is(p, n, i + 1, "..")) {
			i += 3;
			while (to && p[to - 1] != '/')
				to--;
			to -= to != 0;
			if (i >= n)
				p[to++] = '/';
			continue;
		}
		p[to++] = p[i++];
	}
	return to;
}

static bool unreserved(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

/* Query and fragment: escapes of letters and digits are taken off, others written in capitals. */
static uint32_t plain_escapes(uint8_t *p, uint32_t n)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < n;) {
		int v = p[i] == '%' && i + 2 < n ? hex2(p + i + 1) : -1;

		if (v < 0) {
			p[to++] = p[i++];
		} else if (unreserved(v)) {
			p[to++] = (uint8_t)v;
			i += 3;
		} else {
			for (unsigned k = 0; k < 3; k++, i++)
				p[to++] = p[i] >= 'a' && p[i] <= 'f' ? (uint8_t)(p[i] - 32) : p[i];
		}
	}
	return to;
}

/* Where the path begins: behind scheme and authority. */
static uint32_t path_at(struct view_of_bytes raw)
{
	const uint8_t *colon = memmem(raw.at, raw.len, "://", 3);

	if (raw.len == 0 || raw.at[0] == '/' || !colon)
		return 0;
	for (const uint8_t *p = raw.at; p < colon; p++) {
		if (!((*p | 32) >= 'a' && (*p | 32) <= 'z') && !(*p >= '0' && *p <= '9') &&
		    *p != '+' && *p != '-' && *p != '.')
			return 0;
	}
	uint32_t i = (uint32_t)(colon + 3 - raw.at);
	while (i < raw.len && raw.at[i] != '/' && raw.at[i] != '?' && raw.at[i] != '#')
		i++;
	return i;
}

bool http_uri(struct proto_mem *m, struct view_of_bytes raw, struct proto_bytes *out)
{
	uint32_t from = path_at(raw), path = from;

	if (!proto_append(m, out, raw.at + from, raw.len - from, UINT32_MAX))
		return false;
	if (!out->at) /* nothing in it */
		return true;
	while (path < raw.len && raw.at[path] != '?' && raw.at[path] != '#')
		path++;
	path -= from;
	uint32_t rest = out->len - path;
	uint32_t n = drop_dots(out->at, decode_path(out->at, path));
	memmove(out->at + n, out->at + path, rest);
	out->len = n + plain_escapes(out->at + n, rest);
	return true;
}
