// SPDX-License-Identifier: Apache-2.0
/* Patterns of names; see glob.h. */
#include "detect/glob.h"

#include "base/ascii.h"

#include <stddef.h>
#include <stdint.h>

static uint8_t plain(char c)
{
	return c == '/' ? '\\' : ascii_lower((uint8_t)c);
}

static bool one_fits(char g, uint8_t c)
{
	bool digit = c >= '0' && c <= '9';

	return g == '?' || (g == '#' && digit) || (g == '%' && (digit || (c >= 'a' && c <= 'f'))) ||
	       plain(g) == c;
}

bool glob_fits(const char *glob, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			from = text;
		} else if (*glob && one_fits(*glob, plain(*text))) {
			glob++;
			text++;
		} else if (star) {
			glob = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}
