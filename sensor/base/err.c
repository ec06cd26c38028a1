// SPDX-License-Identifier: Apache-2.0
/* Error texts: filling them, guessing what was meant, and the compiler-style report. */
#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WORD_MAX    64   /* bytes; longer words are no typing slips */
#define LINE_SHOWN  160u /* bytes of a long line that are shown */
#define LINE_BEFORE 60u  /* of which at least these stand before the offending byte */

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	err->hint[0] = '\0';
	err->line = err->col = err->len = 0;
	return -code;
}

void err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
}

void err_at(struct err *err, unsigned line, unsigned col, unsigned len)
{
	err->line = line;
	err->col = col;
	err->len = len;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

/* Insertions, deletions, substitutions and swaps of neighbours. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[3][WORD_MAX + 1]; /* rows i-2, i-1, i of the table, in turn */

	for (unsigned j = 0; j <= nb; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned *now = row[i % 3], *one = row[(i + 2) % 3], *two = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			now[j] = min3(one[j] + 1, now[j - 1] + 1,
				      one[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    two[j - 2] + 1 < now[j])
				now[j] = two[j - 2] + 1;
		}
	}
	return row[na % 3][nb];
}

const char *err_closest(const char *word, const char *const *words)
{
	size_t n = strlen(word);
	const char *best = NULL;

	if (n > WORD_MAX)
		return NULL;
	unsigned limit = (unsigned)(n + 1) / 3 + 1; /* the first distance that is not close */

	for (; *words; words++) {
		size_t m = strlen(*words);
		if (m > WORD_MAX)
			continue;
		unsigned d = distance(word, n, *words, m);
		if (d < limit) {
			limit = d;
			best = *words;
		}
	}
	return best;
}

/* Text cut at the end of a buffer. */
struct cut {
	char *at;
	size_t len, size;
};

static void put(struct cut *o, char c)
{
	if (o->len + 1 < o->size)
		o->at[o->len++] = c;
}

static void __attribute__((format(printf, 2, 3))) putf(struct cut *o, const char *fmt, ...)
{
	va_list ap;

	if (o->size == 0)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(o->at + o->len, o->size - o->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	o->len = (size_t)n < o->size - o->len ? o->len + (size_t)n : o->size - 1;
}

static bool is_continuation(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

/* The line with its number, and below it the underline: tabs are kept so that both agree, and
 * UTF-8 continuation bytes take no column. */
static void put_line(struct cut *o, const struct err *e, const char *line, unsigned n)
{
	unsigned col = e->col ? e->col - 1 : 0; /* 0-based */
	unsigned from = 0;

	if (n > LINE_SHOWN && col > LINE_BEFORE) {
		from = (col < n ? col : n) - LINE_BEFORE;
		if (from > n - LINE_SHOWN)
			from = n - LINE_SHOWN;
		while (from > 0 && is_continuation(line[from]))
			from--;
	}
	unsigned to = n - from > LINE_SHOWN ? from + LINE_SHOWN : n;
	while (to < n && to > from && is_continuation(line[to]))
		to--;

	putf(o, "%5u | %s", e->line, from ? "..." : "");
	for (unsigned i = from; i < to; i++)
		put(o, (uint8_t)line[i] >= ' ' || line[i] == '\t' ? line[i] : '?');
	putf(o, "%s\n", to < n ? "..." : "");
	if (e->col == 0)
		return;
	putf(o, "      | %s", from ? "   " : "");
	for (unsigned i = from; i < col; i++) {
		if (i < n && is_continuation(line[i]))
			continue;
		put(o, i < n && line[i] == '\t' ? '\t' : ' ');
	}
	put(o, '^');
	for (unsigned i = col + 1; i < col + e->len && i < to; i++) {
		if (!is_continuation(line[i]))
			put(o, '~');
	}
	put(o, '\n');
}

static const char *line_of(const char *text, unsigned line, unsigned *n)
{
	for (unsigned i = 1; i < line; i++) {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	*n = (unsigned)strcspn(text, "\n");
	if (*n > 0 && text[*n - 1] == '\r')
		(*n)--;
	return text;
}

int err_report(const struct err *err, const char *path, const char *text, char *out, size_t size)
{
	struct cut o = {.at = out, .size = size};

	if (size > 0)
		out[0] = '\0';
	if (path)
		putf(&o, "%s:", path);
	if (err->line)
		putf(&o, "%u:", err->line);
	if (err->line && err->col)
		putf(&o, "%u:", err->col);
	putf(&o, "%serror: %s\n", path || err->line ? " " : "", err->msg);
	if (err->line && text) {
		unsigned n;
		const char *line = line_of(text, err->line, &n);
		if (line)
			put_line(&o, err, line, n);
	}
	if (err->hint[0])
		putf(&o, "hint: %s\n", err->hint);
	if (size > 0)
		out[o.len] = '\0';
	return (int)o.len;
}
