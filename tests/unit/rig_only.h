// SPDX-License-Identifier: Apache-2.0
/* Of what a rig heard, the lines of some fields (the last word of their names), and events. */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static inline bool wanted(const char *line, const char *of)
{
	const char *dot = strchr(line, '.'), *end = strchr(line, '=');
	char name[64], list[256];

	if (strncmp(line, "event", 5) == 0)
		return true;
	if (!dot || !end || end < dot)
		return false;
	const char *last = dot;
	for (const char *p = dot; p < end; p++)
		last = *p == '.' ? p : last;
	snprintf(name, sizeof(name), " %.*s ", (int)(end - last - 1), last + 1);
	snprintf(list, sizeof(list), " %s ", of);
	return strstr(list, name) != NULL;
}

static inline const char *only(char *text, const char *of, char *out)
{
	size_t n = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (wanted(line, of))
			n += (size_t)sprintf(out + n, "%s\n", line);
	}
	out[n] = '\0';
	return out;
}
