// SPDX-License-Identifier: Apache-2.0
/* Transforms that rewrite bytes. */
#include "rule/transform.h"

#include "base/ascii.h"
#include "base/hex.h"

#define RUN(name)                                                                                  \
	uint32_t rule_transform_##name(const struct transform *t, struct transform_work *w,        \
				       const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)

static bool blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static uint32_t at_most(uint32_t n, uint32_t cap)
{
	return n < cap ? n : cap;
}

RUN(dotprefix)
{
	(void)t, (void)w;
	if (cap == 0)
		return 0;
	n = at_most(n, cap - 1);
	out[0] = '.';
	memcpy(out + 1, in, n);
	return n + 1;
}

RUN(to_lowercase)
{
	(void)t, (void)w;
	n = at_most(n, cap);
	for (uint32_t i = 0; i < n; i++)
		out[i] = ascii_lower(in[i]);
	return n;
}

RUN(to_uppercase)
{
	(void)t, (void)w;
	n = at_most(n, cap);
	for (uint32_t i = 0; i < n; i++)
		out[i] = in[i] >= 'a' && in[i] <= 'z' ? (uint8_t)(in[i] - 32) : in[i];
	return n;
}

RUN(strip_whitespace)
{
	uint32_t len = 0;

	(void)t, (void)w;
	for (uint32_t i = 0; i < n && len < cap; i++) {
		if (!blank(in[i]))
			out[len++] = in[i];
	}
	return len;
}

RUN(compress_whitespace)
{
	uint32_t len = 0;

	(void)t, (void)w;
	for (uint32_t i = 0; i < n && len < cap; i++) {
		if (!blank(in[i]) || i == 0 || !blank(in[i - 1]))
			out[len++] = in[i];
	}
	return len;
}

/* Lines that begin with a colon are left out: HTTP/2's pseudo headers. */
RUN(strip_pseudo_headers)
{
	uint32_t len = 0;
	bool skip = false;

	(void)t, (void)w;
	for (uint32_t i = 0; i < n && len < cap; i++) {
		if (i == 0 || in[i - 1] == '\n')
			skip = in[i] == ':';
		if (!skip)
			out[len++] = in[i];
	}
	return len;
}

/* Names of headers, not what they say. */
RUN(header_lowercase)
{
	bool name = true;

	(void)t, (void)w;
	n = at_most(n, cap);
	for (uint32_t i = 0; i < n; i++) {
		out[i] = name ? ascii_lower(in[i]) : in[i];
		if (in[i] == ':' && i > 0)
			name = false;
		else if (in[i] == '\n')
			name = true;
	}
	return n;
}

RUN(url_decode)
{
	uint32_t len = 0;

	(void)t, (void)w;
	for (uint32_t i = 0; i < n && len < cap; i++) {
		if (in[i] == '%' && i + 2 < n && hex_digit(in[i + 1]) >= 0 && hex_digit(in[i + 2]) >= 0) {
			out[len++] = (uint8_t)(hex_digit(in[i + 1]) << 4 | hex_digit(in[i + 2]));
			i += 2;
		} else {
			out[len++] = in[i] == '+' ? ' ' : in[i];
		}
	}
	return len;
}

RUN(from_hex)
{
	uint32_t len = 0;

	(void)t, (void)w;
	for (uint32_t i = 0; i < n && len < cap; i += 2) {
		if (i + 1 == n || hex_digit(in[i]) < 0 || hex_digit(in[i + 1]) < 0)
			return TRANSFORM_FAILED;
		out[len++] = (uint8_t)(hex_digit(in[i]) << 4 | hex_digit(in[i + 1]));
	}
	return len;
}

static uint32_t xor_with(const uint8_t *key, uint32_t len, uint32_t from, const uint8_t *in,
			 uint32_t n, uint8_t *out)
{
	for (uint32_t i = 0; i < n; i++)
		out[i] = i < from ? in[i] : in[i] ^ key[(i - from) % len];
	return n;
}

RUN(xor)
{
	(void)w;
	return xor_with(t->arg, t->a, t->b, in, at_most(n, cap), out);
}

RUN(xor_extract)
{
	(void)w;
	n = at_most(n, cap);
	if (t->c + t->a > n) {
		memcpy(out, in, n); /* no key: the buffer as it is */
		return n;
	}
	return xor_with(in + t->c, t->a, t->b, in, n, out);
}

/* The place that `by` bytes from `from` are, or from the end when negative; false: outside. */
static bool place(int64_t from, int64_t by, int64_t n, bool cut, int64_t *out)
{
	int64_t at = by < 0 ? n + by : from + by;

	if (!cut && (at < 0 || at > n))
		return false;
	*out = at < 0 ? 0 : at > n ? n : at;
	return true;
}

RUN(subslice)
{
	const struct subslice *s = t->arg;
	int64_t from, to = n;

	(void)w;
	if (!place(0, s->from, n, s->cut, &from) ||
	    (s->has_len && !place(from, s->len, n, s->cut, &to)))
		return 0;
	if (to < from) {
		int64_t swap = to;
		to = from;
		from = swap;
	}
	uint32_t len = at_most((uint32_t)(to - from), cap);
	memcpy(out, in + from, len);
	return len;
}
