// SPDX-License-Identifier: Apache-2.0
#include "base/brief.h"
#include "check.h"

#include <stdlib.h>

static const struct {
	const char *name, *text;
	unsigned lines;
	const char *want;
} rows[] = {
	{"nothing", "", 2, ""},
	{"as many as may come", "a\nb\n", 2, "a\nb\n"},
	{"one more", "a\nb\nc\n", 2, "a\nb\n... and 1 more lines; see there\n"},
	{"empty lines are lines", "\n\n\n\n", 1, "\n... and 3 more lines; see there\n"},
	{"the last one has no end", "a\nb", 2, "a\nb"},
	{"and is counted", "a\nb\nc", 2, "a\nb\n... and 1 more lines; see there\n"},
	{"none at all", "a\nb\n", 0, "... and 2 more lines; see there\n"},
};

/* The stream gets a text in pieces of `piece` bytes: where it is cut changes nothing. */
static void run(size_t row, size_t piece)
{
	const char *text = rows[row].text;
	char *out = NULL;
	size_t size = 0;
	struct brief b;
	FILE *to = open_memstream(&out, &size), *f = brief_open(&b, to, rows[row].lines);

	for (size_t n = strlen(text), at = 0; at < n; at += piece) {
		fwrite(text + at, 1, n - at < piece ? n - at : piece, f);
		fflush(f);
	}
	brief_close(&b, f, "see there");
	fclose(to);
	CHECK_STR(out, rows[row].want);
	free(out);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CASE(rows[i].name);
		for (size_t piece = 1; piece <= 9; piece++)
			run(i, piece);
	}
	CASE("a stream that could not be opened");
	brief_close(NULL, NULL, "");
	return check_done();
}
