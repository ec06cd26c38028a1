// SPDX-License-Identifier: Apache-2.0
#include "rule/numbers.h"

#include "rule/range.h"

#include <inttypes.h>

struct reader { /* what the functions below share */
	const struct number_name *names;
	uint64_t max;
	bool closed;
	struct fault *f;
};

static bool named(const struct reader *r, struct span s, uint64_t *out)
{
	for (const struct number_name *n = r->names; n && n->name; n++) {
		if (strlen(n->name) == s.len && strncasecmp(n->name, s.at, s.len) == 0) {
			*out = n->value;
			return true;
		}
	}
	return false;
}

/* Takes "kb", "MiB" … off the end of a number. */
static uint64_t unit_of(struct span *s)
{
	static const struct {
		const char *name;
		unsigned shift;
	} units[] = {{"kib", 10}, {"mib", 20}, {"gib", 30}, {"kb", 10}, {"mb", 20}, {"gb", 30}};

	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint32_t n = (uint32_t)strlen(units[i].name);

		if (s->len > n && strncasecmp(s->at + s->len - n, units[i].name, n) == 0 &&
		    !(s->len > 2 && s->at[1] == 'x')) {
			*s = span_trim(span_cut(*s, 0, s->len - n));
			return 1ull << units[i].shift;
		}
	}
	return 1;
}

static int number(const struct reader *r, struct span s, uint64_t *out)
{
	s = span_trim(s);
	if (named(r, s, out))
		return 0;
	uint64_t unit = unit_of(&s);
	int rc = rule_number_parse(s, r->max / unit, out, r->f);
	*out *= unit;
	if (rc && r->names && r->names->name)
		err_hint(r->f->err, "a number, or a name such as '%s'", r->names->name);
	return rc;
}

static int compared(const struct reader *r, struct span s, struct number_range *out)
{
	bool less = s.at[0] == '<', equal = s.len > 1 && s.at[1] == '=';
	uint64_t v;
	int rc = number(r, span_cut(s, equal ? 2 : 1, s.len), &v);

	if (rc)
		return rc;
	if (!equal && v == (less ? 0 : r->max))
		return rule_fault(r->f, s, "no value is %s %" PRIu64, less ? "below" : "above", v);
	out->lo = less ? 0 : equal ? v : v + 1;
	out->hi = !less ? r->max : equal ? v : v - 1;
	return 0;
}

static int between(const struct reader *r, struct span s, uint32_t at, uint32_t len,
		   struct number_range *out)
{
	int rc = number(r, span_cut(s, 0, at), &out->lo);

	if (rc == 0)
		rc = number(r, span_cut(s, at + len, s.len), &out->hi);
	if (rc)
		return rc;
	if (!r->closed && (out->lo >= out->hi || out->hi - out->lo < 2)) {
		rc = rule_fault(r->f, s, "no value is between %" PRIu64 " and %" PRIu64, out->lo,
				out->hi);
		err_hint(r->f->err, "the two ends are not part of the range");
		return rc;
	}
	if (out->lo > out->hi)
		return rule_fault(r->f, s, "the first number is the larger one");
	out->lo += !r->closed;
	out->hi -= !r->closed;
	return 0;
}

static int masked(const struct reader *r, struct span s, struct number_range *out)
{
	const char *eq = memchr(s.at, '=', s.len);

	if (!eq)
		return rule_fault(r->f, s, "a mask is followed by = or != and a value");
	uint32_t at = (uint32_t)(eq - s.at);
	out->negated = s.at[at - 1] == '!';
	int rc = number(r, span_cut(s, 1, at - out->negated), &out->mask);
	if (rc == 0)
		rc = number(r, span_cut(s, at + 1, s.len), &out->lo);
	if (rc)
		return rc;
	if (out->mask == 0 || (out->lo & ~out->mask))
		return rule_fault(r->f, s, "no value has these bits");
	return 0;
}

static int one(const struct reader *r, struct span s, struct number_range *out)
{
	uint64_t v;

	*out = (struct number_range){0};
	if (s.len && s.at[0] == '&')
		return masked(r, s, out);
	if (s.len && s.at[0] == '!') {
		out->negated = true;
		s = span_trim(span_cut(s, s.len > 1 && s.at[1] == '=' ? 2 : 1, s.len));
	}
	if (named(r, s, &v)) { /* names have dashes of their own */
		out->lo = out->hi = v;
		return 0;
	}
	const char *dash = s.len > 1 ? memchr(s.at + 1, '-', s.len - 1) : NULL;
	const char *angle = s.len > 2 ? memmem(s.at + 1, s.len - 1, "<>", 2) : NULL;
	if (angle)
		return between(r, s, (uint32_t)(angle - s.at), 2, out);
	if (dash)
		return between(r, s, (uint32_t)(dash - s.at), 1, out);
	if (s.len && (s.at[0] == '<' || s.at[0] == '>'))
		return compared(r, s, out);
	bool eq = s.len && s.at[0] == '=';
	int rc = number(r, span_cut(s, eq, s.len), &out->lo);
	out->hi = out->lo;
	return rc;
}

int rule_numbers_parse(struct span s, uint64_t max, const struct number_name *names, bool closed,
		       struct numbers *out, struct fault *f)
{
	const struct reader r = {names, max, closed, f};
	struct span rest = rule_span_unquote(span_trim(s)), item;
	struct numbers got = {.n = 0};

	while (rule_span_next(&rest, ',', &item)) {
		if (got.n == NUMBERS_MAX)
			return rule_fault(f, item, "more than %u numbers", NUMBERS_MAX);
		int rc = one(&r, item, &got.at[got.n]);
		if (rc)
			return rc;
		got.n++;
	}
	if (got.n == 0)
		return rule_fault(f, s, "a number is missing");
	*out = got;
	return 0;
}

static int index_of(struct span s, struct numbers *out, struct fault *f)
{
	static const struct {
		const char *name;
		uint8_t index;
	} words[] = {{"any", INDEX_any}, {"all", INDEX_all}, {"all1", INDEX_all_of_some}};
	int32_t n;

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_is(s, words[i].name)) {
			out->index = words[i].index;
			return 0;
		}
	}
	int rc = rule_number_signed(s, 65535, &n, f);
	if (rc) {
		err_hint(f->err, "any, all, all1, or a place from 0 on (from the end: -1)");
		return rc;
	}
	out->index = n < 0 ? INDEX_from_end : INDEX_at;
	out->place = (uint32_t)(n < 0 ? -n : n);
	return 0;
}

int rule_numbers_parse_indexed(struct span s, uint64_t max, const struct number_name *names,
			       struct numbers *out, struct fault *f)
{
	struct span rest = rule_span_unquote(span_trim(s)), range, which;

	if (!rule_span_next(&rest, ',', &range))
		return rule_fault(f, s, "a number is missing");
	int rc = rule_numbers_parse(range, max, names, false, out, f);
	if (rc == 0 && rule_span_next(&rest, ',', &which))
		rc = index_of(which, out, f);
	return rc;
}
