// SPDX-License-Identifier: Apache-2.0
#include "base/brief.h"

#include <string.h>
#include <sys/types.h>

static ssize_t take(void *cookie, const char *text, size_t n)
{
	struct brief *b = cookie;

	for (size_t at = 0; at < n;) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t len = end ? (size_t)(end - text) - at + 1 : n - at;

		if (b->lines)
			fwrite(text + at, 1, len, b->to);
		else if (!b->within)
			b->more++;
		b->within = !end;
		b->lines -= end && b->lines;
		at += len;
	}
	return (ssize_t)n;
}

FILE *brief_open(struct brief *b, FILE *to, unsigned lines)
{
	const cookie_io_functions_t io = {.write = take};

	*b = (struct brief){.to = to, .lines = lines};
	FILE *stream = fopencookie(b, "w", io);
	if (stream)
		setvbuf(stream, NULL, _IOLBF, 0);
	return stream;
}

void brief_close(struct brief *b, FILE *stream, const char *rest)
{
	if (!stream)
		return;
	fclose(stream);
	if (b->more)
		fprintf(b->to, "... and %llu more lines; %s\n", (unsigned long long)b->more, rest);
}
