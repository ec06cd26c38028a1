// SPDX-License-Identifier: Apache-2.0
/* A request's target made comparable, as the rules are written against: what Suricata's http.uri
 * holds.
 *
 * The path is decoded (%XX, %uXXXX, then UTF-8 into one byte a character), its backslashes and
 * repeated slashes become one slash, its dot segments go. The query is decoded once (%XX; a plus
 * stays), the fragment as the path. Scheme and authority are left out.
 *
 * Source: RFC 3986 5.2.4; libhtp's personality IDS, Suricata's default, and its
 * app-layer-htp-libhtp.c (the query), for what is decoded and for what becomes of dots at the end.
 */
#include "proto/http.h"

#include "base/hex.h"

static int hex2(const uint8_t *p)
{
	int a = hex_digit(p[0]), b = hex_digit(p[1]);
	return a < 0 || b < 0 ? -1 : a << 4 | b;
}

/* One byte that shows what the character does, as Windows' code page 1252 maps it: Latin letters
 * without their accents, full-width forms, some spaces, dashes and slashes. '?' for the rest. */
static uint8_t best_fit(uint32_t c)
{
	static const char latin[] = /* U+0100 to U+017F */
		"AaAaAaCcCcCcCcDd?dEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiI?"
		"??JjKk?LlLlLl??LlNnNnNn???OoOoOo??RrRrRrSsSsSs??TtTtTtUuUuUuUuUuUuWwYy?Z?Zz??";

	if (c < 0x100)
		return (uint8_t)c;
	if (c < 0x180)
		return c - 0x100 < sizeof(latin) - 1 ? (uint8_t)latin[c - 0x100] : '?';
	if (c > 0xff00 && c < 0xff5f && c != 0xff1f)
		return (uint8_t)(c - 0xff00 + 0x20);
	if (c >= 0x2000 && c <= 0x2006)
		return ' ';
	switch (c) {
	case 0x2010:
	case 0x2011:
	case 0x2212:
		return '-';
	case 0x2032:
		return '\'';
	case 0x2044:
	case 0x2215:
		return '/';
	case 0x2216:
		return '\\';
	case 0x3000:
		return ' ';
	default:
		return '?';
	}
}

/* %XX, and %uXXXX where `u`, at p: the byte, and how long it was in *n; -1: none. */
static int escape(const uint8_t *p, uint32_t left, bool u, uint32_t *n)
{
	if (left < 3 || p[0] != '%')
		return -1;
	if (u && (p[1] | 32) == 'u') {
		int high = left < 6 ? -1 : hex2(p + 2), low = high < 0 ? -1 : hex2(p + 4);

		*n = 6;
		return low < 0 ? -1 : best_fit((uint32_t)high << 8 | (uint32_t)low);
	}
	*n = 3;
	return hex2(p + 1);
}

/* In place, for out is never longer. */
static uint32_t decode_path(uint8_t *p, uint32_t n)
{
	uint32_t to = 0;
	bool slash = false;

	for (uint32_t i = 0; i < n;) {
		uint32_t len = 1;
		int v = escape(p + i, n - i, true, &len);
		uint8_t c = v < 0 ? p[i] : (uint8_t)v;

		i += v < 0 ? 1 : len;
		if (c == '\\')
			c = '/';
		if (c == '/' && slash)
			continue;
		slash = c == '/';
		p[to++] = c;
	}
	return to;
}

static uint32_t decode_plain(uint8_t *p, uint32_t n, bool u)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < n;) {
		uint32_t len = 1;
		int v = escape(p + i, n - i, u, &len);

		p[to++] = v < 0 ? p[i] : (uint8_t)v;
		i += v < 0 ? 1 : len;
	}
	return to;
}

/* The character that begins at p, longer than needed or not; its bytes in *n. -1: none. */
static int32_t utf8(const uint8_t *p, uint32_t left, uint32_t *n)
{
	uint32_t more = p[0] >= 0xc0 && p[0] < 0xe0   ? 1
			: p[0] >= 0xe0 && p[0] < 0xf0 ? 2
			: p[0] >= 0xf0 && p[0] < 0xf5 ? 3
						      : 0;
	int32_t c = more == 3 ? p[0] & 7 : more == 2 ? p[0] & 15 : p[0] & 31;

	for (*n = 1; *n <= more; ++*n) {
		if (*n == left || (p[*n] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[*n] & 0x3f);
	}
	return more ? c : -1;
}

/* What is no UTF-8 becomes one '?' a sequence, as in libhtp; one cut off at the end goes. */
static uint32_t narrow(uint8_t *p, uint32_t n)
{
	uint32_t to = 0, len;

	for (uint32_t i = 0; i < n; i += len) {
		len = 1;
		if (p[i] < 0x80) {
			p[to++] = p[i];
			continue;
		}
		int32_t c = utf8(p + i, n - i, &len);
		if (c < 0 && i + len == n && len > 1)
			break;
		p[to++] = c < 0 ? '?' : best_fit((uint32_t)c);
	}
	return to;
}

static bool segment_is(const uint8_t *p, uint32_t n, uint32_t i, const char *dots)
{
	uint32_t k = (uint32_t)strlen(dots);
	return n - i >= k && memcmp(p + i, dots, k) == 0 && (i + k == n || p[i + k] == '/');
}

/* RFC 3986 5.2.4, in place; but where dots end the path, the slash before them goes, too. */
static uint32_t drop_dots(uint8_t *p, uint32_t n)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < n;) {
		bool at_segment = p[i] == '/';

		if (at_segment && segment_is(p, n, i + 1, ".")) {
			i += 2;
			continue;
		}
		if (at_segment && segment_is(p, n, i + 1, "..")) {
			i += 3;
			while (to && p[to - 1] != '/')
				to--;
			to -= to != 0;
			continue;
		}
		p[to++] = p[i++];
	}
	return to;
}

/* Where the path begins: behind scheme and authority. What does not begin with a slash has a scheme
 * if there is a colon anywhere, as libhtp sees it. */
static uint32_t path_at(struct view_of_bytes raw)
{
	const uint8_t *colon = raw.len && raw.at[0] != '/' ? memchr(raw.at, ':', raw.len) : NULL;

	if (!colon)
		return 0;
	uint32_t i = (uint32_t)(colon + 1 - raw.at);
	if (raw.len - i < 3 || raw.at[i] != '/' || raw.at[i + 1] != '/' || raw.at[i + 2] == '/')
		return i;
	i += 2;
	while (i < raw.len && raw.at[i] != '/' && raw.at[i] != '?' && raw.at[i] != '#')
		i++;
	return i;
}

bool http_uri(struct proto_mem *m, struct view_of_bytes raw, struct proto_bytes *out)
{
	uint32_t from = path_at(raw), path = from, query;

	if (!proto_append(m, out, raw.at + from, raw.len - from, UINT32_MAX))
		return false;
	if (!out->at) /* nothing in it */
		return true;
	while (path < raw.len && raw.at[path] != '?' && raw.at[path] != '#')
		path++;
	query = path;
	while (query < raw.len && raw.at[query] != '#')
		query++;
	path -= from;
	query -= from + path;
	uint32_t rest = out->len - path - query;
	uint8_t *p = out->at;
	uint32_t n = drop_dots(p, narrow(p, decode_path(p, path)));
	memmove(p + n, p + path, query);
	n += decode_plain(p + n, query, false);
	memmove(p + n, p + path + query, rest);
	out->len = n + decode_plain(p + n, rest, true);
	return true;
}
