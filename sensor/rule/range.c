// SPDX-License-Identifier: Apache-2.0
/* Reads digits itself, so that nothing but digits is a number. */
#include "rule/range.h"

#include <inttypes.h>

static int digit(char c, unsigned base)
{
	int v = c >= '0' && c <= '9'   ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : 99;
	return v < (int)base ? v : -1;
}

int rule_number_parse(struct span s, uint64_t max, uint64_t *out, struct fault *f)
{
	struct span all = s = span_trim(s);
	unsigned base = 10;
	uint64_t v = 0;

	if (s.len > 2 && s.at[0] == '0' && (s.at[1] == 'x' || s.at[1] == 'X')) {
		base = 16;
		s = span_cut(s, 2, s.len);
	}
	if (s.len == 0)
		return rule_fault(f, all, "a number is missing");
	for (uint32_t i = 0; i < s.len; i++) {
		int d = digit(s.at[i], base);

		if (d < 0)
			return rule_fault(f, all, "'%.*s' is not a number", (int)all.len, all.at);
		if (v > (max - (unsigned)d) / base || (unsigned)d > max)
			return rule_fault(f, all, "%.*s is above %" PRIu64, (int)all.len, all.at,
					  max);
		v = v * base + (unsigned)d;
	}
	*out = v;
	return 0;
}

int rule_number_signed(struct span s, int32_t max, int32_t *out, struct fault *f)
{
	uint64_t v;

	s = span_trim(s);
	bool minus = s.len && s.at[0] == '-';
	int rc = rule_number_parse(minus ? span_cut(s, 1, s.len) : s, (uint32_t)max, &v, f);

	if (rc == 0)
		*out = minus ? -(int32_t)v : (int32_t)v;
	return rc;
}

static int number32(struct span s, uint32_t max, uint32_t *out, struct fault *f)
{
	uint64_t v;
	int rc = rule_number_parse(s, max, &v, f);

	if (rc == 0)
		*out = (uint32_t)v;
	return rc;
}

/* "<N", ">=N" …: what follows the comparison in s. */
static int parse_bound(struct span s, uint32_t max, struct range *r, struct fault *f)
{
	bool less = s.at[0] == '<', equal = s.len > 1 && s.at[1] == '=';
	uint32_t v;
	int rc = number32(span_cut(s, equal ? 2 : 1, s.len), max, &v, f);

	if (rc)
		return rc;
	if (!equal && v == (less ? 0 : max))
		return rule_fault(f, s, "no value is %s %u", less ? "below" : "above", v);
	r->lo = less ? 0 : equal ? v : v + 1;
	r->hi = !less ? max : equal ? v : v - 1;
	return 0;
}

static int parse_between(struct span all, struct span lo, struct span hi, uint32_t max,
			 struct range *r, struct fault *f)
{
	uint32_t a, b;
	int rc = number32(lo, max, &a, f);

	if (rc == 0)
		rc = number32(hi, max, &b, f);
	if (rc)
		return rc;
	if (a >= b || b - a < 2) {
		rc = rule_fault(f, all, "no value is between %u and %u", a, b);
		err_hint(f->err, "the two ends are not part of the range");
		return rc;
	}
	r->lo = a + 1;
	r->hi = b - 1;
	return 0;
}

static int parse_mask(struct span s, uint32_t max, struct range *r, struct fault *f)
{
	const char *eq = memchr(s.at, '=', s.len);

	if (!eq)
		return rule_fault(f, s, "a mask is followed by = or != and a value");
	uint32_t at = (uint32_t)(eq - s.at);
	r->negated = s.at[at - 1] == '!';
	int rc = number32(span_cut(s, 1, at - r->negated), max, &r->mask, f);
	if (rc == 0)
		rc = number32(span_cut(s, at + 1, s.len), max, &r->lo, f);
	if (rc)
		return rc;
	r->hi = r->lo;
	if (r->mask == 0 || (r->lo & ~r->mask))
		return rule_fault(f, s, "no value has these bits");
	return 0;
}

int rule_range_parse(struct span s, uint32_t max, struct range *out, struct fault *f)
{
	struct range r = {0};
	int rc = 0;

	s = span_trim(s);
	if (s.len && s.at[0] == '&') {
		rc = parse_mask(s, max, &r, f);
		if (rc == 0)
			*out = r;
		return rc;
	}
	if (s.len && s.at[0] == '!') {
		r.negated = true;
		s = span_trim(span_cut(s, 1, s.len));
	}
	const char *dash = s.len ? memchr(s.at, '-', s.len) : NULL;
	const char *angle = s.len > 2 ? memmem(s.at, s.len, "<>", 2) : NULL;

	if (angle && angle > s.at) {
		uint32_t at = (uint32_t)(angle - s.at);
		rc = parse_between(s, span_cut(s, 0, at), span_cut(s, at + 2, s.len), max, &r, f);
	} else if (dash && dash > s.at && s.at[0] >= '0' && s.at[0] <= '9') {
		uint32_t at = (uint32_t)(dash - s.at);
		rc = parse_between(s, span_cut(s, 0, at), span_cut(s, at + 1, s.len), max, &r, f);
	} else if (s.len && (s.at[0] == '<' || s.at[0] == '>')) {
		rc = parse_bound(s, max, &r, f);
	} else {
		bool eq = s.len && s.at[0] == '=';
		rc = number32(span_cut(s, eq, s.len), max, &r.lo, f);
		r.hi = r.lo;
	}
	if (rc == 0)
		*out = r;
	return rc;
}
