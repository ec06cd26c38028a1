// SPDX-License-Identifier: Apache-2.0
/* Literals in short texts, held against a search that looks at every place: of texts made of few
 * different bytes, so that literals do stand in them, touch their ends and overlap. */
#include "rule/grams.h"

#include "base/ascii.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define LITERALS 64u
#define TEXT     200u

struct seen {
	unsigned n[LITERALS];
	uint64_t ends[LITERALS]; /* sum of their squares: which, not only how many */
};

static void found(void *ctx, uint32_t id, uint32_t end)
{
	struct seen *s = ctx;

	s->n[id]++;
	s->ends[id] += (uint64_t)end * end;
}

static bool stands(const struct gram_literal *l, const uint8_t *p)
{
	for (unsigned i = 0; i < l->len; i++) {
		if ((l->nocase ? ascii_lower(p[i]) : p[i]) != l->at[i])
			return false;
	}
	return true;
}

static void slowly(const struct gram_literal *l, unsigned n, const uint8_t *p, uint32_t len, struct seen *s)
{
	for (unsigned i = 0; i < n; i++) {
		for (uint32_t at = 0; at + l[i].len <= len; at++) {
			if (stands(&l[i], p + at))
				found(s, l[i].id, at + l[i].len);
		}
	}
}

static uint64_t state = 1;
static unsigned below(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static uint8_t byte_of(unsigned kinds)
{
	static const uint8_t common[] = {0, 'a', 'A', ' ', 'z', 'Z', 0xff, '@', '`', 'b', '[', '{', 0x20, 0x01};

	return kinds > sizeof(common) ? (uint8_t)below(256) : common[below(kinds)];
}

static void round_of(unsigned kinds, unsigned n)
{
	static uint8_t bytes[LITERALS][24];
	struct gram_literal l[LITERALS];
	struct arena a = {0};

	for (unsigned i = 0; i < n; i++) {
		l[i] = (struct gram_literal){.at = bytes[i], .id = i, .len = (uint8_t)(1 + below(i % 3 ? 7 : 24)),
					     .nocase = below(2)};
		for (unsigned k = 0; k < l[i].len; k++) {
			bytes[i][k] = byte_of(kinds);
			if (l[i].nocase)
				bytes[i][k] = ascii_lower(bytes[i][k]);
		}
	}
	struct grams *g = rule_grams_build(&a, l, n);
	for (unsigned len = 0; len < TEXT; len += len < 40 ? 1 : 13) {
		uint8_t *p = malloc(len + 1ul); /* of its size, so that the sanitizer sees a byte too many */
		struct seen want = {{0}, {0}}, have = {{0}, {0}};

		for (unsigned i = 0; i < len; i++)
			p[i] = byte_of(kinds);
		const struct gram_literal *some = &l[below(n)];
		if (some->len <= len)
			memcpy(p + below(len - some->len + 1), some->at, some->len);
		p = realloc(p, len ? len : 1);
		slowly(l, n, p, len, &want);
		rule_grams_scan(g, p, len, found, &have);
		CHECK(memcmp(&want, &have, sizeof(want)) == 0);
		free(p);
	}
	rule_arena_fini(&a);
}

int main(void)
{
	static const struct {
		const char *name;
		unsigned kinds;
	} rows[] = {
		{"zeroes alone", 1}, {"two bytes", 2}, {"a letter in both cases", 3}, {"few bytes", 6},
		{"what is near letters, too", 14}, {"all bytes", 256},
	};

	for (unsigned k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		CASE(rows[k].name);
		for (unsigned i = 0; i < 60; i++)
			round_of(rows[k].kinds, 1 + below(LITERALS - 1));
	}
	return check_done();
}
