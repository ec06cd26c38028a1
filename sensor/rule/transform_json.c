// SPDX-License-Identifier: Apache-2.0
/* JSON without its blanks, and its strings without their escapes.
 *
 * Source: RFC 8259 section 7; Suricata 8 user guide, "json_decode": an escape that is none stays. */
#include "rule/transform.h"

#include "base/hex.h"

#include <string.h>

struct json_out {
	uint8_t *at;
	uint32_t len, cap;
};

static void put(struct json_out *o, uint8_t c)
{
	if (o->len < o->cap)
		o->at[o->len++] = c;
}

static void put_rune(struct json_out *o, uint32_t r)
{
	if (r < 0x80) {
		put(o, (uint8_t)r);
		return;
	}
	if (r < 0x800) {
		put(o, (uint8_t)(0xc0 | r >> 6));
	} else {
		if (r < 0x10000) {
			put(o, (uint8_t)(0xe0 | r >> 12));
		} else {
			put(o, (uint8_t)(0xf0 | r >> 18));
			put(o, (uint8_t)(0x80 | (r >> 12 & 63)));
		}
		put(o, (uint8_t)(0x80 | (r >> 6 & 63)));
	}
	put(o, (uint8_t)(0x80 | (r & 63)));
}

/* "\uXXXX" at in; -1: it is none. */
static int32_t unit(const uint8_t *in, uint32_t n)
{
	int32_t v = 0;

	if (n < 6 || in[0] != '\\' || in[1] != 'u')
		return -1;
	for (unsigned i = 2; i < 6; i++) {
		int d = hex_digit(in[i]);

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/* One escape; returns how many bytes it had. */
static uint32_t escape(struct json_out *o, const uint8_t *in, uint32_t n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *c = n > 1 && in[1] ? strchr(from, in[1]) : NULL;
	int32_t high = unit(in, n);

	if (c) {
		put(o, (uint8_t)to[c - from]);
		return 2;
	}
	if (high < 0) {
		put(o, in[0]);
		return 1;
	}
	int32_t low = high >> 10 == 0xd800 >> 10 ? unit(in + 6, n - 6) : -1;
	if (low < 0 || low >> 10 != 0xdc00 >> 10) {
		put_rune(o, (uint32_t)high);
		return 6;
	}
	put_rune(o, 0x10000 + ((uint32_t)(high & 0x3ff) << 10 | (uint32_t)(low & 0x3ff)));
	return 12;
}

uint32_t rule_transform_json_decode(const struct transform *t, struct transform_work *w,
				    const uint8_t *in, uint32_t n, uint8_t *out, uint32_t cap)
{
	struct json_out o = {.at = out, .cap = cap};
	bool inside = false;

	(void)t, (void)w;
	for (uint32_t i = 0; i < n;) {
		bool blank = in[i] == ' ' || (in[i] >= '\t' && in[i] <= '\r' && in[i] != '\v');

		if (inside && in[i] == '\\') {
			i += escape(&o, in + i, n - i);
			continue;
		}
		if (in[i] == '"')
			inside = !inside;
		if (inside || !blank)
			put(&o, in[i]);
		i++;
	}
	return o.len;
}
