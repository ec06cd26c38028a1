// SPDX-License-Identifier: Apache-2.0
/* Parameters from text and back to text.
 *
 * Errors: the field keeps its value when the text is refused; the message names the parameter, the
 *         value and the range, the hint what it is for and its default.
 */
#include "base/param.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *field(const struct section *s, const struct param *p)
{
	return (char *)s->config + p->offset;
}

static const char *dot(const struct section *s)
{
	return s->name[0] ? "." : "";
}

static bool in_bytes(const struct param *p)
{
	return p->type == PARAM_U64 && p->unit && strcmp(p->unit, "bytes") == 0;
}

/* A number as an operator would write it: 64M, not 67108864. */
static void number_text(const struct param *p, double v, char *out, size_t size)
{
	const char *suffix = "";

	for (const char *s = in_bytes(p) ? "kMG" : ""; *s && v >= 1024 && fmod(v, 1024) == 0; s++) {
		v /= 1024;
		suffix = s;
	}
	snprintf(out, size, "%.15g%.1s", v, suffix);
}

void param_default_text(const struct param *p, char *out, size_t size)
{
	if (p->type == PARAM_STR || p->type == PARAM_LIST)
		snprintf(out, size, "%s", p->def_text && p->def_text[0] ? p->def_text : "empty");
	else if (p->type == PARAM_BOOL)
		snprintf(out, size, "%s", p->def != 0 ? "yes" : "no");
	else
		number_text(p, p->def, out, size);
}

void param_range_text(const struct param *p, char *out, size_t size)
{
	char lo[40], hi[40];

	if (p->type == PARAM_STR || p->type == PARAM_LIST) {
		snprintf(out, size, "%s", "");
	} else if (p->type == PARAM_BOOL) {
		snprintf(out, size, "yes | no");
	} else {
		number_text(p, p->min, lo, sizeof(lo));
		number_text(p, p->max, hi, sizeof(hi));
		snprintf(out, size, "%s .. %s", lo, hi);
	}
}

static void hint_help(const struct param *p, struct err *err)
{
	char def[64];

	param_default_text(p, def, sizeof(def));
	err_hint(err, "%s; default %s", p->help, def);
}

static int refuse(const struct section *s, const struct param *p, const char *value,
		  const char *wanted, struct err *err)
{
	err_set(err, EINVAL, "%s%s%s: '%s' is not %s", s->name, dot(s), p->name, value, wanted);
	hint_help(p, err);
	return -EINVAL;
}

static int check_range(const struct section *s, const struct param *p, const char *value, double v,
		       struct err *err)
{
	char range[88];

	if (v >= p->min && v <= p->max && (p->type != PARAM_U32 || v <= UINT32_MAX))
		return 0;
	param_range_text(p, range, sizeof(range));
	err_set(err, ERANGE, "%s%s%s: %s is outside %s%s%s", s->name, dot(s), p->name, value, range,
		p->unit && p->unit[0] ? " " : "", p->unit ? p->unit : "");
	hint_help(p, err);
	return -ERANGE;
}

static int parse_bool(const char *v)
{
	if (strcmp(v, "yes") == 0 || strcmp(v, "true") == 0)
		return 1;
	return strcmp(v, "no") == 0 || strcmp(v, "false") == 0 ? 0 : -1;
}

/* Digits and perhaps one suffix; strtoull() would take signs and wrap. */
static bool parse_u64(const char *text, bool suffixes, uint64_t *out)
{
	uint64_t v = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v))
			return false;
	}
	if (*text && suffixes) {
		const char *at = strchr("kMG", *text == 'K' ? 'k' : *text);
		uint64_t unit = at ? 1ULL << 10 * (at - "kMG" + 1) : 0;
		if (!at || __builtin_mul_overflow(v, unit, &v))
			return false;
		text++;
	}
	*out = v;
	return *text == '\0';
}

static bool parse_f64(const char *text, double *out)
{
	char *end;

	if (text[strspn(text, "0123456789.eE+-")] != '\0') /* no hex, inf, nan, spaces */
		return false;
	*out = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*out);
}

static char *copy_text(const char *text, size_t n)
{
	char *copy = strndup(text, n);
	assert(copy); /* start-up only; nothing sensible is left to do */
	return copy;
}

static void list_clear(struct strs *l)
{
	for (unsigned i = 0; i < l->n; i++)
		free(l->at[i]);
	free(l->at);
	*l = (struct strs){0};
}

/* `\,` is a comma that does not split. */
static void list_add(struct strs *l, const char *text, size_t n, bool escapes)
{
	char *copy = copy_text(text, n), *to = copy;

	for (char *from = copy; escapes && (*to = *from); from++, to++) {
		if (from[0] == '\\' && from[1] == ',')
			*to = *++from;
	}
	char **at = realloc(l->at, (l->n + 1) * sizeof(*at));
	assert(at);
	l->at = at;
	l->at[l->n++] = copy;
}

static void list_split(struct strs *l, const char *text)
{
	list_clear(l);
	while (*text) {
		size_t n = 0;
		while (text[n] && text[n] != ',')
			n += text[n] == '\\' && text[n + 1] == ',' ? 2 : 1;
		const char *from = text, *to = text + n;
		while (from < to && isspace((unsigned char)*from))
			from++;
		while (to > from && isspace((unsigned char)to[-1]))
			to--;
		if (to > from)
			list_add(l, from, (size_t)(to - from), true);
		text += n + (text[n] == ',');
	}
}

/* Prefixes what the row's own check said with the parameter's name. */
static int check_text(const struct section *s, const struct param *p, const char *text,
		      struct err *err)
{
	struct err e = {0};
	int r = p->check ? p->check(text, &e) : 0;

	if (r == 0)
		return 0;
	err_set(err, -r, "%s%s%s: %s", s->name, dot(s), p->name, e.msg);
	if (e.hint[0])
		err_hint(err, "%s", e.hint);
	else
		hint_help(p, err);
	return r;
}

static int set_list(const struct section *s, const struct param *p, const char *value,
		    struct err *err)
{
	struct strs new = {0};

	list_split(&new, value);
	for (unsigned i = 0; i < new.n; i++) {
		int r = check_text(s, p, new.at[i], err);
		if (r < 0) {
			list_clear(&new);
			return r;
		}
	}
	list_clear(field(s, p));
	*(struct strs *)field(s, p) = new;
	return 0;
}

/* An owner whose default is a word never sees NULL; one whose default is "" sees NULL for it. */
static void set_text(const struct param *p, char **at, const char *value)
{
	free(*at);
	*at = value[0] || (p->def_text && p->def_text[0]) ? copy_text(value, strlen(value)) : NULL;
}

void param_defaults(const struct section *s)
{
	for (const struct param *p = s->params; p->name; p++) {
		void *at = field(s, p);
		switch (p->type) {
		case PARAM_END:
			break;
		case PARAM_BOOL:
			*(bool *)at = p->def != 0;
			break;
		case PARAM_F64:
			*(double *)at = p->def;
			break;
		case PARAM_U32:
			*(uint32_t *)at = (uint32_t)p->def;
			break;
		case PARAM_U64:
			*(uint64_t *)at = (uint64_t)p->def;
			break;
		case PARAM_STR:
			set_text(p, at, p->def_text ? p->def_text : "");
			break;
		case PARAM_LIST:
			list_split(at, p->def_text ? p->def_text : "");
			break;
		}
	}
}

static int set_number(const struct section *s, const struct param *p, const char *value,
		      struct err *err)
{
	uint64_t u = 0;
	double f = 0;
	bool real = p->type == PARAM_F64;

	if (real ? !parse_f64(value, &f) : !parse_u64(value, in_bytes(p), &u))
		return refuse(s, p, value,
			      real          ? "a number"
			      : in_bytes(p) ? "a number of bytes (k, M and G may follow)"
					    : "a whole number",
			      err);
	int r = check_range(s, p, value, real ? f : (double)u, err);
	if (r < 0)
		return r;
	if (real)
		*(double *)field(s, p) = f;
	else if (p->type == PARAM_U64)
		*(uint64_t *)field(s, p) = u;
	else
		*(uint32_t *)field(s, p) = (uint32_t)u;
	return 0;
}

int param_set(const struct section *s, const struct param *p, const char *value, struct err *err)
{
	switch (p->type) {
	case PARAM_BOOL: {
		int v = parse_bool(value);
		if (v < 0)
			return refuse(s, p, value, "yes or no", err);
		*(bool *)field(s, p) = v;
		return 0;
	}
	case PARAM_STR: {
		int r = check_text(s, p, value, err);
		if (r == 0)
			set_text(p, field(s, p), value);
		return r;
	}
	case PARAM_LIST:
		return set_list(s, p, value, err);
	default:
		return set_number(s, p, value, err);
	}
}

int param_append(const struct section *s, const struct param *p, const char *value, bool first,
		 struct err *err)
{
	if (p->type != PARAM_LIST) {
		err_set(err, EINVAL, "%s%s%s takes one value, not a list", s->name, dot(s),
			p->name);
		hint_help(p, err);
		return -EINVAL;
	}
	int r = check_text(s, p, value, err);
	if (r < 0)
		return r;
	if (first)
		list_clear(field(s, p));
	list_add(field(s, p), value, strlen(value), false);
	return 0;
}

const struct param *param_find(const struct section *s, const char *name)
{
	for (const struct param *p = s->params; p->name; p++) {
		if (strcmp(p->name, name) == 0)
			return p;
	}
	return NULL;
}

static int get_list(const struct strs *l, char *out, size_t size)
{
	size_t n = 0;

	for (unsigned i = 0; i < l->n; i++) {
		for (const char *c = i ? "," : ""; *c && n + 1 < size; c++)
			out[n++] = *c;
		for (const char *c = l->at[i]; *c; c++) {
			if (*c == ',' && n + 1 < size)
				out[n++] = '\\';
			if (n + 1 < size)
				out[n++] = *c;
		}
	}
	if (size > 0)
		out[n] = '\0';
	return (int)n;
}

int param_get(const struct section *s, const struct param *p, char *out, size_t size)
{
	const void *at = field(s, p);
	int n = 0;

	switch (p->type) {
	case PARAM_END:
		break;
	case PARAM_BOOL:
		n = snprintf(out, size, "%s", *(const bool *)at ? "yes" : "no");
		break;
	case PARAM_F64:
		n = snprintf(out, size, "%.15g", *(const double *)at);
		break;
	case PARAM_U32:
		n = snprintf(out, size, "%u", *(const uint32_t *)at);
		break;
	case PARAM_U64:
		n = snprintf(out, size, "%llu", (unsigned long long)*(const uint64_t *)at);
		break;
	case PARAM_STR:
		n = snprintf(out, size, "%s", *(char *const *)at ? *(char *const *)at : "");
		break;
	case PARAM_LIST:
		return get_list(at, out, size);
	}
	return n >= 0 && (size_t)n < size ? n : (int)size - 1;
}

void param_fini(const struct section *s)
{
	for (const struct param *p = s->params; p->name; p++) {
		if (p->type == PARAM_STR) {
			free(*(char **)field(s, p));
			*(char **)field(s, p) = NULL;
		} else if (p->type == PARAM_LIST) {
			list_clear(field(s, p));
		}
	}
}
