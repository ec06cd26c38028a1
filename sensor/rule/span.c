// SPDX-License-Identifier: Apache-2.0
/* Pieces of a rule's text, and the fault that points at one. */
#include "rule/span.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool rule_span_next(struct span *rest, char sep, struct span *item)
{
	if (!rest->at)
		return false;
	const char *end = rest->len ? memchr(rest->at, sep, rest->len) : NULL;
	uint32_t n = end ? (uint32_t)(end - rest->at) : rest->len;

	*item = span_trim(span_cut(*rest, 0, n));
	if (end)
		*rest = span_cut(*rest, n + 1, rest->len);
	else
		*rest = (struct span){NULL, 0}; /* the last one: nothing is left */
	return true;
}

struct span rule_span_unquote(struct span s)
{
	s = span_trim(s);
	if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
		return span_cut(s, 1, s.len - 1);
	return s;
}

char *rule_span_text(struct span s, char *out, size_t size)
{
	size_t n = s.len < size ? s.len : size - 1;

	if (n)
		memcpy(out, s.at, n);
	out[n] = '\0';
	return out;
}

int rule_fault(struct fault *f, struct span at, const char *fmt, ...)
{
	char msg[sizeof(f->err->msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	f->at = at;
	return err_set(f->err, EINVAL, "%s", msg);
}
