// SPDX-License-Identifier: Apache-2.0
/* What went wrong, for the person who can fix it.
 *
 * Functions an operator can make fail (config, rules, start-up) return 0 or -errno and take a
 * `struct err *` last. On failure they fill it; on success they leave it alone. The data path has
 * none of this: it returns a verdict and counts.
 */
#pragma once

#include <stddef.h>

struct err {
	char msg[240];  /* one sentence, lower case, no full stop */
	char hint[200]; /* what to try; "" when there is nothing useful to say */
	unsigned line;  /* 1-based; 0 when no text is to blame */
	unsigned col;   /* 1-based byte column of the first offending byte */
	unsigned len;   /* bytes to underline */
};

/* Fills *err (hint and place emptied) and returns -code, so a failure is one line:
 * `return err_set(err, EINVAL, ...)`. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void err_hint(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_at(struct err *err, unsigned line, unsigned col, unsigned len);

/* The word of `words` (NULL-terminated) closest to `word`, or NULL if none is close.
 * Source: Damerau 1964, restricted edit distance; "close" is one edit per three letters.
 */
const char *err_closest(const char *word, const char *const *words);

/* Writes the compiler-style report into out (always terminated, cut at size): place, message, the
 * line, the underline, the hint. `path` may be NULL; `text` is the whole text that err->line counts
 * in, or NULL when it is not at hand. Returns the length written. */
int err_report(const struct err *err, const char *path, const char *text, char *out, size_t size);
